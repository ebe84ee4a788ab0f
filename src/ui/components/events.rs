//! The events tab: the run as text, newest first; a line leads to its moment.

use super::part::{Draw, keyed_part};
use crate::replication::time::SimTime;
use crate::ui::markup::{Say, Tag, button, tag};
use crate::ui::message::{Msg, RunMsg};
use crate::view::events::EventLine;

/// The tab.
pub(super) fn events_tab(lines: &[EventLine], in_flight: &str, say: &Say) -> Tag {
    let in_flight = tag("p").testid("in-flight").text(in_flight.to_owned());
    let list = tag("ol").class("events").testid("events").flag("reversed", true);
    let nothing = if lines.is_empty() { "Nothing has happened yet." } else { "" };
    let block = tag("section")
        .class("block")
        .child(tag("h2").text("Everything that happened, newest first"))
        .child(tag("details").class("in-flight quiet").child(tag("summary").text("In flight now")).child(in_flight))
        .child(list.children(lines.iter().map(|line| keyed_part(line.number, line.clone(), say))))
        .child(tag("p").class("quiet").text(nothing));
    tag("div").class("tab-body").child(block)
}

impl Draw for EventLine {
    fn draw(&self, say: &Say) -> Tag {
        let jump = Msg::Run(RunMsg::Jump(SimTime(self.at_ns), self.event));
        let time = button("event-time mono").on_click(say, jump).set("title", "Go to this moment").text(self.at.clone());
        let sign = tag("span").class("event-sign").set("aria-hidden", "true").text(self.kind.sign());
        let line = tag("li").class(format!("event event-{}", self.kind.id()));
        line.child(time).child(sign).child(tag("span").class("event-text").text(self.text.clone()))
    }
}
