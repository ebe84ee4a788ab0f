//! The contract between replication code and the world it runs in.
//!
//! A node is a state machine: one event in (request, message, timer, connection), a batch of effects out,
//! applied in order. Time, randomness and identity arrive in [`Env`]; the only way to act is the [`Outbox`].
//! Who drives it (simulation, browser, native peer) is unknown here.

use super::causality::{Dot, VersionVector};
use super::delta::{Author, Item, Key, Mode, Operation, Value};
use super::ids::{Lsn, NodeId, RequestId, SiteId, Term};
use super::note::Note;
use super::random::Rng;
use super::setting::{Dials, Misfit};
use super::time::{LocalTime, SimDuration, SimTime};
use super::view::{Decided, ReplicaView};

/// A node as all others know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The node.
    pub node: NodeId,
    /// Where it stands.
    pub site: SiteId,
    /// Whether its site is a person's device.
    pub is_device: bool,
    /// Whether it stands with a client and stores nothing (leaderless strategies: it only coordinates).
    pub is_client: bool,
    /// Whether it starts outside of the group, to be added by [`Order::Join`].
    pub is_spare: bool,
    /// Whether it starts as the leader of its site.
    pub leads_first: bool,
}

/// Who can exchange with whom: the cluster's map, the same at every node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// All nodes, by [`NodeId::index`].
    pub members: Vec<Member>,
    /// Pairs of sites that exchange with each other, each once.
    pub exchanges: Vec<(SiteId, SiteId)>,
}

impl Cluster {
    /// The sites that exchange with `site`, in order.
    pub fn neighbours(&self, site: SiteId) -> impl Iterator<Item = SiteId> + '_ {
        self.exchanges.iter().filter_map(move |(a, b)| match () {
            () if *a == site => Some(*b),
            () if *b == site => Some(*a),
            () => None,
        })
    }

    /// The nodes of `site`, in order.
    pub fn nodes_of(&self, site: SiteId) -> impl Iterator<Item = &Member> + '_ {
        self.members.iter().filter(move |member| member.site == site)
    }

    /// Whether `site` is a person's device.
    #[must_use]
    pub fn is_device(&self, site: SiteId) -> bool {
        self.nodes_of(site).any(|member| member.is_device)
    }
}

/// What a strategy is configured from.
pub struct Plan<'a> {
    /// Id of the strategy.
    pub strategy: &'a str,
    /// The map of the cluster.
    pub cluster: &'a Cluster,
    /// Its settings.
    pub dials: &'a Dials,
    /// How conflicts are decided, where the strategy has them.
    pub mode: Mode,
    /// The cart that every replica starts with, where the strategy holds carts.
    pub cart: Vec<(Item, u32)>,
}

/// What a configuration promises while faults stay within what it tolerates. Verdicts say beside each guarantee
/// whether it is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promises {
    /// Every read at every node is linearizable.
    pub linearizable: bool,
    /// Reads that only the leader answers are.
    pub linearizable_at_leader: bool,
    /// No acknowledged write is ever lost.
    pub keeps_writes: bool,
    /// An acknowledged write that is lost is listed.
    pub accounts: bool,
    /// On a quiet network all replicas hold the same.
    pub converges: bool,
    /// No replica applies an effect before its cause.
    pub causal: bool,
    /// A replica answers only as freshly as it was asked to ([`Freshness`]).
    pub honours_freshness: bool,
    /// A write comes after all that the leader which accepted it held of the key, whether or not its client had seen it.
    pub follows_held: bool,
}

impl Default for Promises {
    fn default() -> Self {
        Self {
            linearizable: false,
            linearizable_at_leader: false,
            keeps_writes: false,
            accounts: true,
            converges: true,
            causal: false,
            honours_freshness: false,
            follows_held: false,
        }
    }
}

/// What a node is told with every event.
pub struct Env<'a> {
    /// True time. A protocol may use it for its own measurements, never for decisions between replicas.
    pub now: SimTime,
    /// The node's own clock, possibly skewed.
    pub local_clock: LocalTime,
    /// Which node this is.
    pub me: NodeId,
    /// The map of the cluster.
    pub cluster: &'a Cluster,
    /// The node's own random stream.
    pub rng: &'a mut Rng,
}

impl Env<'_> {
    /// This node's entry in the map.
    #[must_use]
    pub fn member(&self) -> Member {
        self.cluster.members[self.me.index()]
    }
}

/// What a client asks of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Reads a key.
    Read {
        /// Which.
        key: Key,
        /// How fresh the answer must be.
        freshness: Freshness,
    },
    /// Reads several keys at one moment of one replica.
    ReadMany {
        /// Which.
        keys: Vec<Key>,
        /// How fresh the answer must be.
        freshness: Freshness,
    },
    /// Writes a key.
    Write {
        /// Which.
        key: Key,
        /// What.
        operation: Operation,
        /// What must hold of the key where the write is accepted; else it is refused as [`Refusal::Unmet`].
        condition: Option<Box<Condition>>,
        /// What the client had seen of the key.
        context: VersionVector,
        /// Who.
        author: Author,
    },
}

/// How fresh an answer must be. A replica that is not fresh enough refuses as [`Refusal::Behind`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// Whatever the replica holds.
    #[default]
    Any,
    /// Only the leader answers (others refuse as [`Refusal::NotLeader`]).
    Leader,
    /// The replica believes that it is at most this far behind.
    Within(SimDuration),
    /// The replica's log holds at least this position.
    AtLeast(Token),
}

/// A position in the order of all writes: what a client keeps to be sure to see its own writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    /// The leadership under which the entry was written.
    pub term: Term,
    /// Its position in the log.
    pub lsn: Lsn,
}

/// What must hold of a key where a write is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It has this value (`None`: it was never written, or deleted).
    Equals(Option<Value>),
}

/// What a node answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A plain value with its version (strategies that order all writes of a key).
    Value {
        /// The value; `None` when the key was never written.
        value: Option<Value>,
        /// Its place in the key's order.
        version: u64,
        /// The position of the replica's log (strategies that have one).
        token: Token,
    },
    /// Several values, as asked for, each with its place in its key's order.
    Values(Vec<(Key, Option<Value>, u64)>),
    /// Versions that had not seen each other (`None`: a deletion), for the client to decide.
    Siblings {
        /// Each with its dot.
        values: Vec<(Dot, Option<Value>)>,
        /// All that the client has now seen of the key.
        context: VersionVector,
    },
    /// A decided value and what it was decided from (strategies that detect conflicts).
    State {
        /// The value under the mode in force.
        decided: Box<Decided>,
        /// All that the replica holds of the key: what the client has now seen.
        context: VersionVector,
    },
    /// The write is durable where it was accepted.
    Written {
        /// Its place in the key's order, or the counter of its dot.
        version: u64,
        /// Its name, in strategies that name writes.
        dot: Option<Dot>,
        /// What the client has now seen: its write included.
        context: VersionVector,
        /// Its position in the log (strategies that have one).
        token: Token,
    },
    /// Nothing happened, and why.
    Refused(Refusal),
}

/// Why a node did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not the leader; that one is, as far as it knows.
    NotLeader(NodeId),
    /// A bound of `limits.rs` is reached.
    Full,
    /// It lacks something that the client has seen.
    Behind,
    /// The operation does not fit the strategy or the key.
    Unsupported,
    /// The condition of the write does not hold.
    Unmet,
    /// It cannot take writes now (a copy runs, no quorum is in reach, it lost its lease).
    Unavailable,
    /// The quorum did not come together in time: the write may have taken effect, or may do so later.
    Unknown,
    /// The node is down or out of reach (told by the client's side, never by a node).
    Unreachable,
}

/// What the outside orders a node to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The observer's command: become the leader of the site in a new term.
    Promote,
    /// From now on decide conflicts like this, unless a key has a mode of its own.
    Decide(Mode),
    /// The node, a spare, becomes a follower or replica of its site's group.
    Join,
    /// The node is taken out of its site's group.
    Leave,
}

/// The state of the stream between two nodes, as one end sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Established: nothing sent on an earlier one will arrive any more.
    Up,
    /// Broken.
    Down,
}

/// How a message looks to somebody who does not know its strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// Log entries from a leader to its follower.
    Replicate,
    /// Deltas between leaders.
    Batch,
    /// An acknowledgement.
    Acknowledge,
    /// A refusal that names what is missing.
    Nack,
    /// Opening of an exchange: "this is what I know".
    Hello,
    /// End of an exchange: "we should be equal now".
    Done,
    /// A read at another replica.
    Read,
    /// A write at another replica.
    Write,
    /// Nothing but a sign of life.
    Heartbeat,
    /// A vote, or the wish for one.
    Vote,
    /// A copy of everything up to a position.
    Snapshot,
    /// A newer version sent to a replica that was found stale.
    Repair,
    /// A write kept for another replica, or handed over to it.
    Hint,
    /// Hashes of what is held.
    Hash,
}

impl MessageKind {
    /// Whether it only keeps watch and changes nothing by itself: a network with no other messages is quiet.
    #[must_use]
    pub const fn is_background(self) -> bool {
        matches!(self, Self::Heartbeat | Self::Hash)
    }
}

/// Each message explains itself, so that a new strategy needs no code on the screen.
pub trait Describe {
    /// Its kind: the shape and letter it is drawn with.
    fn kind(&self) -> MessageKind;
    /// A few words, built only when somebody looks.
    fn label(&self) -> String;
    /// A number that stands for the content, for fingerprints. Cheap; 0 when the kind says it all.
    fn digest(&self) -> u64;
}

/// One thing a node wants done.
#[derive(Clone, Debug)]
pub enum Effect<P: Protocol> {
    /// Send a message.
    Send(NodeId, P::Message),
    /// Wake me with this timer after this time; replaces a pending one of the same value.
    SetTimer(P::Timer, SimDuration),
    /// Forget this timer.
    CancelTimer(P::Timer),
    /// Answer a request. Boxed, as notes are: most effects are sends, and a large enum slows them all down.
    Reply(RequestId, Box<Reply>),
    /// Make this durable. Every effect after it, in this and later outboxes, waits until it is.
    Persist(P::Record),
    /// Explain what happened.
    Note(Box<Note>),
}

/// Collects the effects of one event, in order. Its methods may be inlined, so that an effect is written once, where it is kept.
#[derive(Clone)]
pub struct Outbox<P: Protocol> {
    effects: Vec<Effect<P>>,
    explains: bool,
}

impl<P: Protocol> Outbox<P> {
    /// An empty outbox. Without `explains`, notes are not even built.
    #[must_use]
    pub const fn new(explains: bool) -> Self {
        Self { effects: Vec::new(), explains }
    }

    /// Sends `message` to `to`.
    #[inline]
    pub fn send(&mut self, to: NodeId, message: P::Message) {
        self.effects.push(Effect::Send(to, message));
    }

    /// Asks to be woken with `timer` after `delay`.
    #[inline]
    pub fn set_timer(&mut self, timer: P::Timer, delay: SimDuration) {
        self.effects.push(Effect::SetTimer(timer, delay));
    }

    /// Forgets `timer`.
    #[inline]
    pub fn cancel_timer(&mut self, timer: P::Timer) {
        self.effects.push(Effect::CancelTimer(timer));
    }

    /// Answers `request`.
    #[inline]
    pub fn reply(&mut self, request: RequestId, reply: Reply) {
        self.effects.push(Effect::Reply(request, Box::new(reply)));
    }

    /// Makes `record` durable before anything that follows.
    #[inline]
    pub fn persist(&mut self, record: P::Record) {
        self.effects.push(Effect::Persist(record));
    }

    /// Whether somebody listens.
    #[must_use]
    pub const fn explains(&self) -> bool {
        self.explains
    }

    /// Explains; `note` is only called when somebody listens.
    pub fn note(&mut self, note: impl FnOnce() -> Note) {
        if self.explains {
            self.effects.push(Effect::Note(Box::new(note())));
        }
    }

    /// Collects the effects of one strategy and takes them up as those of another that stands for it.
    pub fn lift<Q: Protocol, R>(&mut self, act: impl FnOnce(&mut Outbox<Q>) -> R) -> R
    where
        Effect<P>: From<Effect<Q>>,
    {
        let mut inner = Outbox::new(self.explains);
        let result = act(&mut inner);
        self.effects.extend(inner.effects.into_iter().map(Effect::from));
        result
    }

    /// Takes the effects out, in order, keeping the allocation.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Effect<P>> {
        self.effects.drain(..)
    }

    /// Whether nothing is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.effects.is_empty()
    }
}

/// A replication strategy: the code of one node. A crash is no event: a crashed node cannot act; it is
/// dropped, and `on_start` builds a new one from what was durable.
pub trait Protocol: Clone + 'static {
    /// What nodes send each other.
    type Message: Clone + std::fmt::Debug + Describe;
    /// The node's alarm clocks: a few values.
    type Timer: Copy + Ord + std::fmt::Debug;
    /// One durable step.
    type Record: Clone + std::fmt::Debug;
    /// What a store holds after all records.
    type Durable: Clone + Default;
    /// What the strategy is set to, the same at every node.
    type Config: Clone;

    /// What it is set to, from a plan; refuses what it cannot run with.
    ///
    /// # Errors
    /// The setting that does not fit, and why.
    fn configure(plan: &Plan<'_>) -> Result<Self::Config, Misfit>;

    /// What this configuration promises. By default that replicas converge and that what is lost is listed.
    fn promises(_config: &Self::Config) -> Promises {
        Promises::default()
    }

    /// A node comes up, with what its store kept (the default at the very first start).
    fn on_start(config: &Self::Config, env: &mut Env<'_>, recovered: &Self::Durable, out: &mut Outbox<Self>) -> Self;

    /// What `record` does to the store. Pure: the world calls it when the record is durable.
    fn store(durable: &mut Self::Durable, record: &Self::Record);

    /// A client asks.
    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Outbox<Self>);

    /// A message arrives.
    fn on_message(&mut self, env: &mut Env<'_>, from: NodeId, message: Self::Message, out: &mut Outbox<Self>);

    /// A timer rings.
    fn on_timer(&mut self, env: &mut Env<'_>, timer: Self::Timer, out: &mut Outbox<Self>);

    /// A stream to `peer` came up or broke. Datagram links never tell.
    fn on_connection(&mut self, _env: &mut Env<'_>, _peer: NodeId, _connection: Connection, _out: &mut Outbox<Self>) {}

    /// The outside orders something.
    fn on_order(&mut self, _env: &mut Env<'_>, _order: Order, _out: &mut Outbox<Self>) {}

    /// What a person may see of the node. Built on demand.
    fn view(&self) -> ReplicaView;

    /// The same without what became of each write, which takes long to tell where many were overwritten.
    #[cfg(feature = "catalogue")]
    fn glance(&self) -> ReplicaView {
        let mut view = self.view();
        view.records.values_mut().for_each(|record| record.fates.clear());
        view
    }

    /// A hash of the node's data, for fingerprints. Built on demand.
    fn digest(&self) -> u64;
}
