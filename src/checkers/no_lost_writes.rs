//! No lost writes: on a quiet network every acknowledged write is visible, or a visible write is ordered after it.
//! Ordered after means that its client had seen it. Being listed as discarded is no excuse.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::causality::Dot;
use crate::replication::delta::Mode;
use crate::replication::view::{Decided, Fate};

pub(super) static CHECKER: Checker = Checker {
    id: "no-lost-writes",
    title: "No lost writes",
    meaning: "an acknowledged write is visible, or a visible write had seen it",
    // Add-wins promises it for writes that do not meet on one line, so not in general; asking keeps every version.
    promised: |evidence| evidence.leaders().all(|(_, replica)| replica.records.values().all(|record| record.mode == Mode::Ask)),
    judge,
};

fn judge(evidence: &Evidence<'_>) -> Finding {
    if let Some(unrest) = evidence.unrest() {
        return Finding::Undecided(unrest);
    }
    let lost = evidence.writes.iter().filter(|(dot, (_, operation))| {
        evidence.record(&operation.key).is_none_or(|record| !shows(evidence, record, **dot))
    });
    Finding::Violations(lost.map(|(dot, (number, operation))| witness(*dot, *number, &Evidence::name(operation))).collect())
}

fn shows(evidence: &Evidence<'_>, record: &Decided, dot: Dot) -> bool {
    let is_seen = |fate: &Fate| matches!(fate, Fate::Visible | Fate::Open);
    let is_visible = record.fates.get(&dot).is_some_and(is_seen);
    let visible = || record.fates.iter().filter(|(_, fate)| is_seen(fate)).map(|(other, _)| *other);
    is_visible || visible().any(|other| evidence.context(other).is_some_and(|context| context.covers(dot)))
}

fn witness(dot: Dot, number: u64, name: &str) -> Witness {
    Witness { sentence: format!("{name} was acknowledged, does not show, and no visible write had seen it"), operations: vec![number], dots: vec![dot] }
}
