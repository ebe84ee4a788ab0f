//! A leaderless register: a coordinator asks all replicas and waits for a quorum of answers (Gifford, "Weighted
//! Voting", 1979; Dynamo, 2007, without hints and repair). Versions are the coordinator's clock, ties by node.
//!
//! Coordinators keep nothing between requests but the clock of their last write; replicas answer and know no one.

use crate::replication::causality::VersionVector;
use crate::replication::delta::{Key, Mode, Operation, Value};
use crate::replication::hash::Hasher;
use crate::replication::ids::{NodeId, RequestId};
use crate::replication::protocol::{Describe, Env, MessageKind, Outbox, Protocol, Refusal, Reply, Request};
use crate::replication::view::{Content, Decided, ReplicaView, Role};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Requests that one coordinator has under way; more are refused as full.
const PENDING_MAX: usize = 1_024;
/// Low bits of a version that hold the coordinator.
const NODE_BITS: u32 = 6;

/// What a register is set to.
#[derive(Clone, Debug)]
pub struct RegisterConfig {
    /// The nodes that store; all others coordinate.
    pub replicas: Arc<[NodeId]>,
    /// Acknowledgements that a write waits for.
    pub write_quorum: u16,
    /// Answers that a read waits for.
    pub read_quorum: u16,
}

/// The place of a write in its key's order: the coordinator's clock and, in the low bits, the coordinator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u64);

/// What nodes of a register send each other. The number names the coordinator's request.
#[derive(Clone, Debug)]
pub enum RegisterMessage {
    /// To a replica: what do you hold?
    Read(u32, Rc<Key>),
    /// To a replica: hold this, unless you hold something newer.
    Write(u32, Rc<Cell>),
    /// From a replica: this, if anything.
    Held(u32, Option<Rc<Cell>>),
    /// From a replica: it is durable here.
    Stored(u32),
}

/// One write of one key: travels, and is held, as one shared piece.
#[derive(Debug, PartialEq, Eq)]
pub struct Cell {
    /// Which record.
    pub key: Rc<Key>,
    /// Its place in the key's order.
    pub version: Version,
    /// The value; `None` when the key was deleted.
    pub value: Option<Value>,
}

/// What a replica holds: the newest write of each key, sorted by key.
#[derive(Clone, Debug, Default)]
pub struct Cells(Vec<Rc<Cell>>);

/// One node of a register.
#[derive(Clone, Debug)]
pub struct Register {
    config: RegisterConfig,
    is_replica: bool,
    cells: Cells,
    pending: Vec<Pending>,
    /// The key of the last request: most requests are about the same one, and share it.
    last_key: Option<Rc<Key>>,
    next_number: u32,
    last_clock: u64,
}

/// A request that waits for its quorum.
#[derive(Clone, Debug)]
struct Pending {
    number: u32,
    request: RequestId,
    /// One bit per node that answered: a doubled answer counts once.
    heard: u64,
    missing_count: u16,
    /// For a write, what is written; for a read, the newest answer so far.
    newest: Option<Rc<Cell>>,
    is_write: bool,
}

impl Describe for RegisterMessage {
    fn kind(&self) -> MessageKind {
        match self {
            Self::Read(..) => MessageKind::Read,
            Self::Write(..) => MessageKind::Write,
            Self::Held(..) | Self::Stored(_) => MessageKind::Acknowledge,
        }
    }

    fn label(&self) -> String {
        let shown = |cell: &Rc<Cell>| cell.value.as_ref().map_or_else(|| "deleted".to_owned(), ToString::to_string);
        match self {
            Self::Read(_, key) => format!("read {key}"),
            Self::Write(_, new) => format!("write {} = {}", new.key, shown(new)),
            Self::Held(_, held) => held.as_ref().map_or_else(|| "nothing".to_owned(), shown),
            Self::Stored(_) => "stored".to_owned(),
        }
    }

    fn digest(&self) -> u64 {
        match self {
            Self::Read(number, _) | Self::Stored(number) => u64::from(*number),
            Self::Write(number, cell) | Self::Held(number, Some(cell)) => cell.version.0 ^ u64::from(*number) << 40,
            Self::Held(number, None) => u64::from(*number) | 1 << 63,
        }
    }
}

impl Cells {
    fn position(&self, key: &Key) -> Result<usize, usize> {
        match self.0.first() {
            Some(first) if Arc::ptr_eq(&first.key.0, &key.0) => Ok(0),
            _ => self.0.binary_search_by(|held| (*held.key).cmp(key)),
        }
    }

    /// What is held of `key`.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Rc<Cell>> {
        self.position(key).ok().map(|index| &self.0[index])
    }

    /// Takes `new`, unless something newer is held; says whether it did.
    pub fn offer(&mut self, new: &Rc<Cell>) -> bool {
        match self.position(&new.key) {
            Ok(index) if self.0[index].version >= new.version => return false,
            Ok(index) => self.0[index] = Rc::clone(new),
            Err(index) => self.0.insert(index, Rc::clone(new)),
        }
        true
    }
}

impl Register {
    /// The next version of this coordinator: its clock, but never the same twice.
    fn next_version(&mut self, env: &Env<'_>) -> Version {
        let clock = u64::try_from(env.local_clock.0).unwrap_or(0);
        self.last_clock = clock.max(self.last_clock + 1);
        Version(self.last_clock << NODE_BITS | u64::from(env.me.0))
    }

    fn share_key(&mut self, key: Key) -> Rc<Key> {
        match &self.last_key {
            Some(last) if **last == key => Rc::clone(last),
            _ => Rc::clone(self.last_key.insert(Rc::new(key))),
        }
    }

    fn begin(&mut self, request: RequestId, newest: Option<Rc<Cell>>, is_write: bool) -> u32 {
        let number = self.next_number;
        self.next_number = self.next_number.wrapping_add(1);
        let missing_count = if is_write { self.config.write_quorum } else { self.config.read_quorum };
        self.pending.push(Pending { number, request, heard: 0, missing_count, newest, is_write });
        number
    }

    fn ask_all(&self, message: &RegisterMessage, out: &mut Outbox<Self>) {
        for replica in self.config.replicas.iter() {
            out.send(*replica, message.clone());
        }
    }

    fn write(&mut self, env: &Env<'_>, request: RequestId, key: Key, value: Option<Value>, out: &mut Outbox<Self>) {
        let new = Rc::new(Cell { key: self.share_key(key), version: self.next_version(env), value });
        let number = self.begin(request, Some(Rc::clone(&new)), true);
        self.ask_all(&RegisterMessage::Write(number, new), out);
    }

    /// An answer: closes the request when it completes the quorum. Later ones find nothing and change nothing.
    fn on_answer(&mut self, from: NodeId, number: u32, held: Option<Rc<Cell>>, out: &mut Outbox<Self>) {
        let Some(index) = self.pending.iter().position(|pending| pending.number == number) else { return };
        let pending = &mut self.pending[index];
        if pending.heard >> from.0 & 1 == 1 {
            return;
        }
        pending.heard |= 1 << from.0;
        pending.missing_count -= 1;
        let held_version = held.as_ref().map(|held| held.version);
        if held_version > pending.newest.as_ref().map(|newest| newest.version) {
            pending.newest = held;
        }
        if pending.missing_count == 0 {
            let done = self.pending.swap_remove(index);
            out.reply(done.request, done.into_reply());
        }
    }
}

impl Pending {
    fn into_reply(self) -> Reply {
        let (version, value) = self.newest.map_or((0, None), |newest| (newest.version.0, newest.value.clone()));
        if self.is_write {
            return Reply::Written { version, dot: None, context: VersionVector::new() };
        }
        Reply::Value { value, version }
    }
}

impl Protocol for Register {
    type Message = RegisterMessage;
    type Timer = ();
    type Record = Rc<Cell>;
    type Durable = Cells;
    type Config = RegisterConfig;

    fn on_start(config: &RegisterConfig, env: &mut Env<'_>, recovered: &Cells, _out: &mut Outbox<Self>) -> Self {
        Self {
            is_replica: config.replicas.contains(&env.me),
            config: config.clone(),
            cells: recovered.clone(),
            pending: Vec::new(),
            last_key: None,
            // A coordinator that comes back must not take an answer to its former self for one to a new request.
            next_number: env.rng.bits32(),
            last_clock: 0,
        }
    }

    fn store(durable: &mut Cells, new: &Rc<Cell>) {
        durable.offer(new);
    }

    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Outbox<Self>) {
        if self.is_replica {
            return out.reply(request, Reply::Refused(Refusal::Unsupported));
        }
        if self.pending.len() >= PENDING_MAX {
            return out.reply(request, Reply::Refused(Refusal::Full));
        }
        match asked {
            Request::Read { key } => {
                let number = self.begin(request, None, false);
                let key = self.share_key(key);
                self.ask_all(&RegisterMessage::Read(number, key), out);
            }
            Request::Write { key, operation: Operation::Put(value), .. } => self.write(env, request, key, Some(value), out),
            Request::Write { key, operation: Operation::Delete, .. } => self.write(env, request, key, None, out),
            Request::Write { operation: Operation::Cart(..) | Operation::SetMode(_), .. } => {
                out.reply(request, Reply::Refused(Refusal::Unsupported));
            }
        }
    }

    fn on_message(&mut self, _env: &mut Env<'_>, from: NodeId, message: RegisterMessage, out: &mut Outbox<Self>) {
        match message {
            RegisterMessage::Read(number, key) => out.send(from, RegisterMessage::Held(number, self.cells.get(&key).cloned())),
            RegisterMessage::Write(number, new) => {
                if self.cells.offer(&new) {
                    out.persist(new);
                }
                out.send(from, RegisterMessage::Stored(number));
            }
            RegisterMessage::Held(number, held) => self.on_answer(from, number, held, out),
            RegisterMessage::Stored(number) => self.on_answer(from, number, None, out),
        }
    }

    fn on_timer(&mut self, _env: &mut Env<'_>, (): (), _out: &mut Outbox<Self>) {}

    fn view(&self) -> ReplicaView {
        let mut records = BTreeMap::new();
        for held in &self.cells.0 {
            let content = held.value.clone().map_or(Content::Absent, Content::Plain);
            let decided = Decided { mode: Mode::LastWrite, content, conflicts: Vec::new(), fates: BTreeMap::new() };
            records.insert((*held.key).clone(), decided);
        }
        ReplicaView {
            delta_count: self.cells.0.len() as u64,
            hash: if self.is_replica { self.digest() } else { 0 },
            records,
            ..ReplicaView::empty(if self.is_replica { Role::Replica } else { Role::Coordinator })
        }
    }

    fn digest(&self) -> u64 {
        let mut hasher = Hasher::new(self.pending.len() as u64);
        for held in &self.cells.0 {
            hasher.text(&held.key.0).number(held.version.0);
        }
        hasher.digest().0
    }
}
