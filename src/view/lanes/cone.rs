//! Happens-before: what could have influenced an event, and what it could have influenced. One step after the other on
//! each process, from each message's sending to its arrival, and between a client and the node that served it: what the
//! node did before it was asked comes before the answer, what the client did before it asked comes before all that the
//! node did after it answered, and before the acceptance of the write that was asked for.
//!
//! Follows Lamport, "Time, clocks, and the ordering of events in a distributed system". Along a process the past is a
//! beginning and the future an end, so two numbers for each process hold all of it.

use super::lane::Process;
use crate::recipe::TimedCommand;
use crate::replication::causality::Dot;
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::{MessageKind, Refusal, Reply};
use crate::replication::time::SimTime;
use crate::simulation::command::Command;
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::journal::{Entry, Happening, Journal};
use std::collections::{BTreeMap, BTreeSet};

/// A run as a partial order.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// Its entries.
    pub journal: &'a Journal,
    /// What clients asked.
    pub history: &'a History,
    /// What was done to it.
    pub commands: &'a [TimedCommand],
    /// Whether signs of life carry influence too.
    pub with_heartbeats: bool,
}

/// The past and the future of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cone {
    /// The event.
    pub center: u64,
    /// The last entry of each process that could have influenced it.
    pub past: BTreeMap<Process, u64>,
    /// The first entry of each process that it could have influenced.
    pub future: BTreeMap<Process, u64>,
    /// How many entries of processes the past holds.
    pub past_count: u64,
    /// How many the future holds.
    pub future_count: u64,
}

/// How an event stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is the other one.
    Same,
    /// It could have influenced it.
    Before,
    /// It could have been influenced by it.
    After,
    /// Neither.
    Concurrent,
}

impl Cone {
    /// How the event with this number, of this process, stands to the center.
    #[must_use]
    pub fn relation(&self, process: Process, number: u64) -> Relation {
        if number == self.center {
            Relation::Same
        } else if self.past.get(&process).is_some_and(|last| number <= *last) {
            Relation::Before
        } else if self.future.get(&process).is_some_and(|first| number >= *first) {
            Relation::After
        } else {
            Relation::Concurrent
        }
    }
}

/// A message on the way that an influence took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The message.
    pub message: u64,
    /// The entry of its sending.
    pub sent: u64,
    /// The entry of its arrival.
    pub arrived: u64,
}

/// How an event first reached a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The messages that carried it, in order; none where it happened there.
    pub hops: Vec<Hop>,
    /// The first entry of the node that it could have influenced.
    pub reached: u64,
    /// When that was.
    pub at: SimTime,
}

/// What an entry takes part in.
struct Step<'a> {
    process: Option<Process>,
    sends: Option<u64>,
    takes: Option<u64>,
    accepts: Option<Dot>,
    answers: Option<&'a OperationRecord>,
}

impl<'a> Order<'a> {
    /// The past and the future of the entry with this number.
    #[must_use]
    pub fn cone(&self, center: u64) -> Cone {
        let entries: Vec<(u64, Entry)> = (self.journal.dropped_count()..).zip(self.journal.iter()).collect();
        let asked = self.asked();
        let mut cone = Cone { center, ..Cone::default() };
        self.look_back(&entries, &asked, &mut cone);
        self.look_ahead(&entries, &asked, &mut cone);
        cone
    }

    fn look_back(&self, entries: &[(u64, Entry)], asked: &BTreeMap<Dot, &OperationRecord>, cone: &mut Cone) {
        let (mut messages, mut dots, mut bounds) = (BTreeSet::new(), BTreeSet::new(), Bounds::default());
        let center = cone.center;
        for (number, entry) in entries.iter().rev().filter(|(number, _)| *number <= center) {
            let step = self.step(entry);
            let is_known = |process: &Process| cone.past.contains_key(process) || bounds.holds(*process, entry.at);
            let is_in = *number == center
                || step.process.as_ref().is_some_and(is_known)
                || step.sends.is_some_and(|message| messages.contains(&message))
                || step.accepts.is_some_and(|dot| dots.contains(&dot));
            if let Some(record) = step.answers.filter(|record| cone.past.contains_key(&Process::Node(record.node))) {
                // What the node did later came after what the client had done before it asked.
                bounds.up_to(Process::Session(record.session), record.invoked_at);
            }
            if !is_in {
                continue;
            }
            if let Some(process) = step.process {
                cone.past.entry(process).or_insert(*number);
            }
            cone.past_count += u64::from(*number != center && step.process.is_some());
            messages.extend(step.takes);
            dots.extend(step.answers.into_iter().flat_map(dots_of));
            if let Some(record) = step.answers {
                bounds.before(Process::Node(record.node), record.invoked_at);
            }
            if let Some(record) = step.accepts.and_then(|dot| asked.get(&dot)) {
                bounds.up_to(Process::Session(record.session), record.invoked_at);
            }
        }
    }

    fn look_ahead(&self, entries: &[(u64, Entry)], asked: &BTreeMap<Dot, &OperationRecord>, cone: &mut Cone) {
        let (mut messages, mut dots) = (BTreeSet::new(), BTreeSet::new());
        // When each process was first reached.
        let mut reached: BTreeMap<Process, SimTime> = BTreeMap::new();
        let center = cone.center;
        for (number, entry) in entries.iter().filter(|(number, _)| *number >= center) {
            let step = self.step(entry);
            let is_before = |process, at: SimTime| reached.get(&process).is_some_and(|first| *first < at);
            let is_up_to = |process, at: SimTime| reached.get(&process).is_some_and(|first| *first <= at);
            let is_asked_after = |record: &OperationRecord| is_up_to(Process::Session(record.session), record.invoked_at);
            let is_in = *number == center
                || step.process.is_some_and(|process| reached.contains_key(&process))
                || step.takes.is_some_and(|message| messages.contains(&message))
                || step.answers.is_some_and(|record| {
                    is_before(Process::Node(record.node), record.invoked_at) || dots_of(record).any(|dot| dots.contains(&dot))
                })
                || step.accepts.and_then(|dot| asked.get(&dot)).is_some_and(|record| is_asked_after(record));
            if let Some(record) = step.answers.filter(|record| is_asked_after(record)) {
                // The node had the request by now; it is reached with the next thing that it does.
                reached.entry(Process::Node(record.node)).or_insert(SimTime(u64::MAX));
            }
            if !is_in {
                continue;
            }
            if let Some(process) = step.process {
                cone.future.entry(process).or_insert(*number);
                let first = reached.entry(process).or_insert(entry.at);
                *first = (*first).min(entry.at);
            }
            cone.future_count += u64::from(*number != center && step.process.is_some());
            messages.extend(step.sends);
            dots.extend(step.accepts);
        }
    }

    /// The quickest way of messages from an entry to a node; `None`: it did not get there.
    #[must_use]
    pub fn way(&self, from: u64, to: NodeId) -> Option<Way> {
        let mut carried: BTreeMap<u64, u64> = BTreeMap::new();
        // How each node was reached; `None`: it is where it began.
        let mut reached: BTreeMap<NodeId, Option<Hop>> = BTreeMap::new();
        for (number, entry) in (from..).zip(self.journal.iter_from(from)) {
            let step = self.step(&entry);
            let Some(Process::Node(node)) = step.process else { continue };
            let hop = step.takes.and_then(|message| Some(Hop { message, sent: *carried.get(&message)?, arrived: number }));
            if !reached.contains_key(&node) && (hop.is_some() || number == from) {
                reached.insert(node, hop);
                if node == to {
                    return Some(Way { hops: back(&reached, to, self), reached: number, at: entry.at });
                }
            }
            if let Some(message) = step.sends.filter(|_| reached.contains_key(&node)) {
                carried.insert(message, number);
            }
        }
        None
    }

    /// The operation of each write that clients were told the name of.
    fn asked(&self) -> BTreeMap<Dot, &'a OperationRecord> {
        let named = |record: &'a OperationRecord| match &record.closed {
            Some((_, Reply::Written { dot: Some(dot), .. })) => Some((*dot, record)),
            _ => None,
        };
        self.history.kept().filter_map(named).collect()
    }

    fn step(&self, entry: &Entry) -> Step<'a> {
        let nothing = Step { process: None, sends: None, takes: None, accepts: None, answers: None };
        let counts = |kind: &MessageKind| self.with_heartbeats || *kind != MessageKind::Heartbeat;
        match &entry.happening {
            Happening::Sent { message, from, kind, .. } => {
                Step { process: Some(Process::Node(*from)), sends: counts(kind).then_some(*message), ..nothing }
            }
            Happening::Delivered { message, to, kind, .. } => {
                Step { process: Some(Process::Node(*to)), takes: counts(kind).then_some(*message), ..nothing }
            }
            // Nobody's event, but it has a past.
            Happening::Dropped { message, .. } => Step { takes: Some(*message), ..nothing },
            Happening::Noted(node, note) => {
                let accepts = match note.as_ref() {
                    Note::Accepted(dot) => Some(*dot),
                    _ => None,
                };
                Step { process: Some(Process::Node(*node)), accepts, ..nothing }
            }
            Happening::Answered(session, operation) => {
                let record = usize::try_from(*operation).ok().and_then(|number| self.history.get(number));
                Step { process: Some(Process::Session(*session)), answers: record.filter(|record| is_served(record)), ..nothing }
            }
            Happening::Commanded(index) => {
                let process = match self.commands.get(*index as usize).map(|timed| &timed.command) {
                    Some(Command::Act { session, .. }) => Some(Process::Session(*session)),
                    Some(Command::Node { node, .. }) => Some(Process::Node(*node)),
                    _ => None,
                };
                Step { process, ..nothing }
            }
        }
    }
}

/// Whether a node had a part in the answer.
const fn is_served(record: &OperationRecord) -> bool {
    matches!(&record.closed, Some((_, reply)) if !matches!(reply, Reply::Refused(Refusal::Unreachable)))
}

/// The writes that an answer names.
fn dots_of(record: &OperationRecord) -> impl Iterator<Item = Dot> + '_ {
    let (own, siblings) = match record.closed.as_ref().map(|(_, reply)| reply) {
        Some(Reply::Written { dot, .. }) => (*dot, None),
        Some(Reply::Siblings { values, .. }) => (None, Some(values)),
        _ => (None, None),
    };
    own.into_iter().chain(siblings.into_iter().flatten().map(|(dot, _)| *dot))
}

fn back(reached: &BTreeMap<NodeId, Option<Hop>>, to: NodeId, order: &Order<'_>) -> Vec<Hop> {
    let mut hops = Vec::new();
    let mut node = to;
    while let Some(Some(hop)) = reached.get(&node) {
        hops.push(*hop);
        let Some(Entry { happening: Happening::Sent { from, .. }, .. }) = order.journal.iter_from(hop.sent).next() else { break };
        node = from;
    }
    hops.reverse();
    hops
}

/// Up to when the events of processes are in the past.
#[derive(Default)]
struct Bounds(BTreeMap<Process, SimTime>);

impl Bounds {
    /// All before `at`.
    fn before(&mut self, process: Process, at: SimTime) {
        if let Some(last) = at.0.checked_sub(1) {
            self.up_to(process, SimTime(last));
        }
    }

    /// All up to `at`.
    fn up_to(&mut self, process: Process, at: SimTime) {
        let bound = self.0.entry(process).or_insert(at);
        *bound = (*bound).max(at);
    }

    fn holds(&self, process: Process, at: SimTime) -> bool {
        self.0.get(&process).is_some_and(|bound| at <= *bound)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[path = "cone_tests.rs"]
mod tests;
