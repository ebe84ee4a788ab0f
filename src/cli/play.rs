//! Plays runs to their end: the steps of a scenario, or a recipe until its network is quiet.

use super::progress::Progress;
use super::target::Job;
use super::{Ended, Problem};
use crate::limits;
use crate::replication::time::SimTime;
use crate::scenarios::claim::Claimed;
use crate::scenarios::ending::Ending;
use crate::scenarios::{Outcome, Scenario};
use crate::session::Session;

/// A run that was played.
pub(super) struct Played {
    pub(super) job: Job,
    pub(super) session: Session,
    /// What the scenario claims of it.
    pub(super) claims: Vec<Claimed>,
    /// Whether it stopped before its end, at a limit or where `--until` says.
    is_cut: bool,
}

pub(super) fn play(job: Job, until: Option<SimTime>) -> Result<Played, Problem> {
    if let Some(scenario) = job.scenario {
        return play_steps(scenario, job, until);
    }
    let mut session = Session::open(job.recipe.clone()).map_err(|error| Problem(format!("{}: {error}", job.name)))?;
    let is_complete = run_on(&mut session, Ending::of(&job.recipe, until));
    Ok(Played { job, session, claims: Vec::new(), is_cut: !is_complete })
}

/// Claims are about the end of the last step, also when the run goes on. A run that is cut short before shows nothing of
/// what it would have come to.
fn play_steps(scenario: &'static Scenario, job: Job, until: Option<SimTime>) -> Result<Played, Problem> {
    let performed = scenario.perform(job.recipe.clone());
    let (mut session, _) = performed.ok_or_else(|| Problem(format!("{}: cannot be run", job.name)))?;
    let variant = job.recipe.variant.as_deref().unwrap_or_default();
    let mut claims = scenario.claims(&Outcome::of(Some(scenario), &session), variant, job.recipe.seed);
    let early = until.filter(|until| *until < session.now());
    if let Some(until) = early {
        session.seek(until);
        claims.iter_mut().for_each(|claimed| claimed.held = None);
    }
    let is_complete = until.is_none_or(|until| run_until(&mut session, until));
    Ok(Played { job, session, claims, is_cut: early.is_some() || !is_complete })
}

/// Runs to a time; `false`: too much happened.
fn run_until(session: &mut Session, until: SimTime) -> bool {
    let mut progress = Progress::new("simulated", "ms", until.0 / 1_000_000);
    while session.now() < until && session.event_count() < limits::MAX_RUN_EVENTS {
        session.run_until(until);
        progress.reached(session.now().0 / 1_000_000);
    }
    progress.end();
    session.now() >= until || session.is_at_limit()
}

/// Runs to its end; `false`: too much happened.
fn run_on(session: &mut Session, mut ending: Ending) -> bool {
    while let Some(time) = ending.goes_on_to(session) {
        if !run_until(session, time) {
            return false;
        }
    }
    true
}

impl Played {
    pub(super) fn outcome(&self) -> Outcome<'_> {
        Outcome::of(self.job.origin(), &self.session)
    }

    /// How it ended: by the claims of a scenario, by the promises of a bare recipe.
    pub(super) fn ended(&self, outcome: &Outcome<'_>) -> Ended {
        if self.job.scenario.is_some() {
            let failed = self.claims.iter().any(|claimed| claimed.held == Some(false));
            return if self.is_cut { Ended::Undecided } else { held(!failed) };
        }
        let promised = || outcome.verdicts.iter().filter(|verdict| verdict.promised);
        if promised().any(|verdict| verdict.holds == Some(false)) {
            return Ended::DidNotHold;
        }
        if promised().any(|verdict| verdict.holds.is_none()) { Ended::Undecided } else { Ended::Held }
    }
}

const fn held(held: bool) -> Ended {
    if held { Ended::Held } else { Ended::DidNotHold }
}
