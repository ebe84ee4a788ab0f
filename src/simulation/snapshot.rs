//! What a person may see of a cluster at one moment: plain data, built on demand.

use crate::replication::ids::{Lsn, NodeId, SessionId, SiteId};
use crate::replication::protocol::{MessageKind, Promises};
use crate::replication::time::{SimDuration, SimTime};
use crate::replication::view::ReplicaView;
use crate::simulation::setup::{ReadRule, Wire};

/// The cluster at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When.
    pub now: SimTime,
    /// How many events led here.
    pub event_count: u64,
    /// Every node, in order.
    pub nodes: Vec<NodeSnapshot>,
    /// Every link direction between two linked nodes.
    pub links: Vec<LinkSnapshot>,
    /// Every session, in order.
    pub sessions: Vec<SessionSnapshot>,
    /// What the configuration promises.
    pub promises: Promises,
    /// Messages in flight that are not mere heartbeats.
    pub in_flight_count: u32,
}

/// A node at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSnapshot {
    /// Which.
    pub node: NodeId,
    /// Where.
    pub site: SiteId,
    /// Its state; `None` while it is down.
    pub replica: Option<ReplicaView>,
    /// How far its clock is off, in milliseconds.
    pub skew_ms: i64,
    /// How far it is behind the leader of its site, or the one that it follows elsewhere (followers only).
    pub lag: Option<Lag>,
    /// Effects that wait for its store.
    pub held_count: u32,
    /// Requests and messages that wait for the node itself.
    pub line_count: u32,
    /// Time it has spent working on them.
    pub busy: SimDuration,
    /// Whether it stands still.
    pub is_paused: bool,
    /// How many times as long as usual its work takes.
    pub slowness: u32,
}

/// How far a follower is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Log entries not applied yet.
    pub entry_count: u64,
    /// Since when the oldest of them stands in the leader's log.
    pub age: SimDuration,
    /// The leader's position.
    pub leader_position: Lsn,
}

/// One direction of a link at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSnapshot {
    /// From.
    pub from: NodeId,
    /// To.
    pub to: NodeId,
    /// How it behaves.
    pub wire: Wire,
    /// Whether nothing passes.
    pub is_cut: bool,
}

/// A session at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSnapshot {
    /// Which.
    pub session: SessionId,
    /// The node that it talks to.
    pub node: NodeId,
    /// Whom it asks when it reads.
    pub reads: ReadRule,
    /// Requests without an answer yet.
    pub open_count: u32,
    /// The answer to its last [`Look`](super::command::Action::Look), if any.
    pub seen: Option<crate::replication::view::Decided>,
    /// The last request that ended otherwise than well.
    pub trouble: Option<crate::replication::protocol::Refusal>,
}

/// A message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Its number: stable over replays.
    pub id: u64,
    /// From.
    pub from: NodeId,
    /// To.
    pub to: NodeId,
    /// What it is.
    pub kind: MessageKind,
    /// When it was sent.
    pub sent_at: SimTime,
    /// When it arrives, unless something happens to it.
    pub due_at: SimTime,
    /// Whether a command holds it where it is.
    pub is_held: bool,
}
