//! `run`: plays a scenario, a recipe or a link, and says what came of it.

use super::changes::Changes;
use super::files::Files;
use super::target::{Job, Target};
use super::{Ended, Problem, play, print, report, target};
use clap::Args;
use serde_json::Value as Json;

/// What the options do not say.
pub(super) const HELP: &str = "\
A scenario runs through all of its steps; a recipe until nothing is under way, at most 10 s after its last command.
Of several variants the first writes the files as named, the others with their id before the extension (run.fast.svg).
Claims about the scenario's own seed are not judged on another one; with --until before the end none is.
Under changed settings they are judged as they stand: exit code 1 then says that a change broke one.

Exit codes: 0 every claim of the scenario held (a recipe: every promised guarantee), 1 one did not, 2 bad input, 3 undecided.

Examples:
  replicascope run offline-leader
  replicascope run offline-leader --variant add-wins --svg run.svg
  replicascope run recipe.json --set persist_us=2000 --until 5000 --json";

/// What to play, changed how, and what to write.
#[derive(Args)]
pub(super) struct Arguments {
    /// Id of a scenario, recipe as a JSON file (`-` reads standard input), or share link
    target: String,
    /// Only this variant of the scenario; by default all of them
    #[arg(long, value_name = "VARIANT")]
    variant: Option<String>,
    #[command(flatten)]
    changes: Changes,
    /// Seed of all randomness, a decimal number; by default the scenario's or recipe's own
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    seed: Option<String>,
    #[command(flatten)]
    files: Files,
    /// Print one object, or an array for several variants
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Problem> {
    let plan = arguments.changes.plan(arguments.seed.as_deref())?;
    let mut jobs = jobs(&arguments.target, arguments.variant.as_deref())?;
    plan.check(jobs.iter().map(|job| &job.recipe.setup))?;
    jobs.iter_mut().try_for_each(|job| plan.apply(&job.name, &mut job.recipe))?;
    let is_one = jobs.len() == 1;
    let (mut reports, mut text, mut ended) = (Vec::new(), String::new(), Ended::Held);
    for (index, job) in jobs.into_iter().enumerate() {
        let played = play::play(job, plan.until)?;
        let outcome = played.outcome();
        arguments.files.write(&played, index == 0)?;
        ended = ended.worse(played.ended(&outcome));
        if arguments.json { reports.push(report::as_json(&played, &outcome)) } else { text.push_str(&report::as_text(&played, &outcome)) }
    }
    if arguments.json {
        let answer = if is_one { reports.pop().unwrap_or_default() } else { Json::Array(reports) };
        text = format!("{answer}\n");
    }
    print(&text)?;
    Ok(ended)
}

fn jobs(text: &str, variant: Option<&str>) -> Result<Vec<Job>, Problem> {
    match target::resolve(text)? {
        Target::Scenario(scenario) => target::variants(scenario, variant.as_slice()),
        Target::Recipe(..) if variant.is_some() => Err(Problem("--variant: only scenarios have variants".to_owned())),
        Target::Recipe(name, recipe) => Ok(vec![Job { name, scenario: None, recipe: *recipe }]),
    }
}
