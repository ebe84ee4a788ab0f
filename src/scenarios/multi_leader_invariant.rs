//! What several leaders cannot do: keep a rule across writes, here that the last seat is sold once. Each checks the rule
//! against what it holds; only one place that orders all writes of the seat can keep it (a home leader, or a single one).

use super::ground::{Ground, act, get, stream};
use super::leaders::{fate, is_ok, refusal, shown, waited_ms, writes};
use super::{About, Constraint, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::checkers::{Evidence, Witness};
use crate::replication::delta::Value;
use crate::replication::note::Note;
use crate::replication::protocol::Refusal;
use crate::replication::strategies::multi_leader_forward::{DELIVERY, HOME, HOME_SITE};
use crate::replication::view::{Fate, Reason};
use crate::simulation::command::{Action, Command};
use crate::simulation::history::History;
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

const SEAT: &str = "seat 12A";
/// Places in the lists of choices of the settings.
const COMPARE: u64 = 1;
const BY_KEY: u64 = 1;

pub(super) const SCENARIO: Script = Script {
    seed: 5,
    setup,
    variants: &[
        Variant { id: "any-leader", title: "Every leader sells", change: |_| {}, about: About::broken("constraint:sold-once") },
        Variant {
            id: "home-leader",
            title: "One home leader sells",
            change: |setup| {
                setup.dials.set(&HOME, BY_KEY);
                setup.dials.set(&HOME_SITE, 1);
            },
            about: About::kept("constraint:sold-once"),
        },
    ],
    steps,
    constraints: &[Constraint {
        id: "constraint:sold-once",
        title: "Sold once",
        meaning: "at most one person was told that the seat is theirs",
        violations: sold_again,
    }],
    expectations: EXPECTATIONS,
};

/// Every sale after the first that was told "ok".
fn sold_again(_: &Snapshot, history: &History) -> Vec<Witness> {
    let sales: Vec<_> = (0..).zip(history.iter()).filter(|(_, operation)| &*operation.key.0 == SEAT && is_ok(operation)).collect();
    let again = sales.iter().skip(1).map(|(number, operation)| Witness {
        sentence: format!("{} was told ok, as {} was", Evidence::tell(operation), sales[0].1.author),
        operations: vec![sales[0].0, *number],
        dots: Vec::new(),
    });
    again.collect()
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "both are told ok, before anything has crossed the ocean",
        scope: Scope::General,
        variants: &["any-leader"],
        holds: |outcome| {
            let sold = [writes(outcome, 0), writes(outcome, 1)].concat();
            sold.len() == 2 && sold.iter().all(|sale| waited_ms(sale).is_some_and(|ms| ms < 10))
        },
    },
    Expectation {
        claim: "the leaders agree on Ben, and Ana's acknowledged write is lost by the tie-break",
        scope: Scope::General,
        variants: &["any-leader"],
        holds: |outcome| {
            let is_lost = |node| {
                let told = writes(outcome, 0).first().and_then(|sale| fate(outcome, node, sale));
                matches!(told, Some(Fate::Discarded { reason: Reason::LowerId, .. }))
            };
            let is_ben = |node| shown(outcome, node, SEAT) == Some(Value::Text("Ben".into()));
            (0..2).all(|node| is_ben(node) && is_lost(node))
                && outcome.holds("convergence") == Some(true)
                && outcome.holds("no-lost-writes") == Some(false)
        },
    },
    Expectation {
        claim: "Ana is told ok at once; Ben is refused after the way to Oregon and back",
        scope: Scope::General,
        variants: &["home-leader"],
        holds: |outcome| {
            let near = writes(outcome, 0).first().copied().and_then(waited_ms);
            let far = outcome.operations(1).find(|operation| operation.write.is_some());
            near.is_some_and(|ms| ms < 10)
                && far.and_then(refusal) == Some(Refusal::Unmet)
                && far.and_then(waited_ms).is_some_and(|ms| ms >= 120)
        },
    },
    Expectation {
        claim: "there is no conflict, and nothing that was acknowledged is lost",
        scope: Scope::General,
        variants: &["home-leader"],
        holds: |outcome| outcome.metrics.conflict_count == 0 && outcome.holds("no-lost-writes") == Some(true),
    },
];

fn setup() -> Setup {
    Ground::new("multi-leader-forward")
        .datacenter("Oregon", 1)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(60_000, 5_000))
        .person("Ana", 0, 2_000)
        .person("Ben", 1, 2_000)
        .dial(&DELIVERY, COMPARE)
        .setup()
}

/// Takes the seat if nobody has it.
fn buy(session: u16, name: &str) -> Command {
    act(session, Action::PutIf { key: SEAT.into(), expected: None, value: Value::Text(name.into()) })
}

fn question(has_home: bool) -> Prediction {
    Prediction {
        question: "How many of the two are told that the seat is theirs?",
        answers: &["Both", "One", "None"],
        right: usize::from(has_home),
        because: if has_home {
            "Only Oregon may sell this seat. It puts the two requests in an order, and the second one finds a name there."
        } else {
            "Each leader finds the seat free in what it holds, and neither can know what the other is doing at this moment."
        },
    }
}

fn steps(variant: &str) -> Vec<Step> {
    let has_home = variant == "home-leader";
    let mut steps = vec![
        Step::told(
            if has_home {
                "Two datacenters, one leader each, about 60 ms apart. One seat is left, 12A. The rule: it is sold once. Here \
                 Oregon is the home leader of the seat: all its writes go there, whoever makes them."
            } else {
                "Two datacenters, one leader each, about 60 ms apart. One seat is left, 12A. The rule: it is sold once. Each \
                 leader takes writes, and can check the rule only against what it holds itself."
            },
            Until::Now,
        ),
        Step::told(
            "Ana, in Oregon, and Ben, in Ireland, press Buy at the same moment. Both requests say: write my name, if nobody's \
             name is there.",
            Until::Now,
        )
        .asking(question(has_home)),
    ];
    steps.extend(if has_home { with_home() } else { without_home() });
    steps
}

fn without_home() -> Vec<Step> {
    vec![
        Step::told(
            "Both leaders found the seat free, wrote the name and answered ok within a few milliseconds. Only then did the two \
             writes cross the ocean. They had not seen each other: a conflict.",
            Until::Noted(|_, note| matches!(note, Note::Conflict { .. })),
        )
        .acting(vec![buy(0, "Ana"), buy(1, "Ben")])
        .showing(Panel::Events),
        Step::told(
            "Last write wins decides it. The timestamps are equal to the millisecond, so the higher id wins, and both leaders \
             show Ben. Ana was told ok and has no seat.",
            Until::Quiet,
        )
        .acting(vec![get(0, SEAT), get(1, SEAT)])
        .showing(Panel::Verdicts),
        Step::told(
            "No other way to decide repairs this. Keep Ana and Ben has no seat; keep both and there are two people in one seat. \
             The rule was broken when the second ok was said, before anything could be merged.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
        Step::told(
            "A unique user name is the same problem, and so is a balance that must not go below zero. Open the same with a home \
             leader, or sell more seats than you have.",
            Until::Now,
        )
        .showing(Panel::Replica),
    ]
}

fn with_home() -> Vec<Step> {
    vec![
        Step::told(
            "Oregon found the seat free and sold it to Ana within a few milliseconds. Ireland does not sell: it names Oregon, and \
             Ben's request goes there, finds Ana's name and is refused. He waited for the way there and back.",
            Until::Quiet,
        )
        .acting(vec![buy(0, "Ana"), buy(1, "Ben")])
        .showing(Panel::Events),
        Step::told("Both leaders show Ana. There was no conflict, and everybody was told the truth.", Until::Quiet)
            .acting(vec![get(0, SEAT), get(1, SEAT)])
            .showing(Panel::Verdicts),
        Step::told(
            "The price: everybody outside of Oregon waits for the ocean, and while Oregon is out of reach nobody in Ireland can buy. A \
             single leader for everything is the same with one home for all keys. Two leaders that both believe to be the home \
             sell twice again: a home that moves needs a lease.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
        Step::told("Now you do it: open the same with every leader selling, or cut the link and let Ben try.", Until::Now)
            .showing(Panel::Faults),
    ]
}
