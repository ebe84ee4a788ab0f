//! How records flow through a leader: in by a link, into the log, to the keys (at once, or once their causes are there),
//! and on to the other links.

use super::keep::Applied;
use super::link::Arrival;
use super::{Came, Delivery, Event, Forwarding, Logged, Message, MultiLeaderForward, Out, Payload, Record, Write, leader_of, origin};
use crate::limits;
use crate::replication::causality::Dot;
use crate::replication::ids::NodeId;
use crate::replication::log::Epoch;
use crate::replication::note::{Alarm, Note};
use crate::replication::protocol::Env;
use crate::replication::time::SimDuration;
use std::sync::Arc;

impl MultiLeaderForward {
    /// A record arrives on a link: takes in what is next in its order, acknowledges, and sends on.
    pub(super) fn on_forward(&mut self, env: &Env<'_>, from: NodeId, position: u64, arrival: Arrival, out: &mut Out) {
        let Some(index) = self.links.iter().position(|link| link.node == from).filter(|_| !self.has_left) else { return };
        self.links[index].on_arrival(position, arrival);
        while let Some((hops, event)) = self.links[index].take() {
            let position = self.links[index].received();
            self.take_in(env, Came { from, position, hops }, event, out);
        }
        out.send(from, Message::Acknowledge { position: self.links[index].received() });
        self.pump(out);
    }

    fn take_in(&mut self, env: &Env<'_>, came: Came, event: Arc<Event>, out: &mut Out) {
        let dot = event.dot;
        let is_repeated = self.seen.covers(dot);
        if is_repeated && self.is_recognised(dot) {
            out.persist(Record::Received(came.from, came.position));
            return out.note(|| Note::Told("loop-stopped", format!("knows {event} of {} and drops it", leader_of(dot.replica))));
        }
        if came.hops >= limits::MAX_HOPS || (is_repeated && self.log.len() >= limits::MAX_CIRCULATING_ENTRIES) {
            out.persist(Record::Received(came.from, came.position));
            self.alarm = Some(Alarm::Circulates(dot));
            return out.note(|| Note::Alarm(Alarm::Circulates(dot)));
        }
        let logged = Logged { event, came: Some(came) };
        out.persist(Record::Logged(logged.clone()));
        self.enter(env, logged, out);
    }

    /// Whether a record that comes again is known by its origin's id. In MySQL's ring only the origin itself looks;
    /// version vectors know all.
    fn is_recognised(&self, dot: Dot) -> bool {
        let by_all = self.config.forwarding != Forwarding::OneWayRing || self.config.delivery != Delivery::None;
        self.config.origin_ids && (by_all || dot.replica == origin(self.me))
    }

    /// Appends a record to the log and to the outboxes, and delivers it. Also how a restart plays the log again.
    pub(super) fn enter(&mut self, env: &Env<'_>, logged: Logged, out: &mut Out) {
        let index = self.log.len();
        let came_from = logged.came.map(|came| came.from);
        for link in self.links.iter_mut().filter(|link| link.is_target) {
            let goes = match self.config.forwarding {
                Forwarding::Flood => came_from != Some(link.node),
                Forwarding::OneWayRing => true,
                Forwarding::Direct => came_from.is_none(),
            };
            if goes {
                link.put(index);
            }
        }
        let is_repeated = self.seen.covers(logged.event.dot);
        self.seen.observe(logged.event.dot);
        self.log.push(logged);
        match (is_repeated, self.is_deliverable(index)) {
            (true, _) => self.apply_again(index),
            (false, true) => {
                self.apply(env, index, out);
                self.release(env, out);
            }
            (false, false) => {
                self.held.push(index);
                let event = &self.log[index].event;
                out.note(|| {
                    Note::Told("held", format!("holds {event} of {}: not all of its causes are here", leader_of(event.dot.replica)))
                });
            }
        }
    }

    fn is_deliverable(&self, index: usize) -> bool {
        self.config.delivery != Delivery::Causal || self.applied.covers_all(&self.log[index].event.causes)
    }

    /// Applies what waited for nothing else any more.
    fn release(&mut self, env: &Env<'_>, out: &mut Out) {
        while let Some(place) = self.held.iter().position(|index| self.is_deliverable(*index)) {
            let index = self.held.remove(place);
            self.apply(env, index, out);
        }
    }

    fn apply(&mut self, env: &Env<'_>, index: usize, out: &mut Out) {
        let Logged { event, came } = self.log[index].clone();
        self.applied.observe(event.dot);
        let write = match &event.payload {
            Payload::Home(epoch) => return self.learn(*epoch, out),
            Payload::Write(write) => write,
        };
        self.applied_count += 1;
        let keep = self.keys.entry(write.key.clone()).or_default();
        let applied = keep.apply(&event, write, self.config.choice());
        if let Some(came) = came {
            out.note(|| Note::Applied(event.dot));
            let delay = env.now.since(event.accepted_at);
            out.note(|| Note::Told("arrived", arrived(&event, came.hops, delay)));
            self.note_conflicts(&event, write, &applied, out);
        }
        if let Some(place) = write.place {
            self.learn(place.epoch, out);
        }
    }

    fn apply_again(&mut self, index: usize) {
        let event = self.log[index].event.clone();
        if let Payload::Write(write) = &event.payload
            && let Some(keep) = self.keys.get_mut(&write.key)
        {
            keep.apply_again(&event, write, self.config.choice());
        }
    }

    fn note_conflicts(&self, event: &Event, write: &Write, applied: &Applied, out: &mut Out) {
        let origin = leader_of(event.dot.replica);
        if applied.is_dominated && applied.is_shown {
            out.note(|| Note::Told("overwrites-effect", format!("lets {write} of {origin} overwrite what had seen it")));
        } else if applied.is_dominated {
            out.note(|| Note::Told("dominated", format!("drops {write} of {origin}: what is here had seen it")));
        }
        for here in &applied.conflicts {
            out.note(|| Note::Conflict { key: write.key.clone(), item: None, here: *here, arrived: event.dot });
            out.note(|| self.told_conflict(*here, event.dot, write));
        }
    }

    /// A conflict with both writers. Under home leaders it means that two believed to be home.
    fn told_conflict(&self, here: Dot, arrived: Dot, write: &Write) -> Note {
        let keep = self.keys.get(&write.key);
        let other = keep.and_then(|keep| keep.get(here));
        let name = if write.place.is_some() { "home-disagreement" } else { "conflict" };
        let shown = keep.and_then(|keep| keep.shown_dot()).map_or("neither", |shown| match shown {
            shown if shown == arrived => "the first",
            shown if shown == here => "the second",
            _ => "another",
        });
        let side = |write: &Write, dot: Dot| format!("{} by {} at {}", write, write.author, leader_of(dot.replica));
        let here = other.map_or_else(String::new, |other| side(other, here));
        Note::Told(name, format!("meets two writes that had not seen each other: {} and {here}; {shown} shows", side(write, arrived)))
    }

    /// Hears of a leadership of homes.
    pub(super) fn learn(&mut self, epoch: Epoch, out: &mut Out) {
        if epoch <= self.epoch {
            return;
        }
        self.epoch = epoch;
        if let Some(lease) = &mut self.lease {
            lease.renew(epoch);
        }
        if let Some(leader) = epoch.leader.filter(|leader| *leader != self.me) {
            out.note(|| Note::SteppedDown(epoch.term, leader));
        }
    }

    /// Sends what may go.
    pub(super) fn pump(&mut self, out: &mut Out) {
        let is_at_once = self.config.exchange_every == SimDuration::ZERO;
        for link in self.links.iter_mut().filter(|link| link.is_target) {
            if is_at_once {
                link.open();
            }
            while let Some((position, index)) = link.next() {
                let Logged { event, came } = &self.log[index];
                let hops = came.map_or(0, |came| came.hops).saturating_add(1);
                out.send(link.node, Message::Forward { position, hops, event: event.clone() });
            }
        }
    }
}

fn arrived(event: &Event, hops: u8, delay: SimDuration) -> String {
    let links = if hops == 1 { "link" } else { "links" };
    let (ms, tenth) = (delay.0 / 1_000_000, delay.0 / 100_000 % 10);
    format!("applies {event} of {} after {hops} {links} and {ms}.{tenth} ms", leader_of(event.dot.replica))
}
