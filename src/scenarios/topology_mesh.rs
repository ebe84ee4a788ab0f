//! All to all: every leader sends its writes to every other directly. One link from anywhere to anywhere and no single
//! point of failure; but writes take ways of different length and overtake each other, which version vectors put right.

use super::ground::{get, node, put, stream};
use super::leaders::{show, took};
use super::topology::{ARRIVAL, COMPARE, DIRECT, IRELAND, REACHES_ALL, VIRGINIA, ground, is_applied};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::NodeId;
use crate::replication::strategies::multi_leader_forward::DELIVERY;
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::Setup;

const VIRGINIA_NODE: NodeId = NodeId(VIRGINIA);
const IRELAND_NODE: NodeId = NodeId(IRELAND);

pub(super) const SCENARIO: Script = Script {
    seed: 3,
    setup,
    variants: &[
        Variant {
            id: "arrival",
            title: "Applied in order of arrival",
            change: |setup| setup.dials.set(&DELIVERY, ARRIVAL),
            about: About::broken("convergence"),
        },
        Variant { id: "vectors", title: "Version vectors compared", change: |_| {}, about: About::kept("convergence") },
        Variant { id: "node-down", title: "One node after another is down", change: |_| {}, about: About::kept("constraint:reaches-all") },
    ],
    steps,
    constraints: &[REACHES_ALL],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "one link to everybody",
        scope: Scope::General,
        variants: &["arrival", "vectors"],
        holds: |outcome| (1..3).all(|node| took(outcome, 0, node, (50, 90))) && took(outcome, 0, 3, (300, 340)),
    },
    Expectation {
        claim: "Tokyo lets the late 1 overwrite the 2 that had seen it, for ever",
        scope: Scope::General,
        variants: &["arrival"],
        holds: |outcome| show(outcome, "x", &[Some(2), Some(2), Some(2), Some(1)]) && outcome.count_told("overwrites-effect") == 1,
    },
    Expectation {
        claim: "Tokyo drops the late 1, and all show 2",
        scope: Scope::General,
        variants: &["vectors"],
        holds: |outcome| {
            show(outcome, "x", &[Some(2); 4]) && outcome.count_told("dominated") == 1 && outcome.holds("no-lost-writes") == Some(true)
        },
    },
    Expectation {
        claim: "with any one leader down all others have every write, and who returns catches up",
        scope: Scope::General,
        variants: &["node-down"],
        holds: |outcome| show(outcome, "x", &[Some(1), Some(1), None, Some(1)]) && show(outcome, "y", &[Some(2), Some(2), None, Some(2)]),
    },
];

fn setup() -> Setup {
    let wire = stream(50_000, 1_000);
    let near = ground(DIRECT, COMPARE).link(0, 1, wire).link(0, 2, wire).link(1, 2, wire).link(1, 3, wire).link(2, 3, wire);
    near.link(0, 3, stream(300_000, 1_000)).person("Ben", VIRGINIA, 2_000).setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![Step::told(
        "Four leaders, every two of them linked. Each sends its own writes to the three others directly, and nobody hands on \
         anything. A link takes about 50 ms; the one from Oregon to Tokyo is congested and takes about 300 ms.",
        Until::Now,
    )];
    match variant {
        "node-down" => steps.extend(node_down()),
        _ => steps.extend(overtaking(variant == "vectors")),
    }
    steps
}

fn overtaking(compares: bool) -> Vec<Step> {
    vec![
        Step::told(
            "Ana writes x = 1 in Oregon. Virginia has it after one link and about 50 ms. To Tokyo it takes longer.",
            Until::Noted(|node, note| node == VIRGINIA_NODE && is_applied(note)),
        )
        .acting(vec![put(0, "x", 1)])
        .showing(Panel::Events),
        Step::told(
            "Ben, in Virginia, reads 1 and writes x = 2. His write has overtaken Ana's: Tokyo shows 2 and has never heard of \
             the 1.",
            Until::Noted(|node, note| node == NodeId(3) && is_applied(note)),
        )
        .acting(vec![get(2, "x"), put(2, "x", 2)])
        .showing(Panel::Events),
        Step::told("Ana's write is about to reach Tokyo.", Until::Now).asking(Prediction {
            question: "What will Tokyo show after that?",
            answers: &["2", "1"],
            right: usize::from(!compares),
            because: if compares {
                "The 2 carries a version vector that covers the 1: whoever wrote it had seen the 1."
            } else {
                "In order of arrival the 1 comes last, and overwrites."
            },
        }),
        if compares {
            Step::told("The 1 arrives and is dropped: the version vector of the 2 covers it.", Until::Told("dominated"))
        } else {
            Step::told("The 1 arrives and overwrites the 2 that had seen it.", Until::Told("overwrites-effect"))
        }
        .showing(Panel::Events),
        Step::told(
            if compares {
                "All four show 2, although the writes came to Tokyo in another order than to the rest."
            } else {
                "Everything has arrived. Tokyo shows 1, all others show 2, and it stays so."
            },
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told(
            "Open the same with the other delivery, or with a node down. In a ring writes cannot overtake each other: each \
             leader hands on what it has before what it writes next.",
            Until::Now,
        )
        .showing(Panel::Replica),
    ]
}

fn node_down() -> Vec<Step> {
    vec![
        Step::told("Virginia crashes.", Until::Now).acting(vec![node(VIRGINIA, NodeCommand::Crash)]).showing(Panel::Faults),
        Step::told("Ana is about to write x = 1 in Oregon.", Until::Now).asking(Prediction {
            question: "Who will have it while Virginia is down?",
            answers: &["Nobody but Oregon", "Ireland only", "Ireland and Tokyo"],
            right: 2,
            because: "Oregon sends it to each of them by a link of their own. No leader stands on the way between two others.",
        }),
        Step::told(
            "Ireland and Tokyo have it. In a ring Virginia would have cut it off, in a star with Virginia as the centre too.",
            Until::Quiet,
        )
        .acting(vec![put(0, "x", 1)])
        .showing(Panel::Replica),
        Step::told(
            "Virginia restarts and receives what Oregon had kept for it.",
            Until::Noted(|node, note| node == VIRGINIA_NODE && is_applied(note)),
        )
        .acting(vec![node(VIRGINIA, NodeCommand::Restart)])
        .showing(Panel::Events),
        Step::told(
            "Now Ireland crashes, and Cho writes y = 2 in Tokyo. Oregon and Virginia have it, Oregon by the slow link. Whichever \
             one leader is down, the others have everything.",
            Until::Quiet,
        )
        .acting(vec![node(IRELAND_NODE.0, NodeCommand::Crash), put(1, "y", 2)])
        .showing(Panel::Verdicts),
        Step::told(
            "The limit: nobody hands on for others here. Cut the one link from Oregon to Tokyo, and their writes wait until it \
             is whole again, unless leaders forward (flood). Try both.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}
