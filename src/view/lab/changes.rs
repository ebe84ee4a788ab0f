//! Writes in a few words, without their authors.

use super::notes;
use crate::replication::delta::{Delta, Key, Operation, Value};
use crate::view::describe;

/// What a write does: "eggs set to 8", "Note: “Buy early”".
#[must_use]
pub fn change(delta: &Delta) -> String {
    match &delta.operation {
        Operation::Put(value) => format!("{}{}", place(&delta.key), quoted(value)),
        Operation::Delete => format!("{}deleted", place(&delta.key)),
        Operation::Cart(..) => describe::write_noun(&delta.operation),
        Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_) => {
            format!("{}{}", place(&delta.key), describe::write_noun(&delta.operation))
        }
    }
}

/// "Note: ", "Cart: ".
fn place(key: &Key) -> String {
    format!("{}: ", super::key_title(key))
}

/// A value between quotation marks, cut where it is long.
#[must_use]
pub fn quoted(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("“{}”", shortened(text, 40)),
    }
}

/// The beginning of a text.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// A name for a key that tells it from its siblings: "Note “Buy early”".
#[must_use]
pub fn key_name(key: &Key, text: &str) -> String {
    match notes::created_at(key) {
        Some(_) if !text.is_empty() => format!("Note “{}”", shortened(text, 24)),
        _ => super::key_title(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shortened("four", 4), "four");
        assert_eq!(shortened("fives", 4), "fiv…");
        assert_eq!(key_name(&Key::from("note-1-1"), "a"), "Note “a”");
        assert_eq!(key_name(&Key::from("cart"), "a"), "Cart");
    }
}
