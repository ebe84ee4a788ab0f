//! The dialogs: deciding a conflict on a note, and clearing.

use super::message::LabMsg;
use crate::ui::components::{Draw, dialog, part, sides};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, ShowMsg};
use crate::view::conflict::ConflictCard;

/// Which text shall it be?
pub(super) fn decide_note(card: Option<&ConflictCard>, notice: Option<&str>, say: &Say) -> Tag {
    let notice = tag("p").class("notice").set("role", "status").testid("ask-notice").text(notice.unwrap_or_default().to_owned());
    let body = tag("div").child(notice).child(tag("div").maybe(card.map(|card| choices(card, say))));
    dialog("Decide: note", "decide-note", body, say)
}

fn choices(card: &ConflictCard, say: &Say) -> Tag {
    let texts: Vec<&str> = card.sides.iter().filter(|side| side.quantity.is_none()).map(|side| side.value.as_str()).collect();
    let keep = |(index, text): (usize, &&str)| {
        let keep = button("button").key(index).on_click(say, LabMsg::Decide(Some((*text).to_owned())).into());
        keep.testid(format!("keep-{index}")).text(format!("Keep “{}”", crate::view::lab::changes::shortened(text, 32)))
    };
    let delete = button("button").on_click(say, LabMsg::Decide(None).into()).testid("keep-none").text("Delete the note");
    tag("div")
        .class("ask")
        .child(tag("p").text("Neither of these writes had seen the other. Before: ").child(tag("strong").text(card.base.clone())))
        .child(sides(&card.sides))
        .child(tag("div").class("ask-choices").children(texts.iter().enumerate().map(keep)).child(delete))
        .child(part(Together { first: texts.join(" / ") }, say))
}

/// Any text; what is being typed stays while the page is drawn.
#[derive(PartialEq)]
struct Together {
    first: String,
}

impl Draw for Together {
    fn draw(&self, say: &Say) -> Tag {
        let field = tag("input").class("input").set("aria-label", "Another text").flag("required", true).value(self.first.clone());
        let field = field.number("maxlength", crate::limits::MAX_TEXT_CHARS as u64).testid("decide-text");
        let decide = tag("button").set("type", "submit").class("button button-main").testid("resolve").text("Decide");
        let on_submit = |event: &web_sys::Event| Some(LabMsg::Decide(Some(form::submitted(event))).into());
        tag("form").class("add-item").on(On::Submit, say, on_submit).child(field).child(decide)
    }
}

/// Really?
pub(super) fn confirm_clear(is_all: bool, name: &str, pending_count: usize, say: &Say) -> Tag {
    let (title, what) = match is_all {
        true => (
            "Clear everything?",
            "All devices of this browser and the cloud are deleted. Pages that are open begin as new devices.".to_owned(),
        ),
        false => (
            "Clear this device?",
            format!("What {name} holds is deleted, and it begins as a new device. What the cloud or other devices hold stays."),
        ),
    };
    let loss = match (is_all, pending_count) {
        (false, 0) => "Everything written here is confirmed: nothing is lost.".to_owned(),
        (false, 1) => "One write is not confirmed yet: it is lost unless another tab holds it.".to_owned(),
        (false, count) => format!("{count} writes are not confirmed yet: they are lost unless another tab holds them."),
        (true, _) => "Nothing of it can be brought back, except from a file that you exported.".to_owned(),
    };
    let clear = button("button button-conflict").on_click(say, LabMsg::Clear(is_all).into()).testid("clear-confirm");
    let cancel = button("button").on_click(say, Msg::Show(ShowMsg::CloseDialog)).testid("clear-cancel").text("Cancel");
    let buttons = tag("div").class("ask-choices").child(clear.text(if is_all { "Clear everything" } else { "Clear this device" }));
    let body = tag("div").child(tag("p").text(what)).child(tag("p").class("notice").text(loss)).child(buttons.child(cancel));
    dialog(title, "clear-dialog", body, say)
}
