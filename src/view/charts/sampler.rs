//! Follows a run with a run of its own, so that what is measured at the end of each bin does not hang on the pace of the
//! screen. Going back in the run changes nothing here; another future starts it anew.

use super::bins::{Bin, Bins, Sample};
use super::staleness::Staleness;
use crate::checkers;
use crate::limits;
use crate::replication::causality::Dot;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::time::{SimDuration, SimTime};
use crate::session::Session;
use crate::simulation::Options;
use crate::simulation::journal::Happening;
use crate::simulation::snapshot::Snapshot;
use crate::view::lanes::Identity;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a run.
#[derive(Default)]
pub struct Sampler {
    identity: Option<Identity>,
    run: Option<Session>,
    bins: Bins,
    staleness: Staleness,
    read_end: u64,
    operation_end: usize,
    /// Operations without an outcome yet, by number, and when they were asked.
    open: BTreeMap<u64, SimTime>,
    conflicts: BTreeSet<(Dot, Dot)>,
    busy: Vec<SimDuration>,
}

impl Sampler {
    /// The bins so far.
    #[must_use]
    pub const fn bins(&self) -> &Bins {
        &self.bins
    }

    /// How far it has come.
    #[must_use]
    pub fn reached(&self) -> SimTime {
        self.run.as_ref().map_or(SimTime::ZERO, Session::now)
    }

    /// Goes on to where the session is, or as far as `most` events lead. Returns whether anything was measured.
    pub fn follow(&mut self, session: &Session, most: u64) -> bool {
        let identity = Identity::of(session);
        if self.identity.as_ref() != Some(&identity) {
            let run = Session::open_with(crate::recipe::Recipe { open: None, ..session.recipe() }, Options::watched()).ok();
            *self = Self { identity: Some(identity), run, ..Self::default() };
        }
        let Some(mut run) = self.run.take() else { return false };
        let (start, target) = (run.now(), session.now());
        let last = run.event_count().saturating_add(most);
        while run.now() < target && run.event_count() < last {
            let width = self.bins.width().0;
            let bin_end = SimTime((run.now().0 / width + 1) * width);
            run.run_until(bin_end.min(target));
            self.take_in(&run, bin_end);
        }
        let moved = run.now() > start;
        self.run = Some(run);
        moved
    }

    fn take_in(&mut self, run: &Session, bin_end: SimTime) {
        self.read_operations(run);
        self.read_journal(run);
        let snapshot = run.snapshot();
        // The end of a bin belongs to it.
        let inside = SimTime(run.now().0.min(bin_end.0.saturating_sub(1)));
        let busy: Vec<SimDuration> = snapshot.nodes.iter().map(|node| node.busy).collect();
        let grown = busy
            .iter()
            .enumerate()
            .map(|(index, now)| SimDuration(now.0.saturating_sub(self.busy.get(index).map_or(0, |before| before.0))));
        let grown: Vec<SimDuration> = grown.collect();
        self.busy = busy;
        let sample = sample(run, &snapshot);
        let bin = self.bins.at(inside);
        bin.busy.resize(grown.len(), SimDuration::ZERO);
        bin.busy.iter_mut().zip(grown).for_each(|(sum, more)| sum.0 += more.0);
        bin.sample = Some(sample);
    }

    fn read_operations(&mut self, run: &Session) {
        let history = run.history();
        for number in self.operation_end..history.len() {
            if let Some(record) = history.get(number) {
                self.open.insert(number as u64, record.invoked_at);
            }
        }
        self.operation_end = history.len();
        let given_up = |number: &u64| history.get(*number as usize).is_some_and(|record| record.is_unknown && record.closed.is_none());
        let unknown: Vec<(u64, SimTime)> =
            self.open.iter().filter(|(number, _)| given_up(number)).map(|(number, at)| (*number, *at)).collect();
        for (number, asked_at) in unknown {
            self.open.remove(&number);
            self.bins.at(asked_at).unknown_count += 1;
        }
    }

    fn read_journal(&mut self, run: &Session) {
        let journal = run.journal();
        let first = self.read_end.max(journal.dropped_count());
        for entry in journal.iter_from(first) {
            match &entry.happening {
                Happening::Answered(_, operation) => self.answered(run, entry.at, *operation),
                Happening::Noted(_, note) => {
                    if let Note::Conflict { here, arrived, .. } = note.as_ref() {
                        let pair = (*here.min(arrived), *here.max(arrived));
                        if self.conflicts.len() < limits::MAX_CHART_CONFLICTS && self.conflicts.insert(pair) {
                            self.bins.at(entry.at).conflict_count += 1;
                        }
                    }
                }
                _ => {}
            }
        }
        self.read_end = journal.end();
    }

    fn answered(&mut self, run: &Session, at: SimTime, operation: u64) {
        let record = usize::try_from(operation).ok().and_then(|number| run.history().get(number));
        let Some(record) = record.filter(|_| self.open.remove(&operation).is_some()) else { return };
        let stale = self.staleness.on_answer(operation, record);
        let bin: &mut Bin = self.bins.at(at);
        match &record.closed {
            Some((_, Reply::Refused(_))) => bin.failed_count += 1,
            Some((ended, _)) => {
                bin.ok_count += 1;
                bin.latencies_ns.push(ended.since(record.invoked_at).0);
            }
            None => {}
        }
        if let Some(age) = stale {
            bin.stale_count += 1;
            bin.stale_most = bin.stale_most.max(age);
        }
    }
}

/// Judging lost writes looks at the whole history: beyond the bound they are not judged, and the chart says so.
fn sample(run: &Session, snapshot: &Snapshot) -> Sample {
    let lags = snapshot.nodes.iter().map(|node| node.lag.map(|lag| (lag.entry_count, lag.age))).collect();
    let is_short = run.history().len() <= limits::MAX_CHART_JUDGED;
    let checker = checkers::find("no-lost-writes").filter(|_| is_short);
    let verdict = checker.and_then(|checker| checker.judge(snapshot, run.history()));
    let lost_count = verdict.filter(|verdict| verdict.holds.is_some()).map(|verdict| u64::from(verdict.violation_count));
    Sample { lags, lost_count, is_unjudged: !is_short }
}
