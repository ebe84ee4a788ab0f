//! Convergence: on a quiet network all replicas hold the same.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::delta::{Item, Key};
use crate::replication::view::{Content, Decided, ReplicaView, Role};
use crate::simulation::snapshot::NodeSnapshot;

pub(super) static CHECKER: Checker = Checker {
    id: "convergence",
    title: "Converged",
    meaning: "on a quiet network every replica holds the same",
    applies: |_| true,
    promised: |evidence| evidence.promises().converges,
    judge,
};

fn judge(evidence: &Evidence<'_>) -> Finding {
    let alarms: Vec<Witness> = evidence.nodes().filter_map(|(node, replica)| alarm(node, replica)).collect();
    if !alarms.is_empty() {
        return Finding::Violations(alarms);
    }
    if let Some(unrest) = evidence.unrest() {
        return Finding::Undecided(unrest);
    }
    // A coordinator that stores nothing has nothing to agree about.
    let nodes = || evidence.holders().filter(|(_, replica)| replica.role != Role::Coordinator);
    let Some((first, reference)) = nodes().next() else { return Finding::Undecided("there is no replica".to_owned()) };
    let told = |one: &NodeSnapshot, other: &NodeSnapshot| Witness {
        sentence: format!("{} and {} hold different data", one.node, other.node),
        operations: Vec::new(),
        dots: Vec::new(),
    };
    if nodes().any(|(_, replica)| replica.is_partial) {
        let differs =
            nodes().flat_map(|(one, a)| nodes().filter(move |(_, b)| !same_where_shared(a, b)).map(move |(other, _)| (one, other)));
        let witness = differs.filter(|(one, other)| one.node < other.node).map(|(one, other)| told(one, other));
        return Finding::Violations(witness.collect());
    }
    let differs = nodes()
        .filter(|(_, replica)| replica.vector != reference.vector || replica.hash != reference.hash || !same_contents(replica, reference));
    Finding::Violations(differs.map(|(node, _)| told(first, node)).collect())
}

/// Replicas that store only some of the keys agree about those that both hold.
fn same_where_shared(a: &ReplicaView, b: &ReplicaView) -> bool {
    a.records.iter().all(|(key, record)| b.records.get(key).is_none_or(|other| shown(record) == shown(other)))
}

/// A replica that stopped a peer will never agree with it, quiet or not.
fn alarm(node: &NodeSnapshot, replica: &ReplicaView) -> Option<Witness> {
    let alarm = replica.alarm?;
    Some(Witness { sentence: format!("{} raised an alarm: {alarm:?}", node.node), operations: Vec::new(), dots: Vec::new() })
}

/// Whether readers of both see the same; whose writes are pending may differ.
fn same_contents(a: &ReplicaView, b: &ReplicaView) -> bool {
    let is_same = |key: &Key, record: &Decided, others: &ReplicaView| match others.records.get(key) {
        Some(other) => shown(record) == shown(other),
        // A record that is known to be deleted, and one that nobody knows of.
        None => record.content == Content::Absent,
    };
    a.records.iter().all(|(key, record)| is_same(key, record, b)) && b.records.iter().all(|(key, record)| is_same(key, record, a))
}

type Lines<'a> = Vec<(&'a Item, u32, bool)>;

/// What a reader sees: cart lines without their pending marks, or else the content as it is.
fn shown(record: &Decided) -> (Lines<'_>, Option<&Content>) {
    match &record.content {
        Content::Cart(lines) => (lines.iter().map(|(item, line)| (item, line.quantity, line.is_open)).collect(), None),
        content => (Vec::new(), Some(content)),
    }
}
