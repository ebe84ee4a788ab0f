//! Dots and version vectors (Parker et al. 1983; Preguiça et al., "Dotted Version Vectors", 2010).
//!
//! A *dot* names one write. A *version vector* says, per replica, up to which counter all writes are known.

use super::ids::ReplicaId;
use std::collections::BTreeMap;
use std::fmt;

/// The name of one write: who, and the how-manieth of theirs. Counters start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    /// The replica that accepted the write.
    pub replica: ReplicaId,
    /// Its counter at that write.
    pub counter: u64,
}

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}·{}", self.replica, self.counter)
    }
}

/// How two version vectors relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Causality {
    /// Both know the same writes.
    Equal,
    /// The left one knows strictly less.
    Before,
    /// The left one knows strictly more.
    After,
    /// Each knows a write that the other does not.
    Concurrent,
}

/// Per replica the highest counter below which (and including which) every write is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionVector {
    counters: BTreeMap<ReplicaId, u64>,
}

impl VersionVector {
    /// The vector that knows nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { counters: BTreeMap::new() }
    }

    /// The counter known for `replica`; 0 when none.
    #[must_use]
    pub fn get(&self, replica: ReplicaId) -> u64 {
        self.counters.get(&replica).copied().unwrap_or(0)
    }

    /// Whether the write named `dot` is known.
    #[must_use]
    pub fn covers(&self, dot: Dot) -> bool {
        self.get(dot.replica) >= dot.counter
    }

    /// Whether everything that `other` knows is known.
    #[must_use]
    pub fn covers_all(&self, other: &Self) -> bool {
        other.counters.iter().all(|(replica, counter)| self.get(*replica) >= *counter)
    }

    /// Learns of `dot` and, by the meaning of a vector, of all before it.
    pub fn observe(&mut self, dot: Dot) {
        let known = self.counters.entry(dot.replica).or_insert(0);
        *known = (*known).max(dot.counter);
    }

    /// Learns all that `other` knows.
    pub fn merge(&mut self, other: &Self) {
        for (replica, counter) in &other.counters {
            self.observe(Dot { replica: *replica, counter: *counter });
        }
    }

    /// What both know: the pointwise minimum.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let shared = self.counters.iter().map(|(replica, counter)| (*replica, (*counter).min(other.get(*replica))));
        Self { counters: shared.filter(|(_, counter)| *counter > 0).collect() }
    }

    /// How `self` relates to `other`.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Causality {
        match (self.covers_all(other), other.covers_all(self)) {
            (true, true) => Causality::Equal,
            (true, false) => Causality::After,
            (false, true) => Causality::Before,
            (false, false) => Causality::Concurrent,
        }
    }

    /// Entries in the order of replica ids.
    pub fn iter(&self) -> impl Iterator<Item = Dot> + '_ {
        self.counters.iter().map(|(replica, counter)| Dot { replica: *replica, counter: *counter })
    }

    /// The number of replicas known.
    #[must_use]
    pub fn replica_count(&self) -> usize {
        self.counters.len()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counters.is_empty()
    }
}

impl FromIterator<Dot> for VersionVector {
    fn from_iter<I: IntoIterator<Item = Dot>>(dots: I) -> Self {
        let mut vector = Self::new();
        for dot in dots {
            vector.observe(dot);
        }
        vector
    }
}

impl fmt::Display for VersionVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, dot) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{}:{}", dot.replica, dot.counter)?;
        }
        Ok(())
    }
}
