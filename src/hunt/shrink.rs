//! A finding with fewer parts: parts are left out, the rest is really run, and what still violates the guarantee is kept,
//! until no part can be left out alone.

use super::asked::{Judge, is_violated};
use super::cut::Cut;
use super::player::Player;
use super::recorded::recorded;
use super::{Found, Size};
use crate::checkers::Verdict;
use crate::recipe::{Open, Recipe};
use crate::replication::time::SimTime;
use crate::session::Session;

/// A finding on its way to fewer parts.
pub(super) struct Shrink {
    judge: Judge,
    /// The finding as it is now.
    found: Found,
    phase: Phase,
    /// The run that is tried, and what it came from.
    trial: Option<Player>,
    /// Workloads as commands, what is tried last first.
    recorded: Vec<Recipe>,
}

/// What is tried.
enum Phase {
    /// The same commands, judged when the run is over by itself and not where it was found.
    Untimed,
    /// Commands in place of workloads.
    Recorded,
    /// The run without the `size` commands before `end`.
    Runs {
        size: usize,
        end: usize,
    },
    /// The run without one part; `failed` were tried in a row without success.
    Parts {
        cursor: usize,
        failed: usize,
    },
    /// The same, opened where it was judged.
    Opened,
    Done,
}

impl Shrink {
    /// Starts from a run that violates the guarantee; `until`: it was ended there because that was asked for.
    pub(super) fn new(judge: Judge, session: &Session, verdict: Verdict, until: Option<SimTime>) -> Self {
        let mut recipe = session.recipe();
        recipe.open = None;
        // A constraint is one of the scenario: without its name nobody would judge the replay by it.
        if !matches!(judge, Judge::Constraint(_)) {
            (recipe.scenario, recipe.variant) = (None, None);
        }
        recipe.commands.truncate(session.applied_count());
        let size = Size::of(session);
        let found = Found {
            seed: session.seed(),
            subject: 0,
            recipe,
            until: Some(until.unwrap_or_else(|| session.now())),
            fingerprint: session.fingerprint(),
            ended_at: session.now(),
            verdict,
            before: size,
            after: size,
            is_minimal: false,
        };
        let phase = if until.is_none() { Phase::Untimed } else { Phase::Recorded };
        let mut shrink = Self { judge, found, phase, trial: None, recorded: Vec::new() };
        shrink.record(session);
        shrink
    }

    /// The same, known to be of this subject.
    pub(super) fn of_subject(mut self, subject: usize) -> Self {
        self.found.subject = subject;
        self
    }

    /// The finding as it is now.
    pub(super) const fn found(&self) -> &Found {
        &self.found
    }

    /// The finding as it was left.
    pub(super) fn into_found(self) -> Found {
        self.found
    }

    /// Goes on a little: a run that is tried, or the next one. `false`: nothing more can be tried.
    pub(super) fn step(&mut self) -> bool {
        match &mut self.trial {
            Some(player) => {
                if player.step() {
                    self.judge();
                }
                true
            }
            None => self.try_next(),
        }
    }

    /// Whether a run is under way.
    pub(super) const fn is_trying(&self) -> bool {
        self.trial.is_some()
    }

    /// Begins the next run that is worth it.
    fn try_next(&mut self) -> bool {
        while !matches!(self.phase, Phase::Done) {
            let candidate = self.candidate();
            let until = if matches!(self.phase, Phase::Untimed) { None } else { self.found.until };
            // What cannot be built is no run.
            match candidate.and_then(|recipe| Player::of_recipe(recipe, until).ok()) {
                Some(player) => {
                    self.trial = Some(player);
                    return true;
                }
                None => self.reject(),
            }
        }
        false
    }

    fn candidate(&mut self) -> Option<Recipe> {
        let recipe = &self.found.recipe;
        match self.phase {
            Phase::Untimed => Some(recipe.clone()),
            Phase::Recorded => self.recorded.pop(),
            Phase::Runs { size, end } => Cut::Commands(end.saturating_sub(size)..end).apply(recipe),
            Phase::Parts { cursor, .. } => Cut::all(recipe).get(cursor)?.apply(recipe),
            Phase::Opened => Some(Recipe { open: Some(opened(self.found.ended_at)), ..recipe.clone() }),
            Phase::Done => None,
        }
    }

    /// Keeps the run if it violates the guarantee, as much a promise as before.
    fn judge(&mut self) {
        let Some(player) = self.trial.take() else { return };
        let session = player.session();
        let verdict = self.judge.judge(session);
        match verdict {
            Some(verdict) if is_violated(&verdict) && verdict.promised == self.found.verdict.promised => {
                self.keep(session, verdict);
                self.accept(session);
            }
            _ => self.reject(),
        }
    }

    fn keep(&mut self, session: &Session, verdict: Verdict) {
        let open = match self.phase {
            Phase::Opened => Some(opened(self.found.ended_at)),
            _ => self.found.recipe.open.take(),
        };
        self.found.recipe = Recipe { open, ..session.recipe() };
        self.found.fingerprint = session.fingerprint();
        self.found.ended_at = session.now();
        self.found.verdict = verdict;
        self.found.is_minimal = false;
        self.found.after = Size::of(session);
    }

    fn accept(&mut self, session: &Session) {
        self.phase = match self.phase {
            Phase::Untimed => {
                self.found.until = None;
                self.record(session);
                Phase::Recorded
            }
            Phase::Recorded => self.all_commands(),
            Phase::Runs { size, end } => self.next_run(size, end),
            // What comes after the part has its place now.
            Phase::Parts { cursor, .. } => self.next_part(cursor, 0),
            // A run goes on for a while after the place where it opens: all parts may matter less now.
            Phase::Opened => Phase::Parts { cursor: 0, failed: 0 },
            Phase::Done => Phase::Done,
        };
    }

    fn reject(&mut self) {
        self.phase = match self.phase {
            Phase::Untimed => Phase::Recorded,
            Phase::Recorded if self.recorded.is_empty() => self.all_commands(),
            Phase::Recorded => Phase::Recorded,
            Phase::Runs { size, end } => self.next_run(size, end),
            Phase::Parts { cursor, failed } => self.next_part(cursor + 1, failed + 1),
            Phase::Opened | Phase::Done => Phase::Done,
        };
    }

    fn all_commands(&self) -> Phase {
        let count = self.found.recipe.commands.len();
        Phase::Runs { size: count, end: count }
    }

    /// Halves, quarters, …, from the last to the first; single ones are parts like others.
    fn next_run(&self, size: usize, end: usize) -> Phase {
        let start = end.saturating_sub(size);
        match size {
            _ if start > 0 => Phase::Runs { size, end: start },
            0..=3 => Phase::Parts { cursor: 0, failed: 0 },
            _ => Phase::Runs { size: size / 2, end: self.found.recipe.commands.len() },
        }
    }

    fn next_part(&mut self, cursor: usize, failed: usize) -> Phase {
        let count = Cut::all(&self.found.recipe).len();
        if failed < count {
            return Phase::Parts { cursor: if cursor < count { cursor } else { 0 }, failed };
        }
        self.found.is_minimal = true;
        match self.found.until {
            _ if self.found.recipe.open.is_some() => Phase::Done,
            None => Phase::Opened,
            // When such a run is judged does not depend on where it opens.
            Some(until) => {
                self.found.recipe.open = Some(opened(until));
                Phase::Done
            }
        }
    }

    /// Workloads as commands: up to the end of what shows the violation, or else all.
    fn record(&mut self, session: &Session) {
        let recipe = &self.found.recipe;
        let shown = self.found.verdict.witness.iter().flat_map(|witness| &witness.operations);
        let records = shown.filter_map(|number| session.history().get(usize::try_from(*number).ok()?));
        let shown_by = records.filter_map(|record| record.closed.as_ref().map(|(at, _)| *at)).max();
        let times = [Some(session.now()), shown_by].into_iter().flatten();
        self.recorded = times.filter_map(|until| recorded(recipe, session.history(), until)).collect();
    }
}

fn opened(at: SimTime) -> Open {
    Open { at_ns: at, view: None, step: None }
}
