//! The journal's memory: entries packed into rows of 12 bytes, relative to the first row of their chunk.

use super::journal::{DropReason, Entry, Happening};
use crate::limits;
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::note::Note;
use crate::replication::protocol::MessageKind;
use crate::replication::time::SimTime;
use std::rc::Rc;

/// Rows of a full chunk.
pub(super) const CHUNK_ROWS: usize = 1_024;

/// Rows in a row, with what they are relative to.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
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

/// What one entry takes.
pub(super) const ROW_BYTES: usize = size_of::<Row>();

const TAG_SENT: u32 = 0;
const TAG_DELIVERED: u32 = 1;
const TAG_DROPPED: u32 = 2;
const TAG_NOTED: u32 = 3;
const TAG_ANSWERED: u32 = 4;
const TAG_COMMANDED: u32 = 5;
const MAX_ADVANCE: u64 = (1 << 10) - 1;

// Node and session numbers are packed into six bits.
const _: () = assert!(limits::MAX_NODES <= 64 && limits::MAX_SESSIONS <= 64);

impl Chunk {
    /// How many entries it holds.
    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// When the first of them happened.
    pub(super) const fn first_at(&self) -> SimTime {
        self.first_at
    }

    /// Forgets all entries, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.notes.clear();
        self.room = 0;
    }

    /// Gives back the memory of rows that will not come.
    pub(super) fn close(&mut self) {
        if self.rows.len() < CHUNK_ROWS {
            self.rows.shrink_to_fit();
        }
    }

    /// Adds a message's step, if it fits as it is.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn push_message(
        &mut self,
        (at, event): (SimTime, u64),
        step: Step,
        message: u64,
        (from, to): (NodeId, NodeId),
        kind: MessageKind,
    ) -> bool {
        let after_ns = at.0.wrapping_sub(self.first_at.0);
        let advance = event.wrapping_sub(self.last_event);
        let body = message.wrapping_sub(self.first_message) as i64;
        let fits = self.room > 0 && after_ns <= u64::from(u32::MAX) && advance <= MAX_ADVANCE && i64::from(body as i32) == body;
        if fits {
            let head = step as u32 | kind_code(kind) << 3 | route_code(from, to) | (advance as u32) << 22;
            self.last_event = event;
            self.room -= 1;
            self.rows.push(Row { head, after_ns: after_ns as u32, body: body as u32 });
        }
        fits
    }

    pub(super) fn fits(&self, at: SimTime, event: u64, happening: &Happening) -> bool {
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

    pub(super) fn push(&mut self, at: SimTime, event: u64, happening: Happening) {
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

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
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

pub(super) const KINDS: [MessageKind; 14] = [
    MessageKind::Replicate,
    MessageKind::Batch,
    MessageKind::Acknowledge,
    MessageKind::Nack,
    MessageKind::Hello,
    MessageKind::Done,
    MessageKind::Read,
    MessageKind::Write,
    MessageKind::Heartbeat,
    MessageKind::Vote,
    MessageKind::Snapshot,
    MessageKind::Repair,
    MessageKind::Hint,
    MessageKind::Hash,
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
        MessageKind::Vote => 9,
        MessageKind::Snapshot => 10,
        MessageKind::Repair => 11,
        MessageKind::Hint => 12,
        MessageKind::Hash => 13,
    }
}

pub(super) const REASONS: [DropReason; 6] =
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

    #[test]
    fn rows_are_small_and_codes_match_their_tables() {
        assert_eq!(ROW_BYTES, 12);
        assert!(KINDS.iter().enumerate().all(|(index, kind)| kind_code(*kind) as usize == index));
        assert!(REASONS.iter().enumerate().all(|(index, reason)| reason_code(*reason) as usize == index));
    }
}
