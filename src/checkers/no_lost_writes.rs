//! No lost writes: on a quiet network every acknowledged write is visible, or a visible write is ordered after it.
//! Ordered after means that its client had seen it, by the context that it really sent, or that the leader which accepted
//! it held it (strategies that order by that); on a cart, line by line. Being listed as discarded is no excuse.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::causality::Dot;
use crate::replication::delta::{Mode, Operation};
use crate::replication::protocol::Reply;
use crate::replication::view::{Content, Decided, Fate};
use crate::simulation::history::OperationRecord;

pub(super) static CHECKER: Checker = Checker {
    id: "no-lost-writes",
    title: "No lost writes",
    meaning: "an acknowledged write is visible, or a visible write had seen it",
    applies: |_| true,
    promised: |evidence| {
        let promised = evidence.promises();
        let keeps = |record: &Decided| promised.follows_held || promises(record);
        promised.keeps_writes && evidence.leaders().all(|(_, replica)| replica.records.values().all(keeps))
    },
    judge,
};

/// Where a leader puts what it accepts after all that it held, nothing is concurrent and no mode decides. Asking keeps every
/// version. Add-wins promises it as long as no two concurrent writes meet on one line.
fn promises(record: &Decided) -> bool {
    record.mode == Mode::Ask || (record.mode == Mode::AddWins && record.conflicts.is_empty())
}

/// Whether leaders whose records begin in this mode may promise it.
#[cfg(feature = "catalogue")]
pub(super) fn fits(evidence: &Evidence<'_>, mode: Mode) -> bool {
    evidence.promises().follows_held || matches!(mode, Mode::Ask | Mode::AddWins) || evidence.leaders().next().is_none()
}

fn judge(evidence: &Evidence<'_>) -> Finding {
    if let Some(why) = evidence.namelessness().or_else(|| evidence.unrest()) {
        return Finding::Undecided(why);
    }
    let is_leaderless = evidence.replicas().next().is_some();
    let is_kept = |operation: &OperationRecord, dot| match evidence.record(&operation.key) {
        Some(record) => shows(evidence, record, operation, dot),
        None => is_leaderless && shows_together(evidence, operation, dot),
    };
    let lost = evidence.writes.iter().filter(|(dot, (_, operation))| !is_kept(operation, **dot));
    Finding::Violations(lost.map(|(dot, (number, operation))| witness(*dot, *number, &Evidence::name(operation))).collect())
}

/// A version that waits for a person is shown too: as one of the sides.
fn shows(evidence: &Evidence<'_>, record: &Decided, operation: &OperationRecord, dot: Dot) -> bool {
    let is_seen = |fate: &Fate| matches!(fate, Fate::Visible | Fate::Open);
    let is_visible = record.fates.get(&dot).is_some_and(is_seen);
    let mut visible = record.fates.iter().filter(|(_, fate)| is_seen(fate)).map(|(other, _)| other);
    let is_later = |other: &Dot| match evidence.writes.get(other) {
        Some((_, later)) => evidence.is_after(later, dot) && is_about_the_same(later, operation),
        // Nobody was told of it, so what its client had seen is unknown here: the replica's word counts.
        None => record.fates.get(&dot) == Some(&Fate::Superseded { by: *other }),
    };
    is_visible || visible.any(is_later) || is_overwritten(evidence, record, operation, dot)
}

/// Without a leader a record is what all replicas show together: the highest version, or every sibling that none of
/// them knows to be overwritten. Where there is one order per key, a write that overlapped another or began after it may
/// stand in its place; one that was complete before the other began may not.
fn shows_together(evidence: &Evidence<'_>, operation: &OperationRecord, dot: Dot) -> bool {
    let records: Vec<&Decided> = evidence.replicas().filter_map(|replica| replica.records.get(&operation.key)).collect();
    let newest = records.iter().map(|record| record.version).max().unwrap_or(0);
    let is_overwritten = |dot: &Dot| records.iter().any(|record| matches!(record.fates.get(dot), Some(Fate::Superseded { .. })));
    let shown = records.iter().filter(|record| record.version == newest).flat_map(|record| shown(evidence, record));
    let shown: Vec<Dot> = shown.filter(|dot| !is_overwritten(dot)).collect();
    let is_ordered = records.iter().all(|record| record.mode == Mode::LastWrite);
    let version = version_of(operation);
    let is_after = |other: &Dot| match evidence.writes.get(other) {
        Some((_, later)) => {
            let was_complete = later.closed.as_ref().is_some_and(|(at, _)| *at < operation.invoked_at);
            later.context.covers(dot) || (is_ordered && !was_complete && version_of(later) > version)
        }
        // Nobody was told of it: it may have begun as late as it likes.
        None if is_ordered => newest == 0 || newest > version,
        None => records.iter().any(|record| record.fates.get(&dot) == Some(&Fate::Superseded { by: *other })),
    };
    shown.contains(&dot) || shown.iter().any(is_after)
}

/// The place in its key's order that a write was acknowledged with.
const fn version_of(operation: &OperationRecord) -> u64 {
    match &operation.closed {
        Some((_, Reply::Written { version, .. })) => *version,
        _ => 0,
    }
}

/// The writes that a record shows. A deletion whose tombstone was collected does not show where something else does.
fn shown(evidence: &Evidence<'_>, record: &Decided) -> Vec<Dot> {
    let is_delete = |dot: &Dot| evidence.writes.get(dot).is_some_and(|(_, operation)| operation.write == Some(Operation::Delete));
    let is_shown = |(dot, fate): &(&Dot, &Fate)| match fate {
        Fate::Visible => record.content == Content::Absent || !is_delete(dot),
        Fate::Open => true,
        Fate::Superseded { .. } | Fate::Discarded { .. } | Fate::Overruled { .. } | Fate::Tentative | Fate::Opaque => false,
    };
    record.fates.iter().filter(is_shown).map(|(dot, _)| *dot).collect()
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
        Some(Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_)) => (None, true),
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
