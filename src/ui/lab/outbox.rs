//! The outbox.

use super::{card, more};
use crate::ui::components::Draw;
use crate::ui::markup::{Say, Tag, tag};
use crate::view::lab::outbox::{Outbox, OutboxLine};
use crate::view::words;

/// The card.
#[derive(PartialEq)]
pub(super) struct OutboxCard {
    pub(super) outbox: Outbox,
    pub(super) is_offline: bool,
}

impl Draw for OutboxCard {
    fn draw(&self, _say: &Say) -> Tag {
        let outbox = &self.outbox;
        let hidden = outbox.pending_count - outbox.pending.len();
        let rest = if hidden > 0 { format!("and {}", words::count(hidden as u64, "more write", "more writes")) } else { String::new() };
        let confirmed = tag("details")
            .class("lab-more")
            .testid("confirmed")
            .child(tag("summary").text(format!("{} confirmed", outbox.confirmed_count)))
            .child(tag("ol").class("lab-log").children(outbox.confirmed.iter().map(|line| row(line, "✓"))));
        card("card lab-outbox", "Outbox")
            .testid("outbox")
            .number("data-pending-count", outbox.pending_count as u64)
            .number("data-confirmed-count", outbox.confirmed_count)
            .child(tag("p").text(outbox.waits_for(self.is_offline)))
            .child(tag("ol").class("lab-log").testid("pending").children(outbox.pending.iter().map(|line| row(line, "↑"))))
            .child(tag("p").class("quiet").text(rest))
            .child(confirmed)
            .child(more(
                "Saved, pending, confirmed",
                "Saving: being written to this device's store. Pending: durable here, and not yet known to be durable at the cloud or the \
                 native peer. Confirmed: it is. Other tabs do not count. A write that the cloud lost again is pending again.",
            ))
    }
}

fn row(line: &OutboxLine, sign: &'static str) -> Tag {
    tag("li")
        .key(line.dot.clone())
        .class("lab-log-line")
        .child(tag("span").set("aria-hidden", "true").text(sign))
        .child(tag("span").text(line.what.clone()))
        .child(tag("span").class("mono quiet").text(format!("{} · {}", line.dot, line.at)))
}
