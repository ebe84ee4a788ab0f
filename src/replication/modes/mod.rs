//! Conflict modes: deterministic folds over the deltas of one key. A mode sees *what* was written and what each
//! writer had seen; it never sees who asks, which replica this is, or in which order deltas arrived.
//!
//! Every write gets a [`Fate`], and every write that does not show says why.

mod add_wins;
mod causal;
pub mod home;
mod line;
mod plain;
mod whole;

pub use add_wins::surviving_dots;
pub use causal::Causal;

use super::delta::{Delta, Item, Mode, Operation};
use super::view::{Conflict, Content, Decided, Fate, Line, Reason};
use crate::replication::causality::Dot;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one key's fold produces, besides the fates of settings.
pub(crate) struct Folded {
    pub(crate) content: Content,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) fates: BTreeMap<Dot, Fate>,
}

/// Folds all `deltas` of one key. `default` is the mode unless the key has one of its own.
#[must_use]
pub fn decide(default: Mode, deltas: &[Arc<Delta>]) -> Decided {
    let kinds = Kinds::of(deltas);
    let (mode, setting_fates) = decide_mode(default, &kinds.settings);
    let mut folded = match mode {
        Mode::Home if !super::IS_OPENING_ALONE => home::fold(&kinds.writes, &kinds.rulings),
        mode => fold_without_home(mode, &kinds.writes),
    };
    folded.fates.extend(setting_fates);
    folded.fates.extend(kinds.rulings.iter().map(|delta| (delta.dot, Fate::Visible)));
    folded.fates.extend(kinds.opaque.iter().map(|dot| (*dot, Fate::Opaque)));
    Decided { mode, content: folded.content, conflicts: folded.conflicts, fates: folded.fates, version: 0 }
}

/// The mode in force for a key with these deltas.
#[must_use]
pub fn mode_of(default: Mode, deltas: &[Arc<Delta>]) -> Mode {
    let settings: Vec<Arc<Delta>> = deltas.iter().filter(|delta| matches!(delta.operation, Operation::SetMode(_))).cloned().collect();
    decide_mode(default, &settings).0
}

/// The deltas of a key by what they are.
#[derive(Default)]
struct Kinds {
    writes: Vec<Arc<Delta>>,
    settings: Vec<Arc<Delta>>,
    rulings: Vec<Arc<Delta>>,
    opaque: Vec<Dot>,
}

impl Kinds {
    fn of(deltas: &[Arc<Delta>]) -> Self {
        let mut kinds = Self::default();
        for delta in deltas {
            match &delta.operation {
                Operation::Put(_) | Operation::Delete | Operation::Cart(..) => kinds.writes.push(delta.clone()),
                Operation::SetMode(_) => kinds.settings.push(delta.clone()),
                Operation::Rule(_) => kinds.rulings.push(delta.clone()),
                Operation::Opaque(_) => kinds.opaque.push(delta.dot),
            }
        }
        kinds
    }
}

fn fold_without_home(mode: Mode, writes: &[Arc<Delta>]) -> Folded {
    let is_cart = writes.iter().any(|delta| delta.item().is_some());
    if is_cart { fold_cart(mode, writes) } else { plain::fold(mode, writes) }
}

fn fold_cart(mode: Mode, deltas: &[Arc<Delta>]) -> Folded {
    match mode {
        Mode::LastWrite | Mode::NaiveUnion => whole::fold(mode, deltas),
        Mode::LastWriteLine | Mode::Ask => by_line(deltas, |lines| line::fold(mode, lines)),
        // A home folds by itself; a cart without one merges.
        Mode::AddWins | Mode::Home => by_line(deltas, add_wins::fold),
    }
}

/// What a fold of one line produces.
pub(crate) struct FoldedLine {
    pub(crate) quantity: u32,
    pub(crate) is_open: bool,
    pub(crate) conflict: Option<Conflict>,
    pub(crate) fates: BTreeMap<Dot, Fate>,
}

fn by_line(deltas: &[Arc<Delta>], fold: impl Fn(&[Arc<Delta>]) -> FoldedLine) -> Folded {
    let mut folded = Folded { content: Content::Absent, conflicts: Vec::new(), fates: BTreeMap::new() };
    let mut lines = BTreeMap::new();
    for (item, group) in group_by_line(deltas) {
        let line = fold(&group);
        if line.quantity > 0 || line.is_open {
            lines.insert(
                item,
                Line { quantity: line.quantity, is_open: line.is_open, is_pending: false, observed: surviving_dots(&group, |_| true) },
            );
        }
        folded.conflicts.extend(line.conflict);
        folded.fates.extend(line.fates);
    }
    folded.content = Content::Cart(lines);
    folded
}

pub(crate) fn group_by_line(deltas: &[Arc<Delta>]) -> BTreeMap<Item, Vec<Arc<Delta>>> {
    let mut groups: BTreeMap<Item, Vec<Arc<Delta>>> = BTreeMap::new();
    for delta in deltas {
        if let Some(item) = delta.item() {
            groups.entry(item.clone()).or_default().push(delta.clone());
        }
    }
    groups
}

/// A key's own mode is last-write-wins data.
fn decide_mode(default: Mode, settings: &[Arc<Delta>]) -> (Mode, BTreeMap<Dot, Fate>) {
    let causal = Causal::new(settings);
    let Some(winner) = causal.latest(&causal.frontier(None)) else {
        return (default, BTreeMap::new());
    };
    let fates = causal.fates(|index| fate_under(&causal, index, winner));
    let Operation::SetMode(mode) = settings[winner].operation else { return (default, fates) };
    (mode, fates)
}

/// The fate of a delta whose value does not contribute to `winner`'s, under last write wins.
pub(crate) fn fate_under(causal: &Causal<'_>, index: usize, winner: usize) -> Fate {
    if index == winner {
        return Fate::Visible;
    }
    if let Some(later) = causal.first_seer(index) {
        return Fate::Superseded { by: causal.dot(later) };
    }
    Fate::Discarded { by: causal.dot(winner), reason: causal.reason(index, winner) }
}

/// Why last write wins prefers one delta to another.
pub(crate) fn older(loser: &Delta, winner: &Delta) -> Reason {
    if loser.stamp == winner.stamp { Reason::LowerId } else { Reason::OlderStamp }
}
