//! Which deltas may go (rule R10). Pure: knows deltas and what is settled, no stores and no messages.
//!
//! A key gives deltas away once the last settled one had seen all other settled ones, and all later ones have seen them
//! too: whatever is still to come is written by a store that holds them, so what they were decided to is all that matters.
//! It keeps what no later delta on the same line had seen, the surviving dots of the add-wins map, settings and the last
//! settled delta, provided that these alone are decided in every mode but the home's to the same content and the same
//! conflicts. A client that writes with what it read long before is the exception: its write is kept and listed as ever,
//! but an "add" of it may be added to less than it had read.

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

/// How many deltas stand in keys that could give some away: quickly told, and no fewer than will go.
#[must_use]
pub fn ripe_count(default: Mode, store: &DeltaStore, settled: &VersionVector) -> usize {
    store.keys().filter_map(|(_, log)| ripe(default, &log.deltas, settled)).map(|ripe| ripe.len() - 1).sum()
}

/// The settled deltas of a key, if some may go: in the order of arrival.
fn ripe(default: Mode, deltas: &[Arc<Delta>], settled: &VersionVector) -> Option<Vec<Arc<Delta>>> {
    if deltas.len() > limits::MAX_COLLECTED_KEY_DELTAS || !deltas.iter().all(|delta| is_foldable(delta)) {
        return None;
    }
    let (ripe, later): (Vec<Arc<Delta>>, Vec<Arc<Delta>>) = deltas.iter().cloned().partition(|delta| settled.covers(delta.dot));
    let (last, before) = ripe.split_last()?;
    let is_seen = |delta: &Arc<Delta>| last.has_seen(delta) && later.iter().all(|later| later.has_seen(delta));
    let is_ripe = !before.is_empty() && before.iter().all(is_seen) && later.iter().all(|later| later.has_seen(last));
    (is_ripe && modes::mode_of(default, deltas) != Mode::Home).then_some(ripe)
}

/// Those of one key, whose deltas come in the order of arrival.
#[must_use]
pub fn dispensable_of_key(default: Mode, deltas: &[Arc<Delta>], settled: &VersionVector) -> Vec<Dot> {
    let Some(ripe) = ripe(default, deltas, settled) else { return Vec::new() };
    let needed = needed(&ripe);
    let gone: Vec<Dot> = ripe.iter().map(|delta| delta.dot).filter(|dot| !needed.contains(dot)).collect();
    let without = |deltas: &[Arc<Delta>]| -> Vec<Arc<Delta>> {
        deltas.iter().filter(|delta| !settled.covers(delta.dot) || needed.contains(&delta.dot)).cloned().collect()
    };
    let is_alike = |deltas: &[Arc<Delta>]| is_decided_alike(deltas, &without(deltas));
    // What is there now, and what those had seen who write next.
    if gone.is_empty() || !is_alike(&ripe) || (ripe.len() < deltas.len() && !is_alike(deltas)) { Vec::new() } else { gone }
}

/// Whether every mode but the home's knows what to do with it: a home's order, and what this version does not know, are not
/// for it to shorten.
const fn is_foldable(delta: &Delta) -> bool {
    !matches!(delta.operation, Operation::Rule(_) | Operation::Opaque(_))
}

fn needed(deltas: &[Arc<Delta>]) -> BTreeSet<Dot> {
    let mut needed: BTreeSet<Dot> = deltas.last().map(|last| last.dot).into_iter().collect();
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
