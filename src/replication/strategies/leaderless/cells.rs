//! A replica's store: what it holds of each key, and which writes it knows to be overwritten, so that none goes without
//! a trace. Both the node and its durable store keep one, by the same steps.

use super::cell::{Cell, Content, Standing, Version, Write};
use crate::limits;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::Key;
use std::rc::Rc;
use std::sync::Arc;

/// What is held of every key, sorted by key.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    held: Vec<Rc<Cell>>,
    /// Cells that went, wholly or in part: a ring. What stood against them is worked out when somebody looks.
    past: Vec<Past>,
    /// Where the oldest of them stands, once there is no room for more.
    oldest: usize,
    forgotten_count: u64,
}

/// A cell that went, as far as anybody asks about it later.
#[derive(Clone, Debug)]
pub enum Past {
    /// One write whose client had seen nothing: its name says it all, and the cell need not stay for it.
    Named {
        /// Which record.
        key: Rc<Key>,
        /// Its place in the key's order.
        version: Version,
        /// The name of the write.
        dot: Dot,
    },
    /// Any other.
    Whole(Rc<Cell>),
}

/// What the client of a [`Past::Named`] had seen.
static NOTHING_SEEN: VersionVector = VersionVector::new();

impl Past {
    /// Which record.
    #[must_use]
    pub fn key(&self) -> &Key {
        match self {
            Self::Named { key, .. } => key,
            Self::Whole(cell) => &cell.key,
        }
    }

    /// Its place in the key's order.
    #[must_use]
    pub fn version(&self) -> Version {
        match self {
            Self::Named { version, .. } => *version,
            Self::Whole(cell) => cell.version,
        }
    }

    /// Its writes: their names, and what their clients had seen.
    #[must_use]
    pub fn names(&self) -> Vec<(Dot, &VersionVector)> {
        match self {
            Self::Named { dot, .. } => vec![(*dot, &NOTHING_SEEN)],
            Self::Whole(cell) => cell.names(),
        }
    }
}

impl From<&Rc<Cell>> for Past {
    #[inline(always)]
    fn from(cell: &Rc<Cell>) -> Self {
        match &cell.content {
            Content::Last(Write { dot, context, .. }) if context.is_empty() => {
                Self::Named { key: Rc::clone(&cell.key), version: cell.version, dot: *dot }
            }
            _ => Self::Whole(Rc::clone(cell)),
        }
    }
}

/// What became of a cell that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// It was held already.
    Known,
    /// It was overwritten before it came.
    Overwritten,
    /// It is held now.
    Taken,
    /// It is held now, merged with what was.
    Merged,
}

impl Cells {
    #[inline(always)]
    fn position(&self, key: &Key) -> Result<usize, usize> {
        match self.held.first() {
            Some(first) if Arc::ptr_eq(&first.key.0, &key.0) => Ok(0),
            _ => self.held.binary_search_by(|held| (*held.key).cmp(key)),
        }
    }

    /// What is held of `key`.
    #[inline]
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Rc<Cell>> {
        self.position(key).ok().map(|index| &self.held[index])
    }

    /// Everything, in the order of keys.
    #[must_use]
    pub fn all(&self) -> &[Rc<Cell>] {
        &self.held
    }

    /// What went, oldest first.
    pub fn past(&self) -> impl Iterator<Item = &Past> {
        let (late, early) = self.past.split_at(self.oldest);
        early.iter().chain(late)
    }

    /// How many overwritten cells are not listed any more.
    #[must_use]
    pub const fn forgotten_count(&self) -> u64 {
        self.forgotten_count
    }

    /// Takes `new`, unless what is held is newer.
    #[inline(always)]
    pub fn offer(&mut self, new: &Rc<Cell>) -> Offered {
        match self.position(&new.key) {
            Ok(index) => self.meet(index, new),
            Err(index) => {
                self.held.insert(index, Rc::clone(new));
                Offered::Taken
            }
        }
    }

    #[inline(always)]
    fn meet(&mut self, index: usize, new: &Rc<Cell>) -> Offered {
        match self.held[index].standing(new) {
            Standing::Same => Offered::Known,
            Standing::Older => {
                self.remember(new);
                Offered::Overwritten
            }
            Standing::Newer => {
                let was = std::mem::replace(&mut self.held[index], Rc::clone(new));
                self.remember(&was);
                Offered::Taken
            }
            Standing::Apart => self.merge(index, new),
        }
    }

    #[inline(never)]
    fn merge(&mut self, index: usize, new: &Rc<Cell>) -> Offered {
        let merged = Cell::merged(&self.held[index], new);
        let was = std::mem::replace(&mut self.held[index], merged);
        self.remember(&was);
        self.remember(new);
        Offered::Merged
    }

    /// Like [`Cells::offer`], where deletions leave no trace.
    pub fn offer_without_tombstones(&mut self, new: &Rc<Cell>) -> Offered {
        let offered = self.offer(new);
        let Ok(index) = self.position(&new.key) else { return offered };
        if self.held[index].is_tombstone() {
            let was = self.held.remove(index);
            self.remember(&was);
        } else if let Content::Siblings(siblings) = &self.held[index].content
            && siblings.writes().iter().any(|write| write.value.is_none())
        {
            let content = Content::Siblings(siblings.without_tombstones());
            self.held[index] = Rc::new(Cell { key: Rc::clone(&new.key), version: new.version, content });
        }
        offered
    }

    /// Forgets the tombstone of `key`, if that is what is held.
    pub fn collect(&mut self, key: &Key) -> Option<Rc<Cell>> {
        let index = self.position(key).ok().filter(|index| self.held[*index].is_tombstone())?;
        let was = self.held.remove(index);
        self.remember(&was);
        Some(was)
    }

    #[inline(always)]
    fn remember(&mut self, was: &Rc<Cell>) {
        let past = Past::from(was);
        if self.past.len() < limits::MAX_OVERWRITTEN {
            return self.past.push(past);
        }
        self.past[self.oldest] = past;
        self.oldest = (self.oldest + 1) % limits::MAX_OVERWRITTEN;
        self.forgotten_count += 1;
    }
}
