//! What leaders send each other: one record per message, with the name of its origin.

use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Author, Key, Value};
use crate::replication::ids::{NodeId, ReplicaId};
use crate::replication::log::Epoch;
use crate::replication::protocol::{Describe, MessageKind};
use crate::replication::time::{LocalTime, SimTime};
use std::fmt;
use std::sync::Arc;

/// Bits of an origin's identity below its node.
const ORIGIN_SHIFT: u32 = 48;

/// One record of a leader's log: a write, or a home that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its name: the leader that accepted it, and the how-manieth of that leader's records.
    pub dot: Dot,
    /// All that its leader had applied: what must be applied before it under causal delivery.
    pub causes: VersionVector,
    /// True time at its leader, for measurements only.
    pub accepted_at: SimTime,
    /// What it does.
    pub payload: Payload,
}

/// What a record does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Writes a key.
    Write(Write),
    /// Another leader is the home of all keys from now on.
    Home(Epoch),
}

/// A write of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Which record.
    pub key: Key,
    /// Its value from now on; `None` deletes it.
    pub value: Option<Value>,
    /// Who.
    pub author: Author,
    /// Milliseconds of the accepting leader's clock, which may be wrong.
    pub stamp_ms: i64,
    /// What the accepting leader had applied of the key.
    pub context: VersionVector,
    /// Its place in the order of the key's home leaders; `None` where keys have no home.
    pub place: Option<Place>,
}

/// A place in the order of a key's home leaders: a later leadership goes before an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The leadership of the home.
    pub epoch: Epoch,
    /// Its how-manieth write of the key.
    pub sequence: u32,
}

impl Place {
    /// As one number, in the same order.
    #[must_use]
    pub fn version(self) -> u64 {
        let leader = self.epoch.leader.map_or(0, |leader| u64::from(leader.0) + 1);
        (self.epoch.term.0.min(0xffff) << 48) | (leader << 32) | u64::from(self.sequence)
    }
}

/// The identity under which a leader writes: the same for ever. Its counter is its place in the leader's durable log.
#[must_use]
pub const fn origin(node: NodeId) -> ReplicaId {
    ReplicaId((node.0 as u64 + 1) << ORIGIN_SHIFT)
}

/// The leader that writes under an identity.
#[must_use]
pub const fn leader_of(origin: ReplicaId) -> NodeId {
    NodeId((origin.0 >> ORIGIN_SHIFT).saturating_sub(1) as u16)
}

/// A message.
#[derive(Clone, Debug)]
pub enum Message {
    /// One record.
    Forward {
        /// Its position among all that the sender ever sent on this link; the first has 1.
        position: u64,
        /// Links that it will have passed.
        hops: u8,
        /// The record.
        event: Arc<Event>,
    },
    /// Everything up to this position of the link is durable here.
    Acknowledge {
        /// The position.
        position: u64,
    },
    /// A sign of life between leaders that guard homes.
    Beat(Beat),
    /// The sender has left the ring: who sent to it sends to another one.
    Bypass {
        /// To whom.
        next: NodeId,
        /// What the sender had taken in of the link.
        position: u64,
    },
    /// That is done.
    Bypassed,
}

/// A sign of life; two of them measure how old the sender's support for a home is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The newest leadership of homes that the sender knows.
    pub epoch: Epoch,
    /// The sender's clock.
    pub at: LocalTime,
    /// The receiver's clock in its last sign of life.
    pub echo: Option<LocalTime>,
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} = {value}", self.key),
            None => write!(f, "{} deleted", self.key),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.payload {
            Payload::Write(write) => write!(f, "{write}"),
            Payload::Home(epoch) => write!(f, "home of term {}", epoch.term.0),
        }
    }
}

impl Describe for Message {
    fn kind(&self) -> MessageKind {
        match self {
            Self::Forward { .. } => MessageKind::Batch,
            Self::Acknowledge { .. } | Self::Bypassed => MessageKind::Acknowledge,
            Self::Bypass { .. } => MessageKind::Done,
            Self::Beat(_) => MessageKind::Heartbeat,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Forward { hops, event, .. } => format!("{event} of {}, hop {hops}", leader_of(event.dot.replica)),
            Self::Acknowledge { position } => format!("durable up to record {position} of this link"),
            Self::Bypass { next, .. } => format!("has left; send to {next}"),
            Self::Bypassed => "sends to the next".to_owned(),
            Self::Beat(beat) => format!("alive in term {}", beat.epoch.term.0),
        }
    }

    fn digest(&self) -> u64 {
        match self {
            Self::Forward { position, hops, event } => event.dot.replica.0 ^ event.dot.counter << 24 ^ position << 8 ^ u64::from(*hops),
            Self::Acknowledge { position } => *position,
            Self::Beat(beat) => beat.epoch.term.0,
            Self::Bypass { next, position } => position << 8 ^ u64::from(next.0),
            Self::Bypassed => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::ids::Term;

    #[test]
    fn versions_keep_the_order_of_places() {
        let place = |term, leader: Option<u16>, sequence| Place { epoch: Epoch { term: Term(term), leader: leader.map(NodeId) }, sequence };
        let places = [place(1, None, 9), place(2, Some(0), 1), place(2, Some(0), 2), place(2, Some(3), 1), place(3, Some(1), 1)];
        assert!(places.windows(2).all(|pair| pair[0] < pair[1] && pair[0].version() < pair[1].version()), "{places:?}");
    }

    #[test]
    fn identities_name_their_leader() {
        assert!((0..64).map(NodeId).all(|node| leader_of(origin(node)) == node));
    }
}
