//! Who had seen whom among the deltas of one key (or line), by the contexts that their writers sent.

use super::older;
use crate::replication::causality::Dot;
use crate::replication::delta::Delta;
use crate::replication::view::{Fate, Reason};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The seen-by relation over a slice of deltas. Positions are indexes into the slice.
pub struct Causal<'a> {
    deltas: &'a [Arc<Delta>],
    /// Per delta the positions of those whose writers had seen it.
    seers: Vec<Vec<usize>>,
}

impl<'a> Causal<'a> {
    /// Compares every delta with every other.
    #[must_use]
    pub fn new(deltas: &'a [Arc<Delta>]) -> Self {
        let saw = |later: &usize, earlier: usize| *later != earlier && deltas[*later].has_seen(&deltas[earlier]);
        let seers = (0..deltas.len()).map(|earlier| (0..deltas.len()).filter(|later| saw(later, earlier)).collect()).collect();
        Self { deltas, seers }
    }

    /// The deltas that the writer of `viewer` had seen; all of them for `None`.
    fn is_seen(&self, viewer: Option<usize>, index: usize) -> bool {
        viewer.is_none_or(|viewer| viewer != index && self.deltas[viewer].has_seen(&self.deltas[index]))
    }

    /// The versions in what `viewer` had seen (everything for `None`): those that no other of them had seen.
    #[must_use]
    pub fn frontier(&self, viewer: Option<usize>) -> Vec<usize> {
        self.frontier_where(|index| self.is_seen(viewer, index))
    }

    /// The versions among the deltas for which `holds` is true, in the order of their stamps.
    pub fn frontier_where(&self, holds: impl Fn(usize) -> bool) -> Vec<usize> {
        let is_version = |index: &usize| holds(*index) && !self.seers[*index].iter().any(|later| holds(*later));
        let mut versions: Vec<usize> = (0..self.deltas.len()).filter(is_version).collect();
        self.sort(&mut versions, &|_| 0);
        versions
    }

    /// The versions of what *all* of `versions` had seen or are: the last common state.
    #[must_use]
    pub fn base(&self, versions: &[usize]) -> Vec<usize> {
        self.frontier_where(|index| versions.iter().all(|version| self.reaches(*version, index)))
    }

    /// Whether `index` is `version` itself or had been seen by its writer.
    #[must_use]
    pub fn reaches(&self, version: usize, index: usize) -> bool {
        version == index || self.deltas[version].has_seen(&self.deltas[index])
    }

    /// The version with the latest stamp, ties by dot.
    #[must_use]
    pub fn latest(&self, versions: &[usize]) -> Option<usize> {
        versions.iter().copied().max_by_key(|index| self.deltas[*index].rank())
    }

    /// The earliest (by stamp) of those who had seen `index`.
    #[must_use]
    pub fn first_seer(&self, index: usize) -> Option<usize> {
        self.seers[index].iter().copied().min_by_key(|later| self.deltas[*later].rank())
    }

    /// Everything in an order where nobody comes before what they had seen: by how much they had seen, then stamp.
    /// Independent of arrival.
    #[must_use]
    pub fn order(&self) -> Vec<usize> {
        let mut seen_count = vec![0_usize; self.deltas.len()];
        for seers in &self.seers {
            for later in seers {
                seen_count[*later] += 1;
            }
        }
        let mut order: Vec<usize> = (0..self.deltas.len()).collect();
        self.sort(&mut order, &|index| seen_count[index]);
        order
    }

    /// By `first`, then stamp.
    fn sort(&self, positions: &mut [usize], first: &dyn Fn(usize) -> usize) {
        positions.sort_unstable_by_key(|index| (first(*index), self.deltas[*index].rank()));
    }

    /// The fate of every delta.
    pub fn fates(&self, fate: impl Fn(usize) -> Fate) -> BTreeMap<Dot, Fate> {
        let mut fates = BTreeMap::new();
        for index in 0..self.deltas.len() {
            fates.insert(self.dot(index), fate(index));
        }
        fates
    }

    /// The dot of a delta.
    #[must_use]
    pub fn dot(&self, index: usize) -> Dot {
        self.deltas[index].dot
    }

    /// The delta at a position.
    #[must_use]
    pub fn delta(&self, index: usize) -> &Delta {
        &self.deltas[index]
    }

    /// Why `winner` comes after `loser` in the order of last write wins.
    #[must_use]
    pub fn reason(&self, loser: usize, winner: usize) -> Reason {
        older(&self.deltas[loser], &self.deltas[winner])
    }
}
