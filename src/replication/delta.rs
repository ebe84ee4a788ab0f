//! One write, as replicas exchange it. All modes are folds over the same deltas.

use super::causality::{Dot, VersionVector};
use super::clock::Stamp;
use super::hash::Digest;
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
}

impl Mode {
    /// Every mode, in the order of pickers.
    pub const ALL: [Self; 5] = [Self::LastWrite, Self::LastWriteLine, Self::NaiveUnion, Self::AddWins, Self::Ask];

    /// The name used in recipes and settings.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::LastWrite => "last-write",
            Self::LastWriteLine => "last-write-line",
            Self::NaiveUnion => "naive-union",
            Self::AddWins => "add-wins",
            Self::Ask => "ask",
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
            Operation::Put(_) | Operation::Delete | Operation::SetMode(_) => None,
        }
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
