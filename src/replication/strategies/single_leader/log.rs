//! The replication log of one node: entries by log sequence number, and for all history, dropped entries included, which
//! leadership wrote which stretch of it. Two entries at one position under one epoch are the same entry, and so are all
//! before them (Ongaro & Ousterhout 2014, §5.3).
//!
//! Entries are shared and stand in shared chunks: a copy of a long log copies pointers.

use super::members::Members;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Author, Key, Value};
use crate::replication::hash::Hasher;
use crate::replication::ids::{Lsn, NodeId, ReplicaId};
use crate::replication::log::Epoch;
use crate::replication::time::SimTime;
use std::collections::VecDeque;
use std::rc::Rc;

/// Entries of a chunk.
const CHUNK: u64 = 128;

/// One entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Under which leadership it was appended.
    pub epoch: Epoch,
    /// When, for measurements.
    pub at: SimTime,
    /// Hash of this entry and all before it.
    pub chain: u64,
    /// What it carries.
    pub payload: Payload,
}

/// What an entry carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A write.
    Put {
        /// Which record.
        key: Key,
        /// Its value from now on; `None` deletes it.
        value: Option<Value>,
        /// Who wrote it.
        author: Author,
    },
    /// A leadership begins: what it can commit by counting (Raft §5.4.2, §8).
    Begin,
    /// The group from now on.
    Members(Members),
}

/// The end of a log, as votes compare it: the epoch first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The epoch of the last entry.
    pub epoch: Epoch,
    /// Its position.
    pub lsn: Lsn,
}

/// Entries in one order; the first has [`Lsn`] 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    /// Entries up to here are dropped.
    base: Lsn,
    base_chain: u64,
    last: Lsn,
    /// First position of each stretch of one epoch, dropped ones included.
    runs: Rc<Vec<(Lsn, Epoch)>>,
    /// Position before the first entry that is still in memory.
    origin: u64,
    chunks: VecDeque<Rc<Vec<Rc<Entry>>>>,
}

/// How the entries of an append fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Nothing new.
    Known,
    /// After this position, these of them (from this index on) are new here.
    After(Lsn, usize),
    /// The entry before them is another: try again after this position.
    Mismatch(Lsn),
    /// They differ from what is here already dropped: only a snapshot helps.
    TooOld,
}

/// The identity under which a leadership writes: node and term for the eye, the whole term behind.
pub(super) fn replica_of(epoch: Epoch) -> ReplicaId {
    let node = epoch.leader.map_or(0, |leader| u64::from(leader.0));
    ReplicaId(node << 56 | (epoch.term.0 & 0xff) << 48 | epoch.term.0 & 0xffff_ffff_ffff)
}

/// The name of the write at a position.
pub(super) fn dot_of(epoch: Epoch, lsn: Lsn) -> Dot {
    Dot { replica: replica_of(epoch), counter: lsn.0 }
}

/// The node that named a write.
#[cfg(test)]
pub(super) const fn node_of(dot: Dot) -> NodeId {
    NodeId((dot.replica.0 >> 56) as u16)
}

impl Entry {
    pub(super) fn new(before: u64, epoch: Epoch, at: SimTime, payload: Payload) -> Rc<Self> {
        let mut hasher = Hasher::new(before);
        hasher.number(epoch.term.0).number(epoch.leader.map_or(0, |NodeId(node)| u64::from(node) + 1));
        match &payload {
            Payload::Put { key, value, author } => {
                hasher.text(&key.0).text(&author.0);
                match value {
                    None => hasher.number(0),
                    Some(Value::Number(number)) => hasher.number(1).number(number.cast_unsigned()),
                    Some(Value::Text(text)) => hasher.number(2).text(text),
                };
            }
            Payload::Begin => {}
            Payload::Members(members) => {
                for node in members.iter() {
                    hasher.number(u64::from(node.0));
                }
            }
        }
        Rc::new(Self { epoch, at, chain: hasher.digest().0, payload })
    }
}

impl Log {
    pub(super) const fn last(&self) -> Lsn {
        self.last
    }

    pub(super) const fn base(&self) -> Lsn {
        self.base
    }

    /// How many entries it still holds.
    pub(super) const fn len(&self) -> u64 {
        self.last.0 - self.base.0
    }

    pub(super) fn get(&self, lsn: Lsn) -> Option<&Rc<Entry>> {
        if lsn <= self.base || lsn > self.last {
            return None;
        }
        let index = lsn.0 - 1 - self.origin;
        self.chunks.get((index / CHUNK) as usize)?.get((index % CHUNK) as usize)
    }

    /// The entries after a position, with theirs.
    pub(super) fn after(&self, lsn: Lsn) -> impl Iterator<Item = (Lsn, &Rc<Entry>)> {
        (lsn.max(self.base).0 + 1..=self.last.0).map_while(|lsn| self.get(Lsn(lsn)).map(|entry| (Lsn(lsn), entry)))
    }

    /// The epoch at a position, dropped ones included; that of 0 is the default.
    pub(super) fn epoch_at(&self, lsn: Lsn) -> Option<Epoch> {
        if lsn > self.last {
            return None;
        }
        let runs = self.runs.partition_point(|(first, _)| *first <= lsn);
        Some(runs.checked_sub(1).map(|index| self.runs[index].1).unwrap_or_default())
    }

    pub(super) fn end(&self) -> Spot {
        Spot { epoch: self.epoch_at(self.last).unwrap_or_default(), lsn: self.last }
    }

    /// Hash of everything up to the end.
    pub(super) fn chain(&self) -> u64 {
        self.get(self.last).map_or(self.base_chain, |entry| entry.chain)
    }

    /// Hash of everything up to a position that is not dropped.
    pub(super) fn chain_at(&self, lsn: Lsn) -> Option<u64> {
        if lsn == self.base { Some(self.base_chain) } else { self.get(lsn).map(|entry| entry.chain) }
    }

    /// Which leadership wrote which stretch.
    pub(super) const fn runs(&self) -> &Rc<Vec<(Lsn, Epoch)>> {
        &self.runs
    }

    /// All writes up to a position.
    pub(super) fn vector(&self, upto: Lsn) -> VersionVector {
        let ends = self.runs.iter().skip(1).map(|(first, _)| Lsn(first.0 - 1)).chain([self.last]);
        let runs = self.runs.iter().zip(ends).filter(|((first, _), _)| *first <= upto);
        runs.map(|((_, epoch), end)| dot_of(*epoch, end.min(upto))).collect()
    }

    /// The last position, up to `lsn`, that is of no later epoch than `epoch`.
    pub(super) fn last_not_after(&self, lsn: Lsn, epoch: Epoch) -> Lsn {
        let mut end = lsn.min(self.last);
        for (first, written) in self.runs.iter().rev().filter(|(first, _)| *first <= lsn) {
            if *written <= epoch {
                return end;
            }
            end = Lsn(first.0 - 1);
        }
        Lsn(0)
    }

    pub(super) fn push(&mut self, entry: Rc<Entry>) -> Lsn {
        if (self.last.0 - self.origin).is_multiple_of(CHUNK) {
            self.chunks.push_back(Rc::new(Vec::with_capacity(CHUNK as usize)));
        }
        self.last = self.last.next();
        if self.runs.last().is_none_or(|(_, epoch)| *epoch != entry.epoch) {
            Rc::make_mut(&mut self.runs).push((self.last, entry.epoch));
        }
        let chunk = self.chunks.back_mut().expect("a chunk was added when the last one was full");
        Rc::make_mut(chunk).push(entry);
        self.last
    }

    /// Removes everything after a position (not below what is dropped) and hands it back, with positions.
    pub(super) fn truncate_after(&mut self, lsn: Lsn) -> Vec<(Lsn, Rc<Entry>)> {
        let lsn = lsn.max(self.base);
        let removed: Vec<(Lsn, Rc<Entry>)> = self.after(lsn).map(|(lsn, entry)| (lsn, Rc::clone(entry))).collect();
        if removed.is_empty() {
            return removed;
        }
        let keep = lsn.0 - self.origin;
        self.chunks.truncate(keep.div_ceil(CHUNK) as usize);
        if let Some(chunk) = self.chunks.back_mut().filter(|_| !keep.is_multiple_of(CHUNK)) {
            Rc::make_mut(chunk).truncate((keep % CHUNK) as usize);
        }
        self.last = lsn;
        Rc::make_mut(&mut self.runs).retain(|(first, _)| *first <= lsn);
        removed
    }

    /// Drops the entries up to a position.
    pub(super) fn compact(&mut self, upto: Lsn) {
        let Some(chain) = self.chain_at(upto).filter(|_| upto > self.base) else { return };
        (self.base, self.base_chain) = (upto, chain);
        while self.origin + CHUNK <= upto.0 && !self.chunks.is_empty() {
            self.chunks.pop_front();
            self.origin += CHUNK;
        }
    }

    /// Becomes the log of which all up to `base` is dropped.
    pub(super) fn reset(&mut self, base: Lsn, base_chain: u64, runs: Rc<Vec<(Lsn, Epoch)>>) {
        *self = Self { base, base_chain, last: base, runs, origin: base.0, chunks: VecDeque::new() };
    }

    /// How entries that follow the one at `previous` fit in here.
    pub(super) fn fit(&self, previous: Lsn, previous_epoch: Epoch, entries: &[Rc<Entry>]) -> Fit {
        if self.epoch_at(previous) != Some(previous_epoch) {
            let before = self.last.min(Lsn(previous.0.saturating_sub(1)));
            return Fit::Mismatch(self.last_not_after(before, previous_epoch));
        }
        for (index, entry) in entries.iter().enumerate() {
            let lsn = Lsn(previous.0 + 1 + index as u64);
            match self.epoch_at(lsn) {
                Some(epoch) if epoch == entry.epoch => {}
                Some(_) if lsn <= self.base => return Fit::TooOld,
                _ => return Fit::After(Lsn(lsn.0 - 1), index),
            }
        }
        Fit::Known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::ids::Term;

    fn epoch(term: u64) -> Epoch {
        Epoch { term: Term(term), leader: Some(NodeId(term as u16)) }
    }

    fn log(terms: &[u64]) -> Log {
        let mut log = Log::default();
        for term in terms {
            let entry = Entry::new(log.chain(), epoch(*term), SimTime::ZERO, Payload::Begin);
            log.push(entry);
        }
        log
    }

    fn entries(log: &Log, after: u64) -> Vec<Rc<Entry>> {
        log.after(Lsn(after)).map(|(_, entry)| Rc::clone(entry)).collect()
    }

    /// The same as [`Log`], as plain as can be.
    #[test]
    fn it_is_a_list_with_a_forgotten_beginning() {
        let mut rng = crate::replication::random::Rng::stream(1, crate::replication::random::Purpose::Schedule, 0);
        for _ in 0..200 {
            let (mut log, mut list, mut base) = (Log::default(), Vec::new(), 0);
            for step in 0..60 {
                match rng.below(10) {
                    0..6 => {
                        for _ in 0..rng.below(100) {
                            let entry = Entry::new(log.chain(), epoch(step / 5), SimTime::ZERO, Payload::Begin);
                            list.push(Rc::clone(&entry));
                            log.push(entry);
                        }
                    }
                    6..8 => {
                        let to = base + rng.below((list.len() - base) as u32 + 1) as usize;
                        assert_eq!(log.truncate_after(Lsn(to as u64)).len(), list.len() - to);
                        list.truncate(to);
                    }
                    _ => {
                        base += rng.below((list.len() - base) as u32 + 1) as usize;
                        log.compact(Lsn(base as u64));
                    }
                }
                assert_eq!((log.last().0 as usize, log.base().0 as usize), (list.len(), base));
                assert_eq!(entries(&log, 0), list[base..]);
                for (index, entry) in list.iter().enumerate() {
                    assert_eq!(log.epoch_at(Lsn(index as u64 + 1)), Some(entry.epoch), "dropped ones are still known by epoch");
                }
            }
        }
    }

    #[test]
    fn a_conflict_and_a_gap_are_found() {
        let (leader, follower) = (log(&[1, 1, 3, 3]), log(&[1, 1, 2, 2, 2]));
        assert_eq!(follower.fit(Lsn(1), epoch(1), &entries(&leader, 1)), Fit::After(Lsn(2), 1));
        assert_eq!(follower.fit(Lsn(4), epoch(3), &[]), Fit::Mismatch(Lsn(3)));
        assert_eq!(leader.last_not_after(Lsn(3), epoch(2)), Lsn(2), "and there both agree");
        assert_eq!(log(&[1]).fit(Lsn(3), epoch(1), &[]), Fit::Mismatch(Lsn(1)));
        assert_eq!(follower.fit(Lsn(0), Epoch::default(), &entries(&log(&[1, 1]), 0)), Fit::Known);
    }

    #[test]
    fn what_was_dropped_cannot_be_replaced() {
        let mut follower = log(&[1, 2, 2, 2]);
        follower.compact(Lsn(3));
        let leader = log(&[1, 3, 3]);
        assert_eq!(follower.fit(Lsn(1), epoch(1), &entries(&leader, 1)), Fit::TooOld);
        assert_eq!(follower.vector(Lsn(3)).iter().map(|dot| (node_of(dot).0, dot.counter)).collect::<Vec<_>>(), [(1, 1), (2, 3)]);
    }
}
