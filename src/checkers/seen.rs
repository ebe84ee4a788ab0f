//! The plain reads and writes of a run as a history of the judging room: the same judges serve runs and files.
//!
//! A session of the history is a person, whatever device they used. Cart edits and keys that were read as siblings are
//! left out: they are no registers.

use super::{Evidence, Finding, Witness};
use crate::histories::{self, Action, Function, Guarantee, History, Moment, Operation, Options, Outcome, Value};
use crate::replication::delta::{Key, Operation as Write, Value as Plain};
use crate::replication::protocol::{Refusal, Reply};
use crate::simulation::history::OperationRecord;
use std::collections::{BTreeMap, BTreeSet};

/// Steps that judging one guarantee may take while a person waits.
const STEPS_MAX: u32 = 2_000_000;

/// Whether there is anything to judge.
pub(super) fn has_plain(evidence: &Evidence<'_>) -> bool {
    evidence.operations().any(|(_, operation)| is_plain(operation))
}

/// What the judging room says of the plain operations.
pub(super) fn judge(evidence: &Evidence<'_>, guarantee: Guarantee) -> Finding {
    let seen = Seen::collect(evidence);
    let mut steps = STEPS_MAX;
    let mut budget = || {
        steps = steps.saturating_sub(1);
        steps > 0
    };
    match histories::judge(&seen.history, guarantee, &Options::default(), &mut budget) {
        Err(refused) => Finding::Undecided(refused.to_string()),
        Ok(verdict) => match verdict.holds {
            None => Finding::Undecided(verdict.undecided_because.unwrap_or_default()),
            Some(true) => Finding::Violations(Vec::new()),
            Some(false) => Finding::Violations(vec![seen.witness(evidence, &verdict.witness)]),
        },
    }
}

/// The history, and which operation of the run each of its operations is.
struct Seen {
    history: History,
    numbers: Vec<u64>,
}

impl Seen {
    fn collect(evidence: &Evidence<'_>) -> Self {
        let siblings = sibling_keys(evidence);
        let is_meant = |operation: &OperationRecord| is_plain(operation) && !siblings.contains(&operation.key);
        let chosen: Vec<(u64, &OperationRecord)> = evidence.operations().filter(|(_, operation)| is_meant(operation)).collect();
        let moments = moments(&chosen);
        let mut seen = Self { history: History::default(), numbers: chosen.iter().map(|(number, _)| *number).collect() };
        let is_ordered = chosen.iter().all(|(_, operation)| !matches!(operation.closed, Some((_, Reply::Written { version: 0, .. }))));
        let (mut keys, mut people) = (BTreeMap::new(), BTreeMap::new());
        for ((_, operation), (invoked, closed)) in chosen.iter().zip(moments) {
            let mut key_id = |key: &Key| id_of(&mut keys, &mut seen.history.keys, &key.0);
            let (function, action) = action(operation, &mut key_id);
            let session = id_of(&mut people, &mut seen.history.sessions, &operation.author.0);
            seen.history.operations.push(Operation {
                process: u64::from(operation.session.0),
                session,
                function,
                action,
                invoked,
                closed,
                outcome: outcome(operation),
                node: Some(operation.node.to_string()),
                version: version(operation).filter(|_| is_ordered),
                dot: None,
                sees: None,
            });
        }
        seen
    }

    fn witness(&self, evidence: &Evidence<'_>, operations: &[usize]) -> Witness {
        let numbers: Vec<u64> = operations.iter().filter_map(|index| self.numbers.get(*index).copied()).collect();
        let told = numbers.iter().filter_map(|number| evidence.operation(*number)).map(Evidence::tell);
        Witness { sentence: told.collect::<Vec<_>>().join("; "), operations: numbers, dots: Vec::new() }
    }
}

fn id_of(ids: &mut BTreeMap<String, u32>, names: &mut Vec<String>, name: &str) -> u32 {
    *ids.entry(name.to_owned()).or_insert_with(|| {
        names.push(name.to_owned());
        names.len() as u32 - 1
    })
}

fn is_plain(operation: &OperationRecord) -> bool {
    match &operation.write {
        Some(Write::Put(_) | Write::Delete) => true,
        Some(Write::Cart(..) | Write::SetMode(_) | Write::Rule(_) | Write::Opaque(_)) => false,
        None => !matches!(operation.closed, Some((_, Reply::State { .. }))),
    }
}

fn sibling_keys(evidence: &Evidence<'_>) -> BTreeSet<Key> {
    let is_read = |operation: &OperationRecord| matches!(operation.closed, Some((_, Reply::Siblings { .. })));
    evidence.operations().filter(|(_, operation)| is_read(operation)).map(|(_, operation)| operation.key.clone()).collect()
}

fn value(value: Option<&Plain>) -> Value {
    match value {
        None => Value::Null,
        Some(Plain::Number(number)) => Value::Integer((*number).into()),
        Some(Plain::Text(text)) => Value::Text(text.as_ref().into()),
    }
}

fn action(operation: &OperationRecord, key_id: &mut impl FnMut(&Key) -> u32) -> (Function, Action) {
    let key = key_id(&operation.key);
    match (&operation.write, &operation.closed) {
        (Some(Write::Put(written)), _) => (Function::Put, Action::Write(key, value(Some(written)))),
        (Some(_), _) => (Function::Put, Action::Write(key, Value::Null)),
        (None, Some((_, Reply::Values(values)))) => {
            (Function::ReadMany, Action::ReadMany(values.iter().map(|(key, held, _)| (key_id(key), value(held.as_ref()))).collect()))
        }
        (None, _) if !operation.also.is_empty() => (Function::ReadMany, Action::ReadMany(Vec::new())),
        (None, Some((_, Reply::Value { value: held, .. }))) => (Function::Get, Action::Read(key, Some(value(held.as_ref())))),
        (None, _) => (Function::Get, Action::Read(key, None)),
    }
}

const fn outcome(operation: &OperationRecord) -> Outcome {
    match &operation.closed {
        Some((_, Reply::Refused(Refusal::Unknown))) => Outcome::Info,
        Some((_, Reply::Refused(_))) => Outcome::Fail,
        Some(_) => Outcome::Ok,
        None if operation.is_unknown => Outcome::Info,
        None => Outcome::Open,
    }
}

const fn version(operation: &OperationRecord) -> Option<u64> {
    match &operation.closed {
        Some((_, Reply::Written { version, .. } | Reply::Value { version, value: Some(_), .. })) => Some(*version),
        _ => None,
    }
}

/// Where each operation begins and ends in one order of all beginnings and ends. Of those at the same time beginnings
/// come first, as far as their sessions are free: what overlaps in an instant is not ordered by it.
fn moments(operations: &[(u64, &OperationRecord)]) -> Vec<(Moment, Option<Moment>)> {
    let mut events: Vec<(u64, usize, bool)> = Vec::new();
    for (index, (_, operation)) in operations.iter().enumerate() {
        events.push((operation.invoked_at.0, index, false));
        if let Some((at, _)) = &operation.closed {
            events.push((at.0, index, true));
        }
    }
    events.sort_unstable();
    let mut placed: Vec<(Option<Moment>, Option<Moment>)> = vec![(None, None); operations.len()];
    let mut line = 0;
    let mut rest = events.as_mut_slice();
    while let Some((time, ..)) = rest.first().copied() {
        let count = rest.iter().take_while(|(at, ..)| *at == time).count();
        let (mut now, later) = rest.split_at_mut(count);
        while !now.is_empty() {
            // An instant is mostly one event; in a longer one, sessions take turns.
            let is_free = |index: usize, placed: &[(Option<Moment>, Option<Moment>)]| {
                let session = operations[index].1.session;
                let before = operations[..index].iter().rposition(|(_, other)| other.session == session);
                before.is_none_or(|before| {
                    placed[before].0.is_some() && (placed[before].1.is_some() || operations[before].1.closed.is_none())
                })
            };
            let begins = now.iter().position(|(_, index, ends)| !ends && (now.len() == 1 || is_free(*index, &placed)));
            let next = begins.or_else(|| now.iter().position(|(_, index, ends)| *ends && placed[*index].0.is_some())).unwrap_or(0);
            now.swap(0, next);
            let (_, index, ends) = now[0];
            line += 1;
            let moment = Some(Moment { line, time });
            if ends {
                placed[index].1 = moment;
            } else {
                placed[index].0 = moment;
            }
            now = &mut now[1..];
            now.sort_unstable();
        }
        rest = later;
    }
    placed.into_iter().map(|(invoked, closed)| (invoked.unwrap_or(Moment { line: 0, time: 0 }), closed)).collect()
}
