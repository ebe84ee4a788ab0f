//! Asynchronous replication: the leader answers once its own store has the write; followers apply the replication log
//! later. The lowest write latency, and reads from followers that lag behind (replication lag).

use super::ground::{Ground, get, put, stream};
use super::group::{numbers_read, read_ms};
use super::leaders::show;
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::{Lsn, NodeId};
use crate::replication::note::Note;
use crate::replication::strategies::single_leader::settings::APPLY;
use crate::replication::time::SimDuration;
use crate::simulation::setup::{ReadRule, Setup};

const OREGON_2: NodeId = NodeId(1);
const IRELAND: NodeId = NodeId(2);
const BEN: u16 = 1;
/// The last position of the log in the variant with slow followers: one price before, five after.
const LAST: Lsn = Lsn(6);

pub(super) const SCENARIO: Script = Script {
    seed: 5,
    setup,
    variants: &[
        Variant { id: "far-follower", title: "A follower far away", change: |_| {}, about: About::broken("staleness") },
        Variant {
            id: "slow-followers",
            title: "Followers slower than the leader",
            change: |setup| setup.dials.set(&APPLY, 40_000),
            about: About::broken("staleness"),
        },
        Variant {
            id: "leader-reads",
            title: "Everybody reads at the leader",
            change: |setup| setup.sessions[usize::from(BEN)].reads = ReadRule::Leader,
            about: About::kept("staleness"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "Ana waits for the leader's store only, and nobody's acknowledgement",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.metrics.writes.count >= 2 && outcome.metrics.writes.most < SimDuration::from_ms(2),
    },
    Expectation {
        claim: "the replicas agree in the end",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("convergence") == Some(true),
    },
    Expectation {
        claim: "Ben reads the old price, and the new one once it has arrived",
        scope: Scope::General,
        variants: &["far-follower"],
        holds: |outcome| {
            numbers_read(outcome, BEN) == [Some(10), Some(12)]
                && (outcome.metrics.stale_count, outcome.metrics.stale_versions_most) == (1, 1)
                && show(outcome, "price", &[Some(12); 3])
        },
    },
    Expectation {
        claim: "Ben's first read misses five writes that were complete, and the second none",
        scope: Scope::General,
        variants: &["slow-followers"],
        holds: |outcome| {
            numbers_read(outcome, BEN) == [Some(10), Some(15)]
                && (outcome.metrics.stale_count, outcome.metrics.stale_versions_most) == (1, 5)
                && show(outcome, "price", &[Some(15); 3])
        },
    },
    Expectation {
        claim: "Ben reads the new price, and waits for the ocean each time",
        scope: Scope::General,
        variants: &["leader-reads"],
        holds: |outcome| {
            numbers_read(outcome, BEN) == [Some(12), Some(12)]
                && read_ms(outcome, BEN).iter().all(|ms| *ms >= 120)
                && outcome.metrics.stale_count == 0
        },
    },
];

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 2)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(60_000, 5_000))
        .inside(stream(1_000, 0))
        .person("Ana", 0, 500)
        .person("Ben", 1, 500)
        .reading(ReadRule::Nearest)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let is_slow = variant == "slow-followers";
    let mut steps = vec![
        Step::told(
            "One leader, Oregon 1, takes all writes and answers each once its own store has it. Oregon 2, 1 ms away, and Ireland, about 60 \
             ms away, receive its replication log and apply it.",
            Until::Now,
        ),
        if is_slow {
            Step::told(
                "Ana, in Oregon, sets the price to 10 and is told ok after about 1.5 ms. Applying an entry takes a follower 40 ms here, as \
                 on an overloaded machine; then all three replicas show 10.",
                Until::Noted(|node, note| node == IRELAND && matches!(note, Note::CaughtUp(_))),
            )
        } else {
            Step::told(
                "Ana, in Oregon, sets the price to 10 and is told ok after about 1.5 ms: she waited for no follower. By now all three \
                 replicas show 10.",
                Until::Quiet,
            )
        }
        .acting(vec![put(0, "price", 10)])
        .showing(Panel::Replica),
    ];
    steps.extend(match variant {
        "slow-followers" => slow(),
        "leader-reads" => at_the_leader(),
        _ => far(),
    });
    steps
}

fn question(right: usize, because: &'static str) -> Prediction {
    Prediction { question: "What will Ben see?", answers: &["10, the old price", "12, the new price"], right, because }
}

fn new_price(text: &'static str) -> Step {
    Step::told(text, Until::Noted(|node, note| node == OREGON_2 && matches!(note, Note::CaughtUp(_))))
        .acting(vec![put(0, "price", 12)])
        .showing(Panel::Replica)
}

fn far() -> Vec<Step> {
    vec![
        Step::told(
            "Ana is about to set the price to 12. Ben, in Ireland, will read it from the replica next to him, right after she has been told \
             ok.",
            Until::Now,
        )
        .asking(question(0, "The entry is still on its way to Ireland. Ana's ok says that the leader has it, and nothing of others.")),
        new_price("Ana has her ok, and Oregon 2 has applied the entry. To Ireland it is on its way: Ireland lags behind by one entry."),
        Step::told(
            "Ben was answered within 2 ms, and read 10: the past. A stale read, although Ana's write was complete before he asked. \
             Meanwhile the entry has arrived.",
            Until::Quiet,
        )
        .acting(vec![get(BEN, "price")])
        .showing(Panel::Verdicts),
        Step::told("He reads again: 12. When writes pause, the followers catch up and all replicas agree.", Until::Quiet)
            .acting(vec![get(BEN, "price")])
            .showing(Panel::Replica),
        Step::told(
            "Mostly the lag is as short as the way. It has no bound: a follower that is slow or out of reach may be minutes behind. Open \
             the variant with slow followers, or read at the leader.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}

fn slow() -> Vec<Step> {
    vec![
        Step::told("Ana is about to set the price five times, to 11, 12, 13, 14 and 15, one after another.", Until::Now).asking(
            Prediction {
                question: "How many of the five will Ireland show right after the last one is acknowledged?",
                answers: &["All five", "None", "The first"],
                right: 1,
                because: "The five are acknowledged within 8 ms. The way alone takes 60 ms, and each entry takes 40 ms more.",
            },
        ),
        Step::told(
            "Oregon 2, next to the leader, has just applied the first of the five; all five have been acknowledged. The lag grows \
             with each write that comes faster than followers apply.",
            Until::Noted(|node, note| node == OREGON_2 && matches!(note, Note::CaughtUp(_))),
        )
        .acting((11..=15).map(|price| put(0, "price", price)).collect())
        .showing(Panel::Replica),
        Step::told(
            "Ben asked in Ireland meanwhile and read 10: five writes behind. By now Ireland has applied all of them, one after \
             another.",
            Until::Noted(|node, note| node == IRELAND && *note == Note::CaughtUp(LAST)),
        )
        .acting(vec![get(BEN, "price")])
        .showing(Panel::Verdicts),
        Step::told("He reads again: 15. The writes paused, so the followers could catch up.", Until::Quiet)
            .acting(vec![get(BEN, "price")])
            .showing(Panel::Replica),
        Step::told(
            "A follower that is slower than its leader for good lags further and further behind; nothing in asynchronous replication \
             holds the leader back.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}

fn at_the_leader() -> Vec<Step> {
    vec![
        Step::told(
            "Ana is about to set the price to 12. Ben, in Ireland, will read it right after she has been told ok, but from the leader.",
            Until::Now,
        )
        .asking(question(1, "The leader has every write that it acknowledged, whatever its followers lack.")),
        new_price("Ana has her ok, and Oregon 2 has applied the entry. To Ireland it is on its way."),
        Step::told("Ben read 12. His question went to Oregon and back: more than 120 ms instead of 1 ms.", Until::Quiet)
            .acting(vec![get(BEN, "price")])
            .showing(Panel::Verdicts),
        Step::told("He reads again, and waits as long again. By now his own replica shows 12 too, but nobody asked it.", Until::Quiet)
            .acting(vec![get(BEN, "price")])
            .showing(Panel::Replica),
        Step::told(
            "Fresh, but the followers do nothing for readers any more. And it rests on one thing: that this leader still leads. After a \
             failover, or in a split brain, it need not.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}
