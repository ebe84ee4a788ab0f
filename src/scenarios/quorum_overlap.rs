//! Why w + r > n: any read quorum then shares a replica with any write quorum (Gifford 1979).

use super::ground::{Ground, get, put, stream};
use super::quorums::{BEN, Quorum, later, now, once, quiet, quorums, reads};
use super::{About, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Variant};
use crate::replication::strategies::leaderless::{QUORUM_CHOICE, READ_FAN_OUT, READ_QUORUM, WRITE_QUORUM};
use crate::simulation::setup::Setup;

pub(super) const SCENARIO: Script = Script {
    seed: 7,
    setup,
    variants: &[
        Variant { id: "overlap", title: "w = 2, r = 2 of 3", change: |setup| quorum(setup, 2, 2), about: About::kept("staleness") },
        Variant { id: "write-all", title: "w = 3, r = 1 of 3", change: |setup| quorum(setup, 3, 1), about: About::kept("staleness") },
        Variant { id: "hole", title: "w = 2, r = 1 of 3", change: |setup| quorum(setup, 2, 1), about: About::broken("staleness") },
        Variant { id: "one-one", title: "w = 1, r = 1 of 3", change: |setup| quorum(setup, 1, 1), about: About::broken("staleness") },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "every read shares a replica with the write before it",
        scope: Scope::General,
        variants: &["overlap", "write-all"],
        holds: |outcome| pairs(outcome).iter().all(|(write, read)| !write.nodes.within(read.nodes).is_empty()),
    },
    Expectation {
        claim: "some read shares no replica with the write before it",
        scope: Scope::Pinned,
        variants: &["hole", "one-one"],
        holds: |outcome| pairs(outcome).iter().any(|(write, read)| write.nodes.within(read.nodes).is_empty()),
    },
    Expectation {
        claim: "both writes and both reads are answered",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| pairs(outcome).len() == 2 && outcome.metrics.reads.count == 2 && outcome.metrics.writes.count == 2,
    },
    Expectation {
        claim: "Ben sees each of Ana's two prices",
        scope: Scope::General,
        variants: &["overlap", "write-all"],
        holds: |outcome| reads(outcome, BEN) == [Some(10), Some(20)],
    },
    Expectation {
        claim: "Ben misses one of them",
        scope: Scope::Pinned,
        variants: &["hole", "one-one"],
        holds: |outcome| reads(outcome, BEN) != [Some(10), Some(20)],
    },
];

/// Each write's quorum with that of the read after it.
fn pairs(outcome: &Outcome<'_>) -> Vec<(Quorum, Quorum)> {
    let (writes, reads): (Vec<_>, Vec<_>) = quorums(outcome).into_iter().partition(|quorum| quorum.is_write);
    writes.into_iter().zip(reads).collect()
}

fn setup() -> Setup {
    Ground::new("leaderless")
        .datacenter("Oregon", 3)
        .client("Ana's app")
        .client("Ben's app")
        .link(1, 0, stream(5_000, 30_000))
        .link(2, 0, stream(5_000, 5_000))
        .person("Ana", 1, 0)
        .person("Ben", 2, 0)
        .dial(&READ_FAN_OUT, 1)
        .dial(&QUORUM_CHOICE, 0)
        .setup()
}

fn quorum(setup: &mut Setup, write: u64, read: u64) {
    setup.dials.set(&WRITE_QUORUM, write);
    setup.dials.set(&READ_QUORUM, read);
}

const QUESTION: &str = "Ana's write is acknowledged, the rest of it is still on the way. Ben reads now. Must he see it?";
const YES_OR_NO: &[&str] = &["Yes, always", "Often, but not always"];

fn steps(variant: &str) -> Vec<Step> {
    let overlaps = matches!(variant, "overlap" | "write-all");
    let intro = match variant {
        "overlap" => {
            "Three replicas in Oregon (n = 3). A write goes to all of them and is complete with two acknowledgements (w = 2); a read asks \
             two of them, drawn anew each time (r = 2). Two and two is more than three: any two such sets share a replica."
        }
        "write-all" => {
            "Three replicas in Oregon (n = 3). A write is complete with all three acknowledgements (w = 3); a read asks one of them, drawn \
             anew each time (r = 1). Three and one is more than three: whichever replica is asked has every acknowledged write."
        }
        "hole" => {
            "Three replicas in Oregon (n = 3). A write goes to all of them and is complete with two acknowledgements (w = 2); a read asks \
             one of them, drawn anew each time (r = 1). Two and one is not more than three: the one may be the third."
        }
        _ => {
            "Three replicas in Oregon (n = 3). A write goes to all of them and is complete with one acknowledgement (w = 1); a read asks \
             one of them, drawn anew each time (r = 1). Nothing makes the two sets meet."
        }
    };
    let question = Prediction {
        question: QUESTION,
        answers: YES_OR_NO,
        right: usize::from(!overlaps),
        because: if overlaps {
            "At least one replica that he asks has acknowledged the write, and its answer has the highest version."
        } else {
            "He may ask exactly a replica that the write has not reached yet. How often depends on how late it is."
        },
    };
    let write = |price| once("quorum-completed", WRITTEN).acting(vec![put(0, "price", price)]).showing(Panel::Events);
    let read = || once("quorum-completed", if overlaps { READ_SURELY } else { READ_PERHAPS }).acting(vec![get(BEN, "price")]);
    let told_ok = || later(1, "Ana has been told ok. Ben reads next.");
    vec![
        now(intro).asking(question),
        write(10),
        told_ok(),
        read(),
        write(20),
        told_ok(),
        read(),
        quiet(if overlaps {
            "Twice Ben read right after Ana's write was complete, and both times he saw it. The limits: this is about writes that are \
             complete. While one is under way, two reads can still disagree; and a sloppy quorum does not overlap at all."
        } else {
            "In one of the two rounds, at least, the replicas that Ben asked were none of those that had acknowledged: he saw an older price, or none, although the newer one was \
             acknowledged. Some milliseconds later he would have seen it: such quorums are fast, and are chosen where that is good enough."
        })
        .showing(Panel::Verdicts),
    ]
}

const WRITTEN: &str = "Ana sets the next price. Enough replicas have acknowledged it. For those that have not \
                       answered, the message may still be on its way.";
const READ_SURELY: &str =
    "Ben reads at once. Compare the two sets, of the write and of the read: they share a replica, and Ben sees Ana's price.";
const READ_PERHAPS: &str = "Ben reads at once. Compare the two sets, of the write and of the read: where they share no replica, he may see an older price, or none.";
