//! Adding a follower, the first method: stop the writes, copy, go on. Simple, and nobody can write for the whole copy.

use super::adding::{WRITES_GO_ON, fill, join, setup, writes};
use super::followers::{is_refused, is_written, times};
use super::{About, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::note::Note;
use crate::replication::strategies::single_leader::settings::{JOIN_METHOD, WRITES_WHILE_COPYING};
use crate::replication::time::SimTime;
use crate::simulation::history::OperationRecord;

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant {
            id: "refuse",
            title: "Writes are refused meanwhile",
            change: |setup| setup.dials.set(&JOIN_METHOD, 1),
            about: About::broken("constraint:writes-go-on"),
        },
        Variant {
            id: "queue",
            title: "Writes wait meanwhile",
            change: |setup| {
                setup.dials.set(&JOIN_METHOD, 1);
                setup.dials.set(&WRITES_WHILE_COPYING, 1);
            },
            about: About::broken("constraint:writes-go-on"),
        },
        Variant {
            id: "snapshot",
            title: "Writes go on: a snapshot instead",
            change: |_| {},
            about: About::kept("constraint:writes-go-on"),
        },
    ],
    steps,
    constraints: &[WRITES_GO_ON],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "every write that reaches the leader during the copy is refused, and no other",
        scope: Scope::General,
        variants: &["refuse"],
        holds: |outcome| {
            let Some((begin, end)) = copy(outcome) else { return false };
            let is_during = |at: SimTime| at > begin && at < end;
            // A millisecond back from the leader.
            let refused_at = |at: SimTime| is_during(SimTime(at.0.saturating_sub(1_000_000)));
            let mut refused = writes(outcome).filter(|write| is_refused(write)).peekable();
            refused.peek().is_some() && refused.all(|write| write.closed.as_ref().is_some_and(|(at, _)| refused_at(*at)))
        },
    },
    Expectation {
        claim: "afterwards writes are taken again",
        scope: Scope::General,
        variants: &["refuse"],
        holds: |outcome| {
            let is_late = |write: &&OperationRecord| copy(outcome).is_some_and(|(_, end)| write.invoked_at > end);
            writes(outcome).filter(is_late).count() > 0 && writes(outcome).filter(is_late).all(is_written)
        },
    },
    Expectation {
        claim: "the group has three members, and they agree",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.count_told("joined") == 1 && outcome.holds("convergence") == Some(true),
    },
    Expectation {
        claim: "for the whole copy no write is acknowledged",
        scope: Scope::General,
        variants: &["refuse", "queue"],
        holds: |outcome| {
            let Some((begin, end)) = copy(outcome) else { return false };
            // What was in the log before is still acknowledged within 2 ms.
            let acknowledged =
                writes(outcome).filter(|write| is_written(write)).filter_map(|write| write.closed.as_ref().map(|(at, _)| *at));
            acknowledged.filter(|at| at.0 > begin.0 + 2_000_000 && *at < end).count() == 0 && end.since(begin).0 >= 100_000_000
        },
    },
    Expectation {
        claim: "every write is acknowledged, two of them after the whole copy",
        scope: Scope::General,
        variants: &["queue"],
        holds: |outcome| {
            let waited =
                |write: &&OperationRecord| write.closed.as_ref().is_some_and(|(at, _)| at.since(write.invoked_at).0 >= 100_000_000);
            writes(outcome).all(is_written) && writes(outcome).filter(waited).count() == 2
        },
    },
    Expectation {
        claim: "every write is acknowledged at once",
        scope: Scope::General,
        variants: &["snapshot"],
        holds: |outcome| writes(outcome).all(is_written) && outcome.metrics.writes.most.0 < 5_000_000,
    },
];

/// From the beginning of the copy until the new follower is in the group.
fn copy(outcome: &Outcome<'_>) -> Option<(SimTime, SimTime)> {
    let told = |name: &'static str| times(outcome, move |_, note| matches!(note, Note::Told(told, _) if *told == name)).next();
    told("copy-begun").zip(told("joined"))
}

fn steps(variant: &str) -> Vec<Step> {
    let (prediction, during, after, limit) = match variant {
        "queue" => (QUEUE, QUEUE_DURING, QUEUE_AFTER, QUEUE_LIMIT),
        "snapshot" => (SNAPSHOT, SNAPSHOT_DURING, SNAPSHOT_AFTER, SNAPSHOT_LIMIT),
        _ => (REFUSE, REFUSE_DURING, REFUSE_AFTER, REFUSE_LIMIT),
    };
    vec![
        Step::told("Oregon 1 leads, Oregon 2 follows; Oregon 3 is a spare that holds nothing. Nodes are 5 ms apart.", Until::Now),
        Step::told("Ana fills 20 keys. Oregon 1 and Oregon 2 hold them.", Until::Quiet).acting(fill()).showing(Panel::Replica),
        Step::told("Oregon 3 is about to join, while Ana and Ben go on writing.", Until::Now).asking(prediction),
        Step::told(
            "Oregon 1 begins to copy what it holds to Oregon 3: two keys in a message, one message after another.",
            Until::Told("copy-begun"),
        )
        .acting(join())
        .showing(Panel::Events),
        Step::told(during, Until::Told("copy-done")).showing(Panel::Replica),
        Step::told("Oregon 3 holds all, and Oregon 1 makes it a member of the group, by an entry in its log.", Until::Told("joined"))
            .showing(Panel::Events),
        Step::told(after, Until::Quiet).showing(Panel::Events),
        Step::told(limit, Until::Now).showing(Panel::Verdicts),
    ]
}

const REFUSE: Prediction = Prediction {
    question: "This leader stops writes for the copy and refuses what comes meanwhile. What are Ana and Ben told?",
    answers: &["\"ok\", a little later", "\"Not now\", again and again, until the copy is done", "Nothing"],
    right: 1,
    because: "Nothing that changes may come between the parts of the copy, and the leader does not keep requests for later.",
};
const REFUSE_DURING: &str = "The copy has arrived, after eleven round trips of 10 ms. All that time Oregon 1 refused every write. Reads went \
                             on, at Oregon 2 and at Oregon 1 itself.";
const REFUSE_AFTER: &str = "Writes are taken again. Those that were refused are not: each of them is for its client to repeat, and these \
                            clients did not.";
const REFUSE_LIMIT: &str = "The method is easy to get right: copy and leader are equal when it ends. Its price is the copy's whole length, here \
                            110 ms, with real data hours. It fits where a pause is planned. Open the same with writes that wait.";

const QUEUE: Prediction = Prediction {
    question: "This leader stops writes for the copy and lets what comes meanwhile wait. How long does Ana's next write take?",
    answers: &["2.5 ms, as ever", "As long as the rest of the copy", "It is refused"],
    right: 1,
    because: "It waits at the leader until Oregon 3 is in the group.",
};
const QUEUE_DURING: &str = "The copy has arrived, after eleven round trips of 10 ms. All that time one write of Ana's and one of Ben's waited \
                            at Oregon 1.";
const QUEUE_AFTER: &str =
    "The waiting writes were taken first, then the others. Nobody was refused; two people waited for more than 100 ms.";
const QUEUE_LIMIT: &str = "It looks kinder, while the copy is short. When it is long, more and more people wait, and their clients give up without \
                           knowing what became of their writes. Open the same with a snapshot.";

const SNAPSHOT: Prediction = Prediction {
    question: "This leader sends a snapshot of one position of its log and goes on. How long does Ana's next write take?",
    answers: &["2.5 ms, as ever", "As long as the rest of the copy", "It is refused"],
    right: 0,
    because: "The snapshot does not change when the leader does: what is written later has later positions and follows in the log.",
};
const SNAPSHOT_DURING: &str = "The copy has arrived, after eleven round trips of 10 ms. Ana and Ben wrote all the time.";
const SNAPSHOT_AFTER: &str =
    "Oregon 3 got what was written meanwhile from the log, from the snapshot's position on. No write took longer than 5 ms.";
const SNAPSHOT_LIMIT: &str = "The same copy, and nobody noticed. What it needs: a snapshot that stands still while writes go on, and a log that is \
                              kept from its position on. See the next lesson.";
