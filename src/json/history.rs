//! What is said of a history, in the words of its format.

use crate::histories::{Action, History, KeyId, Operation, Value, Verdict};
use serde_json::{Map, Value as Json, json};

/// A verdict, with the operations that show it.
pub(crate) fn verdict_on(history: &History, verdict: &Verdict) -> Json {
    let witness: Vec<Json> = verdict.witness.iter().map(|number| described(history, *number)).collect();
    let mut answer = json!({
        "guarantee": verdict.guarantee.id(),
        "holds": verdict.holds,
        "operations": verdict.operations,
        "witness": witness,
    });
    if let Some(because) = &verdict.undecided_because {
        answer["undecided_because"] = Json::from(because.as_str());
    }
    answer
}

/// An operation of the witness, in the words of the history format.
fn described(history: &History, number: usize) -> Json {
    let operation = &history.operations[number];
    let mut fields = Map::new();
    fields.insert("operation".to_owned(), Json::from(number));
    fields.insert("line".to_owned(), Json::from(operation.invoked.line));
    fields.insert("process".to_owned(), Json::from(operation.process));
    fields.insert("session".to_owned(), Json::from(history.sessions[operation.session as usize].as_str()));
    fields.insert("type".to_owned(), Json::from(operation.outcome.name()));
    fields.insert("f".to_owned(), Json::from(operation.function.name()));
    if let Some(key) = operation.action.key() {
        fields.insert("key".to_owned(), Json::from(key_name(history, key)));
    }
    fields.insert("value".to_owned(), value(history, operation));
    fields.insert("invoked_ns".to_owned(), Json::from(operation.invoked.time));
    fields.insert("closed_ns".to_owned(), Json::from(operation.closed.map(|closed| closed.time)));
    Json::Object(fields)
}

/// The name of a key.
pub(crate) fn key_name(history: &History, key: KeyId) -> &str {
    &history.keys[key as usize]
}

/// What an operation read or wrote.
pub(crate) fn value(history: &History, operation: &Operation) -> Json {
    match &operation.action {
        Action::Read(_, value) => value.as_ref().map_or(Json::Null, Value::to_json),
        Action::Write(_, value) | Action::Append(_, value) => value.to_json(),
        Action::Cas(_, old, new) => json!([old.to_json(), new.to_json()]),
        Action::ReadMany(values) => {
            Json::Object(values.iter().map(|(key, value)| (key_name(history, *key).to_owned(), value.to_json())).collect())
        }
    }
}
