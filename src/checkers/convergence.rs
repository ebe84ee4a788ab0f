//! Convergence: on a quiet network all replicas hold the same.

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::view::Content;

pub(super) static CHECKER: Checker = Checker {
    id: "convergence",
    title: "Converged",
    meaning: "on a quiet network every replica holds the same",
    promised: |_| true,
    judge,
};

fn judge(evidence: &Evidence<'_>) -> Finding {
    if let Some(unrest) = evidence.unrest() {
        return Finding::Undecided(unrest);
    }
    let Some((first, reference)) = evidence.nodes().next() else { return Finding::Undecided("there is no replica".to_owned()) };
    let differs = evidence.nodes().filter(|(_, replica)| {
        replica.vector != reference.vector || replica.hash != reference.hash || !same_contents(replica, reference)
    });
    let witness = differs.map(|(node, _)| Witness {
        sentence: format!("{} and {} hold different data", first.node, node.node),
        operations: Vec::new(),
        dots: Vec::new(),
    });
    Finding::Violations(witness.collect())
}

type View = crate::replication::view::ReplicaView;

/// Whether readers of both see the same; whose writes are pending may differ.
fn same_contents(a: &View, b: &View) -> bool {
    a.records.len() == b.records.len() && a.records.iter().all(|(key, record)| b.records.get(key).is_some_and(|other| same_content(&record.content, &other.content)))
}

fn same_content(a: &Content, b: &Content) -> bool {
    match (a, b) {
        (Content::Cart(a), Content::Cart(b)) => {
            let shown = |lines: &std::collections::BTreeMap<_, crate::replication::view::Line>| -> Vec<(crate::replication::delta::Item, u32, bool)> {
                lines.iter().map(|(item, line): (&crate::replication::delta::Item, _)| (item.clone(), line.quantity, line.is_open)).collect()
            };
            shown(a) == shown(b)
        }
        _ => a == b,
    }
}
