//! Commands on a run: what a person or script does to links, nodes and clients, at one moment.

use super::command::{Command, LinkCommand, NodeCommand};
use super::journal::{DropReason, Happening};
use super::network::{Pair, pair};
use super::simulation::Simulation;
use super::world::Event;
use crate::replication::ids::NodeId;
use crate::replication::protocol::{Connection, Order, Protocol};
use std::collections::BTreeSet;

impl<P: Protocol> Simulation<P> {
    pub(super) fn command(&mut self, command: &Command) {
        self.world.note(Happening::Commanded(self.command_count));
        self.world.fingerprint.add(6 << 48 | u64::from(self.command_count));
        self.world.fingerprint.add(self.world.now.0);
        self.command_count += 1;
        match command {
            Command::Act { session, action } => {
                let next = self.sessions.act(*session, action.clone(), self.world.now);
                self.proceed(next);
            }
            Command::Link(link) => self.command_link(link),
            Command::Node { node, fault } => self.command_node(*node, *fault),
            Command::Message { message, fault } => self.command_message(*message, *fault),
            Command::Decide(mode) => {
                self.decided = Some(*mode);
                self.for_every_node(|simulation, node| simulation.order(node, Order::Decide(*mode)));
            }
        }
        self.answer_clients();
    }

    fn for_every_node(&mut self, act: impl Fn(&mut Self, NodeId)) {
        for index in 0..self.nodes.len() {
            act(self, self.nodes[index].id);
        }
    }

    fn command_link(&mut self, command: &LinkCommand) {
        match command {
            LinkCommand::Cut { from, to } => self.cut(&self.world.network.routes(*from, *to)),
            LinkCommand::Heal { from, to } => self.heal(&self.world.network.routes(*from, *to)),
            LinkCommand::Disconnect(site) => self.cut(&self.world.network.routes_around(*site)),
            LinkCommand::Reconnect(site) => self.heal(&self.world.network.routes_around(*site)),
            LinkCommand::Partition(groups) => {
                let group = |node: NodeId| groups.iter().position(|group| group.contains(&node));
                let apart = |from, to| group(from).zip(group(to)).is_some_and(|(one, other)| one != other);
                self.cut(&self.world.network.routes_where(apart));
            }
            LinkCommand::HealAll => self.heal(&self.world.network.routes_where(|_, _| true)),
            LinkCommand::Tune { a, b, wire } => self.world.network.tune(*a, *b, *wire),
        }
    }

    /// Cuts all routes at once, then tells the ends of those streams that are now cut both ways.
    fn cut(&mut self, routes: &[Pair]) {
        let mut changed = routes.to_vec();
        changed.retain(|(from, to)| self.world.network.set_cut(*from, *to, true));
        self.world.drop_in_flight(&changed, DropReason::Cut);
        self.break_streams(&changed);
    }

    /// Tells the ends of those streams among these routes that are broken now.
    fn break_streams(&mut self, routes: &[Pair]) {
        let pairs = self.streams_among(routes);
        let broken = self.world.network.break_streams(pairs);
        self.tell_pairs(broken, Connection::Down);
    }

    /// Heals all routes at once; streams that are whole again begin anew.
    fn heal(&mut self, routes: &[Pair]) {
        let mut changed = routes.to_vec();
        changed.retain(|(from, to)| self.world.network.set_cut(*from, *to, false));
        let mut pairs = self.streams_among(&changed);
        pairs.retain(|pair| self.world.network.is_whole(*pair));
        self.begin_streams(pairs);
    }

    /// The streams of which these are directions, each once, in order.
    fn streams_among(&self, routes: &[Pair]) -> Vec<Pair> {
        let streams = routes.iter().filter(|(from, to)| self.world.network.is_stream(*from, *to));
        let mut pairs = BTreeSet::new();
        pairs.extend(streams.map(|(from, to)| pair(*from, *to)));
        pairs.into_iter().collect()
    }

    /// New streams: what is still on the old ones is gone, and both ends are told.
    pub(super) fn begin_streams(&mut self, pairs: Vec<Pair>) {
        let both_ways: Vec<Pair> = pairs.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]).collect();
        self.world.drop_in_flight(&both_ways, DropReason::Reset);
        for pair in &pairs {
            self.world.network.renew(*pair);
        }
        self.tell_pairs(pairs, Connection::Up);
    }

    fn tell_pairs(&mut self, pairs: Vec<Pair>, connection: Connection) {
        for (a, b) in pairs {
            self.tell_connection(a, b, connection);
            self.tell_connection(b, a, connection);
        }
    }

    fn command_node(&mut self, node: NodeId, command: NodeCommand) {
        let is_up = self.world.network.is_up(node);
        match command {
            NodeCommand::Crash if is_up => self.crash(node),
            NodeCommand::Restart if !is_up => self.restart(node),
            NodeCommand::Crash | NodeCommand::Restart => {}
            NodeCommand::Skew { ms } => self.nodes[node.index()].skew_ns = ms.saturating_mul(1_000_000),
            NodeCommand::Pause if is_up => self.pause(node),
            NodeCommand::Resume => {
                self.nodes[node.index()].line.set_paused(false);
                self.begin_work(node);
            }
            NodeCommand::Pause => {}
            NodeCommand::Slow { factor } => self.nodes[node.index()].line.set_factor(factor),
            NodeCommand::Join => {
                self.sessions.on_order(node, true);
                self.order(node, Order::Join);
            }
            NodeCommand::Leave => {
                self.sessions.on_order(node, false);
                self.order(node, Order::Leave);
            }
            NodeCommand::Promote => self.order(node, Order::Promote),
        }
    }

    /// The node stops: what was not durable, its alarms and its streams are gone; peers and clients notice.
    fn crash(&mut self, node: NodeId) {
        let peers = self.world.network.stream_peers(node);
        self.world.network.set_up(node, false);
        self.nodes[node.index()].crash();
        let is_own =
            |event: &Event<P>| matches!(event, Event::Timer(owner, _) | Event::Durable(owner) | Event::Worked(owner) if *owner == node);
        self.world.queue.take_where(is_own);
        let inbound: Vec<Pair> = peers.iter().map(|peer| (*peer, node)).collect();
        let outbound: Vec<Pair> = peers.iter().map(|peer| (node, *peer)).collect();
        self.world.drop_in_flight(&inbound, DropReason::Down);
        self.world.drop_in_flight(&outbound, DropReason::Reset);
        self.break_streams(&outbound);
        for next in self.sessions.abandon_at(node, self.world.now) {
            self.proceed(next);
        }
    }

    /// The node stands still. What it was working on begins anew when it goes on.
    fn pause(&mut self, node: NodeId) {
        let line = &mut self.nodes[node.index()].line;
        line.set_paused(true);
        if let Some(ticket) = line.at_work.take() {
            self.world.queue.cancel(ticket);
        }
    }

    fn restart(&mut self, node: NodeId) {
        self.world.network.set_up(node, true);
        self.start(node.index());
        if let Some(mode) = self.decided {
            self.order(node, Order::Decide(mode));
        }
        let pairs = self.world.network.stream_peers(node).into_iter().map(|peer| pair(node, peer));
        let whole: Vec<Pair> = pairs.filter(|pair| self.world.network.is_whole(*pair)).collect();
        self.begin_streams(whole);
    }
}
