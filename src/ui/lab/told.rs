//! What happened lately.

use super::card;
use crate::ui::components::Draw;
use crate::ui::markup::{Say, Tag, tag};
use crate::view::lab::told::ToldLine;

/// The card; the latest first.
#[derive(PartialEq)]
pub(super) struct ToldCard {
    pub(super) lines: Vec<ToldLine>,
}

impl Draw for ToldCard {
    fn draw(&self, _say: &Say) -> Tag {
        let row = |line: &ToldLine| {
            let text = tag("span").class(format!("tone-{}", line.tone.id())).text(line.text.clone());
            tag("li").class("lab-told-line").child(tag("span").class("mono quiet").text(line.at.clone())).child(text)
        };
        let nothing = if self.lines.is_empty() { "Nothing yet." } else { "" };
        // It scrolls, so that the keyboard has to reach it.
        let scrolled = tag("div").class("lab-told-list").set("tabindex", "0").set("role", "group").set("aria-label", "The latest first");
        let list = tag("ol").class("lab-log").children(self.lines.iter().map(row));
        card("card lab-told", "What happened lately")
            .testid("told")
            .child(tag("p").class("quiet").text(nothing))
            .child(scrolled.child(list))
    }
}
