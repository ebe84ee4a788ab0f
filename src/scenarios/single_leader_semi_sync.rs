//! Semi-synchronous replication: the leader waits for one follower, the others are asynchronous (MySQL semi-synchronous,
//! PostgreSQL synchronous_standby_names FIRST 1). When the synchronous one dies, another takes its place.

use super::ground::{Ground, get, node, put, stream};
use super::group::{holders_when_answered, leaders, lists, numbers_read};
use super::leaders::{show, waited_ms, writes};
use super::{About, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::strategies::single_leader::settings::REPLICATION;
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::Setup;

const OREGON_1: u16 = 0;
const OREGON_2: u16 = 1;
const IRELAND: u16 = 2;
const BEN: u16 = 1;
/// Places in the list of choices of the setting.
const ASYNCHRONOUS: u64 = 0;
const SEMI_SYNCHRONOUS: u64 = 1;

pub(super) const SCENARIO: Script = Script {
    seed: 11,
    setup,
    variants: &[
        Variant { id: "semi-synchronous", title: "One synchronous follower", change: |_| {}, about: About::kept("no-lost-writes") },
        Variant {
            id: "asynchronous",
            title: "None",
            change: |setup| setup.dials.set(&REPLICATION, ASYNCHRONOUS),
            about: About::broken("no-lost-writes"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "a follower holds each write when Ana is told ok",
        scope: Scope::General,
        variants: &["semi-synchronous"],
        holds: |outcome| {
            let writes = writes(outcome, 0);
            writes.len() == 2 && writes.iter().all(|write| holders_when_answered(outcome, write) >= 1)
        },
    },
    Expectation {
        claim: "she waits for Oregon 2 first, and for Ireland once Oregon 2 is down",
        scope: Scope::General,
        variants: &["semi-synchronous"],
        holds: |outcome| {
            let waits = waits(outcome);
            waits.len() == 2 && waits[0] < 10 && waits[1] >= 120
        },
    },
    Expectation {
        claim: "the new leader holds both writes, and so do all in the end",
        scope: Scope::General,
        variants: &["semi-synchronous"],
        holds: |outcome| ends_at(outcome, 12) && numbers_read(outcome, BEN) == [Some(12)] && lists(outcome, OREGON_1, &[]),
    },
    Expectation {
        claim: "Ana waits for nobody; her second write is acknowledged, held by no follower, and lost",
        scope: Scope::General,
        variants: &["asynchronous"],
        holds: |outcome| {
            let writes = writes(outcome, 0);
            writes.len() == 2
                && waits(outcome).iter().all(|ms| *ms < 10)
                && holders_when_answered(outcome, writes[1]) == 0
                && outcome.metrics.lost_count == 1
                && lists(outcome, OREGON_1, &[("Ana", "price")])
                && ends_at(outcome, 10)
        },
    },
    Expectation {
        claim: "what was lost is listed",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("accounted-for") == Some(true),
    },
];

fn waits(outcome: &Outcome<'_>) -> Vec<u64> {
    writes(outcome, 0).into_iter().filter_map(waited_ms).collect()
}

fn ends_at(outcome: &Outcome<'_>, price: i64) -> bool {
    leaders(outcome) == [IRELAND] && show(outcome, "price", &[Some(price); 3]) && outcome.holds("convergence") == Some(true)
}

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 2)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(60_000, 3_000))
        .inside(stream(1_000, 0))
        .person("Ana", 0, 500)
        .person("Ben", 1, 500)
        .dial(&REPLICATION, SEMI_SYNCHRONOUS)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = if variant == "asynchronous" { without() } else { with_one() };
    steps.push(
        Step::told(
            if variant == "asynchronous" {
                "Ana was told ok and her write is gone; the list of Oregon 1 says so, with her name. Open the same with one synchronous \
                 follower."
            } else {
                "The limits: if the leader and its synchronous follower die together, the second copy dies with them. And many systems \
                 stop waiting after a timeout and go on asynchronously. The scenario on lost writes shows both."
            },
            Until::Now,
        )
        .showing(Panel::Verdicts),
    );
    steps
}

fn with_one() -> Vec<Step> {
    vec![
        Step::told(
            "One leader, Oregon 1. It waits for one follower before it answers a write: the first in its list that it can reach, which is \
             Oregon 2, 1 ms away. Ireland, about 60 ms away, is asynchronous.",
            Until::Now,
        ),
        Step::told(
            "Ana sets the price to 10 and is told ok after about 4 ms: then Oregon 2 had stored it. Ireland received it later, and \
             nobody waited for that.",
            Until::Quiet,
        )
        .acting(vec![put(0, "price", 10)])
        .showing(Panel::Events),
        Step::told("Oregon 2 is about to crash. Then Ana will set the price to 12.", Until::Now).asking(Prediction {
            question: "What will happen to her write?",
            answers: &["It waits until Oregon 2 is back", "It waits for Ireland instead", "It is acknowledged at once"],
            right: 1,
            because: "One follower must have it. The next in the list that the leader can reach takes the place of Oregon 2.",
        }),
        Step::told(
            "Ireland is the synchronous follower now. Ana waited more than 120 ms, and again a follower held her write when she was told \
             ok.",
            Until::Quiet,
        )
        .acting(vec![node(OREGON_2, NodeCommand::Crash), put(0, "price", 12)])
        .showing(Panel::Events),
        promote(
            "Now Oregon 1 crashes too. Somebody promotes Ireland, which leads in term 2. It holds 12, the last price that was acknowledged.",
        ),
        Step::told(
            "Oregon returns. Oregon 1 believes that it still leads, hears of term 2 and follows Ireland.",
            Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::SteppedDown(..))),
        )
        .acting(vec![node(OREGON_1, NodeCommand::Restart), node(OREGON_2, NodeCommand::Restart)])
        .showing(Panel::Events),
        Step::told("Ben, in Ireland, reads 12. All replicas show it: nothing that was acknowledged was lost.", Until::Quiet)
            .acting(vec![get(BEN, "price")])
            .showing(Panel::Verdicts),
    ]
}

fn without() -> Vec<Step> {
    vec![
        Step::told(
            "One leader, Oregon 1, with two followers: Oregon 2, 1 ms away, and Ireland, about 60 ms away. It waits for none of them.",
            Until::Now,
        ),
        Step::told("Ana sets the price to 10 and is told ok after about 1.5 ms. By now all three replicas show it.", Until::Quiet)
            .acting(vec![put(0, "price", 10)])
            .showing(Panel::Events),
        Step::told(
            "Oregon 2 crashes, and Ana sets the price to 12. The leader has stored it, and ok is on its way to her; the entry is on its way \
             to Ireland.",
            Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::Accepted(_))),
        )
        .acting(vec![node(OREGON_2, NodeCommand::Crash), put(0, "price", 12)])
        .showing(Panel::Events),
        Step::told("At this moment Oregon 1 is about to crash, and Ireland to be promoted.", Until::Now).asking(Prediction {
            question: "Which price will Ireland have as the new leader?",
            answers: &["12: Ana was told ok", "10"],
            right: 1,
            because: "The entry had not arrived, and a connection that breaks loses what is on it.",
        }),
        promote("Oregon 1 is down, and Ireland leads in term 2. Its price is 10. Ana has her ok."),
        Step::told(
            "Oregon returns and follows Ireland. Oregon 1 holds an entry that its new leader never had, and drops it.",
            Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::TailDiscarded(..))),
        )
        .acting(vec![node(OREGON_1, NodeCommand::Restart), node(OREGON_2, NodeCommand::Restart)])
        .showing(Panel::Events),
        Step::told("Ben reads 10, and so will everybody.", Until::Quiet).acting(vec![get(BEN, "price")]).showing(Panel::Verdicts),
    ]
}

fn promote(text: &'static str) -> Step {
    Step::told(text, Until::Noted(|node, note| node == NodeId(IRELAND) && matches!(note, Note::Promoted(_))))
        .acting(vec![node(OREGON_1, NodeCommand::Crash), node(IRELAND, NodeCommand::Promote)])
        .showing(Panel::Faults)
}
