//! A node's place in the simulation: the volatile protocol, the store that survives it, its clock and alarms.

use super::line::{Costs, Line};
use super::queue::Ticket;
use crate::replication::ids::NodeId;
use crate::replication::protocol::{Effect, Env, Protocol};
use crate::replication::random::{Purpose, Rng};
use crate::replication::time::{LocalTime, SimTime};
use std::collections::VecDeque;

/// What an exact clock shows at the start of a run: ten in the morning.
pub const LOCAL_CLOCK_START: LocalTime = LocalTime(10 * 3_600 * 1_000_000_000);

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node<P: Protocol> {
    pub(super) id: NodeId,
    /// The running code; `None` while the node is down.
    pub(super) protocol: Option<P>,
    /// What its store holds. Survives a crash.
    pub(super) durable: P::Durable,
    /// Survives a crash, so that identities drawn after a restart are new.
    pub(super) rng: Rng,
    pub(super) skew_ns: i64,
    /// The alarms that are set.
    timers: Vec<(P::Timer, Ticket)>,
    /// Effects that wait for the store. The first is always a `Persist` under way.
    pub(super) held: VecDeque<Effect<P>>,
    /// When the last record under way will be durable.
    pub(super) durable_at: SimTime,
    /// What waits for the node itself.
    pub(super) line: Line<P>,
}

impl<P: Protocol> Node<P> {
    pub(super) fn new(id: NodeId, seed: u64, costs: Costs) -> Self {
        Self {
            id,
            protocol: None,
            durable: P::Durable::default(),
            rng: Rng::stream(seed, Purpose::Node, u64::from(id.0)),
            skew_ns: 0,
            timers: Vec::new(),
            held: VecDeque::new(),
            durable_at: SimTime::ZERO,
            line: Line::new(costs),
        }
    }

    /// The running code together with what it is told; `None` while the node is down.
    #[inline]
    pub(super) fn awake<'a>(
        &'a mut self,
        cluster: &'a crate::replication::protocol::Cluster,
        now: SimTime,
    ) -> Option<(&'a mut P, Env<'a>)> {
        let local_clock = local_clock(now, self.skew_ns);
        let env = Env { now, local_clock, me: self.id, cluster, rng: &mut self.rng };
        self.protocol.as_mut().map(|protocol| (protocol, env))
    }

    /// Notes an alarm; hands back the ticket of the pending one that it replaces.
    pub(super) fn set_timer(&mut self, timer: P::Timer, ticket: Ticket) -> Option<Ticket> {
        if let Some((_, pending)) = self.timers.iter_mut().find(|(set, _)| *set == timer) {
            return Some(std::mem::replace(pending, ticket));
        }
        self.timers.push((timer, ticket));
        None
    }

    /// Forgets an alarm (cancelled, or because it rings); hands back its ticket.
    pub(super) fn take_timer(&mut self, timer: P::Timer) -> Option<Ticket> {
        let index = self.timers.iter().position(|(set, _)| *set == timer)?;
        Some(self.timers.swap_remove(index).1)
    }

    /// Loses all that is volatile.
    pub(super) fn crash(&mut self) {
        self.protocol = None;
        self.timers.clear();
        self.held.clear();
        self.durable_at = SimTime::ZERO;
        self.line.clear();
    }
}

/// What a clock that is off by `skew_ns` shows.
pub(super) fn local_clock(now: SimTime, skew_ns: i64) -> LocalTime {
    let exact = LOCAL_CLOCK_START.0.saturating_add_unsigned(now.0);
    LocalTime(exact.saturating_add(skew_ns))
}
