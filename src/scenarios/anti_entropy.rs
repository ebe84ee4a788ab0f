//! Replicas compare hash trees in the background (Merkle trees; Dynamo, DeCandia et al. 2007, section 4.7), so that a
//! record that nobody reads reaches all replicas before the one that has it dies.

use super::ground::{get, heal_all, node, put};
use super::quorums::{ANA, ANAS_APP, IRELAND, OREGON, TOKYO, cut, held, later, now, quiet, read, reads, three_places, told, witness};
use super::{About, Assumption, Constraint, Expectation, Panel, Prediction, Scope, Script, Step, Variant};
use crate::checkers::Witness;
use crate::replication::ids::NodeId;
use crate::replication::protocol::MessageKind;
use crate::replication::strategies::leaderless::{ANTI_ENTROPY_EVERY, READ_QUORUM, TREE_DEPTH, WRITE_QUORUM};
use crate::simulation::command::NodeCommand;
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::journal::Happening;
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant {
            id: "hash-trees",
            title: "Compare every second",
            change: |setup| setup.dials.set(&ANTI_ENTROPY_EVERY, 1_000),
            about: About::kept_while(DURABLE, IN_TIME),
        },
        Variant { id: "none", title: "Never compare", change: |_| {}, about: About::broken(DURABLE) },
    ],
    steps,
    constraints: &[Constraint {
        id: DURABLE,
        title: "Durable",
        meaning: "a record that was acknowledged can be read as long as a replica is up",
        violations: lost,
    }],
    expectations: EXPECTATIONS,
};

const DURABLE: &str = "constraint:durable";
const KEYS: [&str; 8] = ["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"];

const IN_TIME: Assumption = Assumption {
    words: "a comparison with the only holder ends before it dies",
    // It ends with what Oregon holds of the leaves that differ.
    is_met: |outcome| {
        let is_photo = |operation: &&OperationRecord| *operation.key.0 == *"photo" && operation.write.is_some();
        let stored = outcome.session.history().iter().find(is_photo).and_then(|photo| photo.closed.as_ref()).map(|(at, _)| *at);
        let journal = outcome.session.journal();
        let told = |happening| match happening {
            Happening::Delivered { from, kind, .. } => from == NodeId(OREGON) && kind == MessageKind::Repair,
            _ => false,
        };
        stored.is_some_and(|at| journal.iter_from(journal.dropped_count()).any(|entry| entry.at > at && told(entry.happening)))
    },
    outside: Some(|setup| setup.dials.set(&ANTI_ENTROPY_EVERY, 3_600_000)),
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "one differing record among nine is found with 13 hashes a side: 1 + 2 × 6 for a tree of depth 6",
        scope: Scope::General,
        variants: &["hash-trees"],
        holds: |outcome| {
            let found = told(outcome, "tree-compared");
            let of_one: Vec<_> = found.iter().filter(|(_, sentence)| sentence.contains("in 1 leaves")).collect();
            !of_one.is_empty() && of_one.iter().all(|(_, sentence)| sentence.ends_with(": 13 hashes a side"))
        },
    },
    Expectation {
        claim: "equal trees are known by one hash",
        scope: Scope::General,
        variants: &["hash-trees"],
        holds: |outcome| {
            told(outcome, "tree-compared")
                .iter()
                .any(|(_, sentence)| sentence.starts_with("equals") && sentence.ends_with(": 1 hashes a side"))
        },
    },
    Expectation {
        claim: "both other replicas have the photo before Oregon dies",
        scope: Scope::General,
        variants: &["hash-trees"],
        holds: |outcome| {
            [TOKYO, IRELAND].into_iter().all(|node| held(&outcome.snapshot, node, "photo") == Some(Some(7)))
                && reads(outcome, ANA) == [Some(7)]
        },
    },
    Expectation {
        claim: "without comparison the acknowledged photo is gone with Oregon",
        scope: Scope::General,
        variants: &["none"],
        holds: |outcome| {
            [TOKYO, IRELAND].into_iter().all(|node| held(&outcome.snapshot, node, "photo") == Some(None)) && reads(outcome, ANA) == [None]
        },
    },
];

/// Reads that returned nothing of a record that was acknowledged before.
fn lost(_snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let missed = history.iter().enumerate().filter(|(_, operation)| read(operation) == Some(None));
    let lost = missed.filter_map(|(number, missed)| {
        let is_before = |(at, _): &(_, _)| *at < missed.invoked_at;
        let written = history
            .iter()
            .position(|write| write.write.is_some() && write.key == missed.key && write.closed.as_ref().is_some_and(is_before))?;
        Some(witness(format!("{} was acknowledged, and a read returns nothing", missed.key), &[written, number]))
    });
    lost.collect()
}

fn setup() -> Setup {
    three_places().dial(&WRITE_QUORUM, 1).dial(&READ_QUORUM, 1).dial(&TREE_DEPTH, 6).setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let compares = variant == "hash-trees";
    let fill = KEYS.iter().zip(1..).map(|(key, number)| put(ANA, key, number)).collect();
    vec![
        now("Replicas in Oregon, Tokyo and Ireland. Writes need one acknowledgement (w = 1), reads one answer (r = 1): fast, and little is guaranteed."),
        quiet("Ana writes eight records. Each goes to all three replicas, and all have them.").acting(fill),
        quiet("Ana's app reaches only Oregon for a moment, and she stores a photo. Oregon acknowledges: she is told ok. It is the only copy.")
            .acting(vec![cut(ANAS_APP, TOKYO), cut(ANAS_APP, IRELAND), put(ANA, "photo", 7)])
            .showing(Panel::Carts),
        if compares {
            later(
                6_000,
                "Some seconds pass; nobody reads the photo. Each replica has a tree of hashes over its records, and now and then sends the root's hash to \
                 another one. Where hashes differ, they compare the two below: 13 hashes a side lead to the one differing leaf of 64. The photo is copied.",
            )
        } else {
            later(6_000, "Some seconds pass. Nobody reads the photo, so that no read could repair it; nothing else moves it. Oregon still has the only copy.")
        }
        .acting(vec![heal_all()])
        .showing(Panel::Events),
        now("All links work. Now Oregon is about to die for good.").asking(Prediction {
            question: "Oregon dies. Ana was told ok for the photo. Can she still read it?",
            answers: &["Yes, from Tokyo or Ireland", "No, it is gone"],
            right: usize::from(!compares),
            because: if compares {
                "The background comparison copied it to both. It would be gone if Oregon had died before the next comparison."
            } else {
                "An acknowledgement with w = 1 means one copy. Without reads or comparison it remains one."
            },
        }),
        later(
            1_000,
            if compares {
                "Oregon is down. Ana reads the photo: it is there. Anti-entropy works late and in no order, and how late is the time in which one crash still loses a record."
            } else {
                "Oregon is down. Ana reads the photo, and gets nothing: an acknowledged write is lost. Records that are read often would have been repaired; \
                 rarely read ones stay on too few replicas."
            },
        )
        .acting(vec![node(OREGON, NodeCommand::Crash), get(ANA, "photo")])
        .showing(Panel::Verdicts),
    ]
}
