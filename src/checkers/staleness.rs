//! Staleness: how many newer completed writes a read missed (k), and for how long the first of them had been complete
//! when it began (t). Against the order of versions, so only where the strategy keeps one per key.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::delta::Key;
use crate::replication::protocol::Reply;
use crate::replication::time::SimTime;
use std::collections::BTreeMap;

pub(super) static CHECKER: Checker = Checker {
    id: "staleness",
    title: "Fresh reads",
    meaning: "no read returns something older than a write that was complete before it began",
    applies: super::seen::has_plain,
    promised: |evidence| evidence.promises().linearizable,
    judge,
};

fn judge(evidence: &Evidence<'_>) -> Finding {
    let mut written: BTreeMap<&Key, Vec<(SimTime, u64, u64)>> = BTreeMap::new();
    for (number, operation) in evidence.operations() {
        match &operation.closed {
            Some((_, Reply::Written { version: 0, .. })) => {
                return Finding::Undecided("this strategy keeps no order of the writes of a record".to_owned());
            }
            Some((at, Reply::Written { version, .. })) => written.entry(&operation.key).or_default().push((*at, *version, number)),
            _ => {}
        }
    }
    let mut witness = Vec::new();
    for (number, operation) in evidence.operations() {
        let Some((_, Reply::Value { version, .. })) = &operation.closed else { continue };
        let known = written.get(&operation.key).into_iter().flatten().filter(|(_, newer, write)| *write < number && newer > version);
        let is_complete = |write: u64| evidence.operation(write).is_some_and(|write| write.is_complete_before(operation));
        let missed: Vec<_> = known.filter(|(_, _, write)| is_complete(*write)).collect();
        let Some((first, _, write)) = missed.iter().min() else { continue };
        let ms = operation.invoked_at.since(*first).0 / 1_000_000;
        let sentence = format!("{}: misses {} newer, the first complete for {ms} ms", Evidence::tell(operation), missed.len());
        witness.push(Witness { sentence, operations: vec![*write, number], dots: Vec::new() });
    }
    Finding::Violations(witness)
}
