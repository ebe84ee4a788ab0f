//! The client itself sends to all replicas and waits for a quorum (Gifford, "Weighted Voting", 1979).

use super::ground::{get, heal_all, put};
use super::quorums::{ANA, ANAS_APP, BEN, IRELAND, latencies, now, once, quiet, quorums, reads, three_places};
use super::quorums::{cut, held};
use super::{Expectation, Panel, Prediction, Scope, Script, Step, Variant};
use crate::replication::ids::NodeId;
use crate::replication::strategies::leaderless::{READ_QUORUM, REQUEST_TIMEOUT, WRITE_QUORUM};
use crate::simulation::setup::Setup;

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant { id: "majority", title: "Majority: w = 2, r = 2", change: |_| {}, about: None },
        Variant {
            id: "write-all",
            title: "Write all, read one: w = 3, r = 1",
            change: |setup| {
                setup.dials.set(&WRITE_QUORUM, 3);
                setup.dials.set(&READ_QUORUM, 1);
            },
            about: None,
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "Tokyo, the second to answer, completes Ana's first write",
        scope: Scope::General,
        variants: &["majority"],
        holds: |outcome| {
            quorums(outcome).first().is_some_and(|quorum| quorum.is_write && quorum.last == Some(NodeId(1)) && quorum.nodes.len() == 2)
        },
    },
    Expectation {
        claim: "a write takes as long as the second fastest replica",
        scope: Scope::General,
        variants: &["majority"],
        holds: |outcome| latencies(outcome, ANA).iter().all(|ms| (100..160).contains(ms)),
    },
    Expectation {
        claim: "Ireland, the slowest, completes Ana's first write",
        scope: Scope::General,
        variants: &["write-all"],
        holds: |outcome| quorums(outcome).first().is_some_and(|quorum| quorum.last == Some(NodeId(2)) && quorum.nodes.len() == 3),
    },
    Expectation {
        claim: "one replica out of reach, and the outcome of the write is unknown",
        scope: Scope::General,
        variants: &["write-all"],
        holds: |outcome| {
            outcome.metrics.unknown_count == 1 && outcome.metrics.writes.count == 1 && outcome.count_told("quorum-missed") == 1
        },
    },
    Expectation {
        claim: "both writes are acknowledged although a replica is out of reach",
        scope: Scope::General,
        variants: &["majority"],
        holds: |outcome| outcome.metrics.unknown_count == 0 && outcome.metrics.writes.count == 2,
    },
    Expectation {
        claim: "Ireland's old answer is part of the read quorum, and the higher version wins",
        scope: Scope::General,
        variants: &["majority"],
        holds: |outcome| {
            let last = quorums(outcome).pop();
            let asked_ireland = last.is_some_and(|quorum| !quorum.is_write && quorum.nodes.contains(NodeId(IRELAND)));
            asked_ireland && held(&outcome.snapshot, IRELAND, "price") == Some(Some(50)) && reads(outcome, BEN) == [Some(70)]
        },
    },
    Expectation {
        claim: "the read takes one round trip to the nearest replica",
        scope: Scope::General,
        variants: &["write-all"],
        holds: |outcome| latencies(outcome, BEN).iter().all(|ms| *ms < 40) && reads(outcome, BEN) == [Some(50)],
    },
];

fn setup() -> Setup {
    three_places().dial(&WRITE_QUORUM, 2).dial(&READ_QUORUM, 2).dial(&REQUEST_TIMEOUT, 1_000).setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let cut_off = vec![cut(ANAS_APP, IRELAND), put(ANA, "price", 70)];
    match variant {
        "write-all" => vec![
            now(
                "Three replicas hold each record: Oregon, Tokyo and Ireland. Nobody leads. Ana's app sends every write to all three. Here a \
                 write needs all three acknowledgements (w = 3), a read one answer (r = 1).",
            ),
            once(
                "quorum-completed",
                "Ana sets the price to 50. Oregon acknowledges after about 20 ms, Tokyo after 100, Ireland after 160: only then is the \
                 write complete. It is as slow as the slowest replica.",
            )
            .acting(vec![put(ANA, "price", 50)])
            .showing(Panel::Events),
            now("Now Ana's app cannot reach Ireland, and Ana sets the price to 70.").asking(Prediction {
                question: "What will Ana be told?",
                answers: &["ok, after Oregon and Tokyo have it", "That the outcome is unknown", "That nothing was written"],
                right: 1,
                because: "Two of three acknowledgements come, the third never does. Oregon and Tokyo keep the 70 all the same: saying \
                          that nothing was written would be false.",
            }),
            once(
                "quorum-missed",
                "After one second the app gives up. Oregon and Tokyo hold 70, Ireland holds 50, and Ana knows only that the outcome is \
                 unknown. With w = n a single replica out of reach blocks all writes.",
            )
            .acting(cut_off)
            .showing(Panel::Carts),
            quiet(
                "The link is mended, and Ben, near Ireland, reads. One answer is enough: Ireland's, after about 20 ms, and it is 50. Reads \
                 are fast; the price was paid by the writes.",
            )
            .acting(vec![heal_all(), get(BEN, "price")]),
        ],
        _ => vec![
            now("Three replicas hold each record: Oregon, Tokyo and Ireland. Nobody leads. Ana's app sends every write to all three and \
                 waits for two acknowledgements (w = 2, a majority); a read waits for two answers (r = 2)."),
            once(
                "quorum-completed",
                "Ana sets the price to 50. Oregon acknowledges after about 20 ms, Tokyo after 100: Tokyo's acknowledgement completes the \
                 quorum, and Ana is told ok. Ireland's, after 160 ms, is not waited for.",
            )
            .acting(vec![put(ANA, "price", 50)])
            .showing(Panel::Events),
            quiet("Ireland's acknowledgement has come too and changes nothing. All three replicas hold 50."),
            once(
                "quorum-completed",
                "Ana's app cannot reach Ireland any more. She sets the price to 70: Oregon and Tokyo are enough again, at the same speed. \
                 Ireland still holds 50 and knows nothing of it.",
            )
            .acting(cut_off)
            .showing(Panel::Carts),
            now("The link is mended. Nothing is sent again by itself. Ben, near Ireland, is about to read with r = 2.")
                .acting(vec![heal_all()])
                .asking(Prediction {
                    question: "Ireland answers Ben first, with 50. What does Ben see?",
                    answers: &["50: Ireland answered first", "70: the second answer has the higher version", "Both"],
                    right: 1,
                    because: "The read waits for two answers, and of any two replicas at least one holds the last acknowledged write. \
                              Versions tell which answer is newer.",
                }),
            once(
                "quorum-completed",
                "Ireland said 50 after about 20 ms, Oregon said 70 after 130. Both carry a version; the higher one wins, and Ben sees 70. \
                 Ireland itself is still stale: a plain read changes nothing at the replicas.",
            )
            .acting(vec![get(BEN, "price")])
            .showing(Panel::Events),
        ],
    }
}
