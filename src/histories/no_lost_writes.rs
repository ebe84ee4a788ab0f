//! No lost writes: an acknowledged write is visible in the end, or a visible write is ordered after it.
//!
//! Per key, the last telling read invoked after all acknowledged writes closed says what is visible. A write is ordered
//! after another when its `sees` says so (directly or through what those had seen), or, without `sees`, when it was not
//! completed before the other was invoked. Writes of unknown outcome can be visible, and are never lost. A `sees` may name
//! dots that no write of the history has; what hangs on one of those is undecided.
//!
//! A dot is a write's `dot`, or `node:version` where it has no `dot`. Appended texts are visible as parts of the text
//! read, in any order, and only a visible `put` can excuse one that is not.

use super::format::{Action, History, KeyId, Operation, Outcome};
use super::value::Value;
use super::{Finding, Options};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn find(history: &History, options: &Options) -> Finding {
    let dots = Dots::collect(history);
    let mut of_key: BTreeMap<KeyId, KeyStory<'_>> = BTreeMap::new();
    for (number, operation) in history.operations.iter().enumerate() {
        for key in operation.action.key().into_iter().chain(operation.action.shown().iter().map(|(key, _)| *key)) {
            of_key.entry(key).or_default().add(number, operation);
        }
    }
    of_key.iter_mut().fold(Finding::Holds, |found, (key, story)| {
        story.operations.dedup_by_key(|(number, _)| *number);
        found.and(story.judge(*key, options, &dots))
    })
}

/// What was done to a key.
#[derive(Default)]
struct KeyStory<'h> {
    operations: Vec<(usize, &'h Operation)>,
}

/// A write by its number.
type Write<'h> = (usize, &'h Operation);

impl<'h> KeyStory<'h> {
    fn add(&mut self, number: usize, operation: &'h Operation) {
        self.operations.push((number, operation));
    }

    fn judge(&self, key: KeyId, options: &Options, dots: &Dots) -> Finding {
        let writes: Vec<Write<'h>> = self.operations.iter().copied().filter(|(_, operation)| is_write(operation)).collect();
        let acknowledged: Vec<Write<'h>> = writes.iter().copied().filter(|(_, write)| write.outcome == Outcome::Ok).collect();
        let Some(quiet) = acknowledged.iter().filter_map(|(_, write)| write.ended_line()).max() else { return Finding::Holds };
        let Some((read, value)) = self.last_read(key, quiet, options) else {
            return Finding::Undecided("a key is not read after all its acknowledged writes closed".to_owned());
        };
        if writes.iter().any(|(_, write)| matches!(write.action, Action::Append(..))) {
            return judge_text(&writes, &acknowledged, read, &value, options, dots);
        }
        let is_shown = |write: &&Write<'h>| written(write.1).is_some_and(|own| options.meaning(own) == value);
        let visible: Vec<Write<'h>> = writes.iter().filter(is_shown).copied().collect();
        // Any one of the writes of this value may be the visible one.
        let mut explanations = Vec::new();
        // The latest write is the likeliest.
        for visible in visible.iter().rev() {
            let lost = lost_beside(&acknowledged, &[*visible], &[*visible], dots);
            if lost.is_nothing() {
                return Finding::Holds;
            }
            explanations.push(lost);
        }
        best(explanations, read, &acknowledged)
    }

    /// The last read that says anything, and what it says.
    fn last_read(&self, key: KeyId, quiet: u32, options: &Options) -> Option<(usize, Value)> {
        let is_late = |operation: &Operation| operation.outcome == Outcome::Ok && operation.invoked.line > quiet;
        self.operations.iter().rev().filter(|(_, operation)| is_late(operation)).find_map(|(number, operation)| {
            let shown = operation.action.shown();
            let (_, value) = shown.into_iter().find(|(own, value)| *own == key && options.is_telling(value))?;
            Some((*number, options.meaning(&value)))
        })
    }
}

fn is_write(operation: &Operation) -> bool {
    written(operation).is_some() && operation.outcome != Outcome::Fail
}

fn written(operation: &Operation) -> Option<&Value> {
    match &operation.action {
        Action::Write(_, value) | Action::Cas(_, _, value) | Action::Append(_, value) => Some(value),
        Action::Read(..) | Action::ReadMany(_) => None,
    }
}

/// What one explanation of the last read leaves lost.
#[derive(Default)]
struct Lost {
    surely: Vec<usize>,
    /// Excused only if an unknown dot is one of the write's.
    perhaps: bool,
}

impl Lost {
    fn is_nothing(&self) -> bool {
        self.surely.is_empty() && !self.perhaps
    }
}

/// The acknowledged writes that are neither visible nor before one that excuses them.
fn lost_beside(acknowledged: &[Write<'_>], visible: &[Write<'_>], excusing: &[Write<'_>], dots: &Dots) -> Lost {
    let mut lost = Lost::default();
    let excusing: Vec<Later<'_>> = excusing.iter().map(|write| dots.later(*write)).collect();
    for write in acknowledged {
        if visible.iter().any(|(number, _)| *number == write.0) {
            continue;
        }
        let after: Vec<Option<bool>> = excusing.iter().map(|later| dots.is_after(later, *write)).collect();
        if after.contains(&Some(true)) {
            continue;
        }
        if after.contains(&None) {
            lost.perhaps = true;
        } else {
            lost.surely.push(write.0);
        }
    }
    lost
}

/// Violated only if every explanation loses a write; with none, all are lost.
fn best(explanations: Vec<Lost>, read: usize, acknowledged: &[Write<'_>]) -> Finding {
    if explanations.iter().any(Lost::is_nothing) {
        return Finding::Holds;
    }
    if explanations.iter().any(|lost| lost.surely.is_empty()) {
        return Finding::Undecided("a write had seen dots that no write of the history has".to_owned());
    }
    let fewest = explanations.into_iter().map(|lost| lost.surely).min_by_key(Vec::len);
    let mut witness = fewest.unwrap_or_else(|| acknowledged.iter().map(|(number, _)| *number).collect());
    witness.push(read);
    Finding::Violated(witness)
}

/// Of appended texts: a part that is nowhere in the text read is not visible.
fn judge_text(writes: &[Write<'_>], acknowledged: &[Write<'_>], read: usize, value: &Value, options: &Options, dots: &Dots) -> Finding {
    let Value::Text(text) = value else { return best(Vec::new(), read, acknowledged) };
    let part = |write: &Operation| match written(write).map(|own| options.meaning(own)) {
        Some(Value::Text(part)) => part,
        _ => "".into(),
    };
    let visible: Vec<Write<'_>> = writes.iter().copied().filter(|(_, write)| text.contains(&*part(write))).collect();
    // A put replaced what was there before it, and stands at the start.
    let is_start = |write: &Operation| matches!(write.action, Action::Write(..)) && text.starts_with(&*part(write));
    let starts: Vec<Write<'_>> = writes.iter().copied().filter(|(_, write)| is_start(write)).collect();
    let finding = best(vec![lost_beside(acknowledged, &visible, &starts, dots)], read, acknowledged);
    // Parts that contain each other, or are equal, may stand for each other.
    let parts: Vec<_> = visible.iter().map(|(_, write)| part(write)).collect();
    let total: usize = parts.iter().map(|part| part.len()).sum();
    let start = if let Value::Text(start) = &options.initial { start.len() } else { 0 };
    match finding {
        Finding::Holds if total != text.len() && total + start != text.len() => {
            Finding::Undecided("the parts of a text cannot be told apart".to_owned())
        }
        finding => finding,
    }
}

/// Who had seen whom.
struct Dots {
    /// The writes that have a dot.
    named: BTreeSet<usize>,
    /// What each write with `sees` had seen; `None`: a dot of no write.
    sees: BTreeMap<usize, Vec<Option<usize>>>,
}

impl Dots {
    fn collect(history: &History) -> Self {
        let mut owner: BTreeMap<String, usize> = BTreeMap::new();
        for (number, operation) in history.operations.iter().enumerate().filter(|(_, operation)| is_write(operation)) {
            let place = operation.node.as_ref().zip(operation.version).map(|(node, version)| format!("{node}:{version}"));
            if let Some(dot) = operation.dot.clone().or(place) {
                owner.entry(dot).or_insert(number);
            }
        }
        let seen = |operation: &Operation| {
            let sees = operation.sees.as_ref()?;
            Some(sees.iter().map(|dot| owner.get(dot).copied()).collect())
        };
        let sees = history.operations.iter().enumerate().filter_map(|(number, operation)| Some((number, seen(operation)?))).collect();
        Self { named: owner.into_values().collect(), sees }
    }

    /// The write with all that it had seen.
    fn later<'h>(&self, write: Write<'h>) -> Later<'h> {
        let mut later = Later { write, seen: BTreeSet::new(), is_unknown: false };
        let mut waiting = vec![write.0];
        while let Some(write) = waiting.pop() {
            for seen in self.sees.get(&write).into_iter().flatten() {
                match seen {
                    Some(seen) if later.seen.insert(*seen) => waiting.push(*seen),
                    Some(_) => {}
                    None => later.is_unknown = true,
                }
            }
        }
        later
    }

    /// Whether the later write is ordered after the earlier; `None`: it had seen dots of no write here.
    fn is_after(&self, later: &Later<'_>, earlier: Write<'_>) -> Option<bool> {
        if !self.sees.contains_key(&later.write.0) {
            let is_before = later.write.1.ended_line().is_some_and(|closed| closed < earlier.1.invoked.line);
            return Some(!is_before);
        }
        match later.seen.contains(&earlier.0) {
            // A write whose dot is known is not hidden behind an unknown one.
            false if later.is_unknown && !self.named.contains(&earlier.0) => None,
            is_seen => Some(is_seen),
        }
    }
}

/// A write that may excuse others.
struct Later<'h> {
    write: Write<'h>,
    seen: BTreeSet<usize>,
    is_unknown: bool,
}
