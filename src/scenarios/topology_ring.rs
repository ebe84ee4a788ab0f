//! A circular topology, MySQL's classic: each leader sends what it has to the next one only. Few links, long ways, and
//! every leader is a single point of failure; the id of the origin is what ends a write's journey.

use super::ground::{get, node, put, stream};
use super::leaders::{show, took};
use super::topology::{ARRIVAL, ONE_WAY_RING, REACHES_ALL, VIRGINIA, ground, is_applied};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::NodeId;
use crate::replication::note::{Alarm, Note};
use crate::replication::strategies::multi_leader_forward::ORIGIN_IDS;
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::Setup;

pub(super) const SCENARIO: Script = Script {
    seed: 3,
    setup,
    variants: &[
        Variant { id: "origin-ids", title: "With origin ids", change: |_| {}, about: About::kept("convergence") },
        Variant {
            id: "no-origin-ids",
            title: "Without origin ids: an endless loop",
            change: |setup| setup.dials.set(&ORIGIN_IDS, 0),
            about: About::broken("convergence"),
        },
        Variant { id: "node-down", title: "One node is down", change: |_| {}, about: About::broken("constraint:reaches-all") },
    ],
    steps,
    constraints: &[REACHES_ALL],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "a write takes one, two and three links of about 50 ms each",
        scope: Scope::General,
        variants: &["origin-ids", "no-origin-ids"],
        holds: |outcome| took(outcome, 0, 1, (50, 90)) && took(outcome, 0, 2, (100, 140)) && took(outcome, 0, 3, (150, 190)),
    },
    Expectation {
        claim: "its origin stops it, once, and all show it",
        scope: Scope::General,
        variants: &["origin-ids"],
        holds: |outcome| outcome.count_told("loop-stopped") == 1 && show(outcome, "x", &[Some(1); 4]),
    },
    Expectation {
        claim: "it goes round until the bound on links drops it",
        scope: Scope::General,
        variants: &["no-origin-ids"],
        holds: |outcome| {
            outcome.count_told("loop-stopped") == 0 && outcome.count_notes(|note| matches!(note, Note::Alarm(Alarm::Circulates(_)))) == 1
        },
    },
    Expectation {
        claim: "no write passes the gap: Ireland is up and has neither",
        scope: Scope::General,
        variants: &["node-down"],
        holds: |outcome| {
            show(outcome, "x", &[Some(1), None, None, None])
                && show(outcome, "y", &[Some(2), None, None, Some(2)])
                && outcome.metrics.writes.count == 2
        },
    },
];

fn setup() -> Setup {
    let wire = stream(50_000, 1_000);
    ground(ONE_WAY_RING, ARRIVAL).link(0, 1, wire).link(1, 2, wire).link(2, 3, wire).link(3, 0, wire).setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![Step::told(
        "Four leaders in a ring: Oregon sends to Virginia, Virginia to Ireland, Ireland to Tokyo, Tokyo to Oregon. Each sends on \
         what it wrote and what it received, to the next one only. A link takes about 50 ms.",
        Until::Now,
    )];
    match variant {
        "node-down" => steps.extend(node_down()),
        _ => steps.extend(around(variant == "origin-ids")),
    }
    steps
}

fn around(has_ids: bool) -> Vec<Step> {
    vec![
        Step::told("Ana is about to write in Oregon. Tokyo is Oregon's neighbour on the other side.", Until::Now).asking(Prediction {
            question: "How many links does her write pass until Tokyo has it?",
            answers: &["One", "Two", "Three"],
            right: 2,
            because: "The ring runs one way: by Virginia and Ireland. Of n leaders the last one has a write after n − 1 links.",
        }),
        Step::told(
            "Ana writes x = 1. Virginia had it after one link, Ireland after two, and now Tokyo after three: about 150 ms.",
            Until::Noted(|node, note| node == NodeId(3) && is_applied(note)),
        )
        .acting(vec![put(0, "x", 1)])
        .showing(Panel::Events),
        if has_ids {
            Step::told(
                "Tokyo sends it on to Oregon, as it sends on everything. Oregon reads the id of the origin, finds its own and \
                 drops the write: it has come to rest. MySQL calls that id server_id.",
                Until::Told("loop-stopped"),
            )
            .showing(Panel::Events)
        } else {
            Step::told(
                "Tokyo sends it on to Oregon. Nothing in it says where it came from, so Oregon applies its own write again and \
                 sends it on: round and round, for ever. Here a bound of 64 links dropped it, with an alarm.",
                Until::Noted(|_, note| matches!(note, Note::Alarm(Alarm::Circulates(_)))),
            )
            .showing(Panel::Events)
        },
        Step::told(
            if has_ids {
                "Everything is quiet and all four show x = 1. The limit: only the origin looks for its id. If Oregon were taken \
                 out of the ring while its write is under way, nobody would stop it."
            } else {
                "All four show x = 1, which proves nothing: each applied it sixteen times. Had somebody written a newer x \
                 meanwhile, the old one would have come round and overwritten it."
            },
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told("Open the same with a node down, or crash one now and write.", Until::Now).showing(Panel::Faults),
    ]
}

fn node_down() -> Vec<Step> {
    vec![
        Step::told("Virginia, the next after Oregon, crashes. Three of four leaders are up.", Until::Now)
            .acting(vec![node(VIRGINIA, NodeCommand::Crash)])
            .showing(Panel::Faults),
        Step::told("Ana is about to write x in Oregon, and Cho y in Tokyo.", Until::Now).asking(Prediction {
            question: "Which of the two writes will Ireland see while Virginia is down?",
            answers: &["Both", "Only y, from its neighbour Tokyo", "Neither"],
            right: 2,
            because: "Whatever comes to Ireland comes through Virginia. Tokyo is next to Ireland, but sends to Oregon.",
        }),
        Step::told(
            "Both are told ok. Cho's y has reached Oregon, one link on.",
            Until::Noted(|node, note| node == NodeId(0) && is_applied(note)),
        )
        .acting(vec![put(0, "x", 1), put(1, "y", 2)])
        .showing(Panel::Events),
        Step::told(
            "Nothing moves any more. Ana reads both. Ireland has neither, and Tokyo, which is up, has no x. One leader down has \
             cut the ring for all.",
            Until::Quiet,
        )
        .acting(vec![get(0, "x"), get(0, "y")])
        .showing(Panel::Verdicts),
        Step::told(
            "Nothing is lost: Oregon keeps what Virginia did not acknowledge. Restart Virginia and see both writes go round. Until \
             then somebody must close the ring by hand, around the gap.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}
