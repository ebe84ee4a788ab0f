//! What was measured, as plain data and as JSON.

use super::config::Config;
use super::driver::Sample;
use serde::Serialize;

/// The versions back that are reported.
const VERSIONS_BACK: [u64; 6] = [1, 2, 3, 4, 5, 10];

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Writes drawn.
    pub samples: u64,
    /// How long reads took.
    pub read_ms: Latencies,
    /// How long writes took.
    pub write_ms: Latencies,
    /// How likely a read that starts this long after a write's end returns it.
    pub consistent_at: Vec<Point>,
    /// How long after a write's end reads return it with a given probability.
    pub t_visibility_ms: Visibility,
    /// How likely a read at the end of a write, by a client that writes and reads in turn, returns one of the last k.
    pub within_k_versions: Vec<Within>,
}

/// Latencies in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latencies {
    /// The median.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The 99.9th percentile.
    pub p99_9: f64,
    /// The mean of what was drawn.
    pub mean: f64,
}

/// A probability at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// After this long.
    pub t_ms: f64,
    /// So likely.
    pub p: f64,
}

/// Times until a write is visible with a given probability; `None`: it never is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Visibility {
    /// In 90 % of reads.
    #[serde(rename = "0.9")]
    pub p90: Option<f64>,
    /// In 99 % of reads.
    #[serde(rename = "0.99")]
    pub p99: Option<f64>,
    /// In 99.9 % of reads.
    #[serde(rename = "0.999")]
    pub p99_9: Option<f64>,
}

/// A probability by versions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Within {
    /// One of the last so many.
    pub k: u64,
    /// So likely.
    pub p: f64,
}

impl Report {
    /// As JSON, in one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and names only")
    }
}

/// Collects samples.
pub(super) struct Tally {
    writes: Vec<f64>,
    reads: Vec<f64>,
    visible_after: Vec<f64>,
    consistent_at_once: u64,
    /// Reads by how many writes were newer, the last place for all that were more.
    distances: [u64; VERSIONS_BACK[VERSIONS_BACK.len() - 1] as usize + 1],
}

impl Tally {
    pub(super) fn new(samples: u64) -> Self {
        let room = || Vec::with_capacity(samples as usize);
        Self { writes: room(), reads: room(), visible_after: room(), consistent_at_once: 0, distances: [0; 11] }
    }

    pub(super) fn add(&mut self, sample: &Sample) {
        self.writes.push(sample.write_ms);
        self.reads.push(sample.read_ms);
        self.visible_after.push(sample.visible_after_ms);
        self.consistent_at_once += u64::from(sample.is_consistent);
    }

    /// A read of the chain returned what this many writes were newer than.
    pub(super) fn add_distance(&mut self, newer_count: u64) {
        let last = self.distances.len() - 1;
        self.distances[last.min(newer_count as usize)] += 1;
    }

    pub(super) fn report(mut self, config: &Config) -> Report {
        self.visible_after.sort_unstable_by(f64::total_cmp);
        let samples = self.writes.len() as f64;
        let at = |t_ms: f64| match self.visible_after.partition_point(|after| *after <= t_ms) {
            // At the end of the write itself, what the reads returned is counted.
            _ if t_ms <= 0.0 => Point { t_ms, p: self.consistent_at_once as f64 / samples },
            count => Point { t_ms, p: count as f64 / samples },
        };
        let visible = |share: f64| Some(quantile(&self.visible_after, share)).filter(|after| after.is_finite());
        let read_count: u64 = self.distances.iter().sum();
        let within = |k: u64| self.distances[..k as usize].iter().sum::<u64>() as f64 / read_count as f64;
        Report {
            samples: self.writes.len() as u64,
            consistent_at: config.consistent_at_ms.iter().map(|t_ms| at(*t_ms)).collect(),
            t_visibility_ms: Visibility { p90: visible(0.9), p99: visible(0.99), p99_9: visible(0.999) },
            within_k_versions: VERSIONS_BACK.iter().map(|k| Within { k: *k, p: within(*k) }).collect(),
            read_ms: Latencies::of(self.reads),
            write_ms: Latencies::of(self.writes),
        }
    }
}

impl Latencies {
    fn of(mut latencies: Vec<f64>) -> Self {
        latencies.sort_unstable_by(f64::total_cmp);
        let mean = latencies.iter().sum::<f64>() / latencies.len() as f64;
        let at = |share| quantile(&latencies, share);
        Self { p50: at(0.5), p99: at(0.99), p99_9: at(0.999), mean }
    }
}

/// The least value that so large a share does not exceed (nearest rank).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = libm::ceil(share * sorted.len() as f64 - 1e-9) as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}
