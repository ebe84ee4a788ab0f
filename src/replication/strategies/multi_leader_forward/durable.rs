//! What a leader's store keeps: its log in the order of arrival, own writes included, and how far it has taken in each
//! neighbour's link.

use super::leave::Bypass;
use super::message::Event;
use crate::replication::ids::NodeId;
use crate::replication::log::Epoch;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One entry of a leader's log.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The record.
    pub event: Arc<Event>,
    /// The neighbour that it came from, its position on that link and the links that it had passed; `None` for an own one.
    pub came: Option<Came>,
}

/// How a record came in.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    /// From this neighbour.
    pub from: NodeId,
    /// At this position of the link.
    pub position: u64,
    /// After this many links.
    pub hops: u8,
}

/// One durable step.
#[derive(Clone, Debug)]
pub enum Record {
    /// One more entry of the log.
    Logged(Logged),
    /// Everything from this neighbour up to this position was taken in; the last ones were known or dropped.
    Received(NodeId, u64),
    /// A later leadership of homes was heard of.
    Epoch(Epoch),
    /// This leader leaves the ring.
    Left,
    /// It sends to another neighbour from now on.
    Bypass(Bypass),
}

/// What a restart finds.
#[derive(Clone, Debug, Default)]
pub struct Durable {
    /// The log.
    pub log: Vec<Logged>,
    /// By neighbour, the last position taken in.
    pub received: BTreeMap<NodeId, u64>,
    /// The latest leadership of homes heard of.
    pub epoch: Option<Epoch>,
    /// Whether this leader has left the ring.
    pub has_left: bool,
    /// Neighbours that left the ring.
    pub bypasses: Vec<Bypass>,
}

impl Durable {
    pub(super) fn apply(&mut self, record: &Record) {
        match record {
            Record::Logged(logged) => {
                if let Some(came) = logged.came {
                    self.received.insert(came.from, came.position);
                }
                self.log.push(logged.clone());
            }
            Record::Received(from, position) => {
                self.received.insert(*from, *position);
            }
            Record::Left => self.has_left = true,
            Record::Bypass(bypass) => self.bypasses.push(*bypass),
            Record::Epoch(epoch) => self.epoch = self.epoch.max(Some(*epoch)),
        }
    }
}
