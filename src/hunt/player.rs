//! One run, in slices: the steps of a scenario with faults between them, or a recipe until it is over.

use super::faults::{Fault, Moment};
use crate::limits;
use crate::recipe::{Recipe, RecipeError, TimedCommand, in_order_of_time};
use crate::replication::time::SimTime;
use crate::scenarios::ending::Ending;
use crate::scenarios::{Lesson, MAX_EVENTS_PER_STEP, Scenario};
use crate::session::Session;
use std::collections::{BTreeSet, VecDeque};

/// Events of a lesson that one call processes at most.
const SLICE_EVENTS: u64 = 2_000;

/// A run on its way to its end.
pub(crate) struct Player {
    session: Session,
    way: Way,
    until: Option<SimTime>,
}

/// What leads the run.
enum Way {
    Steps(Box<Guided>),
    End(Ending),
}

/// A run that a lesson leads, with the faults that are still to come.
struct Guided {
    lesson: Lesson,
    moments: VecDeque<Moment>,
    begun: BTreeSet<usize>,
    is_faulty: bool,
    /// Events at which the current step is passed over.
    most: u64,
    /// Journal entries before this one did not reach it.
    looked_at: u64,
}

#[cfg(any(test, feature = "ui"))]
impl Player {
    /// The steps of a scenario on a recipe of it, or else the recipe as it is.
    pub(crate) fn of_run(scenario: Option<&Scenario>, recipe: Recipe) -> Result<Self, RecipeError> {
        match scenario {
            Some(scenario) => Self::of_steps(scenario, recipe, &[], None),
            None => Self::of_recipe(recipe, None),
        }
    }

    /// The run, to be kept.
    pub(crate) fn into_session(self) -> Session {
        self.session
    }
}

impl Player {
    /// A recipe, as it is.
    pub(super) fn of_recipe(recipe: Recipe, until: Option<SimTime>) -> Result<Self, RecipeError> {
        let way = Way::End(Ending::of(&recipe, until));
        Ok(Self { session: Session::open(recipe)?, way, until })
    }

    /// A recipe, with faults among its commands.
    pub(super) fn with_faults(mut recipe: Recipe, faults: &[Fault], until: Option<SimTime>) -> Result<Self, RecipeError> {
        let drawn = Fault::moments(faults).into_iter();
        let mut commands: Vec<TimedCommand> =
            drawn.map(|moment| TimedCommand { at_ns: moment.at, event: 0, command: moment.command }).collect();
        commands.append(&mut recipe.commands);
        // Of what is given at one time, the faults come first.
        in_order_of_time(&mut commands);
        recipe.commands = commands;
        Self::of_recipe(recipe, until)
    }

    /// The steps of a scenario on a recipe of it, with faults between them.
    pub(super) fn of_steps(scenario: &Scenario, recipe: Recipe, faults: &[Fault], until: Option<SimTime>) -> Result<Self, RecipeError> {
        let lesson = Lesson::new(scenario, recipe.variant.as_deref().unwrap_or_default());
        let moments = Fault::moments(faults).into();
        let is_faulty = !faults.is_empty();
        let guided = Guided { lesson, moments, begun: BTreeSet::new(), is_faulty, most: MAX_EVENTS_PER_STEP, looked_at: 0 };
        Ok(Self { session: Session::open(recipe)?, way: Way::Steps(Box::new(guided)), until })
    }

    /// Goes on a little; `true`: the run is over.
    pub(crate) fn step(&mut self) -> bool {
        match &mut self.way {
            Way::Steps(guided) => {
                if guided.step(&mut self.session) {
                    return false;
                }
                let is_faulty = guided.is_faulty;
                guided.mend(&mut self.session, self.until);
                if self.until.is_none() && !is_faulty {
                    return true;
                }
                if let Some(until) = self.until.filter(|until| *until < self.session.now()) {
                    self.session.seek(until);
                }
                self.way = Way::End(Ending::of(&self.session.recipe(), self.until));
                false
            }
            Way::End(ending) => match ending.goes_on_to(&self.session) {
                Some(time) if self.session.event_count() < limits::MAX_RUN_EVENTS => {
                    self.session.run_until(time);
                    false
                }
                _ => true,
            },
        }
    }

    /// The run as far as it went.
    pub(super) const fn session(&self) -> &Session {
        &self.session
    }
}

impl Guided {
    /// Goes on with the current step, and enters the next one when it is reached; `false`: there is none. A step that is not
    /// reached within its bound is passed over, as everywhere.
    fn step(&mut self, session: &mut Session) -> bool {
        let slice = session.event_count() + SLICE_EVENTS;
        while session.event_count() < self.most && !self.lesson.is_reached_since(session, self.looked_at) {
            if session.event_count() >= slice {
                return true;
            }
            self.looked_at = session.journal().end();
            let fault = self.moments.front().map(|moment| moment.at);
            let due = [self.lesson.due_at(), fault].into_iter().flatten().min();
            match (session.next_event_at(), due) {
                (Some(at), due) if due.is_none_or(|due| at <= due) => {
                    // The longest run has come to its end.
                    if !session.step() {
                        break;
                    }
                }
                (_, Some(due)) if !session.is_at_limit() => {
                    session.run_until(due);
                    self.give(session);
                }
                _ => break,
            }
        }
        let is_entered = self.lesson.enter_next(session);
        (self.most, self.looked_at) = (session.event_count() + MAX_EVENTS_PER_STEP, 0);
        is_entered
    }

    /// Gives the faults that are due.
    fn give(&mut self, session: &mut Session) {
        while let Some(moment) = self.moments.pop_front_if(|moment| moment.at <= session.now()) {
            if !moment.is_end {
                self.begun.insert(moment.fault);
            }
            // A log that is full takes no more faults: the run then has fewer.
            _ = session.submit(moment.command);
        }
    }

    /// The lesson is over: what has begun ends when it would have, what has not begun never does.
    fn mend(&mut self, session: &mut Session, until: Option<SimTime>) {
        self.moments.retain(|moment| moment.is_end && self.begun.contains(&moment.fault) && until.is_none_or(|until| moment.at <= until));
        while let Some(moment) = self.moments.front() {
            let at = moment.at;
            session.run_until(at);
            if session.now() < at && (session.event_count() >= limits::MAX_RUN_EVENTS || session.is_at_limit()) {
                return;
            }
            self.give(session);
        }
    }
}
