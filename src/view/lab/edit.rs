//! What a person does to the cart and the notes, as writes; and the write that takes it back.

use super::CART;
use crate::limits;
use crate::replication::delta::{Item, Key, LineChange, Mode, Operation, Value};
use crate::replication::view::{Content, ReplicaView};

/// A change to one line of the cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEdit {
    /// So many more.
    More(u32),
    /// One less.
    Less,
    /// A typed quantity.
    Set(u32),
    /// Out.
    Remove,
}

/// An edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Of a line of the cart.
    Line(Item, LineEdit),
    /// The text of a note; `None` deletes it.
    Note(Key, Option<String>),
    /// How conflicts on a key are decided.
    Mode(Key, Mode),
}

impl Edit {
    /// What it writes, and where.
    ///
    /// # Errors
    /// Why it cannot be written, for the person.
    pub fn operation(&self, view: Option<&ReplicaView>) -> Result<(Key, Operation), String> {
        match self {
            Self::Line(item, edit) => {
                let length = item.0.chars().count();
                if length == 0 || length > limits::MAX_NAME_CHARS {
                    return Err(format!("An item has 1 to {} characters.", limits::MAX_NAME_CHARS));
                }
                Ok((Key::from(CART), Operation::Cart(item.clone(), line_change(*edit, quantity_of(view, item))?)))
            }
            Self::Note(key, None) => Ok((key.clone(), Operation::Delete)),
            Self::Note(key, Some(text)) => {
                let length = text.chars().count();
                if length == 0 || length > limits::MAX_TEXT_CHARS {
                    return Err(format!("A note has 1 to {} characters.", limits::MAX_TEXT_CHARS));
                }
                Ok((key.clone(), Operation::Put(Value::Text(text.as_str().into()))))
            }
            Self::Mode(key, mode) => Ok((key.clone(), Operation::SetMode(*mode))),
        }
    }

    /// What takes it back, as seen before it is made.
    #[must_use]
    pub fn undo(&self, view: Option<&ReplicaView>) -> Option<Undo> {
        let (what, back) = match self {
            Self::Line(item, edit) => {
                let before = quantity_of(view, item);
                let (what, back) = match edit {
                    LineEdit::More(count) => (format!("{item} +{count}"), Back::By(item.clone(), -i64::from(*count))),
                    LineEdit::Less => (format!("{item} −1"), Back::By(item.clone(), 1)),
                    LineEdit::Set(quantity) => (format!("{item} set to {quantity}"), Back::To(item.clone(), before)),
                    LineEdit::Remove => (format!("removal of {item}"), Back::To(item.clone(), before)),
                };
                (what, back)
            }
            Self::Note(key, text) => {
                let before = text_of(view, key);
                let what = match (&before, text) {
                    (_, None) => "deletion of the note",
                    (None, Some(_)) => "new note",
                    (Some(_), Some(_)) => "change of the note",
                };
                (what.to_owned(), Back::Note(key.clone(), before))
            }
            Self::Mode(..) => return None,
        };
        Some(Undo { what, back })
    }
}

fn line_change(edit: LineEdit, before: u32) -> Result<LineChange, String> {
    let full = || format!("A line holds at most {}.", limits::MAX_QUANTITY);
    // What is observed the device fills in.
    let set = |quantity: u32| match quantity {
        0 => Ok(LineChange::Remove(Vec::new())),
        1..=limits::MAX_QUANTITY => Ok(LineChange::Set(quantity, Vec::new())),
        _ => Err(full()),
    };
    match edit {
        LineEdit::More(count) if before.saturating_add(count) > limits::MAX_QUANTITY => Err(full()),
        LineEdit::More(count) => Ok(LineChange::Add(count)),
        LineEdit::Less => set(before.saturating_sub(1)),
        LineEdit::Set(quantity) => set(quantity),
        LineEdit::Remove => set(0),
    }
}

fn quantity_of(view: Option<&ReplicaView>, item: &Item) -> u32 {
    match view.and_then(|view| view.records.get(&Key::from(CART))).map(|record| &record.content) {
        Some(Content::Cart(lines)) => lines.get(item).map_or(0, |line| line.quantity),
        _ => 0,
    }
}

fn text_of(view: Option<&ReplicaView>, key: &Key) -> Option<String> {
    match view.and_then(|view| view.records.get(key)).map(|record| &record.content) {
        Some(Content::Plain(value)) => Some(value.to_string()),
        _ => None,
    }
}

/// How to take an edit back: by another write, since the first one may be with others already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// What is taken back: "eggs +1".
    pub what: String,
    back: Back,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Back {
    /// A quantity changes by this much.
    By(Item, i64),
    /// A quantity becomes this.
    To(Item, u32),
    /// A note becomes this.
    Note(Key, Option<String>),
}

impl Undo {
    /// The edit that takes it back, now.
    #[must_use]
    pub fn edit(&self, view: Option<&ReplicaView>) -> Edit {
        match &self.back {
            Back::By(item, count) => match u32::try_from(*count) {
                Ok(count) => Edit::Line(item.clone(), LineEdit::More(count)),
                Err(_) => {
                    let left = quantity_of(view, item).saturating_sub(count.unsigned_abs() as u32);
                    Edit::Line(item.clone(), LineEdit::Set(left))
                }
            },
            Back::To(item, quantity) => Edit::Line(item.clone(), LineEdit::Set(*quantity)),
            Back::Note(key, text) => Edit::Note(key.clone(), text.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lab::example;

    fn written(edit: &Edit, view: &ReplicaView) -> Operation {
        edit.operation(Some(view)).expect("sound").1
    }

    #[test]
    fn an_edit_of_a_line_becomes_a_write_of_the_cart() {
        let view = example::device();
        let line = |edit| written(&Edit::Line(Item::from("eggs"), edit), &view);
        let eggs = |change| Operation::Cart(Item::from("eggs"), change);
        assert_eq!(line(LineEdit::More(2)), eggs(LineChange::Add(2)));
        assert_eq!(line(LineEdit::Less), eggs(LineChange::Set(7, Vec::new())));
        assert_eq!(line(LineEdit::Set(0)), eggs(LineChange::Remove(Vec::new())));
        let none = Edit::Line(Item::from("tea"), LineEdit::Less);
        assert_eq!(written(&none, &view), Operation::Cart(Item::from("tea"), LineChange::Remove(Vec::new())));
    }

    #[test]
    fn what_is_too_long_or_too_much_is_refused() {
        let view = example::device();
        let refused = |edit: Edit| edit.operation(Some(&view)).expect_err("refused");
        let long = "x".repeat(limits::MAX_NAME_CHARS + 1);
        assert!(refused(Edit::Line(Item::from(long.as_str()), LineEdit::Less)).contains("64"));
        assert!(refused(Edit::Line(Item::from("eggs"), LineEdit::More(9_999))).contains("9999"));
        assert!(refused(Edit::Line(Item::from("eggs"), LineEdit::Set(10_000))).contains("9999"));
        assert!(refused(Edit::Note(Key::from("note-1"), Some(String::new()))).contains("1000"));
    }

    #[test]
    fn an_undo_is_another_write() {
        let view = example::device();
        let back = |edit: Edit| edit.undo(Some(&view)).expect("can be undone").edit(Some(&view));
        let line = |edit| Edit::Line(Item::from("eggs"), edit);
        assert_eq!(back(line(LineEdit::Remove)), line(LineEdit::Set(8)));
        assert_eq!(back(line(LineEdit::Less)), line(LineEdit::More(1)));
        // Whatever others added meanwhile stays.
        assert_eq!(back(line(LineEdit::More(2))), line(LineEdit::Set(6)));
        let note = Key::from(example::NOTE);
        let before = back(Edit::Note(note.clone(), None));
        assert_eq!(before, Edit::Note(note.clone(), Some("Buy early".to_owned())));
        assert_eq!(Edit::Mode(note, Mode::Ask).undo(Some(&view)), None);
    }
}
