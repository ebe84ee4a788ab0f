//! The same writes decided under every mode, side by side: each mode is a fold over the same deltas.

use crate::limits;
use crate::replication::delta::{Delta, Mode, Operation};
use crate::replication::modes;
use crate::replication::view::{Decided, Fate};
use crate::view::conflict::{contested, fate_line};
use crate::view::writers::Writers;
use crate::view::{describe, words};
use std::sync::Arc;

/// Writes that do not show, listed for each mode.
const SHOWN_LOST: usize = 4;

/// All modes for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// One for each mode.
    pub outcomes: Vec<Outcome>,
    /// How many writes they are folds over.
    pub write_count: usize,
    /// Why there is none.
    pub refusal: Option<String>,
}

/// What one mode makes of the writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The mode.
    pub mode: Mode,
    /// Whether the key is decided by it now.
    pub is_in_force: bool,
    /// What a reader would see.
    pub result: String,
    /// What would not show, and why; the latest first.
    pub lost: Vec<String>,
    /// How many more.
    pub more_count: usize,
    /// Whether somebody would have to decide.
    pub is_open: bool,
}

/// Folds the `deltas` of a key, in causal order, under each mode. `me` is the author that is you.
#[must_use]
pub fn side_by_side(in_force: Mode, deltas: &[Arc<Delta>], me: &str) -> Comparison {
    // A mode of its own would rule out all others.
    let writes: Vec<Arc<Delta>> = deltas.iter().filter(|delta| !matches!(delta.operation, Operation::SetMode(_))).cloned().collect();
    let write_count = writes.iter().filter(|delta| !matches!(delta.operation, Operation::Rule(_))).count();
    if write_count > limits::MAX_COMPARED_WRITES {
        let refusal =
            format!("{write_count} writes are too many to fold under all modes here; {} are the most.", limits::MAX_COMPARED_WRITES);
        return Comparison { outcomes: Vec::new(), write_count, refusal: Some(refusal) };
    }
    let writers = Writers::of_deltas(&writes, me);
    let built_in = Mode::ALL.into_iter().filter(|mode| mode.is_built_in());
    let outcomes = built_in.map(|mode| outcome(mode, mode == in_force, &modes::decide(mode, &writes), &writes, &writers)).collect();
    Comparison { outcomes, write_count, refusal: None }
}

fn outcome(mode: Mode, is_in_force: bool, decided: &Decided, writes: &[Arc<Delta>], writers: &Writers) -> Outcome {
    let in_conflict = contested(decided);
    let line = |delta: &Arc<Delta>| match decided.fates.get(&delta.dot)? {
        fate @ (Fate::Discarded { .. } | Fate::Overruled { .. }) => {
            fate_line(delta.dot, *fate, &in_conflict, writers).map(|line| line.text)
        }
        _ => None,
    };
    let mut lost: Vec<String> = writes.iter().rev().filter_map(line).collect();
    let more_count = lost.len().saturating_sub(SHOWN_LOST);
    lost.truncate(SHOWN_LOST);
    let is_open = decided.conflicts.iter().any(|conflict| conflict.is_open);
    Outcome { mode, is_in_force, result: describe::content(&decided.content), lost, more_count, is_open }
}

impl Outcome {
    /// What is to be said beside the result.
    #[must_use]
    pub fn remark(&self) -> &'static str {
        match (self.mode, self.is_open, self.lost.is_empty()) {
            (_, true, _) => "Waits for a person.",
            (Mode::Home, ..) if !self.is_in_force => "No home has ruled on these writes: it rules only while the key is in this mode.",
            (_, false, true) => "Nothing is lost.",
            _ => "",
        }
    }

    /// The sentence that counts what is not listed.
    #[must_use]
    pub fn rest(&self) -> String {
        match self.more_count {
            0 => String::new(),
            count => format!("And {}.", words::count(count as u64, "more write", "more writes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lab::example::{self, ME};

    fn outcome(comparison: &Comparison, mode: Mode) -> &Outcome {
        comparison.outcomes.iter().find(|outcome| outcome.mode == mode).expect("built in")
    }

    #[test]
    fn one_history_has_an_outcome_for_each_mode() {
        let shown = side_by_side(Mode::AddWins, &example::pair().of("cart"), ME);
        assert_eq!((shown.outcomes.len(), shown.write_count), (Mode::ALL.len(), 4));
        let result = |mode| outcome(&shown, mode).result.as_str();
        assert_eq!(result(Mode::AddWins), "eggs 8, milk 2");
        // Ana's removal is the later one, and takes your change with it.
        assert_eq!((result(Mode::LastWrite), result(Mode::LastWriteLine)), ("milk 2", "milk 2"));
        assert_eq!(result(Mode::NaiveUnion), "eggs 8, milk 2");
        assert!(outcome(&shown, Mode::Ask).is_open && outcome(&shown, Mode::Ask).remark() == "Waits for a person.");
        assert!(outcome(&shown, Mode::LastWrite).lost.iter().any(|lost| lost.starts_with("Your eggs set to 8 was discarded")));
        assert!(outcome(&shown, Mode::AddWins).is_in_force && !outcome(&shown, Mode::Ask).is_in_force);
    }

    #[test]
    fn a_mode_of_the_key_does_not_decide_for_the_others() {
        let mut pair = example::pair();
        let before = side_by_side(Mode::AddWins, &pair.of("cart"), ME);
        pair.write(false, "cart", Operation::SetMode(Mode::LastWrite));
        let after = side_by_side(Mode::LastWrite, &pair.of("cart"), ME);
        let results = |shown: &Comparison| shown.outcomes.iter().map(|outcome| outcome.result.clone()).collect::<Vec<_>>();
        assert_eq!(results(&before), results(&after));
    }

    #[test]
    fn too_long_a_history_is_refused_aloud() {
        let mut pair = example::Pair::new();
        (0..=limits::MAX_COMPARED_WRITES as u32).for_each(|_| pair.write(false, "cart", example::set("eggs", 1)));
        let shown = side_by_side(Mode::AddWins, &pair.of("cart"), ME);
        assert!(shown.outcomes.is_empty() && shown.refusal.is_some_and(|refusal| refusal.starts_with("401 writes")));
    }
}
