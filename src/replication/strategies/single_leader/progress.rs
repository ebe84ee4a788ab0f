//! What a leader knows of one node that it sends its log to.

use super::copying::Copying;
use crate::replication::ids::{Lsn, NodeId};
use crate::replication::time::LocalTime;

/// How far a node is.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub(super) node: NodeId,
    /// It holds the leader's log up to here.
    pub(super) held: Lsn,
    /// It acknowledged up to here, in the sense that is asked for.
    pub(super) acknowledged: Lsn,
    /// Sent, maybe lost.
    pub(super) sent: Lsn,
    /// `held` at the last heartbeat, to notice that nothing moves.
    held_at_beat: Lsn,
    /// The newest heartbeat round that it answered.
    pub(super) round: u64,
    /// When it was last heard, by the leader's clock.
    pub(super) heard_at: LocalTime,
    /// A snapshot on its way there.
    pub(super) copying: Option<Copying>,
}

impl Progress {
    /// A node of which nothing is known yet but that it may hold the log up to `guess`.
    pub(super) const fn new(node: NodeId, guess: Lsn, now: LocalTime) -> Self {
        Self { node, held: Lsn(0), acknowledged: Lsn(0), sent: guess, held_at_beat: Lsn(0), round: 0, heard_at: now, copying: None }
    }

    /// It said something.
    pub(super) fn hear(&mut self, round: u64, now: LocalTime) {
        self.round = self.round.max(round);
        self.heard_at = now;
    }

    /// It holds and acknowledges the log up to these positions.
    pub(super) fn matched(&mut self, held: Lsn, acknowledged: Lsn) {
        self.held = self.held.max(held);
        self.acknowledged = self.acknowledged.max(acknowledged);
        self.sent = self.sent.max(held);
    }

    /// A heartbeat is due: what was sent since the last one without an answer counts as lost.
    pub(super) fn on_beat(&mut self) {
        if self.sent > self.held && self.held == self.held_at_beat {
            self.sent = self.held;
        }
        self.held_at_beat = self.held;
    }
}
