//! What nodes of the group send each other.

use super::durable::{Cell, Image};
use super::log::{Entry, Spot};
use super::members::Members;
use crate::replication::delta::Key;
use crate::replication::ids::{Lsn, Term};
use crate::replication::log::Epoch;
use crate::replication::protocol::{Describe, MessageKind};
use crate::replication::time::LocalTime;
use std::rc::Rc;

/// A message.
#[derive(Clone, Debug)]
pub enum Message {
    /// Leader to follower: log entries, or a sign of life.
    Append(Append),
    /// Follower to leader.
    Appended(Appended),
    /// Follower to leader: my log differs there.
    Mismatch(Mismatch),
    /// There is a newer term or leadership than yours.
    Newer(Term, Epoch),
    /// Will you vote for me, and how far is your log?
    Ask(Ask),
    /// An answer to that.
    Answer(Answer),
    /// Take over.
    Lead,
    /// Part of a snapshot, leader to follower.
    Chunk(Chunk),
    /// That part arrived.
    ChunkTaken(Epoch, Lsn, u32),
    /// A membership matter.
    Group(Matter),
}

/// Log entries from a leader.
#[derive(Clone, Debug)]
pub struct Append {
    /// The sender's leadership.
    pub epoch: Epoch,
    /// The position before the first entry, and the leadership of the entry there.
    pub previous: Spot,
    /// What follows.
    pub entries: Vec<Rc<Entry>>,
    /// Up to here clients were told that it is written.
    pub commit: Lsn,
    /// Up to here a majority holds the log.
    pub stable: Lsn,
    /// The leader's heartbeat round.
    pub round: u64,
    /// The leader's clock.
    pub sent_at: LocalTime,
}

/// What a follower holds.
#[derive(Clone, Copy, Debug)]
pub struct Appended {
    /// Of whose log.
    pub epoch: Epoch,
    /// Up to here it has the leader's log.
    pub held: Lsn,
    /// Up to here it acknowledges (as far as it is received, durable or applied).
    pub acknowledged: Lsn,
    /// The newest round it heard.
    pub round: u64,
}

/// Where logs differ.
#[derive(Clone, Copy, Debug)]
pub struct Mismatch {
    /// The leadership that was refused its append.
    pub epoch: Epoch,
    /// Try again after this position, where the follower's entry is of this epoch.
    pub retry: Spot,
    /// Only a snapshot helps.
    pub is_too_old: bool,
    /// The newest round it heard.
    pub round: u64,
}

/// Why a node asks for votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To know whether it would win, and how far others are: nothing changes (Ongaro 2014, dissertation, §9.6).
    Trial,
    /// Because it takes the leader for lost.
    Election,
    /// Because it was told to: a leader that still lives does not stand in the way (§3.10).
    Transfer,
}

/// The wish for a vote.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The term that it would lead.
    pub term: Term,
    /// The end of its log.
    pub end: Spot,
    /// Why.
    pub purpose: Purpose,
}

/// The answer to it.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The term and purpose that were asked about.
    pub asked: (Term, Purpose),
    /// Whether it votes for it.
    pub is_granted: bool,
    /// The newest term that it has heard of.
    pub term: Term,
    /// The end of its own log.
    pub end: Spot,
    /// Whether it leads.
    pub leads: bool,
}

/// Part of a snapshot.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The sender's leadership.
    pub epoch: Epoch,
    /// All about the snapshot but its records.
    pub head: Rc<Image>,
    /// Which part.
    pub index: u32,
    /// Of how many.
    pub count: u32,
    /// The records of this part.
    pub cells: Vec<(Key, Cell)>,
}

/// What nodes say about the group.
#[derive(Clone, Debug)]
pub enum Matter {
    /// Take me in.
    Join,
    /// Take me out.
    Leave,
    /// I have not heard a leader for long: do I still belong to the group?
    Inquiry,
    /// A leader to a spare: come in.
    Invite,
    /// A leader to a node that is out.
    Out(Epoch, Members),
}

impl Describe for Message {
    fn kind(&self) -> MessageKind {
        match self {
            Self::Append(append) if append.entries.is_empty() => MessageKind::Heartbeat,
            Self::Append(_) => MessageKind::Replicate,
            Self::Appended(_) | Self::ChunkTaken(..) => MessageKind::Acknowledge,
            Self::Mismatch(_) | Self::Newer(..) => MessageKind::Nack,
            Self::Ask(_) | Self::Answer(_) | Self::Lead => MessageKind::Vote,
            Self::Chunk(_) => MessageKind::Snapshot,
            Self::Group(_) => MessageKind::Hello,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Append(append) => format!("{} entries after {}", append.entries.len(), append.previous.lsn),
            Self::Appended(appended) => format!("log acknowledged up to {}", appended.acknowledged),
            Self::Mismatch(mismatch) if mismatch.is_too_old => "logs differ too far back; a snapshot, please".to_owned(),
            Self::Mismatch(mismatch) => format!("logs differ; again after {}", mismatch.retry.lsn),
            Self::Newer(term, _) => format!("term {} has begun", term.0),
            Self::Ask(ask) if ask.purpose == Purpose::Trial => format!("would you vote for me in term {}?", ask.term.0),
            Self::Ask(ask) => format!("vote for me in term {}, log up to {}", ask.term.0, ask.end.lsn),
            Self::Answer(answer) if answer.is_granted => format!("yes for term {}", answer.asked.0.0),
            Self::Answer(answer) => format!("no for term {}, log up to {}", answer.asked.0.0, answer.end.lsn),
            Self::Lead => "take over".to_owned(),
            Self::Chunk(chunk) => format!("part {} of {} of a snapshot at {}", chunk.index + 1, chunk.count, chunk.head.lsn),
            Self::ChunkTaken(_, lsn, index) => format!("part {} of the snapshot at {lsn} arrived", index + 1),
            Self::Group(Matter::Join) => "take me in".to_owned(),
            Self::Group(Matter::Leave) => "take me out".to_owned(),
            Self::Group(Matter::Inquiry) => "do I belong to the group?".to_owned(),
            Self::Group(Matter::Invite) => "come in".to_owned(),
            Self::Group(Matter::Out(..)) => "you are out".to_owned(),
        }
    }

    fn digest(&self) -> u64 {
        match self {
            Self::Append(append) => append.previous.lsn.0.wrapping_mul(31).wrapping_add(append.entries.len() as u64),
            Self::Appended(appended) => appended.acknowledged.0,
            Self::Mismatch(mismatch) => mismatch.retry.lsn.0,
            Self::Newer(term, _) => term.0,
            Self::Ask(ask) => ask.term.0 << 8 | ask.end.lsn.0,
            Self::Answer(answer) => answer.asked.0.0 << 8 | u64::from(answer.is_granted),
            Self::Lead => 1,
            Self::Chunk(chunk) => chunk.head.chain ^ u64::from(chunk.index),
            Self::ChunkTaken(_, lsn, index) => lsn.0 << 16 | u64::from(*index),
            Self::Group(matter) => match matter {
                Matter::Join => 2,
                Matter::Leave => 3,
                Matter::Invite => 4,
                Matter::Inquiry => 5,
                Matter::Out(epoch, _) => epoch.term.0 << 3,
            },
        }
    }
}
