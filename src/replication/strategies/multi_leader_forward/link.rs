//! One leader's end of the link to one neighbour: a durable outbox with acknowledgements, and the order of what
//! comes in. Positions are dense and for ever: the outbox is a function of the durable log, so that a restart rebuilds it.
//!
//! Go-back-n with a bounded window; what overtakes on a datagram link waits for what it overtook. Knows nothing of
//! what the records mean.

use super::message::Event;
use crate::limits;
use crate::replication::ids::NodeId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What arrived on a link: a record and how many links it has passed.
pub(super) type Arrival = (u8, Arc<Event>);

/// The link to one neighbour.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) node: NodeId,
    /// Whether records are sent there (a one-way ring sends only to the next).
    pub(super) is_target: bool,
    /// Indices of the records in the leader's log.
    outbox: Vec<u32>,
    /// Records that may go: all, or those of the last exchange.
    due: u64,
    sent: u64,
    acknowledged: u64,
    /// Whether the stream to the neighbour works, as far as is known.
    is_up: bool,
    /// Before the first acknowledgement one record probes how far the neighbour is.
    is_heard: bool,
    acknowledged_at_beat: u64,
    received: u64,
    early: BTreeMap<u64, Arrival>,
}

impl Link {
    pub(super) const fn new(node: NodeId, is_target: bool, received: u64) -> Self {
        Self {
            node,
            is_target,
            outbox: Vec::new(),
            due: 0,
            sent: 0,
            acknowledged: 0,
            is_up: true,
            is_heard: false,
            acknowledged_at_beat: 0,
            received,
            early: BTreeMap::new(),
        }
    }

    /// One more record of the log has to go there.
    pub(super) fn put(&mut self, index: usize) {
        self.outbox.push(index as u32);
    }

    /// Everything in the outbox may go.
    pub(super) const fn open(&mut self) {
        self.due = self.outbox.len() as u64;
    }

    /// The next record to send: its position on the link and its index in the log.
    pub(super) fn next(&mut self) -> Option<(u64, usize)> {
        let window = if self.is_heard { limits::MAX_UNACKNOWLEDGED } else { 1 };
        if !self.is_up || self.sent >= self.due || self.sent >= self.acknowledged + window {
            return None;
        }
        let index = *self.outbox.get(self.sent as usize)?;
        self.sent += 1;
        Some((self.sent, index as usize))
    }

    /// The neighbour holds everything up to `position`. A position beyond the outbox is none of ours.
    pub(super) fn on_acknowledged(&mut self, position: u64) {
        if position > self.outbox.len() as u64 {
            return;
        }
        self.is_heard = true;
        self.acknowledged = self.acknowledged.max(position);
        self.sent = self.sent.max(self.acknowledged);
    }

    /// The stream broke or began anew: what was sent and not acknowledged counts as lost.
    pub(super) const fn begin(&mut self, is_up: bool) {
        self.sent = self.acknowledged;
        self.is_up = is_up;
        self.is_heard = false;
    }

    /// Whether the neighbour has answered since the stream began.
    pub(super) const fn is_heard(&self) -> bool {
        self.is_heard
    }

    /// The same, if nothing was acknowledged since the last beat.
    pub(super) const fn on_beat(&mut self) {
        if self.sent > self.acknowledged && self.acknowledged == self.acknowledged_at_beat {
            self.sent = self.acknowledged;
        }
        self.acknowledged_at_beat = self.acknowledged;
    }

    /// Records that the neighbour did not acknowledge, as indices in the log.
    pub(super) fn unacknowledged(&self) -> impl Iterator<Item = usize> + '_ {
        self.outbox[self.acknowledged as usize..].iter().map(|index| *index as usize)
    }

    /// Records that it did acknowledge, as indices in the log.
    pub(super) fn acknowledged(&self) -> impl Iterator<Item = usize> + '_ {
        self.outbox[..self.acknowledged as usize].iter().map(|index| *index as usize)
    }

    /// Sends nothing there any more; hands back what the neighbour, which has taken in up to `position`, does not get.
    pub(super) fn turn_over(&mut self, position: u64) -> Vec<u32> {
        self.is_target = false;
        let rest = self.outbox.split_off(self.outbox.len().min(position as usize));
        self.due = self.outbox.len() as u64;
        (self.sent, self.acknowledged) = (self.due, self.due);
        rest
    }

    /// Sends there from now on, beginning with these.
    pub(super) fn take_over(&mut self, records: Vec<u32>) {
        self.is_target = true;
        self.outbox.extend(records);
    }

    /// The last position that came in, in order.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }

    /// A record arrives; it can be taken by [`Link::take`] once everything before it was.
    pub(super) fn on_arrival(&mut self, position: u64, arrival: Arrival) {
        if self.received < position && position <= self.received + limits::MAX_UNACKNOWLEDGED {
            self.early.insert(position, arrival);
        }
    }

    /// The next record in order.
    pub(super) fn take(&mut self) -> Option<Arrival> {
        let arrival = self.early.remove(&(self.received + 1))?;
        self.received += 1;
        Some(arrival)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::causality::{Dot, VersionVector};
    use crate::replication::ids::ReplicaId;
    use crate::replication::log::Epoch;
    use crate::replication::strategies::multi_leader_forward::message::Payload;
    use crate::replication::time::SimTime;

    fn link(count: usize) -> Link {
        let mut link = Link::new(NodeId(1), true, 0);
        (0..count).for_each(|index| link.put(index));
        link.open();
        link
    }

    fn sent(link: &mut Link) -> Vec<u64> {
        std::iter::from_fn(|| link.next()).map(|(position, _)| position).collect()
    }

    fn arrival(counter: u64) -> Arrival {
        let dot = Dot { replica: ReplicaId(7), counter };
        let payload = Payload::Home(Epoch::default());
        (1, Arc::new(Event { dot, causes: VersionVector::new(), accepted_at: SimTime::ZERO, payload }))
    }

    #[test]
    fn one_record_probes_and_then_a_window_flows() {
        let mut link = link(100);
        assert_eq!(sent(&mut link), [1]);
        link.on_acknowledged(30);
        assert_eq!(sent(&mut link), (31..=94).collect::<Vec<_>>());
        link.on_acknowledged(200);
        assert_eq!((link.acknowledged().count(), link.unacknowledged().count()), (30, 70), "what was never sent cannot be acknowledged");
    }

    #[test]
    fn what_is_not_acknowledged_for_a_whole_beat_goes_again() {
        let mut link = link(3);
        link.on_acknowledged(1);
        assert_eq!(sent(&mut link), [2, 3]);
        link.on_acknowledged(2);
        link.on_beat();
        assert!(sent(&mut link).is_empty(), "it moves");
        link.on_beat();
        assert_eq!(sent(&mut link), [3]);
    }

    #[test]
    fn only_what_an_exchange_opened_goes() {
        let mut link = Link::new(NodeId(1), true, 0);
        link.put(0);
        assert!(sent(&mut link).is_empty());
        link.open();
        link.put(1);
        assert_eq!(sent(&mut link), [1]);
    }

    #[test]
    fn arrivals_are_taken_once_and_in_order() {
        let mut link = Link::new(NodeId(1), false, 4);
        let mut taken = Vec::new();
        for position in [6, 5, 5, 7, 4, 6, 9, 500] {
            link.on_arrival(position, arrival(position));
            while let Some((_, event)) = link.take() {
                taken.push(event.dot.counter);
            }
        }
        assert_eq!((taken, link.received()), (vec![5, 6, 7], 7));
    }
}
