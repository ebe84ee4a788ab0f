//! What the scenarios of one leader and its followers ask of a run: what people read, where, how fast, and how far
//! behind followers were.

use super::Outcome;
use crate::replication::delta::Value;
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::time::{SimDuration, SimTime};
use crate::simulation::history::OperationRecord;
use crate::simulation::journal::Happening;

/// The followers of a datacenter of three, whose first node leads.
pub(super) const OREGON_2: NodeId = NodeId(1);
pub(super) const OREGON_3: NodeId = NodeId(2);

/// What a read showed; `None`: it was not answered.
pub(super) fn shown(operation: &OperationRecord) -> Option<Option<&Value>> {
    match &operation.closed {
        Some((_, Reply::Value { value, .. })) => Some(value.as_ref()),
        _ => None,
    }
}

/// Whether a read showed this text, or that there is nothing.
pub(super) fn shows_text(operation: &OperationRecord, text: Option<&str>) -> bool {
    let is_it = |value: Option<&Value>| match (value, text) {
        (None, None) => true,
        (Some(Value::Text(value)), Some(text)) => value.as_ref() == text,
        _ => false,
    };
    shown(operation).is_some_and(is_it)
}

/// Whether a read showed this number, or that there is nothing.
pub(super) fn shows_number(operation: &OperationRecord, number: Option<i64>) -> bool {
    shown(operation) == Some(number.map(Value::Number).as_ref())
}

/// Whether an operation was refused.
pub(super) const fn is_refused(operation: &OperationRecord) -> bool {
    matches!(operation.closed, Some((_, Reply::Refused(_))))
}

/// Whether a write was acknowledged.
pub(super) const fn is_written(operation: &OperationRecord) -> bool {
    matches!(operation.closed, Some((_, Reply::Written { .. })))
}

/// The reads of a session, in order.
pub(super) fn reads<'a>(outcome: &Outcome<'a>, session: u16) -> Vec<&'a OperationRecord> {
    outcome.operations(session).filter(|operation| operation.write.is_none()).collect()
}

/// Whether an answer took this long, in milliseconds, to one more.
pub(super) fn took_ms(operation: &OperationRecord, ms: u64) -> bool {
    let took = operation.closed.as_ref().map(|(at, _)| at.since(operation.invoked_at));
    took.is_some_and(|took| (SimDuration::from_ms(ms)..=SimDuration::from_ms(ms + 1)).contains(&took))
}

/// When something was noted for which this says so, each time.
pub(super) fn times<'a>(outcome: &Outcome<'a>, is_it: impl Fn(NodeId, &Note) -> bool + 'a) -> impl Iterator<Item = SimTime> + 'a {
    let journal = outcome.session.journal();
    let noted = journal.iter_from(journal.dropped_count());
    noted.filter(move |entry| matches!(&entry.happening, Happening::Noted(node, note) if is_it(*node, note))).map(|entry| entry.at)
}

/// When a node first told this.
pub(super) fn told_at(outcome: &Outcome<'_>, node: NodeId, name: &'static str) -> Option<SimTime> {
    times(outcome, move |teller, note| teller == node && matches!(note, Note::Told(told, _) if *told == name)).next()
}

/// The longest that a follower took to apply a write after its client had been told of it; the end of the run where it never did.
pub(super) fn lag_most(outcome: &Outcome<'_>, followers: &[NodeId]) -> SimDuration {
    let acknowledged = outcome.session.history().iter().filter_map(|operation| match &operation.closed {
        Some((at, Reply::Written { token, .. })) => Some((*at, token.lsn)),
        _ => None,
    });
    let lag = |(at, lsn): (SimTime, _)| {
        let applied = |follower: NodeId| {
            let is_it = move |node, note: &Note| node == follower && matches!(note, Note::CaughtUp(upto) if *upto >= lsn);
            times(outcome, is_it).next().unwrap_or(outcome.session.now())
        };
        followers.iter().map(|follower| applied(*follower).since(at)).max().unwrap_or_default()
    };
    acknowledged.map(lag).max().unwrap_or_default()
}
