//! The simulated link to the cloud: latency, loss and outage, on top of a channel that has none of them.

use crate::replication::random::{Purpose, Rng};
use crate::replication::time::{SimDuration, SimTime};
use std::collections::VecDeque;

/// What the link is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// One way.
    pub latency_ms: u32,
    /// Messages that get lost.
    pub loss_percent: u32,
    /// Nothing gets through.
    pub is_out: bool,
}

impl Conditions {
    /// The longest latency.
    pub const MAX_LATENCY_MS: u32 = 10_000;

    /// Within bounds, whatever was asked for.
    #[must_use]
    pub fn clamped(self) -> Self {
        Self { latency_ms: self.latency_ms.min(Self::MAX_LATENCY_MS), loss_percent: self.loss_percent.min(100), ..self }
    }
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Onto the channel.
    Out,
    /// From the channel.
    In,
}

/// One end of the link.
#[derive(Debug)]
pub struct Line {
    conditions: Conditions,
    rng: Rng,
    /// In the order of sending, which is the order of arrival.
    flying: VecDeque<(SimTime, Way, Vec<u8>)>,
    lost_count: u64,
}

impl Line {
    /// A link like this.
    #[must_use]
    pub fn new(conditions: Conditions, entropy: u64) -> Self {
        Self { conditions, rng: Rng::stream(entropy, Purpose::Loss, 0), flying: VecDeque::new(), lost_count: 0 }
    }

    /// What it is like.
    #[must_use]
    pub const fn conditions(&self) -> Conditions {
        self.conditions
    }

    /// From now on it is like this.
    pub fn set(&mut self, conditions: Conditions) {
        self.conditions = conditions.clamped();
        if conditions.is_out {
            self.cut();
        }
    }

    /// What is on its way is gone.
    pub fn cut(&mut self) {
        self.lost_count += self.flying.len() as u64;
        self.flying.clear();
    }

    /// Puts a message on its way.
    pub fn push(&mut self, now: SimTime, way: Way, bytes: Vec<u8>) {
        if self.conditions.is_out || self.rng.chance(self.conditions.loss_percent * 10_000) {
            self.lost_count += 1;
            return;
        }
        let due = now + SimDuration::from_ms(u64::from(self.conditions.latency_ms));
        // A shorter latency lets nobody overtake: the link is a stream.
        let due = self.flying.back().map_or(due, |(last, ..)| due.max(*last));
        self.flying.push_back((due, way, bytes));
    }

    /// The next message that has arrived.
    pub fn pop(&mut self, now: SimTime) -> Option<(Way, Vec<u8>)> {
        self.flying.front().filter(|(due, ..)| *due <= now)?;
        self.flying.pop_front().map(|(_, way, bytes)| (way, bytes))
    }

    /// When the next one arrives.
    #[must_use]
    pub fn next_wake(&self) -> Option<SimTime> {
        self.flying.front().map(|(due, ..)| *due)
    }

    /// Messages that got lost.
    #[must_use]
    pub const fn lost_count(&self) -> u64 {
        self.lost_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> SimTime {
        SimTime::from_ms(ms)
    }

    #[test]
    fn messages_arrive_in_order_after_the_latency() {
        let mut line = Line::new(Conditions { latency_ms: 100, ..Conditions::default() }, 1);
        line.push(ms(0), Way::Out, vec![1]);
        line.set(Conditions { latency_ms: 10, ..Conditions::default() });
        line.push(ms(5), Way::In, vec![2]);
        assert_eq!(line.pop(ms(99)), None);
        assert_eq!(line.next_wake(), Some(ms(100)));
        assert_eq!(line.pop(ms(100)), Some((Way::Out, vec![1])));
        assert_eq!(line.pop(ms(100)), Some((Way::In, vec![2])));
    }

    #[test]
    fn an_outage_takes_what_is_on_its_way_and_what_follows() {
        let mut line = Line::new(Conditions::default(), 1);
        line.push(ms(0), Way::Out, vec![1]);
        line.set(Conditions { is_out: true, ..Conditions::default() });
        line.push(ms(0), Way::Out, vec![2]);
        assert_eq!((line.pop(ms(1_000)), line.lost_count()), (None, 2));
    }

    #[test]
    fn as_many_get_lost_as_was_said() {
        let mut line = Line::new(Conditions { loss_percent: 30, ..Conditions::default() }, 1);
        (0..1_000).for_each(|_| line.push(ms(0), Way::Out, Vec::new()));
        assert!((250..350).contains(&line.lost_count()), "{}", line.lost_count());
    }
}
