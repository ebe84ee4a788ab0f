//! Runs a coordinator and its replicas by hand: their messages travel for as long as the legs are drawn, and nothing
//! else happens. The decisions are all theirs.

use super::config::Config;
use super::distribution::Distribution;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Key, Operation, Value};
use crate::replication::ids::{NodeId, RequestId, SiteId};
use crate::replication::protocol::{
    Cluster, Describe as _, Effect, Env, Freshness, Member, MessageKind, Outbox, Protocol as _, Reply, Request,
};
use crate::replication::random::{Purpose, Rng};
use crate::replication::setting::Dials;
use crate::replication::strategies::leaderless::{self, Leaderless, Message, Ring};
use crate::replication::time::{LocalTime, SimTime};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::rc::Rc;

/// The legs of a request.
#[derive(Clone, Copy)]
enum Leg {
    Write,
    Ack,
    Read,
    Response,
}

/// A message on its way.
struct Arrival {
    at: f64,
    sequence: u64,
    from: NodeId,
    to: NodeId,
    message: Message,
}

impl Ord for Arrival {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at.total_cmp(&other.at).then(self.sequence.cmp(&other.sequence))
    }
}

impl PartialOrd for Arrival {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Arrival {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Arrival {}

/// The cluster: replicas 0 to n - 1, and the client that coordinates behind them.
struct Driver<'a> {
    config: &'a Config,
    cluster: Cluster,
    nodes: Vec<Leaderless>,
    /// The nodes' own draws: whom a request asks.
    own: Vec<Rng>,
    legs: Rng,
    /// What each leg of each replica takes, drawn when a request begins: it does not depend on what happens then.
    drawn: [Vec<f64>; 4],
    outbox: Outbox<Leaderless>,
    on_way: BinaryHeap<Reverse<Arrival>>,
    sequence: u64,
    now: f64,
    written: i64,
    /// When the write and the read under way reach each replica.
    reaches: [Vec<f64>; 2],
    /// The replicas whose answers the read under way has heard.
    heard: Vec<NodeId>,
    answers: Vec<(RequestId, Reply)>,
}

impl<'a> Driver<'a> {
    fn new(config: &'a Config, seed: u64) -> Self {
        let member = |index: u16| Member {
            node: NodeId(index),
            site: SiteId(u16::from(index == config.n)),
            is_device: false,
            is_client: index == config.n,
            is_spare: false,
            leads_first: index == 0,
        };
        let mut driver = Self {
            config,
            cluster: Cluster { members: (0..=config.n).map(member).collect(), exchanges: Vec::new() },
            nodes: Vec::new(),
            own: (0..=config.n).map(|index| Rng::stream(seed, Purpose::Node, u64::from(index))).collect(),
            legs: Rng::stream(seed, Purpose::Latency, 0),
            drawn: std::array::from_fn(|_| vec![0.0; usize::from(config.n)]),
            outbox: Outbox::new(false),
            on_way: BinaryHeap::new(),
            sequence: 0,
            now: 0.0,
            written: 0,
            reaches: [vec![f64::INFINITY; usize::from(config.n)], vec![f64::INFINITY; usize::from(config.n)]],
            heard: Vec::new(),
            answers: Vec::new(),
        };
        driver.start();
        driver
    }

    fn start(&mut self) {
        let config = Rc::new(strategy_config(self.config));
        for index in 0..=self.config.n {
            let rng = &mut self.own[usize::from(index)];
            let mut env = Env { now: SimTime::ZERO, local_clock: LocalTime(0), me: NodeId(index), cluster: &self.cluster, rng };
            self.nodes.push(Leaderless::on_start(&config, &mut env, &leaderless::Durable::default(), &mut self.outbox));
        }
        self.outbox.drain();
    }

    const fn client(&self) -> NodeId {
        NodeId(self.config.n)
    }

    fn handle(&mut self, node: NodeId, act: impl FnOnce(&mut Leaderless, &mut Env<'_>, &mut Outbox<Leaderless>)) {
        let rng = &mut self.own[node.index()];
        // The coordinator's clock orders its writes; how long they take is of no account to it.
        let mut env = Env { now: SimTime::ZERO, local_clock: LocalTime(self.written), me: node, cluster: &self.cluster, rng };
        let mut outbox = std::mem::replace(&mut self.outbox, Outbox::new(false));
        act(&mut self.nodes[node.index()], &mut env, &mut outbox);
        for effect in outbox.drain() {
            match effect {
                Effect::Send(to, message) => self.send(node, to, message),
                Effect::Reply(request, reply) => self.answers.push((request, *reply)),
                // A store takes no time of its own here: it is part of the legs.
                Effect::Persist(_) | Effect::SetTimer(..) | Effect::CancelTimer(_) | Effect::Note(_) => {}
            }
        }
        self.outbox = outbox;
    }

    fn send(&mut self, from: NodeId, to: NodeId, message: Message) {
        let leg = leg_of(&message);
        let replica = if from == self.client() { to } else { from };
        let at = self.now + self.drawn[leg as usize][replica.index()];
        match leg {
            Leg::Write => self.reaches[0][replica.index()] = at,
            Leg::Read => self.reaches[1][replica.index()] = at,
            Leg::Ack | Leg::Response => {}
        }
        let sequence = self.sequence;
        self.sequence += 1;
        self.on_way.push(Reverse(Arrival { at, sequence, from, to, message }));
    }

    /// The client begins a write; its value is its number.
    fn write(&mut self) {
        self.written += 1;
        self.reaches[0].fill(f64::INFINITY);
        let (value, author) = (Value::Number(self.written), Author::from("client"));
        self.draw(Leg::Write, Leg::Ack);
        let operation = Operation::Put(value);
        let asked = Request::Write { key: key(), operation, condition: None, context: VersionVector::new(), author };
        let request = RequestId(self.written as u64 * 2);
        self.handle(self.client(), |node, env, out| node.on_request(env, request, asked, out));
    }

    /// The client begins a read.
    fn read(&mut self) {
        self.reaches[1].fill(f64::INFINITY);
        self.heard.clear();
        self.draw(Leg::Read, Leg::Response);
        let asked = Request::Read { key: key(), freshness: Freshness::Any };
        let request = RequestId(self.written as u64 * 2 + 1);
        self.handle(self.client(), |node, env, out| node.on_request(env, request, asked, out));
    }

    /// What the request that begins takes, to and from each replica. One of them is the client's local one.
    fn draw(&mut self, there: Leg, back: Leg) {
        let extra = self.config.remote_extra_ms;
        let local = if extra > 0.0 { self.legs.below(u32::from(self.config.n)) as usize } else { 0 };
        for leg in [there, back] {
            let distribution = self.distribution(leg);
            for (index, delay) in self.drawn[leg as usize].iter_mut().enumerate() {
                *delay = distribution.draw(&mut self.legs) + if index == local { 0.0 } else { extra };
            }
        }
    }

    const fn distribution(&self, leg: Leg) -> &'a Distribution {
        match leg {
            Leg::Write => &self.config.write,
            Leg::Ack => &self.config.ack,
            Leg::Read => &self.config.read,
            Leg::Response => &self.config.response,
        }
    }

    /// The next message arrives, unless that is after `until`; hands back the answers to the client.
    fn step(&mut self, until: f64) -> bool {
        if self.on_way.peek().is_none_or(|Reverse(next)| next.at > until) {
            return false;
        }
        let Some(Reverse(Arrival { at, from, to, message, .. })) = self.on_way.pop() else { return false };
        self.now = at;
        if matches!(message, Message::Held(..)) {
            self.heard.push(from);
        }
        self.handle(to, |node, env, out| node.on_message(env, from, message, out));
        true
    }
}

fn leg_of(message: &Message) -> Leg {
    match (message.kind(), message) {
        (MessageKind::Write, _) => Leg::Write,
        (MessageKind::Read, _) => Leg::Read,
        (_, Message::Held(..)) => Leg::Response,
        _ => Leg::Ack,
    }
}

fn key() -> Key {
    thread_local! { static KEY: Key = Key::from("x"); }
    KEY.with(Clone::clone)
}

fn strategy_config(config: &Config) -> leaderless::Config {
    let dials = Dials::default()
        .with(&leaderless::WRITE_QUORUM, config.w.into())
        .with(&leaderless::READ_QUORUM, config.r.into())
        .with(&leaderless::READ_FAN_OUT, u64::from(!config.reads_all))
        .with(&leaderless::WRITE_FAN_OUT, u64::from(!config.writes_all))
        .with(&leaderless::REQUEST_TIMEOUT, 0);
    leaderless::Config::of(&dials, Ring::new((0..config.n).map(NodeId).collect(), config.n))
}

/// The number of the write that a read returned.
const fn number(reply: &Reply) -> Option<i64> {
    match reply {
        Reply::Value { value: Some(Value::Number(number)), .. } => Some(*number),
        _ => None,
    }
}

/// A write alone, and a read after it.
pub(super) struct Sample {
    pub(super) write_ms: f64,
    pub(super) read_ms: f64,
    /// Whether the read returned the write.
    pub(super) is_consistent: bool,
    /// How much later the same read would have had to start to return it.
    pub(super) visible_after_ms: f64,
}

/// Writes one at a time, nothing else under way.
pub(super) struct Single<'a>(Driver<'a>);

impl<'a> Single<'a> {
    pub(super) fn new(config: &'a Config, seed: u64) -> Self {
        Self(Driver::new(config, seed))
    }

    /// One write, and a read that starts this long after its end.
    pub(super) fn sample(&mut self, delay_ms: f64) -> Sample {
        let driver = &mut self.0;
        driver.now = 0.0;
        driver.on_way.clear();
        driver.answers.clear();
        driver.write();
        while driver.answers.is_empty() && driver.step(f64::INFINITY) {}
        let committed_at = driver.now;
        let starts_at = committed_at + delay_ms;
        while driver.step(starts_at) {}
        driver.now = starts_at;
        driver.answers.clear();
        driver.read();
        while driver.answers.is_empty() && driver.step(f64::INFINITY) {}
        Sample {
            write_ms: committed_at,
            read_ms: driver.now - starts_at,
            is_consistent: driver.answers.first().and_then(|(_, reply)| number(reply)) == Some(driver.written),
            visible_after_ms: driver.visible_after(),
        }
    }
}

impl Driver<'_> {
    /// The replicas that the coordinator heard decide: as soon as one of them had the write when it was asked, the read
    /// returns it. How much later it would have had to be asked.
    fn visible_after(&self) -> f64 {
        let missing = |node: &NodeId| (self.reaches[0][node.index()] - self.reaches[1][node.index()]).max(0.0);
        self.heard.iter().map(missing).fold(f64::INFINITY, f64::min)
    }
}

/// Writes one after the other, each followed at once by a read: the next write begins when that one has ended, while
/// messages of earlier ones may still be on their way.
pub(super) struct Chain<'a>(Driver<'a>);

impl<'a> Chain<'a> {
    pub(super) fn new(config: &'a Config, seed: u64) -> Self {
        // Other draws than those of the single writes.
        Self(Driver::new(config, crate::replication::random::mix(seed ^ 0x5eed)))
    }

    /// So many writes more; tells for each read how many writes are newer than what it returned.
    pub(super) fn run(&mut self, count: u64, mut tell: impl FnMut(u64)) {
        let driver = &mut self.0;
        if driver.written == 0 {
            driver.write();
        }
        let mut missing_count = count;
        while missing_count > 0 && driver.step(f64::INFINITY) {
            while let Some((request, reply)) = driver.answers.pop() {
                let asked_after = (request.0 / 2) as i64;
                if request.0 % 2 == 0 {
                    driver.read();
                } else {
                    tell(asked_after.abs_diff(number(&reply).unwrap_or(0)));
                    missing_count -= 1;
                    driver.write();
                }
            }
        }
    }
}
