//! The guided mode: the lesson's state machine, plus what was answered and whether it is folded away.

use crate::scenarios::{Lesson, MAX_EVENTS_PER_STEP, Panel, Scenario};
use crate::session::Session;
use crate::ui::message::Tab;

/// A lesson on the page.
pub(crate) struct Guide {
    lesson: Lesson,
    is_closed: bool,
}

/// What the ribbon shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ribbon {
    /// Which step, from 1.
    pub(crate) number: usize,
    /// Of how many.
    pub(crate) count: usize,
    /// Its text.
    pub(crate) text: String,
    /// Its question.
    pub(crate) prediction: Option<Question>,
    /// The tab that it brings forward.
    pub(crate) tab: Option<Tab>,
    /// Whether it is folded away.
    pub(crate) is_closed: bool,
}

/// A prediction asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The question.
    pub(crate) text: String,
    /// The answers.
    pub(crate) answers: Vec<String>,
    /// What was chosen.
    pub(crate) chosen: Option<usize>,
    /// Which is right.
    pub(crate) right: usize,
    /// Why.
    pub(crate) because: String,
}

impl Guide {
    /// The guide of a scenario; none if it has no steps.
    pub(crate) fn new(scenario: &'static Scenario, variant: Option<&str>) -> Option<Self> {
        let variant = variant.or_else(|| scenario.variants.first().map(|first| first.id))?;
        if (scenario.steps)(variant).is_empty() {
            return None;
        }
        Some(Self { lesson: Lesson::new(scenario, variant), is_closed: false })
    }

    /// The same, folded away.
    pub(crate) fn closed(self) -> Self {
        Self { is_closed: true, ..self }
    }

    /// Whether it is folded away.
    pub(crate) const fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Folds it away or back.
    pub(crate) const fn set_closed(&mut self, is_closed: bool) {
        self.is_closed = is_closed;
    }

    /// Into the next step. `false` at the end.
    pub(crate) fn enter_next(&mut self, session: &mut Session) -> bool {
        self.lesson.enter_next(session)
    }

    /// Back to the step before. `false` at the start.
    pub(crate) fn back(&mut self, session: &mut Session) -> bool {
        self.lesson.back(session)
    }

    /// Whether the current step shows what it wants to show.
    pub(crate) fn is_reached(&self, session: &Session) -> bool {
        self.lesson.is_reached(session)
    }

    /// To where it does, at once; not further than a lesson may take.
    pub(crate) fn run_until_reached(&self, session: &mut Session) {
        self.lesson.run_until_reached(session, MAX_EVENTS_PER_STEP);
    }

    /// The tab that the current step brings forward.
    pub(crate) fn tab(&self) -> Option<Tab> {
        match self.lesson.step().panel? {
            Panel::Conflict => Some(Tab::Conflict),
            Panel::Verdicts => Some(Tab::Verdicts),
            Panel::Replica => Some(Tab::Replica),
            Panel::Faults => Some(Tab::Faults),
            Panel::Events => Some(Tab::Events),
            Panel::Carts => None,
        }
    }

    /// Notes an answer to the current prediction.
    pub(crate) fn answer(&mut self, chosen: usize) {
        self.lesson.choose(chosen);
    }

    /// Which step of how many, from 1, and whether the answer to its question, if there is one, is right.
    #[cfg(feature = "catalogue")]
    pub(crate) fn progress(&self) -> (usize, usize, Option<bool>) {
        let prediction = self.lesson.step().prediction.as_ref();
        let answer = prediction.and_then(|prediction| self.lesson.answer().map(|answer| answer == prediction.right));
        (self.lesson.index() + 1, self.lesson.count(), answer)
    }

    /// What the ribbon shows.
    pub(crate) fn ribbon(&self) -> Ribbon {
        let step = self.lesson.step();
        let chosen = self.lesson.answer();
        let prediction = step.prediction.as_ref().map(|prediction| Question {
            text: prediction.question.to_owned(),
            answers: prediction.answers.iter().map(|answer| (*answer).to_owned()).collect(),
            chosen,
            right: prediction.right,
            because: prediction.because.to_owned(),
        });
        Ribbon {
            number: self.lesson.index() + 1,
            count: self.lesson.count(),
            text: step.text.to_owned(),
            prediction,
            tab: self.tab(),
            is_closed: self.is_closed,
        }
    }
}
