//! One leader per datacenter: writes are answered next door, and a lost datacenter stops nobody elsewhere. Beside it one
//! leader for both, under the same workload: far users wait for the ocean, and for the leader's datacenter.

use super::ground::{Ground, node, put, stream};
use super::leaders::{greeted, is_ok, refusal, waited_ms, writes};
use super::{About, Constraint, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::checkers::{Evidence, Witness};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Refusal;
use crate::replication::strategies::multi_leader_forward::{DELIVERY, HOME, HOME_SITE};
use crate::simulation::command::{Command, NodeCommand};
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

/// A write answered within this time did not wait for the ocean.
const LOCAL_MS: u64 = 20;
const WRITES_EACH: i64 = 5;
/// Places in the lists of choices of the settings.
const BY_KEY: u64 = 1;
const COMPARE: u64 = 1;

pub(super) const SCENARIO: Script = Script {
    seed: 2,
    setup,
    variants: &[
        Variant { id: "leader-each", title: "A leader in each", change: |_| {}, about: About::kept("constraint:local-writes") },
        Variant {
            id: "one-leader",
            title: "One leader for both",
            change: with_one_leader,
            about: About::broken("constraint:local-writes"),
        },
        Variant {
            id: "leader-each-lost",
            title: "A leader in each, one datacenter lost",
            change: |_| {},
            about: About::kept("constraint:goes-on"),
        },
        Variant {
            id: "one-leader-lost",
            title: "One leader for both, its datacenter lost",
            change: with_one_leader,
            about: About::broken("constraint:goes-on"),
        },
    ],
    steps,
    constraints: &[
        Constraint {
            id: "constraint:local-writes",
            title: "Local writes",
            meaning: "every write is answered within 20 ms, so without a trip across the ocean",
            violations: |_, history| witnesses(history, |operation| is_ok(operation) && waited_ms(operation) > Some(LOCAL_MS)),
        },
        Constraint {
            id: "constraint:goes-on",
            title: "Writes go on",
            meaning: "nobody's write is refused",
            violations: |_: &Snapshot, history| witnesses(history, |operation| refusal(operation).is_some()),
        },
    ],
    expectations: EXPECTATIONS,
};

/// Every write of which this is true.
fn witnesses(history: &History, is_it: impl Fn(&OperationRecord) -> bool) -> Vec<Witness> {
    let found = (0..).zip(history.iter()).filter(|(_, operation)| operation.write.is_some() && is_it(operation));
    let witness = |(number, operation): (u64, &OperationRecord)| Witness {
        sentence: format!("{}, answered after {} ms", Evidence::tell(operation), waited_ms(operation).unwrap_or_default()),
        operations: vec![number],
        dots: Vec::new(),
    };
    found.map(witness).collect()
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "both people wait for their own leader only",
        scope: Scope::General,
        variants: &["leader-each"],
        holds: |outcome| (0..2).all(|session| wait_between(outcome, session, (0, 9))) && writes(outcome, 1).len() == 5,
    },
    Expectation {
        claim: "Ana waits for her leader only, Ben each time for the ocean there and back",
        scope: Scope::General,
        variants: &["one-leader"],
        holds: |outcome| wait_between(outcome, 0, (0, 9)) && wait_between(outcome, 1, (120, 400)) && writes(outcome, 1).len() == 5,
    },
    Expectation {
        claim: "Ireland goes on as fast as ever while Oregon is down",
        scope: Scope::General,
        variants: &["leader-each-lost"],
        holds: |outcome| writes(outcome, 1).len() == 6 && wait_between(outcome, 1, (0, 9)) && outcome.metrics.failed_count == 0,
    },
    Expectation {
        claim: "Ben is refused while Oregon is down",
        scope: Scope::General,
        variants: &["one-leader-lost"],
        holds: |outcome| outcome.operations(1).filter_map(refusal).eq([Refusal::Unreachable]) && writes(outcome, 1).len() == 6,
    },
    Expectation {
        claim: "in the end all replicas agree, and nothing that was acknowledged is lost",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("convergence") == Some(true) && outcome.holds("no-lost-writes") == Some(true),
    },
];

fn wait_between(outcome: &Outcome<'_>, session: u16, (least, most): (u64, u64)) -> bool {
    writes(outcome, session).into_iter().filter_map(waited_ms).all(|ms| (least..=most).contains(&ms))
}

fn setup() -> Setup {
    Ground::new("multi-leader-sync")
        .datacenter("Oregon", 2)
        .datacenter("Ireland", 2)
        .link(0, 1, stream(60_000, 4_000))
        .person("Ana", 0, 2_000)
        .person("Ben", 1, 2_000)
        .setup()
}

/// Oregon leads for both; Ireland holds a copy and hands clients on.
fn with_one_leader(setup: &mut Setup) {
    "multi-leader-forward".clone_into(&mut setup.strategy);
    setup.sites.iter_mut().for_each(|site| site.node_count = 1);
    setup.dials.set(&DELIVERY, COMPARE);
    setup.dials.set(&HOME, BY_KEY);
    setup.dials.set(&HOME_SITE, 1);
}

/// Each person writes a record of their own, one write after another.
fn workload() -> Vec<Command> {
    let each = |number| [put(0, "ana", number), put(1, "ben", number)];
    (1..=WRITES_EACH).flat_map(each).collect()
}

fn steps(variant: &str) -> Vec<Step> {
    let is_each = variant.starts_with("leader-each");
    let mut steps = vec![Step::told(
        if is_each {
            "Two datacenters, about 60 ms apart. In each a leader takes writes and sends them to its follower next door; the two \
             leaders send each other what they accepted, at once and without waiting. They have greeted each other."
        } else {
            "Two datacenters, about 60 ms apart, and one leader for both: Oregon. Ireland holds a copy; whoever wants to write there \
             is sent on to Oregon."
        },
        if is_each { greeted() } else { Until::Now },
    )];
    match variant {
        "leader-each-lost" | "one-leader-lost" => steps.extend(lost(is_each)),
        _ => steps.extend(compared(is_each)),
    }
    steps
}

fn compared(is_each: bool) -> Vec<Step> {
    vec![
        Step::told("Ana, in Oregon, and Ben, in Ireland, are about to write five times each, one write after another.", Until::Quiet)
            .asking(Prediction {
                question: "How long will Ben wait for each write?",
                answers: &["About 5 ms", "About 60 ms", "More than 120 ms"],
                right: if is_each { 0 } else { 2 },
                because: if is_each {
                    "His leader answers as soon as the write is durable there. What crosses the ocean later, he does not wait for."
                } else {
                    "The request crosses the ocean, and so does the answer."
                },
            }),
        Step::told(
            if is_each {
                "Ten writes, and every one was answered after about 5 ms, in Oregon as in Ireland. The trips across the ocean came \
                 after the answers."
            } else {
                "Ana waited about 5 ms for each of her writes, Ben more than 120 ms for each of his: the same work, and he was still \
                 busy long after she was done."
            },
            Until::Quiet,
        )
        .acting(workload())
        .showing(Panel::Events),
        Step::told(
            if is_each {
                "All replicas hold the same now. The price: for 60 ms and more the other side did not know of a write, and had both \
                 people changed one record meanwhile, there would have been a conflict."
            } else {
                "All replicas hold the same now. What the wait buys: one leader puts all writes in one order, so that there is never a \
                 conflict."
            },
            Until::Now,
        )
        .showing(Panel::Verdicts),
        Step::told("Open the same with the other kind of leadership, or with a datacenter lost.", Until::Now).showing(Panel::Faults),
    ]
}

fn lost(is_each: bool) -> Vec<Step> {
    vec![
        Step::told("Ana and Ben have written five times each, and all replicas hold the same.", Until::Quiet).acting(workload()),
        Step::told("Oregon is lost: everything there is down.", Until::Now)
            .acting(if is_each {
                vec![node(0, NodeCommand::Crash), node(1, NodeCommand::Crash)]
            } else {
                vec![node(0, NodeCommand::Crash)]
            })
            .showing(Panel::Faults),
        Step::told("Ben, in Ireland, is about to write.", Until::Now).asking(Prediction {
            question: "What will he be told?",
            answers: &["Ok, as fast as ever", "That nobody can take his write"],
            right: usize::from(!is_each),
            because: if is_each {
                "His leader is in Ireland and asks nobody."
            } else {
                "Ireland holds all the data, but only Oregon may take writes, and Oregon is down."
            },
        }),
        if is_each {
            Step::told(
                "Ok, after about 5 ms. Ireland's leader keeps the write for Oregon.",
                Until::Noted(|node, note| node == NodeId(2) && matches!(note, Note::Accepted(_))),
            )
        } else {
            Step::told("Refused: the leader is out of reach. Ireland's copy can only be read.", Until::Quiet)
        }
        .acting(vec![put(1, "ben", 6)])
        .showing(Panel::Events),
        if is_each {
            Step::told(
                "Oregon is back. The two leaders compare what they know, and Oregon receives the write that it missed.",
                Until::Noted(|node, note| node == NodeId(0) && matches!(note, Note::Applied(_))),
            )
            .acting(vec![node(0, NodeCommand::Restart), node(1, NodeCommand::Restart)])
        } else {
            Step::told("Oregon is back, and Ben's next write is accepted there.", Until::Quiet)
                .acting(vec![node(0, NodeCommand::Restart), put(1, "ben", 7)])
        }
        .showing(Panel::Events),
        Step::told(
            if is_each {
                "All replicas hold the same again. The limit: what Oregon had accepted and not yet sent when it was lost would have \
                 been missing in Ireland until now."
            } else {
                "A single leader need not stay down: Ireland could be made the leader instead. That is failover, with a gap and \
                 questions of its own."
            },
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
    ]
}
