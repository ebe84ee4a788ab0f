//! Lessons: one file each, with a setup, variants, steps of narration that are fired by what happens in the run, and
//! claims that tests check.
//!
//! A step's prose stands here as its default text. Knows no screen. Adding a scenario is one file and one line in [`ALL`].

#[cfg(feature = "catalogue")]
mod add_follower_snapshot;
#[cfg(feature = "catalogue")]
mod add_follower_stop;
#[cfg(feature = "catalogue")]
mod adding;
#[cfg(feature = "catalogue")]
mod all_followers_down;
#[cfg(feature = "catalogue")]
mod anti_entropy;
pub mod claim;
#[cfg(feature = "catalogue")]
mod consistent_prefix;
#[cfg(feature = "catalogue")]
mod failover_lost_writes;
#[cfg(feature = "catalogue")]
mod follower_outage;
#[cfg(feature = "catalogue")]
mod followers;
#[cfg_attr(not(feature = "catalogue"), expect(dead_code, reason = "words for the scenarios of the catalogue"))]
mod ground;
#[cfg(feature = "catalogue")]
mod group;
pub mod index;
#[cfg(feature = "catalogue")]
mod leader_bottleneck;
#[cfg(feature = "catalogue")]
mod leader_failover;
#[cfg(feature = "catalogue")]
mod leaderless_availability;
#[cfg(feature = "catalogue")]
mod leaders;
pub mod lesson;
pub mod metrics;
#[cfg(feature = "catalogue")]
mod monotonic_reads;
#[cfg(feature = "catalogue")]
mod multi_datacenter;
#[cfg(feature = "catalogue")]
mod multi_leader_invariant;
mod offline_leader;
#[cfg(feature = "catalogue")]
mod quorum_client;
#[cfg(feature = "catalogue")]
mod quorum_coordinator;
#[cfg(feature = "catalogue")]
mod quorum_not_linearizable;
#[cfg(feature = "catalogue")]
mod quorum_overlap;
#[cfg(feature = "catalogue")]
mod quorums;
#[cfg(feature = "catalogue")]
mod read_repair;
#[cfg(feature = "catalogue")]
mod read_your_writes;
#[cfg(feature = "catalogue")]
mod read_your_writes_two_devices;
#[cfg(feature = "catalogue")]
mod siblings;
#[cfg(feature = "catalogue")]
mod single_leader_async;
#[cfg(feature = "catalogue")]
mod single_leader_semi_sync;
#[cfg(feature = "catalogue")]
mod single_leader_sync;
#[cfg(feature = "catalogue")]
mod sloppy_quorum;
#[cfg(feature = "catalogue")]
mod split_brain;
#[cfg(feature = "catalogue")]
mod sync_follower_reads;
#[cfg(feature = "catalogue")]
mod topology;
#[cfg(feature = "catalogue")]
mod topology_mesh;
#[cfg(feature = "catalogue")]
mod topology_ring;
#[cfg(feature = "catalogue")]
mod topology_star;
#[cfg(feature = "catalogue")]
mod write_conflict_ask;
#[cfg(feature = "catalogue")]
mod write_conflict_home;
#[cfg(feature = "catalogue")]
mod write_conflict_lww;
#[cfg(feature = "catalogue")]
mod write_conflict_merge;

pub use claim::{About, Assumption, Constraint, Expectation, Outcome, Scope};
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

/// Families of scenarios, in the order of the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// One leader orders all writes.
    SingleLeader,
    /// What users feel while followers are behind.
    Lag,
    /// Several leaders take writes.
    MultiLeader,
    /// No leader: quorums.
    Leaderless,
}

/// A lesson.
pub struct Scenario {
    /// Its name in recipes.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub summary: &'static str,
    /// Where it stands in the course.
    pub family: Family,
    /// The seed that its prose was checked with.
    pub seed: u64,
    /// What it starts from.
    pub setup: fn() -> Setup,
    /// The same with something changed; the first is the one that opens.
    pub variants: &'static [Variant],
    /// Whether the prose is about the first variant only.
    pub is_told_for_first: bool,
    /// What is told, in order, for a variant (its id).
    pub steps: fn(&str) -> Vec<Step>,
    /// What must be true of its data, beyond the guarantees.
    pub constraints: &'static [Constraint],
    /// What a run must show.
    pub expectations: &'static [Expectation],
}

/// A scenario with something changed.
pub struct Variant {
    /// Its name in recipes.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What is changed.
    pub change: fn(&mut Setup),
    /// The guarantee or constraint that it is about; `None` where no anomaly is shown.
    pub about: Option<About>,
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
    /// A node told this ([`Note::Told`]) since the step was entered.
    Told(&'static str),
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
    /// What every replica holds, side by side.
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

/// Every scenario, in the order of the course.
pub static ALL: &[&Scenario] = &[
    #[cfg(feature = "catalogue")]
    &single_leader_sync::SCENARIO,
    #[cfg(feature = "catalogue")]
    &single_leader_async::SCENARIO,
    #[cfg(feature = "catalogue")]
    &single_leader_semi_sync::SCENARIO,
    #[cfg(feature = "catalogue")]
    &leader_bottleneck::SCENARIO,
    #[cfg(feature = "catalogue")]
    &follower_outage::SCENARIO,
    #[cfg(feature = "catalogue")]
    &all_followers_down::SCENARIO,
    #[cfg(feature = "catalogue")]
    &leader_failover::SCENARIO,
    #[cfg(feature = "catalogue")]
    &failover_lost_writes::SCENARIO,
    #[cfg(feature = "catalogue")]
    &split_brain::SCENARIO,
    #[cfg(feature = "catalogue")]
    &add_follower_stop::SCENARIO,
    #[cfg(feature = "catalogue")]
    &add_follower_snapshot::SCENARIO,
    #[cfg(feature = "catalogue")]
    &sync_follower_reads::SCENARIO,
    #[cfg(feature = "catalogue")]
    &read_your_writes::SCENARIO,
    #[cfg(feature = "catalogue")]
    &read_your_writes_two_devices::SCENARIO,
    #[cfg(feature = "catalogue")]
    &monotonic_reads::SCENARIO,
    #[cfg(feature = "catalogue")]
    &consistent_prefix::SCENARIO,
    #[cfg(feature = "catalogue")]
    &multi_datacenter::SCENARIO,
    &offline_leader::SCENARIO,
    #[cfg(feature = "catalogue")]
    &write_conflict_lww::SCENARIO,
    #[cfg(feature = "catalogue")]
    &write_conflict_home::SCENARIO,
    #[cfg(feature = "catalogue")]
    &write_conflict_merge::SCENARIO,
    #[cfg(feature = "catalogue")]
    &write_conflict_ask::SCENARIO,
    #[cfg(feature = "catalogue")]
    &multi_leader_invariant::SCENARIO,
    #[cfg(feature = "catalogue")]
    &topology_ring::SCENARIO,
    #[cfg(feature = "catalogue")]
    &topology_star::SCENARIO,
    #[cfg(feature = "catalogue")]
    &topology_mesh::SCENARIO,
    #[cfg(feature = "catalogue")]
    &quorum_client::SCENARIO,
    #[cfg(feature = "catalogue")]
    &quorum_coordinator::SCENARIO,
    #[cfg(feature = "catalogue")]
    &quorum_overlap::SCENARIO,
    #[cfg(feature = "catalogue")]
    &quorum_not_linearizable::SCENARIO,
    #[cfg(feature = "catalogue")]
    &read_repair::SCENARIO,
    #[cfg(feature = "catalogue")]
    &anti_entropy::SCENARIO,
    #[cfg(feature = "catalogue")]
    &leaderless_availability::SCENARIO,
    #[cfg(feature = "catalogue")]
    &sloppy_quorum::SCENARIO,
    #[cfg(feature = "catalogue")]
    &siblings::SCENARIO,
];

/// The scenario named `id`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Scenario> {
    ALL.iter().copied().find(|scenario| scenario.id == id)
}

impl Family {
    /// All, in the order of the course.
    pub const ALL: [Self; 4] = [Self::SingleLeader, Self::Lag, Self::MultiLeader, Self::Leaderless];

    /// Its name in lists.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::SingleLeader => "single-leader",
            Self::Lag => "replication-lag",
            Self::MultiLeader => "multi-leader",
            Self::Leaderless => "leaderless",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::SingleLeader => "Single leader",
            Self::Lag => "Replication lag",
            Self::MultiLeader => "Multi-leader",
            Self::Leaderless => "Leaderless",
        }
    }
}

impl Step {
    /// A step that only tells.
    #[must_use]
    pub const fn told(text: &'static str, until: Until) -> Self {
        Self { text, actions: Vec::new(), until, prediction: None, panel: None }
    }

    /// The same, doing this when it is entered.
    #[must_use]
    pub fn acting(mut self, actions: Vec<Command>) -> Self {
        self.actions = actions;
        self
    }

    /// The same, asking this before the next step shows the answer.
    #[must_use]
    pub const fn asking(mut self, prediction: Prediction) -> Self {
        self.prediction = Some(prediction);
        self
    }

    /// The same, pointing at a part of the page.
    #[must_use]
    pub const fn showing(mut self, panel: Panel) -> Self {
        self.panel = Some(panel);
        self
    }
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
        let recipe = self.recipe(variant)?;
        let (session, is_complete) = self.perform(recipe)?;
        is_complete.then_some(session)
    }

    /// Plays all steps of a recipe of this scenario, whatever its seed and settings; a step that is not reached within
    /// its bound is passed over. Says whether all were reached. `None`: the recipe cannot be run.
    #[must_use]
    pub fn perform(&self, recipe: Recipe) -> Option<(Session, bool)> {
        let variant = recipe.variant.clone().unwrap_or_default();
        let mut session = Session::open(recipe).ok()?;
        let mut lesson = Lesson::new(self, &variant);
        let mut is_complete = true;
        loop {
            is_complete &= lesson.run_until_reached(&mut session, MAX_EVENTS_PER_STEP);
            if !lesson.enter_next(&mut session) {
                return Some((session, is_complete && lesson.index() + 1 == lesson.count()));
            }
        }
    }
}

/// The fingerprint of a scenario's variant after all of its steps: the same on every host and in the browser.
#[must_use]
pub fn fingerprint_of(scenario: &Scenario, variant: &str) -> Option<u64> {
    scenario.play(Some(variant)).map(|session| session.fingerprint())
}
