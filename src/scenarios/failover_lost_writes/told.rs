//! What is told, variant by variant.

use super::super::ground::{disconnect, get, node, reconnect, say};
use super::super::group::next_heartbeat;
use super::super::{Panel, Prediction, Step, Until};
use super::{ANA, BEN, CARO, IRELAND, OHIO, OREGON};
use crate::replication::ids::{Lsn, NodeId};
use crate::replication::note::Note;
use crate::replication::time::SimDuration;
use crate::simulation::command::{Command, NodeCommand};

/// Where the second of the two orders stands in the log.
const SECOND_ORDER: u64 = 3;

fn orders() -> Vec<Command> {
    vec![say(ANA, "order 2", "tea"), say(CARO, "order 3", "coffee")]
}

fn reads() -> Vec<Command> {
    vec![get(BEN, "order 1"), get(BEN, "order 2"), get(BEN, "order 3")]
}

pub(super) fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![Step::told(introduction(variant), Until::Now), first_order(variant)];
    steps.extend(match variant {
        "fallback" => fallback(),
        "double-failure" => double_failure(),
        "majority" => majority(),
        _ => asynchronous(),
    });
    steps
}

fn introduction(variant: &str) -> &'static str {
    match variant {
        "fallback" => {
            "Oregon leads. It waits for one follower, Ohio, about 25 ms away, before it answers a write; for half a second at most, then it \
             goes on without. Ireland, about 65 ms away, is asynchronous."
        }
        "double-failure" => {
            "Oregon leads. It waits for one follower, Ohio, about 25 ms away, before it answers a write, however long that takes. Ireland, \
             about 65 ms away, is asynchronous."
        }
        "majority" => {
            "Oregon leads. It answers a write once a majority holds it: two of three. Ohio is about 25 ms away, Ireland about 65 ms. If the \
             leader is lost, the two others vote for a new one."
        }
        _ => {
            "Oregon leads and answers a write once its own store has it. Ohio, about 25 ms away, and Ireland, about 65 ms away, receive its \
             log a moment later."
        }
    }
}

fn first_order(variant: &str) -> Step {
    let text = match variant {
        "asynchronous" => "Ana orders sugar: order 1. She is told ok after about 1.5 ms. By now all three have it.",
        _ => "Ana orders sugar: order 1. She is told ok after about 53 ms, when Ohio has acknowledged it. By now all three have it.",
    };
    Step::told(text, Until::Quiet).acting(vec![say(ANA, "order 1", "sugar")]).showing(Panel::Replica)
}

fn accepted(_: NodeId, note: &Note) -> bool {
    matches!(note, Note::Accepted(dot) if dot.counter == SECOND_ORDER)
}

fn is_promoted(_: NodeId, note: &Note) -> bool {
    matches!(note, Note::Promoted(_))
}

fn has_dropped(node: NodeId, note: &Note) -> bool {
    node == NodeId(OREGON) && matches!(note, Note::TailDiscarded(..))
}

fn asynchronous() -> Vec<Step> {
    let mut steps = vec![
        Step::told("Ana and Caro are about to order tea and coffee. A moment after their ok, Oregon will crash.", Until::Now).asking(
            Prediction {
                question: "Ohio becomes the leader. Which orders will it have?",
                answers: &["All three", "Order 1 only", "None"],
                right: 1,
                because: "Orders 2 and 3 are acknowledged before they have arrived anywhere else.",
            },
        ),
        Step::told(
            "The leader has stored both orders, and its ok is on the way to Ana and Caro. The log entries are on their way too, and have \
             much further to go.",
            Until::Noted(accepted),
        )
        .acting(orders())
        .showing(Panel::Events),
        Step::told(
            "Oregon crashes, and its connections break: what was on them never arrives. Somebody promotes Ohio, which leads in term 2. It \
             has never heard of orders 2 and 3.",
            Until::Noted(is_promoted),
        )
        .acting(vec![node(OREGON, NodeCommand::Crash), node(OHIO, NodeCommand::Promote)])
        .showing(Panel::Faults),
    ];
    steps.extend(returns(vec![node(OREGON, NodeCommand::Restart)]));
    steps.push(
        Step::told(
            "How much is lost depends on the write rate and the lag: on average one times the other. At 100 writes per second and 30 ms \
             that is three orders for each failover.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    );
    steps
}

fn fallback() -> Vec<Step> {
    let mut steps = vec![
        Step::told("Oregon's links are about to break. Then Ana and Caro will order tea and coffee.", Until::Now).asking(Prediction {
            question: "What will the two be told?",
            answers: &["ok, after half a second", "Nothing, until a link works again", "That the write is refused"],
            right: 0,
            because: "A leader that falls back prefers to go on: an ok without a second copy rather than no ok (MySQL does so after 10 s).",
        }),
        Step::told(
            "Nobody acknowledged for half a second. The leader goes on asynchronously, and tells both ok. Neither order has a second copy.",
            Until::Told("fell-back"),
        )
        .acting([vec![disconnect(OREGON)], orders()].concat())
        .showing(Panel::Events),
        Step::told(
            "The ok reaches both. Nothing on their side tells it from the ok of order 1.",
            Until::After(SimDuration::from_ms(5)),
        )
        .showing(Panel::Replica),
        Step::told(
            "Oregon crashes. Its links work again, but that is too late. Somebody promotes Ohio, which leads in term 2 and has order 1 only.",
            Until::Noted(is_promoted),
        )
        .acting(vec![node(OREGON, NodeCommand::Crash), reconnect(OREGON), node(OHIO, NodeCommand::Promote)])
        .showing(Panel::Faults),
    ];
    steps.extend(returns(vec![node(OREGON, NodeCommand::Restart)]));
    steps.push(
        Step::told(
            "Semi-synchronous with a timeout promises a second copy only while no timeout strikes. Without one (PostgreSQL has none) the \
             two would have waited.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    );
    steps
}

fn double_failure() -> Vec<Step> {
    let mut steps = vec![
        Step::told(
            "Ana and Caro order tea and coffee. Ohio has stored both orders, and acknowledges them.",
            Until::Noted(|node, note| node == NodeId(OHIO) && *note == Note::CaughtUp(Lsn(SECOND_ORDER))),
        )
        .acting(orders())
        .showing(Panel::Events),
        Step::told(
            "The acknowledgement has reached Oregon, and both were told ok. Two copies exist. To Ireland the orders are still on their way.",
            Until::After(SimDuration::from_ms(30)),
        )
        .showing(Panel::Replica),
        Step::told("At this moment Oregon and Ohio are about to lose power, both.", Until::Now).asking(Prediction {
            question: "Ireland becomes the leader. Which orders will it have?",
            answers: &["All three", "Order 1 only"],
            right: 1,
            because: "One synchronous follower is a second copy, not a third. Both were in the part that failed.",
        }),
        Step::told(
            "Both are down. Somebody promotes Ireland, which leads in term 2. Orders 2 and 3 never arrived there.",
            Until::Noted(is_promoted),
        )
        .acting(vec![
            node(OREGON, NodeCommand::Crash),
            node(OHIO, NodeCommand::Crash),
            node(IRELAND, NodeCommand::Promote),
        ])
        .showing(Panel::Faults),
    ];
    steps.extend(returns(vec![node(OREGON, NodeCommand::Restart), node(OHIO, NodeCommand::Restart)]));
    steps.push(
        Step::told(
            "Both copies existed all the time, in stores without power. Promoting Ireland at once chose to go on rather than to wait for \
             them, and that choice lost the orders.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    );
    steps
}

fn majority() -> Vec<Step> {
    vec![
        Step::told("Ana and Caro are about to order tea and coffee. Right after, Oregon will crash.", Until::Now).asking(Prediction {
            question: "What will the two be told?",
            answers: &["ok", "Nothing: they will not know what became of their orders", "That the orders are refused"],
            right: 1,
            because: "No majority holds the orders yet, so there is no ok; and who could have refused them is down.",
        }),
        Step::told("The leader has stored both orders and sent them on. Nobody was told ok yet.", Until::Noted(accepted))
            .acting(orders())
            .showing(Panel::Events),
        Step::told(
            "Oregon crashes. Ana and Caro know that they do not know. The two others hear no leader, one of them asks for votes, and two of \
             three are a majority: there is a new leader.",
            Until::Noted(is_promoted),
        )
        .acting(vec![node(OREGON, NodeCommand::Crash)])
        .showing(Panel::Replica),
        Step::told(
            "A second later the first entry of the new term is acknowledged, and with it all that stands before it in the new leader's log.",
            Until::After(SimDuration::from_ms(1_000)),
        )
        .showing(Panel::Replica),
        Step::told(
            "Oregon returns as a follower. Its log ends with two orders that the new leader never had, and it drops them.",
            Until::Noted(has_dropped),
        )
        .acting(vec![node(OREGON, NodeCommand::Restart)])
        .showing(Panel::Events),
        Step::told("Ben, in Ireland, looks for the orders. He finds order 1, and neither of the two others.", Until::Quiet)
            .acting(reads())
            .showing(Panel::Events),
        next_heartbeat(),
        Step::told(
            "Orders 2 and 3 are gone, but nobody had been promised anything: no acknowledged write was lost.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told(
            "Why this is safe: any two majorities share a node. A write that was acknowledged is in the log of at least one voter, and \
             nobody votes for a log that is shorter than its own. It holds while a majority of the stores survives.",
            Until::Now,
        )
        .showing(Panel::Verdicts),
    ]
}

/// The old leader returns, and somebody looks for the orders.
fn returns(restarts: Vec<Command>) -> Vec<Step> {
    vec![
        Step::told(
            "Oregon returns, hears of term 2 and follows. Its log ends with two entries that the new leader never had: it drops them, and \
             lists them one by one, Ana's order 2 and Caro's order 3.",
            Until::Noted(has_dropped),
        )
        .acting(restarts)
        .showing(Panel::Replica),
        Step::told(
            "Ben, in Ireland, looks for the orders. Order 1 is there; orders 2 and 3 are nowhere. Both customers were told ok.",
            Until::Quiet,
        )
        .acting(reads())
        .showing(Panel::Verdicts),
    ]
}
