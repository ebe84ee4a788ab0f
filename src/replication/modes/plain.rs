//! Plain values: last write wins, or siblings that wait for a person. No merge exists for them, so the merging
//! modes ask as well.

use super::{Causal, Folded, fate_under};
use crate::replication::delta::{Delta, Mode, Operation};
use crate::replication::view::{Conflict, Content, Fate, Side, SideValue};
use std::sync::Arc;

pub(super) fn fold(mode: Mode, deltas: &[Arc<Delta>]) -> Folded {
    let causal = Causal::new(deltas);
    let versions = causal.frontier(None);
    let asks = versions.len() > 1 && !matches!(mode, Mode::LastWrite | Mode::LastWriteLine);
    let Some(winner) = causal.latest(&versions) else {
        return Folded { content: Content::Absent, conflicts: Vec::new(), fates: Default::default() };
    };
    let fate = |index: usize| if asks && versions.contains(&index) { Fate::Open } else { fate_under(&causal, index, winner) };
    Folded {
        content: if asks { Content::Open } else { value(causal.delta(winner)) },
        conflicts: conflict(&causal, &versions, asks).into_iter().collect(),
        fates: causal.fates(fate),
    }
}

fn conflict(causal: &Causal<'_>, versions: &[usize], is_open: bool) -> Option<Conflict> {
    if versions.len() < 2 {
        return None;
    }
    let base = causal.latest(&causal.base(versions)).map_or(SideValue::Absent, |index| side_value(causal.delta(index)));
    let side = |index: &usize| {
        let delta = causal.delta(*index);
        Side { dot: delta.dot, author: delta.author.clone(), stamp: delta.stamp, value: side_value(delta) }
    };
    Some(Conflict { item: None, base, sides: versions.iter().map(side).collect(), is_open })
}

/// What a plain write makes of its key.
pub(super) fn value(delta: &Delta) -> Content {
    match side_value(delta) {
        SideValue::Plain(value) => Content::Plain(value),
        SideValue::Absent | SideValue::Quantity(_) | SideValue::Cart(_) => Content::Absent,
    }
}

fn side_value(delta: &Delta) -> SideValue {
    match &delta.operation {
        Operation::Put(value) => SideValue::Plain(value.clone()),
        Operation::Delete | Operation::Cart(..) | Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_) => SideValue::Absent,
    }
}
