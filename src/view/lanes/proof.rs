//! The causal chain of a proof: which messages could have carried each write of it to the node that answered next, and
//! when they did, if they did.

use super::cone::{Order, Way};
use crate::replication::causality::Dot;
use crate::replication::note::Note;
use crate::replication::protocol::Reply;
use crate::replication::time::SimTime;
use crate::simulation::history::OperationRecord;
use crate::simulation::journal::Happening;
use crate::view::names::Names;
use crate::view::words;

/// A proof as a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Its operations, in the order of asking.
    pub operations: Vec<u64>,
    /// The messages that carried what was written.
    pub messages: Vec<u64>,
    /// From each write to the next operation, in words.
    pub sentences: Vec<String>,
    /// When it begins and ends.
    pub span: (SimTime, SimTime),
}

impl Chain {
    /// The chain of these operations.
    #[must_use]
    pub fn of(order: &Order<'_>, names: &Names, operations: &[u64]) -> Self {
        let record = |number: &u64| Some((*number, order.history.get(usize::try_from(*number).ok()?)?));
        let mut records: Vec<(u64, &OperationRecord)> = operations.iter().filter_map(record).collect();
        records.sort_unstable_by_key(|(number, record)| (record.invoked_at, *number));
        let begin = records.first().map_or(SimTime::ZERO, |(_, record)| record.invoked_at);
        let mut chain = Self { operations: records.iter().map(|(number, _)| *number).collect(), span: (begin, begin), ..Self::default() };
        let mut written: Option<&OperationRecord> = None;
        for (_, record) in records {
            if let Some(write) = written {
                chain.link(order, names, write, record);
            }
            chain.span.1 = chain.span.1.max(end(record));
            if record.write.is_some() {
                written = Some(record);
                chain.meet(order, names, record);
            }
        }
        chain.messages.sort_unstable();
        chain.messages.dedup();
        chain
    }

    /// Where the write met another that had not seen it: each node finds that on its own, two are enough to see how.
    fn meet(&mut self, order: &Order<'_>, names: &Names, write: &OperationRecord) {
        let (Some(dot), Some(from)) = (dot_of(write), source(order, write)) else { return };
        for (number, entry) in (from..).zip(order.journal.iter_from(from)).filter(|(_, entry)| is_conflict(&entry.happening, dot)).take(2) {
            let Happening::Noted(node, _) = entry.happening else { continue };
            let (place, at) = (names.node(node), words::time(entry.at));
            self.sentences
                .push(format!("At {at} {place} found that the write of {} and another one had not seen each other.", write.author.0));
            let hops = order.way(from, node).filter(|way| way.reached <= number).map(|way| way.hops).unwrap_or_default();
            self.messages.extend(hops.iter().map(|hop| hop.message));
            self.span.1 = self.span.1.max(entry.at);
        }
    }

    fn link(&mut self, order: &Order<'_>, names: &Names, write: &OperationRecord, next: &OperationRecord) {
        let (one, other) = (names.node(write.node), names.node(next.node));
        let verb = if next.write.is_some() { "was asked to write next" } else { "was read next" };
        if write.node == next.node {
            self.sentences.push(format!("{one} took the write, and {verb} itself."));
            return;
        }
        let way = source(order, write).and_then(|from| order.way(from, next.node));
        let Some(way) = way else {
            self.sentences.push(format!("Nothing that {one} did after it took the write has reached {other}, which {verb}."));
            return;
        };
        self.sentences.push(said(&way, (&one, &other, verb), next));
        self.messages.extend(way.hops.iter().map(|hop| hop.message));
        self.span.1 = self.span.1.max(way.at);
    }
}

fn said(way: &Way, (one, other, verb): (&str, &str, &str), next: &OperationRecord) -> String {
    let (at, answered) = (words::time(way.at), end(next));
    let by = words::count(way.hops.len() as u64, "message", "messages");
    if way.at > answered {
        let late = words::duration(way.at.since(answered).0);
        format!("{other} {verb}, and answered {late} before word of the write came from {one}: {by}, there at {at}.")
    } else {
        format!("Word of the write came from {one} to {other} in {by}, at {at}; {other} {verb}.")
    }
}

fn end(record: &OperationRecord) -> SimTime {
    record.closed.as_ref().map_or(record.invoked_at, |(at, _)| *at)
}

/// The name that its client was told.
fn dot_of(write: &OperationRecord) -> Option<Dot> {
    match write.closed.as_ref().map(|(_, reply)| reply) {
        Some(Reply::Written { dot, .. }) => *dot,
        _ => None,
    }
}

fn is_conflict(happening: &Happening, dot: Dot) -> bool {
    match happening {
        Happening::Noted(_, note) => matches!(note.as_ref(), Note::Conflict { here, arrived, .. } if *here == dot || *arrived == dot),
        _ => false,
    }
}

/// The entry with which a write was in the cluster: its acceptance; where no node tells of that, the first thing that its
/// node did when it had been asked.
fn source(order: &Order<'_>, write: &OperationRecord) -> Option<u64> {
    let dot = dot_of(write);
    let first = order.journal.end() - order.journal.since(write.invoked_at).count() as u64;
    let entries = || (first..).zip(order.journal.iter_from(first));
    let is_accepted = |happening: &Happening| match happening {
        Happening::Noted(_, note) => matches!(note.as_ref(), Note::Accepted(accepted) if Some(*accepted) == dot),
        _ => false,
    };
    let accepted = dot.and_then(|_| entries().find(|(_, entry)| is_accepted(&entry.happening)));
    let is_own = |happening: &Happening| matches!(happening, Happening::Sent { from, .. } if *from == write.node);
    accepted.or_else(|| entries().find(|(_, entry)| is_own(&entry.happening))).map(|(number, _)| number)
}
