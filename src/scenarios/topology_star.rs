//! A star: one leader in the centre hands on what the leaves send it. At most two links from anywhere to anywhere, and
//! the centre is the single point of failure. A tree is a star of stars.

use super::ground::{node, put, stream};
use super::leaders::{show, took};
use super::topology::{COMPARE, FLOOD, IRELAND, REACHES_ALL, VIRGINIA, ground, is_applied};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::NodeId;
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::Setup;

pub(super) const SCENARIO: Script = Script {
    seed: 3,
    setup,
    variants: &[
        Variant { id: "all-up", title: "All leaders up", change: |_| {}, about: About::kept("convergence") },
        Variant { id: "leaf-down", title: "A leaf is down", change: |_| {}, about: About::kept("constraint:reaches-all") },
        Variant { id: "centre-down", title: "The centre is down", change: |_| {}, about: About::broken("constraint:reaches-all") },
    ],
    steps,
    constraints: &[REACHES_ALL],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "one link to the centre, two to the other leaves",
        scope: Scope::General,
        variants: &["all-up"],
        holds: |outcome| {
            let is_far = |node| took(outcome, 0, node, (100, 140));
            took(outcome, 0, VIRGINIA, (50, 90)) && is_far(2) && is_far(3) && show(outcome, "x", &[Some(1); 4])
        },
    },
    Expectation {
        claim: "a leaf that is down delays nobody else",
        scope: Scope::General,
        variants: &["leaf-down"],
        holds: |outcome| show(outcome, "x", &[Some(1), Some(1), None, Some(1)]) && took(outcome, 0, 3, (100, 140)),
    },
    Expectation {
        claim: "without the centre every leaf is alone",
        scope: Scope::General,
        variants: &["centre-down"],
        holds: |outcome| {
            show(outcome, "x", &[Some(1), None, None, None])
                && show(outcome, "y", &[None, None, None, Some(2)])
                && outcome.metrics.writes.count == 2
        },
    },
];

fn setup() -> Setup {
    let wire = stream(50_000, 1_000);
    ground(FLOOD, COMPARE).link(1, 0, wire).link(1, 2, wire).link(1, 3, wire).setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![Step::told(
        "Four leaders in a star. Virginia is the centre, linked to Oregon, Ireland and Tokyo, and hands on to the others what one \
         of them sends. A link takes about 50 ms.",
        Until::Now,
    )];
    match variant {
        "leaf-down" => steps.extend(leaf_down()),
        "centre-down" => steps.extend(centre_down()),
        _ => steps.extend(all_up()),
    }
    steps
}

fn all_up() -> Vec<Step> {
    vec![
        Step::told("Ana is about to write x = 1 in Oregon. Think first.", Until::Now).asking(Prediction {
            question: "How long until Tokyo has it?",
            answers: &["About 50 ms", "About 100 ms", "About 150 ms"],
            right: 1,
            because: "From leaf to leaf it is two links, by the centre. In a ring of four it was up to three.",
        }),
        Step::told(
            "Virginia has it, after one link and about 50 ms. It hands it on to Ireland and Tokyo, not back to Oregon.",
            Until::Noted(|node, note| node == NodeId(1) && is_applied(note)),
        )
        .acting(vec![put(0, "x", 1)])
        .showing(Panel::Events),
        Step::told("Tokyo has it too, after two links and about 100 ms.", Until::Noted(|node, note| node == NodeId(3) && is_applied(note)))
            .showing(Panel::Events),
        Step::told("All four show x = 1. No write comes round: between two leaders of a star there is one way only.", Until::Quiet)
            .showing(Panel::Verdicts),
        Step::told("Open the same with a leaf down, and then with the centre down.", Until::Now).showing(Panel::Faults),
    ]
}

fn leaf_down() -> Vec<Step> {
    vec![
        Step::told("Ireland, a leaf, crashes.", Until::Now).acting(vec![node(IRELAND, NodeCommand::Crash)]).showing(Panel::Faults),
        Step::told("Ana is about to write x = 1 in Oregon.", Until::Now).asking(Prediction {
            question: "Will Tokyo have it?",
            answers: &["Yes, as fast as ever", "Yes, but later", "No"],
            right: 0,
            because: "The way from Oregon to Tokyo goes by Virginia, and Virginia is up.",
        }),
        Step::told(
            "Virginia has it, and so has Tokyo, after two links and about 100 ms as ever.",
            Until::Noted(|node, note| node == NodeId(3) && is_applied(note)),
        )
        .acting(vec![put(0, "x", 1)])
        .showing(Panel::Events),
        Step::told(
            "Every leader that is up has the write. Virginia keeps what Ireland did not acknowledge, and sends it when Ireland is \
             back.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told("Restart Ireland and see it catch up. Or open the same with the centre down.", Until::Now).showing(Panel::Faults),
    ]
}

fn centre_down() -> Vec<Step> {
    vec![
        Step::told("Virginia, the centre, crashes. Three of four leaders are up.", Until::Now)
            .acting(vec![node(VIRGINIA, NodeCommand::Crash)])
            .showing(Panel::Faults),
        Step::told("Ana is about to write x in Oregon, and Cho y in Tokyo.", Until::Now).asking(Prediction {
            question: "Who will see both writes while Virginia is down?",
            answers: &["Oregon, Ireland and Tokyo", "Oregon and Tokyo", "Nobody"],
            right: 2,
            because: "Every way between two leaves goes by the centre.",
        }),
        Step::told(
            "Both are told ok, and nothing moves. Oregon has x alone, Tokyo y alone, Ireland neither: the centre is the single \
             point of failure.",
            Until::Quiet,
        )
        .acting(vec![put(0, "x", 1), put(1, "y", 2)])
        .showing(Panel::Verdicts),
        Step::told(
            "No write is lost: the leaves keep what Virginia did not acknowledge. But each of them now goes on by itself, and \
             the longer that lasts, the more conflicts wait.",
            Until::Now,
        )
        .showing(Panel::Replica),
        Step::told("Restart Virginia, or open the mesh, where every two leaders are linked.", Until::Now).showing(Panel::Faults),
    ]
}
