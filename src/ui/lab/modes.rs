//! How conflicts on a key are decided, and what each mode would make of the same writes.

use super::card;
use super::message::LabMsg;
use crate::replication::delta::{Key, Mode};
use crate::ui::components::Draw;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::view::lab::edit::Edit;
use crate::view::lab::modes::{Comparison, Outcome};
use crate::view::words;

/// The card.
#[derive(PartialEq)]
pub(super) struct ModesCard {
    /// Keys to choose from, with their names.
    pub(super) keys: Vec<(Key, String)>,
    pub(super) chosen: Key,
    pub(super) mode: Mode,
    pub(super) comparison: Comparison,
    pub(super) is_usable: bool,
}

impl Draw for ModesCard {
    fn draw(&self, say: &Say) -> Tag {
        let comparison = &self.comparison;
        let count = words::count(comparison.write_count as u64, "write", "writes");
        let refusal = tag("p").class("notice").text(comparison.refusal.clone().unwrap_or_default());
        let outcomes = tag("ul").class("lab-outcomes").children(comparison.outcomes.iter().map(outcome));
        let table = tag("details")
            .class("lab-more")
            .testid("side-by-side")
            .child(tag("summary").text("All modes side by side for the same history"))
            .child(tag("p").class("quiet").text(format!("Every mode is a fold over the same {count}. Deciding writes nothing.")))
            .child(refusal)
            .child(outcomes);
        card("card lab-modes", "How conflicts are decided")
            .testid("modes")
            .child(self.picker(say))
            .child(self.segments(say))
            .child(tag("p").class("quiet").testid("mode-meaning").text(words::mode_meaning(self.mode)))
            .child(table)
    }
}

impl ModesCard {
    fn picker(&self, say: &Say) -> Tag {
        let option = |(key, title): &(Key, String)| {
            let option = tag("option").key(key.to_string()).set("value", key.to_string());
            option.flag("selected", *key == self.chosen).text(title.clone())
        };
        let picker = tag("select").class("select").testid("mode-key").children(self.keys.iter().map(option));
        let picker = picker.on(On::Change, say, |event| Some(LabMsg::Choose(Key::from(form::text(event).as_str())).into()));
        tag("label").class("inline-field").child(tag("span").text("of")).child(picker)
    }

    fn segments(&self, say: &Say) -> Tag {
        let segment = |mode: Mode| {
            let set = LabMsg::Edit(Edit::Mode(self.chosen.clone(), mode));
            button("segment")
                .key(mode.id())
                .state("aria-pressed", mode == self.mode)
                .flag("disabled", !self.is_usable)
                .on_click(say, set.into())
                .set("title", words::mode_meaning(mode))
                .testid(format!("mode-{}", mode.id()))
                .text(words::mode_name(mode))
        };
        let modes = Mode::ALL.into_iter().filter(|mode| mode.is_built_in()).map(segment);
        tag("div").class("segments").set("role", "group").set("aria-label", "How conflicts are decided").children(modes)
    }
}

fn outcome(outcome: &Outcome) -> Tag {
    let in_force = if outcome.is_in_force { " · in force" } else { "" };
    let head = tag("h3").text(words::mode_name(outcome.mode)).child(tag("span").class("quiet").text(in_force));
    let lost = outcome.lost.iter().map(|lost| tag("li").text(lost.clone()));
    tag("li")
        .key(outcome.mode.id())
        .class(if outcome.is_in_force { "lab-outcome lab-outcome-now" } else { "lab-outcome" })
        .testid(format!("outcome-{}", outcome.mode.id()))
        .child(head)
        .child(tag("p").class("side-value").testid("result").text(outcome.result.clone()))
        .child(tag("ul").class("lab-lost").children(lost))
        .child(tag("p").class("quiet").text(outcome.remark()).text(outcome.rest()))
}
