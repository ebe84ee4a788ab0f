//! Lessons: one file each, with a setup, variants and steps of narration that are fired by what happens in the run.
//!
//! A step's prose stands here as its default text. Knows no screen. Adding a scenario is one file and one line in [`ALL`].

pub mod lesson;
mod offline_leader;

pub use lesson::Lesson;

use crate::recipe::Recipe;
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::time::SimDuration;
use crate::session::Session;
use crate::simulation::command::Command;
use crate::simulation::setup::Setup;

/// Events that one step of a lesson takes at most.
pub const MAX_EVENTS_PER_STEP: u64 = 20_000;

/// A lesson.
pub struct Scenario {
    /// Its name in recipes.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub summary: &'static str,
    /// The seed that its prose was checked with.
    pub seed: u64,
    /// What it starts from.
    pub setup: fn() -> Setup,
    /// The same with something changed; the first is the one that the prose tells.
    pub variants: &'static [Variant],
    /// What is told, in order.
    pub steps: fn() -> Vec<Step>,
}

/// A scenario with something changed.
pub struct Variant {
    /// Its name in recipes.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What is changed.
    pub change: fn(&mut Setup),
}

/// One step of a lesson.
#[derive(Clone)]
pub struct Step {
    /// What is told. True as soon as the step is reached.
    pub text: &'static str,
    /// Submitted when the step is entered.
    pub actions: Vec<Command>,
    /// When the step is reached.
    pub until: Until,
    /// A question before the outcome is shown.
    pub prediction: Option<Prediction>,
    /// Where to look.
    pub panel: Option<Panel>,
}

/// When a step is reached.
#[derive(Clone, Copy)]
pub enum Until {
    /// At once.
    Now,
    /// A node noted this since the step was entered.
    Noted(fn(NodeId, &Note) -> bool),
    /// Nothing is in flight but heartbeats, nobody waits for an answer or for a store.
    Quiet,
    /// Some time after the step was entered.
    After(SimDuration),
}

/// A question about what will happen.
#[derive(Clone, Copy, Debug)]
pub struct Prediction {
    /// The question.
    pub question: &'static str,
    /// The answers to choose from.
    pub answers: &'static [&'static str],
    /// The right one.
    pub right: usize,
    /// Why it is right.
    pub because: &'static str,
}

/// Parts of the page that a step points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The carts side by side.
    Carts,
    /// The conflict and how it was decided.
    Conflict,
    /// The guarantees.
    Verdicts,
    /// The inspector of a replica.
    Replica,
    /// What can be done to nodes and links.
    Faults,
    /// The list of events.
    Events,
}

/// Every scenario, by id.
pub static ALL: &[&Scenario] = &[&offline_leader::SCENARIO];

/// The scenario named `id`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Scenario> {
    ALL.iter().copied().find(|scenario| scenario.id == id)
}

impl Scenario {
    /// The variant named `id`.
    #[must_use]
    pub fn variant(&self, id: &str) -> Option<&'static Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    /// The recipe of the scenario, or of one of its variants. `None`: no variant has this name.
    #[must_use]
    pub fn recipe(&self, variant: Option<&str>) -> Option<Recipe> {
        let mut setup = (self.setup)();
        let variant = match variant {
            Some(id) => Some(self.variant(id)?),
            None => self.variants.first(),
        };
        if let Some(variant) = variant {
            (variant.change)(&mut setup);
        }
        let mut recipe = Recipe::new(setup, self.seed);
        recipe.scenario = Some(self.id.to_owned());
        recipe.variant = variant.map(|variant| variant.id.to_owned());
        Some(recipe)
    }

    /// Plays all steps to the end. `None`: no such variant, or a step was not reached within its bound.
    #[must_use]
    pub fn play(&self, variant: Option<&str>) -> Option<Session> {
        let mut session = Session::open(self.recipe(variant)?).ok()?;
        let mut lesson = Lesson::new(self);
        while lesson.run_until_reached(&mut session, MAX_EVENTS_PER_STEP) {
            if !lesson.enter_next(&mut session) {
                return Some(session);
            }
        }
        None
    }
}

/// The fingerprint of a scenario's variant after all of its steps: the same on every host and in the browser.
#[must_use]
pub fn fingerprint_of(scenario: &Scenario, variant: &str) -> Option<u64> {
    scenario.play(Some(variant)).map(|session| session.fingerprint())
}
