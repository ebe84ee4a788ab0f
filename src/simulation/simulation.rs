//! The simulation: takes the next event, hands it to its node, and carries out what the node wants.

use super::cluster::cluster_of;
use super::dials;
use super::history::History;
use super::journal::{Happening, Journal, Trace};
use super::line::{Costs, Work};
use super::network::{Network, Way};
use super::node::Node;
use super::queue::{Due, Queue};
use super::sessions::{Ask, Next, Sessions, session_of};
use super::setup::Setup;
use super::world::{Event, Fingerprint, Parcel, World};
use crate::limits;
use crate::replication::delta::Mode;
use crate::replication::ids::{NodeId, RequestId, SiteId};
use crate::replication::protocol::{Cluster, Connection, Describe as _, Env, MessageKind, Order, Outbox, Protocol, Refusal, Reply};
use crate::replication::time::SimTime;
use std::collections::VecDeque;
use std::rc::Rc;

/// How much a simulation remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether the journal is a ring, complete or off.
    pub trace: Trace,
    /// Entries of a ring.
    pub journal_entries_max: usize,
    /// Operations in the history from its beginning.
    pub history_operations_max: usize,
    /// The latest ones besides, about; 0: none.
    pub history_latest_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            trace: Trace::Ring,
            journal_entries_max: limits::MAX_JOURNAL_ENTRIES,
            history_operations_max: limits::MAX_HISTORY_OPERATIONS,
            history_latest_max: 0,
        }
    }
}

impl Options {
    /// What is remembered of a run in the page, where memory is scarce and somebody looks at what happens now.
    #[must_use]
    pub fn watched() -> Self {
        let (history_operations_max, history_latest_max) = (limits::MAX_WATCHED_OPERATIONS, limits::MAX_LATEST_OPERATIONS);
        Self { history_operations_max, history_latest_max, ..Self::default() }
    }
}

/// A cluster of nodes that run `P`, their network and their clients.
pub struct Simulation<P: Protocol> {
    pub(super) cluster: Rc<Cluster>,
    pub(super) config: P::Config,
    pub(super) nodes: Vec<Node<P>>,
    pub(super) world: World<P>,
    pub(super) sessions: Sessions,
    /// How conflicts are decided since the last such command; told to nodes that restart.
    pub(super) decided: Option<Mode>,
    pub(super) command_count: u32,
    explains: bool,
    outbox: Outbox<P>,
}

impl<P: Protocol> Simulation<P> {
    /// Starts every node and then every client of a checked setup.
    #[must_use]
    pub fn new(setup: &Setup, seed: u64, config: P::Config, options: Options) -> Self {
        let cluster = Rc::new(cluster_of(setup));
        let world = World {
            now: SimTime::ZERO,
            event_count: 0,
            queue: Queue::new(),
            network: Network::new(setup, seed),
            journal: Journal::new(options.trace, options.journal_entries_max),
            fingerprint: Fingerprint::new(seed),
            answers: VecDeque::new(),
            persist: setup.dials.duration(&dials::PERSIST),
            held: Vec::new(),
            message_count: 0,
            in_flight_count: 0,
        };
        let explains = options.trace != Trace::Off;
        let costs = Costs {
            read: setup.dials.duration(&dials::SERVICE_READ),
            write: setup.dials.duration(&dials::SERVICE_WRITE),
            message: setup.dials.duration(&dials::SERVICE_MESSAGE),
        };
        let mut simulation = Self {
            nodes: cluster.members.iter().map(|member| Node::new(member.node, seed, costs)).collect(),
            cluster,
            config,
            world,
            sessions: Sessions::new(setup, seed, History::bounded(options.history_operations_max, options.history_latest_max)),
            decided: None,
            command_count: 0,
            explains,
            outbox: Outbox::new(explains),
        };
        simulation.start_all();
        simulation
    }

    fn start_all(&mut self) {
        for index in 0..self.nodes.len() {
            self.start(index);
        }
        for session in self.sessions.ids() {
            let next = self.sessions.go_on(session, self.world.now);
            self.proceed(next);
            if let Some(gap) = self.sessions.first_gap(session) {
                self.world.queue.push(self.world.now + gap, Event::Due(session));
            }
        }
        self.answer_clients();
    }

    /// A node comes up with what its store kept.
    pub(super) fn start(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        let local_clock = super::node::local_clock(self.world.now, node.skew_ns);
        let mut env = Env { now: self.world.now, local_clock, me: node.id, cluster: &self.cluster, rng: &mut node.rng };
        node.protocol = Some(P::on_start(&self.config, &mut env, &node.durable, &mut self.outbox));
        self.take_up(index);
    }

    /// The running code of a node; `None` while it is down.
    #[must_use]
    pub fn node(&self, node: NodeId) -> Option<&P> {
        self.nodes.get(node.index())?.protocol.as_ref()
    }

    /// What the store of a node holds.
    #[must_use]
    pub fn durable(&self, node: NodeId) -> Option<&P::Durable> {
        self.nodes.get(node.index()).map(|node| &node.durable)
    }

    fn take_up(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        for effect in self.outbox.drain() {
            self.world.take_up(node, effect);
        }
    }

    /// Lets a node handle something, if it is up, and takes up what it wants.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    fn handle(&mut self, node: NodeId, handler: impl FnOnce(&mut P, &mut Env<'_>, &mut Outbox<P>)) -> bool {
        let index = node.index();
        let Some((protocol, mut env)) = self.nodes[index].awake(&self.cluster, self.world.now) else { return false };
        handler(protocol, &mut env, &mut self.outbox);
        self.take_up(index);
        true
    }

    pub(super) fn order(&mut self, node: NodeId, order: Order) {
        self.handle(node, |protocol, env, out| protocol.on_order(env, order, out));
    }

    pub(super) fn tell_connection(&mut self, node: NodeId, peer: NodeId, connection: Connection) {
        self.handle(node, |protocol, env, out| protocol.on_connection(env, peer, connection, out));
    }

    /// Processes one event. `false` when there is none.
    pub(super) fn process_next(&mut self) -> bool {
        let Some(Due { at, sequence, ticket }) = self.world.queue.pop() else { return false };
        self.world.now = at;
        self.world.event_count += 1;
        self.world.fingerprint.add(at.0 ^ sequence << 32);
        if let Some(Event::Message(parcel)) = self.world.queue.payload_mut(ticket) {
            let (number, from, to, kind) = (parcel.number, parcel.from, parcel.to, parcel.kind);
            let message = parcel.message.take();
            // Nothing is left in the parcel that would have to be dropped.
            std::mem::forget(self.world.queue.take(ticket));
            self.deliver(number, (from, to), kind, message);
        } else if let Some(event) = self.world.queue.take(ticket) {
            self.process(event);
        }
        self.answer_clients();
        true
    }

    /// A message arrives.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    fn deliver(&mut self, number: u64, (from, to): (NodeId, NodeId), kind: MessageKind, message: Option<P::Message>) {
        let Some(message) = message else { return };
        if self.world.receive(number, (from, to), kind, message.digest()) {
            if self.nodes[to.index()].line.is_idle() {
                self.handle(to, |protocol, env, out| protocol.on_message(env, from, message, out));
            } else {
                self.line_up(to, Work::Message(from, message));
            }
        }
    }

    /// Something waits for its node to have time for it.
    pub(super) fn line_up(&mut self, node: NodeId, work: Work<P>) {
        self.nodes[node.index()].line.push(work);
        self.begin_work(node);
    }

    pub(super) fn begin_work(&mut self, node: NodeId) {
        let index = node.index();
        if let Some(done_at) = self.nodes[index].begin_work(self.world.now) {
            self.nodes[index].line.at_work = Some(self.world.queue.push(done_at, Event::Worked(node)));
        }
    }

    /// A node is done waiting for the first in its line.
    fn work_off(&mut self, node: NodeId) {
        let line = &mut self.nodes[node.index()].line;
        line.at_work = None;
        match line.pop() {
            Some(Work::Message(from, message)) => {
                self.handle(node, |protocol, env, out| protocol.on_message(env, from, message, out));
            }
            Some(Work::Asked(ask)) => self.hand_over(*ask),
            Some(Work::Timer(timer)) => {
                self.handle(node, |protocol, env, out| protocol.on_timer(env, timer, out));
            }
            Some(Work::Durable) => self.world.release(&mut self.nodes[node.index()]),
            None => {}
        }
        self.begin_work(node);
    }

    fn process(&mut self, event: Event<P>) {
        match event {
            Event::Message(Parcel { number, from, to, kind, message, .. }) => self.deliver(number, (from, to), kind, message),
            Event::Timer(node, timer) => {
                self.world.fingerprint.add(1 << 48 | u64::from(node.0));
                self.nodes[node.index()].take_timer(timer);
                if self.nodes[node.index()].line.is_paused() {
                    return self.line_up(node, Work::Timer(timer));
                }
                self.handle(node, |protocol, env, out| protocol.on_timer(env, timer, out));
            }
            Event::Durable(node) => {
                self.world.fingerprint.add(2 << 48 | u64::from(node.0));
                if self.nodes[node.index()].line.is_paused() {
                    return self.line_up(node, Work::Durable);
                }
                self.world.release(&mut self.nodes[node.index()]);
            }
            Event::Asked(ask) => {
                self.world.fingerprint.add(3 << 48 | ask.request.0);
                self.ask_node(*ask);
            }
            Event::Answered(request, reply) => {
                self.world.fingerprint.add(4 << 48 | request.0);
                self.tell_client(request, reply);
            }
            Event::Resumed(session) => {
                self.world.fingerprint.add(5 << 48 | u64::from(session.0));
                let next = self.sessions.go_on(session, self.world.now);
                self.proceed(next);
            }
            Event::Due(session) => {
                self.world.fingerprint.add(7 << 48 | u64::from(session.0));
                let (next, gap) = self.sessions.on_due(session, self.world.now);
                if let Some(gap) = gap {
                    self.world.queue.push(self.world.now + gap, Event::Due(session));
                }
                self.proceed(next);
            }
            Event::Silent(request) => {
                self.world.fingerprint.add(8 << 48 | request.0);
                let next = self.sessions.on_silence(request, self.world.now);
                self.proceed(next);
            }
            Event::Worked(node) => {
                self.world.fingerprint.add(9 << 48 | u64::from(node.0));
                self.work_off(node);
            }
        }
    }

    /// Does what a client does next.
    pub(super) fn proceed(&mut self, next: Next) {
        match next {
            Next::Ask(ask) => self.send_request(ask),
            Next::Rest(session, rest) => {
                self.world.queue.push(self.world.now + rest, Event::Resumed(session));
            }
            Next::Nothing => {}
        }
    }

    fn send_request(&mut self, ask: Ask) {
        if let Some(timeout) = self.sessions.timeout() {
            self.world.queue.push(self.world.now + timeout, Event::Silent(ask.request));
        }
        let delay = self.sessions.draw_access(ask.request);
        if self.is_out_of_reach(ask.request, ask.node, Way::ToNode) {
            // With a timeout the client waits in vain; without one it is told.
            if self.sessions.timeout().is_none() {
                let told_at = self.world.now + delay.unwrap_or_default();
                let refused = Box::new(Reply::Refused(Refusal::Unreachable));
                self.world.queue.push(told_at, Event::Answered(ask.request, refused));
            }
            return;
        }
        match delay {
            None => self.ask_node(ask),
            Some(delay) => {
                self.world.queue.push(self.world.now + delay, Event::Asked(Box::new(ask)));
            }
        }
    }

    fn is_out_of_reach(&self, request: RequestId, node: NodeId, way: Way) -> bool {
        let Some(site) = self.sessions.site_waiting(request) else { return false };
        self.world.network.is_unreachable(SiteId(site as u16), node, way)
    }

    fn refuse(&mut self, request: RequestId) {
        self.world.answers.push_back((request, Box::new(Reply::Refused(Refusal::Unreachable))));
    }

    /// A request reaches its node.
    #[inline]
    fn ask_node(&mut self, ask: Ask) {
        self.sessions.on_arrival(ask.request);
        let node = &self.nodes[ask.node.index()];
        if node.protocol.is_none() || node.line.is_idle() {
            return self.hand_over(ask);
        }
        self.line_up(ask.node, Work::Asked(Box::new(ask)));
    }

    /// A node takes up a request.
    #[inline]
    fn hand_over(&mut self, ask: Ask) {
        let Ask { request, node, asked } = ask;
        let is_up = self.handle(node, |protocol, env, out| protocol.on_request(env, request, asked, out));
        if !is_up {
            self.refuse(request);
        }
    }

    /// Sends the answers that nodes gave back to their clients, and lets those go on, until nobody has more to say.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn answer_clients(&mut self) {
        if !self.world.answers.is_empty() {
            self.answer_waiting_clients();
        }
    }

    fn answer_waiting_clients(&mut self) {
        while let Some((request, reply)) = self.world.answers.pop_front() {
            if self.sessions.node_waited_for(request).is_some_and(|node| self.is_out_of_reach(request, node, Way::ToClient)) {
                self.lose_answer(request);
                continue;
            }
            match self.sessions.draw_access(request) {
                None => self.tell_client(request, reply),
                Some(delay) => {
                    self.sessions.on_departure(request);
                    self.world.queue.push(self.world.now + delay, Event::Answered(request, reply));
                }
            }
        }
    }

    /// The way back is cut: with a timeout the client waits in vain, without one it gives up.
    fn lose_answer(&mut self, request: RequestId) {
        if self.sessions.timeout().is_none() {
            let next = self.sessions.on_silence(request, self.world.now);
            self.proceed(next);
        }
    }

    /// An answer reaches its client.
    #[inline]
    fn tell_client(&mut self, request: RequestId, reply: Box<Reply>) {
        let Some(closed) = self.sessions.on_answer(request, reply, self.world.now) else { return };
        if let Some(operation) = closed.operation {
            self.world.note(Happening::Answered(session_of(request), operation));
        }
        self.proceed(closed.next);
    }
}

impl<P: Protocol> Clone for Simulation<P> {
    fn clone(&self) -> Self {
        Self {
            cluster: Rc::clone(&self.cluster),
            config: self.config.clone(),
            nodes: self.nodes.clone(),
            world: self.world.clone(),
            sessions: self.sessions.clone(),
            decided: self.decided,
            command_count: self.command_count,
            explains: self.explains,
            // Between events it is always empty.
            outbox: Outbox::new(self.explains),
        }
    }
}
