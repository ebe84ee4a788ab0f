//! What the scenarios of topologies share: four leaders with links of equal length, and the constraint that a topology
//! keeps or breaks when a leader is down.

use super::ground::Ground;
use super::{Constraint, leaders};
use crate::checkers::{Evidence, Witness};
use crate::replication::note::Note;
use crate::replication::strategies::multi_leader_forward::{DELIVERY, FORWARDING};
use crate::simulation::history::History;
use crate::simulation::snapshot::Snapshot;

pub(super) const OREGON: u16 = 0;
pub(super) const VIRGINIA: u16 = 1;
pub(super) const IRELAND: u16 = 2;
pub(super) const TOKYO: u16 = 3;

/// Places in the list of choices of the forwarding.
pub(super) const FLOOD: u64 = 0;
pub(super) const ONE_WAY_RING: u64 = 1;
pub(super) const DIRECT: u64 = 2;
/// Places in the list of choices of the delivery.
pub(super) const ARRIVAL: u64 = 0;
pub(super) const COMPARE: u64 = 1;

/// What every leader that is up should have.
pub(super) const REACHES_ALL: Constraint = Constraint {
    id: "constraint:reaches-all",
    title: "Reaches everybody",
    meaning: "every acknowledged write is at every leader that is up",
    violations: missing,
};

/// Four leaders and two people, without links yet.
pub(super) fn ground(forwarding: u64, delivery: u64) -> Ground {
    Ground::new("multi-leader-forward")
        .datacenter("Oregon", 1)
        .datacenter("Virginia", 1)
        .datacenter("Ireland", 1)
        .datacenter("Tokyo", 1)
        .person("Ana", OREGON, 2_000)
        .person("Cho", TOKYO, 2_000)
        .dial(&FORWARDING, forwarding)
        .dial(&DELIVERY, delivery)
}

/// Whether a note says that a write of others was applied.
pub(super) const fn is_applied(note: &Note) -> bool {
    matches!(note, Note::Applied(_))
}

fn missing(snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let mut witness = Vec::new();
    for (number, operation) in (0..).zip(history.iter()) {
        let Some(dot) = leaders::dot(operation) else { continue };
        let up = snapshot.nodes.iter().filter_map(|node| Some((node.node, node.replica.as_ref()?)));
        let without: Vec<String> = up.filter(|(_, replica)| !replica.vector.covers(dot)).map(|(node, _)| node.to_string()).collect();
        if !without.is_empty() {
            let sentence = format!("{} is not at {}", Evidence::tell(operation), without.join(", "));
            witness.push(Witness { sentence, operations: vec![number], dots: vec![dot] });
        }
    }
    witness
}
