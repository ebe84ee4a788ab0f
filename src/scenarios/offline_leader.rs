//! The offline shopping cart: two datacenters and your phone, which is a leader of its own and goes offline.
//!
//! You add bread and remove eggs on the phone while Ana sets the eggs to 12 in Oregon: a conflict that nobody could avoid,
//! found by version vectors on reconnect and decided the same way at every replica; how, and what it costs, is the variants'
//! matter.

use super::ground::{Ground, act, disconnect, reconnect, stream};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::delta::{Item, Mode};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::simulation::command::Action;
use crate::simulation::setup::Setup;

const PHONE: u16 = 2;
const IRELAND_FOLLOWER: NodeId = NodeId(3);

pub(super) const SCENARIO: Script = Script {
    seed: 7,
    setup,
    variants: &[
        Variant {
            id: "add-wins",
            title: "Merge by item (add wins)",
            change: |setup| setup.mode = Mode::AddWins,
            about: About::kept("accounted-for"),
        },
        Variant {
            id: "naive-union",
            title: "Naive union: removed items return",
            change: |setup| setup.mode = Mode::NaiveUnion,
            about: About::broken("no-lost-writes"),
        },
        Variant {
            id: "last-write",
            title: "Last write wins, whole cart",
            change: |setup| setup.mode = Mode::LastWrite,
            about: About::broken("no-lost-writes"),
        },
        Variant {
            id: "last-write-line",
            title: "Last write wins, line by line",
            change: |setup| setup.mode = Mode::LastWriteLine,
            about: About::broken("no-lost-writes"),
        },
        Variant { id: "ask", title: "Ask a person", change: |setup| setup.mode = Mode::Ask, about: About::kept("no-lost-writes") },
    ],
    steps,
    constraints: &[],
    expectations: EXPECTATIONS,
};

const EXPECTATIONS: &[Expectation] = &[
    Expectation {
        claim: "the replicas agree in the end",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("convergence") == Some(true),
    },
    Expectation {
        claim: "one conflict is found",
        scope: Scope::Pinned,
        variants: &[],
        holds: |outcome| outcome.metrics.conflict_count == 1,
    },
    Expectation {
        claim: "nothing that was acknowledged goes missing without being listed",
        scope: Scope::General,
        variants: &[],
        holds: |outcome| outcome.holds("accounted-for") == Some(true),
    },
];

fn setup() -> Setup {
    Ground::new("multi-leader-sync")
        .datacenter("Oregon", 2)
        .datacenter("Ireland", 2)
        .device("Your phone")
        .link(0, 1, stream(62_000, 6_000))
        .link(2, 0, stream(38_000, 3_000))
        .inside(stream(5_000, 3_000))
        .person("You", 2, 0)
        .person("Ana", 0, 2_000)
        .person("Ben", 1, 2_000)
        .mode(Mode::AddWins)
        .in_cart("milk", 2)
        .in_cart("eggs", 6)
        .setup()
}

fn eggs() -> Item {
    "eggs".into()
}

fn step(text: &'static str, until: Until, panel: Option<Panel>) -> Step {
    Step { text, actions: Vec::new(), until, prediction: None, panel }
}

fn steps(variant: &str) -> Vec<Step> {
    let Told { prediction, conflict, last } = told(variant);
    let mut steps = offline_steps();
    steps.push(Step { prediction: Some(prediction), ..step("Your phone is about to come back. Think first.", Until::Now, None) });
    steps.push(Step { actions: vec![reconnect(PHONE)], ..step(conflict, Until::Quiet, Some(Panel::Conflict)) });
    steps.push(step(last, Until::Now, Some(Panel::Conflict)));
    steps
}

fn offline_steps() -> Vec<Step> {
    vec![
        step(
            "One shopping cart, five replicas, which are copies of it: a leader and a follower in Oregon, the same in Ireland, and \
             your phone, a leader of its own. Each holds milk 2 and eggs 6. Watch what becomes of the bread that you will add.",
            Until::Now,
            Some(Panel::Carts),
        ),
        Step {
            actions: vec![
                disconnect(PHONE),
                act(0, Action::Add { item: "bread".into(), count: 1 }),
                act(0, Action::Remove { item: "milk".into() }),
                act(0, Action::Remove { item: eggs() }),
            ],
            ..step(
                "Your phone goes offline, and you go on shopping: you add bread, and remove milk and eggs. The phone stores that \
                 at once and answers ok, without asking anybody. Nobody else knows it yet: it is pending.",
                Until::Quiet,
                Some(Panel::Carts),
            )
        },
        Step {
            actions: vec![act(1, Action::Set { item: eggs(), quantity: 12 })],
            ..step(
                "Meanwhile Ana, in Oregon, sets the eggs to 12. Her leader stores that at once; Ireland hears of it later: that is \
                 replication lag. Your phone hears nothing.",
                Until::Noted(|node, note| node == IRELAND_FOLLOWER && matches!(note, Note::Applied(_))),
                Some(Panel::Carts),
            )
        },
    ]
}

/// What a variant makes of the two carts, told.
struct Told {
    prediction: Prediction,
    conflict: &'static str,
    last: &'static str,
}

/// What the cart may hold in the end.
const UNION: &str = "Eggs 12 and bread 1";
const ALL: &str = "Milk 2, eggs 12 and bread 1";
const ANAS: &str = "Milk 2 and eggs 12";
const YOURS: &str = "Only bread 1";

const LOSE: &str = "Now lose the bread: under “How shall replicas decide?” press “Last write (cart)”. Ana's cart, written last, \
                    replaces yours as a whole. The list says so.";

fn told(variant: &str) -> Told {
    match variant {
        "last-write" => LAST_WRITE,
        "last-write-line" => LAST_WRITE_LINE,
        "naive-union" => NAIVE_UNION,
        "ask" => ASK,
        _ => ADD_WINS,
    }
}

const LAST_WRITE: Told = Told {
    prediction: Prediction {
        question: "Here the whole cart that was written last, Ana's, replaces the other one. What will the cart hold?",
        answers: &[UNION, ANAS, YOURS],
        right: 1,
        because: "Ana's cart never had your bread, nor your removals, and it replaces yours as a whole.",
    },
    conflict: "You and Ana changed the cart without having seen each other's write: that is a conflict. Every replica \
               decides it by the same rule, and Ana's cart has the later timestamp. Your bread, to which the phone had \
               answered ok, is gone: a lost write. The list “What became of every write” says so.",
    last: "Now decide it otherwise: under “How shall replicas decide?” press “Add-wins”. The carts are merged item by item \
           then, and your bread is back. Press “Last write (cart)”, and you lose it again.",
};

const LAST_WRITE_LINE: Told = Told {
    prediction: Prediction {
        question: "Here the last write wins, item by item. What will the cart hold?",
        answers: &[UNION, ANAS, YOURS],
        right: 0,
        because: "Ana wrote last about the eggs, you about the milk and the bread.",
    },
    conflict: "You and Ana changed the eggs without having seen each other's write: that is a conflict. Every replica \
               decides it by the same rule, and Ana's 12 has the later timestamp. Your removal of the eggs, to which the \
               phone had answered ok, is lost. The list “What became of every write” says so.",
    last: LOSE,
};

const NAIVE_UNION: Told = Told {
    prediction: Prediction {
        question: "Here every item that stands in either cart is kept. What will the cart hold?",
        answers: &[UNION, ALL, YOURS],
        right: 1,
        because: "The milk that you removed still stands in Ana's cart, so it comes back.",
    },
    conflict: "You and Ana changed the cart without having seen each other's write: that is a conflict. Every replica keeps \
               what stands in either cart, and the milk that you removed is back: a lost write. The list “What became of \
               every write” says so.",
    last: LOSE,
};

const ASK: Told = Told {
    prediction: Prediction {
        question: "Here a person decides about what is in conflict. What will the cart hold until then?",
        answers: &[UNION, ANAS, YOURS],
        right: 0,
        because: "Only the eggs are in conflict. They are shown until somebody decides, so that nothing is lost.",
    },
    conflict: "You and Ana changed the eggs without having seen each other's write: that is a conflict. No replica decides it: \
               the eggs are marked until a person does, and nothing is lost.",
    last: LOSE,
};

const ADD_WINS: Told = Told {
    prediction: Prediction {
        question: "Here carts are merged item by item, and what somebody set stays, unless a removal had seen it. What will \
                   the cart hold?",
        answers: &[UNION, YOURS, ALL],
        right: 0,
        because: "Nobody else touched the milk, so it stays removed. Ana set the eggs without having seen your removal, so \
                  they stay. Your bread joins them.",
    },
    conflict: "You and Ana changed the eggs without having seen each other's write: that is a conflict. Every replica \
               decides it by the same rule, so all five agree: eggs 12, bread 1, no milk. Your removal of the eggs was \
               overruled. The list “What became of every write” says so.",
    last: LOSE,
};
