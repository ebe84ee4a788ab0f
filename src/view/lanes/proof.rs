//! The causal chain of a proof: which messages could have carried each write of it to the node that answered next, and
//! when they did, if they did.

use super::cone::{Order, Way};
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
        records.sort_by_key(|(number, record)| (record.invoked_at, *number));
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
            }
        }
        chain
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

/// The entry with which a write was in the cluster: its acceptance; where no node tells of that, the first thing that its
/// node did when it had been asked.
fn source(order: &Order<'_>, write: &OperationRecord) -> Option<u64> {
    let dot = match write.closed.as_ref().map(|(_, reply)| reply) {
        Some(Reply::Written { dot, .. }) => *dot,
        _ => None,
    };
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
