//! One cart line under last write wins, or kept as siblings until a person decides.
//!
//! A version's quantity is what its writer saw on the line, changed as the writer said.

use super::{Causal, FoldedLine};
use crate::replication::causality::Dot;
use crate::replication::delta::{Delta, Item, LineChange, Mode, Operation};
use crate::replication::view::{Conflict, Fate, Side, SideValue};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A quantity and the writes that make it up.
#[derive(Clone, Debug, Default)]
pub(super) struct Quantity {
    pub(super) quantity: u32,
    pub(super) sources: Vec<Dot>,
}

impl Quantity {
    /// What the write makes of what its writer saw.
    pub(super) fn changed_by(mut self, delta: &Delta) -> Self {
        let Operation::Cart(_, change) = &delta.operation else { return self };
        match change {
            LineChange::Add(count) => {
                if self.quantity == 0 {
                    // A line that comes back owes nothing to the remove before.
                    self.sources.clear();
                }
                self.quantity = self.quantity.saturating_add(*count);
                self.sources.push(delta.dot);
                self
            }
            LineChange::Set(quantity, _) => Self { quantity: *quantity, sources: vec![delta.dot] },
            LineChange::Remove(_) => Self { quantity: 0, sources: vec![delta.dot] },
        }
    }
}

pub(super) fn fold(mode: Mode, deltas: &[Arc<Delta>]) -> FoldedLine {
    let causal = Causal::new(deltas);
    let quantities = quantities(mode, &causal, deltas.len());
    let versions = causal.frontier(None);
    let is_open = mode == Mode::Ask && versions.len() > 1 && versions.iter().any(|index| quantities[*index].quantity > 0);
    let seen = seen_value(mode, &causal, &quantities, &versions);
    let fate = |index: usize| fate(&causal, &versions, &seen, is_open, index);
    FoldedLine {
        quantity: seen.quantity,
        is_open,
        conflict: conflict(&causal, &versions, is_open, |frontier| match frontier {
            [one] => quantities[*one].quantity,
            several => seen_value(mode, &causal, &quantities, several).quantity,
        }),
        fates: causal.fates(fate),
    }
}

fn quantities(mode: Mode, causal: &Causal<'_>, count: usize) -> Vec<Quantity> {
    let mut quantities = vec![Quantity::default(); count];
    for index in causal.order() {
        let seen = seen_value(mode, causal, &quantities, &causal.frontier(Some(index)));
        quantities[index] = seen.changed_by(causal.delta(index));
    }
    quantities
}

/// What a reader sees when these are the versions. An open line shows its largest version.
fn seen_value(mode: Mode, causal: &Causal<'_>, quantities: &[Quantity], versions: &[usize]) -> Quantity {
    let chosen = match mode {
        Mode::Ask => versions.iter().copied().max_by_key(|index| (quantities[*index].quantity, causal.delta(*index).rank())),
        Mode::LastWrite | Mode::LastWriteLine | Mode::NaiveUnion | Mode::AddWins | Mode::Home => causal.latest(versions),
    };
    chosen.map(|index| quantities[index].clone()).unwrap_or_default()
}

fn fate(causal: &Causal<'_>, versions: &[usize], seen: &Quantity, is_open: bool, index: usize) -> Fate {
    let is_version = versions.contains(&index);
    if is_open && is_version {
        return Fate::Open;
    }
    if seen.sources.contains(&causal.dot(index)) || (is_version && seen.quantity == 0 && is_remove(causal.delta(index))) {
        return Fate::Visible;
    }
    if let Some(later) = causal.first_seer(index) {
        return Fate::Superseded { by: causal.dot(later) };
    }
    let winner = causal.latest(versions).unwrap_or(index);
    Fate::Discarded { by: causal.dot(winner), reason: causal.reason(index, winner) }
}

pub(super) fn is_remove(delta: &Delta) -> bool {
    matches!(delta.operation, Operation::Cart(_, LineChange::Remove(_)))
}

/// The conflict of a line, if it has several versions. `value_of` folds a frontier to a quantity.
pub(super) fn conflict(causal: &Causal<'_>, versions: &[usize], is_open: bool, value_of: impl Fn(&[usize]) -> u32) -> Option<Conflict> {
    if versions.len() < 2 {
        return None;
    }
    let side = |index: &usize| {
        let delta = causal.delta(*index);
        Side { dot: delta.dot, author: delta.author.clone(), stamp: delta.stamp, value: quantity(value_of(&[*index])) }
    };
    let item: Option<Item> = causal.delta(versions[0]).item().cloned();
    Some(Conflict { item, base: quantity(value_of(&causal.base(versions))), sides: versions.iter().map(side).collect(), is_open })
}

fn quantity(quantity: u32) -> SideValue {
    if quantity == 0 { SideValue::Absent } else { SideValue::Quantity(quantity) }
}

/// Fates in dot order.
pub(super) type Fates = BTreeMap<Dot, Fate>;
