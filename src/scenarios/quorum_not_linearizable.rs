//! w + r > n is not enough: a write that is under way, or that failed half way, makes reads disagree, and clocks order
//! writes as they like. The register of Attiya, Bar-Noy and Dolev ("Sharing Memory Robustly in Message-Passing Systems",
//! JACM 1995) repairs all three.

use super::ground::{Ground, get, heal_all, node, put, stream};
use super::quorums::{Quorum, cut, later, now, once, quiet, quorums, reads};
use super::{About, Assumption, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Variant};
use crate::replication::strategies::leaderless::{READ_QUORUM, REQUEST_TIMEOUT, VERSION_FROM, WRITE_BACK, WRITE_QUORUM};
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::Setup;

/// Sessions: the writer, one who reads near Oregon, one who reads near Tokyo.
const ANA: u16 = 0;
const BEN: u16 = 1;
const CID: u16 = 2;
/// Nodes.
const TOKYO: u16 = 1;
const IRELAND: u16 = 2;
const ANAS_APP: u16 = 3;
const BENS_APP: u16 = 4;

const ABD: &str = "abd";

pub(super) const SCENARIO: Script = Script {
    seed: 1,
    setup,
    variants: &[
        Variant { id: "concurrent-write", title: "A write under way", change: |_| {}, about: About::broken("linearizable") },
        Variant { id: "failed-write", title: "A failed write that stays behind", change: |_| {}, about: About::broken("linearizable") },
        Variant {
            id: "write-back",
            title: "Reads write back, versions by clock",
            change: |setup| setup.dials.set(&WRITE_BACK, 1),
            about: About::broken("linearizable"),
        },
        Variant {
            id: ABD,
            title: "Reads write back, versions from a quorum (ABD)",
            change: |setup| {
                setup.dials.set(&WRITE_BACK, 1);
                setup.dials.set(&VERSION_FROM, 1);
            },
            about: About::kept_while("linearizable", STRICT),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

/// The register's proof rests on nothing else: neither clocks nor the speed of messages.
const STRICT: Assumption = Assumption {
    words: "every read quorum shares a replica with every write quorum of the same fixed replicas (strict membership)",
    is_met: |outcome| {
        let (writes, reads): (Vec<Quorum>, Vec<Quorum>) = quorums(outcome).into_iter().partition(|quorum| quorum.is_write);
        let meet = |read: &Quorum| writes.iter().all(|write| !write.nodes.within(read.nodes).is_empty());
        reads.iter().all(meet) && outcome.count_told("hint-kept") == 0
    },
    outside: Some(|setup| setup.dials.set(&WRITE_QUORUM, 1)),
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "Ben sees the new value, and Cid after him the old one",
        scope: Scope::Pinned,
        variants: &["concurrent-write"],
        holds: |outcome| reads(outcome, BEN) == [Some(70)] && reads(outcome, CID) == [Some(50)],
    },
    Expectation {
        claim: "the failed write is seen by Ben, and not by Cid after him",
        scope: Scope::Pinned,
        variants: &["failed-write"],
        holds: |outcome| {
            outcome.metrics.unknown_count == 1 && reads(outcome, BEN) == [Some(70)] && reads(outcome, CID) == [Some(50), Some(50)]
        },
    },
    Expectation {
        claim: "write-back makes Cid see what Ben saw; Ben's own later write loses to the clock",
        scope: Scope::Pinned,
        variants: &["write-back"],
        holds: |outcome| {
            let is_acknowledged = outcome.metrics.writes.count == 3;
            is_acknowledged
                && was_before_the_write(outcome)
                && has_written_back(outcome)
                && reads(outcome, BEN) == [Some(70)]
                && reads(outcome, CID) == [Some(70), Some(70)]
        },
    },
    Expectation {
        claim: "Cid sees all that Ben saw and wrote before",
        scope: Scope::Pinned,
        variants: &[ABD],
        holds: |outcome| {
            let is_unknown = outcome.metrics.unknown_count == 1;
            is_unknown
                && has_written_back(outcome)
                && reads(outcome, BEN) == [Some(70), Some(80)]
                && reads(outcome, CID) == [Some(70), Some(80), Some(90)]
        },
    },
    Expectation {
        claim: "nothing is written back where that is switched off",
        scope: Scope::General,
        variants: &["concurrent-write", "failed-write"],
        holds: |outcome| !has_written_back(outcome),
    },
];

/// Whether Cid's first read was over before the write that it returned was.
fn was_before_the_write(outcome: &Outcome<'_>) -> bool {
    let read_at = outcome.operations(CID).next().and_then(|read| read.closed.as_ref()).map(|(at, _)| *at);
    let written_at = outcome.operations(ANA).nth(1).and_then(|write| write.closed.as_ref()).map(|(at, _)| *at);
    read_at.zip(written_at).is_some_and(|(read, written)| read < written)
}

fn has_written_back(outcome: &Outcome<'_>) -> bool {
    outcome.count_told("write-back") > 0
}

fn setup() -> Setup {
    Ground::new("leaderless")
        .datacenter("Oregon", 1)
        .datacenter("Tokyo", 1)
        .datacenter("Ireland", 1)
        .client("Ana's app")
        .client("Ben's app")
        .client("Cid's app")
        .link(3, 0, stream(10_000, 1_000))
        .link(3, 1, stream(400_000, 3_000))
        .link(3, 2, stream(450_000, 3_000))
        .link(4, 0, stream(10_000, 1_000))
        .link(4, 1, stream(40_000, 2_000))
        .link(4, 2, stream(60_000, 2_000))
        .link(5, 0, stream(80_000, 2_000))
        .link(5, 1, stream(10_000, 1_000))
        .link(5, 2, stream(20_000, 1_000))
        .person("Ana", 3, 0)
        .person("Ben", 4, 0)
        .person("Cid", 5, 0)
        .dial(&WRITE_QUORUM, 2)
        .dial(&READ_QUORUM, 2)
        .dial(&REQUEST_TIMEOUT, 3_000)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![
        now(match variant {
            ABD => {
                "Replicas in Oregon, Tokyo and Ireland, w = 2 and r = 2. Two things are added: a write first asks a read quorum for the highest \
                 version and takes the next one; a read stores what it found at a write quorum before it answers (write-back)."
            }
            "write-back" => {
                "Replicas in Oregon, Tokyo and Ireland, w = 2 and r = 2. A read stores what it found at a write quorum before it answers \
                 (write-back). Versions still come from the clock of the client that writes."
            }
            _ => {
                "Replicas in Oregon, Tokyo and Ireland, w = 2 and r = 2: every read shares a replica with every complete write. It is \
                 tempting to conclude that there is, in effect, one copy. See what happens to a write that is not complete."
            }
        }),
        quiet("Ana sets the price to 50. All three replicas have it.").acting(vec![put(ANA, "price", 50)]),
    ];
    match variant {
        "failed-write" => steps.extend(failed_write()),
        "write-back" => {
            steps.extend(concurrent_write_repaired(20));
            steps.extend(skewed_clock(false));
        }
        ABD => {
            steps.extend(concurrent_write_repaired(850));
            steps.extend(failed_write_repaired());
            steps.extend(skewed_clock(true));
        }
        _ => steps.extend(concurrent_write()),
    }
    steps
}

fn concurrent_write() -> Vec<Step> {
    vec![
        later(
            20,
            "Ana sets the price to 70. Oregon, near to her, has it; her messages to Tokyo and Ireland travel for another 380 ms or more. \
             Her write is not complete.",
        )
        .acting(vec![put(ANA, "price", 70)]),
        once("quorum-completed", "Ben reads. Oregon answers 70, Tokyo answers 50; the higher version wins.").acting(vec![get(BEN, "price")]),
        later(1, "Ben is shown 70, and his read is over.").asking(Prediction {
            question: "Ben has seen 70. Now Cid reads, and Tokyo and Ireland answer him first. What does he see?",
            answers: &["70, since Ben saw it already", "50"],
            right: 1,
            because: "Neither of the two has the write yet, and Ben's read told nobody what it had found. Overlap protects complete writes only.",
        }),
        once(
            "quorum-completed",
            "Cid's read began after Ben's had ended, and it returns 50: the older value after the newer one. With one copy that could not \
             happen.",
        )
        .acting(vec![get(CID, "price")])
        .showing(Panel::Verdicts),
        quiet("Ana's write is complete now, and from here on every read sees 70. The trouble lasted as long as the write was under way.")
            .showing(Panel::Verdicts),
    ]
}

fn cut_off() -> Vec<crate::simulation::command::Command> {
    vec![cut(ANAS_APP, TOKYO), cut(ANAS_APP, IRELAND)]
}

fn failed_write() -> Vec<Step> {
    vec![
        later(40, "Ana sets the price to 70. Oregon has it; the messages to Tokyo and Ireland are on their way.").acting(vec![put(ANA, "price", 70)]),
        once(
            "quorum-missed",
            "Her connections to Tokyo and Ireland break, and the messages on them are lost. One acknowledgement of two: after three seconds her app gives up. Nothing undoes the write at Oregon.",
        )
        .acting(cut_off())
        .showing(Panel::Carts),
        once("quorum-completed", "Cid reads, answered by Tokyo and Ireland: 50. The write seems to have failed.").acting(vec![get(CID, "price")]),
        once("quorum-completed", "Ben reads, answered by Oregon and Tokyo: 70 has the higher version.").acting(vec![get(BEN, "price")]),
        later(1, "Ben is shown 70: the failed write shows all the same.").asking(Prediction {
            question: "Cid reads once more. What does he see?",
            answers: &["70: it is there now", "50: nothing has changed for him"],
            right: 1,
            because: "The 70 still stands at Oregon alone, and Tokyo and Ireland answer Cid first.",
        }),
        once(
            "quorum-completed",
            "50 again, after Ben saw 70. A write that did not reach its quorum is neither done nor undone: each read shows it or not, by which \
             replicas answer first, until something spreads it or overwrites it.",
        )
        .acting(vec![get(CID, "price")])
        .showing(Panel::Verdicts),
    ]
}

fn concurrent_write_repaired(ms: u64) -> Vec<Step> {
    vec![
        later(
            ms,
            "Ana sets the price to 70. Oregon has it; her messages to Tokyo and Ireland are on their way. The write is not complete.",
        )
        .acting(vec![put(ANA, "price", 70)])
        .asking(Prediction {
            question: "Ben reads 70 from Oregon, then Cid reads from Tokyo and Ireland. What does Cid see?",
            answers: &["50", "70"],
            right: 1,
            because: "Before Ben's read answers, it stores the 70 at a second replica. Any two replicas that Cid hears then include one \
                          that has it.",
        }),
        once(
            "write-back",
            "Ben's read finds 70 at Oregon and 50 at Tokyo. It does not answer yet: it writes the 70 back to the other replicas.",
        )
        .acting(vec![get(BEN, "price")])
        .showing(Panel::Events),
        once("quorum-completed", "A second replica has stored it, and Ben is shown 70. His read took two round trips instead of one."),
        quiet("Cid read 70 where Ben's read had put it, before Ana's own messages came there. By now her write is complete too.")
            .acting(vec![get(CID, "price")])
            .showing(Panel::Carts),
    ]
}

fn failed_write_repaired() -> Vec<Step> {
    vec![
        later(900, "Ana sets the price to 80. Her app has asked for versions and sent the write; Oregon has it.").acting(vec![put(ANA, "price", 80)]),
        once(
            "quorum-missed",
            "Her connections to Tokyo and Ireland break; the messages on them are lost, and her app gives up after three seconds. The 80 stands at Oregon alone: a failed write that stays behind.",
        )
        .acting(cut_off())
        .showing(Panel::Carts),
        quiet("Ben reads 80, and his read writes it back. From now on it counts: whoever reads later sees it.").acting(vec![get(BEN, "price")]),
        quiet("Cid reads 80.").acting(vec![get(CID, "price")]),
    ]
}

fn skewed_clock(is_by_quorum: bool) -> Vec<Step> {
    let slow = vec![heal_all(), node(BENS_APP, NodeCommand::Skew { ms: -60_000 }), put(BEN, "price", 90)];
    let (written, seen) = if is_by_quorum {
        (
            "The clock of Ben's app is a minute slow, and he sets the price to 90. His version is one more than the highest that a read quorum knows; no clock is asked.",
            "Cid reads 90. Reads and writes behave as on one copy; what it costs is a second round trip, for every write and for some reads. \
             The limit: the replicas stay the same. With substitutes (sloppy quorum), or with w + r not above n, the proof is void.",
        )
    } else {
        (
            "The clock of Ben's app is a minute slow, and he sets the price to 90. Two replicas acknowledge: he is told ok. His version, taken from his clock, is lower than that of Ana's 70.",
            "Cid reads 70. Ben's write came later, was acknowledged, and is not seen by anybody: to the replicas it is the older one. \
             Write-back alone is not enough; the versions must come from a quorum too.",
        )
    };
    vec![quiet(written).acting(slow).showing(Panel::Faults), quiet(seen).acting(vec![get(CID, "price")]).showing(Panel::Verdicts)]
}
