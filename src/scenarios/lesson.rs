//! The guided mode: which step of a lesson a person is at, and whether it is reached. Pure; it acts on a run only
//! by submitting commands, so that a lesson is replayable like everything else.

use super::{Prediction, Scenario, Step, Until};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::time::SimTime;
use crate::session::{Position, Session};
use crate::simulation::journal::Happening;
use crate::simulation::snapshot::Snapshot;

/// A person's way through a lesson.
#[derive(Clone)]
pub struct Lesson {
    steps: Vec<Step>,
    /// One for each step entered so far; the last is the current one.
    entered: Vec<Entered>,
    answers: Vec<Option<usize>>,
}

/// Where a step was entered.
#[derive(Clone, Copy, Default)]
struct Entered {
    /// Before its actions.
    position: Position,
    /// The first journal entry that may reach it.
    journal_from: u64,
}

impl Lesson {
    /// At the first step of a variant of `scenario`, on a run that stands at its start.
    #[must_use]
    pub fn new(scenario: &Scenario, variant: &str) -> Self {
        let steps = (scenario.steps)(variant);
        let answers = vec![None; steps.len()];
        Self { steps, entered: vec![Entered::default()], answers }
    }

    /// The current step.
    #[must_use]
    pub fn step(&self) -> &Step {
        &self.steps[self.index()]
    }

    /// The position of the current step, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.entered.len() - 1
    }

    /// How many steps there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.steps.len()
    }

    /// The answer that was chosen at the current step.
    #[must_use]
    pub fn answer(&self) -> Option<usize> {
        self.answers[self.index()]
    }

    /// Chooses an answer at the current step; one that does not exist changes nothing.
    pub fn choose(&mut self, answer: usize) {
        let index = self.index();
        let exists = |prediction: &Prediction| answer < prediction.answers.len();
        if self.step().prediction.as_ref().is_some_and(exists) {
            self.answers[index] = Some(answer);
        }
    }

    /// Whether the question of the current step, if it asks one, is answered.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.step().prediction.is_none() || self.answer().is_some()
    }

    /// Goes to the next step and submits its actions. `false` at the last one, or when an action is refused.
    pub fn enter_next(&mut self, session: &mut Session) -> bool {
        let Some(next) = self.steps.get(self.index() + 1) else { return false };
        let entered = Entered { position: session.position(), journal_from: self.journal_from(next, session) };
        for action in &next.actions {
            if session.submit(action.clone()).is_err() {
                session.truncate_commands(entered.position);
                return false;
            }
        }
        self.entered.push(entered);
        true
    }

    /// A step that acts waits for what follows its actions. One that only looks on may already have been passed by a
    /// run that was left to play: it waits for what follows the event that reached the step before.
    fn journal_from(&self, next: &Step, session: &Session) -> u64 {
        let end = session.journal().end();
        if next.actions.is_empty() { self.reached_at(session, 0).map_or(end, |number| number + 1) } else { end }
    }

    /// The journal entry that reached the current step, if it is that kind of step; those before `from` are known not to.
    fn reached_at(&self, session: &Session, from: u64) -> Option<u64> {
        let until = self.step().until;
        let is_it = |node: NodeId, note: &Note| match until {
            Until::Noted(is_it) => is_it(node, note),
            Until::Told(name) => matches!(note, Note::Told(told, _) if *told == name),
            Until::Now | Until::Quiet | Until::After(_) => false,
        };
        if !matches!(until, Until::Noted(_) | Until::Told(_)) {
            return None;
        }
        let journal = session.journal();
        let from = self.here().journal_from.max(journal.dropped_count()).max(from);
        let is_match = |happening: &Happening| matches!(happening, Happening::Noted(node, note) if is_it(*node, note));
        (from..).zip(journal.iter_from(from)).find(|(_, entry)| is_match(&entry.happening)).map(|(number, _)| number)
    }

    /// Whether what the current step waits for has happened since it was entered.
    #[must_use]
    pub fn is_reached(&self, session: &Session) -> bool {
        self.is_reached_since(session, 0)
    }

    /// The same, where it is known that no journal entry before `from` reached it.
    #[must_use]
    pub fn is_reached_since(&self, session: &Session, from: u64) -> bool {
        match self.step().until {
            Until::Now => true,
            Until::Noted(_) | Until::Told(_) => self.reached_at(session, from).is_some(),
            Until::Quiet => is_quiet(&session.snapshot()),
            Until::After(time) => session.now() >= self.here().position.at + time,
        }
    }

    /// Steps the run until the current step is reached, for at most `most` steps. Says whether it is.
    pub fn run_until_reached(&self, session: &mut Session, most: u64) -> bool {
        let mut looked_at = 0;
        for _ in 0..most {
            if self.is_reached_since(session, looked_at) {
                return true;
            }
            looked_at = session.journal().end();
            let due = self.due_at();
            match session.next_event_at() {
                Some(at) if due.is_none_or(|due| at <= due) => session.step(),
                Some(_) | None => {
                    session.run_until(due.unwrap_or_default());
                    return self.is_reached(session);
                }
            };
        }
        self.is_reached(session)
    }

    /// When the current step is reached, if it waits for time alone.
    pub(crate) fn due_at(&self) -> Option<SimTime> {
        match self.step().until {
            Until::After(time) => Some(self.here().position.at + time),
            Until::Now | Until::Noted(_) | Until::Told(_) | Until::Quiet => None,
        }
    }

    /// Goes to the step before, and to where this one was entered; what was commanded since is forgotten. `false` at
    /// the first step.
    pub fn back(&mut self, session: &mut Session) -> bool {
        if self.index() == 0 {
            return false;
        }
        let here = self.here();
        let index = self.index();
        self.answers[index] = None;
        self.entered.pop();
        session.truncate_commands(here.position);
        true
    }

    fn here(&self) -> Entered {
        self.entered.last().copied().unwrap_or_default()
    }
}

/// Nothing is under way that anybody waits for.
#[must_use]
pub fn is_quiet(snapshot: &Snapshot) -> bool {
    let is_waiting = snapshot.sessions.iter().any(|session| session.open_count > 0);
    let is_storing = snapshot.nodes.iter().any(|node| node.held_count > 0);
    snapshot.in_flight_count == 0 && !is_waiting && !is_storing
}
