//! What a person may see of a replica: plain data, built on demand from a node's state.

use super::causality::{Dot, VersionVector};
use super::clock::Stamp;
use super::delta::{Author, Item, Key, Mode, Value};
use super::ids::{Lsn, NodeId, ReplicaId, SiteId, Term};
use super::time::SimTime;
use std::collections::BTreeMap;

/// What a node does for its site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Takes writes and orders them.
    Leader,
    /// Applies the leader's log.
    Follower,
    /// Stores what a coordinator sends it.
    Replica,
    /// Sends on behalf of clients.
    Coordinator,
    /// Wants to become leader and asks for votes.
    Candidate,
    /// Not in the group (yet).
    Spare,
}

/// A node, as shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaView {
    /// What it does.
    pub role: Role,
    /// The newest term it knows for its site.
    pub term: Term,
    /// Who it believes leads its site.
    pub leader: Option<NodeId>,
    /// The last position of its log.
    pub position: Lsn,
    /// The identity under which it writes now, once minted.
    pub replica: Option<ReplicaId>,
    /// All that it knows.
    pub vector: VersionVector,
    /// Hash over all its deltas.
    pub hash: u64,
    /// How many deltas or versions it holds.
    pub delta_count: u64,
    /// Whether it stores only some of the keys: what it lacks says nothing.
    pub is_partial: bool,
    /// Its records, decided under the mode in force.
    pub records: BTreeMap<Key, Decided>,
    /// Own writes that the required peers do not hold durably yet, in order.
    pub pending: Vec<Dot>,
    /// Own writes that they do hold: how many.
    pub confirmed_count: u64,
    /// Its exchanges with other sites.
    pub exchanges: Vec<ExchangeView>,
    /// When the leader appended each entry that a follower may lack: see [`ReplicaView::position`].
    pub appended_at: Vec<(Lsn, SimTime)>,
    /// Acknowledged or accepted writes that this node dropped for good (a tail that its successor never had), with why.
    pub discarded: Vec<Discarded>,
    /// The alarm clock that decides about the node next (a failure detector, a lease).
    pub countdown: Option<Countdown>,
    /// What else is worth knowing of the node: name and value.
    pub facts: Vec<(&'static str, String)>,
    /// Set when the node stopped a peer or found unequal hashes.
    pub alarm: Option<super::note::Alarm>,
}

/// A write that a node dropped for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discarded {
    /// Its name.
    pub dot: Dot,
    /// Who wrote it.
    pub author: Author,
    /// Which record.
    pub key: Key,
    /// Why.
    pub reason: &'static str,
}

/// An alarm clock for the eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countdown {
    /// What it waits for.
    pub label: &'static str,
    /// When it was set.
    pub from: SimTime,
    /// When it rings.
    pub until: SimTime,
}

impl ReplicaView {
    /// The view of a node with nothing in it.
    #[must_use]
    pub const fn empty(role: Role) -> Self {
        Self {
            role,
            term: Term(0),
            leader: None,
            position: Lsn(0),
            replica: None,
            vector: VersionVector::new(),
            hash: 0,
            delta_count: 0,
            is_partial: false,
            records: BTreeMap::new(),
            pending: Vec::new(),
            confirmed_count: 0,
            exchanges: Vec::new(),
            appended_at: Vec::new(),
            discarded: Vec::new(),
            countdown: None,
            facts: Vec::new(),
            alarm: None,
        }
    }
}

/// How an exchange with another site stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeView {
    /// The other site.
    pub site: SiteId,
    /// What its leader has acknowledged as durable.
    pub acknowledged: VersionVector,
    /// Where the exchange is.
    pub phase: ExchangePhase,
}

/// The phases of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangePhase {
    /// No answer yet.
    Apart,
    /// Deltas are on their way.
    Syncing,
    /// Everything known was exchanged and compared equal.
    Equal,
}

/// A record under one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The mode.
    pub mode: Mode,
    /// What a reader sees.
    pub content: Content,
    /// Concurrent versions, with what was decided about them. Empty when there is no conflict.
    pub conflicts: Vec<Conflict>,
    /// What became of every delta of the record, in dot order.
    pub fates: BTreeMap<Dot, Fate>,
    /// Place of the visible value in the key's order; 0 where the strategy keeps no such order.
    pub version: u64,
}

impl Decided {
    /// The record of a strategy that keeps one order per key: the latest version, and what became of those before it.
    #[must_use]
    pub const fn plain(content: Content, version: u64, fates: BTreeMap<Dot, Fate>) -> Self {
        Self { mode: Mode::LastWrite, content, conflicts: Vec::new(), fates, version }
    }
}

/// The value of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Never written or deleted.
    Absent,
    /// A plain value.
    Plain(Value),
    /// A shopping cart; lines with quantity 0 do not exist.
    Cart(BTreeMap<Item, Line>),
    /// Several plain versions wait for a person.
    Open,
}

/// A cart line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How many (more than 0).
    pub quantity: u32,
    /// Whether the line waits for a person to decide.
    pub is_open: bool,
    /// Whether an own write on this line is not confirmed yet. Filled by the node.
    pub is_pending: bool,
    /// The dots that a remove or set of this line drops.
    pub observed: Vec<Dot>,
}

/// Concurrent versions of one record or cart line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The cart line; `None` when the whole value is in conflict.
    pub item: Option<Item>,
    /// What all versions had seen.
    pub base: SideValue,
    /// The versions, oldest stamp first.
    pub sides: Vec<Side>,
    /// Whether it waits for a person.
    pub is_open: bool,
}

/// One version in a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its dot.
    pub dot: Dot,
    /// Who wrote it.
    pub author: Author,
    /// When, by the writer's replica.
    pub stamp: Stamp,
    /// What it would make the value.
    pub value: SideValue,
}

/// A value for the eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SideValue {
    /// Not there, or removed.
    Absent,
    /// A cart line's quantity.
    Quantity(u32),
    /// A whole cart.
    Cart(BTreeMap<Item, u32>),
    /// A plain value.
    Plain(Value),
}

/// What became of one write under a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It shows in the value.
    Visible,
    /// A later write had seen it.
    Superseded {
        /// That write.
        by: Dot,
    },
    /// The mode dropped it whole, in favour of another.
    Discarded {
        /// The winner.
        by: Dot,
        /// Why.
        reason: Reason,
    },
    /// A concurrent write prevailed on its line.
    Overruled {
        /// That write.
        by: Dot,
        /// Why.
        reason: Reason,
    },
    /// It is one of the versions that wait for a person.
    Open,
    /// The key's home has not ruled on it yet.
    Tentative,
    /// This version of the software does not know what it does: it is kept and passed on (rule R12).
    Opaque,
}

/// Why a write does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The other has the later stamp.
    OlderStamp,
    /// The stamps are equal and the other has the higher id.
    LowerId,
    /// A concurrent add or set keeps the item that this removed.
    AddWins,
    /// The item stands in another version, and the union keeps it.
    UnionKeeps,
    /// A concurrent write set a higher quantity.
    LowerQuantity,
    /// A concurrent write set the same quantity; one of them shows.
    SameQuantity,
    /// Applied in order of arrival: the other arrived later here.
    ArrivedEarlier,
    /// The other was accepted under a later leadership of the key's home, or later under the same.
    EarlierHome,
    /// The key's home had accepted a write that the writer of this one had not seen.
    RejectedByHome,
}
