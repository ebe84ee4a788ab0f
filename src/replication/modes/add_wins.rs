//! One line of the add-wins map: dots of adds and sets survive until a write that observed them drops them
//! (the observed-remove idea of Shapiro et al. 2011, optimised as in Bieniusa et al. 2012: no tombstones).
//!
//! quantity = largest surviving set + sum of surviving adds; the item is there while a dot survives.

use super::line::{Fates, conflict, is_remove};
use super::{Causal, FoldedLine};
use crate::replication::causality::Dot;
use crate::replication::delta::{Delta, LineChange, Operation};
use crate::replication::view::{Fate, Reason};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The dots of one line that survive among the deltas for which `counts` is true.
pub fn surviving_dots(deltas: &[Arc<Delta>], counts: impl Fn(&Delta) -> bool) -> Vec<Dot> {
    let counted = || deltas.iter().filter(|delta| counts(delta));
    let mut dropped: BTreeSet<&Dot> = BTreeSet::new();
    dropped.extend(counted().flat_map(|delta| observed(delta)));
    let mut dots = BTreeSet::new();
    dots.extend(counted().filter(|delta| !is_remove(delta) && !dropped.contains(&delta.dot)).map(|delta| &delta.dot));
    dots.into_iter().copied().collect()
}

pub(super) fn observed(delta: &Delta) -> &[Dot] {
    match &delta.operation {
        Operation::Cart(_, LineChange::Set(_, observed) | LineChange::Remove(observed)) => observed,
        Operation::Cart(_, LineChange::Add(_))
        | Operation::Put(_)
        | Operation::Delete
        | Operation::SetMode(_)
        | Operation::Rule(_)
        | Operation::Opaque(_) => &[],
    }
}

pub(super) fn fold(deltas: &[Arc<Delta>]) -> FoldedLine {
    let causal = Causal::new(deltas);
    let versions = causal.frontier(None);
    let survivors = surviving_dots(deltas, |_| true);
    let value_at = |frontier: &[usize]| {
        let reached =
            |delta: &Delta| frontier.iter().any(|version| delta.dot == causal.dot(*version) || causal.delta(*version).has_seen(delta));
        quantity(deltas, &surviving_dots(deltas, reached))
    };
    FoldedLine {
        quantity: quantity(deltas, &survivors),
        is_open: false,
        conflict: conflict(&causal, &versions, false, value_at),
        fates: fates(&causal, deltas, &survivors),
    }
}

fn quantity(deltas: &[Arc<Delta>], survivors: &[Dot]) -> u32 {
    let (mut largest_set, mut added) = (0_u32, 0_u32);
    for delta in deltas.iter().filter(|delta| survivors.binary_search(&delta.dot).is_ok()) {
        match delta.operation {
            Operation::Cart(_, LineChange::Add(count)) => added = added.saturating_add(count),
            Operation::Cart(_, LineChange::Set(quantity, _)) => largest_set = largest_set.max(quantity),
            Operation::Cart(_, LineChange::Remove(_))
            | Operation::Put(_)
            | Operation::Delete
            | Operation::SetMode(_)
            | Operation::Rule(_)
            | Operation::Opaque(_) => {}
        }
    }
    largest_set.saturating_add(added)
}

fn fates(causal: &Causal<'_>, deltas: &[Arc<Delta>], survivors: &[Dot]) -> Fates {
    let survives = |dot: &Dot| survivors.binary_search(dot).is_ok();
    let shown_set = shown_set(deltas, survivors);
    let first_survivor = deltas.iter().filter(|delta| survives(&delta.dot)).min_by_key(|delta| delta.rank()).map(|delta| delta.dot);
    let fate = |index: usize| {
        let delta = causal.delta(index);
        match (&delta.operation, first_survivor, shown_set) {
            (Operation::Cart(_, LineChange::Add(_)), _, _) if survives(&delta.dot) => Fate::Visible,
            (Operation::Cart(_, LineChange::Set(..)), _, Some(shown)) if survives(&delta.dot) => set_fate(causal, index, shown),
            (Operation::Cart(_, LineChange::Remove(_)), None, _) => seen_or(causal, index, Fate::Visible),
            (Operation::Cart(_, LineChange::Remove(_)), Some(by), _) => {
                seen_or(causal, index, Fate::Overruled { by, reason: Reason::AddWins })
            }
            _ => seen_or(causal, index, Fate::Visible),
        }
    };
    causal.fates(fate)
}

/// The set that gives the quantity: the largest, of equal ones the first.
fn shown_set<'a>(deltas: &'a [Arc<Delta>], survivors: &[Dot]) -> Option<&'a Delta> {
    let sets = deltas.iter().filter(|delta| survivors.binary_search(&delta.dot).is_ok() && set_quantity(delta) > 0);
    sets.map(|delta| &**delta).max_by_key(|delta| (set_quantity(delta), std::cmp::Reverse(delta.rank())))
}

fn set_quantity(delta: &Delta) -> u32 {
    match delta.operation {
        Operation::Cart(_, LineChange::Set(quantity, _)) => quantity,
        Operation::Cart(..) | Operation::Put(_) | Operation::Delete | Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_) => {
            0
        }
    }
}

fn set_fate(causal: &Causal<'_>, index: usize, shown: &Delta) -> Fate {
    let delta = causal.delta(index);
    if delta.dot == shown.dot {
        return Fate::Visible;
    }
    let reason = if set_quantity(delta) == set_quantity(shown) { Reason::SameQuantity } else { Reason::LowerQuantity };
    seen_or(causal, index, Fate::Overruled { by: shown.dot, reason })
}

fn seen_or(causal: &Causal<'_>, index: usize, otherwise: Fate) -> Fate {
    causal.first_seer(index).map_or(otherwise, |later| Fate::Superseded { by: causal.dot(later) })
}
