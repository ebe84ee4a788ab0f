//! Failover: heartbeats stop, a timeout rings, the followers vote for the most advanced of them (Raft §5.2, §5.4.1) or an
//! observer decides, a spare takes the place, and the old leader returns as a follower without a vote.

use super::ground::{Ground, node, put, stream};
use super::group::{leaders, lists, next_heartbeat};
use super::leaders::{refusal, show, waited_ms, writes};
use super::{About, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Refusal;
use crate::replication::strategies::single_leader::settings::{FAILOVER, REPLACE_AFTER, REPLICATION};
use crate::replication::time::SimDuration;
use crate::replication::view::Role;
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::Setup;

const OREGON_1: u16 = 0;
const BEN: u16 = 1;
/// Places in the lists of choices of the settings.
const MAJORITY: u64 = 3;
const OBSERVER: u64 = 1;
const VOTE: u64 = 2;

pub(super) const SCENARIO: Script = Script {
    seed: 6,
    setup,
    variants: &[
        Variant { id: "vote", title: "A majority votes", change: |_| {}, about: About::kept("no-lost-writes") },
        Variant { id: "observer", title: "One observer decides", change: |setup| setup.dials.set(&FAILOVER, OBSERVER), about: None },
        Variant {
            id: "two-nodes",
            title: "A vote of two",
            change: |setup| (setup.sites[0].node_count, setup.sites[0].spare_count) = (2, 0),
            about: None,
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "one of the two followers leads, in a new term, and takes Ben's write",
        scope: Scope::General,
        variants: &["vote", "observer"],
        holds: |outcome| {
            matches!(leaders(outcome)[..], [1 | 2])
                && writes(outcome, BEN).first().copied().and_then(waited_ms).is_some_and(|ms| ms < 100)
                && term(outcome, OREGON_1) >= 2
                && show(outcome, "price", &[Some(11); 4])
                && outcome.holds("convergence") == Some(true)
                && outcome.holds("no-lost-writes") == Some(true)
                && outcome.holds("accounted-for") == Some(true)
        },
    },
    Expectation {
        claim: "nobody was told what became of Ana's last write; the old leader dropped it and lists it",
        scope: Scope::General,
        variants: &["vote", "observer"],
        holds: |outcome| {
            writes(outcome, 0).len() == 1 && outcome.metrics.unknown_count == 1 && lists(outcome, OREGON_1, &[("Ana", "price")])
        },
    },
    Expectation {
        claim: "Oregon 4 stands in the place of Oregon 1, which follows without a vote",
        scope: Scope::General,
        variants: &["vote", "observer"],
        holds: |outcome| {
            let leader = leaders(outcome).first().copied().unwrap_or_default();
            outcome.count_told("replaces") == 1
                && fact(outcome, leader, "voters") == Some("n1 n2 n3")
                && fact(outcome, leader, "learners") == Some("n0")
                && fact(outcome, OREGON_1, "answers reads") == Some("yes")
                && outcome.snapshot.nodes[0].replica.as_ref().is_some_and(|replica| replica.role == Role::Follower)
        },
    },
    Expectation {
        claim: "no votes were asked for",
        scope: Scope::General,
        variants: &["observer"],
        holds: |outcome| outcome.count_told("asks-for-votes") == 0,
    },
    Expectation {
        claim: "one of two is no majority: nobody led until Oregon 1 was back, which then won with the longer log",
        scope: Scope::General,
        variants: &["two-nodes"],
        holds: |outcome| {
            leaders(outcome) == [OREGON_1]
                && outcome.operations(BEN).filter_map(refusal).eq([Refusal::Unreachable])
                && outcome.count_notes(|note| matches!(note, Note::Promoted(_))) == 1
                && show(outcome, "price", &[Some(12); 2])
                && outcome.holds("no-lost-writes") == Some(true)
        },
    },
];

fn term(outcome: &Outcome<'_>, node: u16) -> u64 {
    outcome.snapshot.nodes[usize::from(node)].replica.as_ref().map_or(0, |replica| replica.term.0)
}

/// What a node says about itself.
fn fact<'o>(outcome: &'o Outcome<'_>, node: u16, name: &str) -> Option<&'o str> {
    let replica = outcome.snapshot.nodes.get(usize::from(node))?.replica.as_ref()?;
    replica.facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter_with_spares("Oregon", 3, 1)
        .inside(stream(1_000, 200))
        .person("Ana", 0, 500)
        .person("Ben", 0, 5_000)
        .dial(&REPLICATION, MAJORITY)
        .dial(&FAILOVER, VOTE)
        .dial(&REPLACE_AFTER, 3_000)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = begin(variant);
    if variant == "two-nodes" {
        steps.extend(two_nodes());
    } else {
        steps.extend(new_leader(variant == "vote"));
        steps.extend(old_leader(variant == "vote"));
    }
    steps
}

fn begin(variant: &str) -> Vec<Step> {
    vec![
        Step::told(
            if variant == "two-nodes" {
                "Oregon 1 leads and says every 250 ms that it lives; Oregon 2 follows. It draws anew, each time it hears the leader, how \
                 long it will wait for the next sign of life: 1 to 2 s. A write needs a majority, and so does a new leader."
            } else {
                "Oregon 1 leads and says every 250 ms that it lives. Oregon 2 and 3 follow. Each draws anew, whenever it hears the leader, \
                 how long it will wait for the next sign of life: 1 to 2 s. Oregon 4 is a spare. A write needs a majority of the three."
            },
            Until::Now,
        )
        .showing(Panel::Replica),
        Step::told("Ana sets the price to 10, and is told ok once a majority has stored it.", Until::Quiet)
            .acting(vec![put(0, "price", 10)])
            .showing(Panel::Events),
        Step::told(
            "She sets it to 12. Oregon 1 has stored that and sends it on; nobody was told ok yet.",
            Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::Accepted(_))),
        )
        .acting(vec![put(0, "price", 12)])
        .showing(Panel::Events),
        Step::told("At this moment Oregon 1 is about to crash.", Until::Now).asking(question(variant)),
    ]
}

fn question(variant: &str) -> Prediction {
    let (right, because) = match variant {
        "two-nodes" => (2, "Oregon 2 votes for itself, and that is one vote of two. A majority of two is both."),
        "observer" => (1, "Both have the same log, so the observer, the one with the lowest number in reach, takes over itself."),
        _ => (0, "It asks for votes first. Two of three are a majority, and the other one has heard no leader for long enough either."),
    };
    Prediction {
        question: "Who will lead next, if nobody intervenes?",
        answers: &["Mostly whoever stops waiting first", "Oregon 2, always", "Nobody, until Oregon 1 is back"],
        right,
        because,
    }
}

fn new_leader(votes: bool) -> Vec<Step> {
    let crash = vec![node(OREGON_1, NodeCommand::Crash)];
    let promoted = Until::Noted(|_, note| matches!(note, Note::Promoted(_)));
    let mut steps = Vec::new();
    if votes {
        steps.push(
            Step::told(
                "Oregon 1 is down. One follower has waited for long enough. It first asked whether anybody would vote for it; now it opens a \
                 new term and asks for votes.",
                Until::Told("asks-for-votes"),
            )
            .acting(crash)
            .showing(Panel::Replica),
        );
        steps.push(
            Step::told(
                "Two votes of three: there is a new leader. Terms and votes stand in stores, so nobody votes twice in one term, even after a crash; \
                 and nobody votes for a log that is shorter than its own.",
                promoted,
            )
            .showing(Panel::Events),
        );
    } else {
        steps.push(
            Step::told(
                "Oregon 1 is down. Oregon 2 is the follower with the lowest number in reach: the observer. It asked who is there and how far \
                 their logs reach, and then took over, in term 2. Nobody voted.",
                promoted,
            )
            .acting(crash)
            .showing(Panel::Events),
        );
    }
    steps.push(
        Step::told(
            "Ben sets the price to 11, and finds the new leader by asking around. It holds 10: Ana's 12 was on its way when Oregon 1 crashed. \
             Nobody had told her ok, and nobody has told her anything since.",
            Until::Quiet,
        )
        .acting(vec![put(BEN, "price", 11)])
        .showing(Panel::Replica),
    );
    steps
}

fn old_leader(votes: bool) -> Vec<Step> {
    let restart = vec![node(OREGON_1, NodeCommand::Restart)];
    let dropped = Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::TailDiscarded(..)));
    let down = Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::SteppedDown(..)));
    vec![
        Step::told(
            "Two of three are left: one more failure, and no write is acknowledged. So after three seconds of silence the leader takes in the \
             spare. Oregon 4 has a copy of the data and is a voter now, by an entry in the log.",
            Until::Told("joined"),
        )
        .showing(Panel::Replica),
        Step::told("A second entry takes the vote from Oregon 1: one change at a time.", Until::Told("replaces")).showing(Panel::Replica),
        if votes {
            Step::told("Oregon 1 returns, as a follower. Its log ends with Ana's 12, which the new leader never had: it drops that.", dropped)
        } else {
            Step::told("Oregon 1 returns and believes that it leads. It hears of term 2 and becomes a follower.", down)
        }
        .acting(restart)
        .showing(Panel::Events),
        Step::told(
            if votes {
                "It has caught up, and only now answers reads again."
            } else {
                "Its log ended with Ana's 12, which the new leader never had: it dropped that. It has caught up, and only now answers reads \
                 again."
            },
            Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::Told("caught-up", _))),
        )
        .showing(Panel::Replica),
        next_heartbeat(),
        Step::told(
            if votes {
                "All four show 11. Nothing that was acknowledged was lost: every acknowledged write is in the log of a majority, and a new \
                 leader needs the votes of one."
            } else {
                "All four show 11, and nothing that was acknowledged was lost. That is no promise: an observer that is cut off with a follower \
                 that lags behind would take over all the same. A majority vote would not."
            },
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
    ]
}

fn two_nodes() -> Vec<Step> {
    vec![
        Step::told(
            "Five seconds later: Oregon 2 has stopped waiting more than once, and asked for the vote of Oregon 1, which is down. Nobody leads.",
            Until::After(SimDuration::from_ms(5_000)),
        )
        .acting(vec![node(OREGON_1, NodeCommand::Crash)])
        .showing(Panel::Replica),
        Step::told("Ben sets the price to 11 and is refused: no node takes writes.", Until::Quiet)
            .acting(vec![put(BEN, "price", 11)])
            .showing(Panel::Events),
        Step::told(
            "Oregon 1 is back. It leads again, but by votes, in a new term. Oregon 2 could not win: its log is shorter, and Oregon 1 votes for \
             none that is.",
            Until::Noted(|node, note| node == NodeId(OREGON_1) && matches!(note, Note::Promoted(_))),
        )
        .acting(vec![node(OREGON_1, NodeCommand::Restart)])
        .showing(Panel::Events),
        next_heartbeat(),
        Step::told(
            "Both show 12: Ana's last write was in Oregon 1's store, and took effect after all. She was not told, and must not assume \
             either.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told(
            "Two nodes that vote survive no failure at all. With two, only an observer or a person can promote; with three, a vote can.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}
