//! A sign of life on standard error while it is a terminal, at most once a second.

use std::io::IsTerminal;
use std::time::Instant;

/// Work of a known size.
pub(super) struct Progress {
    verb: &'static str,
    unit: &'static str,
    most: u64,
    started: Instant,
    is_shown: bool,
    shown_seconds: u64,
}

impl Progress {
    pub(super) fn new(verb: &'static str, unit: &'static str, most: u64) -> Self {
        Self { verb, unit, most, started: Instant::now(), is_shown: std::io::stderr().is_terminal(), shown_seconds: 0 }
    }

    pub(super) fn reached(&mut self, done: u64) {
        let seconds = self.started.elapsed().as_secs();
        if self.is_shown && seconds > self.shown_seconds {
            self.shown_seconds = seconds;
            eprint!("\r{} {done} of {} {}", self.verb, self.most, self.unit);
        }
    }

    pub(super) fn end(&self) {
        if self.shown_seconds > 0 {
            eprintln!();
        }
    }
}
