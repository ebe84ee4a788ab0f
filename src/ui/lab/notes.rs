//! The notes: each can be changed and deleted, and two people may do so at once.

use super::card;
use super::entry::{Adding, marks};
use super::message::{LabDialog, LabMsg};
use crate::limits;
use crate::replication::delta::Key;
use crate::ui::components::{Draw, Shape, icon, keyed_part};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::view::lab::changes::shortened;
use crate::view::lab::edit::Edit;
use crate::view::lab::notes::{Note, Notes};
use crate::view::words;
use web_sys::Event;

/// The field of the note that is being edited.
pub(super) const FIELD: &str = "note-field";

/// The card.
#[derive(PartialEq)]
pub(super) struct NotesCard {
    pub(super) notes: Notes,
    pub(super) editing: Option<Key>,
    pub(super) is_usable: bool,
}

impl Draw for NotesCard {
    fn draw(&self, say: &Say) -> Tag {
        let note = |note: &Note| {
            let is_editing = self.editing.as_ref() == Some(&note.key);
            keyed_part(note.key.to_string(), Shown { note: note.clone(), is_editing, is_usable: self.is_usable }, say)
        };
        let nothing = if self.notes.notes.is_empty() { "No notes yet. A note is one key with a text, shared like the cart." } else { "" };
        let more = match self.notes.more_count {
            0 => String::new(),
            count => format!("{} not shown.", words::count(count as u64, "older note is", "older notes are")),
        };
        card("card cart lab-notes", "Notes")
            .testid("notes")
            .child(tag("ul").class("cart-lines").children(self.notes.notes.iter().map(note)))
            .child(tag("p").class("quiet").text(nothing).text(more))
            .child(tag("footer").class("cart-foot").child(self.add(say)))
    }
}

impl NotesCard {
    fn add(&self, say: &Say) -> Tag {
        let adding = Adding {
            label: "Write a note",
            chars_max: limits::MAX_TEXT_CHARS,
            is_usable: self.is_usable,
            field_id: "add-note",
            button_id: "add-note-button",
        };
        adding.form(say, LabMsg::NewNote)
    }
}

#[derive(PartialEq)]
struct Shown {
    note: Note,
    is_editing: bool,
    is_usable: bool,
}

impl Draw for Shown {
    fn draw(&self, say: &Say) -> Tag {
        let note = &self.note;
        let marks = marks(note.is_conflict, note.is_saving, note.is_pending);
        let text = if note.is_open { "Several texts wait for your decision".to_owned() } else { note.text.clone() };
        let body = if self.is_editing { self.form(say) } else { tag("p").class("lab-note-text").testid("note-text").text(text) };
        tag("li")
            .class("lab-note")
            .testid("note")
            .set("data-text", note.text.clone())
            .state("data-pending", note.is_pending || note.is_saving)
            .state("data-conflict", note.is_conflict)
            .child(body.key(if self.is_editing { "form" } else { "text" }))
            .child(marks)
            .child(self.buttons(say))
    }
}

impl Shown {
    fn form(&self, say: &Say) -> Tag {
        let key = self.note.key.clone();
        let before = self.note.text.clone();
        let on_submit = move |event: &Event| {
            let text = form::submitted(event);
            let msg =
                if text.is_empty() || text == before { LabMsg::EditNote(None) } else { LabMsg::Edit(Edit::Note(key.clone(), Some(text))) };
            Some(msg.into())
        };
        let field = tag("input").class("input").set("id", FIELD).set("aria-label", "Text of the note").set("autocomplete", "off");
        let field = field.number("maxlength", limits::MAX_TEXT_CHARS as u64).value(self.note.text.clone()).testid("note-field");
        let save = tag("button").set("type", "submit").class("button button-main").testid("note-save").text("Save");
        tag("form").class("add-item").on(On::Submit, say, on_submit).child(field).child(save)
    }

    fn buttons(&self, say: &Say) -> Tag {
        let Note { key, text, is_open, .. } = &self.note;
        let name = if text.is_empty() { "the note".to_owned() } else { format!("the note “{}”", shortened(text, 24)) };
        let decide = LabMsg::Dialog(LabDialog::Decide(key.clone(), None));
        let decide = is_open.then(|| button("button button-conflict").on_click(say, decide.into()).testid("decide").text("Decide…"));
        let edit = LabMsg::EditNote((!self.is_editing).then(|| key.clone()));
        let label = if self.is_editing { "Cancel" } else { "Edit" };
        let edit = (!is_open).then(|| {
            let edit = button("button button-small").on_click(say, edit.into()).flag("disabled", !self.is_usable).testid("note-edit");
            edit.set("aria-label", format!("{label} {name}")).text(label)
        });
        let label = format!("Delete {name}");
        let delete = button("button button-icon button-quiet").set("aria-label", label.clone()).set("title", label).testid("note-delete");
        let delete = delete.flag("disabled", !self.is_usable).on_click(say, LabMsg::Edit(Edit::Note(key.clone(), None)).into());
        tag("span").class("cart-buttons").maybe(decide).maybe(edit).child(delete.child(icon(Shape::Close)))
    }
}
