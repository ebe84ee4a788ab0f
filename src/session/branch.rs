//! Several futures of one run. Acting in the past leaves the old future where it was.

use super::{Position, Session};
use crate::limits;
use crate::recipe::TimedCommand;
use crate::replication::time::SimTime;

/// One future.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// Its number: stays the same as long as the run is open.
    pub(super) id: u32,
    /// The branch that it left.
    pub(super) parent: Option<u32>,
    pub(super) name: String,
    pub(super) from: SimTime,
    pub(super) commands: Vec<TimedCommand>,
    pub(super) horizon: SimTime,
}

impl Branch {
    /// The future that a run starts with.
    pub(super) fn first(commands: Vec<TimedCommand>) -> Self {
        let horizon = commands.last().map_or(SimTime::ZERO, |last| last.at_ns);
        Self { id: 1, parent: None, name: "branch 1 · from the start".to_owned(), from: SimTime::ZERO, commands, horizon }
    }
}

/// A branch, as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchView {
    /// Its number.
    pub id: u32,
    /// The number of the branch that it left; that one may be gone.
    pub parent: Option<u32>,
    /// Its name.
    pub name: String,
    /// Whether it is the one on the stage.
    pub is_active: bool,
    /// Where it left the branch before it.
    pub from: SimTime,
    /// How far it was played.
    pub horizon: SimTime,
}

impl Session {
    /// Every future of this run.
    #[must_use]
    pub fn branches(&self) -> Vec<BranchView> {
        let view = |(index, branch): (usize, &Branch)| BranchView {
            id: branch.id,
            parent: branch.parent,
            name: branch.name.clone(),
            is_active: index == self.active,
            from: branch.from,
            horizon: branch.horizon,
        };
        self.branches.iter().enumerate().map(view).collect()
    }

    /// Goes to another future, to the time where we are now if it reaches that far.
    pub fn switch_branch(&mut self, index: usize) {
        if index >= self.branches.len() || index == self.active {
            return;
        }
        let now = self.now();
        let (here, there) = (&self.branches[self.active].commands, &self.branches[index].commands);
        let shared = here.iter().zip(there).take_while(|(a, b)| a == b).count();
        let parting = here.get(shared).into_iter().chain(there.get(shared)).map(|timed| (timed.at_ns, timed.event)).min();
        if let Some((at, event)) = parting {
            self.checkpoints.forget_after(&Position { event, command_count: shared, at });
        }
        self.active = index;
        let (position, engine) = self.checkpoints.latest(|position| position.at <= now && position.command_count <= shared);
        self.engine = engine;
        self.applied_count = position.command_count;
        let target = now.min(self.horizon());
        self.seek(target);
    }

    /// The future from here on becomes a branch of its own; what was there before stays.
    pub(super) fn fork_future(&mut self) {
        self.named_count += 1;
        let commands = self.branches[self.active].commands[..self.applied_count].to_vec();
        let now = self.now();
        let name = format!("branch {} · from {}", self.named_count, now.in_ms());
        let parent = Some(self.branches[self.active].id);
        let branch = Branch { id: self.named_count, parent, name, from: now, commands, horizon: now };
        self.branches.push(branch);
        self.active = self.branches.len() - 1;
        if self.branches.len() > limits::MAX_BRANCHES {
            self.branches.remove(0);
            self.active -= 1;
        }
    }
}
