//! Reads scale with followers, writes do not: each write is work for the leader, whoever follows, and each follower makes
//! that work a little more.

use super::ground::Ground;
use super::{Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::time::SimDuration;
use crate::simulation::dials::{SERVICE_MESSAGE, SERVICE_READ, SERVICE_WRITE};
use crate::simulation::setup::{Pace, ReadRule, Setup, Workload};

const RUN_MS: u64 = 120;

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant { id: "reads", title: "Mostly reads, one follower", change: |setup| load(setup, 2, 95), about: None },
        Variant { id: "reads-more", title: "Mostly reads, four followers", change: |setup| load(setup, 5, 95), about: None },
        Variant { id: "writes", title: "Mostly writes, one follower", change: |setup| load(setup, 2, 10), about: None },
        Variant { id: "writes-more", title: "Mostly writes, four followers", change: |setup| load(setup, 5, 10), about: None },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "one follower is busy all the time and answers no more than one read in a millisecond",
        scope: Scope::General,
        variants: &["reads"],
        holds: |outcome| outcome.metrics.busy_thousandths[1] > 900 && outcome.metrics.reads.count <= RUN_MS,
    },
    Expectation {
        claim: "four followers answer at least half as many reads again, and none is full",
        scope: Scope::General,
        variants: &["reads-more"],
        holds: |outcome| {
            outcome.metrics.reads.count >= RUN_MS * 3 / 2 && outcome.metrics.busy_thousandths[1..].iter().all(|busy| *busy < 750)
        },
    },
    Expectation {
        claim: "few writes leave the leader idle most of the time",
        scope: Scope::General,
        variants: &["reads", "reads-more"],
        holds: |outcome| outcome.metrics.busy_thousandths[0] < 300,
    },
    Expectation {
        claim: "the leader is busy all the time and takes no more than one write in a millisecond",
        scope: Scope::General,
        variants: &["writes", "writes-more"],
        holds: |outcome| outcome.metrics.busy_thousandths[0] > 850 && outcome.metrics.writes.count <= RUN_MS,
    },
    Expectation {
        claim: "with four followers the leader takes fewer writes than with one",
        scope: Scope::General,
        variants: &["writes-more"],
        holds: |outcome| outcome.metrics.writes.count < 106,
    },
    Expectation {
        claim: "with one follower it takes nearly all that it could",
        scope: Scope::General,
        variants: &["writes"],
        holds: |outcome| outcome.metrics.writes.count > 106,
    },
    Expectation {
        claim: "writes wait in line: on average they take half as long again as one alone, or longer",
        scope: Scope::General,
        variants: &["writes", "writes-more"],
        holds: |outcome| outcome.metrics.writes.mean > SimDuration::from_us(2_500 * 3 / 2),
    },
];

fn setup() -> Setup {
    let mut ground = Ground::new("single-leader").datacenter("Oregon", 2);
    for name in PEOPLE {
        ground = ground.person(name, 0, 500).reading(ReadRule::AnyFollower);
    }
    ground.dial(&SERVICE_READ, 1_000).dial(&SERVICE_WRITE, 1_000).dial(&SERVICE_MESSAGE, 50).setup()
}

const PEOPLE: [&str; 4] = ["Ana", "Ben", "Cho", "Dan"];

fn load(setup: &mut Setup, node_count: u16, read_percent: u8) {
    setup.sites[0].node_count = node_count;
    for session in &mut setup.sessions {
        session.workload = Workload::Mix { key_count: 10, skew_percent: 0, read_percent, pace: Pace::Closed { think_us: 0 } };
    }
}

fn steps(variant: &str) -> Vec<Step> {
    let (has_four, is_reading) = (variant.ends_with("more"), variant.starts_with("reads"));
    vec![
        Step::told(
            "A node works 1 ms on each read or write of a client, and 0.05 ms on each message of another node; what comes meanwhile \
             waits in line. Four people ask one thing after another, without a pause, 0.5 ms away.",
            Until::Now,
        ),
        Step::told(
            match (is_reading, has_four) {
                (true, false) => "95 of 100 requests are reads. They go to the one follower, Oregon 2; the writes go to Oregon 1.",
                (true, true) => "95 of 100 requests are reads. They go to any of four followers; the writes go to Oregon 1.",
                (false, false) => "90 of 100 requests are writes, and all of them go to Oregon 1. There is one follower, Oregon 2.",
                (false, true) => "90 of 100 requests are writes, and all of them go to Oregon 1. There are four followers now.",
            },
            Until::Now,
        ),
        Step::told("The four are about to work for 120 ms.", Until::Now).asking(if is_reading { READS } else { WRITES }),
        Step::told(
            match (is_reading, has_four) {
                (true, false) => {
                    "Oregon 2 was busy nearly all the time, and no more than 120 reads were answered: one in a millisecond. Oregon 1, the \
                     leader, had little to do."
                }
                (true, true) => {
                    "Far more than 120 reads were answered, and no follower was busy all the time: now the four people are what \
                     limits the number. Oregon 1 still had little to do."
                }
                (false, false) => {
                    "Oregon 1 was busy nearly all the time and took fewer than 120 writes. Those that came meanwhile waited in its line, \
                     so that on average a write took half as long again as alone, or longer."
                }
                (false, true) => {
                    "Oregon 1 was busy nearly all the time, and took fewer writes than with one follower: each write brings it four \
                     acknowledgements instead of one. The four followers had little to do."
                }
            },
            Until::After(SimDuration::from_ms(RUN_MS)),
        )
        .showing(Panel::Replica),
        Step::told(
            if is_reading {
                "Reads scale with the number of followers, as long as readers accept what followers have: an asynchronous follower may \
                 be behind. Reads that must go to the leader scale as little as writes do."
            } else {
                "Every write is ordered by one node, and every replica has to apply it. More followers bring more copies and more readers, not \
                 more writes. What helps is a faster leader, or several leaders for different keys."
            },
            Until::Now,
        ),
        Step::told("Open the other variants: the same people, with one follower or with four.", Until::Now),
    ]
}

const READS: Prediction = Prediction {
    question: "What limits the number of reads that a group can answer?",
    answers: &["The leader", "The followers that readers may ask", "The network"],
    right: 1,
    because: "A read is work for one follower only. Another follower is another node that can do that work.",
};

const WRITES: Prediction = Prediction {
    question: "Four followers instead of one: how many writes can the group take?",
    answers: &["Four times as many", "About as many, or a few less", "Twice as many"],
    right: 1,
    because: "Each write is work for the leader, and each follower's acknowledgement is a little more of it.",
};
