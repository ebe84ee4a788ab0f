//! Session guarantees, consistent prefix and lost writes against definitions taken literally: every order of the writes and
//! every choice of returned writes is tried, on random small histories.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod dice;

use dice::Dice;
use replicascope::histories::{self, Action, Guarantee, History, Operation, Options, Outcome, Value};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A write by the number of its operation.
#[derive(Clone, Debug)]
struct W {
    number: usize,
    key: u32,
    session: u32,
    value: Value,
    invoked: u32,
    /// The end of time if the outcome is unknown.
    closed: u32,
    version: Option<u64>,
}

#[derive(Clone, Debug)]
struct R {
    number: usize,
    key: u32,
    session: u32,
    invoked: u32,
    closed: u32,
    is_many: bool,
    /// Places of writes; `None`: the initial state.
    candidates: Vec<Option<usize>>,
}

fn line(operation: &Operation) -> u32 {
    operation.closed.map_or(u32::MAX, |closed| closed.line)
}

fn writes(history: &History) -> Vec<W> {
    let written = history.operations.iter().enumerate().filter(|(_, operation)| operation.outcome != Outcome::Fail);
    written
        .filter_map(|(number, operation)| {
            let (Action::Write(key, value) | Action::Cas(key, _, value)) = &operation.action else { return None };
            let closed = if operation.outcome == Outcome::Ok { line(operation) } else { u32::MAX };
            let (invoked, session, version) = (operation.invoked.line, operation.session, operation.version);
            Some(W { number, key: *key, session, value: value.clone(), invoked, closed, version })
        })
        .collect()
}

fn reads(history: &History, writes: &[W]) -> Vec<R> {
    let mut reads = Vec::new();
    for (number, operation) in history.operations.iter().enumerate().filter(|(_, operation)| operation.outcome == Outcome::Ok) {
        let shown = match &operation.action {
            Action::Cas(key, old, _) => vec![(*key, old.clone())],
            action => action.shown(),
        };
        for (key, value) in shown {
            let is_it = |w: &&W| w.key == key && w.value == value && w.invoked < line(operation) && w.number != number;
            let mut candidates: Vec<Option<usize>> =
                writes.iter().filter(is_it).map(|w| writes.iter().position(|other| other.number == w.number)).collect();
            if value == Value::Null {
                candidates.push(None);
            }
            let is_many = matches!(operation.action, Action::ReadMany(_));
            let (invoked, closed) = (operation.invoked.line, line(operation));
            reads.push(R { number, key, session: operation.session, invoked, closed, is_many, candidates });
        }
    }
    reads
}

fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for place in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(place);
        all.extend(permutations(&rest).into_iter().map(|mut order| {
            order.insert(0, first);
            order
        }));
    }
    all
}

/// Whether real time or versions allow `a` before `b`, both of one key.
fn may_precede(a: &W, b: &W) -> bool {
    match (a.version, b.version) {
        (Some(a), Some(b)) => a <= b,
        _ => b.closed >= a.invoked,
    }
}

fn is_order(order: &[usize], writes: &[W]) -> bool {
    (0..order.len()).all(|i| {
        (i + 1..order.len()).all(|j| {
            let (a, b) = (&writes[order[i]], &writes[order[j]]);
            a.key != b.key || may_precede(a, b)
        })
    })
}

/// Every choice of what each read returned.
fn choices(reads: &[R]) -> Vec<Vec<Option<usize>>> {
    reads.iter().fold(vec![Vec::new()], |choices, read| {
        let extended = |choice: &Vec<Option<usize>>, candidate| {
            let mut choice = choice.clone();
            choice.push(candidate);
            choice
        };
        choices.iter().flat_map(|choice| read.candidates.iter().map(move |candidate| extended(choice, *candidate))).collect()
    })
}

/// Positions in the order; the initial state has the least.
struct Positions(BTreeMap<usize, usize>);

impl Positions {
    fn of(order: &[usize]) -> Self {
        Self(order.iter().enumerate().map(|(position, write)| (*write, position + 1)).collect())
    }
    fn at(&self, node: Option<usize>) -> usize {
        node.map_or(0, |write| self.0[&write])
    }
}

struct Case<'h> {
    writes: &'h [W],
    reads: &'h [R],
    /// Whether there is a multi-key read to judge.
    has_many: bool,
}

impl Case<'_> {
    fn own_before(&self, session: u32, key: u32, line: u32) -> Vec<usize> {
        let is_it = |w: &W| w.session == session && w.key == key && w.closed < line;
        (0..self.writes.len()).filter(|place| is_it(&self.writes[*place])).collect()
    }

    fn read_your_writes(&self, returned: &[Option<usize>], at: &Positions) -> bool {
        self.reads.iter().zip(returned).all(|(read, node)| {
            let own = self.own_before(read.session, read.key, read.invoked);
            let is_latest = |w: &&usize| own.iter().all(|other| self.writes[*other].invoked < self.writes[**w].closed);
            own.iter().filter(is_latest).all(|w| at.at(*node) >= at.at(Some(*w)))
        })
    }

    fn monotonic_reads(&self, returned: &[Option<usize>], at: &Positions) -> bool {
        let pairs = || self.reads.iter().zip(returned);
        pairs().all(|(first, seen)| {
            pairs().all(|(second, later)| {
                let is_pair = first.session == second.session && first.key == second.key && first.closed < second.invoked;
                !is_pair || at.at(*seen) <= at.at(*later)
            })
        })
    }

    /// What a write depends on, in both senses.
    fn dependencies(&self, write: usize, key: u32, returned: &[Option<usize>], by_reading: bool) -> Vec<Option<usize>> {
        let w = &self.writes[write];
        if !by_reading {
            return self.own_before(w.session, key, w.invoked).into_iter().map(Some).collect();
        }
        let is_it = |read: &R| read.session == w.session && read.key == key && read.closed < w.invoked;
        let own_cas = |read: &R| read.number == w.number && key == w.key;
        let of_reads = self.reads.iter().zip(returned).filter(|(read, _)| is_it(read) || own_cas(read));
        of_reads.map(|(_, node)| *node).collect()
    }

    fn propagates(&self, returned: &[Option<usize>], at: &Positions, by_reading: bool) -> bool {
        let own = (0..self.writes.len()).all(|w| {
            let before = self.dependencies(w, self.writes[w].key, returned, by_reading);
            before.iter().all(|node| at.at(*node) < at.at(Some(w)))
        });
        let seen = self.reads.iter().zip(returned).all(|(first, w)| {
            self.reads.iter().zip(returned).all(|(second, node)| {
                let is_after = first.closed < second.invoked || first.number == second.number;
                let Some(w) = w.filter(|_| first.session == second.session && is_after && first.key != second.key) else { return true };
                self.dependencies(w, second.key, returned, by_reading).iter().all(|before| at.at(*node) >= at.at(*before))
            })
        });
        own && seen
    }

    /// A read of what nobody wrote matters to those whose definition speaks of that read.
    fn has_phantom(&self, guarantee: Guarantee) -> bool {
        self.reads.iter().filter(|read| read.candidates.is_empty()).any(|read| match guarantee {
            Guarantee::ReadYourWrites => !self.own_before(read.session, read.key, read.invoked).is_empty(),
            Guarantee::MonotonicReads => self.reads.iter().any(|other| {
                let is_pair = other.session == read.session && other.key == read.key;
                is_pair && (other.closed < read.invoked || read.closed < other.invoked)
            }),
            Guarantee::WritesFollowReads => {
                self.writes.iter().any(|w| w.session == read.session && (w.number == read.number || read.closed < w.invoked))
            }
            Guarantee::ConsistentPrefix => read.is_many,
            _ => false,
        })
    }

    fn holds(&self, guarantee: Guarantee) -> bool {
        if self.has_phantom(guarantee) {
            return false;
        }
        if guarantee == Guarantee::ConsistentPrefix && !self.has_many {
            return true;
        }
        let known: Vec<R> = self.reads.iter().filter(|read| !read.candidates.is_empty()).cloned().collect();
        let case = Case { writes: self.writes, reads: &known, has_many: self.has_many };
        let all: Vec<usize> = (0..self.writes.len()).collect();
        let choices = choices(&known);
        permutations(&all).into_iter().filter(|order| is_order(order, self.writes)).any(|order| {
            let at = Positions::of(&order);
            choices.iter().any(|returned| match guarantee {
                Guarantee::ReadYourWrites => case.read_your_writes(returned, &at),
                Guarantee::MonotonicReads => case.monotonic_reads(returned, &at),
                Guarantee::MonotonicWrites => case.propagates(returned, &at, false),
                Guarantee::WritesFollowReads => case.propagates(returned, &at, true),
                _ => case.is_prefix(returned, &order),
            })
        })
    }

    /// The order keeps sessions and what they had read, and every multi-key read is one of its states.
    fn is_prefix(&self, returned: &[Option<usize>], order: &[usize]) -> bool {
        let at = Positions::of(order);
        let keeps = (0..self.writes.len()).all(|place| {
            let w = &self.writes[place];
            let own = self.writes.iter().enumerate().filter(|(_, own)| own.session == w.session && own.closed < w.invoked);
            let read = self
                .reads
                .iter()
                .zip(returned)
                .filter(|(read, _)| read.number == w.number || read.session == w.session && read.closed < w.invoked);
            own.map(|(own, _)| Some(own)).chain(read.map(|(_, node)| *node)).all(|node| at.at(node) < at.at(Some(place)))
        });
        let mut many: BTreeMap<usize, Vec<(u32, Option<usize>)>> = BTreeMap::new();
        for (read, node) in self.reads.iter().zip(returned).filter(|(read, _)| read.is_many) {
            many.entry(read.number).or_default().push((read.key, *node));
        }
        let last = |length: usize, key: u32| order[..length].iter().rev().copied().find(|w| self.writes[*w].key == key);
        let is_state =
            |shown: &Vec<(u32, Option<usize>)>| (0..=order.len()).any(|length| shown.iter().all(|(key, node)| last(length, *key) == *node));
        keeps && many.values().all(is_state)
    }
}

/// By the letter of the definition.
fn keeps_writes(history: &History, writes: &[W]) -> Option<bool> {
    let mut verdict = Some(true);
    for key in 0..history.keys.len() as u32 {
        let acknowledged: Vec<&W> = writes.iter().filter(|w| w.key == key && w.closed != u32::MAX).collect();
        let Some(quiet) = acknowledged.iter().map(|w| w.closed).max() else { continue };
        let late = history.operations.iter().rev().filter(|operation| {
            operation.outcome == Outcome::Ok && operation.invoked.line > quiet && !matches!(operation.action, Action::Cas(..))
        });
        let shown = late.flat_map(|operation| operation.action.shown()).find(|(own, _)| *own == key);
        let Some((_, value)) = shown else {
            verdict = verdict.filter(|holds| !holds);
            continue;
        };
        let mut visible = writes.iter().filter(|w| w.key == key && w.value == value);
        let is_fine = visible.any(|v| acknowledged.iter().all(|w| w.number == v.number || v.closed >= w.invoked));
        if !is_fine {
            return Some(false);
        }
    }
    verdict
}

#[derive(Clone, Copy)]
struct Recipe {
    has_unique_values: bool,
    has_versions: bool,
    has_cas: bool,
    /// Whether one session may have several processes.
    shares_sessions: bool,
    operation_count: usize,
}

/// Random operations of three sessions on two keys, with any answers.
fn story(dice: &mut Dice, recipe: Recipe) -> String {
    let (mut text, mut time, mut started, mut write_count) = (String::new(), 0, 0, 0);
    let mut busy: BTreeMap<usize, (String, String)> = BTreeMap::new();
    let mut written = vec![vec!["null".to_owned()]; 2];
    let mut quiet = 0;
    let session_count = if recipe.shares_sessions { 2 } else { 3 };
    while started < recipe.operation_count && quiet < 60 {
        let process = dice.below(3);
        time += 1;
        quiet += 1;
        let Some((head, value)) = busy.remove(&process) else {
            started += 1;
            let key = dice.below(2);
            let name = ["x", "y"][key];
            let fresh = |dice: &mut Dice| if recipe.has_unique_values { started } else { 1 + dice.below(2) }.to_string();
            let (head, value, asked) = if write_count < 5 && dice.is_lucky(50) {
                write_count += 1;
                let new = fresh(dice);
                let old = written[key][dice.below(written[key].len())].clone();
                written[key].push(new.clone());
                if recipe.has_cas && dice.is_lucky(30) {
                    let pair = format!("[{old},{new}]");
                    (format!(r#""f":"cas","key":"{name}""#), pair.clone(), pair)
                } else {
                    (format!(r#""f":"put","key":"{name}""#), new.clone(), new)
                }
            } else if dice.is_lucky(50) {
                let mut shown = |key: usize| written[key][dice.below(written[key].len())].clone();
                let both = format!(r#"{{"x":{},"y":{}}}"#, shown(0), shown(1));
                (r#""f":"read-many""#.to_owned(), both, "null".to_owned())
            } else {
                let shown = written[key][dice.below(written[key].len())].clone();
                (format!(r#""f":"get","key":"{name}""#), shown, "null".to_owned())
            };
            let session = process % session_count;
            writeln!(text, r#"{{"process":{process},"session":{session},"type":"invoke",{head},"value":{asked},"time":{time}}}"#).unwrap();
            busy.insert(process, (head, value));
            continue;
        };
        let end = ["ok", "ok", "ok", "ok", "ok", "ok", "ok", "fail", "info"][dice.below(9)];
        let is_write = head.contains("put") || head.contains("cas");
        let version = if recipe.has_versions && is_write && end == "ok" && dice.is_lucky(70) {
            format!(r#","version":{}"#, time)
        } else {
            String::new()
        };
        writeln!(text, r#"{{"process":{process},"type":"{end}",{head},"value":{value},"time":{time}{version}}}"#).unwrap();
    }
    text
}

const SIMPLE: Recipe = Recipe { has_unique_values: true, has_versions: false, has_cas: false, shares_sessions: false, operation_count: 9 };

fn agree(seed: u64, recipe: Recipe, count: usize) {
    let mut dice = Dice(seed);
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..count {
        let text = story(&mut dice, recipe);
        let history = histories::read(text.as_bytes()).unwrap();
        let writes = writes(&history);
        let reads = reads(&history, &writes);
        let has_many = reads.iter().any(|read| read.is_many);
        let case = Case { writes: &writes, reads: &reads, has_many };
        for (guarantee, id) in Guarantee::ALL.into_iter().filter(|(guarantee, _)| *guarantee != Guarantee::Linearizable) {
            let expected = if guarantee == Guarantee::NoLostWrites { keeps_writes(&history, &writes) } else { Some(case.holds(guarantee)) };
            let verdict = histories::judge(&history, guarantee, &Options::default(), &mut || true).unwrap();
            assert_eq!(verdict.holds, expected, "{id}, round {round}: {verdict:?}\n{text}");
            assert_eq!(verdict.witness.is_empty(), expected != Some(false), "{id}: {verdict:?}\n{text}");
            *held.entry(id).or_default() += usize::from(expected == Some(true));
        }
    }
    for (id, held_count) in held {
        assert!(held_count > count / 50 && held_count < count, "{id}: {held_count} of {count} hold");
    }
}

#[test]
fn unique_values_agree() {
    agree(11, SIMPLE, 20_000);
}

#[test]
fn repeated_values_agree() {
    agree(12, Recipe { has_unique_values: false, operation_count: 8, ..SIMPLE }, 20_000);
}

#[test]
fn versions_agree() {
    agree(13, Recipe { has_versions: true, ..SIMPLE }, 20_000);
}

#[test]
fn cas_agrees() {
    agree(14, Recipe { has_cas: true, ..SIMPLE }, 20_000);
    agree(15, Recipe { has_cas: true, has_unique_values: false, operation_count: 7, ..SIMPLE }, 5_000);
}

#[test]
fn sessions_of_several_processes_agree() {
    agree(16, Recipe { shares_sessions: true, has_cas: true, has_versions: true, ..SIMPLE }, 20_000);
    agree(17, Recipe { shares_sessions: true, has_unique_values: false, operation_count: 8, ..SIMPLE }, 20_000);
}

/// Two keys with operations on one or both of them.
#[derive(Clone, Debug, Default)]
struct Keys(BTreeMap<u32, Value>);

impl Keys {
    fn at(&self, key: u32) -> &Value {
        self.0.get(&key).unwrap_or(&Value::Null)
    }
}

impl SequentialSpec for Keys {
    type Op = Action;
    type Ret = Option<Vec<(u32, Value)>>;
    /// `None`: a cas that did nothing.
    fn invoke(&mut self, action: &Action) -> Self::Ret {
        match action {
            Action::Read(key, _) => return Some(vec![(*key, self.at(*key).clone())]),
            Action::ReadMany(shown) => return Some(shown.iter().map(|(key, _)| (*key, self.at(*key).clone())).collect()),
            Action::Cas(key, old, _) if self.at(*key) != old => return None,
            Action::Write(key, value) | Action::Cas(key, _, value) => _ = self.0.insert(*key, value.clone()),
            Action::Append(..) => unreachable!("not in these stories"),
        }
        Some(Vec::new())
    }
}

fn stateright_says(history: &History) -> bool {
    let mut events = Vec::new();
    for (number, operation) in history.operations.iter().enumerate() {
        let ret = match (&operation.action, operation.outcome) {
            (Action::Read(..) | Action::ReadMany(_), Outcome::Ok) => Some(Some(operation.action.shown())),
            (Action::Cas(..), Outcome::Fail) => Some(None),
            (Action::Read(..) | Action::ReadMany(_), _) | (_, Outcome::Fail) => continue,
            (_, Outcome::Ok) => Some(Some(Vec::new())),
            (_, Outcome::Info | Outcome::Open) => None,
        };
        events.push((operation.invoked.line, number, None));
        events.extend(ret.map(|ret| (line(operation), number, Some(ret))));
    }
    events.sort_by_key(|(line, ..)| *line);
    let mut tester = LinearizabilityTester::new(Keys::default());
    for (_, number, ret) in events {
        match ret {
            None => _ = tester.on_invoke(number, history.operations[number].action.clone()).unwrap(),
            Some(ret) => _ = tester.on_return(number, ret).unwrap(),
        }
    }
    tester.is_consistent()
}

#[test]
fn keys_that_are_read_together_are_linearized_together() {
    let mut dice = Dice(18);
    let mut held_count = 0;
    for round in 0..20_000 {
        let recipe = Recipe { has_unique_values: round % 2 == 0, has_cas: round % 3 == 0, operation_count: 3 + round % 5, ..SIMPLE };
        let text = story(&mut dice, recipe);
        let history = histories::read(text.as_bytes()).unwrap();
        let expected = stateright_says(&history);
        let verdict = histories::judge(&history, Guarantee::Linearizable, &Options::default(), &mut || true).unwrap();
        assert_eq!(verdict.holds, Some(expected), "round {round}: {verdict:?}\n{text}");
        held_count += usize::from(expected);
    }
    assert!((1_000..19_000).contains(&held_count), "{held_count} hold");
}
