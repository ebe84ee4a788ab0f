//! The search over the whole catalogue: it finds what every broken variant declares, and nothing that is promised anywhere.
//!
//! `REPLICASCOPE_RUNS=100000 cargo test --release --features cli --test search` searches the promises ten times as long.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use replicascope::hunt::{Found, Hunt, Outcome, PROMISED, Target};
use replicascope::scenarios::{self, Scenario, Variant};
use std::env;
use std::fmt::Write as _;
use std::thread;

/// Runs that finding and shrinking one anomaly may take together.
const RUNS_MAX: u64 = 2_000;
/// Commands, faults and operations that may be left of it.
const PARTS_MAX: usize = 12;
/// No scenario is pinned to a seed from here on.
const OTHER_SEEDS: u64 = 100_000;

fn variants() -> impl Iterator<Item = (&'static Scenario, &'static Variant)> {
    scenarios::ALL.iter().flat_map(|scenario| scenario.variants.iter().map(move |variant| (*scenario, variant)))
}

/// Commands that are no operations of clients are faults.
fn parts(found: &Found) -> usize {
    found.recipe.commands.len().max(found.after.operations + found.after.faults)
}

/// Tries one target after the other, on two threads; what is wrong with it comes back in their order.
fn each<T: Copy + Sync>(targets: &[T], problem: impl Fn(T) -> Option<String> + Sync) -> String {
    let problem = &problem;
    let half = |skip: usize| targets.iter().enumerate().skip(skip).step_by(2).filter_map(move |(at, target)| Some((at, problem(*target)?)));
    let mut problems: Vec<(usize, String)> = thread::scope(|scope| {
        let other = scope.spawn(move || half(1).collect::<Vec<_>>());
        let mut problems: Vec<_> = half(0).collect();
        problems.extend(other.join().unwrap());
        problems
    });
    problems.sort_unstable();
    problems.into_iter().fold(String::new(), |mut text, (_, problem)| {
        let _ = writeln!(text, "{problem}");
        text
    })
}

#[test]
fn every_broken_variant_is_found_on_other_seeds() {
    let broken: Vec<_> =
        variants().filter_map(|(scenario, variant)| Some((scenario, variant, variant.about.filter(|about| !about.promised)?))).collect();
    assert!(broken.len() >= 30, "{}", broken.len());
    let problems = each(&broken, |(scenario, variant, about)| {
        let target = Target::scenario(scenario, Some(variant.id));
        let name = format!("{} {} {}", scenario.id, variant.id, about.guarantee);
        let mut hunt = Hunt::new(target, about.guarantee, OTHER_SEEDS..OTHER_SEEDS + RUNS_MAX).unwrap().of_at_most(RUNS_MAX);
        let Outcome::Found(found) = hunt.run().clone() else { return Some(format!("{name}: {:?}", hunt.outcome())) };
        let (runs, parts) = (hunt.tally().searched + hunt.tally().shrunk, parts(&found));
        println!("{name}: seed {}, {runs} runs, {parts} parts", found.seed);
        (!found.is_minimal || parts > PARTS_MAX)
            .then(|| format!("{name}: {parts} parts are left, minimal: {}: {}", found.is_minimal, found.recipe.to_json()))
    });
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn nothing_that_is_promised_is_found() {
    let runs: u64 = env::var("REPLICASCOPE_RUNS").map_or(10_000, |runs| runs.parse().unwrap());
    // Without faults of its own a search meets the run as it is told, with some of them what may happen besides.
    let targets: Vec<_> = variants().flat_map(|(scenario, variant)| [0, 1, 3].map(|faults| (scenario, variant, faults))).collect();
    let each_runs = runs.div_ceil(targets.len() as u64);
    let problems = each(&targets, |(scenario, variant, faults)| {
        let target = Target { faults, ..Target::scenario(scenario, Some(variant.id)) };
        let mut hunt = Hunt::new(target, PROMISED, OTHER_SEEDS..OTHER_SEEDS + each_runs).unwrap();
        let Outcome::Found(found) = hunt.run().clone() else {
            let searched = hunt.tally().searched;
            return (searched != each_runs).then(|| format!("{} {}: {searched} runs only", scenario.id, variant.id));
        };
        let link = found.recipe.to_link().unwrap_or_default();
        Some(format!(
            "{} {} with {faults} faults, seed {}: {:?}\n{link}\n{}",
            scenario.id,
            variant.id,
            found.seed,
            found.verdict,
            found.recipe.to_json()
        ))
    });
    assert!(problems.is_empty(), "{problems}");
}
