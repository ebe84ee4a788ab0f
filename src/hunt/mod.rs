//! The search for an anomaly: the first seed whose run violates a guarantee, and then the fewest nodes, clients, operations
//! and faults that still do.
//!
//! Pure and in slices: [`Hunt::step`] does a bounded piece of work, so that a caller stays awake, shows progress and may stop
//! at any time. The same question has the same answer, and ranges of seeds are independent: of several answers the one with
//! the smallest seed is that of all the ranges together.

mod asked;
mod cut;
mod faults;
mod lines;
mod order;
mod player;
mod recorded;
mod report;
mod shrink;
mod target;

pub use asked::PROMISED;
pub use lines::MessageError;
pub use order::Order;
pub(crate) use player::Player;
pub use report::{Finding, Report};
pub use target::{HuntError, Subject, Target};

use crate::checkers::Verdict;
use crate::limits;
use crate::recipe::Recipe;
use crate::replication::time::SimTime;
use crate::session::Session;
use crate::simulation::command::Command;
use asked::Asked;
use shrink::Shrink;
use std::ops::Range;

/// Runs of one search where nothing else is asked for.
pub const DEFAULT_RUNS: u64 = 100_000;

/// A search in progress.
pub struct Hunt {
    target: Target,
    asked: Asked,
    seeds: Range<u64>,
    runs_max: u64,
    /// Until when clients began something, for each subject: faults are drawn up to then.
    busy_until: Vec<SimTime>,
    tally: Tally,
    has_verdict: bool,
    state: State,
}

/// What was run so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs of seeds.
    pub searched: u64,
    /// Those of them of which the guarantee cannot be said to hold or not.
    pub undecided: u64,
    /// Runs with parts left out.
    pub shrunk: u64,
}

/// Where a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It looks for a seed.
    Searching {
        /// The one that is run.
        seed: u64,
        /// All runs so far.
        runs: u64,
    },
    /// It leaves parts out.
    Shrinking {
        /// All runs so far.
        runs: u64,
        /// What is left.
        size: Size,
    },
    /// There is an outcome.
    Done,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A run violates the guarantee.
    Found(Box<Found>),
    /// No run of these seeds does.
    NotFound,
    /// No more runs were allowed; this seed and those after it were not searched.
    Stopped(u64),
    /// No run of the first seed has anything that the guarantee is about.
    NothingToJudge,
}

/// A violation, with as few parts as could be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The smallest seed that has one.
    pub seed: u64,
    /// Which of the target's subjects.
    pub subject: usize,
    /// What replays it.
    pub recipe: Recipe,
    /// When it is to be judged; `None`: when the run is over by itself.
    pub until: Option<SimTime>,
    /// The fingerprint of the run when it is judged.
    pub fingerprint: u64,
    /// When it is judged.
    pub ended_at: SimTime,
    /// What the checker says of it.
    pub verdict: Verdict,
    /// How large the run was that was found.
    pub before: Size,
    /// How large it is now.
    pub after: Size,
    /// Whether no part can be left out alone.
    pub is_minimal: bool,
}

/// How large a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Sites.
    pub sites: usize,
    /// Nodes.
    pub nodes: usize,
    /// Sessions of clients.
    pub clients: usize,
    /// Operations that clients began.
    pub operations: usize,
    /// Commands to nodes, links and messages, those that mend something included.
    pub faults: usize,
}

/// What it is doing.
enum State {
    /// Finds out how long a subject is busy.
    Measuring(usize, Option<Player>),
    Searching(u64, usize, Option<Player>),
    Shrinking(Box<Shrink>),
    Done(Outcome),
}

impl Hunt {
    /// A search among the seeds from the start of the range to just before its end. The guarantee is the id of a checker or of a
    /// constraint of the scenario, or [`PROMISED`].
    ///
    /// # Errors
    /// What cannot be searched, and why.
    pub fn new(target: Target, guarantee: &str, seeds: Range<u64>) -> Result<Self, HuntError> {
        let asked = target.check(guarantee, &seeds)?;
        let busy_until = vec![SimTime::ZERO; target.subjects.len()];
        let state = if target.faults > 0 { State::Measuring(0, None) } else { State::Searching(seeds.start, 0, None) };
        let tally = Tally::default();
        Ok(Self { target, asked, seeds, runs_max: DEFAULT_RUNS, busy_until, tally, has_verdict: false, state })
    }

    /// The same with so many runs at most, finding and shrinking together.
    #[must_use]
    pub fn of_at_most(mut self, runs: u64) -> Self {
        self.runs_max = runs.min(limits::MAX_HUNT_RUNS);
        self
    }

    /// Does a bounded piece of work.
    pub fn step(&mut self) -> Progress {
        match std::mem::replace(&mut self.state, State::Done(Outcome::NotFound)) {
            State::Measuring(subject, player) => self.measure(subject, player),
            State::Searching(seed, subject, player) => self.search(seed, subject, player),
            State::Shrinking(shrink) => self.shrink(shrink),
            done @ State::Done(_) => self.state = done,
        }
        self.progress()
    }

    /// Searches to the end.
    pub fn run(&mut self) -> &Outcome {
        while self.step() != Progress::Done {}
        self.outcome().unwrap_or(&Outcome::NotFound)
    }

    /// How it ended, if it has.
    #[must_use]
    pub const fn outcome(&self) -> Option<&Outcome> {
        if let State::Done(outcome) = &self.state { Some(outcome) } else { None }
    }

    /// What was run so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// What is searched.
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Where it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let runs = self.tally.searched + self.tally.shrunk;
        match &self.state {
            State::Measuring(..) => Progress::Searching { seed: self.seeds.start, runs },
            State::Searching(seed, ..) => Progress::Searching { seed: *seed, runs },
            State::Shrinking(shrink) => Progress::Shrinking { runs, size: shrink.found().after },
            State::Done(_) => Progress::Done,
        }
    }

    /// The subject runs on its own seed, without faults, so that other ranges of seeds draw the same ones.
    fn measure(&mut self, subject: usize, player: Option<Player>) {
        let mut player = player.or_else(|| self.target.play(subject, None, &[]).ok());
        if let Some(player) = player.take_if(|player| !player.step()) {
            self.state = State::Measuring(subject, Some(player));
            return;
        }
        let last = player.and_then(|player| player.session().history().iter().last().map(|last| last.invoked_at));
        self.busy_until[subject] = last.unwrap_or_default();
        self.state = match subject + 1 {
            next if next < self.busy_until.len() => State::Measuring(next, None),
            _ => State::Searching(self.seeds.start, 0, None),
        };
    }

    fn search(&mut self, seed: u64, subject: usize, player: Option<Player>) {
        self.state = match player {
            Some(mut player) => match player.step() {
                true => self.judge(seed, subject, &player),
                false => State::Searching(seed, subject, Some(player)),
            },
            None if self.tally.searched >= self.runs_max => State::Done(Outcome::Stopped(seed)),
            None => {
                self.tally.searched += 1;
                let faults = self.target.draw(subject, seed, self.busy_until[subject]);
                match self.target.play(subject, Some(seed), &faults) {
                    Ok(player) => State::Searching(seed, subject, Some(player)),
                    // It was found to be sound before.
                    Err(_) => self.go_on(seed, subject),
                }
            }
        };
    }

    fn judge(&mut self, seed: u64, subject: usize, player: &Player) -> State {
        let session = player.session();
        let judged = self.asked.judge(session);
        self.has_verdict |= judged.is_about;
        match judged.violated {
            Some((judge, verdict)) => {
                let shrink = Shrink::new(judge, session, verdict, self.target.until);
                State::Shrinking(Box::new(shrink.of_subject(subject)))
            }
            None => {
                self.tally.undecided += u64::from(judged.is_undecided);
                self.go_on(seed, subject)
            }
        }
    }

    /// The next subject, or else the next seed.
    fn go_on(&self, seed: u64, subject: usize) -> State {
        match subject + 1 {
            next if next < self.target.subjects.len() => State::Searching(seed, next, None),
            _ if !self.has_verdict => State::Done(Outcome::NothingToJudge),
            _ if seed + 1 < self.seeds.end => State::Searching(seed + 1, 0, None),
            _ => State::Done(Outcome::NotFound),
        }
    }

    fn shrink(&mut self, mut shrink: Box<Shrink>) {
        let is_stopped = !shrink.is_trying() && self.tally.searched + self.tally.shrunk >= self.runs_max;
        let was_trying = shrink.is_trying();
        self.state = if !is_stopped && shrink.step() {
            self.tally.shrunk += u64::from(!was_trying);
            State::Shrinking(shrink)
        } else {
            State::Done(Outcome::Found(Box::new(shrink.into_found())))
        };
    }
}

impl Size {
    fn of(session: &Session) -> Self {
        let setup = session.setup();
        let is_fault = |command: &Command| !matches!(command, Command::Act { .. });
        let given = session.commands().iter().take(session.applied_count());
        Self {
            sites: setup.sites.len(),
            nodes: setup.node_count(),
            clients: setup.sessions.len(),
            operations: session.history().len(),
            faults: given.filter(|timed| is_fault(&timed.command)).count(),
        }
    }
}

#[cfg(test)]
mod tests;
