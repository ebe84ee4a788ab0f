//! Words for the leaderless scenarios: where replicas and clients stand, and what a run says of quorums, versions and
//! reads. Knows no single scenario.

use super::ground::{Ground, stream};
use super::{Outcome, Step, Until};
use crate::checkers::Witness;
use crate::replication::delta::{Key, Value};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::strategies::leaderless::NodeSet;
use crate::replication::time::{SimDuration, SimTime};
use crate::replication::view::{Content, ReplicaView};
use crate::simulation::command::{Command, End, LinkCommand, NodeCommand};
use crate::simulation::history::OperationRecord;
use crate::simulation::journal::Happening;
use crate::simulation::snapshot::Snapshot;
use std::collections::BTreeMap;

/// The replicas of [`three_places`].
pub(super) const OREGON: u16 = 0;
/// See [`OREGON`].
pub(super) const TOKYO: u16 = 1;
/// See [`OREGON`].
pub(super) const IRELAND: u16 = 2;
/// The node of Ana's app, a client that fans out by itself.
pub(super) const ANAS_APP: u16 = 3;
/// The node of Ben's app.
pub(super) const BENS_APP: u16 = 4;
/// Ana's session.
pub(super) const ANA: u16 = 0;
/// Ben's session.
pub(super) const BEN: u16 = 1;

/// One replica each in Oregon, Tokyo and Ireland; Ana's app is nearest to Oregon, Ben's to Ireland.
pub(super) fn three_places() -> Ground {
    Ground::new("leaderless")
        .datacenter("Oregon", 1)
        .datacenter("Tokyo", 1)
        .datacenter("Ireland", 1)
        .client("Ana's app")
        .client("Ben's app")
        .link(OREGON, TOKYO, stream(50_000, 1_000))
        .link(OREGON, IRELAND, stream(65_000, 1_000))
        .link(TOKYO, IRELAND, stream(110_000, 1_000))
        .link(ANAS_APP, OREGON, stream(10_000, 1_000))
        .link(ANAS_APP, TOKYO, stream(50_000, 1_000))
        .link(ANAS_APP, IRELAND, stream(80_000, 1_000))
        .link(BENS_APP, IRELAND, stream(10_000, 1_000))
        .link(BENS_APP, OREGON, stream(65_000, 1_000))
        .link(BENS_APP, TOKYO, stream(120_000, 1_000))
        .person("Ana", ANAS_APP, 0)
        .person("Ben", BENS_APP, 0)
}

/// Nothing passes from one node to another any more.
pub(super) const fn cut(from: u16, to: u16) -> Command {
    Command::Link(LinkCommand::Cut { from: End::Node(NodeId(from)), to: End::Node(NodeId(to)) })
}

/// A step that is reached so many milliseconds later.
pub(super) const fn later(ms: u64, text: &'static str) -> Step {
    Step::told(text, Until::After(SimDuration::from_ms(ms)))
}

/// A step that is reached when a node tells this.
pub(super) const fn once(told: &'static str, text: &'static str) -> Step {
    Step::told(text, Until::Told(told))
}

/// A step that is reached when nothing is under way.
pub(super) const fn quiet(text: &'static str) -> Step {
    Step::told(text, Until::Quiet)
}

/// A step that only tells.
pub(super) const fn now(text: &'static str) -> Step {
    Step::told(text, Until::Now)
}

/// Every sentence told under this name, with who told it.
pub(super) fn told(outcome: &Outcome<'_>, name: &str) -> Vec<(NodeId, String)> {
    let journal = outcome.session.journal();
    let sentence = |happening: Happening| match happening {
        Happening::Noted(node, note) => match &*note {
            Note::Told(told, sentence) if *told == name => Some((node, sentence.clone())),
            _ => None,
        },
        _ => None,
    };
    journal.iter_from(journal.dropped_count()).filter_map(|entry| sentence(entry.happening)).collect()
}

/// When nodes were down: from each crash to the next restart, or to the end of the run.
pub(super) fn sleeps(outcome: &Outcome<'_>) -> Vec<(NodeId, SimTime, SimTime)> {
    let mut sleeps: Vec<(NodeId, SimTime, SimTime)> = Vec::new();
    let mut down: BTreeMap<NodeId, SimTime> = BTreeMap::new();
    for timed in outcome.session.commands() {
        match timed.command {
            Command::Node { node, fault: NodeCommand::Crash } => _ = down.entry(node).or_insert(timed.at_ns),
            Command::Node { node, fault: NodeCommand::Restart } => {
                sleeps.extend(down.remove(&node).map(|since| (node, since, timed.at_ns)));
            }
            _ => {}
        }
    }
    sleeps.extend(down.into_iter().map(|(node, since)| (node, since, outcome.session.now())));
    sleeps
}

/// A completed quorum.
pub(super) struct Quorum {
    /// Whether of a write.
    pub(super) is_write: bool,
    /// Who answered.
    pub(super) nodes: NodeSet,
    /// Whose answer completed it.
    pub(super) last: Option<NodeId>,
}

/// Every completed quorum, in order.
pub(super) fn quorums(outcome: &Outcome<'_>) -> Vec<Quorum> {
    let node = |name: &str| name.strip_prefix('n').and_then(|number| number.parse().ok()).map(NodeId);
    let quorum = |(_, sentence): (NodeId, String)| {
        let (before, after) = sentence.split_once('[')?;
        let (names, last) = after.split_once("], ")?;
        let nodes = names.split(' ').filter_map(node).collect();
        Some(Quorum { is_write: before.contains("a write"), nodes, last: last.split(' ').next().and_then(node) })
    };
    told(outcome, "quorum-completed").into_iter().filter_map(quorum).collect()
}

/// What a read returned: `None` without an answer, `Some(None)` for nothing.
pub(super) fn read(operation: &OperationRecord) -> Option<Option<i64>> {
    match &operation.closed {
        Some((_, Reply::Value { value, .. })) if operation.write.is_none() => Some(number(value.as_ref())),
        _ => None,
    }
}

/// What a session's reads returned, in order; those without an answer are left out.
pub(super) fn reads(outcome: &Outcome<'_>, session: u16) -> Vec<Option<i64>> {
    outcome.operations(session).filter_map(read).collect()
}

const fn number(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::Number(number)) => Some(*number),
        Some(Value::Text(_)) | None => None,
    }
}

/// Milliseconds from asking to the answer, for the operations of a session that were answered.
pub(super) fn latencies(outcome: &Outcome<'_>, session: u16) -> Vec<u64> {
    let length = |operation: &OperationRecord| operation.closed.as_ref().map(|(at, _)| at.since(operation.invoked_at).0 / 1_000_000);
    outcome.operations(session).filter_map(length).collect()
}

/// What a replica shows of a key; `None` while it is down.
pub(super) fn held(snapshot: &Snapshot, node: u16, key: &str) -> Option<Option<i64>> {
    let replica: &ReplicaView = snapshot.nodes.get(usize::from(node))?.replica.as_ref()?;
    let content = replica.records.get(&Key::from(key)).map(|record| &record.content);
    Some(content.and_then(|content| if let Content::Plain(value) = content { number(Some(value)) } else { None }))
}

/// How many values a read of siblings showed; `None`: it is none, or has no answer.
pub(super) fn values(operation: &OperationRecord) -> Option<usize> {
    match &operation.closed {
        Some((_, Reply::Siblings { values, .. })) if operation.write.is_none() => {
            Some(values.iter().filter(|(_, value)| value.is_some()).count())
        }
        _ => None,
    }
}

/// How many values each read of a session showed.
pub(super) fn shown(outcome: &Outcome<'_>, session: u16) -> Vec<usize> {
    outcome.operations(session).filter_map(values).collect()
}

/// Versions of a key that a replica keeps side by side.
pub(super) fn siblings(snapshot: &Snapshot, node: u16, key: &str) -> usize {
    let replica = snapshot.nodes.get(usize::from(node)).and_then(|node| node.replica.as_ref());
    let record = replica.and_then(|replica| replica.records.get(&Key::from(key)));
    record.map_or(0, |record| record.conflicts.first().map_or(1, |conflict| conflict.sides.len()))
}

/// A witness of so many operations.
pub(super) fn witness(sentence: String, operations: &[usize]) -> Witness {
    Witness { sentence, operations: operations.iter().map(|number| *number as u64).collect(), dots: Vec::new() }
}
