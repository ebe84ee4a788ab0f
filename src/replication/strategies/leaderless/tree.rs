//! Hash trees (Merkle, "A Digital Signature Based on a Conventional Encryption Function", 1987; as in Dynamo, section
//! 4.7): two replicas find the leaves where they differ by comparing a few hashes. Kept up to date with every change.

use super::cell::Cell;
use super::ring::key_hash;
use crate::replication::delta::Key;
use crate::replication::random::mix;
use std::rc::Rc;

/// A tree over the keys of one place of the ring.
#[derive(Clone, Debug)]
pub struct Tree {
    depth: u32,
    /// The root is number 1; the children of i are 2i and 2i + 1.
    hashes: Vec<u64>,
    /// The keys of each leaf.
    keys: Vec<Vec<Rc<Key>>>,
}

impl Tree {
    /// The number of the root.
    pub const ROOT: u32 = 1;

    /// An empty tree with two to the power of `depth` leaves.
    #[must_use]
    pub fn new(depth: u32) -> Self {
        let leaf_count = 1usize << depth;
        let mut tree = Self { depth, hashes: vec![0; 2 * leaf_count], keys: vec![Vec::new(); leaf_count] };
        for node in (1..leaf_count).rev() {
            tree.hashes[node] = tree.joined(node);
        }
        tree
    }

    /// The hash of a node of the tree; 0 outside of it.
    #[must_use]
    pub fn hash(&self, node: u32) -> u64 {
        self.hashes.get(node as usize).copied().unwrap_or(0)
    }

    /// Whether a node of the tree is a leaf.
    #[must_use]
    pub const fn is_leaf(&self, node: u32) -> bool {
        node >> self.depth == 1
    }

    /// Whether there is such a node.
    #[must_use]
    pub const fn has(&self, node: u32) -> bool {
        node >= Self::ROOT && (node as usize) < self.hashes.len()
    }

    /// The leaf of a key.
    #[must_use]
    pub fn leaf_of(&self, key: &Key) -> u32 {
        (1 << self.depth) | ((key_hash(key) >> 32) as u32 & ((1 << self.depth) - 1))
    }

    /// The keys of a leaf.
    #[must_use]
    pub fn keys_of(&self, leaf: u32) -> &[Rc<Key>] {
        let index = leaf.checked_sub(1 << self.depth).unwrap_or(u32::MAX);
        self.keys.get(index as usize).map_or(&[], Vec::as_slice)
    }

    /// What is held of `key` changed: touches its leaf and the nodes above.
    pub fn change(&mut self, key: &Rc<Key>, before: Option<&Cell>, after: Option<&Cell>) {
        let leaf = self.leaf_of(key);
        let keys = &mut self.keys[leaf as usize - (1 << self.depth)];
        match (before, after) {
            (None, Some(_)) => keys.push(Rc::clone(key)),
            (Some(_), None) => keys.retain(|held| held != key),
            _ => {}
        }
        self.hashes[leaf as usize] ^= before.map_or(0, Cell::hash) ^ after.map_or(0, Cell::hash);
        let mut node = leaf as usize / 2;
        while node >= 1 {
            self.hashes[node] = self.joined(node);
            node /= 2;
        }
    }

    fn joined(&self, node: usize) -> u64 {
        mix(self.hashes[2 * node].rotate_left(17) ^ mix(self.hashes[2 * node + 1]))
    }

    /// Those of the other side's hashes that are not mine.
    pub fn differing(&self, theirs: &[(u32, u64)]) -> Vec<u32> {
        theirs.iter().filter(|(node, hash)| self.has(*node) && self.hash(*node) != *hash).map(|(node, _)| *node).collect()
    }

    /// The hashes below these nodes.
    #[must_use]
    pub fn below(&self, nodes: &[u32]) -> Vec<(u32, u64)> {
        nodes.iter().flat_map(|node| [2 * node, 2 * node + 1]).map(|node| (node, self.hash(node))).collect()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::cell::{Content, Version, Write};
    use super::*;
    use crate::replication::causality::{Dot, VersionVector};
    use crate::replication::ids::ReplicaId;
    use crate::replication::time::LocalTime;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn cell(key: u32, version: u64) -> Cell {
        let dot = Dot { replica: ReplicaId(1), counter: version };
        let write = Write { dot, value: None, author: "Ada".into(), context: VersionVector::new(), at: LocalTime(0) };
        Cell { key: Rc::new(Key::from(format!("k{key}").as_str())), version: Version(version), content: Content::Last(write) }
    }

    fn tree(depth: u32, cells: &[(u32, u64)]) -> Tree {
        let mut tree = Tree::new(depth);
        for (key, version) in cells {
            let cell = cell(*key, *version);
            tree.change(&cell.key, None, Some(&cell));
        }
        tree
    }

    /// Takes turns as replicas do; says which leaves differ and how many hashes each side had to look at.
    fn compare(one: &Tree, other: &Tree) -> (Vec<u32>, usize) {
        let (mut asked, mut turn, mut count) = (vec![(Tree::ROOT, one.hash(Tree::ROOT))], [other, one].into_iter().cycle(), 0);
        loop {
            let mine = turn.next().expect("a cycle never ends");
            count += asked.len();
            let differing = mine.differing(&asked);
            if differing.first().is_none_or(|node| mine.is_leaf(*node)) {
                return (differing, count);
            }
            asked = mine.below(&differing);
        }
    }

    #[test]
    fn one_bad_leaf_costs_one_and_two_for_each_level() {
        for depth in 1..=10 {
            let cells: Vec<(u32, u64)> = (0..2_000).map(|key| (key, 5)).collect();
            let good = tree(depth, &cells);
            assert_eq!(compare(&good, &good), (Vec::new(), 1), "equal trees cost one hash");
            let mut bad = good.clone();
            bad.change(&cell(77, 5).key, Some(&cell(77, 5)), Some(&cell(77, 6)));
            assert_eq!(compare(&good, &bad), (vec![good.leaf_of(&cell(77, 5).key)], 1 + 2 * depth as usize));
        }
    }

    proptest! {
        #[test]
        fn exactly_the_differing_leaves_are_found(
            ours in proptest::collection::btree_map(0..60u32, 1..4u64, 0..40),
            theirs in proptest::collection::btree_map(0..60u32, 1..4u64, 0..40),
        ) {
            let trees = [&ours, &theirs].map(|cells| tree(5, &cells.iter().map(|(key, version)| (*key, *version)).collect::<Vec<_>>()));
            let differs = |key: &u32| ours.get(key) != theirs.get(key);
            let expected: BTreeSet<u32> = (0..60).filter(differs).map(|key| trees[0].leaf_of(&cell(key, 1).key)).collect();
            let (found, _) = compare(&trees[0], &trees[1]);
            prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
        }

        #[test]
        fn a_tree_depends_on_what_is_held_and_not_on_the_way_there(steps in proptest::collection::vec((0..20u32, 0..4u64), 0..60)) {
            let mut walked = Tree::new(4);
            let mut held = std::collections::BTreeMap::new();
            for (key, version) in steps {
                let after = (version > 0).then(|| cell(key, version));
                let before = match version {
                    0 => held.remove(&key),
                    _ => held.insert(key, version),
                };
                walked.change(&cell(key, 1).key, before.map(|version| cell(key, version)).as_ref(), after.as_ref());
            }
            let direct = tree(4, &held.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(walked.hashes, direct.hashes);
        }
    }
}
