//! Drawing a latency: the only floats of a run, and only through `libm`, which gives the same bits everywhere.

use super::setup::Latency;
use crate::replication::random::Rng;
use crate::replication::time::SimDuration;

/// No draw is longer: one minute.
const LONGEST_NS: f64 = 6e10;

/// A latency distribution, ready to be drawn from: in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Delay {
    Constant { ns: u64 },
    Uniform { min_ns: u64, span_ns: u64 },
    Exponential { base_ns: u64, mean_ns: f64 },
    Pareto { least_ns: f64, exponent: f64 },
}

impl From<Latency> for Delay {
    fn from(latency: Latency) -> Self {
        let ns = |us: u64| SimDuration::from_us(us).0;
        match latency {
            Latency::Constant { us } => Self::Constant { ns: ns(us) },
            Latency::Uniform { min_us, max_us } => Self::Uniform { min_ns: ns(min_us), span_ns: ns(max_us.saturating_sub(min_us)) + 1 },
            Latency::Exponential { base_us, mean_us } => Self::Exponential { base_ns: ns(base_us), mean_ns: ns(mean_us) as f64 },
            Latency::Pareto { least_us, shape_thousandths } => {
                Self::Pareto { least_ns: ns(least_us) as f64, exponent: -1_000.0 / f64::from(shape_thousandths.max(1)) }
            }
        }
    }
}

impl Delay {
    /// One draw. A constant draws nothing.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn draw(&self, rng: &mut Rng) -> SimDuration {
        match *self {
            Self::Exponential { base_ns, mean_ns } => exponential(base_ns, mean_ns, rng),
            _ => self.draw_any(rng),
        }
    }

    /// The same, not copied to where it is called.
    #[inline(never)]
    fn draw_any(&self, rng: &mut Rng) -> SimDuration {
        match *self {
            Self::Constant { ns } => SimDuration(ns),
            Self::Uniform { min_ns, span_ns } => SimDuration(min_ns + ((u128::from(rng.bits()) * u128::from(span_ns)) >> 64) as u64),
            Self::Exponential { base_ns, mean_ns } => exponential(base_ns, mean_ns, rng),
            // The inverse of its distribution; bounded, since the tail has no end.
            Self::Pareto { least_ns, exponent } => SimDuration((least_ns * libm::pow(rng.unit(), exponent)).min(LONGEST_NS) as u64),
        }
    }
}

#[cfg_attr(not(feature = "ui"), inline(always))]
fn exponential(base_ns: u64, mean_ns: f64, rng: &mut Rng) -> SimDuration {
    // Through a signed number: the tail is never negative, and that conversion takes one instruction.
    SimDuration(base_ns + (-libm::log(rng.unit()) * mean_ns) as i64 as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::random::Purpose;

    fn draws(latency: Latency) -> Vec<u64> {
        let mut rng = Rng::stream(7, Purpose::Latency, 0);
        (0..100_000).map(|_| Delay::from(latency).draw(&mut rng).0).collect()
    }

    fn mean(draws: &[u64]) -> f64 {
        draws.iter().sum::<u64>() as f64 / draws.len() as f64
    }

    #[test]
    fn means_and_ranges_are_as_set() {
        assert!(draws(Latency::Constant { us: 40 }).iter().all(|ns| *ns == 40_000));
        let uniform = draws(Latency::Uniform { min_us: 10, max_us: 30 });
        assert!(uniform.iter().all(|ns| (10_000..=30_000).contains(ns)));
        assert!((mean(&uniform) / 20_000.0 - 1.0).abs() < 0.01);
        let exponential = draws(Latency::Exponential { base_us: 500, mean_us: 1_000 });
        assert!(exponential.iter().all(|ns| *ns >= 500_000));
        assert!((mean(&exponential) / 1_500_000.0 - 1.0).abs() < 0.01);
        let pareto = draws(Latency::Pareto { least_us: 1_000, shape_thousandths: 3_000 });
        assert!(pareto.iter().all(|ns| *ns >= 1_000_000));
        assert!((mean(&pareto) / 1_500_000.0 - 1.0).abs() < 0.01, "the mean is shape / (shape - 1) times the least");
        let above_ln100 = exponential.iter().filter(|ns| **ns > 500_000 + 4_605_170).count();
        assert!((900..1_100).contains(&above_ln100), "1 % of an exponential lies above ln 100 means, not {above_ln100} of 100000");
    }
}
