//! How a protocol explains itself. Narration, checkers and pictures read notes, never message internals.

use super::causality::Dot;
use super::delta::{Item, Key};
use super::ids::{Lsn, NodeId, SiteId, Term};

/// Something worth telling, at the moment it happened at one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// An exchange with another site's leader.
    Exchange(SiteId, ExchangeNote),
    /// Two versions that had not seen each other met here.
    Conflict {
        /// The record.
        key: Key,
        /// The cart line, if it is a cart.
        item: Option<Item>,
        /// The version that was here.
        here: Dot,
        /// The version that arrived.
        arrived: Dot,
    },
    /// A write was accepted.
    Accepted(Dot),
    /// A delta (or log entry) of others was applied.
    Applied(Dot),
    /// A follower applied the leader's log up to here.
    CaughtUp(Lsn),
    /// This node is now leader of its site.
    Promoted(Term),
    /// This node learned of a newer term and follows its leader.
    SteppedDown(Term, NodeId),
    /// A returning leader dropped log entries that its successor never had: this many, after this position.
    TailDiscarded(Lsn, u32),
    /// A returning leader hands over writes that its successor never had: this many.
    TailHandedOver(u32),
    /// A stamp far ahead of the local clock was not followed.
    ClockAhead(Dot),
    /// A peer knows writes of mine that my store does not hold: the store went back (rule R9).
    Amnesia(NodeId),
    /// Whatever else a strategy has to tell: a name for narration, and a sentence without its subject ("repairs x at n2").
    Told(&'static str, String),
    /// Something that must never happen did.
    Alarm(Alarm),
}

/// Steps of the reconnect protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeNote {
    /// A handshake arrived; the peer lacks this many of my deltas.
    Opened {
        /// Deltas to send.
        missing_count: u32,
    },
    /// A batch was refused: something before it is missing (rule R6).
    Hole,
    /// All was exchanged and the hashes are equal (rule R11).
    Equal,
    /// My own writes up to here are durable at the peer (rule R8).
    Confirmed {
        /// Writes still pending.
        pending_count: u32,
    },
    /// Writes that were confirmed are not at the peer any more: pending again (rule R8).
    PendingAgain {
        /// How many.
        pending_count: u32,
    },
}

/// What stops a peer and shows red.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// One dot, two contents (rule R3).
    DotReused(Dot),
    /// Equal vectors, unequal hashes (rule R11).
    HashesDiffer(NodeId),
    /// A forwarded write goes round without end, and was dropped at a bound.
    Circulates(Dot),
}
