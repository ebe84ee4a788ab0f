//! What nodes say to each other, inside a site and between sites.

use crate::replication::causality::VersionVector;
use crate::replication::delta::Delta;
use crate::replication::exchange::ExchangeMessage;
use crate::replication::ids::Lsn;
use crate::replication::log::{Append, Epoch};
use crate::replication::protocol::{Describe, MessageKind};
use std::sync::Arc;

/// A message.
#[derive(Clone, Debug)]
pub enum Message {
    /// Between leaders of two sites.
    Exchange(ExchangeMessage),
    /// Leader to follower: log entries, or a sign of life.
    Append(Append<Arc<Delta>>),
    /// Follower to leader: my log is yours up to here, durably.
    Appended {
        /// The leadership that is answered.
        epoch: Epoch,
        /// The position.
        position: Lsn,
    },
    /// Follower to leader: the entry before does not match.
    Mismatch {
        /// The leadership that is answered.
        epoch: Epoch,
        /// Try again after this position.
        retry_after: Lsn,
    },
    /// There is a newer leadership than yours.
    NewerTerm(Epoch),
    /// Returning leader to its successor: writes that your log does not hold.
    HandOver(Vec<Arc<Delta>>),
}

impl Describe for Message {
    fn kind(&self) -> MessageKind {
        match self {
            Self::Exchange(ExchangeMessage::Hello(hello)) if hello.is_routine => MessageKind::Heartbeat,
            Self::Exchange(ExchangeMessage::Hello(_) | ExchangeMessage::NotLeader(_)) => MessageKind::Hello,
            Self::Exchange(ExchangeMessage::Batch { .. }) | Self::HandOver(_) => MessageKind::Batch,
            Self::Exchange(ExchangeMessage::State(_)) => MessageKind::Snapshot,
            Self::Exchange(ExchangeMessage::Ack { .. }) => MessageKind::Acknowledge,
            Self::Exchange(ExchangeMessage::Nack { .. }) | Self::Mismatch { .. } | Self::NewerTerm(_) => MessageKind::Nack,
            Self::Exchange(ExchangeMessage::Done { .. }) => MessageKind::Done,
            Self::Exchange(ExchangeMessage::Keys(_)) => MessageKind::Hash,
            Self::Append(append) if append.entries.is_empty() => MessageKind::Heartbeat,
            Self::Append(_) => MessageKind::Replicate,
            Self::Appended { .. } => MessageKind::Acknowledge,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Exchange(ExchangeMessage::Hello(hello)) => format!("hello, I know {}", hello.vector),
            Self::Exchange(ExchangeMessage::NotLeader(epoch)) => format!("not the leader since term {}", epoch.term.0),
            Self::Exchange(ExchangeMessage::Batch { deltas, .. }) => format!("batch of {}", deltas.len()),
            Self::Exchange(ExchangeMessage::State(part)) => {
                part.get().map(|part| format!("collected, part {} of {}", part.index + 1, part.count)).unwrap_or_default()
            }
            Self::HandOver(deltas) => format!("hand-over of {}", deltas.len()),
            Self::Exchange(ExchangeMessage::Ack { vector, .. }) => format!("durable: {vector}"),
            Self::Exchange(ExchangeMessage::Nack { vector, .. }) => format!("a hole; I know {vector}"),
            Self::Exchange(ExchangeMessage::Done { vector, .. }) => format!("done at {vector}"),
            Self::Exchange(ExchangeMessage::Keys(keys)) => format!("hashes of {} keys", keys.len()),
            Self::Append(append) => format!("{} entries after {}", append.entries.len(), append.previous),
            Self::Appended { position, .. } => format!("log durable up to {position}"),
            Self::Mismatch { retry_after, .. } => format!("logs differ; again after {retry_after}"),
            Self::NewerTerm(epoch) => format!("term {} has begun", epoch.term.0),
        }
    }

    fn digest(&self) -> u64 {
        match self {
            Self::Exchange(ExchangeMessage::Hello(hello)) => weight(&hello.vector),
            Self::Exchange(ExchangeMessage::NotLeader(epoch)) | Self::NewerTerm(epoch) => epoch.term.0,
            Self::Exchange(ExchangeMessage::Batch { deltas, .. }) | Self::HandOver(deltas) => {
                deltas.iter().fold(0, |sum, delta| sum.wrapping_add(delta.chain.0))
            }
            Self::Exchange(ExchangeMessage::Ack { vector, .. } | ExchangeMessage::Nack { vector, .. }) => weight(vector),
            Self::Exchange(ExchangeMessage::Done { vector, sum, .. }) => weight(vector).wrapping_add(*sum),
            Self::Exchange(ExchangeMessage::State(part)) => part.get().map_or(0, |part| part.stamp.wrapping_add(u64::from(part.index))),
            Self::Exchange(ExchangeMessage::Keys(keys)) => keys.iter().fold(0, |sum, key| sum.wrapping_add(key.sum)),
            Self::Append(append) => append.previous.0.wrapping_mul(31).wrapping_add(append.entries.len() as u64),
            Self::Appended { position, .. } => position.0,
            Self::Mismatch { retry_after, .. } => retry_after.0,
        }
    }
}

fn weight(vector: &VersionVector) -> u64 {
    vector.iter().fold(0, |sum, dot| sum.wrapping_add(dot.replica.0.wrapping_mul(dot.counter)))
}
