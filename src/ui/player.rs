//! Playback: how far the run moves with each frame, and when it stops by itself.

use super::IS_WHOLE;
use super::app::Asked;
use super::guide::Guide;
use super::hooks::page;
use super::kept::Kept;
use crate::limits;
use crate::recipe::{Recipe, RecipeError};
use crate::replication::ids::SessionId;
use crate::replication::protocol::MessageKind;
use crate::replication::time::{SimDuration, SimTime};
use crate::scenarios::{self, Scenario};
use crate::session::Session;
use crate::simulation::Options;
use crate::simulation::command::{Action, Command, LinkCommand, MessageCommand, NodeCommand};
use crate::simulation::setup::{Setup, SetupError};
use crate::simulation::snapshot::Snapshot;
use crate::view::breakpoint::{self, Told};
use crate::view::conflict;
use crate::view::draft::has_other_places;
use crate::view::names::Names;
use crate::view::quiet;
use crate::view::speed::{CALM_FACTOR, Speed};
use crate::view::writers::Writers;
use crate::watch::{Breakpoint, Search};
use std::rc::Rc;

/// What a running playback is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Nothing: it plays until paused.
    Endless,
    /// The current step of the guide is reached.
    Step,
    /// Everything has settled.
    Quiet,
    /// A breakpoint.
    Found,
}

/// A run with its guide and its pace.
pub(crate) struct Player {
    /// The run.
    pub(crate) session: Session,
    /// Names of everything in it.
    pub(crate) names: Rc<Names>,
    /// The scenario it came from.
    pub(crate) scenario: Option<&'static Scenario>,
    /// The variant of it.
    pub(crate) variant: Option<String>,
    /// The guide, if the scenario has one.
    pub(crate) guide: Option<Guide>,
    /// How fast it plays.
    pub(crate) speed: Speed,
    /// What it runs for; `None` while paused.
    pub(crate) running: Option<Goal>,
    /// What the run started from when it was opened, before any change of settings.
    pub(crate) original: Setup,
    /// The search for a breakpoint, while it goes on.
    pub(crate) search: Kept<Search>,
    /// Whether the last thing done to the time was a single step: then acting does not start it.
    pub(crate) is_stepping: bool,
}

/// Settling is given up after this much simulated time.
const LONGEST_SETTLE: SimDuration = SimDuration::from_ms(120_000);
const MOST_EVENTS: u32 = 200_000;
/// How much of a frame a search may take: the rest is for showing how far it is.
const SLICE_MS: f64 = 12.0;
/// In reduced motion the run advances by one event this often.
const STEP_EVERY_US: u64 = 500_000;

/// The guide of the scenario that a run came from; none where it would tell of other places than the run has, as those of an
/// anomaly that was shrunk.
pub(crate) fn guide(scenario: Option<&'static Scenario>, variant: Option<&str>, session: &Session) -> Option<Guide> {
    let told = scenario?;
    if IS_WHOLE && told.recipe(variant).is_none_or(|recipe| has_other_places(session.setup(), &recipe.setup)) {
        return None;
    }
    Guide::new(told, variant)
}

impl Player {
    /// Opens a recipe, paused at its start or at the moment it names.
    pub(crate) fn open(recipe: Recipe) -> Result<Self, RecipeError> {
        let scenario = recipe.scenario.as_deref().and_then(scenarios::find);
        let variant = recipe.variant.clone();
        let is_played = !recipe.commands.is_empty();
        let opened_at = recipe.open.as_ref().map(|open| open.at_ns);
        let mut session = Session::open_with(recipe, Options::watched())?;
        if let Some(at) = opened_at {
            session.seek(at);
        }
        let names = Rc::new(Names::new(session.setup()));
        // A run that somebody else has played is for looking, not for the guide, which would act in it again.
        let guide = guide(scenario, variant.as_deref(), &session).map(|guide| if is_played { guide.closed() } else { guide });
        let original = session.setup().clone();
        Ok(Self {
            session,
            names,
            scenario,
            variant,
            guide,
            original,
            speed: Speed::default(),
            running: None,
            search: Kept::default(),
            is_stepping: false,
        })
    }

    /// Whether time passes.
    pub(crate) const fn is_playing(&self) -> bool {
        self.running.is_some()
    }

    /// Play or pause.
    pub(crate) fn toggle(&mut self) {
        self.is_stepping = false;
        self.running = if self.is_playing() { None } else { Some(Goal::Endless) };
    }

    /// One event on; pauses.
    pub(crate) fn step(&mut self) {
        self.running = None;
        self.is_stepping = true;
        self.session.step();
    }

    /// One event back; pauses.
    pub(crate) fn step_back(&mut self) {
        self.running = None;
        self.is_stepping = true;
        self.session.step_back();
    }

    /// On to the next breakpoint, in slices.
    pub(crate) fn search(&mut self, breakpoint: Breakpoint) {
        self.search = Kept::new(Some(Search::new(breakpoint, self.scenario, &self.session)));
        self.running = Some(Goal::Found);
        self.is_stepping = false;
    }

    /// A slice of the search, as long as one frame has time for. Says what came of it once it is over.
    pub(crate) fn search_on(&mut self) -> Option<Told> {
        let mut search = self.search.take()?;
        // Whatever else was asked for meanwhile ends it.
        if self.running != Some(Goal::Found) {
            return None;
        }
        let until = page::now_ms() + SLICE_MS;
        let progress = search.advance(&mut self.session, || page::now_ms() < until);
        let told = breakpoint::told(&search, &progress, &self.session, &self.names);
        if told.is_none() {
            self.search = Kept::new(Some(search));
        } else {
            self.running = None;
        }
        told
    }

    /// A person's wish. While paused, what one does or mends lets time run until everything has settled, since it
    /// needs time to show; what one breaks shows at once. While stepping, everything is stepped through.
    pub(crate) fn act(&mut self, command: Command) -> Result<(), SetupError> {
        let needs_time = match &command {
            Command::Act { .. } | Command::Link(LinkCommand::Heal { .. } | LinkCommand::Reconnect(_) | LinkCommand::HealAll) => true,
            Command::Node { fault, .. } => {
                matches!(fault, NodeCommand::Restart | NodeCommand::Promote | NodeCommand::Resume | NodeCommand::Join | NodeCommand::Leave)
            }
            Command::Message { fault, .. } => matches!(fault, MessageCommand::Release),
            Command::Link(_) | Command::Decide(_) => false,
        };
        self.session.submit(command)?;
        if needs_time && self.running.is_none() && !self.is_stepping {
            self.running = Some(Goal::Quiet);
        }
        Ok(())
    }

    /// Moves on by `screen_us` microseconds of screen. Returns whether more than the time changed.
    pub(crate) fn advance(&mut self, screen_us: u64) -> bool {
        let Some(goal) = self.running else { return false };
        if IS_WHOLE && goal == Goal::Found {
            return self.search.get().is_some();
        }
        let before = (self.session.position(), self.session.event_count());
        let factor = if self.is_calm() { CALM_FACTOR } else { 1 };
        let target = self.session.now() + self.speed.advance(screen_us.saturating_mul(factor));
        self.session.run_until(SimTime(target.0.min(limits::MAX_RUN_NS)));
        if goal == Goal::Step && self.is_step_reached() {
            // The frame went a little too far: what a lesson shows must not depend on the pace of the screen.
            self.session.seek_event(before.0);
            self.finish_step();
            self.session.truncate_commands(self.session.position());
        }
        if goal == Goal::Quiet && self.is_quiet() || self.session.now().0 >= limits::MAX_RUN_NS {
            self.running = None;
        }
        self.session.event_count() != before.1 || self.running.is_none()
    }

    /// The same without motion: goals are reached at once, otherwise one event every half second.
    pub(crate) fn advance_without_motion(&mut self, waited_us: &mut u64) -> bool {
        match self.running {
            None => return false,
            Some(Goal::Found) => return self.search.get().is_some(),
            Some(Goal::Step) => self.finish_step(),
            Some(Goal::Quiet) => drop(self.settle()),
            Some(Goal::Endless) if *waited_us < STEP_EVERY_US => return false,
            Some(Goal::Endless) => {
                *waited_us = 0;
                if !self.session.step() {
                    self.running = None;
                }
            }
        }
        true
    }

    /// To the end of the guide's current step, at once.
    fn finish_step(&mut self) {
        if let Some(guide) = &self.guide {
            guide.run_until_reached(&mut self.session);
        }
        self.running = None;
    }

    /// Runs until everything has settled, at once. Returns whether it did.
    pub(crate) fn settle(&mut self) -> bool {
        self.running = None;
        let start = self.session.now();
        for _ in 0..MOST_EVENTS {
            if self.is_quiet() {
                return true;
            }
            if self.session.now().since(start) > LONGEST_SETTLE || !self.session.step() {
                break;
            }
        }
        self.is_quiet()
    }

    /// Runs until `session` has no open request, at once. Returns whether it was answered.
    fn await_answer(&mut self, session: SessionId) -> bool {
        let start = self.session.now();
        for _ in 0..MOST_EVENTS {
            let is_open = self.session.snapshot().sessions.get(session.index()).is_some_and(|one| one.open_count > 0);
            if !is_open {
                return true;
            }
            if self.session.now().since(start) > LONGEST_SETTLE || !self.session.step() {
                break;
            }
        }
        false
    }

    /// The guide's next step: what is still running of the current one is finished at once.
    pub(crate) fn next_step(&mut self) {
        if self.running == Some(Goal::Step) {
            self.finish_step();
        }
        let Some(guide) = self.guide.as_mut().filter(|guide| !guide.is_closed()) else { return };
        self.is_stepping = false;
        if guide.enter_next(&mut self.session) {
            self.running = (!guide.is_reached(&self.session)).then_some(Goal::Step);
        }
    }

    /// Straight to a step of the guide, from 1, or as near as the run comes to it.
    #[cfg(feature = "catalogue")]
    pub(crate) fn go_to_step(&mut self, step: usize) {
        for _ in 1..step {
            self.finish_step();
            self.next_step();
        }
        self.finish_step();
    }

    /// The guide's step before.
    pub(crate) fn previous_step(&mut self) {
        self.running = None;
        if let Some(guide) = &mut self.guide {
            guide.back(&mut self.session);
        }
    }

    /// Lets a session look at the conflict on `item`, so that deciding it covers what was seen. A run that plays goes
    /// on meanwhile: the others do not wait until you have decided.
    pub(crate) fn look(&mut self, session: SessionId, item: String, notice: Option<String>) -> Asked {
        let answered = self.ask(session, Action::Look);
        let snapshot = self.session.snapshot();
        let seen = snapshot.sessions.get(session.index()).and_then(|one| one.seen.as_ref());
        let found = seen.and_then(|seen| seen.conflicts.iter().find(|conflict| conflict.item.as_ref().is_none_or(|one| *one.0 == *item)));
        let writers = Writers::collect(self.session.history(), &snapshot);
        let card = found.map(|conflict| conflict::card(conflict, &self.names, &writers));
        let trouble = match answered {
            Ok(true) if card.is_some() => None,
            Ok(true) => Some("Nothing is in conflict here any more.".to_owned()),
            Ok(false) => Some("The replica did not answer.".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        Asked { session, item, card, notice: trouble.or(notice) }
    }

    /// Decides. When another version arrived meanwhile, the conflict is still open and is looked at again.
    pub(crate) fn resolve(&mut self, asked: Asked, quantity: u32) -> Option<Asked> {
        let Asked { session, item, .. } = asked;
        let answered = self.ask(session, Action::Resolve { item: item.as_str().into(), quantity });
        if !matches!(answered, Ok(true)) {
            let problem = answered.map_or_else(|error| error.to_string(), |_| "The replica did not answer.".to_owned());
            return Some(self.look(session, item, Some(problem)));
        }
        if self.is_open(session, &item) {
            let notice = "Another version arrived while you decided. Your decision is one of the versions now.".to_owned();
            return Some(self.look(session, item, Some(notice)));
        }
        self.running = Some(Goal::Quiet);
        None
    }

    /// The cluster, as far as it is drawn many times a second.
    pub(crate) fn glance(&self) -> Snapshot {
        #[cfg(feature = "catalogue")]
        return self.session.glance();
        #[cfg(not(feature = "catalogue"))]
        self.session.snapshot()
    }

    fn is_open(&self, session: SessionId, item: &str) -> bool {
        let snapshot = self.session.snapshot();
        let node = snapshot.sessions.get(session.index()).and_then(|one| snapshot.nodes.get(one.node.index()));
        let records = node.and_then(|node| node.replica.as_ref()).into_iter().flat_map(|replica| replica.records.values());
        let mut conflicts = records.flat_map(|record| &record.conflicts);
        conflicts.any(|conflict| conflict.is_open && conflict.item.as_ref().is_none_or(|one| *one.0 == *item))
    }

    /// Submits an action and waits for its answer.
    fn ask(&mut self, session: SessionId, action: Action) -> Result<bool, SetupError> {
        self.session.submit(Command::Act { session, action })?;
        Ok(self.await_answer(session))
    }

    fn is_step_reached(&self) -> bool {
        self.guide.as_ref().is_none_or(|guide| guide.is_reached(&self.session))
    }

    /// Whether nothing but signs of life is on its way.
    fn is_calm(&self) -> bool {
        self.session.flights().iter().all(|flight| flight.is_held || flight.kind == MessageKind::Heartbeat)
    }

    fn is_quiet(&self) -> bool {
        self.is_calm() && quiet::is_quiet(&self.session.snapshot(), &self.session.flights(), &self.names)
    }
}
