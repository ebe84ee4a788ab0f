//! The events tab: the run as text, newest first; a line leads to its moment.

use super::part::{Draw, keyed_part};
use crate::replication::time::SimTime;
use crate::ui::IS_WHOLE;
use crate::ui::aloud::Aloud;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, RunMsg, ShowMsg};
use crate::view::events::EventLine;
use crate::view::operations::OperationLine;
use crate::view::verdicts::Marked;
use crate::view::words;

/// The tab.
pub(super) fn events_tab(lines: &[EventLine], in_flight: &str, marked: Option<&Marked>, aloud: Aloud, say: &Say) -> Tag {
    let in_flight = tag("p").testid("in-flight").text(in_flight.to_owned());
    let list = tag("ol").class("events").testid("events").flag("reversed", true);
    let nothing = if lines.is_empty() { "Nothing has happened yet." } else { "" };
    let block = tag("section")
        .class("block")
        .child(tag("h2").text("Everything that happened, newest first"))
        .child(tag("details").class("in-flight quiet").child(tag("summary").text("In flight now")).child(in_flight));
    let block = if IS_WHOLE { block.child(hearing(aloud, say)) } else { block };
    let block = block
        .child(list.children(lines.iter().map(|line| keyed_part(line.number, line.clone(), say))))
        .child(tag("p").class("quiet").text(nothing));
    tag("div").class("tab-body").child(tag("div").maybe(marked.filter(|_| IS_WHOLE).map(|marked| proof(marked, say)))).child(block)
}

/// How much of it is said to those who hear the page.
fn hearing(aloud: Aloud, say: &Say) -> Tag {
    let option = |one: Aloud| tag("option").key(one.id()).set("value", one.id()).flag("selected", one == aloud).text(one.title());
    let on_change = |event: &web_sys::Event| Some(Msg::Show(ShowMsg::Aloud(Aloud::named(&form::text(event)))));
    let select = tag("select").class("select").on(On::Change, say, on_change).testid("aloud").children(Aloud::ALL.into_iter().map(option));
    tag("label").class("hearing").child(tag("span").text("A screen reader is told of")).child(select)
}

/// The proof that is being looked at: its operations, each leading to its moment.
fn proof(marked: &Marked, say: &Say) -> Tag {
    let line = |line: &OperationLine| {
        let jump = button("event-time mono").on_click(say, Msg::Run(RunMsg::Seek(line.at))).set("title", "Go to this moment");
        let sign = tag("span").class("event-sign").set("aria-hidden", "true").text("◆");
        let operation = tag("li").key(line.number).class("event event-marked");
        operation.child(jump.text(words::time(line.at))).child(sign).child(tag("span").class("event-text").text(line.text.clone()))
    };
    let clear = button("button button-small").on_click(say, Msg::Show(ShowMsg::NoProof)).testid("clear-proof").text("Clear");
    tag("section")
        .class("block block-proof")
        .testid("proof")
        .child(tag("div").class("block-head").child(tag("h2").text("What shows it")).child(clear))
        .child(tag("p").text(marked.sentence.clone()))
        .child(tag("ol").class("events").children(marked.operations.iter().map(line)))
}

impl Draw for EventLine {
    fn draw(&self, say: &Say) -> Tag {
        let jump = Msg::Run(RunMsg::Jump(SimTime(self.at_ns), self.event));
        let time = button("event-time mono").on_click(say, jump).set("title", "Go to this moment").text(self.at.clone());
        let sign = tag("span").class("event-sign").set("aria-hidden", "true").text(if self.is_marked { "◆" } else { self.kind.sign() });
        let marked = if self.is_marked { " event-marked" } else { "" };
        let line = tag("li").class(format!("event event-{}{marked}", self.kind.id()));
        let line = if IS_WHOLE { line.number("data-number", self.number) } else { line };
        line.child(time).child(sign).child(tag("span").class("event-text").text(self.text.clone()))
    }
}
