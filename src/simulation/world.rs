//! Everything of a simulation but the nodes: carries out what they want done. Time stands still in here.

use super::chunk::{Step, kind_code};
use super::journal::{DropReason, Happening, Journal};
use super::link::Passage;
use super::network::{Network, Pair};
use super::node::Node;
use super::queue::Queue;
use super::sessions::Ask;
use crate::limits;
use crate::replication::ids::{NodeId, RequestId, SessionId};
use crate::replication::protocol::{Describe, Effect, MessageKind, Protocol, Reply};
use crate::replication::random::mix;
use crate::replication::time::{SimDuration, SimTime};
use std::collections::VecDeque;
use std::rc::Rc;

/// What can be due.
#[derive(Clone, Debug)]
pub(super) enum Event<P: Protocol> {
    /// A message arrives.
    Message(Parcel<P::Message>),
    /// An alarm of a node rings.
    Timer(NodeId, P::Timer),
    /// The oldest record under way at a node is durable.
    Durable(NodeId),
    /// A client's request reaches its node.
    Asked(Box<Ask>),
    /// An answer reaches its client.
    Answered(RequestId, Box<Reply>),
    /// A client's loop goes on after a rest.
    Resumed(SessionId),
    /// The next operation of an open loop is due.
    Due(SessionId),
    /// A client gives up waiting for this.
    Silent(RequestId),
    /// A node is done with the first in its line.
    Worked(NodeId),
}

/// A message on its way.
#[derive(Clone, Debug)]
pub(super) struct Parcel<M> {
    pub(super) number: u64,
    pub(super) sent_at: SimTime,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) kind: MessageKind,
    /// Taken out on arrival.
    pub(super) message: Option<M>,
}

/// A running mix of all that was done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint(u64);

/// Everything but the nodes.
#[derive(Clone, Debug)]
pub(super) struct World<P: Protocol> {
    pub(super) now: SimTime,
    pub(super) event_count: u64,
    pub(super) queue: Queue<Event<P>>,
    pub(super) network: Network,
    pub(super) journal: Journal,
    pub(super) fingerprint: Fingerprint,
    /// Answers that nodes gave and that no client has been told yet.
    pub(super) answers: VecDeque<(RequestId, Box<Reply>)>,
    /// How long a store takes.
    pub(super) persist: SimDuration,
    /// Messages that a command holds where they are.
    pub(super) held: Vec<Parcel<P::Message>>,
    pub(super) message_count: u64,
    pub(super) in_flight_count: usize,
}

impl Fingerprint {
    pub(super) const fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Adds a number.
    #[inline]
    pub(super) const fn add(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    pub(super) const fn value(self) -> u64 {
        mix(self.0)
    }
}

impl<P: Protocol> World<P> {
    pub(super) fn note(&mut self, happening: Happening) {
        self.journal.record(self.now, self.event_count, happening);
    }

    /// Takes up one effect of a node: now, or once its store is through with what comes before.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn take_up(&mut self, node: &mut Node<P>, effect: Effect<P>) {
        match effect {
            Effect::Persist(record) if self.persist == SimDuration::ZERO => P::store(&mut node.durable, &record),
            Effect::Persist(_) => self.persist(node, effect),
            effect if node.held.is_empty() => self.carry_out(node, effect),
            effect => node.held.push_back(effect),
        }
    }

    fn persist(&mut self, node: &mut Node<P>, effect: Effect<P>) {
        node.durable_at = node.durable_at.max(self.now + self.persist);
        self.queue.push(node.durable_at, Event::Durable(node.id));
        node.held.push_back(effect);
    }

    /// The oldest record under way is durable: stores it and lets go what waited for it.
    pub(super) fn release(&mut self, node: &mut Node<P>) {
        if let Some(Effect::Persist(record)) = node.held.pop_front() {
            P::store(&mut node.durable, &record);
        }
        while let Some(effect) = node.held.pop_front_if(|effect| !matches!(effect, Effect::Persist(_))) {
            self.carry_out(node, effect);
        }
    }

    #[cfg_attr(not(feature = "ui"), inline(always))]
    fn carry_out(&mut self, node: &mut Node<P>, effect: Effect<P>) {
        match effect {
            Effect::Send(to, message) => self.send(node.id, to, message),
            Effect::Reply(request, reply) => self.answers.push_back((request, reply)),
            rare => self.carry_out_rare(node, rare),
        }
    }

    fn carry_out_rare(&mut self, node: &mut Node<P>, effect: Effect<P>) {
        match effect {
            Effect::SetTimer(timer, delay) => {
                let ticket = self.queue.push(self.now + delay, Event::Timer(node.id, timer));
                if let Some(replaced) = node.set_timer(timer, ticket) {
                    self.queue.cancel(replaced);
                }
            }
            Effect::CancelTimer(timer) => {
                if let Some(ticket) = node.take_timer(timer) {
                    self.queue.cancel(ticket);
                }
            }
            Effect::Note(note) => self.note(Happening::Noted(node.id, Rc::from(note))),
            Effect::Send(..) | Effect::Reply(..) | Effect::Persist(_) => unreachable!("carried out, or stored, before this"),
        }
    }

    #[inline(never)]
    fn send(&mut self, from: NodeId, to: NodeId, message: P::Message) {
        // Drawn first: the draw takes longest, and the notes do not wait for it.
        let is_full = self.in_flight_count >= limits::MAX_IN_FLIGHT;
        let passage = if is_full { Err(DropReason::Full) } else { self.network.pass(from, to, self.now) };
        let kind = message.kind();
        let number = self.number_message((from, to), kind);
        match passage {
            Ok(Passage::Once(due)) => self.dispatch(due, Parcel { number, sent_at: self.now, from, to, kind, message: Some(message) }),
            Ok(Passage::Twice(due, double_due)) => {
                let double = self.number_message((from, to), kind);
                self.dispatch(double_due, Parcel { number: double, sent_at: self.now, from, to, kind, message: Some(message.clone()) });
                self.dispatch(due, Parcel { number, sent_at: self.now, from, to, kind, message: Some(message) });
            }
            Err(reason) => self.lose(number, (from, to), kind, reason),
        }
    }

    #[cfg_attr(not(feature = "ui"), inline(always))]
    fn number_message(&mut self, route: Pair, kind: MessageKind) -> u64 {
        let number = self.message_count;
        self.message_count += 1;
        self.journal.record_message(self.now, self.event_count, Step::Sent, number, route, kind);
        number
    }

    #[cfg_attr(not(feature = "ui"), inline(always))]
    fn dispatch(&mut self, due: SimTime, parcel: Parcel<P::Message>) {
        self.in_flight_count += 1;
        if !self.held.is_empty() && self.is_held_back(&parcel) {
            return self.held.push(parcel);
        }
        self.queue.push(due, Event::Message(parcel));
    }

    /// A message arrives: notes it, and says whether its node is up to take it.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn receive(&mut self, number: u64, (from, to): Pair, kind: MessageKind, digest: u64) -> bool {
        self.in_flight_count -= 1;
        self.fingerprint.add(digest ^ u64::from(kind_code(kind)) << 32 ^ u64::from(from.0) << 16 ^ u64::from(to.0));
        let arrives = self.network.is_up(to);
        if arrives {
            self.journal.record_message(self.now, self.event_count, Step::Delivered, number, (from, to), kind);
        } else {
            self.lose(number, (from, to), kind, DropReason::Down);
        }
        arrives
    }

    /// Whether a stream waits for an earlier message that is held.
    fn is_held_back(&self, parcel: &Parcel<P::Message>) -> bool {
        let (from, to) = (parcel.from, parcel.to);
        self.network.is_stream(from, to) && self.held.iter().any(|held| (held.from, held.to) == (from, to))
    }

    /// Drops what travels on these routes.
    pub(super) fn drop_in_flight(&mut self, routes: &[Pair], reason: DropReason) {
        if routes.is_empty() {
            return;
        }
        let is_on_them = |parcel: &Parcel<P::Message>| routes.contains(&(parcel.from, parcel.to));
        let travelling = self.queue.take_where(|event| matches!(event, Event::Message(parcel) if is_on_them(parcel)));
        for event in travelling {
            if let Event::Message(parcel) = event {
                self.drop_parcel(&parcel, reason);
            }
        }
        let held = std::mem::take(&mut self.held);
        let (gone, held): (Vec<_>, Vec<_>) = held.into_iter().partition(is_on_them);
        self.held = held;
        for parcel in gone {
            self.drop_parcel(&parcel, reason);
        }
    }

    pub(super) fn drop_parcel(&mut self, parcel: &Parcel<P::Message>, reason: DropReason) {
        self.in_flight_count -= 1;
        self.lose(parcel.number, (parcel.from, parcel.to), parcel.kind, reason);
    }

    #[cold]
    #[inline(never)]
    fn lose(&mut self, number: u64, (from, to): Pair, kind: MessageKind, reason: DropReason) {
        self.note(Happening::Dropped { message: number, from, to, kind, reason });
    }
}
