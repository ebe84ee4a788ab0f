//! Every follower is down: the leader takes the reads for as long as that lasts, then hands them back.

use super::followers::{OREGON_2, OREGON_3, is_refused, reads, told_at, took_ms};
use super::ground::{Ground, get, node, put, stream};
use super::{About, Constraint, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::checkers::{Evidence, Witness};
use crate::replication::ids::Lsn;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::simulation::command::{Command, NodeCommand};
use crate::simulation::history::History;
use crate::simulation::setup::{ReadRule, Setup};
use crate::simulation::snapshot::Snapshot;

const ANA: u16 = 0;
const YOU: u16 = 1;

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant { id: "leader-up", title: "The leader is up", change: |_| {}, about: About::kept("constraint:reads-answered") },
        Variant { id: "leader-down", title: "The leader is down too", change: |_| {}, about: About::broken("constraint:reads-answered") },
    ],
    steps,
    constraints: &[READS_ANSWERED],
    expectations: EXPECTATIONS,
};

const READS_ANSWERED: Constraint = Constraint {
    id: "constraint:reads-answered",
    title: "Reads are answered",
    meaning: "every read gets an answer",
    violations: unanswered,
};

fn unanswered(_: &Snapshot, history: &History) -> Vec<Witness> {
    let refused = (0u64..).zip(history.iter()).filter(|(_, operation)| operation.write.is_none() && is_refused(operation));
    refused.map(|(number, operation)| Witness { sentence: Evidence::tell(operation), operations: vec![number], dots: Vec::new() }).collect()
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the leader answers while no follower is up, after both were tried",
        scope: Scope::General,
        variants: &["leader-up"],
        holds: |outcome| reads(outcome, YOU)[4..8].iter().all(|read| read.node.0 == 0 && took_ms(read, 12)),
    },
    Expectation {
        claim: "before and afterwards followers answer, in one round trip",
        scope: Scope::General,
        variants: &["leader-up"],
        holds: |outcome| {
            let reads = reads(outcome, YOU);
            reads[..4].iter().chain(&reads[8..]).all(|read| read.node.0 != 0 && took_ms(read, 4))
        },
    },
    Expectation {
        claim: "no read shows less than what was written before",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.metrics.stale_count == 0,
    },
    Expectation {
        claim: "no follower answers before it has caught up",
        scope: Scope::General,
        variants: &["leader-up"],
        holds: |outcome| {
            [OREGON_2, OREGON_3].into_iter().all(|follower| {
                let since = told_at(outcome, follower, "caught-up");
                let answered = reads(outcome, YOU).into_iter().skip(4).filter(|read| read.node == follower);
                let mut ends = answered.filter_map(|read| read.closed.as_ref().map(|(at, _)| *at));
                since.is_some_and(|since| ends.all(|at| at > since))
            })
        },
    },
    Expectation {
        claim: "writes go on without a follower",
        scope: Scope::General,
        variants: &["leader-up"],
        holds: |outcome| outcome.operations(ANA).all(|write| matches!(write.closed, Some((_, Reply::Written { .. })))),
    },
    Expectation {
        claim: "without the leader all reads are refused until a node returns",
        scope: Scope::General,
        variants: &["leader-down"],
        holds: |outcome| {
            reads(outcome, YOU)[4..8].iter().all(|read| is_refused(read)) && reads(outcome, YOU)[8..].iter().all(|read| !is_refused(read))
        },
    },
];

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 3)
        .inside(stream(500, 0))
        .person("Ana", 0, 2_000)
        .person("You", 0, 2_000)
        .reading(ReadRule::AnyFollower)
        .setup()
}

fn reloads(count: usize) -> Vec<Command> {
    (0..count).map(|_| get(YOU, "x")).collect()
}

fn all(fault: NodeCommand, nodes: &[u16]) -> Vec<Command> {
    nodes.iter().map(|number| node(*number, fault)).collect()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![
        Step::told(
            "Oregon 1 leads, Oregon 2 and Oregon 3 follow. You read from any follower, 2 ms away. Ana writes x = 1, and all three have \
             applied it.",
            Until::Noted(|node, note| node == OREGON_3 && matches!(note, Note::CaughtUp(Lsn(1)))),
        )
        .acting(vec![put(ANA, "x", 1)]),
        Step::told("You read x four times: 1, from followers only, 4 ms each.", Until::Quiet).acting(reloads(4)).showing(Panel::Events),
    ];
    // The first step of a lesson is entered without acting.
    steps.insert(0, Step::told("One datacenter, three nodes, two people.", Until::Now));
    steps.extend(if variant == "leader-down" { leader_down() } else { leader_up() });
    steps
}

fn leader_up() -> Vec<Step> {
    vec![
        Step::told("Oregon 2 and Oregon 3 crash.", Until::Now).acting(all(NodeCommand::Crash, &[1, 2])).showing(Panel::Faults),
        Step::told("You are about to read x four times again.", Until::Now).asking(Prediction {
            question: "Who answers, and after how long?",
            answers: &["Nobody", "Oregon 1, after 4 ms", "Oregon 1, after 12 ms"],
            right: 2,
            because: "Your client tries a follower, then the other one, then the leader: three round trips of 4 ms.",
        }),
        Step::told(
            "Oregon 1 answers all four, each after 12 ms. A client that remembers who is down would save the first 8. Ana writes \
             x = 2 meanwhile: an asynchronous leader needs no follower for that.",
            Until::Quiet,
        )
        .acting([vec![put(ANA, "x", 2)], reloads(4)].concat())
        .showing(Panel::Events),
        Step::told(
            "Oregon 2 and Oregon 3 return. Each gets position 2, applies it, and answers reads from then on.",
            Until::Noted(|node, note| node == OREGON_3 && matches!(note, Note::Told("caught-up", _))),
        )
        .acting(all(NodeCommand::Restart, &[1, 2]))
        .showing(Panel::Replica),
        Step::told("You read four times more: 2, from followers, 4 ms each. The leader has only the writes to do again.", Until::Quiet)
            .acting(reloads(4))
            .showing(Panel::Events),
        Step::told(
            "The limits: one node now does the work of three, and what Ana was told meanwhile stood on that node alone. Open the same with \
             the leader down too.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]
}

fn leader_down() -> Vec<Step> {
    vec![
        Step::told("Oregon 2 and Oregon 3 crash, and then Oregon 1.", Until::Now)
            .acting(all(NodeCommand::Crash, &[1, 2, 0]))
            .showing(Panel::Faults),
        Step::told("You are about to read x four times.", Until::Now).asking(Prediction {
            question: "What do you get?",
            answers: &["Four errors", "The last answer once more", "Nothing; you wait"],
            right: 0,
            because: "Your client tries all three nodes, finds nobody, and gives up.",
        }),
        Step::told("Four errors, each after three vain round trips.", Until::Quiet).acting(reloads(4)).showing(Panel::Events),
        Step::told(
            "Oregon 1 returns. Its store names it as the leader of term 1, and nobody was elected meanwhile, so it leads on.",
            Until::Quiet,
        )
        .acting(all(NodeCommand::Restart, &[0]))
        .showing(Panel::Replica),
        Step::told("You read four times: x = 1, from Oregon 1. The followers are still down.", Until::Quiet)
            .acting(reloads(4))
            .showing(Panel::Events),
        Step::told("The leader takes the reads of its followers only for as long as it lives.", Until::Now).showing(Panel::Verdicts),
    ]
}
