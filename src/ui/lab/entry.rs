//! What cart lines and notes have in common: the marks of an entry, and the form that adds one.

use super::super::hooks::form;
use super::super::markup::{On, Say, Tag, tag};
use super::message::LabMsg;
use web_sys::Event;

/// Whether it is in conflict, and how far it has come.
pub(super) fn marks(is_conflict: bool, is_saving: bool, is_pending: bool) -> Tag {
    let pending = match (is_saving, is_pending) {
        (true, _) => "saving…",
        (false, true) => "↑ pending",
        (false, false) => "",
    };
    let conflict = if is_conflict { "⚑ in conflict" } else { "" };
    tag("span")
        .class("marks")
        .child(tag("span").class("mark-conflict").text(conflict))
        .child(tag("span").class("mark-pending").testid("mark").text(pending))
}

/// A form that adds an entry.
pub(super) struct Adding {
    /// What the field is called.
    pub(super) label: &'static str,
    pub(super) chars_max: usize,
    pub(super) is_usable: bool,
    pub(super) field_id: &'static str,
    pub(super) button_id: &'static str,
}

impl Adding {
    /// `adds` is what to do with a text that is not empty.
    pub(super) fn form(&self, say: &Say, adds: impl Fn(String) -> LabMsg + 'static) -> Tag {
        let on_submit = move |event: &Event| {
            let text = form::submitted(event);
            form::clear(event);
            (!text.is_empty()).then(|| adds(text).into())
        };
        let field = tag("input").class("input").set("placeholder", self.label).set("aria-label", self.label).set("autocomplete", "off");
        let field = field.number("maxlength", self.chars_max as u64).flag("disabled", !self.is_usable).testid(self.field_id);
        let add = tag("button").set("type", "submit").class("button").flag("disabled", !self.is_usable).testid(self.button_id).text("Add");
        tag("form").class("add-item").on(On::Submit, say, on_submit).child(field).child(add)
    }
}
