//! A workload as recorded commands: each operation that it began becomes one that a command gives, so that single ones can
//! be left out.

use crate::limits;
use crate::recipe::{Recipe, TimedCommand, in_order_of_time};
use crate::replication::delta::Operation;
use crate::replication::time::SimTime;
use crate::simulation::command::{Action, Command};
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::setup::Workload;
use std::collections::VecDeque;

/// The recipe without workloads, but with what they asked for up to `until`, at the same times. `None`: there are none, or the
/// commands would be too many. Whether the run is still the same must be seen.
pub(super) fn recorded(recipe: &Recipe, history: &History, until: SimTime) -> Option<Recipe> {
    let is_loaded: Vec<bool> = recipe.setup.sessions.iter().map(|session| session.workload != Workload::Idle).collect();
    if !is_loaded.contains(&true) {
        return None;
    }
    let mut acts = acts_by_session(recipe);
    let mut commands = Vec::new();
    for operation in history.iter().take_while(|operation| operation.invoked_at <= until) {
        let index = operation.session.index();
        let (Some(true), Some(acts)) = (is_loaded.get(index), acts.get_mut(index)) else { continue };
        // A session does first what commands ask of it.
        if acts.pop_front_if(|(at, action)| *at <= operation.invoked_at && begins(action, operation)).is_none()
            && let Some(action) = action(operation)
        {
            let command = Command::Act { session: operation.session, action };
            // A client that is at work takes it up when it is done: it may be given before all else at that time.
            commands.push(TimedCommand { at_ns: operation.invoked_at, event: 0, command });
        }
    }
    commands.extend(recipe.commands.iter().cloned());
    in_order_of_time(&mut commands);
    let mut recipe = Recipe { commands, ..recipe.clone() };
    recipe.setup.sessions.iter_mut().for_each(|session| session.workload = Workload::Idle);
    (recipe.commands.len() <= limits::MAX_COMMANDS).then_some(recipe)
}

/// What commands ask of each session, in order.
fn acts_by_session(recipe: &Recipe) -> Vec<VecDeque<(SimTime, &Action)>> {
    let mut acts = vec![VecDeque::new(); recipe.setup.sessions.len()];
    for timed in &recipe.commands {
        if let Command::Act { session, action } = &timed.command
            && let Some(acts) = acts.get_mut(session.index())
        {
            acts.push_back((timed.at_ns, action));
        }
    }
    acts
}

/// Whether this operation may be the one that the action began with.
fn begins(action: &Action, operation: &OperationRecord) -> bool {
    let is_write = operation.write.is_some();
    match action {
        Action::Get { key } => !is_write && operation.key == *key && operation.also.is_empty(),
        Action::GetMany { keys } => !is_write && keys.first() == Some(&operation.key) && keys.len() == operation.also.len() + 1,
        Action::Put { key, .. } | Action::PutIf { key, .. } | Action::Delete { key } => is_write && operation.key == *key,
        _ => !matches!(operation.write, Some(Operation::Put(_) | Operation::Delete)) && &*operation.key.0 == "cart",
    }
}

/// The command that asks for what this operation asked.
fn action(operation: &OperationRecord) -> Option<Action> {
    let key = operation.key.clone();
    match &operation.write {
        Some(Operation::Put(value)) => Some(Action::Put { key, value: value.clone() }),
        Some(Operation::Delete) => Some(Action::Delete { key }),
        // The second half of an edit of the cart comes by itself.
        Some(_) => None,
        None if operation.also.is_empty() => Some(Action::Get { key }),
        None => Some(Action::GetMany { keys: [&[key], operation.also.as_slice()].concat() }),
    }
}
