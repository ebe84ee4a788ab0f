//! A replica goes down and comes back. Without a leader nobody waits for it; with one, and if it is the leader, writes
//! wait until a follower is promoted.

use super::ground::{Ground, node, stream};
use super::quorums::{later, now, sleeps, witness};
use super::{About, Assumption, Constraint, Expectation, Panel, Prediction, Scope, Script, Step, Variant};
use crate::checkers::Witness;
use crate::replication::ids::SiteId;
use crate::replication::protocol::Reply;
use crate::replication::setting::Dials;
use crate::replication::strategies::leaderless::{READ_QUORUM, WRITE_QUORUM};
use crate::replication::time::SimDuration;
use crate::simulation::command::NodeCommand;
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::setup::{Latency, Pace, Setup, Workload};
use crate::simulation::snapshot::Snapshot;

pub(super) const SCENARIO: Script = Script {
    seed: 2,
    setup,
    variants: &[
        Variant {
            id: "leaderless",
            title: "Leaderless, w = 2, r = 2 of 3",
            change: |_| {},
            about: About::kept_while(AVAILABLE, QUORUM_IS_UP),
        },
        Variant { id: "single-leader", title: "Single leader", change: under_a_leader, about: About::broken(AVAILABLE) },
    ],
    steps,
    constraints: &[Constraint {
        id: AVAILABLE,
        title: "Available",
        meaning: "every read and write is answered well within half a second",
        violations: unanswered,
    }],
    expectations: EXPECTATIONS,
};

const AVAILABLE: &str = "constraint:available";
const PATIENCE: SimDuration = SimDuration::from_ms(500);

/// They are the first nodes.
const REPLICAS: u16 = 3;

const QUORUM_IS_UP: Assumption = Assumption {
    words: "a write quorum and a read quorum of the replicas are up",
    is_met: |outcome| {
        let dials = &outcome.session.setup().dials;
        let sleeps = sleeps(outcome);
        let down_at = |time| sleeps.iter().filter(|(node, from, until)| node.0 < REPLICAS && *from <= time && time < *until).count() as u64;
        let down_most = sleeps.iter().map(|(_, from, _)| down_at(*from)).max().unwrap_or(0);
        down_most + dials.get(&WRITE_QUORUM).max(dials.get(&READ_QUORUM)) <= u64::from(REPLICAS)
    },
    outside: Some(|setup| setup.dials.set(&WRITE_QUORUM, 3)),
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "without a leader no write waits for the fault",
        scope: Scope::General,
        variants: &["leaderless"],
        holds: |outcome| outcome.metrics.write_gap_most < SimDuration::from_ms(200) && outcome.metrics.writes.count >= 20,
    },
    Expectation {
        claim: "without a leader nothing fails, and no read is stale, also after the replica is back",
        scope: Scope::General,
        variants: &["leaderless"],
        holds: |outcome| (outcome.metrics.failed_count, outcome.metrics.unknown_count, outcome.metrics.stale_count) == (0, 0, 0),
    },
    Expectation {
        claim: "under a single leader writes stop until a follower is promoted, a second later",
        scope: Scope::Pinned,
        variants: &["single-leader"],
        holds: |outcome| outcome.metrics.write_gap_most >= SimDuration::from_ms(900) && outcome.metrics.failed_count > 0,
    },
    Expectation {
        claim: "after that they go on",
        scope: Scope::Pinned,
        variants: &["single-leader"],
        holds: |outcome| {
            let crashed = outcome.session.history().iter().position(|operation| !is_answered(operation));
            let after = outcome.session.history().iter().skip(crashed.unwrap_or(0));
            after.filter(|operation| operation.write.is_some() && is_answered(operation)).count() >= 5
        },
    },
];

fn is_answered(operation: &OperationRecord) -> bool {
    matches!(&operation.closed, Some((at, reply)) if !matches!(reply, Reply::Refused(_)) && at.since(operation.invoked_at) < PATIENCE)
}

/// What was refused, came late, or has an unknown outcome. What is still under way has some time left.
fn unanswered(snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let has_time = |operation: &OperationRecord| {
        operation.closed.is_none() && !operation.is_unknown && snapshot.now.since(operation.invoked_at) < PATIENCE
    };
    let missing = history.iter().enumerate().filter(|(_, operation)| !is_answered(operation) && !has_time(operation));
    let told = |(number, operation): (usize, &OperationRecord)| {
        let what = if operation.write.is_some() { "write" } else { "read" };
        witness(format!("a {what} at {} ms was not answered in time", operation.invoked_at.0 / 1_000_000), &[number])
    };
    missing.map(told).collect()
}

fn setup() -> Setup {
    let pace = Pace::Closed { think_us: 20_000 };
    Ground::new("leaderless")
        .datacenter("Oregon", 3)
        .client("Ana's app")
        .link(1, 0, stream(10_000, 1_000))
        .inside(stream(1_000, 0))
        .person("Ana", 1, 0)
        .working(Workload::Mix { key_count: 1, skew_percent: 0, read_percent: 50, pace })
        .dial(&WRITE_QUORUM, 2)
        .dial(&READ_QUORUM, 2)
        .setup()
}

/// The same person, distance, workload and fault under a leader: the first node.
fn under_a_leader(setup: &mut Setup) {
    "single-leader".clone_into(&mut setup.strategy);
    setup.sites.pop();
    setup.links.clear();
    setup.dials = Dials::default();
    for session in &mut setup.sessions {
        session.site = SiteId(0);
        session.access = Some(Latency::Exponential { base_us: 10_000, mean_us: 1_000 });
    }
}

fn steps(variant: &str) -> Vec<Step> {
    let crash = vec![node(0, NodeCommand::Crash)];
    let restart = vec![node(0, NodeCommand::Restart)];
    let question = |right, because| Prediction {
        question: "Oregon 1 crashes now. What happens to Ana's reads and writes?",
        answers: &["They go on as before", "Writes stop for a while", "They stop until Oregon 1 is back"],
        right,
        because,
    };
    match variant {
        "single-leader" => vec![
            now("Three nodes in Oregon. Oregon 1 leads: it takes all writes and ships its log to the two followers. Ana's app reads and writes one record all the time."),
            later(1_000, "One second of work: every read and write is answered after about 22 ms.").asking(question(
                1,
                "The followers have the data, but nobody may accept a write until one of them is made the leader. That takes the time to notice the failure, and to promote.",
            )),
            later(1_000, "Oregon 1 is down. Reads are answered by a follower, as of the last write that it has. Every write is refused: nobody may accept it, and the followers name a leader that does not answer.")
                .acting(crash)
                .showing(Panel::Faults),
            later(500, "After a second an observer promotes Oregon 2. Writes go on: the gap was as long as it took to notice and to promote.")
                .acting(vec![node(1, NodeCommand::Promote)])
                .showing(Panel::Events),
            later(500, "Oregon 1 comes back as a follower. A shorter timeout makes the gap shorter, and makes it likelier that a leader is replaced that was only slow.")
                .acting(restart)
                .showing(Panel::Verdicts),
        ],
        _ => vec![
            now("Three replicas in Oregon, and no leader. Ana's app sends each write to all three and waits for two; the same for reads. It reads and writes one record all the time."),
            later(1_000, "One second of work: every read and write is answered after about 22 ms.").asking(question(
                0,
                "Any two replicas are enough, and two are up. Nobody has to notice the failure, and nothing has to be decided.",
            )),
            later(1_000, "Oregon 1 is down. Not one request failed or waited: the answers of Oregon 2 and 3 complete every quorum.").acting(crash).showing(Panel::Faults),
            later(500, "It stays down for another half second. With a second replica down there would be no quorum, and both reads and writes would stop."),
            later(
                500,
                "Oregon 1 is back and takes part again at once. What it missed it still lacks, unless it was written anew since; a read that \
                 hears it also hears one of the others, and the higher version wins.",
            )
            .acting(restart)
            .showing(Panel::Verdicts),
        ],
    }
}
