//! Searches the seeds of a scenario for a run that violates a guarantee, and shrinks what it finds to the few parts that
//! matter. `cargo run --release --example find_an_anomaly`

use replicascope::hunt::{Hunt, Outcome, Progress, Target};
use replicascope::scenarios;
use std::fmt::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", tell()?);
    Ok(())
}

/// Searches, and tells what was found.
pub(crate) fn tell() -> Result<String, Box<dyn std::error::Error>> {
    let mut text = String::new();
    let scenario = scenarios::find("leaderless-availability").ok_or("no such scenario")?;
    // Two faults are drawn from each seed, besides those of the scenario.
    let target = Target { faults: 2, ..Target::scenario(scenario, Some("single-leader")) };
    let mut hunt = Hunt::new(target, "linearizable", 0..200)?;
    // Each step is a bounded piece of work: a page does some in each frame, and may stop between any two.
    let mut last = 0;
    loop {
        match hunt.step() {
            Progress::Searching { seed, .. } => last = seed,
            Progress::Shrinking { .. } => {}
            Progress::Done => break,
        }
    }
    writeln!(text, "searched up to seed {last}, {} runs and {} more to shrink", hunt.tally().searched, hunt.tally().shrunk)?;
    match hunt.outcome() {
        Some(Outcome::Found(found)) => {
            writeln!(text, "{} is violated with seed {}:", found.verdict.title, found.seed)?;
            writeln!(text, "  {}", found.verdict.witness[0].sentence)?;
            writeln!(text, "  before: {:?}", found.before)?;
            writeln!(text, "  after:  {:?}", found.after)?;
            writeln!(text, "  {}", found.recipe.to_link()?)?;
        }
        outcome => writeln!(text, "{outcome:?}")?,
    }
    Ok(text)
}
