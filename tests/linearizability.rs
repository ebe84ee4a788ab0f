//! Linearizability against two independent checkers, Stateright's tester and todc's, on random small histories.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod dice;

use dice::Dice;
use replicascope::histories::linearizable::{Method, holds_by};
use replicascope::histories::{self, Guarantee, Model, Options};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use todc_utils::{Action as TodcAction, History as TodcHistory, Specification, WGLChecker};

#[derive(Clone, Debug, PartialEq)]
enum Op {
    Read,
    Write(String),
    Cas(String, String),
    Append(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Ret {
    Value(Option<String>),
    Done,
    Differed,
}

/// One object with all operations; `None` is the initial state.
#[derive(Clone, Debug, Default, PartialEq)]
struct Object(Option<String>);

impl SequentialSpec for Object {
    type Op = Op;
    type Ret = Ret;
    fn invoke(&mut self, op: &Op) -> Ret {
        match op {
            Op::Read => return Ret::Value(self.0.clone()),
            Op::Write(value) => self.0 = Some(value.clone()),
            Op::Cas(old, new) if self.0.as_ref() == Some(old) => self.0 = Some(new.clone()),
            Op::Cas(..) => return Ret::Differed,
            Op::Append(text) => self.0 = Some(format!("{}{text}", self.0.clone().unwrap_or_default())),
        }
        Ret::Done
    }
}

#[derive(Clone, Debug, PartialEq)]
enum End {
    Ok(Ret),
    Fail,
    Info,
}

#[derive(Clone, Debug)]
enum Event {
    Invoke(usize, Op),
    Close(usize, Op, End),
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Register,
    Cas,
    Append,
}

#[derive(Clone, Copy)]
struct Recipe {
    kind: Kind,
    has_unique_values: bool,
    process_count: usize,
    operation_count: usize,
    crash_percent: usize,
}

fn value(dice: &mut Dice, recipe: Recipe, fresh: &mut usize) -> String {
    *fresh += 1;
    if recipe.has_unique_values { format!("{fresh}") } else { format!("{}", 1 + dice.below(3)) }
}

fn op(dice: &mut Dice, recipe: Recipe, fresh: &mut usize) -> Op {
    let roll = dice.below(10);
    match recipe.kind {
        _ if roll < 4 => Op::Read,
        Kind::Cas if roll < 7 => Op::Cas(format!("{}", 1 + dice.below(3)), value(dice, recipe, fresh)),
        Kind::Append if roll < 9 => Op::Append(value(dice, recipe, fresh)),
        _ => Op::Write(value(dice, recipe, fresh)),
    }
}

/// A real execution: every operation takes effect at one moment between its ends, or never if it crashes.
fn execution(dice: &mut Dice, recipe: Recipe) -> Vec<Event> {
    let mut busy: BTreeMap<usize, (Op, Option<Ret>, bool)> = BTreeMap::new();
    let (mut object, mut events, mut fresh, mut started) = (Object::default(), Vec::new(), 0, 0);
    while started < recipe.operation_count || !busy.is_empty() {
        let process = dice.below(recipe.process_count);
        match busy.remove(&process) {
            None if started < recipe.operation_count => {
                let op = op(dice, recipe, &mut fresh);
                started += 1;
                events.push(Event::Invoke(process, op.clone()));
                busy.insert(process, (op, None, dice.is_lucky(recipe.crash_percent)));
            }
            None => {}
            Some((op, None, true)) if dice.is_lucky(50) => events.push(Event::Close(process, op, End::Info)),
            Some((op, None, crashes)) => {
                let ret = object.invoke(&op);
                busy.insert(process, (op, Some(ret), crashes));
            }
            Some((op, Some(_), true)) => events.push(Event::Close(process, op, End::Info)),
            Some((op, Some(Ret::Differed), _)) => events.push(Event::Close(process, op, End::Fail)),
            // A write may also be refused, but then it must not have happened.
            Some((op, Some(ret), _)) => events.push(Event::Close(process, op, End::Ok(ret))),
        }
    }
    events
}

/// One answer becomes another one.
fn mutate(dice: &mut Dice, events: &mut [Event]) {
    for _ in 0..1 + dice.below(2) {
        let place = dice.below(events.len());
        let other = if dice.is_lucky(15) { None } else { Some(format!("{}", 1 + dice.below(4))) };
        match &mut events[place] {
            Event::Close(_, Op::Read, end @ End::Ok(_)) => *end = End::Ok(Ret::Value(other)),
            Event::Close(_, Op::Cas(..), end) => *end = if *end == End::Fail { End::Ok(Ret::Done) } else { End::Fail },
            Event::Close(_, Op::Write(_) | Op::Append(_), end) if dice.is_lucky(30) => *end = End::Fail,
            _ => {}
        }
    }
}

/// Every read returns anything.
fn scramble(dice: &mut Dice, events: &mut [Event]) {
    for event in events {
        if let Event::Close(_, Op::Read, end @ End::Ok(_)) = event {
            *end = End::Ok(Ret::Value((!dice.is_lucky(20)).then(|| format!("{}", 1 + dice.below(4)))));
        }
    }
}

fn text(events: &[Event]) -> String {
    let mut text = String::new();
    let quoted = |value: &String| format!("\"{value}\"");
    for (time, event) in events.iter().enumerate() {
        let (process, op, kind) = match event {
            Event::Invoke(process, op) => (process, op, "invoke"),
            Event::Close(process, op, End::Ok(_)) => (process, op, "ok"),
            Event::Close(process, op, End::Fail) => (process, op, "fail"),
            Event::Close(process, op, End::Info) => (process, op, "info"),
        };
        let (name, mut value) = match op {
            Op::Read => ("read", "null".to_owned()),
            Op::Write(value) => ("write", quoted(value)),
            Op::Cas(old, new) => ("cas", format!("[{},{}]", quoted(old), quoted(new))),
            Op::Append(text) => ("append", quoted(text)),
        };
        if let Event::Close(_, _, End::Ok(Ret::Value(Some(seen)))) = event {
            value = quoted(seen);
        }
        writeln!(text, r#"{{"process":{process},"type":"{kind}","f":"{name}","key":"x","value":{value},"time":{time}}}"#).unwrap();
    }
    text
}

/// One operation: when it was invoked, what it is, and when it closed with which answer.
type Given = (usize, Op, Option<(usize, Ret)>);

/// What the oracles are given: failed writes and unanswered reads say nothing, and a crashed process is never heard of again.
fn essential(events: &[Event]) -> Vec<Given> {
    let mut open: BTreeMap<usize, (usize, Op)> = BTreeMap::new();
    let mut operations = Vec::new();
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Invoke(process, op) => _ = open.insert(*process, (at, op.clone())),
            Event::Close(process, _, end) => {
                let (invoked, op) = open.remove(process).unwrap();
                match (end, &op) {
                    (End::Ok(ret), _) => operations.push((invoked, op, Some((at, ret.clone())))),
                    (End::Fail, Op::Cas(..)) => operations.push((invoked, op, Some((at, Ret::Differed)))),
                    (End::Fail, _) | (End::Info, Op::Read) => {}
                    (End::Info, _) => operations.push((invoked, op, None)),
                }
            }
        }
    }
    operations.extend(open.into_values().filter(|(_, op)| *op != Op::Read).map(|(at, op)| (at, op, None)));
    operations
}

/// Ends of operations by time: the operation's place, and whether it is the close.
fn ends(operations: &[Given]) -> Vec<(usize, usize, bool)> {
    let mut ends = Vec::new();
    for (place, (invoked, _, closed)) in operations.iter().enumerate() {
        ends.push((*invoked, place, false));
        ends.extend(closed.as_ref().map(|(at, _)| (*at, place, true)));
    }
    ends.sort_unstable();
    ends
}

/// Each operation runs in a thread of its own: real time says all that its process could.
fn stateright_says(operations: &[Given]) -> bool {
    let mut tester = LinearizabilityTester::new(Object::default());
    for (_, place, is_close) in ends(operations) {
        let (_, op, closed) = &operations[place];
        match (is_close, closed) {
            (true, Some((_, ret))) => _ = tester.on_return(place, ret.clone()).unwrap(),
            _ => _ = tester.on_invoke(place, op.clone()).unwrap(),
        }
    }
    tester.is_consistent()
}

struct Spec;

impl Specification for Spec {
    type State = Option<String>;
    type Operation = (Op, Option<Ret>);
    fn init() -> Self::State {
        None
    }
    fn apply((op, ret): &Self::Operation, state: &Self::State) -> (bool, Self::State) {
        let mut object = Object(state.clone());
        let returned = object.invoke(op);
        (ret.as_ref().is_none_or(|ret| *ret == returned), object.0)
    }
}

/// A crashed operation closes after everything: there a write disturbs nobody, and a cas may do nothing.
fn todc_says(operations: &[Given]) -> bool {
    let entry = |place: usize| (operations[place].1.clone(), operations[place].2.as_ref().map(|(_, ret)| ret.clone()));
    let mut actions = Vec::new();
    for (_, place, is_close) in ends(operations) {
        actions.push((place, if is_close { TodcAction::Response(entry(place)) } else { TodcAction::Call(entry(place)) }));
    }
    let crashed = (0..operations.len()).filter(|place| operations[*place].2.is_none());
    actions.extend(crashed.map(|place| (place, TodcAction::Response(entry(place)))));
    actions.is_empty() || WGLChecker::<Spec>::is_linearizable(TodcHistory::from_actions(actions))
}

fn agree(seed: u64, recipe: Recipe, count: usize) {
    let mut dice = Dice(seed);
    let mut held_count = 0;
    for round in 0..count {
        let mut events = execution(&mut dice, recipe);
        match round % 3 {
            0 => {}
            1 => mutate(&mut dice, &mut events),
            _ => scramble(&mut dice, &mut events),
        }
        let is_cut = dice.is_lucky(20);
        events.truncate(events.len() - if is_cut { dice.below(events.len() / 2 + 1) } else { 0 });
        let text = text(&events);
        let history = histories::read(text.as_bytes()).unwrap();
        let operations = essential(&events);
        let expected = stateright_says(&operations);
        assert_eq!(todc_says(&operations), expected, "the oracles disagree, round {round}\n{text}");
        assert!(expected || round % 3 != 0, "a real execution is linearizable, round {round}\n{text}");
        let options = Options::default();
        for method in [Method::Best, Method::Search] {
            assert_eq!(holds_by(method, &history, &options, &mut || true), Some(expected), "{method:?}, round {round}\n{text}");
        }
        held_count += usize::from(expected);
        if !expected {
            check_witness(recipe, &history, &text);
        }
    }
    assert!(held_count > count / 3 && held_count < count, "{held_count} of {count} are linearizable");
}

/// The witness alone is not linearizable either.
fn check_witness(recipe: Recipe, history: &histories::History, text: &str) {
    // The part may have no append any more.
    let options = Options { model: (recipe.kind == Kind::Append).then_some(Model::AppendKv), ..Options::default() };
    let verdict = histories::judge(history, Guarantee::Linearizable, &options, &mut || true).unwrap();
    assert!(!verdict.witness.is_empty());
    let mut part = history.clone();
    let mut number = 0;
    part.operations.retain(|_| {
        number += 1;
        verdict.witness.contains(&(number - 1))
    });
    let verdict = histories::judge(&part, Guarantee::Linearizable, &options, &mut || true).unwrap();
    assert_eq!(verdict.holds, Some(false), "the witness is no violation\n{text}\n{part:#?}");
}

const SMALL: Recipe = Recipe { kind: Kind::Register, has_unique_values: true, process_count: 4, operation_count: 8, crash_percent: 15 };

#[test]
fn unique_registers_agree() {
    agree(1, SMALL, 12_000);
}

#[test]
fn registers_with_repeated_values_agree() {
    agree(2, Recipe { has_unique_values: false, ..SMALL }, 12_000);
}

#[test]
fn registers_with_many_writers_agree() {
    agree(3, Recipe { has_unique_values: false, process_count: 6, operation_count: 9, ..SMALL }, 6_000);
}

#[test]
fn cas_registers_agree() {
    agree(4, Recipe { kind: Kind::Cas, has_unique_values: false, ..SMALL }, 12_000);
    agree(5, Recipe { kind: Kind::Cas, ..SMALL }, 3_000);
}

#[test]
fn appended_texts_agree() {
    agree(6, Recipe { kind: Kind::Append, has_unique_values: false, process_count: 3, operation_count: 7, ..SMALL }, 6_000);
    agree(7, Recipe { kind: Kind::Append, process_count: 3, operation_count: 7, ..SMALL }, 6_000);
}

#[test]
fn without_crashes_they_agree_too() {
    agree(8, Recipe { has_unique_values: false, crash_percent: 0, process_count: 5, ..SMALL }, 6_000);
}
