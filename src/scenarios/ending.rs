//! When a run is over that no lesson leads: at a given time, or once nothing is under way any more.

use super::lesson;
use crate::recipe::Recipe;
use crate::replication::time::{SimDuration, SimTime};
use crate::session::Session;
use crate::simulation::setup::Workload;

/// A run goes on for at least this long after its last command, so that what goes out now and then goes out.
const SETTLES_AFTER: SimDuration = SimDuration::from_ms(2_000);
/// It ends there, quiet or not: workloads never end by themselves.
const ENDS_AFTER: SimDuration = SimDuration::from_ms(10_000);
/// How often it is asked whether the network is quiet.
const ASKS_EVERY: SimDuration = SimDuration::from_ms(50);

/// The end of a run, as it comes nearer.
#[derive(Clone, Debug)]
pub struct Ending {
    is_fixed: bool,
    is_loaded: bool,
    latest: SimTime,
    next: SimTime,
}

impl Ending {
    /// The end of this recipe's run: at `until`, or else when it is quiet.
    #[must_use]
    pub fn of(recipe: &Recipe, until: Option<SimTime>) -> Self {
        let last = recipe.commands.last().map_or(SimTime::ZERO, |last| last.at_ns);
        let opened = recipe.open.as_ref().map_or(SimTime::ZERO, |open| open.at_ns);
        let from = last.max(opened);
        Self {
            is_fixed: until.is_some(),
            is_loaded: recipe.setup.sessions.iter().any(|session| session.workload != Workload::Idle),
            latest: from + ENDS_AFTER,
            next: until.unwrap_or(from + SETTLES_AFTER),
        }
    }

    /// The time to run to next. `None`: the run is over.
    pub fn goes_on_to(&mut self, session: &Session) -> Option<SimTime> {
        let now = session.now();
        if session.is_at_limit() {
            return None;
        }
        if now >= self.next {
            let is_over = self.is_fixed || now >= self.latest || (!self.is_loaded && lesson::is_quiet(&session.snapshot()));
            self.next = if is_over { return None } else { now + ASKS_EVERY };
        }
        Some(self.next)
    }
}
