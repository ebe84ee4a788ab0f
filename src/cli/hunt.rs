//! `hunt`: the first seed that violates a guarantee, and the fewest parts that still do.

use super::changes::Changes;
use super::progress::Progress;
use super::target::{Job, Target};
use super::{Ended, Problem, hunt_report, input, print, target};
use crate::hunt::{self, Hunt, HuntError, Outcome, Subject};
use crate::limits;
use clap::Args;
use std::ops::Range;

/// What the options do not say.
pub(super) const HELP: &str = "\
Runs are played and judged as `run` does; of several variants the first that violates the guarantee at the smallest seed counts.
What is found is shrunk: parts are left out, the rest is run, and what still violates the guarantee is kept, until no node, site,
client, operation or fault can be left out alone. Settings, links and latencies stay. `run` plays the recipe that is printed, with
--until where one is named.
Faults that are drawn are crashes, cut directions, partitions, sites taken offline and wrong clocks; each is mended after 10 ms to 2 s.
Ranges of seeds are independent: search disjoint ranges at the same time and take the finding with the smallest seed.

--json prints {\"guarantee\",\"seeds\":{\"from\",\"to\"},\"found\",\"runs\":{\"searched\",\"undecided\",\"shrunk\"},\"stopped_at\"}, and where something was
found also {\"seed\",\"scenario\",\"variant\",\"violated\",\"promised\",\"violations\",\"witness\",\"before\",\"after\",\"is_minimal\",\"fingerprint\",\"ended_at_ms\",\"until_ms\",
\"recipe\",\"link\"}; before and after are {\"sites\",\"nodes\",\"clients\",\"operations\",\"faults\"}, link is null where it would be too long.

Exit codes: 0 no run violates it, 1 one does, 2 bad input, 3 undecided: too many runs, or runs of which it cannot be said.

Examples:
  replicascope hunt quorum-not-linearizable --guarantee linearizable --seeds 0..1000
  replicascope hunt failover-lost-writes --variant async --guarantee no-lost-writes --seeds 0..50 --faults 2 --json
  replicascope hunt recipe.json --guarantee convergence --seeds 1000..2000 --set persist_us=2000 --until 5000";

/// What to search, for what, and how far.
#[derive(Args)]
pub(super) struct Arguments {
    /// Id of a scenario, recipe as a JSON file (`-` reads standard input), or share link
    target: String,
    /// The guarantee (see `list checkers`), or `promised` for any that is promised
    #[arg(long, value_name = "GUARANTEE")]
    guarantee: String,
    /// Seeds from A up to and without B
    #[arg(long, value_name = "A..B", allow_hyphen_values = true)]
    seeds: String,
    /// Only this variant of the scenario; by default all of them
    #[arg(long, value_name = "VARIANT")]
    variant: Option<String>,
    #[command(flatten)]
    changes: Changes,
    /// Draw so many faults from each seed, besides those of the scenario or recipe
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true)]
    faults: String,
    /// Stop after so many runs, shrinking included
    #[arg(long, value_name = "N", default_value_t = hunt::DEFAULT_RUNS.to_string(), allow_hyphen_values = true)]
    max_runs: String,
    /// Print one object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Problem> {
    let seeds = seeds(&arguments.seeds)?;
    let faults = number("--faults", &arguments.faults, 0, u64::from(limits::MAX_HUNT_FAULTS))?;
    let runs_max = number("--max-runs", &arguments.max_runs, 1, limits::MAX_HUNT_RUNS)?;
    let plan = arguments.changes.plan(None)?;
    let mut jobs = jobs(&arguments.target, arguments.variant.as_deref())?;
    plan.check(jobs.iter().map(|job| &job.recipe.setup))?;
    jobs.iter_mut().try_for_each(|job| plan.apply(&job.name, &mut job.recipe))?;
    let names: Vec<String> = jobs.iter().map(|job| job.name.clone()).collect();
    let subjects = jobs.into_iter().map(|job| Subject { scenario: job.scenario, recipe: job.recipe }).collect();
    let target = hunt::Target { subjects, faults: faults as u32, until: plan.until };
    let hunt = Hunt::new(target, &arguments.guarantee, seeds.clone()).map_err(|error| refused(&arguments.target, &error))?;
    let hunt = search(hunt.of_at_most(runs_max), &seeds);
    let outcome = hunt.outcome().unwrap_or(&Outcome::NotFound);
    if *outcome == Outcome::NothingToJudge {
        return Err(Problem(format!("--guarantee {}: no run of {} has anything that it is about", arguments.guarantee, arguments.target)));
    }
    let report = hunt_report::Report { guarantee: &arguments.guarantee, seeds, names: &names, hunt: &hunt, outcome };
    print(&if arguments.json { format!("{}\n", report.as_json()) } else { report.as_text() })?;
    Ok(match outcome {
        Outcome::Found(_) => Ended::DidNotHold,
        Outcome::NotFound if hunt.tally().undecided == 0 => Ended::Held,
        _ => Ended::Undecided,
    })
}

fn search(mut hunt: Hunt, seeds: &Range<u64>) -> Hunt {
    let mut searched = Progress::new("searched", "seeds", seeds.end - seeds.start);
    let mut left = None;
    loop {
        match hunt.step() {
            hunt::Progress::Searching { seed, .. } => searched.reached(seed - seeds.start),
            hunt::Progress::Shrinking { size, .. } => {
                let parts = hunt_report::parts(size);
                left.get_or_insert_with(|| Progress::new("shrinking:", "parts are left", parts)).reached(parts);
            }
            hunt::Progress::Done => break,
        }
    }
    searched.end();
    if let Some(left) = left {
        left.end();
    }
    hunt
}

fn jobs(text: &str, variant: Option<&str>) -> Result<Vec<Job>, Problem> {
    match target::resolve(text)? {
        Target::Scenario(scenario) => target::variants(scenario, variant.as_slice()),
        Target::Recipe(..) if variant.is_some() => Err(Problem("--variant: only scenarios have variants".to_owned())),
        Target::Recipe(name, recipe) => Ok(vec![Job { name, scenario: None, recipe: *recipe }]),
    }
}

/// Which option or target the refusal is about.
fn refused(name: &str, error: &HuntError) -> Problem {
    let about = match error {
        HuntError::Guarantee(_) => "--guarantee",
        HuntError::NoSeeds => "--seeds",
        HuntError::Faults(_) => "--faults",
        HuntError::Until => "--until",
        HuntError::NoSubject | HuntError::Idle | HuntError::Recipe(_) => input::name_of(name),
    };
    Problem(format!("{about}: {error}"))
}

fn seeds(text: &str) -> Result<Range<u64>, Problem> {
    let problem = || Problem(format!("--seeds: {text:?} is not A..B, two whole numbers from 0 to {} with A below B", u64::MAX));
    let (from, to) = text.split_once("..").ok_or_else(problem)?;
    let range = whole(from).zip(whole(to)).map(|(from, to)| from..to);
    range.filter(|range| !range.is_empty()).ok_or_else(problem)
}

fn number(option: &str, text: &str, least: u64, most: u64) -> Result<u64, Problem> {
    let number = whole(text).filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| Problem(format!("{option}: {text:?} is not a whole number from {least} to {most}")))
}

fn whole(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}
