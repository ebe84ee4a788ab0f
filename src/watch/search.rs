//! A search in slices: so many events as its caller has time for, until something is found or the search is over.

use super::{Breakpoint, Found, Watch};
use crate::limits;
use crate::replication::time::SimTime;
use crate::scenarios::Scenario;
use crate::session::{Position, Session};

/// A run on its way to a breakpoint.
pub struct Search {
    watch: Watch,
    breakpoint: Breakpoint,
    from: Position,
}

/// How a search stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on.
    Going,
    /// What was waited for happened with the last event.
    Found(Found),
    /// Nothing is left to happen.
    Ended,
    /// The longest search or the longest run is over.
    GivenUp,
}

impl Search {
    /// From the place where the run stands.
    #[must_use]
    pub fn new(breakpoint: Breakpoint, scenario: Option<&'static Scenario>, session: &Session) -> Self {
        Self { watch: Watch::new(breakpoint, scenario, session), breakpoint, from: session.position() }
    }

    /// What is waited for.
    #[must_use]
    pub const fn breakpoint(&self) -> Breakpoint {
        self.breakpoint
    }

    /// Where it began.
    #[must_use]
    pub const fn from(&self) -> Position {
        self.from
    }

    /// Events searched so far.
    #[must_use]
    pub fn event_count(&self, session: &Session) -> u64 {
        session.event_count().saturating_sub(self.from.event)
    }

    /// Takes the run on for as long as `may_go_on`, asked after each event, says so.
    pub fn advance(&mut self, session: &mut Session, mut may_go_on: impl FnMut() -> bool) -> Progress {
        loop {
            if self.event_count(session) >= limits::MAX_WATCHED_EVENTS || session.now() >= SimTime(limits::MAX_RUN_NS) {
                return Progress::GivenUp;
            }
            if !session.step() {
                return Progress::Ended;
            }
            if let Some(found) = self.watch.look(session) {
                return Progress::Found(found);
            }
            if !may_go_on() {
                return Progress::Going;
            }
        }
    }
}
