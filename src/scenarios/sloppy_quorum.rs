//! Sloppy quorums and hinted hand-off (Dynamo, DeCandia et al. 2007, section 4.6): substitutes take writes for replicas
//! out of reach, and w + r > n protects nobody until they have handed them over.

use super::ground::{Ground, get, heal_all, partition, put, stream};
use super::quorums::{ANA, BEN, later, now, once, quiet, reads};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Variant};
use crate::replication::strategies::leaderless::{
    HINTS_COUNT, READ_QUORUM, REPLICA_COUNT, REQUEST_TIMEOUT, SLOPPY_QUORUM, SUSPECT_AFTER, WRITE_QUORUM,
};
use crate::simulation::setup::Setup;

/// Stored by the first three nodes of the ring.
const KEY: &str = "stock";

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant {
            id: "sloppy",
            title: "Sloppy, hints count (Dynamo, Riak)",
            change: |setup| setup.dials.set(&SLOPPY_QUORUM, 1),
            about: About::broken("staleness"),
        },
        Variant {
            id: "hints-do-not-count",
            title: "Hints are kept and do not count (Cassandra)",
            change: |setup| {
                setup.dials.set(&SLOPPY_QUORUM, 1);
                setup.dials.set(&HINTS_COUNT, 0);
            },
            about: About::kept("staleness"),
        },
        Variant { id: "strict", title: "Strict: no substitutes", change: |_| {}, about: About::kept("staleness") },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the write is acknowledged with two hints, and both are delivered",
        scope: Scope::General,
        variants: &["sloppy"],
        holds: |outcome| outcome.metrics.writes.count == 2 && hints(outcome) == (2, 2),
    },
    Expectation {
        claim: "Ben reads the old value during the partition, and the new one after the hand-off",
        scope: Scope::General,
        variants: &["sloppy"],
        holds: |outcome| reads(outcome, BEN) == [Some(50), Some(70)],
    },
    Expectation {
        claim: "the hints do not acknowledge the write, and bring it to its replicas all the same",
        scope: Scope::General,
        variants: &["hints-do-not-count"],
        holds: |outcome| {
            let is_unknown = outcome.metrics.unknown_count == 1 && outcome.metrics.writes.count == 1;
            is_unknown && hints(outcome) == (2, 2) && reads(outcome, BEN) == [Some(50), Some(70)]
        },
    },
    Expectation {
        claim: "without substitutes the write misses its quorum, and nobody keeps it for the others",
        scope: Scope::General,
        variants: &["strict"],
        holds: |outcome| outcome.metrics.unknown_count == 1 && hints(outcome) == (0, 0) && reads(outcome, BEN).first() == Some(&Some(50)),
    },
];

fn hints(outcome: &super::Outcome<'_>) -> (usize, usize) {
    (outcome.count_told("hint-kept"), outcome.count_told("hint-delivered"))
}

fn setup() -> Setup {
    Ground::new("leaderless")
        .datacenter("Oregon", 5)
        .client("Ana's app")
        .client("Ben's app")
        .link(1, 0, stream(10_000, 2_000))
        .link(2, 0, stream(10_000, 2_000))
        .inside(stream(1_000, 500))
        .person("Ana", 1, 0)
        .person("Ben", 2, 0)
        .dial(&REPLICA_COUNT, 3)
        .dial(&WRITE_QUORUM, 2)
        .dial(&READ_QUORUM, 2)
        .dial(&SUSPECT_AFTER, 200)
        .dial(&REQUEST_TIMEOUT, 1_000)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let split = vec![partition(&[&[5, 0, 3, 4], &[6, 1, 2]])];
    let write = vec![put(ANA, KEY, 70)];
    let (intro, right, because) = match variant {
        "sloppy" => (
            "Five nodes in Oregon. Each record has three replicas (n = 3); those of the stock are Oregon 1, 2 and 3. With w = 2 and r = 2, reads and writes overlap. \
             If replicas are out of reach, other nodes may stand in for them: a sloppy quorum.",
            0,
            "Oregon 4 and 5 keep the write as a hint, and here a hint counts as an acknowledgement.",
        ),
        "hints-do-not-count" => (
            "Five nodes in Oregon. Each record has three replicas (n = 3); those of the stock are Oregon 1, 2 and 3. With w = 2 and r = 2, reads and writes overlap. \
             Other nodes keep hints for replicas out of reach, but a hint is no acknowledgement.",
            1,
            "Oregon 4 and 5 keep hints, which do not count. Oregon 1 alone is one of two.",
        ),
        _ => (
            "Five nodes in Oregon. Each record has three replicas (n = 3); those of the stock are Oregon 1, 2 and 3. With w = 2 and r = 2, reads and writes overlap. \
             Nobody stands in for a replica: strict membership.",
            1,
            "Only Oregon 1 can acknowledge, and two are needed.",
        ),
    };
    let question = Prediction {
        question: "Ana reaches one of the stock's three replicas, and two other nodes. Is she told ok for a write?",
        answers: &["Yes", "No: the outcome is unknown"],
        right,
        because,
    };
    let mut steps = vec![
        now(intro),
        quiet("Ana sets the stock to 50. Oregon 1, 2 and 3 hold it; Oregon 4 and 5 do not store this record.")
            .acting(vec![put(ANA, KEY, 50)])
            .showing(Panel::Carts),
        now("The network falls in two: Ana's app with Oregon 1, 4 and 5 on one side, Ben's app with Oregon 2 and 3 on the other.")
            .acting(split)
            .asking(question)
            .showing(Panel::Faults),
    ];
    match variant {
        "sloppy" => steps.extend([
            once("quorum-completed", "Ana sets the stock to 70. Oregon 1 stores it, Oregon 4 and 5 keep it for Oregon 2 and 3: two acknowledgements.").acting(write),
            later(1, "Ana is told ok. Writes stay possible on her side."),
            once("quorum-completed", "Ben reads from Oregon 2 and 3: two of three replicas, a proper read quorum, and it returns 50. The write quorum stood elsewhere. w + r > n does not protect him now.")
                .acting(vec![get(BEN, KEY)])
                .showing(Panel::Verdicts),
            quiet("The network is whole again. Oregon 4 and 5 hand the stock over to Oregon 2 and 3, and forget it.").acting(vec![heal_all()]).showing(Panel::Events),
            quiet("Ben reads 70. A sloppy quorum is a promise that the write is durable somewhere, and not that the next read finds it.").acting(vec![get(BEN, KEY)]),
        ]),
        "hints-do-not-count" => steps.extend([
            once("quorum-missed", "Ana sets the stock to 70. Oregon 1 stores it and Oregon 4 and 5 keep hints, but that is one acknowledgement of two: after a second she is told that the outcome is unknown.")
                .acting(write),
            once("quorum-completed", "Ben reads 50 from Oregon 2 and 3. That is no stale read: no newer write has been acknowledged to anybody.").acting(vec![get(BEN, KEY)]).showing(Panel::Verdicts),
            quiet("The network is whole again, and the hints are handed over to Oregon 2 and 3: the write takes effect after all.").acting(vec![heal_all()]).showing(Panel::Events),
            quiet("Ben reads 70. Hints made the replicas equal sooner, and weakened no promise; the price is that Ana could not write.").acting(vec![get(BEN, KEY)]),
        ]),
        _ => steps.extend([
            once("quorum-missed", "Ana sets the stock to 70. Oregon 1 stores it, the other two do not answer: after a second she is told that the outcome is unknown.").acting(write),
            once("quorum-completed", "Ben reads 50 from Oregon 2 and 3. That is no stale read: no newer write has been acknowledged to anybody. On this side writes would be possible, too.")
                .acting(vec![get(BEN, KEY)])
                .showing(Panel::Verdicts),
            quiet("The network is whole again. Nobody kept anything for Oregon 2 and 3: only Oregon 1 has the 70.").acting(vec![heal_all()]).showing(Panel::Carts),
            quiet("Ben reads once more: 70 if Oregon 1 is among the first two that answer, else 50. Ana's write is neither done nor undone. Strict quorums keep their promise by refusing.")
                .acting(vec![get(BEN, KEY)]),
        ]),
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::KEY;
    use crate::replication::ids::NodeId;
    use crate::replication::strategies::leaderless::Ring;

    #[test]
    fn the_prose_names_the_replicas_of_the_stock() {
        let ring = Ring::new((0..5).map(NodeId).collect(), 3);
        assert_eq!(ring.homes(&KEY.into()).names(), "n0 n1 n2");
    }
}
