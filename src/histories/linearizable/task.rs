//! One object to linearize: the operations of one key, or of keys that are read together, with their values as numbers.

use super::super::format::{Action, History, Operation, Outcome};
use super::super::value::Value;
use super::super::{FailedCas, Options};
use std::collections::{BTreeMap, BTreeSet};

/// Number of a value; equal values have equal numbers.
pub(super) type Symbol = u32;

/// The initial state of every key.
pub(super) const INITIAL: Symbol = 0;

/// Every text that nobody reads any more.
pub(super) const SPENT: Symbol = Symbol::MAX;

/// An object and what was done to it.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// In the order of their invocations.
    pub(super) steps: Vec<Step>,
    pub(super) symbols: Symbols,
    pub(super) slot_count: usize,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Its number in the history.
    pub(super) operation: usize,
    pub(super) invoked: u32,
    /// `None`: it takes effect at any later time or never.
    pub(super) closed: Option<u32>,
    pub(super) effect: Effect,
}

/// What it demands of the state and does to it. The first field is the key's slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Shows(Vec<(usize, Symbol)>),
    Differs(usize, Symbol),
    Write(usize, Symbol),
    Cas(usize, Symbol, Symbol),
    Append(usize, Symbol),
}

impl Effect {
    pub(super) const fn is_observer(&self) -> bool {
        matches!(self, Self::Shows(_) | Self::Differs(..))
    }
}

/// The numbers of values.
#[derive(Clone, Debug)]
pub(super) struct Symbols {
    numbers: BTreeMap<Value, Symbol>,
    values: Vec<Value>,
    joined: BTreeMap<(Symbol, Symbol), Symbol>,
}

impl Symbols {
    fn new(initial: Value) -> Self {
        Self { numbers: BTreeMap::from([(initial.clone(), INITIAL)]), values: vec![initial], joined: BTreeMap::new() }
    }

    fn number(&mut self, value: Value) -> Symbol {
        *self.numbers.entry(value).or_insert_with_key(|value| {
            self.values.push(value.clone());
            self.values.len() as Symbol - 1
        })
    }

    /// The number of the concatenation.
    pub(super) fn joined(&mut self, start: Symbol, end: Symbol) -> Symbol {
        if let Some(known) = self.joined.get(&(start, end)) {
            return *known;
        }
        let text = format!("{}{}", self.text(start), self.text(end));
        let number = self.number(Value::Text(text.into()));
        self.joined.insert((start, end), number);
        number
    }

    pub(super) fn text(&self, symbol: Symbol) -> &str {
        match self.values.get(symbol as usize) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }
}

/// The objects of a history.
pub(super) fn tasks(history: &History, options: &Options) -> Vec<Task> {
    let groups = groups(history, options);
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (key, group) in groups.iter().enumerate() {
        members.entry(*group).or_default().push(key);
    }
    let mut of_group: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, operation) in history.operations.iter().enumerate() {
        let key = operation.action.key().or_else(|| operation.action.shown().first().map(|(key, _)| *key));
        if let Some(group) = key.and_then(|key| groups.get(key as usize)) {
            of_group.entry(*group).or_default().push(number);
        }
    }
    of_group.iter().map(|(group, numbers)| task(history, options, &members[group], numbers)).collect()
}

/// The first key of each key's group: keys that one read shows together stand in one.
fn groups(history: &History, options: &Options) -> Vec<usize> {
    let mut group: Vec<usize> = (0..history.keys.len()).collect();
    fn root(group: &mut [usize], mut key: usize) -> usize {
        while group[key] != key {
            group[key] = group[group[key]];
            key = group[key];
        }
        key
    }
    for operation in history.operations.iter().filter(|operation| operation.outcome == Outcome::Ok) {
        let shown = operation.action.shown();
        // A value that says nothing joins nothing, but the read stands with its first key.
        let keys = shown.iter().enumerate().filter(|(place, (_, value))| *place == 0 || options.is_telling(value));
        let keys: Vec<usize> = keys.map(|(_, (key, _))| *key as usize).collect();
        for pair in keys.windows(2) {
            let (one, other) = (root(&mut group, pair[0]), root(&mut group, pair[1]));
            group[one.max(other)] = one.min(other);
        }
    }
    (0..group.len()).map(|key| root(&mut group, key)).collect()
}

fn task(history: &History, options: &Options, members: &[usize], numbers: &[usize]) -> Task {
    let slots: BTreeMap<u32, usize> = members.iter().enumerate().map(|(slot, key)| (*key as u32, slot)).collect();
    let mut task = Task { steps: Vec::new(), symbols: Symbols::new(options.initial.clone()), slot_count: members.len() };
    for number in numbers {
        let operation = &history.operations[*number];
        if let Some(effect) = effect(operation, options, &slots, &mut task.symbols) {
            let step = Step { operation: *number, invoked: operation.invoked.line, closed: operation.ended_line(), effect };
            task.steps.push(step);
        }
    }
    drop_unseen(&mut task.steps);
    task
}

/// `None`: it says and does nothing.
fn effect(operation: &Operation, options: &Options, slots: &BTreeMap<u32, usize>, symbols: &mut Symbols) -> Option<Effect> {
    let mut number = |value: &Value| symbols.number(options.meaning(value));
    match (&operation.action, operation.outcome) {
        (Action::Read(..) | Action::ReadMany(_), Outcome::Ok) => {
            let shown = operation.action.shown();
            let telling = shown.iter().filter(|(_, value)| options.is_telling(value));
            let values: Vec<(usize, Symbol)> = telling.map(|(key, value)| (slots[key], number(value))).collect();
            (!values.is_empty()).then_some(Effect::Shows(values))
        }
        (Action::Cas(key, old, _), Outcome::Fail) if options.failed_cas == FailedCas::Observes => {
            Some(Effect::Differs(slots[key], number(old)))
        }
        (_, Outcome::Fail) | (Action::Read(..) | Action::ReadMany(_), _) => None,
        (Action::Write(key, value), _) => Some(Effect::Write(slots[key], number(value))),
        (Action::Cas(key, old, new), _) => Some(Effect::Cas(slots[key], number(old), number(new))),
        (Action::Append(key, text), _) => Some(Effect::Append(slots[key], number(text))),
    }
}

/// A write of unknown outcome whose value nobody ever needs may as well never have happened.
/// A failed cas can need any value, so that with one of those all of them stay.
fn drop_unseen(steps: &mut Vec<Step>) {
    let mut needed = BTreeSet::new();
    for step in steps.iter() {
        match &step.effect {
            Effect::Shows(values) => needed.extend(values.iter().copied()),
            Effect::Cas(slot, old, _) => _ = needed.insert((*slot, *old)),
            Effect::Differs(..) | Effect::Append(..) => return,
            Effect::Write(..) => {}
        }
    }
    steps.retain(|step| match step.effect {
        Effect::Write(slot, value) => step.closed.is_some() || needed.contains(&(slot, value)),
        _ => true,
    });
}
