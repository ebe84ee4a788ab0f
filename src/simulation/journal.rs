//! What happened, event by event: packed rows in shared chunks, so that a checkpoint costs next to nothing.
//!
//! A row takes 12 bytes: times, message numbers and operation numbers are kept relative to the chunk's first row.
//! A chunk is closed early when one of them no longer fits. Knows nothing of protocols beyond their notes.

use crate::limits;
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::note::Note;
use crate::replication::protocol::MessageKind;
use crate::replication::time::SimTime;
use std::collections::VecDeque;
use std::rc::Rc;

/// Rows of a full chunk.
const CHUNK_ROWS: usize = 1_024;

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

/// Rows in a row, with what they are relative to.
#[derive(Clone, Debug, Default)]
struct Chunk {
    first_at: SimTime,
    first_event: u64,
    last_event: u64,
    first_message: u64,
    first_operation: u64,
    /// Rows that still fit; 0 before the first one, which sets what the others are relative to.
    room: usize,
    rows: Vec<Row>,
    notes: Vec<Rc<Note>>,
}

/// A packed entry. `head`, from the low end: tag 3 bits, kind 4, reason 3, from 6, to 6, events since the row before 10.
#[derive(Clone, Copy, Debug)]
struct Row {
    head: u32,
    after_ns: u32,
    body: u32,
}

/// The two ends of a message's way, by the tag of their row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Sent = TAG_SENT as isize,
    Delivered = TAG_DELIVERED as isize,
}

const TAG_SENT: u32 = 0;
const TAG_DELIVERED: u32 = 1;
const TAG_DROPPED: u32 = 2;
const TAG_NOTED: u32 = 3;
const TAG_ANSWERED: u32 = 4;
const TAG_COMMANDED: u32 = 5;
const MAX_ADVANCE: u64 = (1 << 10) - 1;

// Node and session numbers are packed into six bits.
const _: () = assert!(limits::MAX_NODES <= 64 && limits::MAX_SESSIONS <= 64);

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
        self.closed_count as usize + self.open.rows.len()
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
        while let Some(chunk) = self.closed.get(chunk_index).filter(|chunk| skip >= chunk.rows.len() as u64) {
            skip -= chunk.rows.len() as u64;
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
        let later = self.closed.partition_point(|chunk| chunk.first_at < time);
        let from = later.saturating_sub(1);
        let chunks = self.closed.range(from..).map(Rc::as_ref).chain(std::iter::once(&self.open));
        chunks.flat_map(Chunk::entries).skip_while(move |entry| entry.at < time)
    }

    /// Bytes that the rows take, for measurements.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        self.len() * size_of::<Row>()
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
    #[inline(always)]
    pub(super) fn record_message(
        &mut self,
        at: SimTime,
        event: u64,
        step: Step,
        message: u64,
        (from, to): (NodeId, NodeId),
        kind: MessageKind,
    ) {
        if self.trace == Trace::Off {
            return;
        }
        let chunk = &mut self.open;
        let after_ns = at.0.wrapping_sub(chunk.first_at.0);
        let advance = event.wrapping_sub(chunk.last_event);
        let body = message.wrapping_sub(chunk.first_message) as i64;
        if chunk.room > 0 && after_ns <= u64::from(u32::MAX) && advance <= MAX_ADVANCE && i64::from(body as i32) == body {
            let head = step as u32 | kind_code(kind) << 3 | route_code(from, to) | (advance as u32) << 22;
            chunk.last_event = event;
            chunk.room -= 1;
            chunk.rows.push(Row { head, after_ns: after_ns as u32, body: body as u32 });
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
        if full.rows.len() < CHUNK_ROWS {
            full.rows.shrink_to_fit();
        }
        self.closed_count += full.rows.len() as u64;
        self.closed.push_back(Rc::new(full));
    }

    /// Lets go of the oldest chunks, so that a whole new one fits under the bound; hands back one's memory.
    fn make_room(&mut self) -> Chunk {
        let mut recycled = Chunk::default();
        while self.closed_count + self.open.rows.len() as u64 + CHUNK_ROWS as u64 > self.most {
            let Some(oldest) = self.closed.pop_front() else { break };
            self.closed_count -= oldest.rows.len() as u64;
            self.dropped_count += oldest.rows.len() as u64;
            if let Ok(mut chunk) = Rc::try_unwrap(oldest) {
                chunk.rows.clear();
                chunk.room = 0;
                chunk.notes.clear();
                recycled = chunk;
            }
        }
        recycled
    }
}

impl Chunk {
    fn fits(&self, at: SimTime, event: u64, happening: &Happening) -> bool {
        if self.rows.is_empty() {
            return true;
        }
        let body_fits = match happening {
            Happening::Sent { message, .. } | Happening::Delivered { message, .. } | Happening::Dropped { message, .. } => {
                is_near(*message, self.first_message)
            }
            Happening::Answered(_, operation) => is_near(*operation, self.first_operation),
            Happening::Noted(..) | Happening::Commanded(_) => true,
        };
        body_fits
            && self.rows.len() < CHUNK_ROWS
            && at.since(self.first_at).0 <= u64::from(u32::MAX)
            && event - self.last_event <= MAX_ADVANCE
    }

    fn push(&mut self, at: SimTime, event: u64, happening: Happening) {
        if self.rows.is_empty() {
            self.open(at, event, &happening);
        }
        let advance = ((event - self.last_event) as u32) << 22;
        self.last_event = event;
        let (head, body) = self.pack(happening);
        self.room = CHUNK_ROWS - 1 - self.rows.len();
        self.rows.push(Row { head: head | advance, after_ns: at.since(self.first_at).0 as u32, body });
    }

    /// Sets what the rows are relative to: the first entry, and for the number it does not have, nothing yet.
    fn open(&mut self, at: SimTime, event: u64, happening: &Happening) {
        self.first_at = at;
        (self.first_event, self.last_event) = (event, event);
        (self.first_message, self.first_operation) = match happening {
            Happening::Sent { message, .. } | Happening::Delivered { message, .. } | Happening::Dropped { message, .. } => {
                (*message, *message)
            }
            Happening::Answered(_, operation) => (*operation, *operation),
            Happening::Noted(..) | Happening::Commanded(_) => (self.first_message, self.first_operation),
        };
    }

    fn pack(&mut self, happening: Happening) -> (u32, u32) {
        let route = route_code;
        match happening {
            Happening::Sent { message, from, to, kind } => {
                (TAG_SENT | kind_code(kind) << 3 | route(from, to), message.wrapping_sub(self.first_message) as u32)
            }
            Happening::Delivered { message, from, to, kind } => {
                (TAG_DELIVERED | kind_code(kind) << 3 | route(from, to), message.wrapping_sub(self.first_message) as u32)
            }
            Happening::Dropped { message, from, to, kind, reason } => (
                TAG_DROPPED | kind_code(kind) << 3 | reason_code(reason) << 7 | route(from, to),
                message.wrapping_sub(self.first_message) as u32,
            ),
            Happening::Noted(node, note) => {
                self.notes.push(note);
                (TAG_NOTED | route(node, node), self.notes.len() as u32 - 1)
            }
            Happening::Answered(session, operation) => {
                (TAG_ANSWERED | u32::from(session.0 & 63) << 10, operation.wrapping_sub(self.first_operation) as u32)
            }
            Happening::Commanded(index) => (TAG_COMMANDED, index),
        }
    }

    fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.rows.iter().scan(self.first_event, |event, row| {
            *event += u64::from(row.head >> 22);
            Some(Entry { at: SimTime(self.first_at.0 + u64::from(row.after_ns)), event: *event, happening: self.unpack(*row) })
        })
    }

    fn unpack(&self, row: Row) -> Happening {
        let message = self.first_message.wrapping_add_signed(i64::from(row.body as i32));
        let (from, to) = (NodeId((row.head >> 10 & 63) as u16), NodeId((row.head >> 16 & 63) as u16));
        let kind = KINDS[(row.head >> 3 & 15) as usize];
        match row.head & 7 {
            TAG_SENT => Happening::Sent { message, from, to, kind },
            TAG_DELIVERED => Happening::Delivered { message, from, to, kind },
            TAG_DROPPED => Happening::Dropped { message, from, to, kind, reason: REASONS[(row.head >> 7 & 7) as usize] },
            TAG_NOTED => Happening::Noted(from, Rc::clone(&self.notes[row.body as usize])),
            TAG_ANSWERED => Happening::Answered(SessionId(from.0), self.first_operation.wrapping_add_signed(i64::from(row.body as i32))),
            _ => Happening::Commanded(row.body),
        }
    }
}

const fn route_code(from: NodeId, to: NodeId) -> u32 {
    ((from.0 & 63) as u32) << 10 | ((to.0 & 63) as u32) << 16
}

fn is_near(number: u64, first: u64) -> bool {
    let distance = number.wrapping_sub(first) as i64;
    i32::try_from(distance).is_ok()
}

const KINDS: [MessageKind; 9] = [
    MessageKind::Replicate,
    MessageKind::Batch,
    MessageKind::Acknowledge,
    MessageKind::Nack,
    MessageKind::Hello,
    MessageKind::Done,
    MessageKind::Read,
    MessageKind::Write,
    MessageKind::Heartbeat,
];

/// Without a wildcard: a new kind does not compile before it has its place in [`KINDS`].
pub(super) const fn kind_code(kind: MessageKind) -> u32 {
    match kind {
        MessageKind::Replicate => 0,
        MessageKind::Batch => 1,
        MessageKind::Acknowledge => 2,
        MessageKind::Nack => 3,
        MessageKind::Hello => 4,
        MessageKind::Done => 5,
        MessageKind::Read => 6,
        MessageKind::Write => 7,
        MessageKind::Heartbeat => 8,
    }
}

const REASONS: [DropReason; 6] =
    [DropReason::Loss, DropReason::Cut, DropReason::Reset, DropReason::Down, DropReason::NoRoute, DropReason::Full];

const fn reason_code(reason: DropReason) -> u32 {
    match reason {
        DropReason::Loss => 0,
        DropReason::Cut => 1,
        DropReason::Reset => 2,
        DropReason::Down => 3,
        DropReason::NoRoute => 4,
        DropReason::Full => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn rows_are_small_and_codes_match_their_tables() {
        assert_eq!(size_of::<Row>(), 12);
        assert!(KINDS.iter().enumerate().all(|(index, kind)| kind_code(*kind) as usize == index));
        assert!(REASONS.iter().enumerate().all(|(index, reason)| reason_code(*reason) as usize == index));
    }
}
