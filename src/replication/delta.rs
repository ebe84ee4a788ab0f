//! One write, as replicas exchange it. All modes are folds over the same deltas.

use super::causality::{Dot, VersionVector};
use super::clock::Stamp;
use super::hash::Digest;
use super::ids::Term;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// The name of a record. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Key(pub Arc<str>);

/// The name of a line in a shopping cart. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Item(pub Arc<str>);

/// Who made a write, for people. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Author(pub Arc<str>);

/// A plain value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A whole number.
    Number(i64),
    /// Text.
    Text(Arc<str>),
}

/// What a write does to its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Replaces a plain value.
    Put(Value),
    /// Deletes the key. A deletion is a version like any other (rule R2).
    Delete,
    /// Changes one line of a shopping cart.
    Cart(Item, LineChange),
    /// Sets how conflicts on the key are decided; itself last-write-wins data.
    SetMode(Mode),
    /// The word of the key's home on a write (mode [`Mode::Home`]).
    Rule(Ruling),
    /// An operation of a newer minor version: kept as it is and passed on (rule R12).
    Opaque(Opaque),
}

/// What the home leader of a key says of one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The write.
    pub of: Dot,
    /// Whether it is accepted.
    pub accepts: bool,
    /// The term of the home's leadership.
    pub term: Term,
    /// The home.
    pub home: u64,
    /// The how-manieth ruling of this home.
    pub sequence: u64,
}

impl Ruling {
    /// Where it stands in the order of the homes.
    #[must_use]
    pub const fn place(&self) -> (Term, u64, u64) {
        (self.term, self.home, self.sequence)
    }
}

/// An operation that this version does not know, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// Which operation: a number that this version does not use.
    pub tag: u8,
    /// What belongs to it.
    pub bytes: Arc<[u8]>,
}

/// What a cart write does to its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineChange {
    /// "+": adds this many (more than 0).
    Add(u32),
    /// A typed quantity (more than 0): drops the dots that its writer had observed on the line.
    Set(u32, Vec<Dot>),
    /// Removes the line: drops the dots that its writer had observed on it.
    Remove(Vec<Dot>),
}

/// How concurrent versions of a key are decided. Each is a deterministic fold over the key's deltas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The whole value with the latest stamp wins, ties by replica id.
    LastWrite,
    /// Last write wins for each cart line alone.
    LastWriteLine,
    /// Union of the items over the siblings, quantity = maximum. Broken: a removed item returns.
    NaiveUnion,
    /// The add-wins map.
    AddWins,
    /// Siblings are kept until a person decides.
    Ask,
    /// The key's home leader orders the writes, and rejects those that had not seen the last one accepted.
    Home,
}

impl Mode {
    /// Every mode, in the order of pickers.
    pub const ALL: [Self; 6] = [Self::LastWrite, Self::LastWriteLine, Self::NaiveUnion, Self::AddWins, Self::Ask, Self::Home];

    /// Whether this build knows how to decide by it.
    #[must_use]
    pub fn is_built_in(self) -> bool {
        self != Self::Home || !super::IS_OPENING_ALONE
    }

    /// The name used in recipes and settings.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::LastWrite => "last-write",
            Self::LastWriteLine => "last-write-line",
            Self::NaiveUnion => "naive-union",
            Self::AddWins => "add-wins",
            Self::Ask => "ask",
            Self::Home => "home",
        }
    }

    /// The mode named `id`.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.id() == id)
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Its name.
    pub dot: Dot,
    /// The counter of the same replica's write before it; 0 when it is the first.
    pub previous: u64,
    /// What the writer, through its last read, had seen of this key: decides *conflicts*.
    pub context: VersionVector,
    /// All that the accepting replica had at the write: decides *delivery*.
    pub deps: VersionVector,
    /// When, by the accepting replica's hybrid clock.
    pub stamp: Stamp,
    /// Who.
    pub author: Author,
    /// Which record.
    pub key: Key,
    /// What.
    pub operation: Operation,
    /// Hash of the content and of the same replica's delta before it (rule R3).
    pub chain: Digest,
}

impl Delta {
    /// Whether the writer of this delta had seen `other` (a delta of the same key).
    #[must_use]
    pub fn has_seen(&self, other: &Self) -> bool {
        self.context.covers(other.dot)
    }

    /// The cart line that it changes, if it is a cart write.
    #[must_use]
    pub const fn item(&self) -> Option<&Item> {
        match &self.operation {
            Operation::Cart(item, _) => Some(item),
            Operation::Put(_) | Operation::Delete | Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_) => None,
        }
    }

    /// What it says of another write, if it is a ruling.
    #[must_use]
    pub const fn ruling(&self) -> Option<&Ruling> {
        match &self.operation {
            Operation::Rule(ruling) => Some(ruling),
            Operation::Put(_) | Operation::Delete | Operation::Cart(..) | Operation::SetMode(_) | Operation::Opaque(_) => None,
        }
    }

    /// How many bytes it takes in a message, at most.
    #[must_use]
    pub fn bytes_most(&self) -> usize {
        const FIELDS: usize = 64;
        const DOT: usize = 20;
        let dots = self.context.replica_count() + self.deps.replica_count();
        let (text, observed) = match &self.operation {
            Operation::Put(Value::Text(text)) => (text.len(), 0),
            Operation::Cart(item, LineChange::Set(_, observed) | LineChange::Remove(observed)) => (item.0.len(), observed.len()),
            Operation::Cart(item, LineChange::Add(_)) => (item.0.len(), 0),
            Operation::Opaque(opaque) => (opaque.bytes.len(), 0),
            Operation::Put(Value::Number(_)) | Operation::Delete | Operation::SetMode(_) | Operation::Rule(_) => (0, 0),
        };
        FIELDS + self.author.0.len() + self.key.0.len() + text + DOT * (dots + observed)
    }

    /// The order of last write wins: by stamp, ties by dot, so that all replicas agree.
    #[must_use]
    pub const fn rank(&self) -> (Stamp, Dot) {
        (self.stamp, self.dot)
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<&str> for Item {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<&str> for Author {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
