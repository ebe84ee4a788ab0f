//! What is told, variant by variant.

use super::super::ground::{disconnect, get, put, reconnect};
use super::super::group::next_heartbeat;
use super::super::{Panel, Prediction, Step, Until};
use super::{ANA, BEN, CARO, IRELAND_2, OREGON};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::time::SimDuration;

pub(super) fn steps(variant: &str) -> Vec<Step> {
    let mut steps = vec![
        Step::told(introduction(variant), Until::Now),
        Step::told("Ana, in Oregon, sets the stock to 10. All three replicas have it.", Until::Quiet).acting(vec![put(ANA, "stock", 10)]),
        Step::told(cut(variant), Until::Noted(|node, note| node != NodeId(OREGON) && matches!(note, Note::Promoted(_))))
            .acting(vec![disconnect(OREGON)])
            .showing(Panel::Replica),
        Step::told("Ana, in Oregon, is about to sell one and set the stock to 9. Ben, in Ireland, sells two: 8.", Until::Now)
            .asking(question(variant)),
    ];
    steps.extend(match variant {
        "no-fencing" => without_fencing(),
        "majority" => with_majority(),
        "lease" => with_lease(),
        _ => with_fencing(),
    });
    steps
}

fn introduction(variant: &str) -> &'static str {
    match variant {
        "majority" => {
            "Oregon leads; Ireland 1 and 2 follow, about 60 ms away. A write is acknowledged once two of the three hold it. Followers that \
             hear no leader for a second or two vote for another."
        }
        "lease" => {
            "Oregon leads; Ireland 1 and 2 follow, about 60 ms away. Oregon answers writes by itself, but only while a majority has \
             answered a heartbeat that it sent within the last 900 ms: that is its lease. Followers vote for another leader only after a \
             second without one."
        }
        _ => {
            "Oregon leads and answers writes by itself; Ireland 1 and 2 follow, about 60 ms away. If they hear no leader for a second or \
             two, Ireland 1 decides alone, as the observer, and takes over."
        }
    }
}

fn cut(variant: &str) -> &'static str {
    match variant {
        "majority" => {
            "The link between Oregon and Ireland breaks. Oregon is up, but Ireland cannot know that. One of the two there has asked for \
             votes and leads in a new term. Oregon believes that it leads too."
        }
        "lease" => {
            "The link between Oregon and Ireland breaks. Nobody answers Oregon's heartbeats, and its lease is over. After that, one of the \
             two in Ireland got both votes there, and leads in a new term."
        }
        _ => {
            "The link between Oregon and Ireland breaks. Oregon is up, but Ireland cannot know that: Ireland 1 takes over, in term 2. \
             Oregon hears nothing of it. There are two leaders."
        }
    }
}

fn question(variant: &str) -> Prediction {
    let (right, because) = match variant {
        "majority" => (0, "Ben's leader and the other follower in Ireland are two of three. Ana's leader is alone."),
        "lease" => (0, "Oregon's lease is over: it knows that it may have been replaced, and takes no writes."),
        _ => (1, "Each leader answers by itself, and nothing makes Oregon doubt that it leads."),
    };
    Prediction { question: "Who will be told ok?", answers: &["Ben only", "Both", "Ana only"], right, because }
}

fn both_sell() -> Vec<Step> {
    vec![
        Step::told("Both were told ok. Of ten pieces three are sold; one leader says 9, the other 8.", Until::Quiet)
            .acting(vec![put(ANA, "stock", 9), put(BEN, "stock", 8)])
            .showing(Panel::Replica),
        Step::told(
            "Caro, in Oregon, asks the leader, to be sure to read the latest. She reads 9 from a leader that was replaced: a stale read.",
            Until::Quiet,
        )
        .acting(vec![get(CARO, "stock")])
        .showing(Panel::Verdicts),
    ]
}

fn without_fencing() -> Vec<Step> {
    let mut steps = both_sell();
    steps.extend([
        Step::told(
            "The link works again. Nobody compares terms here: Ireland 2 takes Oregon's log, and drops what Ireland 1 had sent it.",
            Until::Noted(|node, note| node == NodeId(IRELAND_2) && matches!(note, Note::TailDiscarded(..))),
        )
        .acting(vec![reconnect(OREGON)])
        .showing(Panel::Events),
        Step::told(
            "A heartbeat later Ireland 1 sends its own log again, and Ireland 2 drops Oregon's. Both sides' writes are applied there, by \
             turns, and it does not end: two leaders, each sure of itself.",
            Until::Noted(|node, note| node == NodeId(IRELAND_2) && matches!(note, Note::TailDiscarded(..))),
        )
        .showing(Panel::Replica),
        Step::told("Open the same with fencing: the higher term wins, everywhere.", Until::Now).showing(Panel::Verdicts),
    ]);
    steps
}

fn steps_down(text: &'static str) -> Step {
    Step::told(text, Until::Noted(|node, note| node == NodeId(OREGON) && matches!(note, Note::SteppedDown(..))))
        .acting(vec![reconnect(OREGON)])
        .showing(Panel::Events)
}

fn drops_tail(text: &'static str) -> Step {
    Step::told(text, Until::Noted(|node, note| node == NodeId(OREGON) && matches!(note, Note::TailDiscarded(..)))).showing(Panel::Replica)
}

fn with_fencing() -> Vec<Step> {
    let mut steps = both_sell();
    steps.extend([
        steps_down("The link works again. Ireland refuses what Oregon sends: its term is over. Oregon hears of term 2 and steps down."),
        drops_tail("It takes the log of Ireland 1, which never had Ana's 9, and drops it. The list says so, with her name."),
        Step::told(
            "All replicas show 8. There is one log again, and no replica was ever wrong about it; but Ana was told ok, and her write is \
             lost. Fencing protects the log, not what a deposed leader says to its clients.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told("Two ways to protect those too: wait for a majority, or let a lease make the old leader stop.", Until::Now)
            .showing(Panel::Faults),
    ]);
    steps
}

fn with_majority() -> Vec<Step> {
    vec![
        Step::told(
            "Ireland's leader has Ben's write, and needs one acknowledgement from beside it.",
            Until::Noted(|node, note| node != NodeId(OREGON) && matches!(note, Note::Accepted(_))),
        )
        .acting(vec![put(ANA, "stock", 9), put(BEN, "stock", 8)])
        .showing(Panel::Replica),
        Step::told(
            "A second later: Ben was told ok. Ana waits. Her leader has the write, and nobody else can get it.",
            Until::After(SimDuration::from_ms(1_000)),
        )
        .showing(Panel::Events),
        Step::told(
            "Caro, in Oregon, asks the leader and reads 10, although Ben's 8 is complete: a stale read. A majority for writes does not \
             make reads fresh; for that, the leader must ask a majority before it answers a read too (the setting Confirm reads).",
            Until::After(SimDuration::from_ms(10)),
        )
        .acting(vec![get(CARO, "stock")])
        .showing(Panel::Verdicts),
        steps_down("The link works again. Oregon hears of the new term and steps down."),
        drops_tail("It takes the new leader's log and drops Ana's 9, which only Oregon had."),
        next_heartbeat(),
        Step::told(
            "Ana is refused at last: her write did not happen, and she was never told otherwise. All replicas show 8, and no acknowledged \
             write is lost.",
            Until::Quiet,
        )
        .showing(Panel::Verdicts),
        Step::told("The price: the side without a majority takes no writes, for as long as the link is broken.", Until::Now)
            .showing(Panel::Faults),
    ]
}

fn with_lease() -> Vec<Step> {
    vec![
        Step::told(
            "Ana is refused at once, Ben is told ok. There are two nodes that call themselves leader, and one that acts.",
            Until::Quiet,
        )
        .acting(vec![put(ANA, "stock", 9), put(BEN, "stock", 8)])
        .showing(Panel::Events),
        Step::told(
            "Caro, in Oregon, asks the leader and is refused too: without its lease it cannot vouch for what it holds.",
            Until::Quiet,
        )
        .acting(vec![get(CARO, "stock")])
        .showing(Panel::Verdicts),
        steps_down("The link works again. Oregon hears of the new term and steps down. It has nothing to drop."),
        Step::told("Ana tries again. Oregon names the new leader, and her 7 is accepted there, after Ben's 8.", Until::Quiet)
            .acting(vec![put(ANA, "stock", 7)])
            .showing(Panel::Verdicts),
        Step::told(
            "The limits: a lease rests on clocks that run alike, and on voters that wait until it must be over; an observer that does not \
             wait makes two leaders again. And what the old leader acknowledged just before the link broke, without a majority, can \
             still be lost.",
            Until::Now,
        )
        .showing(Panel::Faults),
    ]
}
