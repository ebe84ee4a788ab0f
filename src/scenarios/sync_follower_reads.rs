//! Reading from synchronous followers is not linearizable either: one of them shows a write before the others have it, so
//! two readers disagree about which is newer (Herlihy & Wing 1990).

use super::ground::{Ground, get, put, stream};
use super::group::{numbers_read, read_ms};
use super::leaders::{waited_ms, writes};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::strategies::single_leader::settings::{ACKNOWLEDGE_ON, APPLY, REPLICATION};
use crate::replication::time::SimDuration;
use crate::simulation::setup::{ReadRule, Setup};

const OHIO: NodeId = NodeId(1);
const BEN: u16 = 1;
const CARO: u16 = 2;
/// Places in the lists of choices of the settings.
const SYNCHRONOUS: u64 = 2;
const APPLIED: u64 = 2;

pub(super) const SCENARIO: Script = Script {
    seed: 8,
    setup,
    variants: &[
        Variant { id: "followers", title: "Read at a follower", change: |_| {}, about: About::broken("linearizable") },
        Variant {
            id: "applied",
            title: "Acknowledged when applied",
            change: |setup| setup.dials.set(&ACKNOWLEDGE_ON, APPLIED),
            about: About::broken("linearizable"),
        },
        Variant {
            id: "leader",
            title: "Read at the leader",
            change: |setup| {
                for session in &mut setup.sessions {
                    session.reads = ReadRule::Leader;
                }
            },
            about: About::kept("linearizable"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "Ben reads the new score, Caro after him the old one, while Ana still waits",
        scope: Scope::General,
        variants: &["followers", "applied"],
        holds: |outcome| {
            let first = |session| outcome.operations(session).find(|operation| operation.write.is_none());
            let (ben, caro) = (first(BEN), first(CARO));
            let ben_done = ben.and_then(|read| read.closed.as_ref()).map(|(at, _)| *at);
            let caro_began = caro.map(|read| read.invoked_at);
            let ana_told = writes(outcome, 0).get(1).and_then(|write| write.closed.as_ref()).map(|(at, _)| *at);
            numbers_read(outcome, BEN) == [Some(2), Some(2)]
                && numbers_read(outcome, CARO) == [Some(1), Some(2)]
                && ben_done.is_some()
                && ben_done < caro_began
                && caro_began < ana_told
        },
    },
    Expectation {
        claim: "no read is stale in the sense of a completed write that it misses",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.metrics.stale_count == 0 && outcome.holds("convergence") == Some(true),
    },
    Expectation {
        claim: "Ana waits for the way to Ireland and back, for every follower has acknowledged",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| writes(outcome, 0).len() == 2 && writes(outcome, 0).into_iter().filter_map(waited_ms).all(|ms| ms >= 130),
    },
    Expectation {
        claim: "she waits 4 ms more when an acknowledgement means that readers see the write",
        scope: Scope::General,
        variants: &["applied"],
        holds: |outcome| writes(outcome, 0).into_iter().filter_map(waited_ms).all(|ms| ms >= 135),
    },
    Expectation {
        claim: "at the leader both read the old score until Ana is told ok, and pay the way to Oregon",
        scope: Scope::General,
        variants: &["leader"],
        holds: |outcome| {
            numbers_read(outcome, BEN) == [Some(1), Some(2)]
                && numbers_read(outcome, CARO) == [Some(1), Some(2)]
                && read_ms(outcome, BEN).iter().all(|ms| *ms >= 50)
                && read_ms(outcome, CARO).iter().all(|ms| *ms >= 130)
        },
    },
];

fn setup() -> Setup {
    Ground::new("single-leader")
        .datacenter("Oregon", 1)
        .datacenter("Ohio", 1)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(25_000, 200))
        .link(0, 2, stream(65_000, 200))
        .link(1, 2, stream(40_000, 200))
        .person("Ana", 0, 500)
        .person("Ben", 1, 500)
        .reading(ReadRule::Nearest)
        .person("Caro", 2, 500)
        .reading(ReadRule::Nearest)
        .dial(&REPLICATION, SYNCHRONOUS)
        .dial(&APPLY, 4_000)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![
        Step::told(introduction(variant), Until::Now),
        Step::told("Ana sets the score to 1. She is told ok when both followers have it.", Until::Quiet)
            .acting(vec![put(0, "score", 1)])
            .showing(Panel::Replica),
        Step::told("Now she sets it to 2. As soon as Ohio has that, Ben will read, and once he has his answer, Caro will.", Until::Now)
            .asking(question(variant)),
        Step::told(
            "Ohio has the 2 and acknowledges it. To Ireland it is on its way. Ana waits.",
            Until::Noted(|node, note| node == OHIO && matches!(note, Note::CaughtUp(_))),
        )
        .acting(vec![put(0, "score", 2)])
        .showing(Panel::Replica),
    ];
    steps.extend(if variant == "leader" { at_leader() } else { at_followers(variant == "applied") });
    steps
}

fn introduction(variant: &str) -> &'static str {
    match variant {
        "leader" => {
            "Oregon leads; Ohio, 25 ms away, and Ireland, 65 ms away, follow. Replication is synchronous: Oregon answers a write once both \
             have stored it. Ben, in Ohio, and Caro, in Ireland, read at the leader."
        }
        "applied" => {
            "Oregon leads; Ohio, 25 ms away, and Ireland, 65 ms away, follow. Replication is synchronous, in its strictest form: Oregon \
             answers a write once both have applied it (4 ms of work here), so that readers there see it. Ben reads in Ohio, Caro in Ireland."
        }
        _ => {
            "Oregon leads; Ohio, 25 ms away, and Ireland, 65 ms away, follow. Replication is synchronous: Oregon answers a write once both \
             have stored it. Ben reads at the follower in Ohio, Caro at the one in Ireland."
        }
    }
}

fn question(variant: &str) -> Prediction {
    let (right, because) = match variant {
        "leader" => (1, "The leader shows a write once all have acknowledged it, and Ireland has not."),
        _ => (0, "Each follower shows a write as soon as it has it, and they do not have it at the same time."),
    };
    Prediction { question: "What will they read?", answers: &["Ben 2, then Caro 1", "Both 1", "Both 2"], right, because }
}

fn at_followers(waits_for_applied: bool) -> Vec<Step> {
    vec![
        Step::told("Ben has asked in Ohio, and has his answer: 2.", Until::After(SimDuration::from_ms(5)))
            .acting(vec![get(BEN, "score")])
            .showing(Panel::Events),
        Step::told(
            "Caro asked after that, in Ireland, and read 1. Ben had seen the future; she saw the past, later. Then the 2 arrived in Ireland \
             too, and Ana was told ok.",
            Until::Quiet,
        )
        .acting(vec![get(CARO, "score")])
        .showing(Panel::Verdicts),
        Step::told(
            "With one copy of the score that could not happen: once somebody has read 2, nobody reads 1 any more. So these reads are not \
             linearizable, although neither missed a completed write.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
        Step::told("Both read again: 2. The disagreement lasts as long as a write is under way.", Until::Quiet)
            .acting(vec![get(BEN, "score"), get(CARO, "score")])
            .showing(Panel::Replica),
        Step::told(
            if waits_for_applied {
                "Waiting until all have applied a write changes when Ana is told ok, not when each follower begins to show it. Open the same \
                 with reads at the leader."
            } else {
                "The ok to Ana comes after all followers have the write; what readers see comes before. Would it help to acknowledge later, \
                 once it is applied? Open that variant."
            },
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}

fn at_leader() -> Vec<Step> {
    vec![
        Step::told("Ben has asked. His question is on the way to Oregon.", Until::After(SimDuration::from_ms(5)))
            .acting(vec![get(BEN, "score")])
            .showing(Panel::Events),
        Step::told(
            "Caro asked too. Both reached Oregon before Ireland's acknowledgement did, and both read 1. Then the write was complete, and Ana \
             was told ok.",
            Until::Quiet,
        )
        .acting(vec![get(CARO, "score")])
        .showing(Panel::Events),
        Step::told("Both read again: 2. One node answers all, so there is one order of what it says.", Until::Quiet)
            .acting(vec![get(BEN, "score"), get(CARO, "score")])
            .showing(Panel::Verdicts),
        Step::told(
            "The limits: everybody waits for the way to Oregon, and all rests on there being one leader. One that was replaced and does not \
             know it answers from the past; so before it answers, it must confirm that it still leads (Confirm reads), or hold a lease.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}
