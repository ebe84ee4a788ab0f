//! Leaderless timing through the real quorum code: how long reads and writes take, and how likely a read started some
//! time after a write sees it (the WARS model of Bailis et al., "Probabilistically Bounded Staleness", VLDB 2012).
//!
//! Latencies of the four legs (write, acknowledgement, read, response) are drawn; who completes a quorum, which version
//! a read returns and whom a request asks is decided by [`Leaderless`](crate::replication::strategies::leaderless::Leaderless).

mod config;
mod distribution;
mod driver;
mod report;

pub use config::{Config, ConfigError};
pub use distribution::{Distribution, Part, Shape};
pub use report::{Latencies, Point, Report, Visibility, Within};

use driver::{Chain, Single};
use report::Tally;

/// Samples between two reports of progress.
const BATCH: u64 = 10_000;

/// Draws `samples` writes, each with a read after it and nothing else under way, and as many writes and reads in turn. `progress` hears how
/// many are done, and ends the measurement early by `false`.
pub fn run(config: &Config, samples: u64, seed: u64, mut progress: impl FnMut(u64) -> bool) -> Report {
    let samples = samples.clamp(1, crate::limits::MAX_MEASURE_SAMPLES);
    let mut single = Single::new(config, seed);
    let mut chain = Chain::new(config, seed);
    let mut tally = Tally::new(samples);
    let mut done = 0;
    while done < samples {
        let batch = BATCH.min(samples - done);
        for _ in 0..batch {
            tally.add(&single.sample(0.0));
        }
        chain.run(batch, |newer_count| tally.add_distance(newer_count));
        done += batch;
        if !progress(done) {
            break;
        }
    }
    tally.report(config)
}

#[cfg(test)]
mod tests;
