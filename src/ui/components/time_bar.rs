//! Below the transport: undo, branches, and running to the next breakpoint with what was found.

use super::icon::{Shape, icon};
use super::part::Draw;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Dialog, Msg, ShowMsg, TimeMsg};
use crate::view::breakpoint::{Choice, Told};
use std::rc::Rc;

/// The line.
#[derive(PartialEq)]
pub(crate) struct TimeBar {
    pub(crate) choices: Rc<Vec<Choice>>,
    pub(crate) chosen: usize,
    /// How far a search is.
    pub(crate) going: Option<String>,
    pub(crate) told: Option<Rc<Told>>,
    /// What would be taken back.
    pub(crate) undo: Option<String>,
    pub(crate) can_redo: bool,
    pub(crate) branch_count: usize,
}

impl Draw for TimeBar {
    fn draw(&self, say: &Say) -> Tag {
        let line = tag("div").class("time-line").child(self.search(say)).child(self.tools(say));
        let going =
            tag("p").class("time-going").set("role", "status").testid("search-progress").text(self.going.clone().unwrap_or_default());
        let told = tag("div").class("time-told").set("role", "status").maybe(self.told.as_ref().map(|told| found(told, say)));
        tag("section").class("time-bar").set("aria-label", "Breakpoints and branches").child(line).child(going).child(told)
    }
}

impl TimeBar {
    fn search(&self, say: &Say) -> Tag {
        let option = |(index, choice): (usize, &Choice)| {
            tag("option").key(index).set("value", index.to_string()).flag("selected", index == self.chosen).text(choice.name.clone())
        };
        let on_change = |event: &web_sys::Event| Some(Msg::time(TimeMsg::Choose(form::text(event).parse().unwrap_or(0))));
        let select = tag("select").class("select").on(On::Change, say, on_change).testid("breakpoint");
        let select = select.children(self.choices.iter().enumerate().map(option));
        let label = tag("label").class("time-search").child(tag("span").text("Run to the next")).child(select);
        let (msg, words) = if self.going.is_some() { (TimeMsg::CancelSearch, "Cancel") } else { (TimeMsg::Search, "Run") };
        let run = button("button").on_click(say, Msg::time(msg)).set("title", "Key: .").testid("search").text(words);
        tag("div").class("time-search-form").child(label).child(run)
    }

    fn tools(&self, say: &Say) -> Tag {
        let press = |msg: Msg, title: &'static str, testid: &'static str, words: String| {
            button("button").on_click(say, msg).set("title", title).testid(testid).text(words)
        };
        let undo = press(Msg::time(TimeMsg::Undo), "Ctrl+Z", "undo", "Undo".to_owned()).flag("disabled", self.undo.is_none());
        let undo = match &self.undo {
            Some(what) => undo.set("aria-label", format!("Undo: {what}")),
            None => undo,
        };
        let redo = press(Msg::time(TimeMsg::Redo), "Ctrl+Y", "redo", "Redo".to_owned()).flag("disabled", !self.can_redo);
        let show = Msg::Show(ShowMsg::Dialog(Dialog::Branches));
        let branches = press(show, "Key: B", "open-branches", format!("Branches ({})", self.branch_count));
        tag("div").class("time-tools").child(undo).child(redo).child(branches)
    }
}

fn found(told: &Told, say: &Say) -> Tag {
    let close = button("button button-icon button-small").set("aria-label", "Close what was found").testid("found-close");
    let close = close.on_click(say, Msg::time(TimeMsg::CloseFound)).child(icon(Shape::Close));
    let words = tag("p").child(tag("strong").text(told.title.clone())).text(" ").text(told.sentence.clone());
    let class = if told.place.is_some() { "found found-hit" } else { "found" };
    tag("div").class(class).testid("found").child(words).child(close)
}
