//! A node that stores: takes cells, answers what it holds, gives siblings their dots, and collects old tombstones.

use super::cell::{Cell, Content, Version, Write};
use super::cells::Offered;
use super::message::{Beside, Draft, Minted};
use super::siblings::Siblings;
use super::{Leaderless, Out, Record, Timer};
use crate::replication::delta::Key;
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Env;
use crate::replication::time::{LocalTime, SimDuration};
use std::rc::Rc;

/// Dots given lately that a replica remembers, so that a request that comes twice is one write.
const MINTED_MAX: usize = 256;

impl Leaderless {
    /// What this node knows of a key, hints for others included.
    #[inline(always)]
    pub(super) fn held(&self, key: &Key) -> Option<Rc<Cell>> {
        let mut held = self.cells.get(key).cloned();
        if !self.hints.is_empty() {
            self.hints.about(key).for_each(|hint| Cell::gather(&mut held, Some(Rc::clone(&hint.cell))));
        }
        held
    }

    /// Takes a cell, durably, unless something newer is held.
    #[inline(always)]
    pub(super) fn take(&mut self, env: &Env<'_>, new: &Rc<Cell>, out: &mut Out) {
        if self.is_plain {
            if self.cells.offer(new) != Offered::Known {
                out.persist(Record::Cell(Rc::clone(new)));
            }
            return;
        }
        self.take_with_care(env, new, out);
    }

    /// The same with hash trees, notes and tombstones in mind.
    #[inline(never)]
    fn take_with_care(&mut self, env: &Env<'_>, new: &Rc<Cell>, out: &mut Out) {
        let before = self.cells.get(&new.key).cloned();
        // A tombstone that others have long collected must not come back by the back door.
        if before.is_none() && self.is_expired(env, new) {
            return;
        }
        let keeps = self.config.keeps_tombstones;
        let offered = if keeps { self.cells.offer(new) } else { self.cells.offer_without_tombstones(new) };
        if offered == Offered::Known {
            return;
        }
        out.persist(if keeps { Record::Cell(Rc::clone(new)) } else { Record::Traceless(Rc::clone(new)) });
        self.tell_siblings(before.as_deref(), &new.key, out);
        self.note_change(&new.key, before.as_deref());
    }

    fn tell_siblings(&self, before: Option<&Cell>, key: &Key, out: &mut Out) {
        let count = |cell: Option<&Cell>| cell.map_or(0, |cell| cell.writes().len());
        let (was, is) = (count(before), count(self.cells.get(key).map(|cell| &**cell)));
        if is > 1 && is > was {
            out.note(|| Note::Told("sibling-made", format!("keeps {is} siblings of {key}")));
        } else if was > 1 && is < was {
            out.note(|| Note::Told("sibling-merged", format!("keeps {is} of {was} siblings of {key}: a write had seen the others")));
        }
    }

    /// Keeps the hash tree of the key up to date.
    fn note_change(&mut self, key: &Rc<Key>, before: Option<&Cell>) {
        if let Some(tree) = self.trees.get_mut(&(self.config.ring.place(key) as u16)) {
            tree.change(key, before, self.cells.get(key).map(|cell| &**cell));
        }
    }

    /// Gives a client's write its dot and takes it.
    pub(super) fn mint(&mut self, env: &Env<'_>, draft: &Draft, out: &mut Out) -> Minted {
        let dot = self.next_dot(self.identity);
        let write =
            Write { dot, value: draft.value.clone(), author: draft.author.clone(), context: draft.context.clone(), at: env.local_clock };
        let known = match self.cells.get(&draft.key).map(|cell| &cell.content) {
            Some(Content::Siblings(known)) => known.updated(write),
            _ => Siblings::new(self.config.plain_vectors).updated(write),
        };
        let cell = Rc::new(Cell { key: Rc::clone(&draft.key), version: Version::default(), content: Content::Siblings(known) });
        self.take(env, &cell, out);
        Minted { dot, cell }
    }

    /// A coordinator that stores nothing wants a dot. A doubled request gets the same one.
    pub(super) fn on_mint(&mut self, env: &Env<'_>, from: NodeId, number: u32, draft: &Draft, out: &mut Out) {
        let known = self.minted.iter().find(|(node, other, _)| (*node, *other) == (from, number)).map(|(_, _, minted)| minted.clone());
        let minted = known.unwrap_or_else(|| {
            let minted = self.mint(env, draft, out);
            if self.minted.len() >= MINTED_MAX {
                self.minted.pop_front();
            }
            self.minted.push_back((from, number, minted.clone()));
            minted
        });
        out.send(from, Beside::Minted(number, minted).into());
    }

    /// Whether a cell is a tombstone that need not be kept any more.
    pub(super) fn is_expired(&self, env: &Env<'_>, cell: &Cell) -> bool {
        let keep = self.config.tombstone_keep;
        keep > SimDuration::ZERO && cell.is_tombstone() && age(cell.youngest(), env.local_clock) > keep
    }

    /// Forgets tombstones that are old enough.
    pub(super) fn on_collect(&mut self, env: &Env<'_>, out: &mut Out) {
        let expired: Vec<Rc<Key>> =
            self.cells.all().iter().filter(|cell| self.is_expired(env, cell)).map(|cell| Rc::clone(&cell.key)).collect();
        for key in expired {
            let Some(was) = self.cells.collect(&key) else { continue };
            out.persist(Record::Collected(Rc::clone(&key)));
            out.note(|| Note::Told("tombstone-collected", format!("forgets that {key} was deleted")));
            self.note_change(&key, Some(&was));
        }
        out.set_timer(Timer::Collect, self.collect_every());
    }

    pub(super) fn collect_every(&self) -> SimDuration {
        SimDuration((self.config.tombstone_keep.0 / 4).max(1_000_000))
    }
}

/// Time passed since, by one's own clock.
pub(super) fn age(since: LocalTime, now: LocalTime) -> SimDuration {
    SimDuration(u64::try_from(now.0.saturating_sub(since.0)).unwrap_or(0))
}
