//! What a replica holds of one key, and how two such pieces meet: the higher version wins (last write wins, as in
//! Cassandra), or siblings are merged. Knows neither nodes nor messages.

use super::siblings::Siblings;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Author, Key, Value};
use crate::replication::hash::Hasher;
use crate::replication::ids::NodeId;
use crate::replication::time::LocalTime;
use std::cmp::Ordering;
use std::rc::Rc;

/// Low bits of a version that name its coordinator.
const NODE_BITS: u32 = 6;
/// Bits above those that say at which of its starts the coordinator gave a counted version.
const START_BITS: u32 = 16;

/// The place of a write in its key's order: a clock or count and, in the low bits, the coordinator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64);

impl Version {
    /// The version of this clock or count, given by `node` if ties go by nodes.
    #[must_use]
    pub const fn new(clock: u64, node: Option<NodeId>) -> Self {
        let low = match node {
            Some(node) => node.0 as u64,
            None => 0,
        };
        Self(clock << NODE_BITS | low)
    }

    /// The version of this count, given by `node` at this one of its starts: what it gave before a crash is another one.
    #[must_use]
    pub const fn of_start(count: u64, start: u16, node: NodeId) -> Self {
        Self::new(count << START_BITS | start as u64, Some(node))
    }

    /// The clock or count in it.
    #[must_use]
    pub const fn clock(self) -> u64 {
        self.0 >> NODE_BITS
    }

    /// The count in one of a start.
    #[must_use]
    pub const fn count(self) -> u64 {
        self.clock() >> START_BITS
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Its name.
    pub dot: Dot,
    /// The value; `None` deletes the key.
    pub value: Option<Value>,
    /// Who.
    pub author: Author,
    /// What its client had seen.
    pub context: VersionVector,
    /// When, by the clock of the node that named it.
    pub at: LocalTime,
}

/// What is held of a key: travels, and is stored, as one shared piece. Key and version stand first, beside the count of
/// its owners: most of the time nothing else of it is touched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Cell {
    /// Which record.
    pub key: Rc<Key>,
    /// Its place in the key's order; 0 for siblings, which have none.
    pub version: Version,
    /// The write or writes.
    pub content: Content,
}

/// The write or writes of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The last one.
    Last(Write),
    /// All that did not see each other.
    Siblings(Siblings),
}

/// How a cell stands to the one that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They are the same.
    Same,
    /// What is held is newer, or knows all that the other one knows.
    Older,
    /// It replaces what is held.
    Newer,
    /// Each has something that the other lacks.
    Apart,
}

impl Cell {
    /// How `new` stands to this one, which is held.
    #[inline(always)]
    #[must_use]
    pub fn standing(&self, new: &Self) -> Standing {
        match self.version.cmp(&new.version) {
            Ordering::Less => Standing::Newer,
            Ordering::Greater => Standing::Older,
            Ordering::Equal => self.standing_of_equal(new),
        }
    }

    /// Among equal clocks: the deletion, then the larger value (Cassandra's rule), then the name.
    #[inline(never)]
    fn standing_of_equal(&self, new: &Self) -> Standing {
        match (&self.content, &new.content) {
            (Content::Last(held), Content::Last(new)) => {
                let rank = |write: &Write| (write.value.is_none(), write.value.clone(), write.dot);
                match rank(held).cmp(&rank(new)) {
                    Ordering::Less => Standing::Newer,
                    Ordering::Equal => Standing::Same,
                    Ordering::Greater => Standing::Older,
                }
            }
            (Content::Siblings(held), Content::Siblings(new)) => held.standing(new),
            (Content::Last(_), Content::Siblings(_)) => Standing::Newer,
            (Content::Siblings(_), Content::Last(_)) => Standing::Older,
        }
    }

    /// What both together make.
    #[must_use]
    pub fn merged(held: &Rc<Self>, new: &Rc<Self>) -> Rc<Self> {
        match held.standing(new) {
            Standing::Same | Standing::Older => Rc::clone(held),
            Standing::Newer => Rc::clone(new),
            Standing::Apart => match (&held.content, &new.content) {
                (Content::Siblings(one), Content::Siblings(other)) => {
                    let content = Content::Siblings(one.merged(other));
                    Rc::new(Self { key: Rc::clone(&held.key), version: Version::default(), content })
                }
                _ => Rc::clone(new),
            },
        }
    }

    /// Merges what else is known of a key.
    #[inline(always)]
    pub fn gather(known: &mut Option<Rc<Self>>, more: Option<Rc<Self>>) {
        match (known.as_mut(), more) {
            (_, None) => {}
            (None, more) => *known = more,
            (Some(held), Some(more)) => match held.standing(&more) {
                Standing::Same | Standing::Older => {}
                Standing::Newer => *held = more,
                Standing::Apart => *held = Self::merged(held, &more),
            },
        }
    }

    /// Its writes.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        match &self.content {
            Content::Last(write) => std::slice::from_ref(write),
            Content::Siblings(siblings) => siblings.writes(),
        }
    }

    /// The names of its writes, and what their clients had seen.
    #[must_use]
    pub fn names(&self) -> Vec<(Dot, &VersionVector)> {
        self.writes().iter().map(|write| (write.dot, &write.context)).collect()
    }

    /// Whether nothing is left of the key.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.writes().iter().all(|write| write.value.is_none())
    }

    /// When the youngest of its writes was named.
    #[must_use]
    pub fn youngest(&self) -> LocalTime {
        self.writes().iter().map(|write| write.at).max().unwrap_or_default()
    }

    /// A number that stands for all that is known of the key.
    #[must_use]
    pub fn hash(&self) -> u64 {
        let mut hasher = Hasher::new(self.version.0);
        hasher.text(&self.key.0);
        for write in self.writes() {
            hasher.number(write.dot.replica.0).number(write.dot.counter);
        }
        if let Content::Siblings(siblings) = &self.content {
            for dot in siblings.seen().iter() {
                hasher.number(dot.replica.0).number(dot.counter);
            }
        }
        hasher.digest().0
    }

    /// A cheap number for fingerprints.
    #[inline]
    #[must_use]
    pub fn sign(&self) -> u64 {
        if self.version.0 > 0 { self.version.0 } else { self.sign_of_dots() }
    }

    fn sign_of_dots(&self) -> u64 {
        self.writes().iter().fold(0, |sum, write| sum.rotate_left(9) ^ write.dot.counter)
    }

    /// For people.
    #[must_use]
    pub fn shown(&self) -> String {
        let shown = |write: &Write| write.value.as_ref().map_or_else(|| "deleted".to_owned(), ToString::to_string);
        self.writes().iter().map(shown).collect::<Vec<_>>().join(" | ")
    }
}
