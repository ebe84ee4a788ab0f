//! One direction of a link: when a message that enters it comes out, if at all.

use super::latency::Delay;
use super::setup::{Wire, WireKind};
use crate::replication::ids::NodeId;
use crate::replication::random::{Purpose, Rng};
use crate::replication::time::{SimDuration, SimTime};

/// When a message that entered a direction arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// It arrives once.
    Once(SimTime),
    /// It arrives, and so does its double.
    Twice(SimTime, SimTime),
}

/// One direction of a link between two nodes. What most messages touch stands first, in one line of the cache.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Direction {
    delay: Delay,
    /// What the next message takes. It is drawn when the one before enters, so that no message waits for its draw.
    next: SimDuration,
    /// As it is after that draw.
    latency: Rng,
    /// As it was before.
    latency_before: Rng,
    wire: Wire,
    /// The arrival of the message before: a stream delivers nothing earlier.
    last_due: SimTime,
    loss: Rng,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) is_cut: bool,
}

impl Direction {
    pub(super) fn new(seed: u64, from: NodeId, to: NodeId, wire: Wire) -> Self {
        let entity = u64::from(from.0) << 16 | u64::from(to.0);
        let delay = Delay::from(wire.latency);
        let latency_before = Rng::stream(seed, Purpose::Latency, entity);
        let mut latency = latency_before.clone();
        Self {
            from,
            to,
            is_cut: false,
            wire,
            delay,
            next: delay.draw(&mut latency),
            latency,
            latency_before,
            last_due: SimTime::ZERO,
            loss: Rng::stream(seed, Purpose::Loss, entity),
        }
    }

    /// How it behaves.
    pub(super) const fn wire(&self) -> &Wire {
        &self.wire
    }

    /// It behaves like this from now on.
    pub(super) fn tune(&mut self, wire: Wire) {
        (self.wire, self.delay) = (wire, wire.latency.into());
        self.latency = self.latency_before.clone();
        self.next = self.delay.draw(&mut self.latency);
    }

    #[cfg_attr(not(feature = "ui"), inline(always))]
    fn draw(&mut self) -> SimDuration {
        self.latency_before.clone_from(&self.latency);
        let next = self.delay.draw(&mut self.latency);
        std::mem::replace(&mut self.next, next)
    }

    pub(super) const fn is_stream(&self) -> bool {
        matches!(self.wire.kind, WireKind::Stream)
    }

    /// A message enters at `now`. `None`: it is lost on the way.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn pass(&mut self, now: SimTime) -> Option<Passage> {
        let due = now + self.draw();
        if self.is_stream() {
            self.last_due = self.last_due.max(due);
            return Some(Passage::Once(self.last_due));
        }
        if self.loss.chance(self.wire.loss_per_million) {
            return None;
        }
        if self.loss.chance(self.wire.duplicate_per_million) {
            return Some(self.pass_again(now, due));
        }
        Some(Passage::Once(due))
    }

    #[cold]
    #[inline(never)]
    fn pass_again(&mut self, now: SimTime, due: SimTime) -> Passage {
        Passage::Twice(due, now + self.draw())
    }

    /// Nothing that enters the stream from now on arrives before `time`.
    pub(super) fn not_before(&mut self, time: SimTime) {
        self.last_due = self.last_due.max(time);
    }

    /// A new stream begins: nothing is before its first message.
    pub(super) const fn renew(&mut self) {
        self.last_due = SimTime::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::setup::Latency;

    fn direction(kind: WireKind, loss_per_million: u32, duplicate_per_million: u32) -> Direction {
        let latency = Latency::Exponential { base_us: 0, mean_us: 1_000 };
        Direction::new(3, NodeId(0), NodeId(1), Wire { kind, latency, loss_per_million, duplicate_per_million })
    }

    #[test]
    fn a_stream_keeps_order_and_loses_nothing() {
        let mut stream = direction(WireKind::Stream, 1_000_000, 1_000_000);
        let mut last = SimTime::ZERO;
        for n in 0..10_000 {
            let Some(Passage::Once(due)) = stream.pass(SimTime(n * 1_000)) else { panic!("a stream neither loses nor doubles") };
            assert!(due >= last);
            last = due;
        }
    }

    #[test]
    fn datagrams_overtake_and_are_lost_and_doubled_as_often_as_set() {
        let mut datagrams = direction(WireKind::Datagram, 100_000, 50_000);
        let (mut lost, mut doubled, mut overtaking, mut last) = (0, 0, 0, SimTime::ZERO);
        for n in 0..100_000 {
            match datagrams.pass(SimTime(n * 1_000)) {
                None => lost += 1,
                Some(Passage::Twice(..)) => doubled += 1,
                Some(Passage::Once(due)) => {
                    overtaking += u32::from(due < last);
                    last = due;
                }
            }
        }
        assert!((9_500..10_500).contains(&lost), "{lost} of 100000 lost at 10 %");
        assert!((4_200..4_800).contains(&doubled), "{doubled} of the 90 % others doubled at 5 %");
        assert!(overtaking > 10_000, "{overtaking}");
    }

    #[test]
    fn what_was_drawn_ahead_is_drawn_again_when_the_link_is_tuned() {
        let mut tuned = direction(WireKind::Datagram, 0, 0);
        let mut rng = Rng::stream(3, Purpose::Latency, 1);
        let latencies = [
            Latency::Uniform { min_us: 10, max_us: 30 },
            Latency::Constant { us: 5 },
            Latency::Pareto { least_us: 9, shape_thousandths: 3_000 },
        ];
        let mut delay = Delay::from(tuned.wire().latency);
        for latency in latencies {
            for _ in 0..3 {
                assert_eq!(tuned.pass(SimTime::ZERO), Some(Passage::Once(SimTime::ZERO + delay.draw(&mut rng))));
            }
            delay = latency.into();
            tuned.tune(Wire { latency, ..*tuned.wire() });
        }
    }
}
