//! A run that a person steers: an engine, the log of commands, checkpoints to go back to, and branches. Setup, seed
//! and command log rebuild every state; everything else here only makes that quick.

mod branch;
mod checkpoint;
mod futures;
mod undo;

pub use branch::BranchView;
pub use futures::Removed;

use crate::checkers::{self, Verdict};
use crate::limits;
use crate::recipe::{Open, Recipe, RecipeError, TimedCommand, VERSION};
use crate::replication::time::SimTime;
use crate::scenarios::index::IS_WHOLE;
use crate::simulation::Options;
use crate::simulation::command::Command;
use crate::simulation::engine::Engine;
use crate::simulation::history::History;
use crate::simulation::journal::Journal;
use crate::simulation::registry;
use crate::simulation::setup::{Setup, SetupError};
use crate::simulation::snapshot::{Flight, Snapshot};
use branch::Branch;
use checkpoint::Checkpoints;
use futures::branches_of;
use undo::Undone;

/// Events that one call processes at most, so that no call freezes its caller.
const MAX_EVENTS_PER_CALL: u64 = 200_000;

/// A place in a run: between two events or commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Events processed.
    pub event: u64,
    /// Commands applied.
    pub command_count: usize,
    /// The playback time.
    pub at: SimTime,
}

/// A run with its past and its other futures.
pub struct Session {
    scenario: Option<String>,
    variant: Option<String>,
    setup: Setup,
    seed: u64,
    options: Options,
    engine: Box<dyn Engine>,
    applied_count: usize,
    branches: Vec<Branch>,
    active: usize,
    named_count: u32,
    undone: Vec<Undone>,
    checkpoints: Checkpoints,
}

impl Session {
    /// Checks a recipe and builds its engine. Rests at the start: commands are applied when they are reached.
    ///
    /// # Errors
    /// What is wrong with the recipe.
    pub fn open(recipe: Recipe) -> Result<Self, RecipeError> {
        Self::open_with(recipe, Options::default())
    }

    /// Like [`Session::open`], with a say in what is remembered.
    ///
    /// # Errors
    /// What is wrong with the recipe.
    pub fn open_with(recipe: Recipe, options: Options) -> Result<Self, RecipeError> {
        recipe.check()?;
        let engine = registry::build_with(&recipe.setup, recipe.seed, options)?;
        let (branches, active) =
            if IS_WHOLE { branches_of(recipe.branches, recipe.commands) } else { (vec![Branch::first(recipe.commands)], 0) };
        Ok(Self {
            scenario: recipe.scenario,
            variant: recipe.variant,
            setup: recipe.setup,
            seed: recipe.seed,
            options,
            checkpoints: Checkpoints::starting(&*engine),
            engine,
            applied_count: 0,
            named_count: branches.len() as u32,
            branches,
            active,
            undone: Vec::new(),
        })
    }

    /// What the run started from.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The seed of all randomness.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The playback time.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.engine.now()
    }

    /// Events processed up to here.
    #[must_use]
    pub fn event_count(&self) -> u64 {
        self.engine.event_count()
    }

    /// The furthest time ever reached on this branch.
    #[must_use]
    pub fn horizon(&self) -> SimTime {
        self.branches[self.active].horizon
    }

    /// Whether the longest run has come to its end.
    #[must_use]
    pub fn is_at_limit(&self) -> bool {
        self.now().0 >= limits::MAX_RUN_NS
    }

    /// Commands applied up to here.
    #[must_use]
    pub const fn applied_count(&self) -> usize {
        self.applied_count
    }

    /// When the next event is due; `None` when nothing will ever happen by itself.
    #[must_use]
    pub fn next_event_at(&self) -> Option<SimTime> {
        self.engine.next_event_at()
    }

    /// Where the run stands.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { event: self.event_count(), command_count: self.applied_count, at: self.now() }
    }

    /// The place of this branch just after `event` events, at `at`, with all commands given by then.
    #[must_use]
    pub fn place(&self, at: SimTime, event: u64) -> Position {
        let is_given = |timed: &&TimedCommand| timed.event <= event && timed.at_ns <= at;
        Position { event, command_count: self.commands().iter().take_while(is_given).count(), at }
    }

    /// The commands of this branch, later ones included.
    #[must_use]
    pub fn commands(&self) -> &[TimedCommand] {
        &self.branches[self.active].commands
    }

    /// Acts now. In the past this opens a new branch; the old future is kept.
    ///
    /// # Errors
    /// The field of the command that is out of range, or that no more commands fit.
    pub fn submit(&mut self, command: Command) -> Result<(), SetupError> {
        command.check(&self.setup)?;
        self.undone.clear();
        if self.applied_count >= limits::MAX_COMMANDS {
            return Err(SetupError::new("commands", format!("a run holds at most {}", limits::MAX_COMMANDS)));
        }
        if self.now() < self.horizon() || self.applied_count < self.commands().len() {
            self.fork_future();
        }
        // Going back among events of one moment leaves copies of a future that is different from now on.
        self.checkpoints.forget_after(&self.position());
        self.engine.apply(&command);
        let timed = TimedCommand { at_ns: self.now(), event: self.event_count(), command };
        self.branches[self.active].commands.push(timed);
        self.applied_count += 1;
        Ok(())
    }

    /// Goes to just after the next event or logged command. `false` when nothing is left to happen.
    pub fn step(&mut self) -> bool {
        let moved = self.advance(SimTime(limits::MAX_RUN_NS));
        self.note_progress();
        moved
    }

    /// Goes back to just after the event (or command) before the last one.
    pub fn step_back(&mut self) -> bool {
        let done = self.done_count();
        if done == 0 {
            self.seek(SimTime::ZERO);
            return false;
        }
        self.restore(|position| position.event + (position.command_count as u64) < done);
        while self.done_count() + 1 < done && self.advance(SimTime(limits::MAX_RUN_NS)) {}
        true
    }

    /// Runs up to `time` and rests there, or returns earlier when too much happens for one call.
    pub fn run_until(&mut self, time: SimTime) {
        let time = time.min(SimTime(limits::MAX_RUN_NS));
        let budget = self.event_count() + MAX_EVENTS_PER_CALL;
        while self.event_count() < budget {
            if !self.advance(time) {
                self.engine.rest_until(time.max(self.now()));
                break;
            }
        }
        self.note_progress();
    }

    /// Goes to `time`, forward or back.
    pub fn seek(&mut self, time: SimTime) {
        if time < self.now() {
            self.restore(|position| position.at <= time);
        } else {
            self.leap(|position| position.at <= time);
        }
        self.run_until(time);
    }

    /// Goes to an exact place of this branch.
    pub fn seek_event(&mut self, target: Position) {
        let order = |position: &Position| (position.event, position.command_count, position.at);
        if order(&target) < order(&self.position()) {
            self.restore(|position| position <= &target);
        } else {
            self.leap(|position| position <= &target);
        }
        while (self.event_count(), self.applied_count) < (target.event, target.command_count) {
            if !self.advance(SimTime(limits::MAX_RUN_NS)) {
                break;
            }
        }
        // A place that was not taken from this branch may name a time beyond the next event or command.
        let next_command = self.commands().get(self.applied_count).map(|timed| timed.at_ns);
        let latest = self.engine.next_event_at().into_iter().chain(next_command).min().unwrap_or(SimTime(limits::MAX_RUN_NS));
        self.engine.rest_until(target.at.min(latest).max(self.now()));
        self.note_progress();
    }

    /// Forgets everything that was done after `position`, and goes there.
    pub fn truncate_commands(&mut self, position: Position) {
        self.seek_event(position);
        let now = self.now();
        let branch = &mut self.branches[self.active];
        branch.commands.truncate(self.applied_count);
        branch.horizon = now;
        self.checkpoints.forget_after(&self.position());
    }

    /// Starts anew with another seed: nothing done, no branches.
    pub fn restart(&mut self, seed: u64) {
        let Ok(engine) = registry::build_with(&self.setup, seed, self.options) else { return };
        self.seed = seed;
        self.checkpoints = Checkpoints::starting(&*engine);
        self.engine = engine;
        self.applied_count = 0;
        self.branches = vec![Branch::first(Vec::new())];
        self.active = 0;
        self.named_count = 1;
        self.undone.clear();
    }

    /// What a person may see now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.engine.snapshot()
    }

    /// The same without what became of each write: for pictures many times a second.
    #[cfg(feature = "catalogue")]
    #[must_use]
    pub fn glance(&self) -> Snapshot {
        self.engine.glance()
    }

    /// Messages in flight now.
    #[must_use]
    pub fn flights(&self) -> Vec<Flight> {
        self.engine.flights()
    }

    /// What a message in flight says, in a few words; only the program with everything knows.
    #[must_use]
    pub fn message_label(&self, number: u64) -> Option<String> {
        self.engine.message_label(number)
    }

    /// What happened up to here.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        self.engine.journal()
    }

    /// What clients saw up to here.
    #[must_use]
    pub fn history(&self) -> &History {
        self.engine.history()
    }

    /// A number that two runs share only if they did the same up to here.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.engine.fingerprint()
    }

    /// What the checkers say of the run up to here.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        checkers::judge(&self.snapshot(), self.history())
    }

    /// Setup, seed and the commands of this branch, to be opened here.
    #[must_use]
    pub fn recipe(&self) -> Recipe {
        Recipe {
            version: VERSION,
            scenario: self.scenario.clone(),
            variant: self.variant.clone(),
            setup: self.setup.clone(),
            seed: self.seed,
            commands: self.commands().to_vec(),
            branches: Vec::new(),
            compare: Vec::new(),
            open: Some(Open { at_ns: self.now(), view: None, step: None }),
        }
    }

    /// Events and commands behind us.
    fn done_count(&self) -> u64 {
        self.event_count() + self.applied_count as u64
    }

    /// Does the next thing due at `limit` or before: a logged command, or an event.
    fn advance(&mut self, limit: SimTime) -> bool {
        if let Some(timed) = self.branches[self.active].commands.get(self.applied_count) {
            // The event number decides only among events at exactly that time: a recipe from outside may name one that
            // the run never has there.
            let is_past = |at: SimTime| at > timed.at_ns || (at == timed.at_ns && self.event_count() >= timed.event);
            if self.engine.next_event_at().is_none_or(is_past) {
                if timed.at_ns > limit {
                    return false;
                }
                self.engine.rest_until(timed.at_ns.max(self.engine.now()));
                self.engine.apply(&timed.command);
                self.settle_command();
                self.applied_count += 1;
                return true;
            }
        }
        let is_due = self.engine.next_event_at().is_some_and(|at| at <= limit);
        if is_due {
            self.engine.step();
            let position = self.position();
            self.checkpoints.keep(&*self.engine, position);
        }
        is_due
    }

    /// The next command was applied here: from now on the log names its event exactly, and those after it at the same
    /// time do not stand before it.
    fn settle_command(&mut self) {
        let (at, event) = (self.now(), self.event_count());
        let Some((first, later)) = self.branches[self.active].commands[self.applied_count..].split_first_mut() else { return };
        // Never the time: a command that is applied late would be written off as if it had been given late.
        debug_assert_eq!(first.at_ns, at, "a command is applied when it was given");
        first.event = event;
        for timed in later.iter_mut().take_while(|timed| timed.at_ns == at) {
            timed.event = timed.event.max(event);
        }
    }

    fn note_progress(&mut self) {
        let now = self.now();
        let branch = &mut self.branches[self.active];
        branch.horizon = branch.horizon.max(now);
    }

    /// Goes ahead to the latest checkpoint for which `fits` is true, if there is one ahead.
    fn leap(&mut self, fits: impl Fn(&Position) -> bool) {
        let here = self.position();
        if self.checkpoints.any(|position| fits(position) && position.event > here.event) {
            self.restore(fits);
        }
    }

    /// Goes back to the latest checkpoint for which `fits` is true.
    fn restore(&mut self, fits: impl Fn(&Position) -> bool) {
        let (position, engine) = self.checkpoints.latest(fits);
        self.engine = engine;
        self.applied_count = position.command_count;
    }
}
