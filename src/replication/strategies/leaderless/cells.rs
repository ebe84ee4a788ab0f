//! A replica's store: what it holds of each key, and which writes it knows to be overwritten, so that none goes without
//! a trace. Both the node and its durable store keep one, by the same steps.

use super::cell::{Cell, Content, Standing};
use crate::limits;
use crate::replication::delta::Key;
use std::rc::Rc;
use std::sync::Arc;

/// What is held of every key, sorted by key.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    held: Vec<Rc<Cell>>,
    /// Cells that went, wholly or in part: a ring. What stood against them is worked out when somebody looks.
    past: Vec<Rc<Cell>>,
    /// Where the oldest of them stands, once there is no room for more.
    oldest: usize,
    forgotten_count: u64,
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
    pub fn past(&self) -> impl Iterator<Item = &Rc<Cell>> {
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
                self.remember(Rc::clone(new));
                Offered::Overwritten
            }
            Standing::Newer => {
                let was = std::mem::replace(&mut self.held[index], Rc::clone(new));
                self.remember(was);
                Offered::Taken
            }
            Standing::Apart => self.merge(index, new),
        }
    }

    #[inline(never)]
    fn merge(&mut self, index: usize, new: &Rc<Cell>) -> Offered {
        let merged = Cell::merged(&self.held[index], new);
        let was = std::mem::replace(&mut self.held[index], merged);
        self.remember(was);
        self.remember(Rc::clone(new));
        Offered::Merged
    }

    /// Like [`Cells::offer`], where deletions leave no trace.
    pub fn offer_without_tombstones(&mut self, new: &Rc<Cell>) -> Offered {
        let offered = self.offer(new);
        let Ok(index) = self.position(&new.key) else { return offered };
        if self.held[index].is_tombstone() {
            let was = self.held.remove(index);
            self.remember(was);
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
        self.remember(Rc::clone(&was));
        Some(was)
    }

    #[inline(always)]
    fn remember(&mut self, past: Rc<Cell>) {
        if self.past.len() < limits::MAX_OVERWRITTEN {
            return self.past.push(past);
        }
        self.past[self.oldest] = past;
        self.oldest = (self.oldest + 1) % limits::MAX_OVERWRITTEN;
        self.forgotten_count += 1;
    }
}
