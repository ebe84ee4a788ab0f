//! A history of operations, as clients saw them: who asked what, when, and what came back.
//!
//! The order of events is the order of lines; times only have to agree with it. Knows neither files nor guarantees.

use super::value::Value;

/// A key of the history, by its place in [`History::keys`].
pub type KeyId = u32;
/// A session of the history, by its place in [`History::sessions`].
pub type SessionId = u32;

/// Operations in the order of their invocations; the position is the operation's number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Every operation.
    pub operations: Vec<Operation>,
    /// Names of the keys.
    pub keys: Vec<String>,
    /// Names of the sessions.
    pub sessions: Vec<String>,
}

/// One operation from its invocation to its close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The client process that waited for it.
    pub process: u64,
    /// The session that it belongs to.
    pub session: SessionId,
    /// Its name in the file.
    pub function: Function,
    /// What was asked, with what came back.
    pub action: Action,
    /// When it was asked.
    pub invoked: Moment,
    /// When it was closed; `None` while it is open.
    pub closed: Option<Moment>,
    /// How it ended.
    pub outcome: Outcome,
    /// The node that answered, when it is known.
    pub node: Option<String>,
    /// The position in the key's order, when the system knows it.
    pub version: Option<u64>,
    /// The name of this write in what others have seen.
    pub dot: Option<String>,
    /// The dots that this write had seen.
    pub sees: Option<Vec<String>>,
}

/// A place in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The line, from 1. Decides the order.
    pub line: u32,
    /// The time, in nanoseconds.
    pub time: u64,
}

/// The names of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Reads a register.
    Read,
    /// Writes a register.
    Write,
    /// Compare and set.
    Cas,
    /// Reads a key.
    Get,
    /// Writes a key.
    Put,
    /// Appends to a key's text.
    Append,
    /// Reads several keys at once.
    ReadMany,
}

impl Function {
    /// All, with their names.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Read, "read"),
        (Self::Write, "write"),
        (Self::Cas, "cas"),
        (Self::Get, "get"),
        (Self::Put, "put"),
        (Self::Append, "append"),
        (Self::ReadMany, "read-many"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(function, _)| *function == self).map_or("", |(_, name)| name)
    }
}

/// What an operation does to keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Reads a key; what came back, if it was answered.
    Read(KeyId, Option<Value>),
    /// Writes a key.
    Write(KeyId, Value),
    /// Writes the second value if the key holds the first.
    Cas(KeyId, Value, Value),
    /// Appends to a key's text.
    Append(KeyId, Value),
    /// Reads several keys at once; empty if it was not answered.
    ReadMany(Vec<(KeyId, Value)>),
}

impl Action {
    /// The key, unless there are several.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        match self {
            Self::Read(key, _) | Self::Write(key, _) | Self::Cas(key, ..) | Self::Append(key, _) => Some(*key),
            Self::ReadMany(_) => None,
        }
    }

    /// What this read shows, key by key.
    #[must_use]
    pub fn shown(&self) -> Vec<(KeyId, Value)> {
        match self {
            Self::Read(key, Some(value)) => vec![(*key, value.clone())],
            Self::ReadMany(values) => values.clone(),
            Self::Read(_, None) | Self::Write(..) | Self::Cas(..) | Self::Append(..) => Vec::new(),
        }
    }
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It took effect between invocation and close.
    Ok,
    /// It took no effect.
    Fail,
    /// It takes effect at any time after its invocation, or never; the client knows that it does not know.
    Info,
    /// The same, since the history ends before its close.
    Open,
}

impl Outcome {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Info => "info",
            Self::Open => "open",
        }
    }

    /// Whether the effect may come at any later time or never.
    #[must_use]
    pub const fn is_unknown(self) -> bool {
        matches!(self, Self::Info | Self::Open)
    }
}

impl Operation {
    /// The line before which its effect was complete; `None` if that is unknown.
    #[must_use]
    pub fn ended_line(&self) -> Option<u32> {
        if self.outcome.is_unknown() { None } else { self.closed.map(|closed| closed.line) }
    }
}
