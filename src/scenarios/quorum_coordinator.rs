//! A coordinator node fans out for the client: one message over the slow way instead of three, and one more node that
//! can fail with the request in its hands (Dynamo, DeCandia et al. 2007, section 4.5).

use super::ground::{Ground, get, node, put, stream};
use super::quorums::{ANA, held, latencies, later, now, once, quiet, reads};
use super::{Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::NodeId;
use crate::replication::ids::SiteId;
use crate::replication::strategies::leaderless::{READ_QUORUM, REQUEST_TIMEOUT, WRITE_QUORUM};
use crate::replication::time::SimDuration;
use crate::simulation::command::NodeCommand;
use crate::simulation::journal::Happening;
use crate::simulation::setup::{Latency, Setup};

/// Ana's app, where it fans out by itself.
const APP: u16 = 3;
const BY_ITSELF: &str = "client";
const EARLY: &str = "crash-before-sending";

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant { id: "crash-after-sending", title: "Coordinator crashes after replicas wrote", change: through_oregon, about: None },
        Variant { id: EARLY, title: "Coordinator crashes before replicas wrote", change: through_oregon, about: None },
        Variant { id: BY_ITSELF, title: "No coordinator: the client fans out", change: |_| {}, about: None },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const COORDINATED: &[&str] = &["crash-after-sending", EARLY];

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "with a coordinator nothing but one request and its answer crosses the slow way",
        scope: Scope::General,
        variants: COORDINATED,
        holds: |outcome| sent_by(outcome, APP) == 0,
    },
    Expectation {
        claim: "without one, each operation crosses it three times",
        scope: Scope::General,
        variants: &[BY_ITSELF],
        holds: |outcome| sent_by(outcome, APP) == 9,
    },
    Expectation {
        claim: "the first write takes one round trip of 80 ms and a little, either way",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| latencies(outcome, ANA).first().is_some_and(|ms| (80..90).contains(ms)),
    },
    Expectation {
        claim: "the outcome of the second write is unknown to the client",
        scope: Scope::General,
        variants: COORDINATED,
        holds: |outcome| outcome.metrics.unknown_count == 1,
    },
    Expectation {
        claim: "it took effect",
        scope: Scope::General,
        variants: &["crash-after-sending"],
        holds: |outcome| reads(outcome, ANA) == [Some(70)] && held(&outcome.snapshot, 2, "price") == Some(Some(70)),
    },
    Expectation {
        claim: "it did not take effect",
        scope: Scope::General,
        variants: &[EARLY],
        holds: |outcome| reads(outcome, ANA) == [Some(50)] && held(&outcome.snapshot, 2, "price") == Some(Some(50)),
    },
    Expectation {
        claim: "a replica that crashes is not missed: the write is acknowledged",
        scope: Scope::General,
        variants: &[BY_ITSELF],
        holds: |outcome| outcome.metrics.unknown_count == 0 && outcome.metrics.writes.count == 2 && reads(outcome, ANA) == [Some(70)],
    },
];

/// Messages between nodes that this node sent.
fn sent_by(outcome: &Outcome<'_>, node: u16) -> usize {
    let journal = outcome.session.journal();
    let is_it = |happening: &Happening| matches!(happening, Happening::Sent { from, .. } if *from == NodeId(node));
    journal.iter_from(journal.dropped_count()).filter(|entry| is_it(&entry.happening)).count()
}

fn setup() -> Setup {
    Ground::new("leaderless")
        .datacenter("Oregon", 3)
        .client("Ana's app")
        .link(1, 0, stream(40_000, 0))
        .inside(stream(1_000, 0))
        .person("Ana", 1, 0)
        .dial(&WRITE_QUORUM, 2)
        .dial(&READ_QUORUM, 2)
        .dial(&REQUEST_TIMEOUT, 1_000)
        .setup()
}

/// Ana's requests go to Oregon's first node, over the same distance.
fn through_oregon(setup: &mut Setup) {
    for session in &mut setup.sessions {
        session.site = SiteId(0);
        session.access = Some(Latency::Constant { us: 40_000 });
    }
}

const PREDICTION: Prediction = Prediction {
    question: "Oregon 1 crashes before it answers. What does Ana know about her write?",
    answers: &["It failed", "It worked", "Neither: it may or may not have taken effect"],
    right: 2,
    because: "The silence is the same whether the coordinator crashed before it asked the replicas or after they stored the write.",
};

fn steps(variant: &str) -> Vec<Step> {
    if variant == BY_ITSELF {
        return by_itself();
    }
    let crash = vec![node(0, NodeCommand::Crash)];
    let mut steps = vec![
        now("Three replicas stand in Oregon, 1 ms apart. Ana is 40 ms away. She sends each request to Oregon 1, which stores data like \
             the others and also coordinates: it asks all replicas and answers when two have the write."),
        once(
            "quorum-completed",
            "Ana sets the price to 50. One message came over the slow way; inside Oregon it became one to each replica. Two of them have \
             it: the answer goes back, also one message.",
        )
        .acting(vec![put(ANA, "price", 50)])
        .showing(Panel::Events),
        quiet("Ana was told ok after about 82 ms: one slow round trip and a short one inside."),
    ];
    let write = vec![put(ANA, "price", 70)];
    let (reached, written, found) = if variant == EARLY { (40_300, SENT, LOST) } else { (41_700, STORED, KEPT) };
    steps.extend([
        Step::told(written, Until::After(SimDuration::from_us(reached))).acting(write).asking(PREDICTION),
        quiet(
            "Oregon 1 crashes. What it was working on is gone, with its connections and what was on them. Ana will not get an answer: \
             the outcome is unknown.",
        )
        .acting(crash)
        .showing(Panel::Faults),
        quiet(found).acting(vec![get(ANA, "price")]).showing(Panel::Carts),
    ]);
    steps
}

const SENT: &str =
    "Ana sets the price to 70. Oregon 1 has received her request and has just sent it to the other two; they do not have it yet.";
const STORED: &str =
    "Ana sets the price to 70. Oregon 1 has sent it on, Oregon 2 and 3 have stored it, and their acknowledgements are on the way.";
const LOST: &str = "She reads; her client turns to Oregon 2, since Oregon 1 is down. The price is 50: the write never took effect. From Ana's \
                    side this looks the same as a write that did: the other variant shows that case.";
const KEPT: &str = "She reads; her client turns to Oregon 2, since Oregon 1 is down. The price is 70: the write took effect, though nobody told \
                    her. Had Oregon 1 crashed a little earlier, it would be 50: the other variant shows that case.";

fn by_itself() -> Vec<Step> {
    vec![
        now("Three replicas stand in Oregon. Ana's app, 40 ms away, asks them by itself: no coordinator in between."),
        once(
            "quorum-completed",
            "Ana sets the price to 50. Three messages crossed the slow way and three acknowledgements come back; the second one completes \
             the quorum.",
        )
        .acting(vec![put(ANA, "price", 50)])
        .showing(Panel::Events),
        quiet("She was told ok after about 81 ms. A coordinator would have needed one message each way, and about two milliseconds more."),
        later(41, "Ana sets the price to 70. The three messages are arriving.").acting(vec![put(ANA, "price", 70)]).asking(Prediction {
            question: "Oregon 1 crashes now. What will Ana be told?",
            answers: &["ok", "That the outcome is unknown"],
            right: 0,
            because: "Her app waits for any two acknowledgements, and Oregon 2 and 3 send theirs. No node stands between her and the replicas.",
        }),
        once(
            "quorum-completed",
            "Oregon 1 crashed. Oregon 2 and 3 acknowledge and Ana is told ok. Only a crash of her own app would leave her \
             not knowing.",
        )
        .acting(vec![node(0, NodeCommand::Crash)])
        .showing(Panel::Faults),
        once("quorum-completed", "She reads 70 from the two replicas that are up.").acting(vec![get(ANA, "price")]),
    ]
}
