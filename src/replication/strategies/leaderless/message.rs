//! What nodes send each other. The number names the coordinator's request, so that a late answer finds no other one.

use super::cell::Cell;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Author, Key, Value};
use crate::replication::ids::NodeId;
use crate::replication::protocol::{Describe, MessageKind};
use std::rc::Rc;

/// A message. Two words, and few kinds: most messages are reads, writes and their answers, by the million.
#[derive(Clone, Debug)]
pub enum Message {
    /// To a replica: what do you hold?
    Read(u32, Rc<Key>),
    /// To a replica: hold this, unless you hold something newer.
    Write(u32, Rc<Cell>),
    /// From a replica: this, if anything.
    Held(u32, Option<Rc<Cell>>),
    /// From a replica: it is durable here.
    Stored(u32),
    /// Everything else.
    Beside(Rc<Beside>),
}

/// What is said beside plain reads and writes.
#[derive(Clone, Debug)]
pub enum Beside {
    /// To a replica: give this write a dot, and take it (siblings).
    Mint(u32, Draft),
    /// From a replica: it has this dot, and this is what I hold now.
    Minted(u32, Minted),
    /// To a replica that was found stale.
    Repair(Rc<Cell>),
    /// To a substitute: keep this for a replica out of reach.
    Keep(u32, Kept),
    /// From a substitute: it is durable here.
    KeptHere(u32),
    /// To a replica that is back: this was kept for you.
    HandOver(Rc<Cell>),
    /// From that replica: it is durable here.
    TakenOver(Rc<Cell>),
    /// Hashes of one tree.
    Hashes(Hashes),
    /// Everything in leaves that differ.
    Leaves(Leaves),
}

/// A write without a dot or version yet.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Which record.
    pub key: Rc<Key>,
    /// The value; `None` deletes the key.
    pub value: Option<Value>,
    /// Who.
    pub author: Author,
    /// What the client had seen.
    pub context: VersionVector,
}

/// A write that a replica gave a dot.
#[derive(Clone, Debug)]
pub struct Minted {
    /// Its dot.
    pub dot: Dot,
    /// What the replica holds now.
    pub cell: Rc<Cell>,
}

/// A write for somebody else.
#[derive(Clone, Debug)]
pub struct Kept {
    /// For whom.
    pub home: NodeId,
    /// What.
    pub cell: Rc<Cell>,
}

/// Hashes of some nodes of one tree.
#[derive(Clone, Debug)]
pub struct Hashes {
    /// The place of the ring that the tree is about.
    pub place: u16,
    /// Number of the node in the tree, and its hash.
    pub hashes: Vec<(u32, u64)>,
    /// Hashes compared so far, these included.
    pub count: u32,
}

/// What is held in some leaves of one tree.
#[derive(Clone, Debug)]
pub struct Leaves {
    /// The place of the ring that the tree is about.
    pub place: u16,
    /// The leaves.
    pub leaves: Vec<u32>,
    /// What they hold at the sender, or what the receiver lacks.
    pub cells: Vec<Rc<Cell>>,
    /// Whether the receiver is to answer with what the sender lacks.
    pub asks_back: bool,
}

impl Describe for Message {
    #[inline]
    fn kind(&self) -> MessageKind {
        match self {
            Self::Read(..) => MessageKind::Read,
            Self::Write(..) => MessageKind::Write,
            Self::Held(..) | Self::Stored(_) => MessageKind::Acknowledge,
            Self::Beside(beside) => beside.kind(),
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Read(_, key) => format!("read {key}"),
            Self::Write(_, cell) => format!("write {}", put(cell)),
            Self::Held(_, held) => held.as_ref().map_or_else(|| "nothing".to_owned(), |cell| cell.shown()),
            Self::Stored(_) => "stored".to_owned(),
            Self::Beside(beside) => beside.label(),
        }
    }

    #[inline]
    fn digest(&self) -> u64 {
        match self {
            Self::Read(number, _) | Self::Stored(number) => u64::from(*number),
            Self::Write(number, cell) | Self::Held(number, Some(cell)) => cell.sign() ^ u64::from(*number) << 40,
            Self::Held(number, None) => u64::from(*number) | 1 << 63,
            Self::Beside(beside) => beside.digest(),
        }
    }
}

fn put(cell: &Cell) -> String {
    format!("{} = {}", cell.key, cell.shown())
}

impl Beside {
    const fn kind(&self) -> MessageKind {
        match self {
            Self::Mint(..) => MessageKind::Write,
            Self::Minted(..) | Self::KeptHere(_) | Self::TakenOver(_) => MessageKind::Acknowledge,
            Self::Repair(_) | Self::Leaves(_) => MessageKind::Repair,
            Self::Keep(..) | Self::HandOver(_) => MessageKind::Hint,
            Self::Hashes(_) => MessageKind::Hash,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Mint(_, draft) => format!("write {} after {}", draft.key, draft.context),
            Self::Minted(_, minted) => format!("stored as {}", minted.dot),
            Self::Repair(cell) => format!("repair {}", put(cell)),
            Self::Keep(_, kept) => format!("keep for {}: {}", kept.home, put(&kept.cell)),
            Self::KeptHere(_) => "kept".to_owned(),
            Self::HandOver(cell) => format!("kept for you: {}", put(cell)),
            Self::TakenOver(cell) => format!("taken over {}", cell.key),
            Self::Hashes(hashes) => format!("{} hashes", hashes.hashes.len()),
            Self::Leaves(leaves) => format!("{} keys of {} leaves", leaves.cells.len(), leaves.leaves.len()),
        }
    }

    fn digest(&self) -> u64 {
        match self {
            Self::KeptHere(number) | Self::Mint(number, _) => u64::from(*number),
            Self::Minted(number, minted) => minted.dot.counter ^ u64::from(*number) << 40,
            Self::Keep(number, kept) => kept.cell.sign() ^ u64::from(*number) << 40 ^ u64::from(kept.home.0),
            Self::Repair(cell) | Self::HandOver(cell) | Self::TakenOver(cell) => cell.sign(),
            Self::Hashes(hashes) => hashes.hashes.iter().fold(u64::from(hashes.count), |sum, (_, hash)| sum.rotate_left(7) ^ hash),
            Self::Leaves(leaves) => leaves.cells.iter().fold(leaves.leaves.len() as u64, |sum, cell| sum.rotate_left(7) ^ cell.sign()),
        }
    }
}

impl From<Beside> for Message {
    fn from(beside: Beside) -> Self {
        Self::Beside(Rc::new(beside))
    }
}
