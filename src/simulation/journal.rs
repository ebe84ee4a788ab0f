//! What happened, event by event: packed rows in shared chunks, so that a checkpoint costs next to nothing.
//!
//! A chunk is closed early when an entry no longer fits into its rows. Knows nothing of protocols beyond their notes.

use super::chunk::{CHUNK_ROWS, Chunk, ROW_BYTES, Step};
use crate::limits;
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::note::Note;
use crate::replication::protocol::MessageKind;
use crate::replication::time::SimTime;
use std::collections::VecDeque;
use std::rc::Rc;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: SimTime,
    /// At which event of the run.
    pub event: u64,
    /// What.
    pub happening: Happening,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A message left.
    Sent {
        /// Its number.
        message: u64,
        /// From.
        from: NodeId,
        /// To.
        to: NodeId,
        /// What it is.
        kind: MessageKind,
    },
    /// A message arrived.
    Delivered {
        /// Its number.
        message: u64,
        /// From.
        from: NodeId,
        /// To.
        to: NodeId,
        /// What it is.
        kind: MessageKind,
    },
    /// A message was lost, and why.
    Dropped {
        /// Its number.
        message: u64,
        /// From.
        from: NodeId,
        /// To.
        to: NodeId,
        /// What it is.
        kind: MessageKind,
        /// Why.
        reason: DropReason,
    },
    /// A node explains.
    Noted(NodeId, Rc<Note>),
    /// A session's request got its answer (see the history for what).
    Answered(SessionId, u64),
    /// A command was applied: its index in the command log of the run.
    Commanded(u32),
}

/// Why a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// The link lost it.
    Loss,
    /// The link is cut, or was cut while it travelled.
    Cut,
    /// The stream it travelled on is no more.
    Reset,
    /// The node is down.
    Down,
    /// No link leads there.
    NoRoute,
    /// Too much is in flight.
    Full,
}

/// How much a journal keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trace {
    /// Nothing, and nodes do not explain themselves.
    Off,
    /// The latest entries, up to the bound.
    #[default]
    Ring,
    /// Everything. For measurements and exports, never for the page.
    Full,
}

/// All that happened, oldest first. Entries have numbers that stay when older ones are dropped.
#[derive(Clone, Debug)]
pub struct Journal {
    trace: Trace,
    most: u64,
    closed: VecDeque<Rc<Chunk>>,
    open: Chunk,
    dropped_count: u64,
    closed_count: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Self::new(Trace::Ring, limits::MAX_JOURNAL_ENTRIES)
    }
}

impl Journal {
    /// An empty journal; `entries_max` bounds a [`Trace::Ring`].
    #[must_use]
    pub fn new(trace: Trace, entries_max: usize) -> Self {
        let most = entries_max.max(1) as u64;
        Self { trace, most, closed: VecDeque::new(), open: Chunk::default(), dropped_count: 0, closed_count: 0 }
    }

    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.closed_count as usize + self.open.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of the oldest entries are gone because the bound was reached: the number of the first one held.
    #[must_use]
    pub const fn dropped_count(&self) -> u64 {
        self.dropped_count
    }

    /// The number that the next entry will have.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.dropped_count + self.len() as u64
    }

    /// All entries held, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Entry> + '_ {
        self.iter_from(0)
    }

    /// The entries held from number `first` on.
    pub fn iter_from(&self, first: u64) -> impl Iterator<Item = Entry> + '_ {
        let mut skip = first.saturating_sub(self.dropped_count);
        let mut chunk_index = 0;
        while let Some(chunk) = self.closed.get(chunk_index).filter(|chunk| skip >= chunk.len() as u64) {
            skip -= chunk.len() as u64;
            chunk_index += 1;
        }
        let chunks = self.closed.range(chunk_index..).map(Rc::as_ref).chain(std::iter::once(&self.open));
        chunks.flat_map(Chunk::entries).skip(skip as usize)
    }

    /// The latest `count` entries, oldest first.
    pub fn latest(&self, count: usize) -> impl Iterator<Item = Entry> + '_ {
        self.iter_from(self.end().saturating_sub(count as u64))
    }

    /// The entries held that happened at `time` or later.
    pub fn since(&self, time: SimTime) -> impl Iterator<Item = Entry> + '_ {
        let later = self.closed.partition_point(|chunk| chunk.first_at() < time);
        let from = later.saturating_sub(1);
        let chunks = self.closed.range(from..).map(Rc::as_ref).chain(std::iter::once(&self.open));
        chunks.flat_map(Chunk::entries).skip_while(move |entry| entry.at < time)
    }

    /// Bytes that the rows take, for measurements.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        self.len() * ROW_BYTES
    }

    /// Adds an entry. Times and event numbers must not decrease.
    pub fn record(&mut self, at: SimTime, event: u64, happening: Happening) {
        if self.trace == Trace::Off {
            return;
        }
        if !self.open.fits(at, event, &happening) {
            self.close_chunk();
        }
        self.open.push(at, event, happening);
    }

    /// Adds what most entries are, without building an entry.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn record_message(
        &mut self,
        at: SimTime,
        event: u64,
        step: Step,
        message: u64,
        (from, to): (NodeId, NodeId),
        kind: MessageKind,
    ) {
        if self.trace == Trace::Off || self.open.push_message((at, event), step, message, (from, to), kind) {
            return;
        }
        let happening = match step {
            Step::Sent => Happening::Sent { message, from, to, kind },
            Step::Delivered => Happening::Delivered { message, from, to, kind },
        };
        self.record(at, event, happening);
    }

    fn close_chunk(&mut self) {
        let fresh = if self.trace == Trace::Ring { self.make_room() } else { Chunk::default() };
        let mut full = std::mem::replace(&mut self.open, fresh);
        full.close();
        self.closed_count += full.len() as u64;
        self.closed.push_back(Rc::new(full));
    }

    fn drop_oldest(&mut self) -> Option<Rc<Chunk>> {
        let oldest = self.closed.pop_front()?;
        self.closed_count -= oldest.len() as u64;
        self.dropped_count += oldest.len() as u64;
        Some(oldest)
    }

    /// Lets go of whole chunks whose entries all come before this number.
    pub fn forget_before(&mut self, number: u64) {
        while self.closed.front().is_some_and(|oldest| self.dropped_count + oldest.len() as u64 <= number) {
            self.drop_oldest();
        }
    }

    /// Lets go of the oldest chunks, so that a whole new one fits under the bound; hands back one's memory.
    fn make_room(&mut self) -> Chunk {
        let mut recycled = Chunk::default();
        while self.closed_count + self.open.len() as u64 + CHUNK_ROWS as u64 > self.most {
            let Some(oldest) = self.drop_oldest() else { break };
            if let Ok(mut chunk) = Rc::try_unwrap(oldest) {
                chunk.clear();
                recycled = chunk;
            }
        }
        recycled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::chunk::{KINDS, REASONS};

    fn sent(message: u64) -> Happening {
        Happening::Sent { message, from: NodeId(3), to: NodeId(63), kind: MessageKind::Heartbeat }
    }

    /// A mixture whose times, events and numbers leap beyond what one chunk can hold.
    fn mixture(count: u64) -> Vec<Entry> {
        let mut entries = Vec::new();
        for n in 0..count {
            let leap = if n % 700 == 699 { 5_000_000_000 * n } else { 0 };
            let happening = match n % 6 {
                0 => sent(n * 1_000_003 + leap),
                1 => Happening::Delivered { message: n, from: NodeId(1), to: NodeId(2), kind: KINDS[(n % 9) as usize] },
                2 => Happening::Dropped {
                    message: n,
                    from: NodeId(1),
                    to: NodeId(2),
                    kind: MessageKind::Read,
                    reason: REASONS[(n / 6 % 6) as usize],
                },
                3 => Happening::Noted(NodeId(7), Rc::new(Note::CaughtUp(crate::replication::ids::Lsn(n)))),
                4 => Happening::Answered(SessionId(63), n * 40_000_000),
                _ => Happening::Commanded(n as u32),
            };
            let at = SimTime(entries.last().map_or(0, |last: &Entry| last.at.0) + 1_000 + leap);
            entries.push(Entry { at, event: n * 2 + n / 500 * 2_000, happening });
        }
        entries
    }

    fn filled(trace: Trace, most: usize, entries: &[Entry]) -> Journal {
        let mut journal = Journal::new(trace, most);
        for entry in entries {
            journal.record(entry.at, entry.event, entry.happening.clone());
        }
        journal
    }

    #[test]
    fn what_was_recorded_comes_back() {
        let entries = mixture(10_000);
        let journal = filled(Trace::Full, 1, &entries);
        assert_eq!(journal.iter().collect::<Vec<_>>(), entries);
        assert_eq!(journal.iter_from(7_777).collect::<Vec<_>>(), entries[7_777..]);
        assert_eq!(journal.latest(5).collect::<Vec<_>>(), entries[9_995..]);
        let since = journal.since(entries[4_321].at).collect::<Vec<_>>();
        assert_eq!(since, entries[4_321..]);
    }

    #[test]
    fn a_ring_keeps_the_latest_and_counts_the_rest() {
        let entries = mixture(50_000);
        let journal = filled(Trace::Ring, 5_000, &entries);
        assert!(journal.len() <= 5_000, "{} entries", journal.len());
        assert!(journal.len() > 2_500, "{} entries", journal.len());
        assert_eq!(journal.end(), 50_000);
        assert_eq!(journal.iter().collect::<Vec<_>>(), entries[journal.dropped_count() as usize..]);
    }

    #[test]
    fn what_is_forgotten_is_counted_and_leaves_the_rest() {
        let entries = mixture(10_000);
        let mut journal = filled(Trace::Ring, 20_000, &entries);
        journal.forget_before(5_000);
        assert!((3_900..=5_000).contains(&journal.dropped_count()), "{} entries are gone", journal.dropped_count());
        assert_eq!(journal.iter().collect::<Vec<_>>(), entries[journal.dropped_count() as usize..]);
        assert_eq!(journal.iter_from(9_000).collect::<Vec<_>>(), entries[9_000..]);
        journal.forget_before(u64::MAX);
        assert_eq!(journal.end(), 10_000, "numbers stay");
    }

    #[test]
    fn a_copy_is_not_touched_by_what_follows() {
        let entries = mixture(9_000);
        let mut journal = filled(Trace::Ring, 5_000, &entries[..6_000]);
        let copy = journal.clone();
        for entry in &entries[6_000..] {
            journal.record(entry.at, entry.event, entry.happening.clone());
        }
        assert_eq!(copy.end(), 6_000);
        assert_eq!(copy.iter().last().as_ref(), entries.get(5_999));
    }

    #[test]
    fn off_keeps_nothing() {
        assert!(filled(Trace::Off, 5_000, &mixture(10)).is_empty());
    }
}
