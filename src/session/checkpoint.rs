//! Copies of the engine along the way, so that going back replays little. Thinned when there are too many.

use super::Position;
use crate::limits;
use crate::replication::time::SimTime;
use crate::simulation::engine::Engine;

/// Events between two checkpoints at first; doubled with each thinning.
const FIRST_SPACING: u64 = 256;

/// Copies of the engine, oldest first; the first is the start of the run.
pub(super) struct Checkpoints {
    kept: Vec<(Position, Box<dyn Engine>)>,
    spacing: u64,
}

impl Checkpoints {
    pub(super) fn starting(engine: &dyn Engine) -> Self {
        let start = Position { event: 0, command_count: 0, at: SimTime::ZERO };
        Self { kept: vec![(start, engine.fork())], spacing: FIRST_SPACING }
    }

    /// Keeps a copy if the last one is far enough behind.
    pub(super) fn keep(&mut self, engine: &dyn Engine, position: Position) {
        let last = self.kept.last().map_or(0, |(position, _)| position.event);
        if position.event < last + self.spacing {
            return;
        }
        self.kept.push((position, engine.fork()));
        // What the run has let go of is gone here too: all copies together would hold the whole run.
        let (first_held, operation) = (engine.journal().dropped_count(), engine.history().latest_from());
        self.kept.iter_mut().for_each(|(_, kept)| kept.forget_before(first_held, operation));
        if self.kept.len() > limits::MAX_CHECKPOINTS {
            self.spacing *= 2;
            let mut index = 0;
            self.kept.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
    }

    /// A copy of the latest checkpoint for which `fits` is true; the start of the run if none.
    pub(super) fn latest(&self, fits: impl Fn(&Position) -> bool) -> (Position, Box<dyn Engine>) {
        let found = self.kept.iter().rev().find(|(position, _)| fits(position)).unwrap_or(&self.kept[0]);
        (found.0, found.1.fork())
    }

    /// Whether `fits` is true for any of them.
    pub(super) fn any(&self, fits: impl Fn(&Position) -> bool) -> bool {
        self.kept.iter().any(|(position, _)| fits(position))
    }

    /// Forgets what lies after `position`: it belongs to another future.
    pub(super) fn forget_after(&mut self, position: &Position) {
        self.kept.retain(|(kept, _)| kept.event == 0 || kept <= position);
    }
}
