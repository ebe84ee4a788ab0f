//! What is in conflict, what was decided, and what became of every write.

use super::card;
use super::message::{LabDialog, LabMsg};
use crate::ui::components::{Draw, sides};
use crate::ui::markup::{Say, Tag, button, tag};
use crate::view::conflict::FateLine;
use crate::view::lab::conflicts::{KeyConflicts, LabConflict, summary};
use crate::view::words;

/// The card.
#[derive(PartialEq)]
pub(super) struct ConflictsCard {
    pub(super) keys: Vec<KeyConflicts>,
}

impl Draw for ConflictsCard {
    fn draw(&self, say: &Say) -> Tag {
        let count: usize = self.keys.iter().map(|key| key.conflicts.len()).sum();
        card("card lab-conflicts", "Conflicts")
            .testid("conflicts")
            .number("data-count", count as u64)
            .child(tag("p").testid("conflicts-summary").text(summary(&self.keys)))
            .child(tag("div").class("lab-keys").children(self.keys.iter().map(|key| of_key(key, say))))
    }
}

fn of_key(shown: &KeyConflicts, say: &Say) -> Tag {
    let decided =
        tag("p").class("lab-decided").text(format!("{}: ", shown.title)).child(tag("strong").testid("decided").text(shown.decided.clone()));
    let decided = decided.child(tag("span").class("quiet").text(format!(" · {}", words::mode_name(shown.mode))));
    let rest = match shown.more_count {
        0 => String::new(),
        count => format!("And {} before.", words::count(count as u64, "write", "writes")),
    };
    tag("article")
        .key(shown.key.to_string())
        .class("lab-key")
        .testid(format!("key-{}", shown.key))
        .child(decided)
        .child(tag("div").class("conflicts").children(shown.conflicts.iter().enumerate().map(|conflict| of_conflict(shown, conflict, say))))
        .child(tag("ul").class("fates").testid("fates").children(shown.fates.iter().enumerate().map(fate)))
        .child(tag("p").class("quiet").text(rest))
}

fn of_conflict(shown: &KeyConflicts, (index, conflict): (usize, &LabConflict), say: &Say) -> Tag {
    let card = &conflict.card;
    let title = tag("h3").child(tag("strong").text(card.subject.clone())).text(" · ").text(card.nature.clone());
    let base = tag("p").class("conflict-base").text("before: ").text(card.base.clone());
    let decide = card.is_open.then(|| {
        let dialog = LabMsg::Dialog(LabDialog::Decide(shown.key.clone(), conflict.item.clone()));
        button("button button-conflict").on_click(say, dialog.into()).testid("decide-conflict").text("Decide…")
    });
    let article = tag("article").key(index).class("conflict").testid(format!("conflict-{}", card.subject));
    article
        .state("data-open", card.is_open)
        .child(title)
        .child(sides(&card.sides))
        .child(base)
        .maybe(decide.map(|decide| tag("div").child(decide)))
}

fn fate((index, fate): (usize, &FateLine)) -> Tag {
    let sign = tag("span").class("fate-sign").set("aria-hidden", "true").text(fate.sign);
    let line = tag("li").key(index).class(format!("fate fate-{}", fate.kind)).set("data-fate", fate.kind);
    line.child(sign).child(tag("span").text(fate.text.clone()))
}
