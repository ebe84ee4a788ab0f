//! How fast something may come.

use std::time::{Duration, Instant};

/// So many at once, and then one whenever another interval has passed.
#[derive(Debug)]
pub(super) struct Pace {
    every: Duration,
    at_once: Duration,
    /// When all that was taken would have been due, one after the other.
    due: Instant,
}

impl Pace {
    pub(super) fn new(at_once: u32, every: Duration, now: Instant) -> Self {
        Self { every, at_once: every * at_once, due: now }
    }

    /// Takes one; `false`: that is too fast.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let due = self.due.max(now) + self.every;
        let fits = due - now <= self.at_once;
        if fits {
            self.due = due;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_one_by_one() {
        let start = Instant::now();
        let mut pace = Pace::new(3, Duration::from_millis(10), start);
        let taken = |pace: &mut Pace, ms: u64| (0..5).filter(|_| pace.take(start + Duration::from_millis(ms))).count();
        assert_eq!(taken(&mut pace, 0), 3);
        assert_eq!(taken(&mut pace, 9), 0);
        assert_eq!(taken(&mut pace, 10), 1);
        assert_eq!(taken(&mut pace, 35), 2);
        assert_eq!(taken(&mut pace, 10_000), 3, "what was not used does not add up");
    }
}
