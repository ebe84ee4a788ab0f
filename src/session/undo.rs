//! Taking back what was done last: the run goes to a branch without it. The branch with it is kept, so that it can be done
//! again.

use super::{Position, Session};

/// A command that was taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Undone {
    /// The branch with it.
    with: u32,
    /// Where the run stood there.
    place: Position,
    /// The branch without it.
    without: u32,
    /// Where the run stood then: just before it.
    before: Position,
}

impl Session {
    /// Whether a command can be taken back.
    #[must_use]
    pub const fn can_undo(&self) -> bool {
        self.applied_count > 0
    }

    /// Whether a command that was taken back can be done again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.undone.last().is_some_and(|undone| self.branches.iter().any(|branch| branch.id == undone.with))
    }

    /// Goes to just before the last command that was applied, on a branch without it and without what came after.
    pub fn undo(&mut self) -> bool {
        let Some(index) = self.applied_count.checked_sub(1) else { return false };
        let Some(timed) = self.commands().get(index) else { return false };
        let before = Position { event: timed.event, command_count: index, at: timed.at_ns };
        let place = self.position();
        let with = self.branches[self.active].id;
        let fresh = self.undone.last().copied().filter(|last| last.without == with && last.before == place && self.is_unused());
        self.seek_event(before);
        match fresh {
            // A branch that the last undo made and that nobody used is shortened.
            Some(_) => self.truncate_commands(before),
            None => {
                self.fork_future();
                self.checkpoints.forget_after(&self.position());
            }
        }
        let without = self.branches[self.active].id;
        let with = fresh.map_or(with, |fresh| fresh.with);
        self.undone.push(Undone { with, place, without, before: self.position() });
        true
    }

    /// Goes back to where the run stood when a command was taken back. A branch that nobody used goes with that.
    pub fn redo(&mut self) -> bool {
        let Some(undone) = self.undone.pop() else { return false };
        let Some(index) = self.branches.iter().position(|branch| branch.id == undone.with) else { return false };
        let is_left = self.branches[self.active].id == undone.without && self.position() == undone.before && self.is_unused();
        self.switch_branch(index);
        self.seek_event(undone.place);
        if is_left && let Some(index) = self.branches.iter().position(|branch| branch.id == undone.without) {
            self.remove_branch(index);
        }
        true
    }

    /// Whether nothing lies ahead on this branch: neither commands nor time.
    fn is_unused(&self) -> bool {
        self.commands().len() == self.applied_count && self.horizon() <= self.now()
    }
}
