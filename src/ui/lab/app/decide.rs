//! Deciding by hand: only what the person has seen.

use super::Lab;
use crate::replication::causality::Dot;
use crate::replication::delta::{Item, Key};
use crate::ui::lab::message::LabDialog;
use crate::view::conflict::ConflictCard;
use crate::view::lab::edit::{Edit, LineEdit};

/// A conflict as it stood when its dialog came up.
pub(super) struct Deciding {
    dots: Vec<Dot>,
    pub(super) card: ConflictCard,
    pub(super) notice: Option<String>,
}

impl Lab {
    pub(super) fn open_dialog(&mut self, dialog: LabDialog) {
        if let LabDialog::Decide(key, item) = &dialog {
            self.deciding = self.conflict_on(key, item.as_ref(), None);
            if self.deciding.is_none() {
                return;
            }
        }
        self.dialog = Some(dialog);
    }

    pub(super) fn close_dialog(&mut self) {
        (self.dialog, self.deciding) = (None, None);
    }

    fn conflict_on(&self, key: &Key, item: Option<&Item>, notice: Option<String>) -> Option<Deciding> {
        let shown = self.held.as_ref()?.conflicts.iter().find(|shown| shown.key == *key)?;
        let conflict = shown.conflicts.iter().find(|conflict| conflict.item.as_ref() == item && conflict.card.is_open)?;
        Some(Deciding { dots: conflict.dots.clone(), card: conflict.card.clone(), notice })
    }

    /// What is to be decided, if it is still what the person has seen; else they are told.
    fn still_the_same(&mut self) -> Option<(Key, Option<Item>)> {
        let Some(LabDialog::Decide(key, item)) = self.dialog.clone() else { return None };
        self.refresh();
        let notice = "Another version arrived while you were looking. Nothing was decided; these are the versions now.";
        let now = self.conflict_on(&key, item.as_ref(), Some(notice.to_owned()));
        let is_same = now.as_ref().zip(self.deciding.as_ref()).is_some_and(|(now, seen)| now.dots == seen.dots);
        if is_same {
            self.close_dialog();
            return Some((key, item));
        }
        if now.is_none() {
            self.dialog = None;
            self.alert = Some("It was decided meanwhile.".to_owned());
        }
        self.deciding = now;
        None
    }

    pub(super) fn decide_line(&mut self, quantity: u32) {
        if let Some((_, Some(item))) = self.still_the_same() {
            self.edit(&Edit::Line(item, LineEdit::Set(quantity)), false);
        }
    }

    pub(super) fn decide_note(&mut self, text: Option<String>) {
        if let Some((key, None)) = self.still_the_same() {
            self.edit(&Edit::Note(key, text), false);
        }
    }
}
