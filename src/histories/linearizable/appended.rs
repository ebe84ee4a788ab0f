//! Appends of different texts to one key, and reads of it, in O(n log n) beside taking the texts apart.
//!
//! Nothing ever replaces a text, so that every state begins every later one. The longest text that anyone read, taken apart, names the
//! first writes in order, and each read stands between two of them; what no read shows comes after all of these. So each
//! step has a *slot*, and the history is linearizable iff no step of a later slot was complete before one of an earlier slot
//! was invoked. Where a text can be taken apart in several ways, or the parts of some are equal, the search judges instead.

use super::super::Finding;
use super::super::texts::Texts;
use super::task::{Effect, INITIAL, Symbol, Task};
use crate::limits;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The place of a step in the order: even for reads, odd for appends.
type Slot = usize;

/// `None`: it does not apply.
pub(super) fn judge(task: &Task) -> Option<Finding> {
    let longest = longest_read(task)?;
    let parts = parts_of(task, longest)?;
    let slots = Slots::new(task, longest, &parts);
    let mut slot_of = Vec::new();
    for place in 0..task.steps.len() {
        match slots.slot(place) {
            Some(slot) => slot_of.push(slot),
            None => return Some(Finding::Violated(slots.contradicting(place))),
        }
    }
    Some(match out_of_order(task, &slot_of) {
        Some(pair) => Finding::Violated(slots.witness(pair, &slot_of)),
        None => Finding::Holds,
    })
}

/// Where each step belongs.
struct Slots<'t> {
    task: &'t Task,
    longest: &'t str,
    /// Places of the appends that the longest text shows, with their slots.
    of_append: BTreeMap<usize, Slot>,
    /// By the length of a text read.
    of_length: BTreeMap<usize, Slot>,
}

impl<'t> Slots<'t> {
    fn new(task: &'t Task, longest: Symbol, parts: &[usize]) -> Self {
        let mut length = task.symbols.text(INITIAL).len();
        let mut slots =
            Self { task, longest: task.symbols.text(longest), of_append: BTreeMap::new(), of_length: BTreeMap::from([(length, 0)]) };
        for (count, place) in parts.iter().enumerate() {
            slots.of_append.insert(*place, 2 * count + 1);
            if let Effect::Append(_, text) = task.steps[*place].effect {
                length += task.symbols.text(text).len();
            }
            slots.of_length.insert(length, 2 * count + 2);
        }
        slots
    }

    /// `None`: it shows no beginning of the longest text.
    fn slot(&self, place: usize) -> Option<Slot> {
        let Effect::Shows(values) = &self.task.steps[place].effect else {
            return Some(self.of_append.get(&place).copied().unwrap_or(2 * self.of_append.len() + 1));
        };
        let text = values.first().map_or("", |(_, value)| self.task.symbols.text(*value));
        self.of_length.get(&text.len()).copied().filter(|_| self.longest.starts_with(text))
    }

    fn is_read(&self, place: usize) -> bool {
        self.task.steps[place].effect.is_observer()
    }

    /// The appends before this slot that the longest text shows.
    fn shown_before(&self, slot: Slot) -> impl Iterator<Item = usize> + '_ {
        self.of_append.iter().filter(move |(_, own)| **own < slot).map(|(place, _)| *place)
    }

    fn numbers(&self, places: impl Iterator<Item = usize>) -> Vec<usize> {
        places.map(|place| self.task.steps[place].operation).collect()
    }

    /// A read that is no beginning of the longest text, with that.
    fn contradicting(&self, place: usize) -> Vec<usize> {
        let end = 2 * self.of_append.len();
        let longest = (0..self.task.steps.len()).find(|place| self.is_read(*place) && self.slot(*place) == Some(end));
        self.numbers([place].into_iter().chain(longest).chain(self.shown_before(end)))
    }

    /// Two steps out of order, a read that shows the place of the append among them, and all that the reads show.
    fn witness(&self, pair: [usize; 2], slot_of: &[Slot]) -> Vec<usize> {
        let shown = pair.into_iter().filter(|place| self.is_read(*place) || self.of_append.contains_key(place));
        let needed = shown.map(|place| slot_of[place]).max().unwrap_or(0);
        let reads = pair.into_iter().chain(0..slot_of.len()).filter(|place| self.is_read(*place) && slot_of[*place] >= needed);
        let read = reads.min_by_key(|place| slot_of[*place]);
        let end = read.map_or(0, |read| slot_of[read]);
        self.numbers(pair.into_iter().chain(read).chain(self.shown_before(end)))
    }
}

/// Only where nothing replaces the text, and no two appends are equal or of nothing.
fn longest_read(task: &Task) -> Option<Symbol> {
    let mut longest = INITIAL;
    let mut appended = Vec::new();
    for step in &task.steps {
        match &step.effect {
            Effect::Shows(values) => {
                let read = values.iter().map(|(_, value)| *value);
                longest = read.chain([longest]).max_by_key(|value| task.symbols.text(*value).len()).unwrap_or(longest);
            }
            Effect::Append(_, text) if !task.symbols.text(*text).is_empty() => appended.push(*text),
            Effect::Append(..) | Effect::Differs(..) | Effect::Write(..) | Effect::Cas(..) => return None,
        }
    }
    let count = appended.len();
    appended.sort_unstable();
    appended.dedup();
    (task.slot_count == 1 && count > 0 && appended.len() == count).then_some(longest)
}

/// The places of the appends that this text shows, if there is exactly one way to take it apart.
fn parts_of(task: &Task, longest: Symbol) -> Option<Vec<usize>> {
    let mut texts = Texts::default();
    texts.start(u32::MAX, task.symbols.text(INITIAL).into());
    for (step, place) in task.steps.iter().zip(0..) {
        if let Effect::Append(_, text) = step.effect {
            texts.append(place, task.symbols.text(text).into());
        }
    }
    let mut steps_left = limits::MAX_SEARCH_PLACES;
    let parses = texts.parses(task.symbols.text(longest), &|_| true, &mut steps_left)?;
    match &parses[..] {
        [parse] => Some(parse.parts.iter().map(|place| *place as usize).collect()),
        _ => None,
    }
}

/// A step that was invoked only after one of a later slot had closed.
fn out_of_order(task: &Task, slot_of: &[Slot]) -> Option<[usize; 2]> {
    let mut places: Vec<usize> = (0..slot_of.len()).collect();
    places.sort_unstable_by_key(|place| (Reverse(slot_of[*place]), *place));
    let mut earliest: Option<(u32, usize)> = None;
    for equals in places.chunk_by(|a, b| slot_of[*a] == slot_of[*b]) {
        if let Some((closed, later)) = earliest {
            let late = equals.iter().find(|place| closed < task.steps[**place].invoked);
            if let Some(place) = late {
                return Some([*place, later]);
            }
        }
        let closes = equals.iter().filter_map(|place| Some((task.steps[*place].closed?, *place)));
        earliest = closes.chain(earliest).min();
    }
    None
}
