//! What sessions do by themselves: which key comes next, read or write, and when.

use super::latency::Delay;
use super::setup::{Latency, Pace, Workload};
use crate::replication::delta::Key;
use crate::replication::random::Rng;
use crate::replication::time::SimDuration;
use std::rc::Rc;

/// A workload, ready to be drawn from.
#[derive(Clone, Debug)]
pub(super) enum Load {
    Idle,
    /// Write, read, write, … of one key.
    Alternate {
        key: Rc<Key>,
        reads_next: bool,
    },
    /// Reads and writes of several keys.
    Mix {
        keys: Rc<[Rc<Key>]>,
        /// The chance of each key and all before it.
        chances: Rc<[f64]>,
        read_percent: u8,
        pace: Pace,
        rng: Rng,
    },
}

impl Load {
    pub(super) fn new(workload: &Workload, rng: Rng) -> Self {
        match workload {
            Workload::Idle => Self::Idle,
            Workload::Alternate { key } => Self::Alternate { key: Rc::new(key.clone()), reads_next: false },
            Workload::Mix { key_count, skew_percent, read_percent, pace } => Self::Mix {
                keys: (0..*key_count).map(|index| Rc::new(Key::from(format!("k{index}").as_str()))).collect(),
                chances: zipf(*key_count, *skew_percent),
                read_percent: *read_percent,
                pace: *pace,
                rng,
            },
        }
    }

    /// The next operation: its key, and whether it reads. `None`: nothing by itself.
    pub(super) fn next(&mut self) -> Option<(Rc<Key>, bool)> {
        match self {
            Self::Idle => None,
            Self::Alternate { key, reads_next } => {
                let reads = std::mem::replace(reads_next, !*reads_next);
                Some((Rc::clone(key), reads))
            }
            Self::Mix { keys, chances, read_percent, rng, .. } => {
                let place = rng.unit();
                let index = chances.partition_point(|chance| *chance < place).min(keys.len() - 1);
                Some((Rc::clone(&keys[index]), rng.below(100) < u32::from(*read_percent)))
            }
        }
    }

    /// How long a closed loop rests after an operation. `None`: it does not rest, or is no closed loop.
    pub(super) fn think(&self) -> Option<SimDuration> {
        match self {
            Self::Mix { pace: Pace::Closed { think_us }, .. } if *think_us > 0 => Some(SimDuration::from_us(*think_us)),
            _ => None,
        }
    }

    /// Draws the time until the next operation of an open loop. `None`: it is none.
    pub(super) fn draw_gap(&mut self) -> Option<SimDuration> {
        match self {
            Self::Mix { pace: Pace::Open { mean_us }, rng, .. } => {
                Some(Delay::from(Latency::Exponential { base_us: 0, mean_us: *mean_us }).draw(rng))
            }
            _ => None,
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(self, Self::Mix { pace: Pace::Open { .. }, .. })
    }
}

/// Zipf's law: the k-th key is asked for in proportion to k to the power of minus the exponent.
fn zipf(key_count: u16, skew_percent: u16) -> Rc<[f64]> {
    let exponent = -f64::from(skew_percent) / 100.0;
    let weights: Vec<f64> = (1..=key_count).map(|rank| libm::pow(f64::from(rank), exponent)).collect();
    let whole: f64 = weights.iter().sum();
    let mut sum = 0.0;
    weights
        .iter()
        .map(|weight| {
            sum += weight / whole;
            sum
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::random::Purpose;

    fn counts(skew_percent: u16) -> [u32; 4] {
        let workload = Workload::Mix { key_count: 4, skew_percent, read_percent: 30, pace: Pace::Closed { think_us: 0 } };
        let mut load = Load::new(&workload, Rng::stream(5, Purpose::Workload, 0));
        let mut counts = [0; 4];
        for _ in 0..100_000 {
            let (key, _) = load.next().expect("a mix never ends");
            counts[key.0[1..].parse::<usize>().expect("a number")] += 1;
        }
        counts
    }

    #[test]
    fn keys_are_as_popular_as_zipf_says() {
        assert!(counts(0).iter().all(|count| count.abs_diff(25_000) < 700), "{:?}", counts(0));
        // 1, 1/2, 1/3, 1/4 of 25/12.
        for (count, expected) in counts(100).into_iter().zip([48_000, 24_000, 16_000, 12_000]) {
            assert!(count.abs_diff(expected) < 700, "{count} of {expected}");
        }
    }

    #[test]
    fn reads_are_as_frequent_as_set() {
        let workload = Workload::Mix { key_count: 1, skew_percent: 0, read_percent: 30, pace: Pace::Open { mean_us: 2_000 } };
        let mut load = Load::new(&workload, Rng::stream(5, Purpose::Workload, 0));
        let reads = (0..100_000).filter(|_| load.next().is_some_and(|(_, reads)| reads)).count();
        assert!(reads.abs_diff(30_000) < 700, "{reads}");
        let total: u64 = (0..100_000).filter_map(|_| load.draw_gap()).map(|gap| gap.0).sum();
        assert!((total / 100_000).abs_diff(2_000_000) < 20_000, "{total}");
    }
}
