//! Merging both sides of a conflict: the shopping cart. The union of the items brings removed ones back; the add-wins map
//! (Shapiro et al. 2011) knows what a remove had seen, and drops just that.

use super::ground::{Ground, act, stream};
use super::leaders::{all_hold, cart, dot, fate, greeted, is_ok};
use super::{About, Assumption, Constraint, Expectation, Outcome, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::checkers::{Evidence, Witness};
use crate::replication::delta::{Item, LineChange, Mode, Operation};
use crate::replication::note::Note;
use crate::replication::view::{Content, Fate, Reason};
use crate::simulation::command::{Action, Command};
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

pub(super) const SCENARIO: Script = Script {
    seed: 6,
    setup,
    variants: &[
        Variant {
            id: "naive-union",
            title: "Union of the items",
            change: |setup| setup.mode = Mode::NaiveUnion,
            about: About::broken("constraint:stays-removed"),
        },
        Variant {
            id: "add-wins",
            title: "Add-wins map",
            change: |_| {},
            about: About::kept_while(
                "constraint:stays-removed",
                Assumption {
                    words: "nobody adds or sets the item at the same time",
                    is_met: |outcome| removals(outcome.session.history()).all(|(_, remove)| rivals(outcome, remove) == 0),
                    outside: None,
                },
            ),
        },
        Variant {
            id: "same-item",
            title: "Add-wins map, both change one item",
            change: |_| {},
            about: About::broken("constraint:stays-removed"),
        },
    ],
    steps,
    constraints: &[Constraint {
        id: "constraint:stays-removed",
        title: "Removed items stay out",
        meaning: "an item that was removed is in no cart, unless somebody who knew of that put it back",
        violations: returned,
    }],
    expectations: EXPECTATIONS,
};

/// The acknowledged removes, with their numbers.
fn removals(history: &History) -> impl Iterator<Item = (u64, &OperationRecord)> {
    let is_removal = |operation: &OperationRecord| matches!(operation.write, Some(Operation::Cart(_, LineChange::Remove(_))));
    (0..).zip(history.iter()).filter(move |(_, operation)| is_ok(operation) && is_removal(operation))
}

const fn item(operation: &OperationRecord) -> Option<&Item> {
    match &operation.write {
        Some(Operation::Cart(item, _)) => Some(item),
        _ => None,
    }
}

/// Adds and sets of the same item, of which neither knew of the other.
fn rivals(outcome: &Outcome<'_>, remove: &OperationRecord) -> usize {
    let has_seen = |later: &OperationRecord, earlier: &OperationRecord| dot(earlier).is_some_and(|dot| later.context.covers(dot));
    let puts = outcome.session.history().iter().filter(|other| item(other) == item(remove) && puts_in(other));
    puts.filter(|other| !has_seen(other, remove) && !has_seen(remove, other)).count()
}

const fn puts_in(operation: &OperationRecord) -> bool {
    matches!(operation.write, Some(Operation::Cart(_, LineChange::Add(_) | LineChange::Set(..)))) && is_ok(operation)
}

fn returned(snapshot: &Snapshot, history: &History) -> Vec<Witness> {
    let contents = || snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).flat_map(|replica| replica.records.values());
    let holds = |item: &Item| contents().any(|record| matches!(&record.content, Content::Cart(lines) if lines.contains_key(item)));
    let is_put_back = |remove: &OperationRecord| {
        let knew = |later: &OperationRecord| dot(remove).is_some_and(|dot| later.context.covers(dot));
        history.iter().any(|later| item(later) == item(remove) && puts_in(later) && knew(later))
    };
    let back = removals(history).filter(|(_, remove)| item(remove).is_some_and(holds) && !is_put_back(remove));
    let witness = back.map(|(number, remove)| Witness {
        sentence: format!("{}, and it is in the cart again", Evidence::tell(remove)),
        operations: vec![number],
        dots: dot(remove).into_iter().collect(),
    });
    witness.collect()
}

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the milk that Ana removed is back",
        scope: Scope::General,
        variants: &["naive-union"],
        holds: |outcome| all_hold(outcome, &[("bread", 1), ("milk", 2)]) && removal_of_milk_was(outcome, Reason::UnionKeeps),
    },
    Expectation {
        claim: "the milk stays removed, the bread is there, nothing is lost",
        scope: Scope::General,
        variants: &["add-wins"],
        holds: |outcome| all_hold(outcome, &[("bread", 1)]) && outcome.holds("no-lost-writes") == Some(true),
    },
    Expectation {
        claim: "Ben's 3 milk stay, and Ana's removal is listed as overruled",
        scope: Scope::General,
        variants: &["same-item"],
        holds: |outcome| all_hold(outcome, &[("milk", 3)]) && removal_of_milk_was(outcome, Reason::AddWins),
    },
    Expectation {
        claim: "the one egg that both took out is out: no quantity is below zero, and none wraps around",
        scope: Scope::General,
        variants: &["naive-union", "add-wins"],
        holds: |outcome| (0..2).all(|node| !cart(outcome, node).contains_key(&Item::from("eggs"))),
    },
    Expectation {
        claim: "the leaders agree, and every write is accounted for",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("convergence") == Some(true) && outcome.holds("accounted-for") == Some(true),
    },
];

/// Whether both leaders list Ana's removal of the milk as overruled, for this reason.
fn removal_of_milk_was(outcome: &Outcome<'_>, reason: Reason) -> bool {
    let remove = outcome.operations(0).find(|operation| item(operation) == Some(&Item::from("milk")));
    let is_overruled = |node| {
        let told = remove.and_then(|remove| fate(outcome, node, remove));
        matches!(told, Some(Fate::Overruled { reason: why, .. }) if why == reason)
    };
    (0..2).all(is_overruled)
}

fn setup() -> Setup {
    Ground::new("multi-leader-sync")
        .datacenter("Oregon", 1)
        .datacenter("Ireland", 1)
        .link(0, 1, stream(60_000, 5_000))
        .person("Ana", 0, 2_000)
        .person("Ben", 1, 2_000)
        .mode(Mode::AddWins)
        .in_cart("milk", 2)
        .in_cart("eggs", 1)
        .setup()
}

fn edits() -> Vec<Command> {
    vec![
        act(0, Action::Remove { item: "milk".into() }),
        act(1, Action::Add { item: "bread".into(), count: 1 }),
        act(0, Action::Decrease { item: "eggs".into() }),
        act(1, Action::Decrease { item: "eggs".into() }),
    ]
}

fn conflict() -> Until {
    Until::Noted(|_, note| matches!(note, Note::Conflict { .. }))
}

fn steps(variant: &str) -> Vec<Step> {
    match variant {
        "same-item" => same_item(),
        _ => merged(variant == "naive-union"),
    }
}

fn merged(is_union: bool) -> Vec<Step> {
    vec![
        Step::told(
            if is_union {
                "One cart at two leaders, about 60 ms apart: milk 2 and eggs 1. Of two versions of the cart, every item that one \
                 of them has is kept, with the larger quantity: the union."
            } else {
                "One cart at two leaders, about 60 ms apart: milk 2 and eggs 1. The cart is an add-wins map: a remove drops what its \
                 writer had seen of the item, and nothing else."
            },
            greeted(),
        )
        .showing(Panel::Carts),
        Step::told(
            "Ana, in Oregon, removed the milk and the one egg. At the same time Ben, in Ireland, added bread and took out the one egg \
             as well. All four were told ok. Now the two writes about the egg have met.",
            conflict(),
        )
        .acting(edits())
        .showing(Panel::Carts),
        Step::told("Both leaders will hold all four writes, and merge them.", Until::Now).asking(Prediction {
            question: "What will the cart hold?",
            answers: &["Bread 1", "Bread 1 and milk 2", "Milk 2"],
            right: usize::from(is_union),
            because: if is_union {
                "Ben's version of the cart still has the milk. A union cannot tell an item that Ben kept from one that Ana \
                 removed."
            } else {
                "Ana's remove drops the milk that she had seen, and Ben added none. Nobody touched his bread."
            },
        }),
        Step::told(
            if is_union {
                "Both hold bread 1 and milk 2. The milk is back, although Ana was told that it was removed; the list of writes says \
                 that the union overruled her."
            } else {
                "Both hold bread 1. The milk stays out, the bread is in: all four writes have their effect."
            },
            Until::Quiet,
        )
        .showing(Panel::Conflict),
        Step::told(
            "The egg: each took one out, and there was one. Had the cart counted minus one twice, it would hold minus one egg. What \
             was written is that the line is gone, so it is gone, and not less than that.",
            Until::Now,
        )
        .showing(Panel::Carts),
        Step::told(
            if is_union {
                "Open the same with the add-wins map."
            } else {
                "The limit: this holds while nobody adds or sets an item that somebody else removes. Open the variant in which both \
                 change the milk."
            },
            Until::Now,
        )
        .showing(Panel::Conflict),
    ]
}

fn same_item() -> Vec<Step> {
    vec![
        Step::told("One cart at two leaders, about 60 ms apart: milk 2 and eggs 1. The cart is an add-wins map.", greeted())
            .showing(Panel::Carts),
        Step::told(
            "Ana, in Oregon, removed the milk; at the same time Ben, in Ireland, set it to 3. Ana also took out the one egg. Now the \
             writes about the milk have met: a conflict on one line.",
            Until::Noted(|_, note| matches!(note, Note::Conflict { item: Some(item), .. } if *item.0 == *"milk")),
        )
        .acting(vec![
            act(0, Action::Remove { item: "milk".into() }),
            act(1, Action::Set { item: "milk".into(), quantity: 3 }),
            act(0, Action::Remove { item: "eggs".into() }),
        ])
        .showing(Panel::Conflict),
        Step::told("No merge can do what both of them want.", Until::Now).asking(Prediction {
            question: "How much milk will be in the cart?",
            answers: &["None", "2", "3"],
            right: 2,
            because: "Ana's remove drops the 2 that she had seen. She had not seen the 3, so they stay: what is added or set wins.",
        }),
        Step::told(
            "Both hold milk 3. Ana's removal was overruled, and the list of writes says so, with Ben's name. Her removal of the egg, \
             which nobody else touched, holds.",
            Until::Quiet,
        )
        .showing(Panel::Conflict),
        Step::told(
            "A merge prefers the same side every time; this one prefers to keep an item. Where a person should choose, keep both \
             versions and ask.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]
}
