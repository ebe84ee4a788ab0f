//! Leaderless replication: any node, or the client itself, coordinates a request, asks the replicas and waits for a
//! quorum of them (Gifford, "Weighted Voting", 1979; Dynamo, DeCandia et al. 2007; Attiya, Bar-Noy and Dolev, "Sharing
//! Memory Robustly in Message-Passing Systems", JACM 1995).
//!
//! Every node runs the same code: as a coordinator it keeps nothing but requests under way, as a replica it answers and
//! knows no one. What is told ([`Note::Told`](crate::replication::note::Note::Told)): `quorum-completed`,
//! `quorum-missed`, `write-back`, `read-repaired`, `suspected`, `hint-kept`, `hint-delivered`, `hint-dropped`,
//! `tree-compared`, `sibling-made`, `sibling-merged`, `tombstone-collected`.

mod anti_entropy;
mod cell;
mod cells;
mod coordinator;
mod hints;
mod message;
mod nodes;
mod pending;
mod picture;
mod replica;
mod ring;
mod settings;
mod siblings;
mod tree;

pub use cell::{Cell, Content, Standing, Version, Write};
pub use cells::{Cells, Offered, Past};
pub use hints::{Hint, Hints};
pub use message::{Beside, Draft, Hashes, Kept, Leaves, Message, Minted};
pub use nodes::NodeSet;
pub use ring::Ring;
pub use settings::*;
pub use siblings::Siblings;
pub use tree::Tree;

use crate::replication::delta::{Author, Key, Operation};
use crate::replication::hash::Hasher;
use crate::replication::ids::{NodeId, ReplicaId, RequestId};
use crate::replication::protocol::{Connection, Env, Outbox, Plan, Promises, Protocol, Refusal, Reply, Request};
use crate::replication::setting::Misfit;
use crate::replication::time::SimDuration;
use crate::replication::view::ReplicaView;
use pending::Pending;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// The alarm clocks of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// Give this request up.
    Expire(u32),
    /// Whoever has not answered this request is suspected.
    Suspect(u32),
    /// Suspects get another chance.
    Trust,
    /// Offer hints once more.
    Hints,
    /// Compare hash trees.
    AntiEntropy,
    /// Collect tombstones.
    Collect,
}

/// One durable step.
#[derive(Clone, Debug)]
pub enum Record {
    /// A cell was taken, or found overwritten.
    Cell(Rc<Cell>),
    /// The same, where deletions leave no trace.
    Traceless(Rc<Cell>),
    /// A tombstone was collected.
    Collected(Rc<Key>),
    /// A hint was taken.
    Hint(Rc<Hint>),
    /// The hint for this node was handed over, or is too old.
    HintGone(NodeId, Rc<Cell>),
    /// The node started, for this time.
    Started(u16),
}

/// What a restart finds.
#[derive(Clone, Debug, Default)]
pub struct Durable {
    cells: Cells,
    hints: Hints,
    start: u16,
}

/// One node. What every message touches stands first, and together.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Leaderless {
    /// Nodes that left a request unanswered.
    suspected: NodeSet,
    cells: Cells,
    pending: Vec<Pending>,
    hints: Hints,
    config: Rc<Config>,
    next_number: u32,
    me: NodeId,
    is_replica: bool,
    /// Whether a request is over with its answer: no timers, nothing to do with late answers, no second phase.
    is_brief: bool,
    /// Whether a cell is taken without looking left or right: no trees, tombstones as usual, no siblings.
    is_plain: bool,
    /// The key of the last request: most requests are about the same one, and share it.
    last_key: Option<Rc<Key>>,
    last_clock: u64,
    /// Which of its starts this is; 0 where that is not kept.
    start: u16,
    last_write_quorum: NodeSet,
    last_read_quorum: NodeSet,
    dot_count: u64,
    last_writer: Option<(Author, ReplicaId)>,
    /// Minted at each start, so that dots are unique for ever.
    identity: ReplicaId,
    trees: BTreeMap<u16, Tree>,
    /// Dots given lately, by request.
    minted: VecDeque<(NodeId, u32, Minted)>,
    /// Comparisons begun.
    round: u32,
}

type Out = Outbox<Leaderless>;

impl Protocol for Leaderless {
    type Message = Message;
    type Timer = Timer;
    type Record = Record;
    type Durable = Durable;
    type Config = Rc<Config>;

    fn configure(plan: &Plan<'_>) -> Result<Rc<Config>, Misfit> {
        Config::new(plan).map(Rc::new)
    }

    fn promises(config: &Self::Config) -> Promises {
        config.promises()
    }

    fn on_start(config: &Rc<Config>, env: &mut Env<'_>, recovered: &Durable, out: &mut Out) -> Self {
        let needs_trees = config.anti_entropy_every > SimDuration::ZERO;
        let collects = config.tombstone_keep > SimDuration::ZERO;
        let mut node = Self {
            config: Rc::clone(config),
            me: env.me,
            is_replica: config.everybody().contains(env.me),
            is_brief: config.is_brief(),
            is_plain: !needs_trees && !collects && config.keeps_tombstones && !config.keeps_siblings,
            cells: recovered.cells.clone(),
            hints: recovered.hints.clone(),
            trees: BTreeMap::new(),
            pending: Vec::new(),
            last_key: None,
            // A coordinator that comes back must not take an answer to its former self for one to a new request.
            next_number: env.rng.bits32(),
            last_clock: 0,
            start: 0,
            identity: ReplicaId(env.rng.bits()),
            dot_count: 0,
            last_writer: None,
            minted: VecDeque::new(),
            suspected: NodeSet::NONE,
            round: 0,
            last_write_quorum: NodeSet::NONE,
            last_read_quorum: NodeSet::NONE,
        };
        if node.config.has_lasting_versions {
            node.start = recovered.start.wrapping_add(1);
            out.persist(Record::Started(node.start));
        }
        if node.is_replica {
            node.start_alarms(env, out);
        }
        node
    }

    fn store(durable: &mut Durable, record: &Record) {
        match record {
            Record::Cell(cell) => {
                durable.cells.offer(cell);
            }
            Record::Traceless(cell) => {
                durable.cells.offer_without_tombstones(cell);
            }
            Record::Collected(key) => {
                durable.cells.collect(key);
            }
            Record::Hint(hint) => {
                durable.hints.keep(hint.home, &hint.cell, hint.since);
            }
            Record::HintGone(home, cell) => {
                durable.hints.drop(*home, cell);
            }
            Record::Started(start) => durable.start = *start,
        }
    }

    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Out) {
        let unsupported = Reply::Refused(Refusal::Unsupported);
        match asked {
            Request::Read { key, .. } => self.on_read(env, request, key, out),
            Request::Write { condition: Some(_), .. } | Request::ReadMany { .. } => out.reply(request, unsupported),
            Request::Write { key, operation, context, author, .. } => {
                let value = match operation {
                    Operation::Put(value) => Some(value),
                    Operation::Delete => None,
                    Operation::Cart(..) | Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_) => {
                        return out.reply(request, unsupported);
                    }
                };
                let draft = self.draft(key, value, author, context);
                self.on_write(env, request, draft, out);
            }
        }
    }

    fn on_message(&mut self, env: &mut Env<'_>, from: NodeId, message: Message, out: &mut Out) {
        self.suspected = self.suspected.without(NodeSet::only(from));
        let (number, held) = match message {
            Message::Read(number, key) => return out.send(from, Message::Held(number, self.held(&key))),
            Message::Write(number, cell) => {
                self.take(env, &cell, out);
                return out.send(from, Message::Stored(number));
            }
            Message::Held(number, held) => (number, held),
            Message::Stored(number) => (number, None),
            Message::Beside(beside) => return self.on_beside(env, from, &beside, out),
        };
        self.on_answer(env, from, number, held, out);
    }

    fn on_timer(&mut self, env: &mut Env<'_>, timer: Timer, out: &mut Out) {
        match timer {
            Timer::Expire(ticket) => self.on_expire(ticket, out),
            Timer::Suspect(ticket) => self.on_suspect(env, ticket, out),
            Timer::Trust => self.suspected = NodeSet::NONE,
            Timer::Hints => self.on_hints(env, out),
            Timer::AntiEntropy => self.on_anti_entropy(env, out),
            Timer::Collect => self.on_collect(env, out),
        }
    }

    fn on_connection(&mut self, env: &mut Env<'_>, peer: NodeId, connection: Connection, out: &mut Out) {
        self.on_reach(env, peer, connection == Connection::Up, out);
    }

    fn view(&self) -> ReplicaView {
        self.picture()
    }

    #[cfg(feature = "catalogue")]
    fn glance(&self) -> ReplicaView {
        self.sketch()
    }

    fn digest(&self) -> u64 {
        let mut hasher = Hasher::new(self.pending.len() as u64);
        hasher.number(self.hash_of_cells()).number(self.suspected.0);
        for hint in self.hints.iter() {
            hasher.number(u64::from(hint.home.0)).number(hint.cell.hash());
        }
        hasher.digest().0
    }
}

impl Leaderless {
    fn start_alarms(&mut self, env: &mut Env<'_>, out: &mut Out) {
        let every = self.config.anti_entropy_every;
        if every > SimDuration::ZERO {
            self.grow_trees();
            // Not all at the same moment.
            let first = 1 + (every.0 / 1_000_000).min(u64::from(u32::MAX)) as u32;
            out.set_timer(Timer::AntiEntropy, SimDuration::from_ms(1 + u64::from(env.rng.below(first))));
        }
        if self.config.tombstone_keep > SimDuration::ZERO {
            out.set_timer(Timer::Collect, self.collect_every());
        }
        if !self.hints.is_empty() {
            out.set_timer(Timer::Hints, self.config.suspect_after);
        }
    }

    #[cold]
    #[inline(never)]
    fn on_beside(&mut self, env: &mut Env<'_>, from: NodeId, message: &Beside, out: &mut Out) {
        match message {
            Beside::Mint(number, draft) => self.on_mint(env, from, *number, draft, out),
            Beside::Minted(number, minted) => self.on_minted(env, from, *number, minted, out),
            Beside::Repair(cell) => self.take(env, cell, out),
            Beside::Keep(number, kept) => self.on_keep(env, from, *number, kept, out),
            Beside::KeptHere(number) => self.on_kept_here(env, from, *number, out),
            Beside::HandOver(cell) => {
                self.take(env, cell, out);
                out.send(from, Beside::TakenOver(Rc::clone(cell)).into());
            }
            Beside::TakenOver(cell) => self.on_taken_over(from, cell, out),
            Beside::Hashes(hashes) => self.on_hashes(env, from, hashes, out),
            Beside::Leaves(leaves) => self.on_leaves(env, from, leaves, out),
        }
    }
}
