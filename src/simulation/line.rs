//! A node's waiting line: work takes time, and a node that stands still takes none up. Nodes without either never queue.

use super::node::Node;
use super::queue::Ticket;
use super::sessions::Ask;
use crate::replication::ids::NodeId;
use crate::replication::protocol::{Protocol, Request};
use crate::replication::time::{SimDuration, SimTime};
use std::collections::VecDeque;

/// A node that is slowed down works at least this long on a thing before the factor.
const LEAST_WORK: SimDuration = SimDuration::from_us(100);

/// Something a node has to do.
#[derive(Clone, Debug)]
pub(super) enum Work<P: Protocol> {
    /// Handle a message.
    Message(NodeId, P::Message),
    /// Handle a client's request.
    Asked(Box<Ask>),
    /// Handle an alarm that rang while the node stood still.
    Timer(P::Timer),
    /// Let go what waited for the store.
    Durable,
}

/// How long things take at every node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Costs {
    pub(super) read: SimDuration,
    pub(super) write: SimDuration,
    pub(super) message: SimDuration,
}

/// What waits at a node.
#[derive(Clone, Debug)]
pub(super) struct Line<P: Protocol> {
    waiting: VecDeque<Work<P>>,
    /// The work on the first one, when it has begun.
    pub(super) at_work: Option<Ticket>,
    /// Whether everything is handled at the moment it arrives: follows from the others, and is asked at every message.
    is_idle: bool,
    is_paused: bool,
    factor: u32,
    costs: Costs,
    /// Time spent working.
    pub(super) busy: SimDuration,
}

impl<P: Protocol> Line<P> {
    pub(super) const fn new(costs: Costs) -> Self {
        let is_idle = costs.is_nothing();
        Self { waiting: VecDeque::new(), at_work: None, is_idle, is_paused: false, factor: 1, costs, busy: SimDuration::ZERO }
    }

    /// Whether everything is handled at the moment it arrives.
    #[inline]
    pub(super) const fn is_idle(&self) -> bool {
        self.is_idle
    }

    pub(super) const fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// How many times as long as usual work takes.
    pub(super) const fn factor(&self) -> u32 {
        self.factor
    }

    pub(super) fn set_paused(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
        self.settle();
    }

    pub(super) fn set_factor(&mut self, factor: u32) {
        self.factor = factor;
        self.settle();
    }

    fn settle(&mut self) {
        self.is_idle = !self.is_paused && self.factor == 1 && self.waiting.is_empty() && self.costs.is_nothing();
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn push(&mut self, work: Work<P>) {
        self.waiting.push_back(work);
        self.settle();
    }

    pub(super) fn pop(&mut self) -> Option<Work<P>> {
        let first = self.waiting.pop_front();
        self.settle();
        first
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.at_work = None;
        self.set_paused(false);
    }

    /// How long the first in line takes; `None` when nothing may begin.
    pub(super) fn next_cost(&self) -> Option<SimDuration> {
        if self.is_paused || self.at_work.is_some() {
            return None;
        }
        let usual = match self.waiting.front()? {
            Work::Message(..) => self.costs.message,
            Work::Asked(ask) if matches!(ask.asked, Request::Write { .. }) => self.costs.write,
            Work::Asked(_) => self.costs.read,
            Work::Timer(_) | Work::Durable => return Some(SimDuration::ZERO),
        };
        let usual = if self.factor > 1 { usual.max(LEAST_WORK) } else { usual };
        Some(SimDuration(usual.0.saturating_mul(u64::from(self.factor))))
    }
}

impl Costs {
    const fn is_nothing(&self) -> bool {
        self.read.0 == 0 && self.write.0 == 0 && self.message.0 == 0
    }
}

impl<P: Protocol> Node<P> {
    /// Begins with the first in line, if it may; says when that will be done.
    pub(super) fn begin_work(&mut self, now: SimTime) -> Option<SimTime> {
        let cost = self.line.next_cost()?;
        self.line.busy = SimDuration(self.line.busy.0.saturating_add(cost.0));
        Some(now + cost)
    }
}
