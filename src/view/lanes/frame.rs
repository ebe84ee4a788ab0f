//! The window of time that the diagram shows: where a moment stands in it, zooming, panning, and following the run.

use crate::replication::time::{SimDuration, SimTime};

/// The shortest window.
const SHORTEST: SimDuration = SimDuration::from_us(10);
/// A window that follows the run shows about this many messages.
pub(super) const CALM_COUNT: usize = 70;

/// From when to when; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its left end.
    pub from: SimTime,
    /// How long it is.
    pub span: SimDuration,
}

impl Frame {
    /// A window of this length; too short ones are lengthened.
    #[must_use]
    pub fn new(from: SimTime, span: SimDuration) -> Self {
        Self { from, span: span.max(SHORTEST) }
    }

    /// Its right end.
    #[must_use]
    pub fn to(self) -> SimTime {
        self.from + self.span
    }

    /// Whether a moment lies in it.
    #[must_use]
    pub fn holds(self, at: SimTime) -> bool {
        self.from <= at && at <= self.to()
    }

    /// Where a moment stands, as a share of its length: 0 at the left end, 1 at the right one.
    #[must_use]
    pub fn share(self, at: SimTime) -> f64 {
        (at.0 as f64 - self.from.0 as f64) / self.span.0 as f64
    }

    /// The moment at a share of its length.
    #[must_use]
    pub fn at(self, share: f64) -> SimTime {
        SimTime((self.from.0 as f64 + share * self.span.0 as f64).max(0.0) as u64)
    }

    /// `factor` times as long, with the moment at `share` where it is; at most as long as `most`.
    #[must_use]
    pub fn zoomed(self, factor: f64, share: f64, most: SimDuration) -> Self {
        let longest = most.max(SHORTEST).0 as f64;
        let span = (self.span.0 as f64 * factor).clamp(SHORTEST.0 as f64, longest);
        let fixed = self.from.0 as f64 + share * self.span.0 as f64;
        Self { from: SimTime((fixed - share * span).max(0.0) as u64), span: SimDuration(span as u64) }
    }

    /// Moved by a share of its length, to the right where it is positive; it does not leave the run, which ends at `end`.
    #[must_use]
    pub fn panned(self, share: f64, end: SimTime) -> Self {
        let latest = end.0.saturating_sub(self.span.0 / 10) as f64;
        let from = (self.from.0 as f64 + share * self.span.0 as f64).clamp(0.0, latest);
        Self { from: SimTime(from as u64), ..self }
    }

    /// The same where it holds `at`; else one of this length that does.
    #[must_use]
    pub fn holding(self, at: SimTime) -> Self {
        if self.holds(at) { self } else { Self { from: SimTime(at.0.saturating_sub(self.span.0 / 4)), ..self } }
    }

    /// The whole run up to `end`.
    #[must_use]
    pub fn whole(end: SimTime) -> Self {
        Self::new(SimTime::ZERO, SimDuration(end.0 + end.0 / 50))
    }

    /// Round moments in it, at most `most`, and how far they are apart.
    #[must_use]
    pub fn ticks(self, most: usize) -> (Vec<SimTime>, SimDuration) {
        let step = round_up(self.span.0 / most.max(1) as u64);
        let first = self.from.0.div_ceil(step) * step;
        ((first..=self.to().0).step_by(step as usize).map(SimTime).collect(), SimDuration(step))
    }
}

/// The next of 1, 2 and 5 times a power of ten, in nanoseconds.
#[must_use]
pub(super) fn round_up(least: u64) -> u64 {
    let mut unit: u64 = 1_000;
    loop {
        for factor in [1, 2, 5] {
            if least <= unit.saturating_mul(factor) {
                return unit.saturating_mul(factor);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn frame(from_ms: u64, span_ms: u64) -> Frame {
        Frame::new(SimTime::from_ms(from_ms), SimDuration::from_ms(span_ms))
    }

    #[test]
    fn zooming_keeps_the_moment_under_the_pointer() {
        let end = SimDuration::from_ms(10_000);
        let before = frame(100, 200);
        let after = before.zoomed(0.5, 0.25, end);
        assert_eq!(after.span, SimDuration::from_ms(100));
        assert_eq!(before.at(0.25), after.at(0.25));
        assert_eq!(before.zoomed(1e9, 0.5, end).span, end);
        assert_eq!(before.zoomed(0.0, 0.5, end).span, SHORTEST);
    }

    #[test]
    fn panning_stays_in_the_run() {
        let end = SimTime::from_ms(1_000);
        assert_eq!(frame(100, 200).panned(0.5, end).from, SimTime::from_ms(200));
        assert_eq!(frame(100, 200).panned(-5.0, end).from, SimTime::ZERO);
        assert!(frame(100, 200).panned(50.0, end).holds(end));
        assert_eq!(frame(0, 200).panned(1.0, SimTime::ZERO).from, SimTime::ZERO);
    }

    #[test]
    fn ticks_are_round_and_few() {
        let (ticks, step) = frame(184, 200).ticks(6);
        assert_eq!(step, SimDuration::from_ms(50));
        assert_eq!(ticks, [200, 250, 300, 350].map(SimTime::from_ms));
        for most in 1..12 {
            assert!(frame(7, 933).ticks(most).0.len() <= most + 1);
        }
        assert_eq!(round_up(3 * MS), 5 * MS);
    }
}
