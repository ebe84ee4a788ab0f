//! What stands for deltas that were collected (rule R10): per writer how far its deltas are settled, and what is needed to
//! go on from there. Settled are those that every live store holds; of these only what decisions still need is kept.

use super::causality::{Dot, VersionVector};
use super::hash::Digest;
use super::ids::ReplicaId;
use std::collections::BTreeMap;

/// How far the deltas of one writer are settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// The counter of its last settled delta.
    pub counter: u64,
    /// The sum of the hashes of all its deltas up to there, whether kept or not (rule R11).
    pub sum: u64,
    /// The chain hash there: what the next delta follows on (rule R3).
    pub chain: Digest,
}

/// The settled writers. What is settled and not held was collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base(BTreeMap<ReplicaId, End>);

impl Base {
    /// Whether nothing is settled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a delta is settled.
    #[must_use]
    pub fn covers(&self, dot: Dot) -> bool {
        self.end(dot.replica).counter >= dot.counter
    }

    /// How far a writer is settled; counter 0 when it is not.
    #[must_use]
    pub fn end(&self, replica: ReplicaId) -> End {
        self.0.get(&replica).copied().unwrap_or_default()
    }

    /// All ends, in the order of the ids.
    pub fn ends(&self) -> impl Iterator<Item = (ReplicaId, End)> + '_ {
        self.0.iter().map(|(replica, end)| (*replica, *end))
    }

    /// Settles a writer up to `end`, if that is further than before.
    pub fn settle(&mut self, replica: ReplicaId, end: End) {
        if end.counter > self.end(replica).counter {
            self.0.insert(replica, end);
        }
    }

    /// Everything that is settled.
    #[must_use]
    pub fn vector(&self) -> VersionVector {
        self.0.iter().map(|(replica, end)| Dot { replica: *replica, counter: end.counter }).collect()
    }

    /// The sum of the hashes of all settled deltas.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.values().fold(0, |sum, end| sum.wrapping_add(end.sum))
    }

    /// How many deltas are settled.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().map(|end| end.counter).sum()
    }
}
