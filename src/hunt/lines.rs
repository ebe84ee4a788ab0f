//! What a page and its worker say to each other as text: a line for each field, in a fixed order, name first. Whatever
//! arrives may be damaged or made up: the length is bounded before anything is read, and nothing may follow the last field.

use crate::limits;
use std::fmt::Display;

/// What is wrong with a message, and in which field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct MessageError {
    /// The field.
    pub field: String,
    /// What is wrong.
    pub problem: String,
}

impl MessageError {
    pub(super) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

/// A message in the making.
pub(super) struct Lines(String);

impl Lines {
    /// A message of this kind.
    pub(super) fn of(kind: &str) -> Self {
        Self(kind.to_owned())
    }

    /// Adds a field.
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        let value = value.to_string().replace('\\', "\\\\").replace('\n', "\\n");
        self.0.push_str(&format!("\n{name} {value}"));
        self
    }

    /// The message.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// A message that is read.
pub(super) struct Fields<'a> {
    /// Of which kind it says to be.
    pub(super) kind: &'a str,
    rest: std::str::Split<'a, char>,
}

impl<'a> Fields<'a> {
    /// Begins with the kind.
    pub(super) fn new(text: &'a str) -> Result<Self, MessageError> {
        if text.len() > limits::MAX_SEARCH_MESSAGE_BYTES {
            return Err(MessageError::new("message", format!("has more than {} bytes", limits::MAX_SEARCH_MESSAGE_BYTES)));
        }
        let mut rest = text.split('\n');
        let kind = rest.next().unwrap_or_default();
        Ok(Self { kind, rest })
    }

    /// The next field, which must have this name.
    pub(super) fn text(&mut self, name: &str) -> Result<String, MessageError> {
        let line = self.rest.next().and_then(|line| line.split_once(' '));
        match line {
            Some((found, value)) if found == name => unescaped(value).ok_or_else(|| MessageError::new(name, "has a broken escape")),
            _ => Err(MessageError::new(name, "is missing")),
        }
    }

    /// The same, of at most the length of a sentence.
    pub(super) fn sentence(&mut self, name: &str) -> Result<String, MessageError> {
        let text = self.text(name)?;
        if text.len() <= limits::MAX_SEARCH_SENTENCE_BYTES { Ok(text) } else { Err(MessageError::new(name, "is too long")) }
    }

    /// The same as a whole number up to `most`.
    pub(super) fn number(&mut self, name: &str, most: u64) -> Result<u64, MessageError> {
        let text = self.text(name)?;
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| is_plain && *number <= most);
        number.ok_or_else(|| MessageError::new(name, format!("is not a whole number from 0 to {most}")))
    }

    /// The same as yes (1) or no (0).
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, MessageError> {
        self.number(name, 1).map(|number| number == 1)
    }

    /// Refuses what follows.
    pub(super) fn end(mut self) -> Result<(), MessageError> {
        self.rest.next().map_or(Ok(()), |_| Err(MessageError::new("message", "goes on after its last field")))
    }
}

fn unescaped(value: &str) -> Option<String> {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next()? {
                '\\' => '\\',
                'n' => '\n',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back() {
        for text in ["", " ", "a b", "a\nb\\n\\", "ä\u{2028}\r"] {
            let message = Lines::of("kind").with("one", text).with("two", 7).into_text();
            let mut fields = Fields::new(&message).expect("short");
            assert_eq!((fields.kind, fields.text("one"), fields.number("two", 7)), ("kind", Ok(text.to_owned()), Ok(7)));
            assert_eq!(fields.end(), Ok(()));
        }
    }

    #[test]
    fn errors_name_the_field() {
        let said = |text: &str, read: fn(&mut Fields<'_>) -> Result<(), MessageError>| {
            let mut fields = Fields::new(text).expect("short");
            read(&mut fields).and_then(|()| fields.end()).expect_err("wrong").to_string()
        };
        assert_eq!(said("k", |fields| fields.text("a").map(drop)), "a: is missing");
        assert_eq!(said("k\nb 1", |fields| fields.text("a").map(drop)), "a: is missing");
        assert_eq!(said("k\na \\x", |fields| fields.text("a").map(drop)), "a: has a broken escape");
        for wrong in ["", "+1", "-1", "8", "1.0", "99999999999999999999999"] {
            assert_eq!(said(&format!("k\na {wrong}"), |fields| fields.number("a", 7).map(drop)), "a: is not a whole number from 0 to 7");
        }
        assert_eq!(said("k\na 1\n", |fields| fields.flag("a").map(drop)), "message: goes on after its last field");
        let long = format!("k\na {}", "x".repeat(limits::MAX_SEARCH_SENTENCE_BYTES + 1));
        assert_eq!(said(&long, |fields| fields.sentence("a").map(drop)), "a: is too long");
        assert!(Fields::new(&"x".repeat(limits::MAX_SEARCH_MESSAGE_BYTES + 1)).is_err());
    }
}
