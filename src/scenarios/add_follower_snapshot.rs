//! Adding a follower, the second method: a snapshot at one position of the log, then the log from there. Writes go on.

use super::adding::{ANA, WRITES_GO_ON, answers_around, fill, join, setup, writes};
use super::followers::{OREGON_3, is_refused, is_written, told_at};
use super::ground::{node, put};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::note::Note;
use crate::replication::strategies::single_leader::settings::LOG_KEEP;
use crate::replication::view::Role;
use crate::simulation::command::NodeCommand;

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant { id: "whole-log", title: "The leader keeps its whole log", change: |_| {}, about: About::kept("constraint:writes-go-on") },
        Variant {
            id: "short-log",
            title: "The leader keeps few entries",
            change: |setup| setup.dials.set(&LOG_KEEP, 5),
            about: About::kept("constraint:writes-go-on"),
        },
    ],
    steps,
    constraints: &[WRITES_GO_ON],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "every write is acknowledged at once, every read answered",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| {
            let is_all_answered = !outcome.session.history().iter().any(is_refused);
            writes(outcome).all(is_written) && is_all_answered && outcome.metrics.writes.most.0 < 5_000_000
        },
    },
    Expectation {
        claim: "the new follower answers no read before it has caught up",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| told_at(outcome, OREGON_3, "caught-up").is_some_and(|since| answers_around(outcome, since).0 == 0),
    },
    Expectation {
        claim: "it answers some afterwards",
        scope: Scope::Pinned,
        variants: &[],
        holds: |outcome| told_at(outcome, OREGON_3, "caught-up").is_some_and(|since| answers_around(outcome, since).1 > 0),
    },
    Expectation {
        claim: "in the end three members hold the same",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| {
            let is_member = |role| matches!(role, Role::Leader | Role::Follower);
            let members = outcome.snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).filter(|replica| is_member(replica.role));
            members.count() == 3 && outcome.holds("convergence") == Some(true)
        },
    },
    Expectation {
        claim: "one copy is enough for the first time; a follower that was away gets the log",
        scope: Scope::General,
        variants: &["whole-log"],
        holds: |outcome| outcome.count_told("copy-begun") == 1 && outcome.count_told("log-truncated") == 0,
    },
    Expectation {
        claim: "the log is dropped, though not past a snapshot on its way; a follower that was away gets a second snapshot",
        scope: Scope::General,
        variants: &["short-log"],
        holds: |outcome| {
            outcome.count_told("copy-begun") == 2 && outcome.count_told("copy-done") == 2 && outcome.count_told("log-truncated") > 0
        },
    },
];

fn steps(variant: &str) -> Vec<Step> {
    let is_short = variant == "short-log";
    let mut steps = vec![
        Step::told("Oregon 1 leads, Oregon 2 follows; Oregon 3 is a spare that holds nothing. Nodes are 5 ms apart.", Until::Now),
        Step::told(
            if is_short {
                "Ana fills 20 keys. Oregon 1 keeps only a few entries of its log: what both nodes hold stays as records, without its history."
            } else {
                "Ana fills 20 keys. Oregon 1 and Oregon 2 hold them, and the whole log: 20 positions."
            },
            Until::Quiet,
        )
        .acting(fill())
        .showing(Panel::Replica),
        Step::told("Oregon 3 is about to join, while Ana and Ben go on writing and you go on reading.", Until::Now).asking(PREDICTION),
        Step::told(
            "Oregon 1 takes a snapshot: everything up to one position of its log, as it is now. It sends it in parts of two keys.",
            Until::Told("copy-begun"),
        )
        .acting(join())
        .showing(Panel::Events),
        Step::told(
            if is_short {
                "The snapshot has arrived, and Ana and Ben wrote all the time. Oregon 1 kept its log from the snapshot's position on, however \
                 short it would like it: else there would be a hole between the two. Now the log follows."
            } else {
                "The snapshot has arrived. Ana and Ben wrote all the time, with later positions. Now the log follows, from the \
                 snapshot's position on."
            },
            Until::Told("copy-done"),
        )
        .showing(Panel::Replica),
        Step::told("Oregon 3 lacks little enough: an entry in the log makes it a member of the group.", Until::Told("joined"))
            .showing(Panel::Events),
        Step::told(
            "Everybody is done, and all three nodes hold the same. Oregon 3 answered some of your reads, but none before it had caught up: \
             until then your client was sent to Oregon 1.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told("Oregon 3 crashes. Ana writes 20 times meanwhile.", Until::Quiet)
            .acting(
                std::iter::once(node(OREGON_3.0, NodeCommand::Crash)).chain((0..20).map(|number| put(ANA, "news", 100 + number))).collect(),
            )
            .showing(Panel::Faults),
    ];
    steps.push(
        Step::told(
            if is_short {
                "Oregon 3 returns, and what it misses is not in the log any more. It gets a second snapshot, and the log from there."
            } else {
                "Oregon 3 returns. Its log ends at a position that Oregon 1 still has, so it gets the 20 entries after it and no copy."
            },
            Until::Noted(|node, note| node == OREGON_3 && matches!(note, Note::Told("caught-up", _))),
        )
        .acting(vec![node(OREGON_3.0, NodeCommand::Restart)])
        .showing(Panel::Events),
    );
    steps.push(
        Step::told(
            if is_short {
                "A short log saves space, and costs a copy of everything for whoever was away too long."
            } else {
                "A whole log spares returning followers the copy, and grows for ever. Open the same with a leader that keeps few entries."
            },
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
    );
    steps
}

const PREDICTION: Prediction = Prediction {
    question: "From when on may Oregon 3 answer your reads?",
    answers: &[
        "From its first part of the copy on",
        "Once the snapshot is there",
        "Once it has also applied the log that was acknowledged",
    ],
    right: 2,
    because: "With the snapshot alone it shows the past, and with part of it a mixture that never was.",
};
