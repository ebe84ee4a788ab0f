//! Synchronous replication: the leader answers a write once every follower has stored it. The slowest follower sets the
//! write latency, and one that is down stops all writes until it returns or is taken out of the set.

use super::ground::{Ground, node, put, stream};
use super::group::{holders_when_answered, leaders};
use super::leaders::{show, waited_ms, writes};
use super::{About, Constraint, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::checkers::{Evidence, Witness};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::strategies::single_leader::settings::{REPLACE_AFTER, REPLICATION};
use crate::replication::time::SimDuration;
use crate::simulation::command::NodeCommand;
use crate::simulation::history::History;
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

const OREGON_1: u16 = 0;
const OREGON_2: u16 = 1;
const IRELAND: u16 = 2;
/// Where a spare stands in Oregon, Ireland has the next number.
const IRELAND_AFTER_SPARE: u16 = 3;
/// Place in the list of choices of the setting.
const SYNCHRONOUS: u64 = 2;
/// A write that waits for longer counts as not answered.
const PATIENCE: SimDuration = SimDuration::from_ms(1_000);

pub(super) const SCENARIO: Script = Script {
    seed: 3,
    setup,
    variants: &[
        Variant { id: "all-up", title: "All followers up", change: |_| {}, about: About::kept("no-lost-writes") },
        Variant { id: "follower-down", title: "One follower down", change: |_| {}, about: About::broken("constraint:answered") },
        Variant {
            id: "taken-out",
            title: "The lost follower is replaced",
            change: |setup| {
                (setup.sites[0].node_count, setup.sites[0].spare_count) = (3, 1);
                setup.dials.set(&REPLACE_AFTER, 2_000);
            },
            about: About::kept("constraint:answered"),
        },
    ],
    steps,
    constraints: &[Constraint {
        id: "constraint:answered",
        title: "Writes are answered",
        meaning: "every write is answered within a second",
        violations: unanswered,
    }],
    expectations: EXPECTATIONS,
};

/// The writes that waited for longer than anybody should.
fn unanswered(snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let writes = (0..).zip(history.iter()).filter(|(_, operation)| operation.write.is_some());
    let late = writes.filter_map(|(number, operation)| {
        let end = operation.closed.as_ref().map_or(snapshot.now, |(at, _)| *at);
        let wait = end.since(operation.invoked_at);
        let sentence = || format!("{} waited {} ms", Evidence::tell(operation), wait.0 / 1_000_000);
        (wait > PATIENCE).then(|| Witness { sentence: sentence(), operations: vec![number], dots: Vec::new() })
    });
    late.collect()
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "every write waits for the way to Ireland and back, and both followers hold it when Ana is told ok",
        scope: Scope::General,
        variants: &["all-up"],
        holds: |outcome| {
            let writes = writes(outcome, 0);
            writes.len() == 2
                && writes.iter().all(|write| {
                    waited_ms(write).is_some_and(|ms| (120..1_000).contains(&ms)) && holders_when_answered(outcome, write) == 2
                })
        },
    },
    Expectation {
        claim: "the new leader goes on with everything that was acknowledged",
        scope: Scope::General,
        variants: &["all-up"],
        holds: |outcome| {
            leaders(outcome) == [OREGON_2] && show(outcome, "price", &[Some(12); 3]) && outcome.holds("convergence") == Some(true)
        },
    },
    Expectation {
        claim: "the write waits until Ireland is back, more than three seconds, and is then acknowledged, not refused",
        scope: Scope::General,
        variants: &["follower-down"],
        holds: |outcome| {
            let waits: Vec<Option<u64>> = writes(outcome, 0).into_iter().map(waited_ms).collect();
            waits.len() == 1
                && waits[0].is_some_and(|ms| ms >= 3_000)
                && outcome.metrics.failed_count == 0
                && show(outcome, "price", &[Some(10); 3])
                && outcome.holds("no-lost-writes") == Some(true)
        },
    },
    Expectation {
        claim: "once Ireland is replaced, a write waits for Oregon only",
        scope: Scope::General,
        variants: &["taken-out"],
        holds: |outcome| {
            let waits: Vec<Option<u64>> = writes(outcome, 0).into_iter().map(waited_ms).collect();
            waits.len() == 2
                && waits[0].is_some_and(|ms| ms >= 120)
                && waits[1].is_some_and(|ms| ms < 10)
                && outcome.count_told("replaces") == 1
                && show(outcome, "price", &[Some(12); 4])
                && outcome.holds("no-lost-writes") == Some(true)
        },
    },
];

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 2)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(60_000, 3_000))
        .inside(stream(1_000, 0))
        .person("Ana", 0, 500)
        .dial(&REPLICATION, SYNCHRONOUS)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    match variant {
        "follower-down" => follower_down(),
        "taken-out" => taken_out(),
        _ => all_up(),
    }
}

const INTRODUCTION: &str = "One leader, Oregon 1, takes all writes. Oregon 2 stands beside it, 1 ms away; Ireland is about 60 ms away. \
    Replication is synchronous: the leader answers a write once every follower has stored it.";

fn all_up() -> Vec<Step> {
    vec![
        Step::told(INTRODUCTION, Until::Now),
        Step::told("Ana, half a millisecond from the leader, is about to set a price.", Until::Now).asking(Prediction {
            question: "How long will she wait?",
            answers: &["About 2 ms: until the leader has stored it", "About 4 ms: until Oregon 2 has it", "More than 120 ms"],
            right: 2,
            because: "Every follower must answer, so the slowest decides: the way to Ireland and back.",
        }),
        Step::told(
            "Oregon 2 has stored the write and acknowledges it. Ana waits: Ireland has not even received it.",
            Until::Noted(|node, note| node == NodeId(OREGON_2) && matches!(note, Note::CaughtUp(_))),
        )
        .acting(vec![put(0, "price", 10)])
        .showing(Panel::Replica),
        Step::told(
            "Ireland's acknowledgement came last, and only then was Ana told ok, after more than 120 ms. A second fast follower would \
             not have helped her.",
            Until::Quiet,
        )
        .showing(Panel::Events),
        Step::told(
            "What she paid for: Oregon 1 crashes, and somebody promotes Oregon 2. Any follower would do, since each holds every write that \
             was acknowledged.",
            Until::Noted(|node, note| node == NodeId(OREGON_2) && matches!(note, Note::Promoted(_))),
        )
        .acting(vec![node(OREGON_1, NodeCommand::Crash), node(OREGON_2, NodeCommand::Promote)])
        .showing(Panel::Faults),
        Step::told(
            "Oregon 1 returns, believes that it still leads, hears of term 2 and follows Oregon 2.",
            Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::SteppedDown(..))),
        )
        .acting(vec![node(OREGON_1, NodeCommand::Restart)])
        .showing(Panel::Events),
        Step::told(
            "Ana sets the price to 12. Oregon 1 names the new leader, which again waits for all: she is told ok, and all three replicas \
             show 12. Nothing was lost.",
            Until::Quiet,
        )
        .acting(vec![put(0, "price", 12)])
        .showing(Panel::Verdicts),
        Step::told("Open the same with a follower down: the other side of waiting for everybody.", Until::Now).showing(Panel::Faults),
    ]
}

fn follower_down() -> Vec<Step> {
    vec![
        Step::told(INTRODUCTION, Until::Now),
        Step::told("Ireland is about to crash. Then Ana will set a price.", Until::Now).asking(Prediction {
            question: "What will Ana be told?",
            answers: &["ok, once Oregon 2 has it", "Nothing, until Ireland is back", "That the write is refused"],
            right: 1,
            because: "The leader waits for every follower, and does not know whether Ireland is dead or slow.",
        }),
        Step::told(
            "Oregon 2 has stored the write. Two of three hold it, and Ana is told nothing.",
            Until::Noted(|node, note| node == NodeId(OREGON_2) && matches!(note, Note::CaughtUp(_))),
        )
        .acting(vec![node(IRELAND, NodeCommand::Crash), put(0, "price", 10)])
        .showing(Panel::Replica),
        Step::told(
            "Three seconds later she still waits. The leader is up, Oregon 2 is up, and no write can be acknowledged.",
            Until::After(SimDuration::from_ms(3_000)),
        )
        .showing(Panel::Verdicts),
        Step::told(
            "Ireland is back, takes the entry from the leader's log and acknowledges it. Ana is told ok at last. Her write was never lost, \
             only late.",
            Until::Quiet,
        )
        .acting(vec![node(IRELAND, NodeCommand::Restart)])
        .showing(Panel::Events),
        Step::told(
            "With every follower synchronous, each one more is one more that can stop all writes. That is why most systems wait for some of \
             them only (semi-synchronous), or take a lost one out of the set: open that variant.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]
}

fn taken_out() -> Vec<Step> {
    vec![
        Step::told(
            "Oregon 1 leads and waits for every follower: Oregon 2, 1 ms away, and Ireland, about 60 ms away. Oregon 3 is a spare: it \
             belongs to no group and holds nothing yet.",
            Until::Now,
        ),
        Step::told("Ana sets a price and is told ok after the way to Ireland and back.", Until::Quiet)
            .acting(vec![put(0, "price", 10)])
            .showing(Panel::Events),
        Step::told(
            "Ireland crashes. From now on a write would wait. But the leader gives up a follower that it has not heard for two seconds: it \
             sends the spare a copy of its data, and makes Oregon 3 a member of the group.",
            Until::Told("joined"),
        )
        .acting(vec![node(IRELAND_AFTER_SPARE, NodeCommand::Crash)])
        .showing(Panel::Replica),
        Step::told(
            "Oregon 3 stands in the place of Ireland, which is out of the set: the leader waits for it no more.",
            Until::Told("replaces"),
        )
        .showing(Panel::Replica),
        Step::told("Ana is about to set the price again. Ireland is still down.", Until::Now).asking(Prediction {
            question: "How long will she wait now?",
            answers: &["Until Ireland is back", "More than 120 ms", "Less than 10 ms"],
            right: 2,
            because: "Every follower of the set must answer, and the set is now Oregon 2 and Oregon 3.",
        }),
        Step::told("She is told ok after about 4 ms: both followers stand in Oregon.", Until::Quiet)
            .acting(vec![put(0, "price", 12)])
            .showing(Panel::Events),
        Step::told(
            "Ireland returns. It receives the log as before, but has no vote, and nobody waits for it.",
            Until::Noted(|node, note| node == NodeId(IRELAND_AFTER_SPARE) && matches!(note, Note::Told("caught-up", _))),
        )
        .acting(vec![node(IRELAND_AFTER_SPARE, NodeCommand::Restart)])
        .showing(Panel::Replica),
        Step::told(
            "The limits: a write during those two seconds would have waited until Oregon 3 had taken the place. And now a fire in Oregon \
             may take every copy that a write waits for.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
    ]
}
