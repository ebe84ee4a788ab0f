//! Convergence: on a quiet network all replicas hold the same.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::delta::{Item, Key};
use crate::replication::view::{Content, Decided, ReplicaView};
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
    let Some((first, reference)) = evidence.holders().next() else { return Finding::Undecided("there is no replica".to_owned()) };
    let differs = evidence
        .holders()
        .filter(|(_, replica)| replica.vector != reference.vector || replica.hash != reference.hash || !same_contents(replica, reference));
    let witness = differs.map(|(node, _)| Witness {
        sentence: format!("{} and {} hold different data", first.node, node.node),
        operations: Vec::new(),
        dots: Vec::new(),
    });
    Finding::Violations(witness.collect())
}

/// A replica that stopped a peer will never agree with it, quiet or not.
fn alarm(node: &NodeSnapshot, replica: &ReplicaView) -> Option<Witness> {
    let alarm = replica.alarm?;
    Some(Witness { sentence: format!("{} raised an alarm: {alarm:?}", node.node), operations: Vec::new(), dots: Vec::new() })
}

/// Whether readers of both see the same; whose writes are pending may differ.
fn same_contents(a: &ReplicaView, b: &ReplicaView) -> bool {
    let is_same = |key: &Key, record: &Decided| b.records.get(key).is_some_and(|other| shown(record) == shown(other));
    a.records.len() == b.records.len() && a.records.iter().all(|(key, record)| is_same(key, record))
}

type Lines<'a> = Vec<(&'a Item, u32, bool)>;

/// What a reader sees: cart lines without their pending marks, or else the content as it is.
fn shown(record: &Decided) -> (Lines<'_>, Option<&Content>) {
    match &record.content {
        Content::Cart(lines) => (lines.iter().map(|(item, line)| (item, line.quantity, line.is_open)).collect(), None),
        content => (Vec::new(), Some(content)),
    }
}
