//! What went wrong, said aloud and until dismissed.

use super::icon::{Shape, icon};
use super::part::Draw;
use crate::ui::markup::{Say, Tag, button, tag};
use crate::ui::message::{Msg, ShowMsg};

/// The alert region. It stays on the page when empty, so that what appears in it is announced.
#[derive(PartialEq)]
pub(crate) struct AlertBar {
    pub(crate) text: Option<String>,
}

impl Draw for AlertBar {
    fn draw(&self, say: &Say) -> Tag {
        let alert = self.text.clone().map(|text| {
            let dismiss = button("button button-icon").set("aria-label", "Dismiss").on_click(say, Msg::Show(ShowMsg::DismissAlert));
            tag("div").class("alert").child(tag("p").text(text)).child(dismiss.child(icon(Shape::Close)))
        });
        tag("div").class("alerts").set("role", "alert").testid("alert").maybe(alert)
    }
}
