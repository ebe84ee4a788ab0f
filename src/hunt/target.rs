//! What is searched: setups with what happens in them.

use super::asked::{Asked, Judge, PROMISED};
use super::faults::{self, Fault};
use super::player::Player;
use crate::checkers;
use crate::limits;
use crate::recipe::{Recipe, RecipeError};
use crate::replication::time::SimTime;
use crate::scenarios::{self, Scenario};
use crate::session::Session;
use crate::simulation::command::Command;
use crate::simulation::setup::Workload;
use std::ops::Range;

/// What each seed is run with. Of several subjects the first that violates the guarantee counts.
#[derive(Clone)]
pub struct Target {
    /// What is run, one after the other.
    pub subjects: Vec<Subject>,
    /// Faults that are drawn from the seed, besides those that the subject has.
    pub faults: u32,
    /// When a run is judged; `None`: after the last step of the scenario, or when the run is over by itself.
    pub until: Option<SimTime>,
}

/// A setup with what happens in it.
#[derive(Clone)]
pub struct Subject {
    /// Whose steps are played, if any.
    pub scenario: Option<&'static Scenario>,
    /// The setup, and what was done to it. The seed is that of the search.
    pub recipe: Recipe,
}

/// Why something cannot be searched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HuntError {
    /// No checker has this name.
    #[error("no guarantee is called {0:?}; there are {known}, the constraints of a scenario, and \"{PROMISED}\" for any that is promised", known = known_guarantees())]
    Guarantee(String),
    /// There is no seed.
    #[error("the range of seeds is empty")]
    NoSeeds,
    /// Nothing is to be run.
    #[error("there is nothing to run")]
    NoSubject,
    /// Nobody would ask for anything.
    #[error("nobody does anything in it: it has no operations and no workload")]
    Idle,
    /// More faults than fit.
    #[error("{0} faults are too many: at most {most} are drawn, and a run holds {commands} commands", most = limits::MAX_HUNT_FAULTS, commands = limits::MAX_COMMANDS)]
    Faults(u32),
    /// The end is out of reach.
    #[error("runs last {} ms at most", limits::MAX_RUN_NS / 1_000_000)]
    Until,
    /// It cannot be run at all.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
}

fn known_guarantees() -> String {
    checkers::ALL.iter().map(|checker| checker.id).collect::<Vec<_>>().join(", ")
}

impl Subject {
    /// The scenario whose constraints it can be judged by: whose steps are played, or whose run somebody has played.
    fn origin(&self) -> Option<&'static Scenario> {
        self.scenario.or_else(|| scenarios::find(self.recipe.scenario.as_deref()?))
    }
}

impl Target {
    /// One recipe, without faults of the search's own.
    #[must_use]
    pub fn recipe(recipe: Recipe) -> Self {
        Self { subjects: vec![Subject { scenario: None, recipe }], faults: 0, until: None }
    }

    /// All variants of a scenario, or the one named.
    #[must_use]
    pub fn scenario(scenario: &'static Scenario, variant: Option<&str>) -> Self {
        let ids = scenario.variants.iter().map(|variant| variant.id).filter(|id| variant.is_none_or(|variant| variant == *id));
        let subject = |recipe| Subject { scenario: Some(scenario), recipe };
        let subjects = ids.filter_map(|id| scenario.recipe(Some(id))).map(subject).collect();
        Self { subjects, faults: 0, until: None }
    }

    /// Refuses what cannot be searched; says what counts.
    pub(super) fn check(&self, guarantee: &str, seeds: &Range<u64>) -> Result<Asked, HuntError> {
        let asked = self.asked(guarantee).ok_or_else(|| HuntError::Guarantee(guarantee.to_owned()))?;
        if seeds.is_empty() {
            return Err(HuntError::NoSeeds);
        }
        if self.subjects.is_empty() {
            return Err(HuntError::NoSubject);
        }
        if self.until.is_some_and(|until| until.0 > limits::MAX_RUN_NS) {
            return Err(HuntError::Until);
        }
        self.subjects.iter().try_for_each(|subject| self.check_subject(subject))?;
        Ok(asked)
    }

    fn asked(&self, guarantee: &str) -> Option<Asked> {
        if guarantee == PROMISED {
            return Some(Asked::Promises);
        }
        let constraints = || self.subjects.iter().filter_map(Subject::origin).flat_map(|scenario| scenario.constraints);
        let constraint = || constraints().find(|constraint| constraint.id == guarantee).map(Judge::Constraint);
        checkers::find(guarantee).map(Judge::Checker).or_else(constraint).map(Asked::One)
    }

    fn check_subject(&self, subject: &Subject) -> Result<(), HuntError> {
        let Subject { scenario, recipe } = subject;
        let is_full = recipe.commands.len() + 2 * self.faults as usize > limits::MAX_COMMANDS;
        if self.faults > limits::MAX_HUNT_FAULTS || is_full {
            return Err(HuntError::Faults(self.faults));
        }
        Session::open(recipe.clone())?;
        let is_loaded = recipe.setup.sessions.iter().any(|session| session.workload != Workload::Idle);
        let is_asked = recipe.commands.iter().any(|timed| matches!(timed.command, Command::Act { .. }));
        if scenario.is_none() && !is_loaded && !is_asked { Err(HuntError::Idle) } else { Ok(()) }
    }

    /// The faults of a seed.
    pub(super) fn draw(&self, subject: usize, seed: u64, busy_until: SimTime) -> Vec<Fault> {
        faults::draw(&self.subjects[subject].recipe.setup, seed, self.faults, busy_until)
    }

    /// Begins a run of a subject, on its own seed where none is named.
    pub(super) fn play(&self, subject: usize, seed: Option<u64>, faults: &[Fault]) -> Result<Player, RecipeError> {
        let Subject { scenario, recipe } = &self.subjects[subject];
        let mut recipe = recipe.clone();
        recipe.seed = seed.unwrap_or(recipe.seed);
        match scenario {
            Some(scenario) => Player::of_steps(scenario, recipe, faults, self.until),
            None => Player::with_faults(recipe, faults, self.until),
        }
    }
}
