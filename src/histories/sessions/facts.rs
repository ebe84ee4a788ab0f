//! What a history says about writes and reads, one key at a time, and which writes each read may have returned.
//!
//! With unique values a read names its write. Otherwise it has several *candidates*: every write of that value that had
//! begun when the read ended, and the initial state if the value is that one. A successful cas is a read and a write.

use super::super::Options;
use super::super::format::{Action, Function, History, KeyId, Operation, Outcome, SessionId};
use super::super::value::Value;
use super::order::NodeId;
use crate::limits;
use std::collections::BTreeMap;

/// A write that took effect, or may have. Its node is its place.
#[derive(Clone, Debug)]
pub(in super::super) struct WriteFact {
    pub(in super::super) operation: usize,
    pub(in super::super) session: SessionId,
    pub(in super::super) key: KeyId,
    pub(in super::super) invoked: u32,
    /// `None`: it takes effect at any later time or never.
    pub(in super::super) closed: Option<u32>,
    pub(in super::super) version: Option<u64>,
}

/// What a read showed of one key.
#[derive(Clone, Debug)]
pub(in super::super) struct ReadFact {
    pub(in super::super) operation: usize,
    pub(in super::super) session: SessionId,
    pub(in super::super) key: KeyId,
    pub(in super::super) invoked: u32,
    pub(in super::super) closed: u32,
    pub(in super::super) is_many: bool,
    /// What it may have returned; none: what nobody had written.
    pub(in super::super) candidates: Vec<NodeId>,
}

/// Everything that session guarantees are judged by.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Facts {
    pub(in super::super) writes: Vec<WriteFact>,
    pub(in super::super) reads: Vec<ReadFact>,
    pub(in super::super) key_count: usize,
    /// Whether reads were left out, since they show several writes at once.
    pub(in super::super) has_texts: bool,
    candidate_count: usize,
}

impl Facts {
    pub(in super::super) fn collect(history: &History, options: &Options) -> Self {
        let mut facts = Self { key_count: history.keys.len(), ..Self::default() };
        let mut of_value: BTreeMap<(KeyId, Value), Vec<NodeId>> = BTreeMap::new();
        let mut is_text = vec![false; history.keys.len()];
        for (number, operation) in history.operations.iter().enumerate() {
            if let Some((key, value)) = written(operation) {
                is_text[key as usize] |= matches!(operation.action, Action::Append(..));
                of_value.entry((key, options.meaning(value))).or_default().push(facts.writes.len() as NodeId);
                facts.writes.push(write_fact(number, key, operation));
            }
        }
        for (number, operation) in history.operations.iter().enumerate() {
            for (key, value) in shown(operation) {
                if is_text[key as usize] {
                    facts.has_texts = true;
                } else if options.is_telling(&value) {
                    let value = options.meaning(&value);
                    let is_initial = value == options.initial;
                    let writes = of_value.get(&(key, value)).map_or(&[][..], Vec::as_slice);
                    facts.add_read(number, key, operation, writes, is_initial);
                }
            }
        }
        facts
    }

    /// Why nothing can be said, when too many writes have equal values.
    pub(in super::super) fn too_large(&self) -> Option<String> {
        let most = limits::MAX_SEARCH_PLACES;
        (self.candidate_count > most).then(|| format!("more than {most} ways in which a read may have returned a write"))
    }

    /// The node of a key's initial state.
    pub(in super::super) fn initial(&self, key: KeyId) -> NodeId {
        self.writes.len() as NodeId + key
    }

    /// How many nodes are writes or initial states.
    pub(in super::super) fn state_count(&self) -> usize {
        self.writes.len() + self.key_count
    }

    fn add_read(&mut self, number: usize, key: KeyId, operation: &Operation, writes: &[NodeId], is_initial: bool) {
        let Some(closed) = operation.closed.map(|closed| closed.line) else { return };
        self.candidate_count += writes.len();
        if self.candidate_count > limits::MAX_SEARCH_PLACES {
            return;
        }
        let begun = writes.iter().copied().filter(|write| {
            let write = &self.writes[*write as usize];
            write.invoked < closed && write.operation != number
        });
        let mut candidates: Vec<NodeId> = begun.collect();
        // The latest first: the likeliest.
        candidates.reverse();
        if is_initial {
            candidates.push(self.initial(key));
        }
        // The version of a cas is that of its write.
        let is_cas = matches!(operation.action, Action::Cas(..));
        if let Some(version) = operation.version.filter(|_| candidates.len() > 1 && !is_cas) {
            let is_named = |node: &NodeId| self.writes.get(*node as usize).is_some_and(|write| write.version == Some(version));
            if candidates.iter().any(is_named) {
                candidates.retain(is_named);
            }
        }
        self.reads.push(ReadFact {
            operation: number,
            session: operation.session,
            key,
            invoked: operation.invoked.line,
            closed,
            is_many: operation.function == Function::ReadMany,
            candidates,
        });
    }

    /// The facts of each key alone, which there is number 0.
    pub(in super::super) fn split(&self) -> Vec<Self> {
        let mut parts = vec![Self { key_count: 1, ..Self::default() }; self.key_count];
        let mut nodes = Vec::new();
        for write in &self.writes {
            let part = &mut parts[write.key as usize];
            nodes.push(part.writes.len() as NodeId);
            part.writes.push(WriteFact { key: 0, ..write.clone() });
        }
        for read in &self.reads {
            let part = &mut parts[read.key as usize];
            let initial = part.initial(0);
            let node = |node: &NodeId| nodes.get(*node as usize).copied().unwrap_or(initial);
            let candidates = read.candidates.iter().map(node).collect();
            part.reads.push(ReadFact { key: 0, candidates, ..read.clone() });
        }
        parts
    }
}

fn write_fact(number: usize, key: KeyId, operation: &Operation) -> WriteFact {
    WriteFact {
        operation: number,
        session: operation.session,
        key,
        invoked: operation.invoked.line,
        closed: operation.ended_line(),
        version: operation.version,
    }
}

/// What an operation wrote, if it may have taken effect.
fn written(operation: &Operation) -> Option<(KeyId, &Value)> {
    match &operation.action {
        _ if operation.outcome == Outcome::Fail => None,
        Action::Write(key, value) | Action::Cas(key, _, value) | Action::Append(key, value) => Some((*key, value)),
        Action::Read(..) | Action::ReadMany(_) => None,
    }
}

/// What an operation showed.
fn shown(operation: &Operation) -> Vec<(KeyId, Value)> {
    match &operation.action {
        _ if operation.outcome != Outcome::Ok => Vec::new(),
        Action::Cas(key, old, _) => vec![(*key, old.clone())],
        action => action.shown(),
    }
}
