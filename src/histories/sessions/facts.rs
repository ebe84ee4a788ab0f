//! What a history says about writes and reads, one key at a time, and which writes each read may have returned.
//!
//! With unique values a read names its write. Otherwise it has several *candidates*: every write of that value that had
//! begun when the read ended, and the initial state if the value is that one. A successful cas is a read and a write.
//! Where texts were appended, a candidate is a [`Parse`] of the text read.

use super::super::format::{Action, Function, History, KeyId, Operation, Outcome, SessionId};
use super::super::texts::{Parse, Texts};
use super::super::value::Value;
use super::super::{Finding, Options};
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
    /// Whether its key's texts were appended to.
    pub(in super::super) is_of_text: bool,
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
    pub(in super::super) candidates: Vec<Seen>,
}

/// What a read may have returned: a write or an initial state alone, or a parse of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Seen(u32);

/// Everything that session guarantees are judged by.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Facts {
    pub(in super::super) writes: Vec<WriteFact>,
    pub(in super::super) reads: Vec<ReadFact>,
    pub(in super::super) key_count: usize,
    parses: Vec<Parse>,
    /// Whether reads were left out, since the parts of their texts cannot be told apart.
    has_unclear_texts: bool,
    candidate_count: usize,
    part_count: usize,
}

/// Texts by key, where there are appends.
type KeyTexts = BTreeMap<KeyId, Texts>;

impl Facts {
    pub(in super::super) fn collect(history: &History, options: &Options) -> Self {
        let mut facts = Self { key_count: history.keys.len(), ..Self::default() };
        let mut of_value: BTreeMap<(KeyId, Value), Vec<NodeId>> = BTreeMap::new();
        for (number, operation) in history.operations.iter().enumerate() {
            if let Some((key, value)) = written(operation).filter(|_| !is_nothing(operation)) {
                of_value.entry((key, options.meaning(value))).or_default().push(facts.writes.len() as NodeId);
                facts.writes.push(write_fact(number, key, operation));
            }
        }
        let texts = facts.texts(history, options);
        facts.writes.iter_mut().for_each(|write| write.is_of_text = texts.contains_key(&write.key));
        let mut steps_left = limits::MAX_TEXT_STEPS;
        for (number, operation) in history.operations.iter().enumerate() {
            for (key, value) in shown(operation).into_iter().filter(|(_, value)| options.is_telling(value)) {
                let value = options.meaning(&value);
                let Some(closed) = operation.closed.map(|closed| closed.line) else { continue };
                let candidates = match texts.get(&key) {
                    Some(texts) => facts.parsed(texts, &value, closed, &mut steps_left),
                    None => {
                        let is_initial = value == options.initial;
                        let writes = of_value.get(&(key, value)).map_or(&[][..], Vec::as_slice);
                        facts.plain(number, key, closed, writes, is_initial)
                    }
                };
                match candidates {
                    Some(candidates) => facts.add_read(number, key, operation, closed, candidates),
                    None => facts.has_unclear_texts = true,
                }
            }
        }
        facts
    }

    /// Why nothing can be said, when too many writes have equal values.
    pub(in super::super) fn too_large(&self) -> Option<String> {
        let most = limits::MAX_SEARCH_PLACES;
        if self.part_count > limits::MAX_TEXT_PARTS {
            return Some(format!("the texts read have more than {} parts", limits::MAX_TEXT_PARTS));
        }
        (self.candidate_count > most).then(|| format!("more than {most} ways in which a read may have returned a write"))
    }

    /// What was found, unless reads were left out.
    pub(in super::super) fn said(&self, found: Finding) -> Finding {
        match found {
            Finding::Holds if self.has_unclear_texts => Finding::Undecided("the parts of a text cannot be told apart".to_owned()),
            found => found,
        }
    }

    /// The write that is all of it, or what its text starts with.
    pub(in super::super) fn start(&self, seen: Seen) -> NodeId {
        self.parse(seen).map_or(seen.0, |parse| parse.start)
    }

    /// The appends after the start, in order.
    pub(in super::super) fn parts(&self, seen: Seen) -> &[NodeId] {
        self.parse(seen).map_or(&[], |parse| &parse.parts)
    }

    /// The start and the parts.
    pub(in super::super) fn shown(&self, seen: Seen) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::once(self.start(seen)).chain(self.parts(seen).iter().copied())
    }

    fn parse(&self, seen: Seen) -> Option<&Parse> {
        self.parses.get((seen.0 as usize).checked_sub(self.state_count())?)
    }

    /// The texts of the keys that were appended to.
    fn texts(&self, history: &History, options: &Options) -> KeyTexts {
        let mut texts = KeyTexts::new();
        let written = || self.writes.iter().zip(0..).map(|(write, node)| (write.key, node, &history.operations[write.operation].action));
        for (key, node, action) in written() {
            if let Action::Append(_, value) = action {
                texts.entry(key).or_default().append(node, value.text());
            }
        }
        for (key, node, action) in written() {
            if let (Action::Write(_, value), Some(texts)) = (action, texts.get_mut(&key)) {
                texts.start(node, options.meaning(value).text());
            }
        }
        texts.iter_mut().for_each(|(key, texts)| texts.start(self.initial(*key), options.initial.text()));
        texts
    }

    fn parsed(&mut self, texts: &Texts, value: &Value, closed: u32, steps_left: &mut usize) -> Option<Vec<Seen>> {
        let Value::Text(text) = value else { return Some(Vec::new()) };
        if self.part_count > limits::MAX_TEXT_PARTS {
            return None;
        }
        let has_begun = |node: NodeId| self.writes.get(node as usize).is_none_or(|write| write.invoked < closed);
        let parses = texts.parses(text, &has_begun, steps_left)?;
        let first = self.state_count() + self.parses.len();
        self.part_count += parses.iter().map(|parse| parse.parts.len()).sum::<usize>();
        self.candidate_count += parses.len();
        self.parses.extend(parses);
        Some((first..self.state_count() + self.parses.len()).map(|place| Seen(place as u32)).collect())
    }

    fn plain(&mut self, number: usize, key: KeyId, closed: u32, writes: &[NodeId], is_initial: bool) -> Option<Vec<Seen>> {
        self.candidate_count += writes.len();
        if self.candidate_count > limits::MAX_SEARCH_PLACES {
            return None;
        }
        let begun = writes.iter().copied().filter(|write| {
            let write = &self.writes[*write as usize];
            write.invoked < closed && write.operation != number
        });
        let mut candidates: Vec<Seen> = begun.map(Seen).collect();
        // The latest first: the likeliest.
        candidates.reverse();
        candidates.extend(is_initial.then(|| Seen(self.initial(key))));
        Some(candidates)
    }

    /// The node of a key's initial state.
    pub(in super::super) fn initial(&self, key: KeyId) -> NodeId {
        self.writes.len() as NodeId + key
    }

    /// How many nodes are writes or initial states.
    pub(in super::super) fn state_count(&self) -> usize {
        self.writes.len() + self.key_count
    }

    fn add_read(&mut self, number: usize, key: KeyId, operation: &Operation, closed: u32, mut candidates: Vec<Seen>) {
        // The version of a cas is that of its write.
        let is_cas = matches!(operation.action, Action::Cas(..));
        if let Some(version) = operation.version.filter(|_| candidates.len() > 1 && !is_cas) {
            let last = |seen: &Seen| self.shown(*seen).last().and_then(|node| self.writes.get(node as usize));
            let is_named = |seen: &Seen| last(seen).is_some_and(|write| write.version == Some(version));
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
            let node = |node: NodeId| nodes.get(node as usize).copied().unwrap_or(initial);
            let candidates = read.candidates.iter().map(|seen| match self.parse(*seen) {
                None => Seen(node(seen.0)),
                Some(parse) => {
                    let parts = parse.parts.iter().map(|part| node(*part)).collect();
                    part.parses.push(Parse { start: node(parse.start), parts });
                    Seen((part.state_count() + part.parses.len()) as u32 - 1)
                }
            });
            let candidates = candidates.collect();
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
        is_of_text: false,
    }
}

/// An append of nothing changes nothing, so that every read shows it.
fn is_nothing(operation: &Operation) -> bool {
    matches!(&operation.action, Action::Append(_, Value::Text(text)) if text.is_empty())
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
