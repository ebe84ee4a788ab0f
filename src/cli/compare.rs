//! `compare`: the same people, seed and faults under several setups, side by side.

use super::changes::Changes;
use super::play::Played;
use super::target::{Job, Target};
use super::{Ended, Problem, play, print, report, target};
use crate::compare::{self, Cell};
use crate::view::words;
use clap::Args;
use serde_json::{Value as Json, json};

/// What the options do not say.
pub(super) const HELP: &str = "\
Examples:
  replicascope compare offline-leader --variant last-write --variant add-wins
  replicascope compare mine.json yours.json --seed 7 --json";

/// What to compare.
#[derive(Args)]
pub(super) struct Arguments {
    /// Id of one scenario, or recipes (files or links): all run with the sessions, seed and commands of the first; one recipe alone
    /// must hold a comparison
    #[arg(required = true)]
    targets: Vec<String>,
    /// A variant of the scenario; repeat it for each; by default all
    #[arg(long = "variant", value_name = "VARIANT")]
    variants: Vec<String>,
    #[command(flatten)]
    changes: Changes,
    /// Seed of all randomness, a decimal number; by default the scenario's or recipe's own
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    seed: Option<String>,
    /// Print `{"seed","link","runs":[{"name","strategy","metrics","verdicts",…}]}`
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Problem> {
    let plan = arguments.changes.plan(arguments.seed.as_deref())?;
    let mut jobs = jobs(arguments)?;
    plan.check(jobs.iter().map(|job| &job.recipe.setup))?;
    jobs.iter_mut().try_for_each(|job| plan.apply(&job.name, &mut job.recipe))?;
    let link = compare::together(&jobs).and_then(|recipe| recipe.to_link().ok());
    let played = jobs.into_iter().map(|job| play::play(job, plan.until)).collect::<Result<Vec<_>, _>>()?;
    print(&if arguments.json { format!("{}\n", as_json(&played, link)) } else { as_text(&played, link) })?;
    Ok(Ended::Held)
}

fn jobs(arguments: &Arguments) -> Result<Vec<Job>, Problem> {
    let targets = arguments.targets.iter().map(|text| target::resolve(text)).collect::<Result<Vec<_>, _>>()?;
    let jobs = match targets.as_slice() {
        [Target::Scenario(scenario)] => {
            let ids: Vec<&str> = arguments.variants.iter().map(String::as_str).collect();
            target::variants(scenario, &ids)?
        }
        [Target::Recipe(_, recipe)] if arguments.variants.is_empty() && !recipe.compare.is_empty() => compare::runs(recipe),
        _ => recipes(targets, arguments)?,
    };
    if jobs.len() < 2 {
        return Err(Problem("compare: one run alone cannot be compared; name several recipes or variants".to_owned()));
    }
    Ok(jobs)
}

fn recipes(targets: Vec<Target>, arguments: &Arguments) -> Result<Vec<Job>, Problem> {
    if !arguments.variants.is_empty() {
        return Err(Problem("--variant: only one scenario alone has variants to compare".to_owned()));
    }
    let mut jobs: Vec<Job> = Vec::new();
    for (target, text) in targets.into_iter().zip(&arguments.targets) {
        let Target::Recipe(name, mut recipe) = target else {
            return Err(Problem(format!("{text}: a scenario is compared alone, by its variants")));
        };
        if let Some(first) = jobs.first() {
            (recipe.seed, recipe.commands) = (first.recipe.seed, first.recipe.commands.clone());
            (recipe.setup.sessions, recipe.open) = (first.recipe.setup.sessions.clone(), first.recipe.open.clone());
        }
        jobs.push(Job { name: unused(name, &jobs), scenario: None, recipe: *recipe });
    }
    Ok(jobs)
}

/// Links have no name of their own: they are numbered.
fn unused(name: String, jobs: &[Job]) -> String {
    if jobs.iter().all(|job| job.name != name) { name } else { format!("{name} {}", jobs.len() + 1) }
}

fn as_json(played: &[Played], link: Option<String>) -> Json {
    let run = |played: &Played| {
        let mut fields = report::as_json(played, &played.outcome());
        fields["name"] = Json::from(played.job.name.as_str());
        fields
    };
    let seed = played.first().map(|first| first.session.seed().to_string());
    json!({ "seed": seed, "link": link, "runs": played.iter().map(run).collect::<Vec<_>>() })
}

/// A column for each run: numbers first, then the guarantees; what differs is marked.
fn as_text(played: &[Played], link: Option<String>) -> String {
    let outcomes: Vec<_> = played.iter().map(Played::outcome).collect();
    let mut lines = vec![column("", played.iter().map(|played| played.job.name.clone()))];
    lines.push(column("strategy", played.iter().map(|played| played.session.setup().strategy.clone())));
    for row in compare::rows(&outcomes) {
        let mut line = column(row.key, row.cells.iter().map(cell));
        line.push(if row.differs() { "≠" } else { "" }.to_owned());
        lines.push(line);
    }
    let link = link.map(|link| format!("link: {link}\n")).unwrap_or_default();
    format!("{}{link}", aligned(&lines))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) => words::decimal(*number, 3),
        Cell::Judged { holds: Some(true), .. } => "holds".to_owned(),
        Cell::Judged { holds: Some(false), .. } => "violated".to_owned(),
        Cell::Judged { holds: None, .. } => "undecided".to_owned(),
        Cell::Absent => "not judged".to_owned(),
    }
}

fn column(name: &str, values: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(values).collect()
}

fn aligned(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |index: usize| rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(
            |(index, (cell, width))| {
                if index == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            },
        );
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
