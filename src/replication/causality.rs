//! Dots and version vectors (Parker et al. 1983; Preguiça et al., "Dotted Version Vectors", 2010).
//!
//! A *dot* names one write. A *version vector* says, per replica, up to which counter all writes are known.

use super::ids::ReplicaId;
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
    /// By replica, each once. A vector of few entries is copied with every delta: a list is the cheapest map.
    counters: Vec<Dot>,
}

impl VersionVector {
    /// The vector that knows nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { counters: Vec::new() }
    }

    /// Where `replica` stands, or would stand.
    #[inline]
    fn place(&self, replica: ReplicaId) -> Result<usize, usize> {
        self.counters.binary_search_by_key(&replica, |dot| dot.replica)
    }

    /// The counter known for `replica`; 0 when none.
    #[inline]
    #[must_use]
    pub fn get(&self, replica: ReplicaId) -> u64 {
        self.place(replica).map_or(0, |index| self.counters[index].counter)
    }

    /// Whether the write named `dot` is known.
    #[inline]
    #[must_use]
    pub fn covers(&self, dot: Dot) -> bool {
        self.get(dot.replica) >= dot.counter
    }

    /// Whether everything that `other` knows is known.
    #[must_use]
    pub fn covers_all(&self, other: &Self) -> bool {
        other.counters.iter().all(|dot| self.covers(*dot))
    }

    /// Learns of `dot` and, by the meaning of a vector, of all before it.
    pub fn observe(&mut self, dot: Dot) {
        match self.place(dot.replica) {
            Ok(index) => self.counters[index].counter = self.counters[index].counter.max(dot.counter),
            Err(index) => self.counters.insert(index, dot),
        }
    }

    /// Learns all that `other` knows.
    pub fn merge(&mut self, other: &Self) {
        for dot in &other.counters {
            self.observe(*dot);
        }
    }

    /// What both know: the pointwise minimum.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let shared = self.iter().map(|dot| Dot { counter: dot.counter.min(other.get(dot.replica)), ..dot });
        Self { counters: shared.filter(|dot| dot.counter > 0).collect() }
    }

    /// What `other` knows and this one does not: entries of `other` that are ahead.
    pub fn behind<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Dot> + 'a {
        other.iter().filter(|dot| !self.covers(*dot))
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
        self.counters.iter().copied()
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
