//! One line for each step, with the time since the start.

use std::time::Instant;

/// Started with the command; all its steps are told against it.
pub(crate) struct Stopwatch {
    started_at: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { started_at: Instant::now() }
    }

    /// Says what happens next, or what has just happened.
    pub(crate) fn step(&self, what: &str) {
        println!("[{:7.1} s] {what}", self.started_at.elapsed().as_secs_f64());
    }
}
