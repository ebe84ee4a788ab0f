//! The local leader: one node of the multi-leader strategy outside of the simulation, still without I/O. It is given
//! time, requests, frames and the news that a commit is durable; it hands out what is to be done.
//!
//! ```text
//! request ─→ node ─→ [persist][reply][send] ─→ Act::Commit ── durable ─→ Act::Answer, Act::Send
//! ```
//! All effects after a `Persist` wait until the store has it (rule R4); what waits at the same time shares a commit.

use super::rows::{self, RowWriter};
use super::storage::{Commit, Row, StorageError};
use crate::limits;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Item, Key, Mode, Operation};
use crate::replication::exchange::ExchangeMessage;
use crate::replication::ids::{NodeId, ReplicaId, RequestId, SiteId, StoreId};
use crate::replication::note::Note;
use crate::replication::protocol::{Cluster, Connection, Effect, Env, Freshness, Member, Outbox, Protocol, Refusal, Reply, Request};
use crate::replication::random::{Purpose, Rng};
use crate::replication::rules::Rules;
use crate::replication::strategies::multi_leader_sync::{Config, Message, MultiLeaderSync, OpenWorld, Timer};
use crate::replication::time::{LocalTime, SimDuration, SimTime};
use crate::replication::view::ReplicaView;
use crate::replication::wire::{self, KnownTexts, WireError};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What kind of node a leader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person's device: its writes are confirmed when the peer that it is attached to holds them.
    Device,
    /// What devices attach to: a cloud datacenter or a native peer. The home of all keys in mode `Home`.
    Hub,
}

/// What a leader is set to.
#[derive(Clone, Debug)]
pub struct Options {
    /// Device or hub.
    pub kind: Kind,
    /// How conflicts are decided unless a key has a mode of its own; must be the same at all replicas.
    pub mode: Mode,
    /// Peers greet each other this often (with up to a quarter more, drawn at random).
    pub handshake_every: SimDuration,
    /// The rules in force. All, but where a test shows what one is for.
    pub rules: Rules,
    /// A hub rewrites its store once so many deltas can be collected.
    pub collects_from: usize,
    /// Whether to say what happens, write by write ([`Act::Tell`]).
    pub explains: bool,
}

impl Options {
    /// The usual ones.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            mode: Mode::AddWins,
            handshake_every: SimDuration::from_ms(3_000),
            rules: Rules::default(),
            collects_from: limits::MIN_COLLECTED,
            explains: true,
        }
    }
}

/// The time, twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Since any fixed moment; never steps back.
    pub steady: SimTime,
    /// The wall clock: nanoseconds since 1970. May be wrong and may step back.
    pub wall: LocalTime,
}

/// A connection to another leader, as long as it lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeerId(u16);

impl PeerId {
    /// What notes and exchanges call it.
    #[must_use]
    pub const fn site(self) -> SiteId {
        SiteId(self.0)
    }
}

/// What is to be done, in order.
#[derive(Clone, Debug)]
pub enum Act {
    /// Make this durable, then say [`LocalLeader::committed`] or [`LocalLeader::failed`]. Nothing more comes until then.
    Commit(Commit),
    /// Send these bytes.
    Send(PeerId, Vec<u8>),
    /// Answer this request.
    Answer(RequestId, Reply),
    /// Something worth telling.
    Tell(Note),
}

/// One node, its clock, its peers and what waits for its store. A clone goes on by itself, with the same draws to come.
#[derive(Clone)]
pub struct LocalLeader {
    node: MultiLeaderSync,
    cluster: Cluster,
    rng: Rng,
    outbox: Outbox<MultiLeaderSync>,
    waiting: VecDeque<Effect<MultiLeaderSync>>,
    is_committing: bool,
    failure: Option<StorageError>,
    writer: RowWriter,
    timers: BTreeMap<Timer, SimTime>,
    /// The connections, by slot; a slot is used again.
    connected: Vec<bool>,
    open_requests: Vec<RequestId>,
    texts: KnownTexts,
    request_count: u64,
}

const ME: NodeId = NodeId(0);

impl LocalLeader {
    /// Starts from what a store holds. `entropy` must be random: the identity to write under is drawn from it (rule R3).
    ///
    /// # Errors
    /// The store is damaged or of a newer version.
    pub fn open(options: &Options, rows: Vec<Row>, now: Now, entropy: u64) -> Result<Self, StorageError> {
        let is_new = rows.is_empty();
        let durable = rows::durable(rows)?;
        let cluster = Cluster { members: vec![member(ME, options.kind == Kind::Device, true)], exchanges: Vec::new() };
        let mut rng = Rng::stream(entropy, Purpose::Node, 0);
        let mut outbox = Outbox::new(options.explains);
        let mut env = Env { now: now.steady, local_clock: now.wall, me: ME, cluster: &cluster, rng: &mut rng };
        let node = MultiLeaderSync::on_start(&config(options), &mut env, &durable, &mut outbox);
        let mut leader = Self {
            node,
            cluster,
            rng,
            outbox,
            waiting: VecDeque::new(),
            is_committing: false,
            failure: None,
            writer: RowWriter::after(&durable, is_new),
            timers: BTreeMap::new(),
            connected: vec![true],
            open_requests: Vec::new(),
            texts: KnownTexts::with_room(),
            request_count: 0,
        };
        leader.take_up(now);
        Ok(leader)
    }

    fn handle(&mut self, now: Now, handler: impl FnOnce(&mut MultiLeaderSync, &mut Env<'_>, &mut Outbox<MultiLeaderSync>)) {
        let mut env = Env { now: now.steady, local_clock: now.wall, me: ME, cluster: &self.cluster, rng: &mut self.rng };
        handler(&mut self.node, &mut env, &mut self.outbox);
        self.take_up(now);
    }

    /// Alarm clocks are set at once; everything else keeps its order.
    fn take_up(&mut self, now: Now) {
        for effect in self.outbox.drain() {
            match effect {
                Effect::SetTimer(timer, delay) => drop(self.timers.insert(timer, now.steady + delay)),
                Effect::CancelTimer(timer) => drop(self.timers.remove(&timer)),
                effect => self.waiting.push_back(effect),
            }
        }
    }

    /// Asks the node something; the answer comes as [`Act::Answer`] when all before it is durable.
    pub fn request(&mut self, now: Now, asked: Request) -> RequestId {
        self.request_count += 1;
        let request = RequestId(self.request_count);
        if self.failure.is_some() {
            self.waiting.push_back(Effect::Reply(request, Box::new(Reply::Refused(Refusal::Unavailable))));
            return request;
        }
        self.open_requests.push(request);
        self.handle(now, |node, env, out| node.on_request(env, request, asked, out));
        request
    }

    /// Writes a key, having seen `context` of it; see [`LocalLeader::context`].
    pub fn write(&mut self, now: Now, key: Key, operation: Operation, context: VersionVector, author: Author) -> RequestId {
        let (key, author) = (Key(self.texts.share(&key.0)), Author(self.texts.share(&author.0)));
        let operation = match operation {
            Operation::Cart(item, change) => Operation::Cart(Item(self.texts.share(&item.0)), change),
            operation => operation,
        };
        self.request(now, Request::Write { key, operation, condition: None, context, author })
    }

    /// Reads a key.
    pub fn read(&mut self, now: Now, key: Key) -> RequestId {
        self.request(now, Request::Read { key, freshness: Freshness::Any })
    }

    /// All that this replica holds of `key`: the context of who reads it now.
    #[must_use]
    pub fn context(&self, key: &Key) -> VersionVector {
        self.node.context_of(key)
    }

    /// A channel to another leader is up.
    ///
    /// # Errors
    /// There are too many.
    pub fn connect(&mut self, now: Now) -> Result<PeerId, Refusal> {
        let slot = self.connected.iter().position(|taken| !taken).unwrap_or(self.connected.len());
        if slot > limits::MAX_PEERS {
            return Err(Refusal::Full);
        }
        if slot == self.connected.len() {
            self.connected.push(true);
            self.cluster.members.push(member(NodeId(slot as u16), true, false));
        }
        self.connected[slot] = true;
        let node = NodeId(slot as u16);
        self.handle(now, |protocol, env, out| protocol.on_connection(env, node, Connection::Up, out));
        Ok(PeerId(node.0))
    }

    /// A channel is gone.
    pub fn disconnect(&mut self, now: Now, peer: PeerId) {
        if self.is_connected(peer) {
            self.connected[usize::from(peer.0)] = false;
            // What waits to be sent over this channel does not go over the next one in its slot.
            self.waiting.retain(|effect| !matches!(effect, Effect::Send(to, _) if to.0 == peer.0));
            self.handle(now, |protocol, env, out| protocol.on_connection(env, NodeId(peer.0), Connection::Down, out));
        }
    }

    /// Whether the channel is up.
    #[must_use]
    pub fn is_connected(&self, peer: PeerId) -> bool {
        peer.0 != ME.0 && self.connected.get(usize::from(peer.0)).copied().unwrap_or(false)
    }

    /// Bytes came over a channel.
    ///
    /// # Errors
    /// They are no message; nothing happened. The channel should be closed.
    pub fn receive(&mut self, now: Now, peer: PeerId, frame: &[u8]) -> Result<(), WireError> {
        let (message, bytes) = wire::decode_with_deltas(frame, &mut self.texts)?;
        if self.is_connected(peer) && self.failure.is_none() {
            if let ExchangeMessage::Batch { deltas, .. } = &message {
                self.writer.received(deltas, bytes);
            }
            self.handle(now, |node, env, out| node.on_message(env, NodeId(peer.0), Message::Exchange(message), out));
        }
        Ok(())
    }

    /// When [`LocalLeader::tick`] is due next.
    #[must_use]
    pub fn next_wake(&self) -> Option<SimTime> {
        self.timers.values().min().copied()
    }

    /// Lets the alarm clocks ring that are due.
    pub fn tick(&mut self, now: Now) {
        while let Some(timer) = self.timers.iter().find(|(_, at)| **at <= now.steady).map(|(timer, _)| *timer) {
            self.timers.remove(&timer);
            if self.failure.is_none() {
                self.handle(now, |node, env, out| node.on_timer(env, timer, out));
            }
        }
    }

    /// Greets all peers now: after a sleep, when the page becomes visible.
    pub fn greet(&mut self, now: Now) {
        self.handle(now, |node, env, out| node.greet_all(env, out));
    }

    /// What is to be done next; `None` until something more happens.
    pub fn poll(&mut self) -> Option<Act> {
        if self.is_committing {
            return None;
        }
        while let Some(effect) = self.waiting.pop_front() {
            match effect {
                Effect::Persist(record) => {
                    self.waiting.push_front(Effect::Persist(record));
                    return Some(self.commit());
                }
                Effect::Send(to, Message::Exchange(message)) => {
                    let peer = PeerId(to.0);
                    if self.is_connected(peer) {
                        return Some(Act::Send(peer, wire::encode(&message)));
                    }
                }
                Effect::Reply(request, reply) => {
                    self.open_requests.retain(|open| *open != request);
                    return Some(Act::Answer(request, *reply));
                }
                Effect::Note(note) => return Some(Act::Tell(*note)),
                // A site of one node has nobody to ship its log to.
                Effect::Send(..) | Effect::SetTimer(..) | Effect::CancelTimer(_) => {}
            }
        }
        None
    }

    /// All records that wait become one commit; what waits behind any of them waits for it.
    fn commit(&mut self) -> Act {
        self.is_committing = true;
        let writer = &mut self.writer;
        let records = self.waiting.iter().filter_map(|effect| match effect {
            Effect::Persist(record) => Some(record),
            _ => None,
        });
        let commit = writer.commit(records);
        self.waiting.retain(|effect| !matches!(effect, Effect::Persist(_)));
        Act::Commit(commit)
    }

    /// The commit under way is durable.
    pub fn committed(&mut self) {
        self.is_committing = false;
    }

    /// The commit under way is not durable, nor will be: nothing of what waits for it may be told. Every open request is
    /// refused; the leader has to be opened again from its store. A second failure changes nothing: what the first one
    /// refused may still wait to be told.
    pub fn failed(&mut self, error: StorageError) {
        self.is_committing = false;
        if self.failure.is_some() {
            return;
        }
        self.failure = Some(error);
        self.waiting.clear();
        for request in std::mem::take(&mut self.open_requests) {
            self.waiting.push_back(Effect::Reply(request, Box::new(Reply::Refused(Refusal::Unavailable))));
        }
    }

    /// Why it stopped.
    #[must_use]
    pub const fn failure(&self) -> Option<&StorageError> {
        self.failure.as_ref()
    }

    /// Whether something waits for the store.
    #[must_use]
    pub fn is_saving(&self) -> bool {
        self.is_committing || self.waiting.iter().any(|effect| matches!(effect, Effect::Persist(_)))
    }

    /// What a person may see of it. What is not durable yet shows too: see [`LocalLeader::is_saving`].
    #[must_use]
    pub fn view(&self) -> ReplicaView {
        self.node.view()
    }

    /// The node itself, to look at.
    #[must_use]
    pub const fn node(&self) -> &MultiLeaderSync {
        &self.node
    }

    /// The identity of its store.
    #[must_use]
    pub const fn store_id(&self) -> StoreId {
        self.node.store_id()
    }

    /// The identity that it writes under, once minted.
    #[must_use]
    pub const fn replica_id(&self) -> Option<ReplicaId> {
        self.node.replica_id()
    }

    /// Whether `peer` was stopped after an alarm.
    #[must_use]
    pub fn is_stopped(&self, peer: PeerId) -> bool {
        self.node.exchanges().iter().any(|exchange| exchange.site == SiteId(peer.0) && exchange.is_stopped)
    }
}

fn config(options: &Options) -> Arc<Config> {
    Arc::new(Config {
        mode: options.mode,
        home: (options.kind == Kind::Hub).then_some(SiteId(ME.0)),
        cart: Vec::new(),
        handshake_every: options.handshake_every,
        exchange_every: SimDuration::ZERO,
        // Nobody to tell.
        heartbeat_every: SimDuration::from_ms(3_600_000),
        rules: options.rules,
        open: Some(OpenWorld {
            deltas_max: limits::MAX_LOCAL_DELTAS,
            key_deltas_max: limits::MAX_DELTAS,
            collects_from: options.collects_from,
        }),
    })
}

const fn member(node: NodeId, is_device: bool, leads_first: bool) -> Member {
    Member { node, site: SiteId(node.0), is_device, is_client: false, is_spare: false, leads_first }
}
