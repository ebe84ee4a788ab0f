//! What happened, event by event: compact entries in shared chunks, so that a checkpoint costs nothing.

use crate::replication::ids::{NodeId, SessionId};
use crate::replication::note::Note;
use crate::replication::protocol::MessageKind;
use crate::replication::time::SimTime;

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
    Noted(NodeId, Box<Note>),
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

/// All that happened, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
}
