//! The header of the lab, and what must be loud.

use super::message::{LabMsg, TourMsg};
use crate::ui::components::{Draw, brand, places, theme_switch};
use crate::ui::markup::{Say, Tag, button, tag};
use crate::ui::theme::Theme;

/// The header.
#[derive(PartialEq)]
pub(super) struct Top {
    pub(super) theme: Theme,
    pub(super) is_tour_folded: bool,
}

impl Draw for Top {
    fn draw(&self, say: &Say) -> Tag {
        let reopen = button("button").on_click(say, LabMsg::Tour(TourMsg::Reopen).into()).testid("tour-reopen").text("Try this");
        let tools =
            tag("div").class("top-tools lab-tools").maybe(self.is_tour_folded.then_some(reopen)).child(theme_switch(self.theme, say));
        tag("header")
            .class("top")
            .child(brand())
            .child(places(None, |place, link| link.testid(format!("place-{}", place.title().to_ascii_lowercase()))))
            .child(tools)
    }
}

/// Trouble that nobody may miss.
#[derive(PartialEq)]
pub(super) struct Trouble {
    /// What is wrong with the store.
    pub(super) storage: Option<String>,
    /// Whether opening the page in a tab of its own may help.
    pub(super) is_framed: bool,
    /// Whether opening the store again may help.
    pub(super) can_retry: bool,
    /// What the replication says must never happen.
    pub(super) alarm: Option<String>,
}

impl Draw for Trouble {
    fn draw(&self, say: &Say) -> Tag {
        let standalone = self.is_framed.then(|| {
            let link = tag("a").class("button button-small").set("href", "?view=lab").set("target", "_blank").set("rel", "noopener");
            link.testid("standalone").text("Open standalone")
        });
        let retry = button("button button-small").on_click(say, LabMsg::Retry.into()).testid("retry").text("Try again");
        let storage = self.storage.clone().map(|text| {
            let line = tag("div").class("alert").child(tag("p").text(text));
            line.child(tag("div").class("lab-row").maybe(standalone).maybe(self.can_retry.then_some(retry)))
        });
        let alarm = self.alarm.clone().map(|text| tag("div").class("alert").child(tag("p").class("alarm").text(text)));
        tag("div").class("lab-trouble").set("role", "alert").testid("trouble").maybe(storage).maybe(alarm)
    }
}
