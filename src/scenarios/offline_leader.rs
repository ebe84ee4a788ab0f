//! The offline shopping cart: two datacenters and your phone, which is a leader of its own and goes offline.
//!
//! You remove eggs on the phone while Ana sets them to 12 in Oregon: a conflict that nobody could avoid, found by
//! version vectors on reconnect and decided the same way at every replica.

use super::ground::{Ground, act, disconnect, reconnect, stream};
use super::{About, Expectation, Panel, Prediction, Scope, Script, Step, Until, Variant};
use crate::replication::delta::{Item, Mode};
use crate::replication::ids::NodeId;
use crate::replication::note::{ExchangeNote, Note};
use crate::simulation::command::Action;
use crate::simulation::setup::Setup;

const PHONE: u16 = 2;
const IRELAND_FOLLOWER: NodeId = NodeId(3);
const PHONE_NODE: NodeId = NodeId(4);

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
    is_told_for_first: true,
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

fn steps(_variant: &str) -> Vec<Step> {
    let mut steps = offline_steps();
    steps.extend(reconnect_steps());
    steps
}

fn offline_steps() -> Vec<Step> {
    vec![
        step(
            "At the end you will lose a write that was confirmed, and see why. One shopping cart, five replicas: a leader and a \
             follower in Oregon, the same in Ireland, and your phone. Each holds milk 2 and eggs 6. Each leader takes writes on \
             its own; the phone is a leader too.",
            Until::Now,
            Some(Panel::Carts),
        ),
        Step {
            actions: vec![disconnect(PHONE)],
            ..step("Your phone goes offline. Nothing passes between it and Oregon any more.", Until::Now, Some(Panel::Carts))
        },
        Step {
            actions: vec![
                act(0, Action::Remove { item: "milk".into() }),
                act(0, Action::Remove { item: eggs() }),
                act(0, Action::Add { item: "bread".into(), count: 1 }),
            ],
            ..step(
                "You go on shopping: you remove milk and eggs, and add bread. The phone answers at once: the three writes are safe \
                 in its store, and pending, because nobody else has them yet.",
                Until::Quiet,
                Some(Panel::Carts),
            )
        },
        Step {
            actions: vec![act(1, Action::Set { item: eggs(), quantity: 12 })],
            ..step(
                "Meanwhile Ana, in Oregon, sets the eggs to 12. Her leader answers at once; its follower applies the change \
                 some milliseconds later, Ireland after a trip across the ocean: that is replication lag. Your phone hears \
                 nothing of it.",
                Until::Noted(|node, note| node == IRELAND_FOLLOWER && matches!(note, Note::Applied(_))),
                Some(Panel::Carts),
            )
        },
        Step { prediction: Some(PREDICTION), ..step("Your phone is about to come back. Think first.", Until::Now, None) },
    ]
}

const PREDICTION: Prediction = Prediction {
    question: "You removed milk and eggs and added bread; Ana set the eggs to 12. What will the cart hold?",
    answers: &["Eggs 12 and bread 1", "Only bread 1", "Milk 2, eggs 12 and bread 1"],
    right: 0,
    because: "Nobody else touched the milk, so it stays removed. Ana set the eggs without having seen your removal, and this \
              cart keeps what somebody added or set meanwhile. Your bread joins them.",
};

fn reconnect_steps() -> Vec<Step> {
    vec![
        Step {
            actions: vec![reconnect(PHONE)],
            ..step(
                "The phone is back. Each side greets the other with its version vector, a list of what it knows, and then \
                 sends only what the other lacks: three writes one way, one the other.",
                Until::Noted(|node, note| node == PHONE_NODE && matches!(note, Note::Exchange(_, ExchangeNote::Opened { .. }))),
                Some(Panel::Events),
            )
        },
        step(
            "Two writes about the eggs meet: you removed them, Ana set them to 12, and neither of you had seen the other's \
             change. That is a conflict. The version vectors show it; no clock is asked.",
            Until::Noted(|_, note| matches!(note, Note::Conflict { item: Some(item), .. } if *item == eggs())),
            Some(Panel::Conflict),
        ),
        step(
            "Every replica decides it by the same rule, so all five agree without a vote: eggs 12, bread 1, no milk. Your \
             removal of the eggs was overruled by Ana's 12; the list of writes says so.",
            Until::Quiet,
            Some(Panel::Conflict),
        ),
        step(
            "Oregon holds your three writes in its store and has told your phone: nothing is pending any more, they are \
             confirmed. All replicas know the same writes, and their hashes are equal.",
            Until::Now,
            Some(Panel::Verdicts),
        ),
        step(
            "Now lose one yourself: under “How shall replicas decide?” press “Last write (cart)”. Ana's cart, written last, \
             replaces yours, and your confirmed bread is gone. The list below says why; the Verdicts tab, what that breaks.",
            Until::Now,
            Some(Panel::Conflict),
        ),
    ]
}
