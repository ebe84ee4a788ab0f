//! What a frame of another page shows around the stage: a line with the title above it, the guarantees below.

use super::part::Draw;
use crate::ui::embed::Told;
use crate::ui::markup::{Say, Tag, tag};
use std::rc::Rc;

/// The title, and the way to the whole page.
#[derive(PartialEq)]
pub(crate) struct EmbedTop {
    pub(crate) title: &'static str,
    pub(crate) variant: Option<&'static str>,
    pub(crate) href: String,
}

impl Draw for EmbedTop {
    fn draw(&self, _: &Say) -> Tag {
        let variant = tag("span").class("embed-variant").text(self.variant.unwrap_or_default());
        let title = tag("p").class("embed-title").child(tag("strong").text(self.title)).child(variant);
        let open = tag("a").class("embed-open").set("href", self.href.clone()).set("target", "_blank").set("rel", "noopener");
        tag("header").class("embed-top").child(title).child(open.testid("embed-open").text("Open in a tab"))
    }
}

/// Each guarantee with its mark.
#[derive(PartialEq)]
pub(crate) struct EmbedVerdicts {
    pub(crate) verdicts: Rc<Vec<Told>>,
}

impl Draw for EmbedVerdicts {
    fn draw(&self, _: &Say) -> Tag {
        // What is violated comes first.
        let (violated, others): (Vec<&Told>, Vec<&Told>) = self.verdicts.iter().partition(|told| told.holds == Some(false));
        let list = tag("ul").class("embed-verdicts").set("aria-label", "Guarantees").testid("embed-verdicts");
        list.children(violated.into_iter().chain(others).map(verdict))
    }
}

fn verdict(told: &Told) -> Tag {
    let (sign, state) = match told.holds {
        Some(true) => ("✓", "holds"),
        Some(false) => ("✕", "violated"),
        None => ("…", "undecided"),
    };
    let promise = if told.holds == Some(false) && !told.promised { " (not promised here)" } else { "" };
    tag("li")
        .key(told.guarantee)
        .class("embed-verdict")
        .set("data-state", state)
        .set("data-guarantee", told.guarantee)
        .child(tag("span").set("aria-hidden", "true").text(sign))
        .child(tag("span").text(format!("{}{promise}", told.title)))
        .child(tag("span").class("visually-hidden").text(format!(": {state}")))
}
