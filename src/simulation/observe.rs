//! The object-safe face of a simulation, and what a person may see of it. Built on demand, never per event.

use super::command::Command;
use super::engine::Engine;
use super::history::History;
use super::journal::Journal;
use super::simulation::Simulation;
use super::snapshot::{Flight, Lag, LinkSnapshot, NodeSnapshot, Snapshot};
use super::world::{Event, Fingerprint, Parcel};
use crate::replication::ids::SiteId;
use crate::replication::protocol::{Describe, Protocol};
use crate::replication::time::SimTime;
use crate::replication::view::{ReplicaView, Role};
use crate::scenarios::index::IS_WHOLE;

impl<P: Protocol> Engine for Simulation<P> {
    fn now(&self) -> SimTime {
        self.world.now
    }

    fn event_count(&self) -> u64 {
        self.world.event_count
    }

    fn next_event_at(&self) -> Option<SimTime> {
        self.world.queue.next_at()
    }

    fn step(&mut self) -> bool {
        self.process_next()
    }

    fn rest_until(&mut self, time: SimTime) {
        debug_assert!(self.next_event_at().is_none_or(|at| time <= at), "resting past the next event");
        self.world.now = self.world.now.max(time);
    }

    fn apply(&mut self, command: &Command) {
        self.command(command);
    }

    fn snapshot(&self) -> Snapshot {
        self.seen_through(P::view)
    }

    #[cfg(feature = "catalogue")]
    fn glance(&self) -> Snapshot {
        self.seen_through(P::glance)
    }

    fn flights(&self) -> Vec<Flight> {
        let shown = |parcel: &Parcel<P::Message>, due_at: SimTime, is_held: bool| {
            let Parcel { number: id, from, to, kind, sent_at, .. } = *parcel;
            Flight { id, from, to, kind, sent_at, due_at, is_held }
        };
        let flight = |(due_at, event): (SimTime, &Event<P>)| match event {
            Event::Message(parcel) => Some(shown(parcel, due_at, false)),
            _ => None,
        };
        let mut flights: Vec<Flight> = self.world.queue.iter().filter_map(flight).collect();
        // Halfway, where they wait to be let go.
        let waiting = |parcel: &Parcel<P::Message>| shown(parcel, self.world.now + self.world.now.since(parcel.sent_at), true);
        flights.extend(self.world.held.iter().map(waiting));
        flights.sort_unstable_by_key(|flight| flight.id);
        flights
    }

    fn message_label(&self, number: u64) -> Option<String> {
        if !IS_WHOLE {
            return None;
        }
        let travelling =
            self.world.queue.iter().filter_map(|(_, event)| if let Event::Message(parcel) = event { Some(parcel) } else { None });
        let parcel = travelling.chain(&self.world.held).find(|parcel| parcel.number == number)?;
        parcel.message.as_ref().map(Describe::label)
    }

    fn journal(&self) -> &Journal {
        &self.world.journal
    }

    fn forget_before(&mut self, number: u64, operation: usize) {
        self.world.journal.forget_before(number);
        self.sessions.history.forget_before(operation);
    }

    fn history(&self) -> &History {
        &self.sessions.history
    }

    fn fingerprint(&self) -> u64 {
        let mut fingerprint: Fingerprint = self.world.fingerprint;
        fingerprint.add(self.world.event_count);
        for node in &self.nodes {
            fingerprint.add(node.protocol.as_ref().map_or(0, P::digest));
        }
        fingerprint.value()
    }

    fn fork(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

impl<P: Protocol> Simulation<P> {
    fn seen_through(&self, view: fn(&P) -> ReplicaView) -> Snapshot {
        let travelling =
            self.world.queue.iter().filter_map(|(_, event)| if let Event::Message(parcel) = event { Some(parcel) } else { None });
        let in_flight_count = travelling.chain(&self.world.held).filter(|parcel| !parcel.kind.is_background()).count() as u32;
        Snapshot {
            now: self.world.now,
            event_count: self.world.event_count,
            nodes: self.node_snapshots(view),
            links: self.link_snapshots(),
            sessions: self.sessions.snapshots(),
            promises: P::promises(&self.config),
            in_flight_count,
        }
    }

    fn node_snapshots(&self, view: fn(&P) -> ReplicaView) -> Vec<NodeSnapshot> {
        let views: Vec<Option<ReplicaView>> = self.nodes.iter().map(|node| node.protocol.as_ref().map(view)).collect();
        let sites: Vec<SiteId> = self.cluster.members.iter().map(|member| member.site).collect();
        let lags: Vec<Option<Lag>> = (0..views.len()).map(|index| self.lag(index, &views, &sites)).collect();
        let parts = self.nodes.iter().zip(views).zip(sites).zip(lags);
        parts
            .map(|(((node, replica), site), lag)| NodeSnapshot {
                node: node.id,
                site,
                replica,
                skew_ms: node.skew_ns / 1_000_000,
                lag,
                held_count: node.held.len() as u32,
                line_count: node.line.len() as u32,
                busy: node.line.busy,
                is_paused: node.line.is_paused(),
                slowness: node.line.factor(),
            })
            .collect()
    }

    /// How far a follower is behind the leader of its site: the live one with the highest term; where its site has none,
    /// behind the leader that it follows.
    fn lag(&self, index: usize, views: &[Option<ReplicaView>], sites: &[SiteId]) -> Option<Lag> {
        let follower = views[index].as_ref().filter(|view| view.role == Role::Follower)?;
        let of_site = views.iter().zip(sites).filter(|(_, site)| **site == sites[index]);
        let leaders = of_site.filter_map(|(view, _)| view.as_ref()).filter(|view| view.role == Role::Leader);
        let followed = || views.get(follower.leader?.index())?.as_ref().filter(|view| view.role == Role::Leader);
        let leader = leaders.max_by_key(|view| view.term).or_else(followed)?;
        let oldest = leader.appended_at.iter().find(|(lsn, _)| *lsn > follower.position);
        Some(Lag {
            entry_count: leader.position.0.saturating_sub(follower.position.0),
            age: oldest.map(|(_, at)| self.world.now.since(*at)).unwrap_or_default(),
            leader_position: leader.position,
        })
    }

    fn link_snapshots(&self) -> Vec<LinkSnapshot> {
        let directions = self.world.network.directions().iter();
        directions
            .map(|direction| LinkSnapshot { from: direction.from, to: direction.to, wire: *direction.wire(), is_cut: direction.is_cut })
            .collect()
    }
}
