//! Words for what a run of several leaders shows: what each holds, who was told what and when, how long writes
//! travelled. Reads outcomes only; knows no strategy.

use super::{Outcome, Until};
use crate::replication::causality::Dot;
use crate::replication::delta::{Item, Key, Value};
use crate::replication::ids::NodeId;
use crate::replication::note::{ExchangeNote, Note};
use crate::replication::protocol::{Refusal, Reply};
use crate::replication::time::{SimDuration, SimTime};
use crate::replication::view::{Content, Decided, Fate};
use crate::simulation::history::OperationRecord;
use crate::simulation::journal::Happening;
use std::collections::BTreeMap;

/// What a node holds under a key; `None` while it is down or has nothing there.
pub(super) fn record<'o>(outcome: &'o Outcome<'_>, node: u16, key: &str) -> Option<&'o Decided> {
    outcome.snapshot.nodes.get(usize::from(node))?.replica.as_ref()?.records.get(&Key::from(key))
}

/// The plain value that a node shows.
pub(super) fn shown(outcome: &Outcome<'_>, node: u16, key: &str) -> Option<Value> {
    match &record(outcome, node, key)?.content {
        Content::Plain(value) => Some(value.clone()),
        _ => None,
    }
}

/// Whether these nodes show these numbers (`None`: nothing) under a key.
pub(super) fn show(outcome: &Outcome<'_>, key: &str, numbers: &[Option<i64>]) -> bool {
    (0..).zip(numbers).all(|(node, number)| shown(outcome, node, key) == number.map(Value::Number))
}

/// The lines of the cart that a node shows.
pub(super) fn cart(outcome: &Outcome<'_>, node: u16) -> BTreeMap<Item, u32> {
    match record(outcome, node, "cart").map(|record| &record.content) {
        Some(Content::Cart(lines)) => lines.iter().map(|(item, line)| (item.clone(), line.quantity)).collect(),
        _ => BTreeMap::new(),
    }
}

/// Whether every node that is up shows exactly these lines of the cart.
pub(super) fn all_hold(outcome: &Outcome<'_>, lines: &[(&str, u32)]) -> bool {
    let expected: BTreeMap<Item, u32> = lines.iter().map(|(item, quantity)| (Item::from(*item), *quantity)).collect();
    let up = outcome.snapshot.nodes.iter().filter(|node| node.replica.is_some());
    up.map(|node| node.node.0).all(|node| cart(outcome, node) == expected)
}

/// Whether the client was told "ok".
pub(super) const fn is_ok(operation: &OperationRecord) -> bool {
    matches!(operation.closed, Some((_, Reply::Written { .. })))
}

/// Why the client was refused, if it was.
pub(super) const fn refusal(operation: &OperationRecord) -> Option<Refusal> {
    match operation.closed {
        Some((_, Reply::Refused(refusal))) => Some(refusal),
        _ => None,
    }
}

/// How many milliseconds the client waited for its answer.
pub(super) fn waited_ms(operation: &OperationRecord) -> Option<u64> {
    operation.closed.as_ref().map(|(at, _)| at.since(operation.invoked_at).0 / 1_000_000)
}

/// The writes of a session that were acknowledged.
pub(super) fn writes<'a>(outcome: &Outcome<'a>, session: u16) -> Vec<&'a OperationRecord> {
    outcome.operations(session).filter(|operation| operation.write.is_some() && is_ok(operation)).collect()
}

/// The values that a session read under one key, in order.
pub(super) fn read_values(outcome: &Outcome<'_>, session: u16) -> Vec<Option<Value>> {
    let value = |operation: &OperationRecord| match &operation.closed {
        Some((_, Reply::Value { value, .. })) => Some(value.clone()),
        _ => None,
    };
    outcome.operations(session).filter_map(value).collect()
}

/// The name of a write that was acknowledged.
pub(super) const fn dot(operation: &OperationRecord) -> Option<Dot> {
    match &operation.closed {
        Some((_, Reply::Written { dot, .. })) => *dot,
        _ => None,
    }
}

/// What a node decided about an acknowledged write.
pub(super) fn fate(outcome: &Outcome<'_>, node: u16, operation: &OperationRecord) -> Option<Fate> {
    record(outcome, node, &operation.key.0)?.fates.get(&dot(operation)?).copied()
}

/// How long each write travelled until each other leader had applied it.
pub(super) fn delays(outcome: &Outcome<'_>) -> BTreeMap<(Dot, NodeId), SimDuration> {
    let journal = outcome.session.journal();
    let mut accepted: BTreeMap<Dot, SimTime> = BTreeMap::new();
    let mut delays = BTreeMap::new();
    for entry in journal.iter_from(journal.dropped_count()) {
        let Happening::Noted(node, note) = &entry.happening else { continue };
        match &**note {
            Note::Accepted(dot) => {
                accepted.insert(*dot, entry.at);
            }
            Note::Applied(dot) => {
                let delay = accepted.get(dot).map(|at| entry.at.since(*at)).unwrap_or_default();
                delays.entry((*dot, *node)).or_insert(delay);
            }
            _ => {}
        }
    }
    delays
}

/// Whether a session's first write was applied by a node after a time in this range of milliseconds.
pub(super) fn took(outcome: &Outcome<'_>, session: u16, node: u16, ms: (u64, u64)) -> bool {
    let name = outcome.operations(session).find_map(dot);
    let delay = name.and_then(|name| delays(outcome).get(&(name, NodeId(node))).copied());
    delay.is_some_and(|delay| (ms.0 * 1_000_000..=ms.1 * 1_000_000).contains(&delay.0))
}

/// The leaders of `multi-leader-sync` have compared what they know: from then on they send each other everything at once.
pub(super) const fn greeted() -> Until {
    Until::Noted(|_, note| matches!(note, Note::Exchange(_, ExchangeNote::Equal)))
}
