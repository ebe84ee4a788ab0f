//! Staleness: no read misses a write that was complete before it began.

use super::seen::has_plain;
use super::{Checker, Evidence, Finding, StaleRead, Witness, stale_reads};
use crate::replication::protocol::Reply;
use crate::simulation::history::OperationRecord;

pub(super) static CHECKER: Checker = Checker {
    id: "staleness",
    title: "Fresh reads",
    meaning: "no read returns something older than a write that was complete before it began",
    applies: has_plain,
    promised: |evidence| evidence.promises().linearizable,
    judge,
};

fn judge(evidence: &Evidence<'_>) -> Finding {
    let is_unordered = |operation: &OperationRecord| matches!(operation.closed, Some((_, Reply::Written { version: 0, .. })));
    if evidence.operations().any(|(_, operation)| is_unordered(operation)) {
        return Finding::Undecided("this strategy keeps no order of the writes of a record".to_owned());
    }
    let witness = |stale: StaleRead| {
        let read = evidence.operation(stale.read).map(Evidence::tell).unwrap_or_default();
        let sentence = format!("{read}: misses {} newer, the first complete for {} ms", stale.missed.len(), stale.age.0 / 1_000_000);
        Witness { sentence, operations: vec![stale.missed[0], stale.read], dots: Vec::new() }
    };
    Finding::Violations(stale_reads(evidence.history()).into_iter().map(witness).collect())
}
