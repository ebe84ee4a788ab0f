//! Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014).
//!
//! A stamp orders writes by the writers' clocks and never contradicts what a writer had seen, unless a
//! clock runs so far ahead that following it would spoil every later stamp: then it is refused and reported.

use super::time::LocalTime;

/// A stamp further ahead of the local clock than this does not advance it.
pub const MAX_AHEAD_MS: i64 = 60_000;

/// When a write was accepted, by the clock of the replica that accepted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// Milliseconds of the accepting replica's clock, never before anything it had followed.
    pub wall_ms: i64,
    /// Tie-break within one millisecond.
    pub logical: u32,
}

/// The clock of one replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HybridClock {
    last: Stamp,
}

impl HybridClock {
    /// The stamp of a write accepted now.
    pub fn tick(&mut self, local: LocalTime) -> Stamp {
        let wall_ms = wall_ms(local);
        self.last = if wall_ms > self.last.wall_ms {
            Stamp { wall_ms, logical: 0 }
        } else {
            Stamp { logical: self.last.logical.saturating_add(1), ..self.last }
        };
        self.last
    }

    /// Follows a stamp that arrived. Returns `false`, and stays as it is, when the stamp is further than
    /// [`MAX_AHEAD_MS`] ahead of the local clock.
    pub fn follow(&mut self, stamp: Stamp, local: LocalTime) -> bool {
        if stamp.wall_ms.saturating_sub(wall_ms(local)) > MAX_AHEAD_MS {
            return false;
        }
        self.last = self.last.max(stamp);
        true
    }
}

fn wall_ms(local: LocalTime) -> i64 {
    local.0.div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_ms(ms: i64) -> LocalTime {
        LocalTime(ms * 1_000_000)
    }

    #[test]
    fn stamps_grow_even_when_the_clock_steps_back() {
        let mut clock = HybridClock::default();
        let first = clock.tick(at_ms(1_000));
        let second = clock.tick(at_ms(400));
        assert!(second > first);
        assert_eq!(second, Stamp { wall_ms: 1_000, logical: 1 });
    }

    #[test]
    fn a_write_after_reading_is_stamped_after_what_was_read() {
        let mut clock = HybridClock::default();
        assert!(clock.follow(Stamp { wall_ms: 5_000, logical: 3 }, at_ms(1_000)));
        assert_eq!(clock.tick(at_ms(1_001)), Stamp { wall_ms: 5_000, logical: 4 });
    }

    #[test]
    fn a_clock_far_ahead_is_not_followed() {
        let mut clock = HybridClock::default();
        assert!(!clock.follow(Stamp { wall_ms: 1_000 + MAX_AHEAD_MS + 1, logical: 0 }, at_ms(1_000)));
        assert_eq!(clock.tick(at_ms(1_000)).wall_ms, 1_000);
    }
}
