//! No lost writes: on a quiet network every acknowledged write is visible, or a visible write is ordered after it.
//! Ordered after means that its client had seen it, by the context that it really sent, or that the leader which accepted
//! it held it (strategies that order by that); on a cart, line by line. Being listed as discarded is no excuse.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::causality::Dot;
use crate::replication::delta::{Mode, Operation};
use crate::replication::view::{Decided, Fate};
use crate::simulation::history::OperationRecord;

pub(super) static CHECKER: Checker = Checker {
    id: "no-lost-writes",
    title: "No lost writes",
    meaning: "an acknowledged write is visible, or a visible write had seen it",
    applies: |_| true,
    promised: |evidence| evidence.promises().keeps_writes && evidence.leaders().all(|(_, replica)| replica.records.values().all(promises)),
    judge,
};

/// Asking keeps every version. Add-wins promises it as long as no two concurrent writes meet on one line.
fn promises(record: &Decided) -> bool {
    record.mode == Mode::Ask || (record.mode == Mode::AddWins && record.conflicts.is_empty())
}

fn judge(evidence: &Evidence<'_>) -> Finding {
    if let Some(why) = evidence.namelessness().or_else(|| evidence.unrest()) {
        return Finding::Undecided(why);
    }
    let lost = evidence
        .writes
        .iter()
        .filter(|(dot, (_, operation))| evidence.record(&operation.key).is_none_or(|record| !shows(evidence, record, operation, **dot)));
    Finding::Violations(lost.map(|(dot, (number, operation))| witness(*dot, *number, &Evidence::name(operation))).collect())
}

/// A version that waits for a person is shown too: as one of the sides.
fn shows(evidence: &Evidence<'_>, record: &Decided, operation: &OperationRecord, dot: Dot) -> bool {
    let is_seen = |fate: &Fate| matches!(fate, Fate::Visible | Fate::Open);
    let is_visible = record.fates.get(&dot).is_some_and(is_seen);
    let visible = || record.fates.iter().filter(|(_, fate)| is_seen(fate)).filter_map(|(other, _)| evidence.writes.get(other));
    let is_followed = || visible().any(|(_, later)| evidence.is_after(later, dot) && is_about_the_same(later, operation));
    is_visible || is_followed() || is_overwritten(evidence, record, operation, dot)
}

/// Where the strategy orders by what leaders held: whether the writes that came to stand in its place lead to a visible
/// one. Clients of some of them may never have been told.
fn is_overwritten(evidence: &Evidence<'_>, record: &Decided, operation: &OperationRecord, dot: Dot) -> bool {
    let is_plain = matches!(operation.write, Some(Operation::Put(_) | Operation::Delete));
    if !is_plain || !evidence.promises().follows_held {
        return false;
    }
    let mut last = dot;
    for _ in 0..record.fates.len() {
        match record.fates.get(&last) {
            Some(Fate::Visible | Fate::Open) => return true,
            Some(Fate::Superseded { by }) if evidence.writes.get(by).is_none_or(|(_, later)| evidence.is_after(later, last)) => last = *by,
            _ => return false,
        }
    }
    false
}

/// Writes of two cart lines do not follow each other: bread that was added later does not excuse milk that came back.
fn is_about_the_same(one: &OperationRecord, other: &OperationRecord) -> bool {
    let what = |operation: &OperationRecord| match &operation.write {
        Some(Operation::Cart(item, _)) => (Some(item.clone()), false),
        Some(Operation::SetMode(_)) => (None, true),
        Some(Operation::Put(_) | Operation::Delete) | None => (None, false),
    };
    one.key == other.key && what(one) == what(other)
}

fn witness(dot: Dot, number: u64, name: &str) -> Witness {
    Witness {
        sentence: format!("{name} was acknowledged, does not show, and no visible write had seen it"),
        operations: vec![number],
        dots: vec![dot],
    }
}
