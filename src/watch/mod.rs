//! Breakpoints: a run is taken on, event by event, until something that a person waits for happens. What is found comes as
//! data, the words for it stand in `view/breakpoint.rs`. Pure: acts on a run only by stepping it.

mod leaders;
mod search;
#[cfg(all(test, feature = "catalogue"))]
mod tests;

pub use search::{Progress, Search};

use self::leaders::Groups;
use crate::checkers::{self, Verdict, Witness, stale_read};
use crate::limits;
use crate::replication::causality::Dot;
use crate::replication::delta::{Item, Key};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::{MessageKind, Reply};
use crate::replication::time::SimDuration;
use crate::scenarios::Scenario;
use crate::scenarios::claim::verdicts;
use crate::session::Session;
use crate::simulation::journal::{Entry, Happening};
use std::collections::{BTreeMap, BTreeSet};

/// What a person waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breakpoint {
    /// A read that misses a write which was complete before it began.
    StaleRead,
    /// Two versions that had not seen each other meet, or a client is shown both.
    Conflict,
    /// An acknowledged write that is dropped, or that does not show once all is quiet.
    LostWrite,
    /// Two running nodes lead the same group at once.
    SplitBrain,
    /// A guarantee or constraint is violated once more: this one, or any.
    Violation(Option<&'static str>),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A read, and the writes that it misses, by their numbers in the history.
    StaleRead {
        /// The read.
        read: u64,
        /// The writes, the one that was complete first at the front.
        missed: Vec<u64>,
        /// How long that one had been complete when the read began.
        age: SimDuration,
    },
    /// Two versions met.
    Conflict {
        /// Where.
        node: NodeId,
        /// The record.
        key: Key,
        /// The cart line, if it is a cart.
        item: Option<Item>,
        /// Numbers of their writes, as far as these were answered.
        operations: Vec<u64>,
    },
    /// A client was shown several versions.
    SideBySide {
        /// Number of its read.
        read: u64,
        /// How many.
        count: usize,
    },
    /// A write that its client was told is done.
    LostWrite {
        /// Its number in the history, and those of others that went with it.
        operations: Vec<u64>,
        /// The node that dropped it; nothing where it just does not show.
        dropped_at: Option<NodeId>,
    },
    /// Two leaders.
    SplitBrain([NodeId; 2]),
    /// A violated guarantee.
    Violation {
        /// Its id.
        guarantee: &'static str,
        /// Its name for people.
        title: &'static str,
        /// What shows it.
        witness: Witness,
    },
}

/// Looks at a run after each event. What was there when it began does not count.
pub struct Watch {
    breakpoint: Breakpoint,
    scenario: Option<&'static Scenario>,
    journal_from: u64,
    met: BTreeSet<(Dot, Dot)>,
    discarded: BTreeSet<Dot>,
    violations: BTreeMap<&'static str, u32>,
    groups: Groups,
    /// Set as long as something happened that was not judged on a quiet network yet.
    is_open: bool,
    /// Events to let pass before the next look, and how many to let pass after that.
    wait: (u32, u32),
}

/// While a network does not become quiet, what is judged only then is looked at ever more rarely, but so often.
const LONGEST_WAIT: u32 = 64;

impl Watch {
    /// Begins at the place where the run stands.
    #[must_use]
    pub fn new(breakpoint: Breakpoint, scenario: Option<&'static Scenario>, session: &Session) -> Self {
        let mut watch = Self {
            breakpoint,
            scenario,
            journal_from: session.journal().end(),
            met: BTreeSet::new(),
            discarded: BTreeSet::new(),
            violations: BTreeMap::new(),
            groups: Groups::of(session),
            is_open: true,
            wait: (0, 1),
        };
        watch.take_stock(session);
        watch
    }

    /// What happened since the last look, if it is what is waited for.
    pub fn look(&mut self, session: &Session) -> Option<Found> {
        let journal = session.journal();
        let entries: Vec<Entry> = journal.iter_from(self.journal_from).collect();
        self.journal_from = journal.end();
        match self.breakpoint {
            Breakpoint::StaleRead => entries.iter().find_map(|entry| stale(entry, session)),
            Breakpoint::Conflict => entries.iter().find_map(|entry| self.conflict(entry, session)),
            Breakpoint::LostWrite => self.dropped(&entries, session).or_else(|| self.vanished(&entries, session)),
            Breakpoint::SplitBrain => self.groups.look(&entries, session).map(Found::SplitBrain),
            Breakpoint::Violation(guarantee) => self.violated(guarantee, &entries, session),
        }
    }

    fn take_stock(&mut self, session: &Session) {
        match self.breakpoint {
            Breakpoint::StaleRead | Breakpoint::SplitBrain => {}
            Breakpoint::Conflict => {
                let journal = session.journal();
                for entry in journal.iter_from(journal.dropped_count()) {
                    self.conflict(&entry, session);
                }
            }
            Breakpoint::LostWrite => {
                self.discarded = discarded(session).map(|(_, dot)| dot).collect();
                self.note_counts(&lost(session).into_iter().collect::<Vec<_>>());
            }
            Breakpoint::Violation(_) => self.note_counts(&verdicts(self.scenario, session)),
        }
    }

    fn conflict(&mut self, entry: &Entry, session: &Session) -> Option<Found> {
        match &entry.happening {
            Happening::Noted(node, note) => {
                let Note::Conflict { key, item, here, arrived } = &**note else { return None };
                // Every replica finds the same conflict: counted once.
                let is_new = self.met.insert((*here.min(arrived), *here.max(arrived)));
                is_new.then(|| Found::Conflict {
                    node: *node,
                    key: key.clone(),
                    item: item.clone(),
                    operations: written_by(session, &[*here, *arrived]),
                })
            }
            Happening::Answered(_, number) => {
                let record = session.history().get(usize::try_from(*number).ok()?)?;
                let Some((_, Reply::Siblings { values, .. })) = &record.closed else { return None };
                (values.len() > 1).then_some(Found::SideBySide { read: *number, count: values.len() })
            }
            _ => None,
        }
    }

    /// A returning leader dropped entries: were clients told that those are done?
    fn dropped(&mut self, entries: &[Entry], session: &Session) -> Option<Found> {
        let is_drop = |entry: &Entry| matches!(&entry.happening, Happening::Noted(_, note) if matches!(**note, Note::TailDiscarded(..)));
        if !entries.iter().any(is_drop) {
            return None;
        }
        let fresh: Vec<(NodeId, Dot)> = discarded(session).filter(|(_, dot)| !self.discarded.contains(dot)).collect();
        self.discarded.extend(fresh.iter().map(|(_, dot)| *dot));
        let dots: Vec<Dot> = fresh.iter().map(|(_, dot)| *dot).collect();
        let operations = written_by(session, &dots);
        let at = fresh.first().map(|(node, _)| *node);
        (!operations.is_empty()).then_some(Found::LostWrite { operations, dropped_at: at })
    }

    /// An acknowledged write does not show on a quiet network.
    fn vanished(&mut self, entries: &[Entry], session: &Session) -> Option<Found> {
        if !self.is_due(entries, session) {
            return None;
        }
        let verdict = lost(session)?;
        self.is_open = verdict.holds.is_none();
        let (_, _, witness) = self.worse(&[verdict])?;
        Some(Found::LostWrite { operations: witness.operations, dropped_at: None })
    }

    fn violated(&mut self, guarantee: Option<&'static str>, entries: &[Entry], session: &Session) -> Option<Found> {
        let is_answered = entries.iter().any(|entry| matches!(entry.happening, Happening::Answered(..)));
        if !self.is_due(entries, session) && !is_answered {
            return None;
        }
        let judged = match guarantee.and_then(checkers::find) {
            Some(checker) => checker.judge(&session.snapshot(), session.history()).into_iter().collect(),
            None => verdicts(self.scenario, session),
        };
        let meant: Vec<Verdict> =
            judged.into_iter().filter(|verdict| guarantee.is_none_or(|guarantee| verdict.guarantee == guarantee)).collect();
        self.is_open = meant.iter().any(|verdict| verdict.holds.is_none());
        let (guarantee, title, witness) = self.worse(&meant)?;
        Some(Found::Violation { guarantee, title, witness })
    }

    /// The first guarantee that is violated more often than when it was last looked at, with the newest proof.
    fn worse(&mut self, verdicts: &[Verdict]) -> Option<(&'static str, &'static str, Witness)> {
        let before = std::mem::take(&mut self.violations);
        self.note_counts(verdicts);
        let is_worse = |verdict: &&Verdict| verdict.violation_count > before.get(verdict.guarantee).copied().unwrap_or(0);
        let worse = verdicts.iter().filter(|verdict| verdict.holds == Some(false)).find(is_worse)?;
        let newest = |witness: &&Witness| witness.operations.iter().max().copied();
        let witness = worse.witness.iter().max_by_key(newest)?;
        Some((worse.guarantee, worse.title, witness.clone()))
    }

    fn note_counts(&mut self, verdicts: &[Verdict]) {
        for verdict in verdicts {
            self.violations.insert(verdict.guarantee, verdict.violation_count);
        }
    }

    /// Whether to judge what only a quiet network tells: after anything but signs of life, until it was decided.
    fn is_due(&mut self, entries: &[Entry], session: &Session) -> bool {
        if entries.iter().any(is_of_weight) {
            (self.is_open, self.wait) = (true, (0, 1));
        }
        if !self.is_open || session.flights().iter().any(|flight| flight.kind != MessageKind::Heartbeat) {
            return false;
        }
        let (left, next) = self.wait;
        self.wait = if left == 0 { (next, (next * 2).min(LONGEST_WAIT)) } else { (left - 1, next) };
        left == 0
    }
}

/// What the checker of lost writes says.
fn lost(session: &Session) -> Option<Verdict> {
    checkers::find("no-lost-writes")?.judge(&session.snapshot(), session.history())
}

/// Writes that nodes dropped for good.
fn discarded(session: &Session) -> impl Iterator<Item = (NodeId, Dot)> {
    let nodes = session.snapshot().nodes.into_iter();
    nodes.filter_map(|node| Some((node.node, node.replica?))).flat_map(|(node, replica)| {
        let dots: Vec<Dot> = replica.discarded.iter().map(|one| one.dot).collect();
        dots.into_iter().map(move |dot| (node, dot))
    })
}

/// Numbers of the writes that were acknowledged under these names.
fn written_by(session: &Session, dots: &[Dot]) -> Vec<u64> {
    let is_meant = |reply: &Reply| matches!(reply, Reply::Written { dot: Some(dot), .. } if dots.contains(dot));
    let writes = session.history().numbered().filter(|(_, record)| record.closed.as_ref().is_some_and(|(_, reply)| is_meant(reply)));
    writes.map(|(number, _)| number).take(limits::MAX_FOUND_OPERATIONS).collect()
}

fn stale(entry: &Entry, session: &Session) -> Option<Found> {
    let Happening::Answered(_, number) = entry.happening else { return None };
    let stale = stale_read(session.history(), number)?;
    Some(Found::StaleRead { read: stale.read, missed: stale.missed, age: stale.age })
}

fn is_of_weight(entry: &Entry) -> bool {
    let kind = match &entry.happening {
        Happening::Sent { kind, .. } | Happening::Delivered { kind, .. } | Happening::Dropped { kind, .. } => *kind,
        Happening::Noted(..) | Happening::Answered(..) | Happening::Commanded(_) => return true,
    };
    kind != MessageKind::Heartbeat
}
