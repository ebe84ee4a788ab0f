//! Linearizability (Herlihy & Wing, "Linearizability: a correctness condition for concurrent objects", 1990): some order
//! of the operations respects real time and the model.
//!
//! The property is local (ibid., theorem 1), so that each key is judged alone; keys that one multi-key read shows
//! together are judged together. Operations of unknown outcome may take effect at any time after their invocation, or
//! never. Plain reads and writes with unique values go through [`zones`], appends of texts that can be told apart through
//! [`appended`], everything else through [`search`].

mod appended;
mod search;
mod shown;
mod shrink;
mod task;
mod zones;

use super::format::History;
use super::{Budget, Finding, Options, understood};
use std::collections::BTreeSet;
use task::Task;

/// Which algorithm judges a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// What is made for a kind of history where it applies, the search elsewhere.
    Best,
    /// The search everywhere.
    Search,
}

pub(super) fn find(history: &History, options: &Options, budget: &mut Budget<'_>) -> Finding {
    find_by(Method::Best, history, options, budget)
}

fn find_by(method: Method, history: &History, options: &Options, budget: &mut Budget<'_>) -> Finding {
    let mut found = Finding::Holds;
    let mut tasks = task::tasks(history, options);
    // What is decided soon is decided first.
    tasks.sort_by_key(|task| task.steps.len());
    for task in &tasks {
        found = found.and(judge(method, task, budget));
        if matches!(found, Finding::Violated(_)) {
            break;
        }
    }
    found
}

fn judge(method: Method, task: &Task, budget: &mut Budget<'_>) -> Finding {
    if method == Method::Best && zones::apply(task) {
        return zones::judge(task);
    }
    if let Some(found) = (method == Method::Best).then(|| appended::judge(task)).flatten() {
        return found;
    }
    match search::run(task, budget) {
        search::End::Linearizable => Finding::Holds,
        search::End::Stuck { line } => {
            let kept = shrink::shrink(task, line, budget);
            Finding::Violated(kept.steps.iter().map(|step| step.operation).collect::<BTreeSet<_>>().into_iter().collect())
        }
        search::End::Undecided(because) => Finding::Undecided(because),
    }
}

/// Whether a history is linearizable by the given method; `None`: not decided, or not of the model. For comparing the methods with each other.
#[must_use]
pub fn holds_by(method: Method, history: &History, options: &Options, budget: &mut Budget<'_>) -> Option<bool> {
    let options = understood(history, options).ok()?;
    match find_by(method, history, &options, budget) {
        Finding::Holds => Some(true),
        Finding::Violated(_) => Some(false),
        Finding::Undecided(_) => None,
    }
}
