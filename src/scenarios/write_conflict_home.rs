//! Conflict avoidance: every write of a key goes to its home leader, whoever makes it. No conflict as long as all agree who
//! is home; far users pay the way, and a home that is down or in doubt is the price. A lease decides the doubt.

use super::ground::{Ground, disconnect, node, put, reconnect, stream};
use super::leaders::{refusal, show, waited_ms, writes};
use super::{About, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Refusal;
use crate::replication::strategies::multi_leader_forward::{DELIVERY, FORWARDING, HOME, HOME_FENCING, HOME_SITE};
use crate::replication::time::SimDuration;
use crate::simulation::command::NodeCommand;
use crate::simulation::setup::Setup;

const OREGON: u16 = 0;
const IRELAND: u16 = 1;
/// Places in the lists of choices of the settings.
const DIRECT: u64 = 2;
const COMPARE: u64 = 1;
const BY_KEY: u64 = 1;

pub(super) const SCENARIO: Script = Script {
    seed: 9,
    setup,
    variants: &[
        Variant {
            id: "home",
            title: "Oregon is home",
            change: |setup| setup.dials.set(&HOME, BY_KEY),
            about: About::kept("no-lost-writes"),
        },
        Variant { id: "any-leader", title: "No home", change: |_| {}, about: About::broken("no-lost-writes") },
        Variant {
            id: "two-homes",
            title: "Two believe to be home",
            change: |setup| setup.dials.set(&HOME, BY_KEY),
            about: About::broken("no-lost-writes"),
        },
        Variant {
            id: "lease",
            title: "A home needs a lease",
            change: |setup| {
                setup.dials.set(&HOME, BY_KEY);
                setup.dials.set(&HOME_FENCING, 1);
            },
            about: About::kept("no-lost-writes"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "there is no conflict, and the leaders agree",
        scope: Scope::General,
        variants: &["home", "lease"],
        holds: |outcome| outcome.metrics.conflict_count == 0 && outcome.holds("convergence") == Some(true),
    },
    Expectation {
        claim: "Ana waits for her leader only, Ben for the way to Oregon and back",
        scope: Scope::General,
        variants: &["home"],
        holds: |outcome| waited(outcome, 0).is_some_and(|ms| ms < 10) && waited(outcome, 1).is_some_and(|ms| ms >= 120),
    },
    Expectation {
        claim: "while Oregon is down Ben is refused, though his own leader is up",
        scope: Scope::General,
        variants: &["home"],
        holds: |outcome| {
            outcome.operations(1).filter_map(refusal).eq([Refusal::Unreachable]) && writes(outcome, 1).len() == 2 && ends_at(outcome, 4)
        },
    },
    Expectation {
        claim: "without a home both are answered at once, and one write is lost",
        scope: Scope::General,
        variants: &["any-leader"],
        holds: |outcome| {
            let is_near = |session| waited(outcome, session).is_some_and(|ms| ms < 10);
            is_near(0) && is_near(1) && outcome.metrics.conflict_count == 1 && outcome.metrics.lost_count == 1 && ends_at(outcome, 2)
        },
    },
    Expectation {
        claim: "two homes accept writes of one record; Ana's is lost to the later term",
        scope: Scope::General,
        variants: &["two-homes"],
        holds: |outcome| {
            outcome.count_told("home-disagreement") > 0
                && outcome.metrics.lost_count == 1
                && ends_at(outcome, 2)
                && writes(outcome, 0).len() == 1
        },
    },
    Expectation {
        claim: "without its lease the old home refuses, and the new one accepts",
        scope: Scope::General,
        variants: &["lease"],
        holds: |outcome| {
            outcome.operations(0).filter_map(refusal).eq([Refusal::Unavailable]) && writes(outcome, 1).len() == 1 && ends_at(outcome, 3)
        },
    },
];

fn waited(outcome: &Outcome<'_>, session: u16) -> Option<u64> {
    outcome.operations(session).next().and_then(waited_ms)
}

fn ends_at(outcome: &Outcome<'_>, number: i64) -> bool {
    show(outcome, "limit", &[Some(number); 3])
}

fn setup() -> Setup {
    Ground::new("multi-leader-forward")
        .datacenter("Oregon", 1)
        .datacenter("Ireland", 1)
        .datacenter("Tokyo", 1)
        .link(0, 1, stream(60_000, 4_000))
        .link(0, 2, stream(50_000, 4_000))
        .link(1, 2, stream(100_000, 4_000))
        .person("Ana", OREGON, 2_000)
        .person("Ben", IRELAND, 2_000)
        .dial(&FORWARDING, DIRECT)
        .dial(&DELIVERY, COMPARE)
        .dial(&HOME_SITE, 1)
        .setup()
}

fn steps(variant: &str) -> Vec<Step> {
    match variant {
        "any-leader" => without_home(),
        "two-homes" => in_doubt(false),
        "lease" => in_doubt(true),
        _ => with_home(),
    }
}

fn with_home() -> Vec<Step> {
    vec![
        Step::told(
            "Three leaders. Each could take writes, but all writes of one record go to its home leader: here to Oregon. Others hand \
             the client on. Oregon to Ireland takes about 60 ms.",
            Until::Now,
        ),
        Step::told("Ana, in Oregon, and Ben, in Ireland, are about to change the same credit limit at the same moment.", Until::Now)
            .asking(Prediction {
                question: "Will there be a conflict?",
                answers: &["Yes, as always when two people write at once", "No"],
                right: 1,
                because: "Both writes are accepted by the same leader, and it puts them in an order.",
            }),
        Step::told(
            "No conflict. Ana was answered within a few milliseconds. Ben's request went to Oregon, so he waited for the ocean twice: \
             that is the price for far users. His 2 came after her 1, and all leaders show 2.",
            Until::Quiet,
        )
        .acting(vec![put(0, "limit", 1), put(1, "limit", 2)])
        .showing(Panel::Replica),
        Step::told(
            "Oregon crashes. Ben tries again and is refused: his own leader in Ireland is up, but it is not home. The record is \
             unavailable for writes.",
            Until::Quiet,
        )
        .acting(vec![node(OREGON, NodeCommand::Crash), put(1, "limit", 3)])
        .showing(Panel::Events),
        Step::told(
            "Oregon is back, and Ben's next write is accepted. Nothing that was acknowledged was lost, and there was never a conflict.",
            Until::Quiet,
        )
        .acting(vec![node(OREGON, NodeCommand::Restart), put(1, "limit", 4)])
        .showing(Panel::Verdicts),
        Step::told(
            "The home can be moved, in a new term, instead of waited for. Open the variants in which it moves: there the question is \
             whether the old home knows.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}

fn without_home() -> Vec<Step> {
    vec![
        Step::told(
            "Three leaders. Each takes writes of every record and sends them to the others; Oregon to Ireland takes about 60 ms.",
            Until::Now,
        ),
        Step::told("Ana, in Oregon, and Ben, in Ireland, are about to change the same credit limit at the same moment.", Until::Now)
            .asking(Prediction {
                question: "Who is answered within a few milliseconds?",
                answers: &["Both", "Ana only", "Nobody"],
                right: 0,
                because: "Each writes to the leader next to them, and that leader asks nobody.",
            }),
        Step::told(
            "Both were told ok at once. Then the writes met, and neither had seen the other: a conflict.",
            Until::Noted(|_, note| matches!(note, Note::Conflict { .. })),
        )
        .acting(vec![put(0, "limit", 1), put(1, "limit", 2)])
        .showing(Panel::Conflict),
        Step::told(
            "All leaders decide alike: equal timestamps, the higher id wins, 2. Ana's 1 was acknowledged and is lost.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told("Open the same with a home leader: one of the two will wait longer, and nothing will be lost.", Until::Now)
            .showing(Panel::Replica),
    ]
}

fn in_doubt(has_lease: bool) -> Vec<Step> {
    let mut steps = if has_lease { moved_with_lease() } else { moved_without() };
    steps.push(
        Step::told(
            if has_lease {
                "The price of the lease: a home that has moved takes no writes for about as long as the lease lasts, and a home that \
                 does not reach a majority takes none at all."
            } else {
                "A home avoids conflicts only as long as there is one. The old home must stop before the new one begins; by itself \
                 it cannot know when. Open the same with a lease."
            },
            Until::Now,
        )
        .showing(Panel::Faults),
    );
    steps
}

fn whose(right: usize, because: &'static str) -> Step {
    Step::told("Ana, in Oregon, and Ben, in Ireland, are about to change the limit.", Until::Now).asking(Prediction {
        question: "Whose write will be accepted?",
        answers: &["Ben's only", "Both", "Ana's only"],
        right,
        because,
    })
}

fn moved_without() -> Vec<Step> {
    vec![
        Step::told("Three leaders; Oregon is home of the credit limit. All writes of it go there.", Until::Now),
        Step::told(
            "Oregon is cut off, but it is up, and Ana can reach it. To the others it looks dead, so Ireland is made the home, in term \
             2. Oregon hears nothing of that.",
            Until::Noted(|node, note| node == NodeId(IRELAND) && matches!(note, Note::Promoted(_))),
        )
        .acting(vec![disconnect(OREGON), node(IRELAND, NodeCommand::Promote)])
        .showing(Panel::Faults),
        whose(1, "Each of the two leaders believes that it is home. Nothing makes Oregon doubt it."),
        Step::told("Both are told ok, Ana by the old home and Ben by the new one.", Until::Quiet)
            .acting(vec![put(0, "limit", 1), put(1, "limit", 2)])
            .showing(Panel::Replica),
        Step::told(
            "Oregon is back. The two writes meet, and had not seen each other: the conflict that homes were to avoid.",
            Until::Told("home-disagreement"),
        )
        .acting(vec![reconnect(OREGON)])
        .showing(Panel::Events),
        Step::told(
            "The later term wins everywhere: 2. Ana's 1 was acknowledged by a leader that was home no more, and is lost.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
    ]
}

fn moved_with_lease() -> Vec<Step> {
    vec![
        Step::told(
            "Three leaders; Oregon is home of the credit limit. It takes writes only while a majority of the leaders, itself among \
             them, has confirmed it within the last second: that is its lease. The first signs of life have been exchanged.",
            Until::After(SimDuration::from_ms(500)),
        ),
        Step::told(
            "Oregon is cut off, but it is up, and Ana can reach it. To the others it looks dead, so Ireland is made the home, in term \
             2. Oregon hears nothing of that.",
            Until::Noted(|node, note| node == NodeId(IRELAND) && matches!(note, Note::Promoted(_))),
        )
        .acting(vec![disconnect(OREGON), node(IRELAND, NodeCommand::Promote)])
        .showing(Panel::Faults),
        Step::told(
            "Time passes. Nobody confirms Oregon, and its lease runs out. Ireland has Tokyo's confirmation, but takes no writes \
             until a lease of the old home must be over.",
            Until::After(SimDuration::from_ms(2_500)),
        ),
        whose(0, "Oregon's lease is over: it knows that it may have been replaced, and refuses."),
        Step::told("Ana is refused, Ben is told ok. There is one home at a time.", Until::Quiet)
            .acting(vec![put(0, "limit", 1), put(1, "limit", 2)])
            .showing(Panel::Replica),
        Step::told(
            "Oregon is back and learns of term 2.",
            Until::Noted(|node, note| node == NodeId(OREGON) && matches!(note, Note::SteppedDown(..))),
        )
        .acting(vec![reconnect(OREGON)])
        .showing(Panel::Events),
        Step::told(
            "Ana tries again. Oregon names Ireland, and her 3 is accepted there, after Ben's 2. No conflict, nothing lost.",
            Until::Quiet,
        )
        .acting(vec![put(0, "limit", 3)])
        .showing(Panel::Verdicts),
    ]
}
