//! Asking a person: of a conflict both versions are kept, with what they started from, until somebody who has seen them
//! decides. The decision is a write like any other; a version that it had not seen opens the question again.

use super::ground::{Ground, act, stream};
use super::leaders::{all_hold, greeted, writes};
use super::{About, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::delta::Mode;
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::view::{Conflict, SideValue};
use crate::simulation::command::{Action, Command};
use crate::simulation::setup::Setup;

const OREGON: NodeId = NodeId(0);
const IRELAND: NodeId = NodeId(1);

pub(super) const SCENARIO: Script = Script {
    seed: 8,
    setup,
    variants: &[
        Variant { id: "ask", title: "Ask a person", change: |_| {}, about: About::kept("no-lost-writes") },
        Variant { id: "meanwhile", title: "Another version arrives meanwhile", change: |_| {}, about: About::kept("no-lost-writes") },
        Variant {
            id: "last-write",
            title: "Nobody is asked: last write wins",
            change: |setup| setup.mode = Mode::LastWrite,
            about: About::broken("no-lost-writes"),
        },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the question shows the base and both sides, with their authors",
        scope: Scope::General,
        variants: &["ask", "meanwhile"],
        holds: |outcome| {
            let sides = [("Ana", SideValue::Quantity(12)), ("Ben", SideValue::Absent)];
            question(outcome, 0).is_some_and(|asked| is_about(&asked, &SideValue::Quantity(6), &sides))
        },
    },
    Expectation {
        claim: "Ana decides to remove the eggs, and that is the end of it",
        scope: Scope::General,
        variants: &["ask"],
        holds: |outcome| all_hold(outcome, &[]) && is_settled(outcome) && writes(outcome, 0).len() == 2,
    },
    Expectation {
        claim: "Ben's 3, unseen by Ana when she decided, opens the question again; he decides it",
        scope: Scope::General,
        variants: &["meanwhile"],
        holds: |outcome| {
            let again = question(outcome, 1).is_some_and(|asked| asked.is_open && asked.sides.len() == 2);
            let count = outcome.count_notes(|note| matches!(note, Note::Conflict { .. }));
            again && count >= 4 && all_hold(outcome, &[("eggs", 3)]) && is_settled(outcome)
        },
    },
    Expectation {
        claim: "without a question Ana's 12 is discarded",
        scope: Scope::General,
        variants: &["last-write"],
        holds: |outcome| all_hold(outcome, &[]) && outcome.metrics.lost_count == 1,
    },
    Expectation {
        claim: "the leaders agree, and every write is accounted for",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("convergence") == Some(true) && outcome.holds("accounted-for") == Some(true),
    },
];

/// The open conflict that a person's look showed.
fn question(outcome: &Outcome<'_>, session: u16) -> Option<Conflict> {
    let shown = |reply: &Reply| match reply {
        Reply::State { decided, .. } => decided.conflicts.iter().find(|conflict| conflict.is_open).cloned(),
        _ => None,
    };
    outcome.operations(session).filter_map(|operation| operation.closed.as_ref()).find_map(|(_, reply)| shown(reply))
}

fn is_about(asked: &Conflict, base: &SideValue, sides: &[(&str, SideValue)]) -> bool {
    let shown: Vec<(&str, SideValue)> = asked.sides.iter().map(|side| (&*side.author.0, side.value.clone())).collect();
    asked.base == *base && shown == sides && asked.sides.windows(2).all(|pair| pair[0].stamp < pair[1].stamp)
}

/// Whether no leader asks anything any more.
fn is_settled(outcome: &Outcome<'_>) -> bool {
    let replicas = outcome.snapshot.nodes.iter().filter_map(|node| node.replica.as_ref());
    replicas.flat_map(|replica| replica.records.values()).all(|record| record.conflicts.is_empty())
}

fn setup() -> Setup {
    Ground::new("multi-leader-sync")
        .datacenter("Oregon", 1)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(60_000, 5_000))
        .person("Ana", 0, 2_000)
        .person("Ben", 1, 2_000)
        .mode(Mode::Ask)
        .in_cart("eggs", 6)
        .setup()
}

fn decide(session: u16, quantity: u32) -> [Command; 2] {
    [act(session, Action::Look), act(session, Action::Resolve { item: "eggs".into(), quantity })]
}

fn conflict() -> Until {
    Until::Noted(|_, note| matches!(note, Note::Conflict { .. }))
}

fn steps(variant: &str) -> Vec<Step> {
    let asks = variant != "last-write";
    let mut steps = vec![
        Step::told(
            if asks {
                "One cart at two leaders, about 60 ms apart: eggs 6. When two writes that had not seen each other meet, both are \
                 kept and a person is asked."
            } else {
                "One cart at two leaders, about 60 ms apart: eggs 6. When two writes that had not seen each other meet, the later \
                 one is kept and nobody is asked."
            },
            greeted(),
        )
        .showing(Panel::Carts),
        Step::told("Ana, in Oregon, sets the eggs to 12.", Until::Noted(|node, note| node == OREGON && matches!(note, Note::Accepted(_))))
            .acting(vec![act(0, Action::Set { item: "eggs".into(), quantity: 12 })])
            .showing(Panel::Carts),
        Step::told(
            "A moment later Ben, in Ireland, who still saw 6, removed them. Both were told ok. Now the two writes meet.",
            conflict(),
        )
        .acting(vec![act(1, Action::Remove { item: "eggs".into() })])
        .showing(Panel::Carts),
        Step::told("Both leaders will hold both writes.", Until::Now).asking(Prediction {
            question: "What will the cart show?",
            answers: &["Eggs 12, marked as open", "No eggs", "Eggs 6"],
            right: usize::from(!asks),
            because: if asks {
                "Nothing is decided yet. Until somebody does, the line shows its largest version and says that it is open."
            } else {
                "Ben's removal carries the later timestamp."
            },
        }),
    ];
    match variant {
        "last-write" => steps.extend(not_asked()),
        "meanwhile" => steps.extend(asked_twice()),
        _ => steps.extend(asked()),
    }
    steps
}

fn open() -> Step {
    Step::told(
        "Both leaders show the question: Ana, eggs 12; Ben, eggs removed; both started from 6; and when each of them wrote. Nothing \
         is lost, and nothing is decided.",
        Until::Quiet,
    )
    .showing(Panel::Conflict)
}

fn asked() -> Vec<Step> {
    vec![
        open(),
        Step::told(
            "Ana looks at both versions and decides for the removal: to have none is one of the choices. Her decision is a write that \
             has seen both versions, and so replaces both. Ireland has it.",
            Until::Noted(|node, note| node == IRELAND && matches!(note, Note::Applied(_))),
        )
        .acting(decide(0, 0).to_vec())
        .showing(Panel::Conflict),
        Step::told("No eggs, at both leaders, and no question any more. Nothing that was acknowledged was lost unseen.", Until::Quiet)
            .showing(Panel::Verdicts),
        Step::told(
            "The price: until somebody decides, the cart is not settled, and nobody may ever look. Open the variant in which another \
             write arrives while Ana decides.",
            Until::Now,
        )
        .showing(Panel::Carts),
    ]
}

fn asked_twice() -> Vec<Step> {
    let mut both = decide(0, 12).to_vec();
    both.push(act(1, Action::Set { item: "eggs".into(), quantity: 3 }));
    vec![
        open(),
        Step::told(
            "Ana looked at both versions and decided for 12. At the same time Ben, who had not heard of her decision, set the eggs to \
             3. The two meet, and neither had seen the other: the question is open again.",
            conflict(),
        )
        .acting(both)
        .showing(Panel::Conflict),
        Step::told(
            "Now the versions are Ana's 12 and Ben's 3; the first two are settled, for both writers had seen them. A decision counts \
             for what it had seen and for nothing else.",
            Until::Quiet,
        )
        .showing(Panel::Conflict),
        Step::told("Ben looks, and decides for 3. Nobody writes meanwhile, and both leaders hold eggs 3.", Until::Quiet)
            .acting(decide(1, 3).to_vec())
            .showing(Panel::Verdicts),
        Step::told("Open the same with last write wins and see what nobody is asked about.", Until::Now).showing(Panel::Verdicts),
    ]
}

fn not_asked() -> Vec<Step> {
    vec![
        Step::told(
            "No eggs, at both leaders. Ana was told ok, and her 12 is discarded for an older timestamp. It stands in the list of \
             writes; no one was asked to look there.",
            Until::Quiet,
        )
        .showing(Panel::Conflict),
        Step::told("Open the same with a person who is asked.", Until::Now).showing(Panel::Verdicts),
    ]
}
