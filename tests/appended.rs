//! Guarantees of histories with appended texts against their definitions taken literally: every order of the writes and every
//! way to take each text apart is tried, on random small histories.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod dice;

use dice::Dice;
use replicascope::histories::{self, Action, Guarantee, History, Operation, Options, Outcome, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

#[derive(Clone, Debug)]
struct W {
    key: u32,
    session: u32,
    text: String,
    is_append: bool,
    invoked: u32,
    /// The end of time if the outcome is unknown.
    closed: u32,
}

/// What a text shows: a put (or the initial text) and appends.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    start: Option<usize>,
    parts: Vec<usize>,
}

impl Shown {
    fn all(&self) -> impl Iterator<Item = usize> + '_ {
        self.start.into_iter().chain(self.parts.iter().copied())
    }
}

#[derive(Clone, Debug)]
struct R {
    number: usize,
    key: u32,
    session: u32,
    invoked: u32,
    closed: u32,
    is_many: bool,
    ways: Vec<Shown>,
}

fn line(operation: &Operation) -> u32 {
    operation.closed.map_or(u32::MAX, |closed| closed.line)
}

fn text_of(value: &Value) -> String {
    let Value::Text(text) = value else { panic!("{value:?}") };
    text.to_string()
}

fn writes(history: &History) -> Vec<W> {
    let written = history.operations.iter().filter(|operation| operation.outcome != Outcome::Fail);
    written
        .filter_map(|operation| {
            let (Action::Write(key, value) | Action::Append(key, value)) = &operation.action else { return None };
            let closed = if operation.outcome == Outcome::Ok { line(operation) } else { u32::MAX };
            let is_append = matches!(operation.action, Action::Append(..));
            let (session, invoked) = (operation.session, operation.invoked.line);
            Some(W { key: *key, session, text: text_of(value), is_append, invoked, closed })
        })
        .filter(|w| !(w.is_append && w.text.is_empty()))
        .collect()
}

/// Every start with every sequence of different appends that makes this text.
fn ways(text: &str, begun: &[usize], writes: &[W]) -> Vec<Shown> {
    let puts = begun.iter().copied().filter(|w| !writes[*w].is_append).map(Some);
    let appends: Vec<usize> = begun.iter().copied().filter(|w| writes[*w].is_append).collect();
    let mut ways = Vec::new();
    for start in puts.chain([None]) {
        let mut open = vec![(start.map_or(String::new(), |w| writes[w].text.clone()), Vec::new())];
        while let Some((made, parts)) = open.pop() {
            if made == text {
                ways.push(Shown { start, parts: parts.clone() });
            }
            for append in appends.iter().filter(|append| !parts.contains(*append)) {
                let made = format!("{made}{}", writes[*append].text);
                if text.starts_with(&made) {
                    let mut parts = parts.clone();
                    parts.push(*append);
                    open.push((made, parts));
                }
            }
        }
    }
    ways
}

fn reads(history: &History, writes: &[W]) -> Vec<R> {
    let mut reads = Vec::new();
    for (number, operation) in history.operations.iter().enumerate().filter(|(_, operation)| operation.outcome == Outcome::Ok) {
        for (key, value) in operation.action.shown() {
            let begun: Vec<usize> = (0..writes.len()).filter(|w| writes[*w].key == key && writes[*w].invoked < line(operation)).collect();
            let is_many = matches!(operation.action, Action::ReadMany(_));
            let (session, invoked, closed) = (operation.session, operation.invoked.line, line(operation));
            let ways = ways(&text_of(&value), &begun, writes);
            reads.push(R { number, key, session, invoked, closed, is_many, ways });
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
        all.extend(permutations(&rest).into_iter().map(|order| [vec![first], order].concat()));
    }
    all
}

fn respects_real_time(order: &[usize], writes: &[W]) -> bool {
    let is_fine = |a: &W, b: &W| a.key != b.key || b.closed >= a.invoked;
    (0..order.len()).all(|i| (i + 1..order.len()).all(|j| is_fine(&writes[order[i]], &writes[order[j]])))
}

/// One order and one choice of what the reads show.
struct Try<'h> {
    writes: &'h [W],
    reads: Vec<(&'h R, &'h Shown)>,
    order: &'h [usize],
    /// By write; the initial states have 0.
    position: Vec<usize>,
}

impl Try<'_> {
    fn at(&self, write: Option<usize>) -> usize {
        write.map_or(0, |write| self.position[write])
    }

    fn is_explained(&self) -> bool {
        self.reads.iter().all(|(_, shown)| {
            let positions: Vec<usize> = [self.at(shown.start)].into_iter().chain(shown.parts.iter().map(|w| self.at(Some(*w)))).collect();
            positions.windows(2).all(|pair| pair[0] < pair[1])
        })
    }

    /// It is there, or was replaced by what the text starts with.
    fn shows(&self, shown: &Shown, write: usize) -> bool {
        shown.all().any(|own| own == write) || self.at(Some(write)) < self.at(shown.start)
    }

    fn own_before(&self, session: u32, key: u32, line: u32) -> Vec<usize> {
        let is_it = |w: &W| w.session == session && w.key == key && w.closed < line;
        (0..self.writes.len()).filter(|place| is_it(&self.writes[*place])).collect()
    }

    fn read_your_writes(&self) -> bool {
        self.reads.iter().all(|(read, shown)| {
            let own = self.own_before(read.session, read.key, read.invoked);
            own.iter().all(|w| self.shows(shown, *w))
        })
    }

    fn monotonic_reads(&self) -> bool {
        self.reads.iter().all(|(first, seen)| {
            self.reads.iter().all(|(second, later)| {
                let is_pair = first.session == second.session && first.key == second.key && first.closed < second.invoked;
                !is_pair || seen.all().all(|w| self.shows(later, w))
            })
        })
    }

    fn dependencies(&self, write: usize, key: u32, by_reading: bool) -> Vec<usize> {
        let w = &self.writes[write];
        if !by_reading {
            return self.own_before(w.session, key, w.invoked);
        }
        let is_it = |read: &R| read.session == w.session && read.key == key && read.closed < w.invoked;
        self.reads.iter().filter(|(read, _)| is_it(read)).flat_map(|(_, shown)| shown.all()).collect()
    }

    fn propagates(&self, by_reading: bool) -> bool {
        let is_ordered = (0..self.writes.len()).all(|w| {
            let before = self.dependencies(w, self.writes[w].key, by_reading);
            before.iter().all(|before| self.at(Some(*before)) < self.at(Some(w)))
        });
        let is_seen = self.reads.iter().all(|(first, seen)| {
            self.reads.iter().all(|(second, later)| {
                let is_same = first.number == second.number && first.key == second.key;
                let is_other = first.key != second.key && (first.closed < second.invoked || first.number == second.number);
                let is_owed = first.session == second.session && (is_same || is_other);
                let owed = |w| self.dependencies(w, second.key, by_reading);
                !is_owed || seen.all().all(|w| owed(w).iter().all(|before| self.shows(later, *before)))
            })
        });
        is_ordered && is_seen
    }

    /// What a key holds after so many writes of the order.
    fn state(&self, length: usize, key: u32) -> Shown {
        let mut state = Shown { start: None, parts: Vec::new() };
        for w in self.order[..length].iter().copied().filter(|w| self.writes[*w].key == key) {
            if self.writes[w].is_append { state.parts.push(w) } else { state = Shown { start: Some(w), parts: Vec::new() } }
        }
        state
    }

    fn is_prefix(&self) -> bool {
        let keeps = (0..self.writes.len()).all(|place| {
            let keys = self.writes.iter().map(|w| w.key);
            let before = keys.flat_map(|key| [self.dependencies(place, key, false), self.dependencies(place, key, true)].concat());
            let mut before = before.filter(|before| *before != place);
            before.all(|before| self.at(Some(before)) < self.at(Some(place)))
        });
        let mut many: BTreeMap<usize, Vec<(u32, &Shown)>> = BTreeMap::new();
        for (read, shown) in self.reads.iter().filter(|(read, _)| read.is_many) {
            many.entry(read.number).or_default().push((read.key, shown));
        }
        let is_state = |shown: &Vec<(u32, &Shown)>| {
            (0..=self.order.len()).any(|length| shown.iter().all(|(key, shown)| self.state(length, *key) == **shown))
        };
        keeps && many.values().all(is_state)
    }
}

/// Every choice of what each read shows.
fn choices(reads: &[R]) -> Vec<Vec<(&R, &Shown)>> {
    reads.iter().fold(vec![Vec::new()], |choices, read| {
        let extended = |choice: &Vec<_>, way| [choice.clone(), vec![(read, way)]].concat();
        choices.iter().flat_map(|choice| read.ways.iter().map(move |way| extended(choice, way))).collect()
    })
}

/// A text that nobody wrote matters to those whose definition speaks of that read.
fn has_phantom(guarantee: Guarantee, writes: &[W], reads: &[R]) -> bool {
    reads.iter().filter(|read| read.ways.is_empty()).any(|read| match guarantee {
        Guarantee::ReadYourWrites => writes.iter().any(|w| w.session == read.session && w.key == read.key && w.closed < read.invoked),
        Guarantee::MonotonicReads => reads.iter().any(|other| {
            let is_pair = other.session == read.session && other.key == read.key;
            is_pair && (other.closed < read.invoked || read.closed < other.invoked)
        }),
        Guarantee::WritesFollowReads => writes.iter().any(|w| w.session == read.session && read.closed < w.invoked),
        Guarantee::ConsistentPrefix => read.is_many,
        _ => false,
    })
}

fn holds(guarantee: Guarantee, writes: &[W], reads: &[R]) -> bool {
    if has_phantom(guarantee, writes, reads) {
        return false;
    }
    if guarantee == Guarantee::ConsistentPrefix && !reads.iter().any(|read| read.is_many) {
        return true;
    }
    let known: Vec<R> = reads.iter().filter(|read| !read.ways.is_empty()).cloned().collect();
    let choices = choices(&known);
    let all: Vec<usize> = (0..writes.len()).collect();
    permutations(&all).iter().filter(|order| respects_real_time(order, writes)).any(|order| {
        let mut position = vec![0; writes.len()];
        order.iter().enumerate().for_each(|(place, w)| position[*w] = place + 1);
        choices.iter().any(|reads| {
            let one = Try { writes, reads: reads.clone(), order, position: position.clone() };
            let meets = match guarantee {
                Guarantee::ReadYourWrites => one.read_your_writes(),
                Guarantee::MonotonicReads => one.monotonic_reads(),
                Guarantee::MonotonicWrites => one.propagates(false),
                Guarantee::WritesFollowReads => one.propagates(true),
                _ => one.is_prefix(),
            };
            meets && one.is_explained()
        })
    })
}

#[derive(Clone, Copy)]
struct Recipe {
    /// Whether values are all different letters.
    is_clear: bool,
    put_percent: usize,
    operation_count: usize,
    /// Of a hundred texts read, how many are bent.
    bent_percent: usize,
}

/// A text that a replica may show that lacks something, has it in another order, or is none at all.
fn bent(dice: &mut Dice, mut parts: Vec<String>) -> String {
    if !parts.is_empty() {
        let place = dice.below(parts.len());
        match dice.below(5) {
            0 | 1 => _ = parts.remove(place),
            2 => parts.truncate(place),
            3 => parts.swap(0, place),
            _ if dice.is_lucky(30) => parts.push("?".into()),
            _ => {}
        }
    }
    parts.concat()
}

/// Random operations of three sessions on two keys.
fn story(dice: &mut Dice, recipe: Recipe) -> String {
    let (mut text, mut time, mut started, mut write_count) = (String::new(), 0, 0, 0);
    let mut busy: BTreeMap<usize, (String, String)> = BTreeMap::new();
    let mut state: Vec<Vec<String>> = vec![Vec::new(); 2];
    let mut quiet = 0;
    while started < recipe.operation_count && quiet < 60 {
        let process = dice.below(3);
        (time, quiet) = (time + 1, quiet + 1);
        let Some((head, value)) = busy.remove(&process) else {
            started += 1;
            let key = usize::from(dice.is_lucky(35));
            let name = ["x", "y"][key];
            let mut show = |key: usize| {
                let is_bent = dice.is_lucky(recipe.bent_percent);
                let parts = state[key].clone();
                format!("{:?}", if is_bent { bent(dice, parts) } else { parts.concat() })
            };
            let (one, both) = (show(key), format!(r#"{{"x":{},"y":{}}}"#, show(0), show(1)));
            let (head, value, asked) = if write_count < 5 && dice.is_lucky(50) {
                let letter = ["a", "b", "c", "d", "e"][write_count].to_owned();
                let value = if recipe.is_clear { letter } else { ["a", "b", "ab", ""][dice.below(4)].to_owned() };
                write_count += 1;
                let is_put = dice.is_lucky(recipe.put_percent);
                if is_put {
                    state[key].clear();
                }
                state[key].push(value.clone());
                let value = format!("{value:?}");
                (format!(r#""f":"{}","key":"{name}""#, if is_put { "put" } else { "append" }), value.clone(), value)
            } else if dice.is_lucky(25) {
                (r#""f":"read-many""#.to_owned(), both, "null".to_owned())
            } else {
                (format!(r#""f":"get","key":"{name}""#), one, "null".to_owned())
            };
            writeln!(text, r#"{{"process":{process},"type":"invoke",{head},"value":{asked},"time":{time}}}"#).unwrap();
            busy.insert(process, (head, value));
            continue;
        };
        let end = ["ok", "ok", "ok", "ok", "ok", "ok", "ok", "fail", "info"][dice.below(9)];
        writeln!(text, r#"{{"process":{process},"type":"{end}",{head},"value":{value},"time":{time}}}"#).unwrap();
    }
    text
}

/// What is judged here.
const JUDGED: [Guarantee; 5] = [
    Guarantee::ReadYourWrites,
    Guarantee::MonotonicReads,
    Guarantee::MonotonicWrites,
    Guarantee::WritesFollowReads,
    Guarantee::ConsistentPrefix,
];

fn agree(seed: u64, recipe: Recipe, count: usize) {
    let mut dice = Dice(seed);
    let mut held = [0; JUDGED.len()];
    let mut undecided_count = 0;
    for round in 0..count {
        let text = story(&mut dice, recipe);
        let history = histories::read(text.as_bytes()).unwrap();
        let writes = writes(&history);
        let reads = reads(&history, &writes);
        for (guarantee, held) in JUDGED.into_iter().zip(&mut held) {
            let expected = holds(guarantee, &writes, &reads);
            let options = Options { model: Some(histories::Model::AppendKv), ..Options::default() };
            let verdict = histories::judge(&history, guarantee, &options, &mut || true).unwrap();
            let is_undecided = !recipe.is_clear && verdict.holds.is_none();
            undecided_count += usize::from(is_undecided);
            assert!(is_undecided || verdict.holds == Some(expected), "{guarantee:?}, round {round}: {expected}, {verdict:?}\n{text}");
            assert_eq!(verdict.witness.is_empty(), verdict.holds != Some(false), "{verdict:?}\n{text}");
            *held += usize::from(expected);
        }
    }
    for (guarantee, held) in JUDGED.into_iter().zip(held) {
        // Parts that stand for each other leave few violations.
        let least = if recipe.is_clear { count / 50 } else { count / 200 };
        assert!((least..count - least).contains(&held), "{guarantee:?}: {held} of {count} hold");
    }
    assert!(undecided_count < count / 20, "{undecided_count} are undecided");
}

const CLEAR: Recipe = Recipe { is_clear: true, put_percent: 0, operation_count: 10, bent_percent: 30 };

#[test]
fn different_parts_agree() {
    agree(21, CLEAR, 10_000);
}

#[test]
fn puts_among_appends_agree() {
    agree(22, Recipe { put_percent: 30, ..CLEAR }, 10_000);
}

#[test]
fn parts_that_cannot_be_told_apart_agree() {
    agree(23, Recipe { is_clear: false, put_percent: 20, operation_count: 8, ..CLEAR }, 10_000);
}
