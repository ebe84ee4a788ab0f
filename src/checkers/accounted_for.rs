//! Accounted for, our own invariant: every acknowledged write is visible, or something ordered after it is, or it is
//! listed as discarded or overruled with the reason and its author. Must hold always, at every leader that has it.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::causality::Dot;
use crate::replication::protocol::Reply;
use crate::replication::view::{Fate, ReplicaView};
use crate::simulation::history::OperationRecord;

pub(super) static CHECKER: Checker = Checker {
    id: "accounted-for",
    title: "Accounted for",
    meaning: "every acknowledged write is visible, superseded by one that had seen it, or listed with the reason",
    applies: |_| true,
    promised: |evidence| evidence.promises().accounts,
    judge,
};

fn judge(evidence: &Evidence<'_>) -> Finding {
    if let Some(why) = evidence.namelessness() {
        return Finding::Undecided(why);
    }
    let mut witness = Vec::new();
    let is_quiet = evidence.unrest().is_none();
    for (dot, (number, operation)) in &evidence.writes {
        // A strategy without version vectors says by the fates which writes it knows.
        let knows = |replica: &ReplicaView| replica.vector.covers(*dot) || Evidence::fate(replica, operation, *dot).is_some();
        if is_listed(evidence, *dot) {
            continue;
        }
        let holders = || evidence.nodes().filter(|(_, replica)| knows(replica));
        if is_quiet && holders().next().is_none() {
            witness.push(told(*dot, *number, operation, "no replica knows it any more"));
        }
        for (_, replica) in holders() {
            if let Some(problem) = problem(evidence, replica, operation, *dot) {
                witness.push(told(*dot, *number, operation, problem));
                break;
            }
        }
    }
    Finding::Violations(witness)
}

/// Whether a node that dropped it lists it, with its author and the reason.
fn is_listed(evidence: &Evidence<'_>, dot: Dot) -> bool {
    evidence.nodes().any(|(_, replica)| replica.discarded.iter().any(|lost| lost.dot == dot))
}

fn problem(evidence: &Evidence<'_>, replica: &ReplicaView, operation: &OperationRecord, dot: Dot) -> Option<&'static str> {
    match Evidence::fate(replica, operation, dot) {
        // A log that was cut short no longer names what is overwritten.
        None if is_overwritten(evidence, replica, operation, dot) || holds_later(replica, operation) => None,
        None => Some("a replica that counts it as known has no trace of it"),
        Some(Fate::Superseded { by }) if evidence.writes.get(&by).is_some_and(|(_, later)| !evidence.is_after(later, dot)) => {
            Some("it counts as superseded by a write that had not seen it")
        }
        Some(Fate::Superseded { by } | Fate::Discarded { by, .. } | Fate::Overruled { by, .. })
            if by == dot || Evidence::fate(replica, operation, by).is_none() =>
        {
            Some("it lost against a write that does not exist")
        }
        Some(Fate::Visible | Fate::Open | Fate::Tentative | Fate::Opaque) => None,
        Some(Fate::Superseded { .. } | Fate::Discarded { .. } | Fate::Overruled { .. }) => None,
    }
}

/// Whether what the replica shows of the key is ordered after the write.
fn is_overwritten(evidence: &Evidence<'_>, replica: &ReplicaView, operation: &OperationRecord, dot: Dot) -> bool {
    let fates = replica.records.get(&operation.key).map(|record| &record.fates);
    let shown = fates.into_iter().flatten().filter(|(_, fate)| matches!(fate, Fate::Visible));
    // Nobody was told of a write that is unknown here: only its leader knows what it came after.
    let follows = |other: &Dot| match evidence.writes.get(other) {
        Some((_, later)) => evidence.is_after(later, dot),
        None => evidence.promises().follows_held,
    };
    shown.map(|(other, _)| other).any(follows)
}

/// Whether a replica that keeps only the latest version of a record, as after a snapshot, holds a later one in the
/// record's order.
fn holds_later(replica: &ReplicaView, operation: &OperationRecord) -> bool {
    let held = replica.records.get(&operation.key).map_or(0, |record| record.version);
    matches!(operation.closed, Some((_, Reply::Written { version, .. })) if version < held)
}

fn told(dot: Dot, number: u64, operation: &OperationRecord, problem: &str) -> Witness {
    Witness { sentence: format!("{}: {problem}", Evidence::name(operation)), operations: vec![number], dots: vec![dot] }
}
