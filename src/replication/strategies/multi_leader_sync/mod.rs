//! Multi-leader between datacenters and devices, single-leader inside each of them.
//!
//! Every site has one leader that takes writes and ships its replication log to its followers (`site`). Leaders of
//! linked sites exchange deltas by the reconnect protocol (`peers`). A device is a site of one node that may be
//! disconnected for long. Conflicts are detected by what writers had seen and decided by a mode, the same fold at
//! every replica.

mod collect;
mod durable;
mod equality;
mod home;
mod intake;
mod message;
mod peers;
mod picture;
mod plain;
mod site;

use collect::Stores;
pub use durable::{Attached, Change, Durable, Record};
pub use message::Message;

use super::super::causality::{Dot, VersionVector};
use super::super::delta::{Delta, Item, Key, LineChange, Mode, Operation};
use super::super::exchange::Exchange;
use super::super::ids::{NodeId, ReplicaId, RequestId, SiteId, StoreId, Term};
use super::super::key_log::KeyLog;
use super::super::log::{Entry, Epoch, Followers, ReplicationLog};
use super::super::modes;
use super::super::note::{Alarm, Note};
use super::super::outside::Outside;
use super::super::protocol::{Condition, Connection, Env, Member, Order, Outbox, Plan, Promises, Protocol, Refusal, Reply, Request, Token};
use super::super::rules::{self, Rules};
use super::super::setting::{Misfit, Setting};
use super::super::store::DeltaStore;
use super::super::time::SimDuration;
use super::super::view::{ReplicaView, Role};
use super::super::writer::{Intent, Writer, genesis};
use crate::limits;
use std::sync::Arc;

/// How often leaders of neighbouring sites greet each other.
pub static HANDSHAKE_EVERY: Setting =
    Setting::ms("handshake_every_ms", "Handshake every", "Leaders of neighbouring sites greet each other this often.", (1, 60_000), 1_000);

/// The settings that it reads.
pub static SETTINGS: &[&Setting] = &[
    &HANDSHAKE_EVERY,
    &super::EXCHANGE_EVERY,
    &super::HEARTBEAT_EVERY,
    &rules::DETECT_BY_VECTOR,
    &rules::FRESH_IDS,
    &rules::PERSIST_FIRST,
    &rules::CURSOR_IS_VECTOR,
    &rules::REFUSE_HOLES,
    &rules::REMOVES_CONSUME_DOT,
];

/// What the strategy is set to.
#[derive(Clone, Debug)]
pub struct Config {
    /// How conflicts are decided unless a key has a mode of its own.
    pub mode: Mode,
    /// The site whose leader orders the writes of every key in mode [`Mode::Home`].
    pub home: Option<SiteId>,
    /// The cart that every replica starts with.
    pub cart: Vec<(Item, u32)>,
    /// Leaders of neighbouring sites greet each other this often.
    pub handshake_every: SimDuration,
    /// Leaders send what is new at once (zero), or with the handshakes, which then come this often.
    pub exchange_every: SimDuration,
    /// A leader tells its followers this often that it lives.
    pub heartbeat_every: SimDuration,
    /// The rules in force.
    pub rules: Rules,
    /// Set outside of the simulation, where peers come and go.
    pub open: Option<OpenWorld>,
}

/// What is different where the cluster is not drawn on a map: a site is one node, and its peers come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenWorld {
    /// Deltas held at most.
    pub deltas_max: usize,
    /// Deltas of one key, in the modes that decide a key as a whole.
    pub key_deltas_max: usize,
    /// A hub rewrites its store once so many deltas can be collected (rule R10).
    pub collects_from: usize,
}

/// The alarm clocks of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// Greet the neighbouring sites.
    Handshake,
    /// Tell the followers that the leader lives; hand over a tail.
    Heartbeat,
}

/// One node.
#[derive(Clone, Debug)]
pub struct MultiLeaderSync {
    config: Arc<Config>,
    me: Member,
    mode: Mode,
    role: Role,
    epoch: Epoch,
    store_id: StoreId,
    store: DeltaStore,
    log: ReplicationLog<Arc<Delta>>,
    writer: Writer,
    own: Vec<ReplicaId>,
    followers: Followers,
    exchanges: Vec<Exchange>,
    /// Writes of a lost leadership that the new leader's log does not hold yet.
    tail: Vec<Arc<Delta>>,
    alarm: Option<Alarm>,
    told_amnesia: bool,
    /// Of a device in an open world: what the one datacenter, cloud or native peer that it is attached to acknowledged.
    attached: Option<Attached>,
    device_sites: Vec<SiteId>,
    /// The key in which a peer's data differs, once an alarm has led there.
    differs_in: Option<Key>,
    /// Of a hub: the stores that it waits for before it collects.
    stores: Outside<Stores>,
}

type Out = Outbox<MultiLeaderSync>;

impl Protocol for MultiLeaderSync {
    type Message = Message;
    type Timer = Timer;
    type Record = Record;
    type Durable = Durable;
    type Config = Arc<Config>;

    fn configure(plan: &Plan<'_>) -> Result<Self::Config, Misfit> {
        Ok(Arc::new(Config {
            mode: plan.mode,
            home: plan.cluster.members.iter().find(|member| !member.is_device).map(|member| member.site),
            cart: plan.cart.clone(),
            handshake_every: match plan.dials.duration(&super::EXCHANGE_EVERY) {
                SimDuration::ZERO => plan.dials.duration(&HANDSHAKE_EVERY),
                every => every,
            },
            exchange_every: plan.dials.duration(&super::EXCHANGE_EVERY),
            heartbeat_every: plan.dials.duration(&super::HEARTBEAT_EVERY),
            rules: Rules::from(plan.dials),
            open: None,
        }))
    }

    /// What is kept of concurrent writes depends on the mode; nothing that was acknowledged vanishes unseen, as long as no
    /// rule is switched off. Deltas come after their causes, but which value wins is decided by stamps.
    fn promises(config: &Self::Config) -> Promises {
        let is_sound = config.rules == Rules::default();
        Promises { keeps_writes: is_sound, accounts: is_sound, converges: is_sound, ..Promises::default() }
    }

    fn on_start(config: &Self::Config, env: &mut Env<'_>, recovered: &Durable, out: &mut Out) -> Self {
        let mut node = Self::recover(config, env, recovered);
        if recovered.store_id == StoreId::default() {
            node.store_id = StoreId(env.rng.bits());
            out.persist(Record(vec![Change::Store(node.store_id)]));
        }
        let jitter = node.config.handshake_every.0 / 4;
        out.set_timer(Timer::Handshake, SimDuration(1 + jitter * u64::from(env.rng.below(1_000)) / 1_000));
        out.set_timer(Timer::Heartbeat, node.config.heartbeat_every);
        node
    }

    fn store(durable: &mut Durable, record: &Record) {
        durable.apply(record);
    }

    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Out) {
        match asked {
            Request::Read { key, .. } => {
                let reply = self.read(&key);
                out.reply(request, reply);
            }
            Request::ReadMany { keys, .. } => {
                let reply = self.read_many(keys);
                out.reply(request, reply);
            }
            Request::Write { key, operation, context, author, condition } => {
                self.on_write(env, request, Intent { key, operation, context, author }, condition.as_deref(), out);
            }
        }
    }

    fn on_message(&mut self, env: &mut Env<'_>, from: NodeId, message: Message, out: &mut Out) {
        match message {
            Message::Exchange(message) => self.on_exchange(env, from, message, out),
            Message::Append(append) => self.on_append(env, from, &append, out),
            Message::Appended { epoch, position } => self.on_appended(from, epoch, position, out),
            Message::Mismatch { epoch, retry_after } => self.on_mismatch(from, epoch, retry_after, out),
            Message::NewerTerm(epoch) => self.on_epoch(env, epoch, out),
            Message::HandOver(deltas) => self.on_hand_over(env, &deltas, out),
        }
    }

    fn on_timer(&mut self, env: &mut Env<'_>, timer: Timer, out: &mut Out) {
        match timer {
            Timer::Handshake => self.on_handshake_due(env, out),
            Timer::Heartbeat => self.on_heartbeat_due(out),
        }
    }

    fn on_connection(&mut self, env: &mut Env<'_>, peer: NodeId, connection: Connection, out: &mut Out) {
        self.on_peer_connection(env, peer, connection, out);
    }

    fn on_order(&mut self, env: &mut Env<'_>, order: Order, out: &mut Out) {
        match order {
            Order::Promote => self.promote(env, out),
            Order::Decide(mode) => self.decide_by(env, mode, out),
            Order::Join | Order::Leave => {}
        }
    }

    fn view(&self) -> ReplicaView {
        self.picture()
    }

    fn digest(&self) -> u64 {
        let mut hasher = super::super::hash::Hasher::new(self.store.sum());
        hasher.number(self.epoch.term.0).number(self.log.last().0).number(self.store.len() as u64).number(self.tail.len() as u64);
        for dot in self.store.vector().iter() {
            hasher.number(dot.replica.0).number(dot.counter);
        }
        for (key, log) in self.store.keys() {
            let decided = modes::decide(self.mode, &log.deltas);
            hasher.text(&key.0).text(decided.mode.id());
            picture::hash_content(&mut hasher, &decided.content);
        }
        hasher.digest().0
    }
}

impl MultiLeaderSync {
    fn recover(config: &Arc<Config>, env: &Env<'_>, recovered: &Durable) -> Self {
        let me = env.member();
        let first_leader = env.cluster.nodes_of(me.site).find(|member| member.leads_first).map(|member| member.node);
        let epoch = recovered.epoch.unwrap_or(Epoch { term: Term(1), leader: first_leader });
        let mut node = Self {
            config: config.clone(),
            me,
            mode: config.mode,
            role: if epoch.leader == Some(me.node) { Role::Leader } else { Role::Follower },
            epoch,
            store_id: recovered.store_id,
            store: DeltaStore::default(),
            log: ReplicationLog::default(),
            writer: Writer::default(),
            own: recovered.own.clone(),
            followers: Followers::default(),
            exchanges: Vec::new(),
            tail: recovered.tail.clone(),
            alarm: None,
            told_amnesia: false,
            attached: recovered.attached.clone(),
            differs_in: None,
            stores: Outside::new(|| Stores::of(recovered)),
            device_sites: env.cluster.members.iter().filter(|member| member.is_device).map(|member| member.site).collect(),
        };
        for delta in genesis(&config.cart) {
            node.store.apply(delta.clone());
            node.log.append(Entry { epoch: Epoch::default(), at: Default::default(), payload: delta });
        }
        node.reload(recovered, env);
        node.start_leading(env);
        node
    }

    /// Brings back what the store kept: the log in its order, then the tail.
    fn reload(&mut self, recovered: &Durable, env: &Env<'_>) {
        for entry in &recovered.entries {
            self.log.append(entry.clone());
        }
        for delta in recovered.entries.iter().map(|entry| &entry.payload).chain(&recovered.tail) {
            self.writer.clock.follow(delta.stamp, env.local_clock);
            if !self.store.vector().covers(delta.dot) {
                self.store.apply(delta.clone());
            }
        }
        if let Some(Some(base)) = recovered.base.get() {
            self.store.stand_on(base.clone());
        }
    }

    /// Sets up what only a leader keeps: its followers' positions and its exchanges.
    fn start_leading(&mut self, env: &Env<'_>) {
        let others = env.cluster.nodes_of(self.me.site).map(|member| member.node).filter(|node| *node != self.me.node);
        let others: Vec<NodeId> = if self.role == Role::Leader { others.collect() } else { Vec::new() };
        self.followers = Followers::new(others.into_iter(), self.log.last());
        if self.exchanges.is_empty() {
            let first = |site: SiteId| env.cluster.nodes_of(site).next().map(|member| Exchange::new(site, member.node));
            self.exchanges = env.cluster.neighbours(self.me.site).filter_map(first).collect();
        }
    }

    /// All that is held of `key`: the context of who reads it now.
    #[must_use]
    pub fn context_of(&self, key: &Key) -> VersionVector {
        self.store.key(key).map(|log| log.seen.clone()).unwrap_or_default()
    }

    /// All deltas that are held.
    #[must_use]
    pub const fn deltas(&self) -> &DeltaStore {
        &self.store
    }

    /// The identity of the store.
    #[must_use]
    pub const fn store_id(&self) -> StoreId {
        self.store_id
    }

    /// The identity that it writes under, once minted.
    #[must_use]
    pub const fn replica_id(&self) -> Option<ReplicaId> {
        self.writer.replica
    }

    /// The names of all writes of this store that it holds.
    #[must_use]
    pub fn own_writes(&self) -> Vec<Dot> {
        self.own_dots().collect()
    }

    /// The exchanges with other sites.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// What a device's writes must reach before they count as confirmed (rule R8), in an open world.
    #[must_use]
    pub const fn attached(&self) -> Option<&Attached> {
        self.attached.as_ref()
    }

    fn read(&self, key: &Key) -> Reply {
        let log = self.store.key(key);
        let deltas = log.map(|log| log.deltas.as_slice()).unwrap_or_default();
        let context = log.map(|log| log.seen.clone()).unwrap_or_default();
        Reply::State { decided: Box::new(modes::decide(self.mode, deltas)), context }
    }

    fn on_write(&mut self, env: &mut Env<'_>, request: RequestId, intent: Intent, condition: Option<&Condition>, out: &mut Out) {
        let unmet = || condition.and_then(|condition| self.unmet(&intent.key, condition));
        if let Some(refusal) = self.refusal(&intent).or_else(unmet) {
            out.reply(request, Reply::Refused(refusal));
            return;
        }
        if intent.operation == Operation::Delete && !self.config.rules.deletions_are_versions {
            // Rule R2 off: the key is gone here, until somebody sends it again. There is nothing to remember.
            let forgotten = Reply::Written { version: 0, dot: None, context: intent.context, token: Token::default() };
            return out.reply(request, forgotten);
        }
        let key = intent.key.clone();
        let mut changes = Vec::new();
        let replica = self.identity(env, &mut changes);
        let stamp = self.writer.stamp(env.local_clock);
        let delta = Arc::new(self.writer.mint(replica, &self.store, stamp, &self.config.rules, intent));
        let reply =
            |context: VersionVector| Reply::Written { version: delta.dot.counter, dot: Some(delta.dot), context, token: Token::default() };
        self.note_conflicts(&delta, out);
        self.take_in(env, delta.clone(), &mut changes);
        self.rule_on(env, std::slice::from_ref(&key), &mut changes, out);
        let context = self.store.key(&key).map(|log| log.seen.clone()).unwrap_or_default();
        if self.config.rules.persist_first {
            out.persist(Record(changes));
            out.reply(request, reply(context));
        } else {
            out.reply(request, reply(context));
            out.persist(Record(changes));
        }
        out.note(|| Note::Accepted(delta.dot));
        self.ship(out);
        self.pump_news(out);
    }

    fn refusal(&self, intent: &Intent) -> Option<Refusal> {
        let is_cart_key = intent.key.0.starts_with("cart");
        let is_cart_write = matches!(intent.operation, Operation::Cart(..));
        let fits = matches!(intent.operation, Operation::SetMode(_)) || is_cart_key == is_cart_write;
        let is_sound = match &intent.operation {
            Operation::Cart(_, LineChange::Add(count) | LineChange::Set(count, _)) => (1..=limits::MAX_QUANTITY).contains(count),
            Operation::Cart(_, LineChange::Remove(_)) | Operation::Put(_) | Operation::Delete | Operation::SetMode(_) => true,
            // A ruling is the home's own.
            Operation::Rule(_) => false,
            // Of a client of a newer version: kept as it is (rule R12).
            Operation::Opaque(opaque) => self.is_open() && opaque.bytes.len() <= limits::MAX_OPAQUE_BYTES,
        };
        match self.epoch.leader {
            Some(leader) if self.role != Role::Leader => Some(Refusal::NotLeader(leader)),
            _ if !fits || !is_sound => Some(Refusal::Unsupported),
            _ if self.is_full(&intent.key) => Some(Refusal::Full),
            _ if !self.store.vector().covers_all(&intent.context) => Some(Refusal::Behind),
            _ => None,
        }
    }

    /// Whether peers come and go: outside of the simulation.
    pub(super) fn is_open(&self) -> bool {
        !super::super::IS_OPENING_ALONE && self.config.open.is_some()
    }

    fn is_full(&self, key: &Key) -> bool {
        let Some(open) = self.config.open else { return self.store.len() >= limits::MAX_DELTAS };
        let is_whole = |log: &KeyLog| modes::mode_of(self.mode, log.settings()) != Mode::AddWins;
        let key_is_full = |log: &KeyLog| log.deltas.len() >= open.key_deltas_max && is_whole(log);
        self.store.len() >= open.deltas_max || self.store.key(key).is_some_and(key_is_full)
    }

    /// Conflicts are decided in another way from now on; a home then has much to say at once.
    fn decide_by(&mut self, env: &mut Env<'_>, mode: Mode, out: &mut Out) {
        self.mode = mode;
        let keys: Vec<Key> = self.store.keys().map(|(key, _)| key.clone()).collect();
        let mut changes = Vec::new();
        self.rule_on(env, &keys, &mut changes, out);
        self.persist_news(changes, out);
    }

    /// Makes what came in durable and sends it on.
    fn persist_news(&mut self, changes: Vec<Change>, out: &mut Out) {
        if !changes.is_empty() {
            out.persist(Record(changes));
            self.ship(out);
            self.pump_news(out);
        }
    }

    /// The identity to write under, minted at the first write after a start and in each term (rule R3).
    fn identity(&mut self, env: &mut Env<'_>, changes: &mut Vec<Change>) -> ReplicaId {
        if let Some(replica) = self.writer.replica {
            return replica;
        }
        let fresh = env.rng.bits();
        let reused = 0xbad0_0000_0000_0000 | if self.is_open() { self.store_id.0 >> 16 } else { u64::from(self.me.site.0) };
        let replica = ReplicaId(if self.config.rules.fresh_ids { fresh } else { reused });
        self.writer.replica = Some(replica);
        if !self.own.contains(&replica) {
            self.own.push(replica);
            changes.push(Change::Own(replica));
        }
        replica
    }
}
