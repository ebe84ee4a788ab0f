//! Multi-leader, the classic way: every site is a leader; each record travels in a message of its own, under the name of
//! its origin, along the links of the setup (a ring, a star, a mesh, any graph), and leaders send on what came to them.
//!
//! A leader's durable log, in the order of arrival, is also the outbox of every link (`link`): nothing acknowledged is
//! lost by a crash or a cut, and the order of each link is kept. What is done with a record that arrives (`flow`) is one
//! setting: applied in order of arrival, as MySQL does; compared by version vector (Parker et al. 1983); or also held
//! until its causes are there (causal broadcast; Birman, Schiper & Stephenson 1991). One key's versions stand in
//! `keep`. With home leaders (`home`) all writes of a key go to one of them.
//!
//! Flooding over links that keep their order delivers causes first by itself, and so does a ring: every leader hands on
//! what it has before its own next write. Only direct sending, without handing on, lets an effect overtake its cause.
//!
//! Told, besides notes of their own: `arrived` (hops and delay), `conflict`, `dominated`, `overwrites-effect`, `held`,
//! `loop-stopped`, `home-disagreement`, `left`, `bypassed`, `cannot-leave`.

mod clients;
mod config;
mod durable;
mod flow;
mod home;
mod keep;
mod leave;
mod link;
mod message;
mod picture;

pub use config::{
    Config, DELIVERY, Delivery, FORWARDING, Forwarding, HOME, HOME_FENCING, HOME_LEASE, HOME_SITE, ORIGIN_IDS, RESEND_EVERY, SETTINGS,
    TIE_BREAK,
};
pub use durable::{Came, Durable, Logged, Record};
pub use home::Start;
pub use leave::Bypass;
pub use message::{Beat, Event, Message, Payload, Place, Write, leader_of, origin};

use super::super::causality::{Dot, VersionVector};
use super::super::delta::Key;
use super::super::ids::{NodeId, RequestId};
use super::super::log::Epoch;
use super::super::note::{Alarm, Note};
use super::super::protocol::{Connection, Env, Order, Outbox, Plan, Promises, Protocol, Refusal, Reply, Request};
use super::super::setting::Misfit;
use super::super::time::SimDuration;
use super::super::view::ReplicaView;
use clients::Intent;
use home::Lease;
use keep::Keep;
use link::Link;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The alarm clocks of a leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// Send again what was not acknowledged.
    Resend,
    /// Send what is new.
    Exchange,
    /// Give a sign of life.
    Beat,
}

/// One leader.
#[derive(Clone, Debug)]
pub struct MultiLeaderForward {
    config: Config,
    me: NodeId,
    log: Vec<Logged>,
    links: Vec<Link>,
    keys: BTreeMap<Key, Keep>,
    /// What the log holds. Each origin's records arrive in their order, so that a vector tells it.
    seen: VersionVector,
    /// What was applied.
    applied: VersionVector,
    applied_count: u64,
    /// Entries of the log that wait for their causes.
    held: Vec<usize>,
    /// The leadership of homes.
    epoch: Epoch,
    lease: Option<Lease>,
    alarm: Option<Alarm>,
    /// Whether it has left the ring, and whether the one before it knows.
    has_left: bool,
    is_bypassed: bool,
    bypasses: Vec<Bypass>,
}

type Out = Outbox<MultiLeaderForward>;

impl Protocol for MultiLeaderForward {
    type Message = Message;
    type Timer = Timer;
    type Record = Record;
    type Durable = Durable;
    type Config = Config;

    fn configure(plan: &Plan<'_>) -> Result<Config, Misfit> {
        Config::new(plan)
    }

    fn promises(config: &Self::Config) -> Promises {
        config.promises()
    }

    fn on_start(config: &Config, env: &mut Env<'_>, recovered: &Durable, out: &mut Out) -> Self {
        let node = Self::recover(*config, env, recovered);
        out.set_timer(Timer::Resend, config.resend_every);
        if config.exchange_every > SimDuration::ZERO {
            out.set_timer(Timer::Exchange, config.exchange_every);
        }
        node.beat(env, out);
        node
    }

    fn store(durable: &mut Durable, record: &Record) {
        durable.apply(record);
    }

    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Out) {
        match asked {
            _ if self.has_left => out.reply(request, Reply::Refused(Refusal::Unavailable)),
            Request::Read { key, freshness } => {
                let reply = self.read(env, &key, freshness);
                out.reply(request, reply);
            }
            Request::ReadMany { keys, .. } => {
                let read = |key: Key| {
                    let (value, version) = self.latest(&key);
                    (key, value, version)
                };
                out.reply(request, Reply::Values(keys.into_iter().map(read).collect()));
            }
            Request::Write { key, operation, condition, context, author } => {
                self.on_write(env, request, Intent { key, operation, condition, context, author }, out);
            }
        }
    }

    fn on_message(&mut self, env: &mut Env<'_>, from: NodeId, message: Message, out: &mut Out) {
        match message {
            Message::Forward { position, hops, event } => self.on_forward(env, from, position, (hops, event), out),
            Message::Acknowledge { position } => {
                if let Some(link) = self.links.iter_mut().find(|link| link.node == from) {
                    link.on_acknowledged(position);
                }
                self.pump(out);
            }
            Message::Beat(beat) => self.on_beat(env, from, beat, out),
            Message::Bypass { next, position } => self.on_bypass(from, next, position, out),
            Message::Bypassed => self.on_bypassed(),
        }
    }

    fn on_timer(&mut self, env: &mut Env<'_>, timer: Timer, out: &mut Out) {
        match timer {
            Timer::Resend => {
                out.set_timer(Timer::Resend, self.config.resend_every);
                self.links.iter_mut().for_each(Link::on_beat);
                self.pump(out);
                self.tell_bypass(out);
            }
            Timer::Exchange => {
                out.set_timer(Timer::Exchange, self.config.exchange_every);
                self.links.iter_mut().for_each(Link::open);
                self.pump(out);
            }
            Timer::Beat => self.beat(env, out),
        }
    }

    fn on_connection(&mut self, _env: &mut Env<'_>, peer: NodeId, connection: Connection, out: &mut Out) {
        let Some(link) = self.links.iter_mut().find(|link| link.node == peer) else { return };
        link.begin(connection == Connection::Up);
        if connection == Connection::Up {
            // So that the neighbour need not probe.
            out.send(peer, Message::Acknowledge { position: link.received() });
            self.pump(out);
        }
    }

    fn on_order(&mut self, env: &mut Env<'_>, order: Order, out: &mut Out) {
        if order == Order::Leave {
            return self.leave(out);
        }
        let is_new = !self.has_left && self.config.home.is_some() && self.epoch.leader != Some(self.me);
        if order == Order::Promote && is_new {
            let epoch = Epoch { term: self.epoch.term.next(), leader: Some(self.me) };
            self.accept(env, Payload::Home(epoch), out);
            out.note(|| Note::Promoted(epoch.term));
            self.pump(out);
        }
    }

    fn view(&self) -> ReplicaView {
        self.picture()
    }

    fn digest(&self) -> u64 {
        let mut hasher = super::super::hash::Hasher::new(self.data_hash());
        hasher.number(self.log.len() as u64).number(self.held.len() as u64).number(self.epoch.term.0);
        for link in &self.links {
            hasher.number(link.received());
        }
        hasher.digest().0
    }
}

impl MultiLeaderForward {
    /// Plays the durable log again: the same log makes the same state.
    fn recover(config: Config, env: &Env<'_>, recovered: &Durable) -> Self {
        let site = env.member().site;
        let link = |neighbour: super::super::ids::SiteId| {
            let node = NodeId(neighbour.0);
            let received = recovered.received.get(&node).copied().unwrap_or(0);
            Link::new(node, config.is_target(env.cluster, site, neighbour), received)
        };
        let mut linked = env.cluster.neighbours(site).collect::<Vec<_>>();
        linked.sort_unstable();
        // The first leadership, or the latest that signs of life told of; those in the log follow.
        let epoch = recovered.epoch.unwrap_or(home::FIRST);
        let mut node = Self {
            config,
            me: env.me,
            log: Vec::with_capacity(recovered.log.len()),
            links: linked.into_iter().map(link).collect(),
            keys: BTreeMap::new(),
            seen: VersionVector::new(),
            applied: VersionVector::new(),
            applied_count: 0,
            held: Vec::new(),
            epoch,
            lease: None,
            alarm: None,
            has_left: recovered.has_left,
            is_bypassed: false,
            bypasses: Vec::new(),
        };
        for logged in &recovered.log {
            node.enter(env, logged.clone(), &mut Out::new(false));
        }
        recovered.bypasses.iter().for_each(|bypass| node.bypass(*bypass));
        if config.exchange_every == SimDuration::ZERO {
            node.links.iter_mut().for_each(Link::open);
        }
        if let (Some(length), true) = (config.home_lease, config.home.is_some()) {
            node.lease = Some(Lease::new(length, node.links.iter().map(|link| link.node), node.epoch));
        }
        node
    }

    /// Appends a record of this leader's own and makes it durable.
    fn accept(&mut self, env: &Env<'_>, payload: Payload, out: &mut Out) -> Dot {
        let replica = origin(self.me);
        let dot = Dot { replica, counter: self.seen.get(replica) + 1 };
        let event = Arc::new(Event { dot, causes: self.applied.clone(), accepted_at: env.now, payload });
        let logged = Logged { event, came: None };
        out.persist(Record::Logged(logged.clone()));
        self.enter(env, logged, out);
        dot
    }

    fn beat(&self, env: &Env<'_>, out: &mut Out) {
        let Some(lease) = &self.lease else { return };
        for (peer, beat) in lease.beats(env.local_clock) {
            out.send(peer, Message::Beat(beat));
        }
        out.set_timer(Timer::Beat, self.config.heartbeat_every);
    }

    fn on_beat(&mut self, env: &Env<'_>, from: NodeId, beat: Beat, out: &mut Out) {
        if beat.epoch > self.epoch {
            out.persist(Record::Epoch(beat.epoch));
            self.learn(beat.epoch, out);
        }
        if let Some(lease) = &mut self.lease {
            lease.on_beat(from, beat, env.local_clock);
        }
    }
}
