//! A follower crashes and returns: others take its reads meanwhile, and it takes none before it has caught up.

use super::followers::{OREGON_2, OREGON_3, is_refused, reads, shows_number, told_at};
use super::ground::{Ground, get, node, put, stream};
use super::{About, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::Lsn;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::strategies::single_leader::settings::{APPLY, CATCH_UP_FIRST};
use crate::simulation::command::{Command, NodeCommand};
use crate::simulation::setup::{ReadRule, Setup};

const ANA: u16 = 0;
const YOU: u16 = 1;
/// Writes before the crash, and up to the end of the outage.
const BEFORE: i64 = 2;
const ALL: i64 = 22;

pub(super) const SCENARIO: Script = Script {
    seed: 8,
    setup,
    variants: &[
        Variant { id: "catch-up-first", title: "Catch up first", change: |_| {}, about: About::kept("monotonic-reads") },
        Variant {
            id: "answer-at-once",
            title: "Answer at once",
            change: |setup| setup.dials.set(&CATCH_UP_FIRST, 0),
            about: About::broken("monotonic-reads"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "every read is answered, and every write",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| !outcome.session.history().iter().any(is_refused) && outcome.metrics.unknown_count == 0,
    },
    Expectation {
        claim: "the other follower takes the reads during the outage",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| reads(outcome, YOU)[..4].iter().all(|read| read.node == OREGON_3),
    },
    Expectation {
        claim: "the follower gets what it missed and nothing else",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| {
            let applied = |note: &Note| matches!(note, Note::CaughtUp(Lsn(lsn)) if *lsn > BEFORE as u64);
            super::followers::times(outcome, move |node, note| node == OREGON_2 && applied(note)).count() as i64 == ALL - BEFORE
        },
    },
    Expectation {
        claim: "the follower answers no read before it has caught up",
        scope: Scope::General,
        variants: &["catch-up-first"],
        holds: |outcome| caught_up_answers(outcome).is_some_and(|(early, _)| early == 0) && outcome.metrics.stale_count == 0,
    },
    Expectation {
        claim: "the follower answers reads afterwards",
        scope: Scope::Pinned,
        variants: &["catch-up-first"],
        holds: |outcome| caught_up_answers(outcome).is_some_and(|(_, late)| late > 0),
    },
    Expectation {
        claim: "the follower answers with what it held before the crash",
        scope: Scope::Pinned,
        variants: &["answer-at-once"],
        holds: |outcome| reads(outcome, YOU).iter().any(|read| read.node == OREGON_2 && shows_number(read, Some(BEFORE))),
    },
    Expectation {
        claim: "in the end all replicas hold the same",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("convergence") == Some(true),
    },
];

/// How many reads Oregon 2 answered before it had caught up after its return, and after that. `None`: it never did.
fn caught_up_answers(outcome: &Outcome<'_>) -> Option<(usize, usize)> {
    let since = told_at(outcome, OREGON_2, "caught-up")?;
    let answered = reads(outcome, YOU).into_iter().filter(|read| read.node == OREGON_2);
    let times = answered.filter_map(|read| match &read.closed {
        Some((at, Reply::Value { .. })) => Some(*at),
        _ => None,
    });
    let (late, early): (Vec<_>, Vec<_>) = times.partition(|at| *at > since);
    Some((early.len(), late.len()))
}

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 3)
        .inside(stream(500, 0))
        .person("Ana", 0, 3_000)
        .person("You", 0, 2_000)
        .reading(ReadRule::AnyFollower)
        .dial(&APPLY, 5_000)
        .setup()
}

fn writes(range: std::ops::RangeInclusive<i64>) -> Vec<Command> {
    range.map(|number| put(ANA, "count", number)).collect()
}

fn reloads(count: usize) -> Vec<Command> {
    (0..count).map(|_| get(YOU, "count")).collect()
}

fn has_all(node: crate::replication::ids::NodeId, note: &Note) -> bool {
    node == OREGON_3 && matches!(note, Note::CaughtUp(Lsn(lsn)) if *lsn == ALL as u64)
}

fn steps(variant: &str) -> Vec<Step> {
    let is_careful = variant != "answer-at-once";
    let mut steps = outage();
    steps.push(Step::told("Oregon 2 is about to return. You will go on reloading all the time.", Until::Now).asking(if is_careful {
        CAREFUL
    } else {
        HASTY
    }));
    let mut restart = vec![node(OREGON_2.0, NodeCommand::Restart)];
    restart.extend(reloads(30));
    steps.push(
        Step::told(
            "Oregon 2 starts from its store: its log ends at position 2. Oregon 1 sends everything after that, positions 3 to 22, \
             in one message, and Oregon 2 applies them one after another: 5 ms each.",
            Until::Noted(|node, note| node == OREGON_2 && matches!(note, Note::CaughtUp(Lsn(lsn)) if *lsn >= 3)),
        )
        .acting(restart)
        .showing(Panel::Replica),
    );
    steps.extend(if is_careful { catch_up_first() } else { answer_at_once() });
    steps
}

fn outage() -> Vec<Step> {
    vec![
        Step::told(
            "Oregon 1 leads. Oregon 2 and Oregon 3 follow, and you read from any of these two. A follower takes 5 ms to apply a write.",
            Until::Now,
        ),
        Step::told(
            "Ana counts: she writes 1 and 2. Both followers have applied positions 1 and 2 of the log.",
            Until::Noted(|node, note| node == OREGON_3 && matches!(note, Note::CaughtUp(Lsn(2)))),
        )
        .acting(writes(1..=BEFORE))
        .showing(Panel::Replica),
        Step::told("Oregon 2 crashes. What it has stored stays: its log up to position 2.", Until::Now)
            .acting(vec![node(OREGON_2.0, NodeCommand::Crash)])
            .showing(Panel::Faults),
        Step::told(
            "Ana counts on to 22. Oregon 1 answers her as before: it waits for no follower. Oregon 3 has applied all of it.",
            Until::Noted(has_all),
        )
        .acting(writes(BEFORE + 1..=ALL)),
        Step::told(
            "You reload four times. Each time it shows 22, from Oregon 3. Where Oregon 2 was drawn, your client found nobody there and \
             asked the other follower: that is one more round trip.",
            Until::Quiet,
        )
        .acting(reloads(4))
        .showing(Panel::Events),
    ]
}

const CAREFUL: Prediction = Prediction {
    question: "When does Oregon 2 answer reads again?",
    answers: &["As soon as it is up", "Once it has applied what it missed", "After the next write"],
    right: 1,
    because: "Its leader tells it how far clients' writes are acknowledged. Before it has applied that much it refuses reads, and the \
              leader is asked.",
};

const HASTY: Prediction = Prediction {
    question: "You have seen 22. What may a reload show right after Oregon 2 is back?",
    answers: &["Only 22", "Any number from 2 to 22", "An error"],
    right: 1,
    because: "Oregon 2 answers with what it has applied, and it begins with 2.",
};

fn catch_up_first() -> Vec<Step> {
    vec![
        Step::told(
            "Oregon 2 has applied all that was acknowledged, and says that it answers reads from now on. Until then it refused, and \
             your reads went on to Oregon 1.",
            Until::Told("caught-up"),
        )
        .showing(Panel::Replica),
        Step::told("Your reloads are done: they showed 22 every time, in the end from both followers.", Until::Quiet)
            .showing(Panel::Events),
        Step::told(
            "An outage of a follower costs its share of the reads and a round trip here and there. The limit: a leader that has dropped \
             the positions after 2 from its log could not send them, and would send a copy of everything.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]
}

fn answer_at_once() -> Vec<Step> {
    vec![
        Step::told("Your reloads are done. Where Oregon 2 was drawn soon after its return, they showed old numbers.", Until::Quiet)
            .showing(Panel::Events),
        Step::told(
            "You had seen 22, and then less: time went backwards. A replica that just returned is the one that is furthest behind.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
        Step::told("Open the same with a follower that catches up first.", Until::Now),
    ]
}
