//! Keeping several futures: names, removal and its undo, recipes that hold them all, and a look at another one.

use super::{Branch, Session};
use crate::limits;
use crate::recipe::{Future, Recipe, RecipeError, TimedCommand};
use crate::replication::time::SimTime;
use crate::simulation::setup::{SetupError, check_name};

/// A future that was removed, as long as it can be brought back.
#[derive(Clone, Debug)]
pub struct Removed {
    index: usize,
    branch: Branch,
    /// Those that had left it, with when.
    children: Vec<(u32, SimTime)>,
}

impl Removed {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.branch.name
    }
}

impl Session {
    /// Gives a future another name.
    ///
    /// # Errors
    /// The name is empty or too long, or there is no such branch.
    pub fn rename_branch(&mut self, index: usize, name: &str) -> Result<(), SetupError> {
        check_name("branch.name", name)?;
        let branch = self.branches.get_mut(index).ok_or_else(|| SetupError::new("branch", "there is none of this number"))?;
        name.clone_into(&mut branch.name);
        Ok(())
    }

    /// Removes a future; what had left it now leaves the one before. The last one stays. The run goes to the one before when
    /// the one on the stage is removed.
    pub fn remove_branch(&mut self, index: usize) -> Option<Removed> {
        let parent = self.branches.get(index)?.parent;
        if self.branches.len() == 1 {
            return None;
        }
        if index == self.active {
            let before = self.branches.iter().position(|branch| Some(branch.id) == parent);
            self.switch_branch(before.unwrap_or(usize::from(index == 0)));
        }
        let branch = self.branches.remove(index);
        self.active -= usize::from(index < self.active);
        let mut children = Vec::new();
        for child in self.branches.iter_mut().filter(|child| child.parent == Some(branch.id)) {
            children.push((child.id, child.from));
            (child.parent, child.from) = (parent, child.from.min(branch.from));
        }
        Some(Removed { index, branch, children })
    }

    /// Brings a removed future back to where it was. `false` when there are too many by now.
    pub fn restore_branch(&mut self, removed: Removed) -> bool {
        if self.branches.len() >= limits::MAX_BRANCHES {
            return false;
        }
        let Removed { index, branch, children } = removed;
        for child in &mut self.branches {
            if let Some((_, from)) = children.iter().find(|(id, _)| *id == child.id) {
                (child.parent, child.from) = (Some(branch.id), *from);
            }
        }
        let index = index.min(self.branches.len());
        self.branches.insert(index, branch);
        self.active += usize::from(index <= self.active);
        true
    }

    /// The recipe with all futures of the run.
    #[must_use]
    pub fn recipe_with_branches(&self) -> Recipe {
        let place = |id: u32| self.branches.iter().position(|branch| branch.id == id).map(|index| index as u32);
        let future = |(index, branch): (usize, &Branch)| Future {
            name: branch.name.clone(),
            parent: branch.parent.and_then(place),
            from_ns: branch.from,
            until_ns: branch.horizon,
            commands: (index != self.active).then(|| branch.commands.clone()),
        };
        let branches = if self.branches.len() > 1 { self.branches.iter().enumerate().map(future).collect() } else { Vec::new() };
        Recipe { branches, ..self.recipe() }
    }

    /// Another session that stands in a future of this one at `at`, or at its end if that comes before.
    ///
    /// # Errors
    /// The recipe cannot be run, which would be a bug, or there is no such branch.
    pub fn peek_branch(&self, index: usize, at: SimTime) -> Result<Self, RecipeError> {
        let branch = self.branches.get(index).ok_or_else(|| SetupError::new("branch", "there is none of this number"))?;
        let mut other = Self::open(Recipe { commands: branch.commands.clone(), open: None, ..self.recipe() })?;
        let target = at.min(branch.horizon);
        // One call does not do more than so many events; the last one finds nothing left to do.
        loop {
            let before = other.position();
            other.run_until(target);
            if other.position() == before {
                break;
            }
        }
        Ok(other)
    }

    /// The commands of a future.
    #[must_use]
    pub fn branch_commands(&self, index: usize) -> &[TimedCommand] {
        self.branches.get(index).map(|branch| branch.commands.as_slice()).unwrap_or_default()
    }
}

/// The futures of a recipe that was checked, and which of them is the one of its own commands.
pub(super) fn branches_of(futures: Vec<Future>, own: Vec<TimedCommand>) -> (Vec<Branch>, usize) {
    let Some(active) = futures.iter().position(|future| future.commands.is_none()) else { return (vec![Branch::first(own)], 0) };
    let mut own = Some(own);
    let branch = |(index, future): (u32, Future)| {
        let commands = future.commands.or_else(|| own.take()).unwrap_or_default();
        let last = commands.last().map_or(SimTime::ZERO, |last| last.at_ns);
        let (parent, horizon) = (future.parent.map(|parent| parent + 1), future.until_ns.max(last));
        Branch { id: index + 1, parent, name: future.name, from: future.from_ns, commands, horizon }
    };
    ((0..).zip(futures).map(branch).collect(), active)
}
