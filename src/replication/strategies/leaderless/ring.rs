//! Who stores which key: the nodes stand on a ring, and a key's replicas are the n nodes after the place of its hash
//! (consistent hashing as in Dynamo, DeCandia et al. 2007, section 4.2, with one place for each node).

use super::nodes::NodeSet;
use crate::replication::delta::Key;
use crate::replication::hash::Hasher;
use crate::replication::ids::NodeId;
use std::sync::Arc;

/// The nodes that store, in the order of the ring.
#[derive(Clone, Debug)]
pub struct Ring {
    nodes: Arc<[NodeId]>,
    replica_count: u16,
    everybody: NodeSet,
    is_whole: bool,
}

impl Ring {
    /// A ring of `nodes` with `replica_count` replicas of each key.
    #[must_use]
    pub fn new(nodes: Vec<NodeId>, replica_count: u16) -> Self {
        let everybody = nodes.iter().copied().collect();
        let is_whole = usize::from(replica_count) >= nodes.len();
        Self { replica_count: replica_count.min(nodes.len() as u16), nodes: nodes.into(), everybody, is_whole }
    }

    /// All nodes.
    #[must_use]
    pub const fn everybody(&self) -> NodeSet {
        self.everybody
    }

    /// Replicas of each key.
    #[must_use]
    pub const fn replica_count(&self) -> u16 {
        self.replica_count
    }

    /// Whether every node stores every key.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Places of the ring: keys of one place have the same replicas.
    #[must_use]
    pub fn place_count(&self) -> usize {
        if self.is_whole() { 1 } else { self.nodes.len() }
    }

    /// The place of a key.
    #[must_use]
    pub fn place(&self, key: &Key) -> usize {
        if self.is_whole() { 0 } else { (key_hash(key) as u32 as usize) % self.nodes.len().max(1) }
    }

    /// The replicas of the keys of a place.
    #[must_use]
    pub fn homes_at(&self, place: usize) -> NodeSet {
        self.around(place).take(usize::from(self.replica_count)).collect()
    }

    /// The replicas of a key.
    #[inline]
    #[must_use]
    pub fn homes(&self, key: &Key) -> NodeSet {
        if self.is_whole() { self.everybody } else { self.homes_at(self.place(key)) }
    }

    /// All nodes from a place on, going around: first the replicas, then those that stand in for them.
    pub fn around(&self, place: usize) -> impl Iterator<Item = NodeId> + '_ {
        (0..self.nodes.len()).map(move |step| self.nodes[(place + step) % self.nodes.len()])
    }

    /// The nodes that stand in for the replicas of a key, nearest first.
    pub fn substitutes(&self, key: &Key) -> impl Iterator<Item = NodeId> + '_ {
        self.around(self.place(key)).skip(usize::from(self.replica_count))
    }
}

/// The hash that decides about a key's place (low half) and its leaf in hash trees (high half).
#[must_use]
pub(super) fn key_hash(key: &Key) -> u64 {
    Hasher::new(0).text(&key.0).digest().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_follow_the_hash_and_substitutes_follow_them() {
        let ring = Ring::new((0..5).map(NodeId).collect(), 3);
        let mut places = [0; 5];
        for number in 0..500 {
            let key = Key::from(format!("k{number}").as_str());
            let homes = ring.homes(&key);
            let substitutes: NodeSet = ring.substitutes(&key).collect();
            assert_eq!((homes.len(), substitutes.len(), homes.within(substitutes)), (3, 2, NodeSet::NONE));
            assert_eq!(ring.substitutes(&key).next(), Some(NodeId(((ring.place(&key) + 3) % 5) as u16)));
            places[ring.place(&key)] += 1;
        }
        assert!(places.iter().all(|count| (60..140).contains(count)), "{places:?}");
        let whole = Ring::new(vec![NodeId(2), NodeId(4)], 2);
        assert_eq!((whole.homes(&"x".into()).names(), whole.place_count()), ("n2 n4".to_owned(), 1));
    }
}
