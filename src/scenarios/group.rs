//! Words for what a run of one leader and its followers shows: who leads, what followers held when a client was
//! answered, what was dropped. Reads outcomes only; knows no strategy.

use super::leaders::{dot, read_values};
use super::{Outcome, Step, Until};
use crate::replication::delta::Value;
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::time::SimDuration;
use crate::replication::view::Role;
use crate::simulation::history::OperationRecord;
use crate::simulation::journal::Happening;
use std::collections::BTreeSet;

/// The nodes that lead at the end.
pub(super) fn leaders(outcome: &Outcome<'_>) -> Vec<u16> {
    let leads = |role: Option<Role>| role == Some(Role::Leader);
    let nodes = outcome.snapshot.nodes.iter().filter(|node| leads(node.replica.as_ref().map(|replica| replica.role)));
    nodes.map(|node| node.node.0).collect()
}

/// How many followers had applied an acknowledged write, each from its store, when its client was answered.
pub(super) fn holders_when_answered(outcome: &Outcome<'_>, operation: &OperationRecord) -> usize {
    let (Some(dot), Some((answered_at, _))) = (dot(operation), &operation.closed) else { return 0 };
    let journal = outcome.session.journal();
    let early = journal.iter_from(journal.dropped_count()).filter(|entry| entry.at <= *answered_at);
    let holder = |happening: &Happening| match happening {
        Happening::Noted(node, note) => matches!(**note, Note::CaughtUp(lsn) if lsn.0 >= dot.counter).then_some(*node),
        _ => None,
    };
    early.filter_map(|entry| holder(&entry.happening)).collect::<BTreeSet<NodeId>>().len()
}

/// Whether a node lists exactly these writes, by author and record, as dropped for good.
pub(super) fn lists(outcome: &Outcome<'_>, node: u16, expected: &[(&str, &str)]) -> bool {
    let replica = outcome.snapshot.nodes.get(usize::from(node)).and_then(|node| node.replica.as_ref());
    replica.is_some_and(|replica| {
        let listed = replica.discarded.iter().map(|lost| (&*lost.author.0, &*lost.key.0));
        listed.eq(expected.iter().copied())
    })
}

/// How often a node dropped the end of its log.
pub(super) fn drops(outcome: &Outcome<'_>, node: u16) -> usize {
    let journal = outcome.session.journal();
    let is_it = |happening: &Happening| matches!(happening, Happening::Noted(at, note) if at.0 == node && matches!(**note, Note::TailDiscarded(..)));
    journal.iter_from(journal.dropped_count()).filter(|entry| is_it(&entry.happening)).count()
}

/// The numbers that a session read, in order (`None`: nothing).
pub(super) fn numbers_read(outcome: &Outcome<'_>, session: u16) -> Vec<Option<i64>> {
    let number = |value: Option<Value>| if let Some(Value::Number(number)) = value { Some(number) } else { None };
    read_values(outcome, session).into_iter().map(number).collect()
}

/// How many milliseconds each read of a session took that was answered.
pub(super) fn read_ms(outcome: &Outcome<'_>, session: u16) -> Vec<u64> {
    let length = |operation: &OperationRecord| match &operation.closed {
        Some((at, Reply::Value { .. })) => Some(at.since(operation.invoked_at).0 / 1_000_000),
        _ => None,
    };
    outcome.operations(session).filter_map(length).collect()
}

/// Followers that wait for a majority learn from the next heartbeat that an entry is acknowledged, and apply it then.
pub(super) fn next_heartbeat() -> Step {
    Step::told(
        "The next heartbeats tell the followers which entries are acknowledged. Only now do they apply the last ones.",
        Until::After(SimDuration::from_ms(400)),
    )
}
