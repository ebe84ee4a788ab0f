//! Anti-entropy (Dynamo, section 4.7): now and then a replica compares its hash tree with that of another one. They
//! take turns, level by level, each message saying all that the other needs, so that neither remembers anything.

use super::cell::{Cell, Standing};
use super::message::{Beside, Hashes, Leaves};
use super::tree::Tree;
use super::{Leaderless, Out, Timer};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Env;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Leaderless {
    /// One tree for each place of the ring whose keys this node stores, with all that it holds.
    pub(super) fn grow_trees(&mut self) {
        let places = (0..self.config.ring.place_count()).filter(|place| self.config.ring.homes_at(*place).contains(self.me));
        self.trees = places.map(|place| (place as u16, Tree::new(self.config.tree_depth))).collect::<BTreeMap<_, _>>();
        for cell in self.cells.all() {
            if let Some(tree) = self.trees.get_mut(&(self.config.ring.place(&cell.key) as u16)) {
                tree.change(&cell.key, None, Some(cell));
            }
        }
    }

    /// The next comparison: with each replica of each place in turn.
    pub(super) fn on_anti_entropy(&mut self, env: &Env<'_>, out: &mut Out) {
        out.set_timer(Timer::AntiEntropy, self.config.anti_entropy_every);
        let ring = &self.config.ring;
        let peers = |place: u16| ring.homes_at(usize::from(place)).iter().filter(|node| *node != env.me).collect::<Vec<_>>();
        let pairs: Vec<(u16, NodeId)> = self.trees.keys().flat_map(|place| peers(*place).into_iter().map(|peer| (*place, peer))).collect();
        if pairs.is_empty() {
            return;
        }
        let (place, peer) = pairs[self.round as usize % pairs.len()];
        self.round = self.round.wrapping_add(1);
        if let Some(tree) = self.trees.get(&place) {
            let hashes = vec![(Tree::ROOT, tree.hash(Tree::ROOT))];
            out.send(peer, Beside::Hashes(Hashes { place, hashes, count: 1 }).into());
        }
    }

    /// The other side's hashes: answers with what is below those that differ, or at the leaves with what they hold.
    pub(super) fn on_hashes(&mut self, env: &Env<'_>, from: NodeId, theirs: &Hashes, out: &mut Out) {
        let Some(tree) = self.trees.get(&theirs.place) else { return };
        let (place, count) = (theirs.place, theirs.count);
        let differing = tree.differing(&theirs.hashes);
        let Some(first) = differing.first() else {
            return out.note(|| Note::Told("tree-compared", format!("equals {from}: {count} hashes a side")));
        };
        if tree.is_leaf(*first) {
            out.note(|| Note::Told("tree-compared", format!("differs from {from} in {} leaves: {count} hashes a side", differing.len())));
            let cells = self.cells_of(env, place, &differing);
            return out.send(from, Beside::Leaves(Leaves { place, leaves: differing, cells, asks_back: true }).into());
        }
        let hashes = tree.below(&differing);
        let count = count + hashes.len() as u32;
        out.send(from, Beside::Hashes(Hashes { place, hashes, count }).into());
    }

    /// All that these leaves hold, but for tombstones that are about to be collected.
    fn cells_of(&self, env: &Env<'_>, place: u16, leaves: &[u32]) -> Vec<Rc<Cell>> {
        let Some(tree) = self.trees.get(&place) else { return Vec::new() };
        let held = leaves.iter().flat_map(|leaf| tree.keys_of(*leaf)).filter_map(|key| self.cells.get(key));
        held.filter(|cell| !self.is_expired(env, cell)).cloned().collect()
    }

    /// What the other side holds in leaves that differ: takes it, and answers with what it lacks.
    pub(super) fn on_leaves(&mut self, env: &Env<'_>, from: NodeId, theirs: &Leaves, out: &mut Out) {
        for cell in &theirs.cells {
            self.take(env, cell, out);
        }
        if !theirs.asks_back {
            return;
        }
        let lacks = |mine: &Rc<Cell>| {
            let same_key = theirs.cells.iter().find(|cell| cell.key == mine.key);
            same_key.is_none_or(|cell| !matches!(cell.standing(mine), Standing::Same | Standing::Older))
        };
        let cells: Vec<Rc<Cell>> = self.cells_of(env, theirs.place, &theirs.leaves).into_iter().filter(lacks).collect();
        if !cells.is_empty() {
            let (place, leaves) = (theirs.place, theirs.leaves.clone());
            out.send(from, Beside::Leaves(Leaves { place, leaves, cells, asks_back: false }).into());
        }
    }
}
