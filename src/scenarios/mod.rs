//! Lessons: one file each, with a setup, variants, steps of narration that are fired by what happens in the run, and
//! claims that tests check.
//!
//! A step's prose stands here as its default text. Knows no screen. Adding a scenario is one file and one line in
//! `scenarios!` below, with its family, its file, its id, its title and what it shows in a sentence.

#[cfg(feature = "catalogue")]
mod adding;
pub mod claim;
#[cfg(feature = "catalogue")]
pub mod ending;
#[cfg(feature = "catalogue")]
mod followers;
#[cfg_attr(not(feature = "catalogue"), expect(dead_code, reason = "words for the scenarios of the catalogue"))]
mod ground;
#[cfg(feature = "catalogue")]
mod group;
pub mod index;
#[cfg(feature = "catalogue")]
mod leaders;
pub mod lesson;
pub mod metrics;
#[cfg(feature = "catalogue")]
mod quorums;
#[cfg(feature = "catalogue")]
mod topology;

pub use claim::{About, Assumption, Constraint, Expectation, Outcome, Scope};
pub use lesson::Lesson;

use self::index::Entry;
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
    /// What is told, in order, for a variant (its id).
    pub steps: fn(&str) -> Vec<Step>,
    /// What must be true of its data, beyond the guarantees.
    pub constraints: &'static [Constraint],
    /// What a run must show.
    pub expectations: &'static [Expectation],
}

/// What a scenario's file says of it; its words stand in the list.
pub(crate) struct Script {
    /// The seed that its prose was checked with.
    pub(crate) seed: u64,
    /// What it starts from.
    pub(crate) setup: fn() -> Setup,
    /// The same with something changed; the first is the one that opens.
    pub(crate) variants: &'static [Variant],
    /// What is told, in order, for a variant (its id).
    pub(crate) steps: fn(&str) -> Vec<Step>,
    /// What must be true of its data, beyond the guarantees.
    pub(crate) constraints: &'static [Constraint],
    /// What a run must show.
    pub(crate) expectations: &'static [Expectation],
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

impl Variant {
    /// Whether one of the two violates what the other keeps.
    #[must_use]
    pub fn is_counterpart_of(&self, other: &Self) -> bool {
        self.about.zip(other.about).is_some_and(|(one, other)| one.guarantee == other.guarantee && one.promised != other.promised)
    }
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

/// Makes of the lines below the modules, the scenarios and the table of contents. A build without the catalogue holds only
/// the scenarios marked `#[all()]` (the condition that is always met), but knows the words of all.
macro_rules! scenarios {
    ($($(#[$built:meta])? $family:ident $file:ident $id:literal $title:literal $summary:literal;)*) => {
        $(
            #[cfg(any(feature = "catalogue" $(, $built)?))]
            mod $file;
        )*

        /// Every scenario that is built in, in the order of the course.
        pub static ALL: &[&Scenario] = &[$(
            #[cfg(any(feature = "catalogue" $(, $built)?))]
            &Scenario::new(Entry { family: Family::$family, id: $id, title: $title, summary: $summary }, $file::SCENARIO),
        )*];

        /// Every scenario of the course, in its order, also those that are not built in.
        pub static INDEX: &[Entry] = &[$(Entry { family: Family::$family, id: $id, title: $title, summary: $summary }),*];
    };
}

scenarios! {
    SingleLeader single_leader_sync "single-leader-sync" "Synchronous replication"
        "The leader waits for every follower: nothing is lost, and the slowest follower decides how long a write takes.";
    SingleLeader single_leader_async "single-leader-async" "Asynchronous replication"
        "The leader answers at once and its followers lag behind: who reads there may read the past.";
    SingleLeader single_leader_semi_sync "single-leader-semi-sync" "Semi-synchronous replication"
        "The leader waits for one follower: every acknowledged write has a second copy, and one failure loses nothing.";
    SingleLeader leader_bottleneck "leader-bottleneck" "The leader is the bottleneck"
        "More followers answer more reads; no follower takes a write off the leader.";
    SingleLeader follower_outage "follower-outage" "A follower is down for a while"
        "Others take its reads; when it returns it first gets what it missed, and only then answers.";
    SingleLeader all_followers_down "all-followers-down" "All followers are down"
        "The leader takes the reads while no follower is up, and hands them back.";
    SingleLeader leader_failover "leader-failover" "A new leader"
        "The leader crashes: followers notice, choose another, a spare fills the gap, and the old leader comes back as a follower.";
    SingleLeader failover_lost_writes "failover-lost-writes" "Writes that a failover loses"
        "A new leader lacks what only the old one had: customers were told ok, and their orders are gone.";
    SingleLeader split_brain "split-brain" "Split brain"
        "A link breaks, a second leader takes over, and the first one does not know: both sell the same stock.";
    SingleLeader add_follower_stop "add-follower-stop" "Add a follower: stop the writes"
        "The leader stops the writes, copies everything to a new follower, and goes on.";
    SingleLeader add_follower_snapshot "add-follower-snapshot" "Add a follower: snapshot and log"
        "A new follower gets a snapshot of one log position and then the log from there, while writes go on.";
    SingleLeader sync_follower_reads "sync-follower-reads" "Synchronous followers disagree"
        "Every follower acknowledges every write, and yet Ben reads the new score and Caro, after him, the old one.";
    Lag read_your_writes "read-your-writes" "Read your writes"
        "You change your profile, reload, and the change is gone; three ways to prevent it, and what each costs.";
    Lag read_your_writes_two_devices "read-your-writes-two-devices" "Read your writes on two devices"
        "You save on the laptop and look at the phone: a token helps only the devices that know it.";
    Lag monotonic_reads "monotonic-reads" "Monotonic reads"
        "You see a comment, reload, and it is gone: the second follower is further behind than the first.";
    Lag consistent_prefix "consistent-prefix" "Effect before cause"
        "A write takes the slow way and arrives after the write that answers it.";
    MultiLeader multi_datacenter "multi-datacenter" "A leader in each datacenter"
        "The same writes with one leader per datacenter and with one for both: how long people wait, and who stops.";
    #[all()] MultiLeader offline_leader "offline-leader" "Offline shopping cart"
        "Your phone goes offline, the cart is edited on both sides, and one conflict waits on reconnect.";
    MultiLeader write_conflict_lww "write-conflict-lww" "Conflict: last write wins"
        "Two people rename a page at two leaders; one timestamp wins, and the other write is gone.";
    MultiLeader write_conflict_home "write-conflict-home" "Conflict avoided: a home leader"
        "All writes of a record go to one leader: no conflict, a longer way, and trouble when the home is in doubt.";
    MultiLeader write_conflict_merge "write-conflict-merge" "Conflict: both writes are merged"
        "Two people change one cart at two leaders; a merge keeps both, and some merges bring back what was removed.";
    MultiLeader write_conflict_ask "write-conflict-ask" "Conflict: a person decides"
        "Both versions are kept and shown with who and when, until somebody who has seen them decides.";
    MultiLeader multi_leader_invariant "multi-leader-invariant" "The last seat, sold twice"
        "Two leaders each find the last seat free and sell it; one home leader sells it once.";
    MultiLeader topology_ring "topology-ring" "Leaders in a ring"
        "Each leader sends writes to the next only: long ways, loops to be stopped, and one node down cuts the ring.";
    MultiLeader topology_star "topology-star" "Leaders in a star"
        "Every write goes by the centre: two links at most, and nothing without the centre.";
    MultiLeader topology_mesh "topology-mesh" "Leaders all to all"
        "Every two leaders are linked: any node may fail, and writes overtake each other.";
    Leaderless quorum_client "quorum-client" "The client asks a quorum"
        "A client sends each write and each read to all three replicas and goes on when enough of them have answered.";
    Leaderless quorum_coordinator "quorum-coordinator" "A coordinator asks the quorum"
        "A node near the replicas asks the quorum for a client far away; when it crashes, the outcome is unknown.";
    Leaderless quorum_overlap "quorum-overlap" "Overlapping quorums"
        "With w + r > n every read asks at least one replica that has the last acknowledged write; with less there is a hole.";
    Leaderless quorum_not_linearizable "quorum-not-linearizable" "Quorums are not linearizable"
        "With w + r > n two reads can still disagree about a write; versions from a quorum and write-back on reads repair it.";
    Leaderless read_repair "read-repair" "Read repair"
        "A read finds a stale replica and mends it in passing; what nobody reads stays stale.";
    Leaderless anti_entropy "anti-entropy" "Anti-entropy with hash trees"
        "Replicas compare hash trees in the background and find one differing record among many with a few hashes.";
    Leaderless leaderless_availability "leaderless-availability" "A replica fails and nobody waits"
        "Reads and writes go on while a replica is down; under a single leader the same fault stops the writes for a while.";
    Leaderless sloppy_quorum "sloppy-quorum" "Sloppy quorum and hinted hand-off"
        "During a partition substitutes accept writes for replicas out of reach; reads may miss them until the hints are handed over.";
    Leaderless siblings "siblings" "Siblings and tombstones"
        "Concurrent writes are kept side by side until somebody has seen them all; deletions are kept too, or they come undone.";
}

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
    const fn new(entry: Entry, script: Script) -> Self {
        let Entry { id, title, summary, family } = entry;
        let Script { seed, setup, variants, steps, constraints, expectations } = script;
        Self { id, title, summary, family, seed, setup, variants, steps, constraints, expectations }
    }

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
