//! Makes a witness small: leaves out what is not needed for a history to stay unexplainable.
//!
//! A write stays while some operation that is left needs its value, so that no violation appears that was not there.

use super::super::Budget;
use super::search::{self, End};
use super::task::{Effect, Step, Symbol, Task};
use std::collections::BTreeSet;

/// Searches that one witness is worth, and how often all of them together may ask to go on.
const MAX_TRIES: u32 = 400;
const MAX_ASKED: u32 = 1_000;

/// The steps up to the line that nothing explains, without those that are not needed.
pub(super) fn shrink(task: &Task, line: u32, budget: &mut Budget<'_>) -> Task {
    let mut kept = Task { steps: task.steps.iter().filter_map(|step| until(step, line)).collect(), ..task.clone() };
    let mut tries_left = MAX_TRIES;
    let mut asked_count = 0;
    let mut budget = || {
        asked_count += 1;
        asked_count < MAX_ASKED && budget()
    };
    let mut size = kept.steps.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        while start < kept.steps.len() {
            if tries_left == 0 || !budget() {
                return kept;
            }
            tries_left -= 1;
            match without(&kept, start, size).filter(|less| is_stuck(less, &mut budget)) {
                Some(less) => kept = less,
                None => start += size,
            }
        }
        size /= 2;
    }
    kept
}

/// The step as it looked at this line; `None` if it was not there yet, or observed nothing yet.
fn until(step: &Step, line: u32) -> Option<Step> {
    let is_closed = step.closed.is_some_and(|closed| closed <= line);
    let is_there = step.invoked <= line && (is_closed || !step.effect.is_observer());
    is_there.then(|| Step { closed: step.closed.filter(|_| is_closed), ..step.clone() })
}

fn without(task: &Task, start: usize, size: usize) -> Option<Task> {
    let end = (start + size).min(task.steps.len());
    let is_left_out = |place: usize| (start..end).contains(&place);
    let others = || task.steps.iter().enumerate().filter(|(place, _)| !is_left_out(*place)).map(|(_, step)| step);
    let needed = needed(others());
    // A text needs all its parts; a failed cas may need any write.
    let keeps_writes = task.steps.iter().any(|step| matches!(step.effect, Effect::Append(..) | Effect::Differs(..)));
    let steps: Vec<Step> = task
        .steps
        .iter()
        .enumerate()
        .filter(|(place, step)| !is_left_out(*place) || is_needed(&step.effect, &needed, keeps_writes))
        .map(|(_, step)| step.clone())
        .collect();
    (steps.len() < task.steps.len()).then(|| Task { steps, ..task.clone() })
}

fn needed<'s>(steps: impl Iterator<Item = &'s Step>) -> BTreeSet<(usize, Symbol)> {
    let mut needed = BTreeSet::new();
    for step in steps {
        match &step.effect {
            Effect::Shows(values) => needed.extend(values.iter().copied()),
            Effect::Cas(slot, old, _) => _ = needed.insert((*slot, *old)),
            Effect::Differs(..) | Effect::Write(..) | Effect::Append(..) => {}
        }
    }
    needed
}

fn is_needed(effect: &Effect, needed: &BTreeSet<(usize, Symbol)>, keeps_writes: bool) -> bool {
    match effect {
        Effect::Shows(_) | Effect::Differs(..) => false,
        Effect::Write(slot, value) | Effect::Cas(slot, _, value) => keeps_writes || needed.contains(&(*slot, *value)),
        Effect::Append(..) => true,
    }
}

fn is_stuck(task: &Task, budget: &mut Budget<'_>) -> bool {
    matches!(search::run(task, budget), End::Stuck { .. })
}
