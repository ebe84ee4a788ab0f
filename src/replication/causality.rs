//! Dots and version vectors (Parker et al. 1983; Preguiça et al., "Dotted Version Vectors", 2010).
//!
//! A *dot* names one write. A *version vector* says, per replica, up to which counter all writes are known.

use super::ids::ReplicaId;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

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
///
/// Every delta carries two of them, and those of one writer differ in that writer's counter only: one entry stands apart,
/// the others are shared between clones.
#[derive(Clone, Default)]
pub struct VersionVector {
    /// `None` only when nothing is known.
    apart: Option<Dot>,
    /// The others, in the order of replica ids. A list is the cheapest map for a few.
    others: Option<Arc<Vec<Dot>>>,
}

fn place(dots: &[Dot], replica: ReplicaId) -> Result<usize, usize> {
    dots.binary_search_by_key(&replica, |dot| dot.replica)
}

impl VersionVector {
    /// The vector that knows nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { apart: None, others: None }
    }

    #[inline]
    fn others(&self) -> &[Dot] {
        self.others.as_ref().map_or(&[], |others| others)
    }

    /// The counter known for `replica`; 0 when none.
    #[inline]
    #[must_use]
    pub fn get(&self, replica: ReplicaId) -> u64 {
        match self.apart {
            Some(apart) if apart.replica == replica => apart.counter,
            _ => place(self.others(), replica).map_or(0, |index| self.others()[index].counter),
        }
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
        other.apart.is_none_or(|dot| self.covers(dot)) && other.others().iter().all(|dot| self.covers(*dot))
    }

    /// Learns of `dot` and, by the meaning of a vector, of all before it.
    #[inline]
    pub fn observe(&mut self, dot: Dot) {
        match &mut self.apart {
            Some(apart) if apart.replica == dot.replica => apart.counter = apart.counter.max(dot.counter),
            Some(_) => self.observe_other(dot),
            None => self.apart = Some(dot),
        }
    }

    fn observe_other(&mut self, dot: Dot) {
        let place = place(self.others(), dot.replica);
        if place.is_ok_and(|index| self.others()[index].counter >= dot.counter) {
            return;
        }
        let others = self.others.get_or_insert_default();
        match (Arc::get_mut(others), place) {
            (Some(own), Ok(index)) => own[index] = dot,
            (Some(own), Err(index)) => own.insert(index, dot),
            // They have to be copied anyway: what has just moved stands apart from now on, it may move again.
            (None, place) => {
                let own = Arc::make_mut(others);
                if let Ok(index) = place {
                    own.remove(index);
                }
                if let Some(before) = self.apart.replace(dot) {
                    let index = own.partition_point(|other| other.replica < before.replica);
                    own.insert(index, before);
                }
            }
        }
    }

    /// Whether this is `base` and `dot`.
    #[must_use]
    pub fn is_grown(&self, base: &Self, dot: Dot) -> bool {
        let moved = base.apart.is_some_and(|apart| apart.replica == dot.replica && apart.counter <= dot.counter);
        if moved && self.apart.is_some_and(|apart| apart.replica == dot.replica) {
            return self.apart == Some(dot) && self.others == base.others;
        }
        let mut grown = base.clone();
        grown.observe(dot);
        grown == *self
    }

    /// Learns all that `other` knows.
    pub fn merge(&mut self, other: &Self) {
        for dot in other.apart.iter().chain(other.others()) {
            self.observe(*dot);
        }
    }

    /// What both know: the pointwise minimum.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let shared = self.iter().map(|dot| Dot { counter: dot.counter.min(other.get(dot.replica)), ..dot });
        shared.filter(|dot| dot.counter > 0).collect()
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
    #[must_use]
    pub fn iter(&self) -> Dots<'_> {
        Dots { apart: self.apart, others: self.others() }
    }

    /// The number of replicas known.
    #[must_use]
    pub fn replica_count(&self) -> usize {
        usize::from(self.apart.is_some()) + self.others().len()
    }

    /// Whether nothing is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.apart.is_none()
    }
}

/// The entries of a vector, in the order of replica ids.
#[derive(Clone, Debug)]
pub struct Dots<'a> {
    apart: Option<Dot>,
    others: &'a [Dot],
}

impl Iterator for Dots<'_> {
    type Item = Dot;

    fn next(&mut self) -> Option<Dot> {
        let next = self.others.first().copied();
        match (self.apart, next) {
            (Some(apart), next) if next.is_none_or(|next| apart.replica < next.replica) => self.apart.take(),
            _ => {
                self.others = self.others.get(1..)?;
                next
            }
        }
    }
}

impl PartialEq for VersionVector {
    fn eq(&self, other: &Self) -> bool {
        let is_alike = self.apart.map(|dot| dot.replica) == other.apart.map(|dot| dot.replica);
        if is_alike { self.apart == other.apart && self.others() == other.others() } else { self.iter().eq(other.iter()) }
    }
}

impl Eq for VersionVector {}

impl PartialOrd for VersionVector {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for VersionVector {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl Hash for VersionVector {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|dot| dot.hash(state));
    }
}

impl fmt::Debug for VersionVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
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
