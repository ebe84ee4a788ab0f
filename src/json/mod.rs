//! What tools are told, as JSON: the same on the command line and in JavaScript.

pub(crate) mod history;
pub(crate) mod scenarios;
pub(crate) mod verdicts;

use serde_json::{Value as Json, json};

/// What every list has of an entry.
pub(crate) fn entry(id: &str, title: &str, summary: &str) -> Json {
    json!({ "id": id, "title": title, "summary": summary })
}
