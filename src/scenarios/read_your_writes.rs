//! Read your writes: you change your profile, reload, and the change is not there. Three ways to prevent it, and what
//! each costs (Terry et al. 1994).

use super::followers::{OREGON_2, OREGON_3, is_refused, lag_most, reads, shows_text, took_ms};
use super::ground::{Ground, get, node, say, stream};
use super::{About, Assumption, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::protocol::Reply;
use crate::replication::strategies::HEARTBEAT_EVERY;
use crate::replication::strategies::single_leader::settings::{APPLY, APPLY_VARIES};
use crate::replication::time::SimDuration;
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::{ReadRule, Setup};

/// From you to any node, one way.
const ACCESS_MS: u64 = 15;
const WINDOW_MS: u64 = 500;
const TOLERATED_MS: u64 = 20;

pub(super) const SCENARIO: Script = Script {
    seed: 3,
    setup,
    variants: &[
        Variant {
            id: "any-follower",
            title: "Read from any follower",
            change: |setup| read_by(setup, ReadRule::AnyFollower),
            about: About::broken("read-your-writes"),
        },
        Variant {
            id: "leader-after-write",
            title: "Read from the leader after a write",
            change: |setup| read_by(setup, ReadRule::LeaderAfterWrite { window_ms: WINDOW_MS }),
            about: About::kept_while("read-your-writes", LAG_BELOW_WINDOW),
        },
        Variant {
            id: "within-lag",
            title: "Only followers with little lag",
            change: |setup| read_by(setup, ReadRule::WithinLag { ms: TOLERATED_MS }),
            about: About::kept_while("read-your-writes", READS_COME_LATER),
        },
        Variant {
            id: "token",
            title: "Only followers that have my write",
            change: |setup| read_by(setup, ReadRule::Token { is_shared: false }),
            about: About::kept("read-your-writes"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const LAG_BELOW_WINDOW: Assumption = Assumption {
    words: "every follower applies a write before the window after it ends",
    is_met: |outcome| lag_most(outcome, &[OREGON_2, OREGON_3]) < SimDuration::from_ms(WINDOW_MS),
    outside: Some(|setup| setup.dials.set(&APPLY, 20_000_000)),
};

const READS_COME_LATER: Assumption = Assumption {
    words: "more time passes between a write and the next read than the lag that is tolerated",
    is_met: |outcome| gap_least(outcome).0 > tolerated(outcome).0,
    outside: Some(|setup| read_by(setup, ReadRule::WithinLag { ms: 200 })),
};

/// From the leader's answer to a write until a later read reaches a replica: the shortest such time.
fn gap_least(outcome: &Outcome<'_>) -> SimDuration {
    let mut least = SimDuration(u64::MAX);
    let mut written_at = None;
    for operation in outcome.operations(0) {
        match (&operation.closed, written_at) {
            (Some((at, Reply::Written { .. })), _) => written_at = Some(*at),
            (_, Some(at)) => least = least.min(operation.invoked_at.since(at) + SimDuration::from_ms(2 * ACCESS_MS)),
            _ => {}
        }
    }
    least
}

fn tolerated(outcome: &Outcome<'_>) -> SimDuration {
    match outcome.snapshot.sessions[0].reads {
        ReadRule::WithinLag { ms } => SimDuration::from_ms(ms),
        _ => SimDuration::ZERO,
    }
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the first reload shows an empty field, a later one the city",
        scope: Scope::Pinned,
        variants: &["any-follower"],
        holds: |outcome| {
            let reads = reads(outcome, 0);
            shows_text(reads[0], None) && shows_text(reads[1], Some("Oslo")) && outcome.metrics.stale_count > 0
        },
    },
    Expectation {
        claim: "any follower answers after one round trip, whatever the leader does",
        scope: Scope::General,
        variants: &["any-follower"],
        holds: |outcome| reads(outcome, 0).iter().all(|read| read.node.0 != 0 && took_ms(read, 30)),
    },
    Expectation {
        claim: "the leader answers reads within the window, followers after it",
        scope: Scope::General,
        variants: &["leader-after-write"],
        holds: |outcome| {
            let reads = reads(outcome, 0);
            reads[0].node.0 == 0 && reads[1].node.0 != 0 && reads[2].node.0 == 0 && took_ms(reads[0], 30)
        },
    },
    Expectation {
        claim: "the write is answered before the followers have it",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.operations(0).next().is_some_and(|write| took_ms(write, 30)),
    },
    Expectation {
        claim: "a follower that may be too far behind sends the reader on to the leader: two round trips",
        scope: Scope::Pinned,
        variants: &["within-lag", "token"],
        holds: |outcome| {
            let reads = reads(outcome, 0);
            reads[0].node.0 == 0 && took_ms(reads[0], 60) && reads[1].node.0 != 0 && took_ms(reads[1], 30)
        },
    },
    Expectation {
        claim: "without the leader nobody answers",
        scope: Scope::General,
        variants: &["leader-after-write", "within-lag"],
        holds: |outcome| is_refused(reads(outcome, 0)[3]),
    },
    Expectation {
        claim: "without the leader a follower that has the write answers",
        scope: Scope::Pinned,
        variants: &["any-follower", "token"],
        holds: |outcome| shows_text(reads(outcome, 0)[3], Some("Rome")),
    },
];

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 3)
        .inside(stream(500, 0))
        .person("You", 0, ACCESS_MS * 1_000)
        .dial(&APPLY, 100_000)
        .dial(&APPLY_VARIES, 1)
        .dial(&HEARTBEAT_EVERY, 10)
        .setup()
}

fn read_by(setup: &mut Setup, rule: ReadRule) {
    setup.sessions[0].reads = rule;
}

fn steps(variant: &str) -> Vec<Step> {
    let told = Telling::of(variant);
    vec![
        Step::told(
            "Oregon 1 leads: it takes all writes and sends its log to Oregon 2 and Oregon 3. These two are busy: they need 100 ms \
             on average, drawn anew each time, until they have applied a write for readers. You are 15 ms away.",
            Until::Now,
        ),
        Step::told(told.rule, Until::Now),
        Step::told("You are about to enter Oslo as your city and to reload the page as soon as it says \"saved\".", Until::Now)
            .asking(told.prediction),
        Step::told(told.first, Until::Quiet).acting(vec![say(0, "city", "Oslo"), get(0, "city")]).showing(Panel::Events),
        Step::told("600 ms pass. Both followers have applied the write.", Until::After(SimDuration::from_ms(600))).showing(Panel::Replica),
        Step::told(told.second, Until::Quiet).acting(vec![get(0, "city")]).showing(Panel::Verdicts),
        Step::told(
            "Now the same with a fault. You enter Rome and reload; you have your answers, and the log has reached both followers.",
            Until::Quiet,
        )
        .acting(vec![say(0, "city", "Rome"), get(0, "city")]),
        Step::told("Oregon 1 crashes, and for 300 ms nobody takes its place.", Until::After(SimDuration::from_ms(300)))
            .acting(vec![node(0, NodeCommand::Crash)])
            .showing(Panel::Faults),
        Step::told(told.crash, Until::Quiet).acting(vec![get(0, "city")]).showing(Panel::Events),
        Step::told(told.limit, Until::Now).showing(Panel::Verdicts),
    ]
}

/// What differs from variant to variant.
struct Telling {
    rule: &'static str,
    prediction: Prediction,
    first: &'static str,
    second: &'static str,
    crash: &'static str,
    limit: &'static str,
}

impl Telling {
    fn of(variant: &str) -> Self {
        match variant {
            "leader-after-write" => Self::leader_after_write(),
            "within-lag" => Self::within_lag(),
            "token" => Self::token(),
            _ => Self::any_follower(),
        }
    }

    const fn any_follower() -> Self {
        Self {
            rule: "Your reads go to any follower, drawn for each read: so the leader has only the writes to do.",
            prediction: Prediction {
                question: "What does the city field show after the reload?",
                answers: &["Oslo", "Nothing", "An error"],
                right: 1,
                because: "\"Saved\" means that the leader has the write. The reload asks a follower that has not applied it yet.",
            },
            first: "Saved, says Oregon 1. The reload reached a follower 30 ms after the write reached the leader. That follower has the \
                    write in its log, but has not applied it: the field is empty. Nothing is lost, but to you it looks like that.",
            second: "You reload again: Oslo. The write was late, not lost. The verdict stays violated: you were shown something older \
                     than your own write.",
            crash: "You reload: a follower answers Rome. This rule needs no leader for reads. Right after your write it might as well \
                    have answered Oslo.",
            limit: "Open the other variants: the same seed and the same clicks, with three rules that keep your own writes in your \
                    sight. Each of them costs something else.",
        }
    }

    const fn leader_after_write() -> Self {
        Self {
            rule: "For 500 ms after a write of yours, your reads go to the leader; otherwise to any follower. Your browser keeps \
                   the time of your last write.",
            prediction: Prediction {
                question: "Who answers the reload, and after how long?",
                answers: &["A follower, after 30 ms", "The leader, after 30 ms", "The leader, after 60 ms"],
                right: 1,
                because: "Your browser knows that you have just written and asks the leader at once: one round trip.",
            },
            first: "Saved; and the reload shows Oslo, after one round trip of 30 ms. It went to Oregon 1. The price: for 500 ms after \
                    each write the leader serves all reads of the writer, and followers take none of that load.",
            second: "You reload again. The window is over, a follower answers: Oslo. That was right only because the follower had \
                     applied the write within 500 ms. The rule does not look.",
            crash: "You reload within the window: it must be the leader, and that is down. After some tries you get an error, although \
                    the followers have received your write. The second price is availability.",
            limit: "The limit of this rule: it holds while every follower applies a write before the window ends. Raise the work per \
                    applied write to 20 s, and the reload after the window shows an empty field.",
        }
    }

    const fn within_lag() -> Self {
        Self {
            rule: "Your reads go to a follower, which answers only if it believes to be at most 20 ms behind; else the leader answers. \
                   A follower counts from the last moment at which it was sure to have everything, by its clock and the leader's.",
            prediction: Prediction {
                question: "The reload reaches a follower 30 ms after your write reached the leader. Who answers it?",
                answers: &["The follower, with nothing", "The leader, with Oslo", "The follower, with Oslo, after waiting"],
                right: 1,
                because: "The follower has not applied the write and knows that it is more than 20 ms behind. It refuses, and the \
                          leader is asked next.",
            },
            first: "Saved. The follower that you asked is more than 20 ms behind and says so; Oregon 1 is asked next and shows Oslo. \
                    60 ms instead of 30: a refusal costs a round trip, and load moves to the leader when followers are busiest.",
            second: "You reload again. The follower that is asked is up to date, and answers by itself: Oslo.",
            crash: "You reload: an error. A follower that does not hear its leader believes to be further behind with every \
                    millisecond, whatever it holds. No follower may answer, and the leader cannot.",
            limit: "The limit of this rule: \"at most 20 ms behind\" allows 20 ms. It holds while more time than that passes between \
                    your write and your next read, and while clocks agree. Tolerate 200 ms, and this reload, 30 ms after the \
                    write, shows an empty field.",
        }
    }

    const fn token() -> Self {
        Self {
            rule: "The answer to a write names its position in the log. Your browser keeps the newest position and sends it along \
                   with each read; only a replica that has applied that position answers, else the leader does.",
            prediction: Prediction {
                question: "Your write has position 1. The follower asked has applied nothing yet. What does the reload show?",
                answers: &["Nothing", "Oslo, from the leader", "Oslo, from the follower, after waiting"],
                right: 1,
                because: "The follower sees that position 1 is missing and refuses. The leader has it. (A follower could also wait; \
                          here it does not.)",
            },
            first: "Saved, at position 1. The follower that you asked had not applied position 1 and said so; Oregon 1 shows Oslo. \
                    60 ms instead of 30, but only because you came that soon.",
            second: "You reload again. The follower that is asked has applied position 1, and answers: Oslo. No clock and no guess \
                     was needed.",
            crash: "You reload: Rome. A follower has applied position 2, so it may answer without the leader. Had neither \
                    applied it yet, you would have got an error until one has.",
            limit: "The limits of this rule: the position lives in one browser, so your other devices do not know it, and after a failover \
                    that loses the write no replica ever has it. Both are in the next lesson.",
        }
    }
}
