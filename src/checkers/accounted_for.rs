//! Accounted for, our own invariant: every acknowledged write is visible, or something ordered after it is, or it is
//! listed as discarded or overruled with the reason and its author. Must hold always, at every leader that has it.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::causality::Dot;
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
        let holders = || evidence.nodes().filter(|(_, replica)| replica.vector.covers(*dot));
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

fn problem(evidence: &Evidence<'_>, replica: &ReplicaView, operation: &OperationRecord, dot: Dot) -> Option<&'static str> {
    match Evidence::fate(replica, operation, dot) {
        None => Some("a replica that counts it as known has no trace of it"),
        Some(Fate::Superseded { by }) if evidence.context(by).is_some_and(|context| !context.covers(dot)) => {
            Some("it counts as superseded by a write that had not seen it")
        }
        Some(Fate::Superseded { by } | Fate::Discarded { by, .. } | Fate::Overruled { by, .. })
            if by == dot || Evidence::fate(replica, operation, by).is_none() =>
        {
            Some("it lost against a write that does not exist")
        }
        Some(Fate::Visible | Fate::Open | Fate::Superseded { .. } | Fate::Discarded { .. } | Fate::Overruled { .. }) => None,
    }
}

fn told(dot: Dot, number: u64, operation: &OperationRecord, problem: &str) -> Witness {
    Witness { sentence: format!("{}: {problem}", Evidence::name(operation)), operations: vec![number], dots: vec![dot] }
}
