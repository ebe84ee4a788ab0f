//! Fields of one line of a history file: each is there or refused by name.

use super::format::Function;
use super::value::Value;
use crate::limits;
use serde_json::{Map, Value as Json};

/// What is wrong with a history, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{reason}", place(*.line), field_name(.field))]
pub struct Refused {
    /// The line, from 1; `None` when it is the history as a whole.
    pub line: Option<u32>,
    /// The field, when it is one.
    pub field: Option<&'static str>,
    /// What is wrong.
    pub reason: String,
}

fn place(line: Option<u32>) -> String {
    line.map(|line| format!("line {line}: ")).unwrap_or_default()
}

fn field_name(field: &Option<&'static str>) -> String {
    field.map(|field| format!("`{field}`: ")).unwrap_or_default()
}

/// One line as an object.
pub(super) struct Fields {
    pub(super) line: u32,
    object: Map<String, Json>,
}

impl Fields {
    pub(super) fn parse(line: u32, bytes: &[u8]) -> Result<Self, Refused> {
        let refuse = |reason: String| Refused { line: Some(line), field: None, reason };
        let text = std::str::from_utf8(bytes).map_err(|_| refuse("not UTF-8".to_owned()))?;
        match serde_json::from_str(text) {
            Ok(Json::Object(object)) => Ok(Self { line, object }),
            Ok(_) => Err(refuse("must be a JSON object".to_owned())),
            Err(error) => {
                let message = error.to_string();
                let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(start, _)| start);
                Err(refuse(format!("column {}: not JSON: {message}", error.column())))
            }
        }
    }

    pub(super) fn refuse<T>(&self, field: &'static str, reason: impl Into<String>) -> Result<T, Refused> {
        Err(Refused { line: Some(self.line), field: Some(field), reason: reason.into() })
    }

    fn get(&self, field: &'static str) -> Option<&Json> {
        self.object.get(field)
    }

    /// Like `get`, and null counts as missing: for fields where null says nothing.
    fn given(&self, field: &'static str) -> Option<&Json> {
        self.get(field).filter(|json| !json.is_null())
    }

    pub(super) fn required(&self, field: &'static str) -> Result<&Json, Refused> {
        self.get(field).map_or_else(|| self.refuse(field, "missing"), Ok)
    }

    pub(super) fn whole(&self, field: &'static str) -> Result<u64, Refused> {
        self.required(field)?.as_u64().map_or_else(|| self.refuse(field, "must be a whole number, 0 or more"), Ok)
    }

    pub(super) fn optional_whole(&self, field: &'static str) -> Result<Option<u64>, Refused> {
        if self.given(field).is_some() { self.whole(field).map(Some) } else { Ok(None) }
    }

    pub(super) fn word(&self, field: &'static str) -> Result<&str, Refused> {
        self.required(field)?.as_str().map_or_else(|| self.refuse(field, "must be a string"), Ok)
    }

    pub(super) fn function(&self) -> Result<Function, Refused> {
        let word = self.word("f")?;
        let known = Function::ALL.iter().find(|(_, name)| *name == word).map(|(function, _)| *function);
        known.map_or_else(|| self.refuse("f", format!("unknown: {}", shortened(word))), Ok)
    }

    pub(super) fn name(&self, field: &'static str) -> Result<String, Refused> {
        self.as_name(field, self.required(field)?)
    }

    pub(super) fn optional_name(&self, field: &'static str) -> Result<Option<String>, Refused> {
        self.given(field).map(|json| self.as_name(field, json)).transpose()
    }

    fn as_name(&self, field: &'static str, json: &Json) -> Result<String, Refused> {
        match json {
            Json::String(text) => self.as_text_name(field, text),
            Json::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
            _ => self.refuse(field, "must be a string or a whole number"),
        }
    }

    pub(super) fn as_text_name(&self, field: &'static str, text: &str) -> Result<String, Refused> {
        let most = limits::MAX_HISTORY_NAME_CHARS;
        if text.chars().nth(most).is_some() {
            return self.refuse(field, format!("has more than {most} characters"));
        }
        Ok(text.to_owned())
    }

    pub(super) fn value(&self) -> Result<Value, Refused> {
        self.as_value(self.required("value")?)
    }

    /// The value, if it is there and says anything.
    pub(super) fn optional_value(&self) -> Option<&Json> {
        self.given("value")
    }

    pub(super) fn as_value(&self, json: &Json) -> Result<Value, Refused> {
        let value = Value::from_json(json).or_else(|reason| self.refuse("value", reason))?;
        let most = limits::MAX_HISTORY_VALUE_BYTES;
        match &value {
            Value::Text(text) if text.len() > most => self.refuse("value", format!("has more than {most} bytes")),
            _ => Ok(value),
        }
    }

    /// The two values of a cas.
    pub(super) fn pair(&self, json: &Json) -> Result<(Value, Value), Refused> {
        match json.as_array().map(Vec::as_slice) {
            Some([old, new]) => Ok((self.as_value(old)?, self.as_value(new)?)),
            _ => self.refuse("value", "a cas takes a pair [old, new]"),
        }
    }

    /// Dots, each a name or a pair of a replica and its counter.
    pub(super) fn dots(&self, field: &'static str) -> Result<Option<Vec<String>>, Refused> {
        let Some(json) = self.given(field) else { return Ok(None) };
        let Some(list) = json.as_array() else { return self.refuse(field, "must be a list of dots") };
        let most = limits::MAX_HISTORY_LIST;
        if list.len() > most {
            return self.refuse(field, format!("has more than {most} dots"));
        }
        list.iter().map(|dot| self.as_dot(field, dot)).collect::<Result<Vec<_>, _>>().map(Some)
    }

    pub(super) fn optional_dot(&self) -> Result<Option<String>, Refused> {
        self.given("dot").map(|json| self.as_dot("dot", json)).transpose()
    }

    fn as_dot(&self, field: &'static str, json: &Json) -> Result<String, Refused> {
        match json.as_array().map(Vec::as_slice) {
            Some([replica, counter]) if counter.is_u64() => Ok(format!("{}:{counter}", self.as_name(field, replica)?)),
            Some(_) => self.refuse(field, "a dot is a name or a pair [replica, counter]"),
            None => self.as_name(field, json),
        }
    }
}

/// A word from outside, short enough for one line.
fn shortened(word: &str) -> String {
    let start: String = word.chars().take(32).collect();
    format!("{start:?}{}", if start.len() < word.len() { "…" } else { "" })
}

/// The same for the reader's own messages.
pub(super) fn quoted(word: &str) -> String {
    shortened(word)
}
