//! Bins of equal width from the start of the run on. When there would be too many, each two become one of twice the width.

use crate::limits;
use crate::replication::time::{SimDuration, SimTime};

/// The width of bins at first: 1 ms.
const FIRST_WIDTH: SimDuration = SimDuration::from_ms(1);

/// What happened in a stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bin {
    /// Operations that were answered, refusals not among them.
    pub ok_count: u64,
    /// Operations that were refused.
    pub failed_count: u64,
    /// Operations asked here whose outcome their clients never learned.
    pub unknown_count: u64,
    /// Latency of each operation that was answered here, in nanoseconds, in no order.
    pub latencies_ns: Vec<u64>,
    /// Reads answered here that missed a completed write.
    pub stale_count: u64,
    /// For how long the first write that such a read missed had been complete, at most.
    pub stale_most: SimDuration,
    /// Conflicts that were found here for the first time.
    pub conflict_count: u64,
    /// What was measured at its end.
    pub sample: Option<Sample>,
    /// Time that each node worked.
    pub busy: Vec<SimDuration>,
}

/// The cluster at the end of a bin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// How far each node is behind its leader, in entries and in time; `None`: it follows nobody.
    pub lags: Vec<Option<(u64, SimDuration)>>,
    /// Acknowledged writes that are lost; `None`: undecided.
    pub lost_count: Option<u64>,
    /// Whether there are too many operations to judge them at every moment.
    pub is_unjudged: bool,
}

impl Bin {
    /// The latency that `percent` of the operations stay below, by the nearest rank.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<SimDuration> {
        let mut sorted = self.latencies_ns.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent / 100).min(sorted.len().checked_sub(1)?);
        sorted.get(place).map(|ns| SimDuration(*ns))
    }

    /// Takes in the bin that comes after it.
    fn merge(&mut self, later: Self) {
        self.ok_count += later.ok_count;
        self.failed_count += later.failed_count;
        self.unknown_count += later.unknown_count;
        self.latencies_ns.extend(later.latencies_ns);
        self.stale_count += later.stale_count;
        self.stale_most = self.stale_most.max(later.stale_most);
        self.conflict_count += later.conflict_count;
        self.busy.resize(self.busy.len().max(later.busy.len()), SimDuration::ZERO);
        self.busy.iter_mut().zip(&later.busy).for_each(|(sum, more)| sum.0 += more.0);
        self.sample = match (self.sample.take(), later.sample) {
            (Some(own), Some(later)) => Some(own.merged(later)),
            (own, later) => later.or(own),
        };
    }
}

impl Sample {
    /// The longest lags of both, and how many writes were lost at the later one.
    fn merged(self, later: Self) -> Self {
        let pairs = self.lags.iter().zip(&later.lags);
        let longest = pairs.map(|pair| match pair {
            (Some(one), Some(other)) => Some((one.0.max(other.0), one.1.max(other.1))),
            (one, other) => other.or(*one),
        });
        Self { lags: longest.collect(), lost_count: later.lost_count, is_unjudged: later.is_unjudged }
    }
}

/// All bins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bins {
    width: SimDuration,
    bins: Vec<Bin>,
}

impl Default for Bins {
    fn default() -> Self {
        Self { width: FIRST_WIDTH, bins: Vec::new() }
    }
}

impl Bins {
    /// How wide each is.
    #[must_use]
    pub const fn width(&self) -> SimDuration {
        self.width
    }

    /// From the start on.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Bin> + Clone + '_ {
        self.bins.iter()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bins.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bins.is_empty()
    }

    /// The end of the last one.
    #[must_use]
    pub fn end(&self) -> SimTime {
        SimTime(self.width.0.saturating_mul(self.bins.len() as u64))
    }

    /// The bin of a moment, made if it is not there yet.
    pub fn at(&mut self, at: SimTime) -> &mut Bin {
        while at.0 / self.width.0 >= limits::MAX_CHART_BINS as u64 {
            self.widen();
        }
        let index = (at.0 / self.width.0) as usize;
        if self.bins.len() <= index {
            self.bins.resize(index + 1, Bin::default());
        }
        &mut self.bins[index]
    }

    fn widen(&mut self) {
        self.width = SimDuration(self.width.0.saturating_mul(2));
        let mut halved: Vec<Bin> = Vec::with_capacity(self.bins.len().div_ceil(2));
        for (index, bin) in std::mem::take(&mut self.bins).into_iter().enumerate() {
            match halved.last_mut().filter(|_| index % 2 == 1) {
                Some(before) => before.merge(bin),
                None => halved.push(bin),
            }
        }
        self.bins = halved;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_merge_in_pairs_and_lose_nothing() {
        let mut bins = Bins::default();
        let times: Vec<u64> = (0..5_000).map(|index| index * 137 % 3_001).collect();
        for ms in &times {
            let bin = bins.at(SimTime::from_ms(*ms));
            bin.ok_count += 1;
            bin.latencies_ns.push(*ms);
            bin.stale_most = bin.stale_most.max(SimDuration(*ms));
        }
        assert!(bins.len() <= limits::MAX_CHART_BINS, "{} bins", bins.len());
        let width_ms = bins.width().0 / 1_000_000;
        for (index, bin) in (0..).zip(bins.iter()) {
            let own: Vec<u64> = times.iter().copied().filter(|ms| ms / width_ms == index).collect();
            assert_eq!(bin.ok_count as usize, own.len(), "bin {index}");
            assert_eq!(bin.stale_most.0, own.iter().copied().max().unwrap_or(0));
            let mut held = bin.latencies_ns.clone();
            held.sort_unstable();
            let mut own = own;
            own.sort_unstable();
            assert_eq!(held, own);
        }
    }

    #[test]
    fn percentiles_are_by_the_nearest_rank() {
        let bin = Bin { latencies_ns: (1..=200).rev().collect(), ..Bin::default() };
        assert_eq!(bin.percentile(50), Some(SimDuration(101)));
        assert_eq!(bin.percentile(99), Some(SimDuration(199)));
        assert_eq!(Bin::default().percentile(50), None);
    }
}
