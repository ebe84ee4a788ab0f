//! Models: which operations a history may hold. `read` and `get`, `write` and `put` are the same operations everywhere.

use super::Options;
use super::fields::Refused;
use super::format::{Action, History, Operation};
use super::value::Value;

/// Which operations there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// Reads and writes.
    Register,
    /// Reads, writes and compare-and-set.
    CasRegister,
    /// Reads and writes of keys.
    Kv,
    /// Reads, writes and appends of texts; a read returns the concatenation.
    AppendKv,
}

impl Model {
    /// All, with their ids.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Register, "register"), (Self::CasRegister, "cas-register"), (Self::Kv, "kv"), (Self::AppendKv, "append-kv")];

    /// Its id.
    #[must_use]
    pub fn id(self) -> &'static str {
        Self::ALL.iter().find(|(model, _)| *model == self).map_or("", |(_, id)| id)
    }

    /// The model of this id.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, own)| *own == id).map(|(model, _)| *model)
    }

    fn has(self, action: &Action) -> bool {
        match action {
            Action::Cas(..) => self == Self::CasRegister,
            Action::Append(..) => self == Self::AppendKv,
            Action::Read(..) | Action::Write(..) | Action::ReadMany(_) => true,
        }
    }
}

/// The model asked for, or the smallest that has all operations, if it has them.
pub(super) fn fitting(history: &History, options: &Options) -> Result<Model, Refused> {
    let has = |kind: fn(&Action) -> bool| history.operations.iter().any(|operation| kind(&operation.action));
    let inferred = if has(|action| matches!(action, Action::Append(..))) {
        Model::AppendKv
    } else if has(|action| matches!(action, Action::Cas(..))) {
        Model::CasRegister
    } else {
        Model::Kv
    };
    let model = options.model.unwrap_or(inferred);
    for operation in &history.operations {
        if !model.has(&operation.action) {
            return refuse(operation, "f", format!("the model {} has no {}", model.id(), operation.function.name()));
        }
        if model == Model::AppendKv && writes_no_text(&operation.action) {
            return refuse(operation, "value", "must be a string in the model append-kv".to_owned());
        }
    }
    if model == Model::AppendKv && !matches!(options.initial, Value::Null | Value::Text(_)) {
        return Err(Refused { line: None, field: Some("initial"), reason: "must be a string in the model append-kv".to_owned() });
    }
    Ok(model)
}

fn writes_no_text(action: &Action) -> bool {
    matches!(action, Action::Write(_, value) if !matches!(value, Value::Null | Value::Text(_)))
}

fn refuse(operation: &Operation, field: &'static str, reason: String) -> Result<Model, Refused> {
    Err(Refused { line: Some(operation.invoked.line), field: Some(field), reason })
}
