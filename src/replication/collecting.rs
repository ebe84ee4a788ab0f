//! Which deltas may go (rule R10). Pure: knows deltas and what is settled, no stores and no messages.
//!
//! A key gives deltas away once its last delta had seen all others and every live store holds them all: whatever is
//! written later has then seen all of them, so what they were decided to is all that matters. It keeps what no later
//! delta on the same line had seen, the surviving dots of the add-wins map, settings and the last delta, provided that
//! these alone are decided in every mode but the home's to the same content and the same conflicts.

use super::causality::{Dot, VersionVector};
use super::delta::{Delta, Mode, Operation};
use super::modes::{self, Causal};
use super::store::DeltaStore;
use crate::limits;
use std::collections::BTreeSet;
use std::sync::Arc;

/// All deltas of `store` that may go once `settled` is held by every live store.
#[must_use]
pub fn dispensable(default: Mode, store: &DeltaStore, settled: &VersionVector) -> BTreeSet<Dot> {
    store.keys().flat_map(|(_, log)| dispensable_of_key(default, &log.deltas, settled)).collect()
}

/// Those of one key, whose deltas come in the order of arrival.
#[must_use]
pub fn dispensable_of_key(default: Mode, deltas: &[Arc<Delta>], settled: &VersionVector) -> Vec<Dot> {
    let Some((last, before)) = deltas.split_last() else { return Vec::new() };
    let is_ripe = deltas.len() <= limits::MAX_COLLECTED_KEY_DELTAS
        && before.iter().all(|delta| last.has_seen(delta))
        && deltas.iter().all(|delta| settled.covers(delta.dot) && is_foldable(delta))
        && modes::mode_of(default, deltas) != Mode::Home;
    if !is_ripe {
        return Vec::new();
    }
    let needed = needed(deltas, last);
    let (kept, gone): (Vec<Arc<Delta>>, Vec<Arc<Delta>>) = deltas.iter().cloned().partition(|delta| needed.contains(&delta.dot));
    if gone.is_empty() || !is_decided_alike(deltas, &kept) {
        return Vec::new();
    }
    gone.iter().map(|delta| delta.dot).collect()
}

/// Whether every mode but the home's knows what to do with it: a home's order, and what this version does not know, are not
/// for it to shorten.
const fn is_foldable(delta: &Delta) -> bool {
    !matches!(delta.operation, Operation::Rule(_) | Operation::Opaque(_))
}

fn needed(deltas: &[Arc<Delta>], last: &Delta) -> BTreeSet<Dot> {
    let mut needed = BTreeSet::from([last.dot]);
    let writes = writes(deltas);
    needed.extend(deltas.iter().filter(|delta| matches!(delta.operation, Operation::SetMode(_))).map(|delta| delta.dot));
    needed.extend(versions(&writes));
    for line in modes::group_by_line(&writes).values() {
        needed.extend(versions(line));
        needed.extend(modes::surviving_dots(line, |_| true));
    }
    needed
}

fn versions(deltas: &[Arc<Delta>]) -> Vec<Dot> {
    let causal = Causal::new(deltas);
    causal.frontier(None).into_iter().map(|index| causal.dot(index)).collect()
}

/// Without the key's own mode, which would hide the others.
fn writes(deltas: &[Arc<Delta>]) -> Vec<Arc<Delta>> {
    deltas.iter().filter(|delta| !matches!(delta.operation, Operation::SetMode(_))).cloned().collect()
}

fn is_decided_alike(deltas: &[Arc<Delta>], kept: &[Arc<Delta>]) -> bool {
    let (all, kept) = (writes(deltas), writes(kept));
    let is_alike = |mode: Mode| {
        let (before, after) = (modes::decide(mode, &all), modes::decide(mode, &kept));
        (before.content, before.conflicts) == (after.content, after.conflicts)
    };
    Mode::ALL.into_iter().filter(|mode| *mode != Mode::Home).all(is_alike)
}
