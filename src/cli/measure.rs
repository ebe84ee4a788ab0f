//! `measure`: leaderless timing from a configuration, through the real quorum code.

use super::progress::Progress;
use super::{Ended, Problem, changes, input, print};
use crate::limits;
use crate::measure::{self, Config, Report};
use crate::view::words;
use clap::Args;

/// What to measure.
#[derive(Args)]
pub(super) struct Arguments {
    /// Configuration as JSON; `-` reads standard input
    config: String,
    /// How many writes, each with a read after it, are drawn
    #[arg(long, value_name = "N", default_value = "100000", allow_hyphen_values = true)]
    samples: String,
    /// Seed of all randomness
    #[arg(long, value_name = "N", default_value = "1", allow_hyphen_values = true)]
    seed: String,
    /// Print `{"samples","read_ms","write_ms","consistent_at","t_visibility_ms","within_k_versions"}`
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Problem> {
    let samples = samples(&arguments.samples)?;
    let seed = changes::seed(&arguments.seed)?;
    let name = input::name_of(&arguments.config);
    let bytes = input::read(&arguments.config, limits::MAX_RECIPE_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|_| Problem(format!("{name}: not UTF-8")))?;
    let config = Config::from_json(&text).map_err(|error| Problem(format!("{name}: {error}")))?;
    let mut progress = Progress::new("drawn", "samples", samples);
    let report = measure::run(&config, samples, seed, |done| {
        progress.reached(done);
        true
    });
    progress.end();
    print(&if arguments.json { format!("{}\n", report.to_json()) } else { as_text(&report) })?;
    Ok(Ended::Held)
}

fn samples(text: &str) -> Result<u64, Problem> {
    let most = limits::MAX_MEASURE_SAMPLES;
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| Problem(format!("--samples: {text:?} is not a whole number from 1 to {most}")))
}

fn as_text(report: &Report) -> String {
    let ms = |ms: f64| words::rounded(ms, 3);
    let mut text = format!("{} samples\n{:<8}{:>12}{:>12}{:>12}{:>12}\n", report.samples, "ms", "p50", "p99", "p99.9", "mean");
    for (name, latencies) in [("reads", &report.read_ms), ("writes", &report.write_ms)] {
        let [p50, p99, p99_9, mean] = [latencies.p50, latencies.p99, latencies.p99_9, latencies.mean].map(ms);
        text.push_str(&format!("{name:<8}{p50:>12}{p99:>12}{p99_9:>12}{mean:>12}\n"));
    }
    for point in &report.consistent_at {
        text.push_str(&format!(
            "a read {} ms after a write returns it in {} %\n",
            words::decimal(point.t_ms, 3),
            words::rounded(point.p * 100.0, 2)
        ));
    }
    let visibility = &report.t_visibility_ms;
    for (share, after) in [("90", visibility.p90), ("99", visibility.p99), ("99.9", visibility.p99_9)] {
        let after = after.map_or_else(|| "never".to_owned(), |after| format!("after {} ms", ms(after)));
        text.push_str(&format!("visible to {share} % of reads {after}\n"));
    }
    for within in &report.within_k_versions {
        text.push_str(&format!("a read returns one of the last {} in {} %\n", within.k, words::rounded(within.p * 100.0, 2)));
    }
    text
}
