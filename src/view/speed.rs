//! How fast the run is played: a log scale, in words.

use crate::replication::time::SimDuration;

/// One place on the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(usize);

/// Milliseconds of cluster for one second of screen.
const SCALE_MS: [u64; 13] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/// While nothing but signs of life is in flight, time passes this many times faster.
pub const CALM_FACTOR: u64 = 10;

impl Default for Speed {
    /// 1 s = 50 ms: a message between continents takes a bit more than a second.
    fn default() -> Self {
        Self(5)
    }
}

impl Speed {
    /// The last place on the scale.
    pub const LAST_INDEX: usize = SCALE_MS.len() - 1;

    /// The place at `index`, or the last one.
    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(index.min(Self::LAST_INDEX))
    }

    /// Its place.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }

    /// Simulated time for `screen_us` microseconds of screen.
    #[must_use]
    pub const fn advance(self, screen_us: u64) -> SimDuration {
        SimDuration(screen_us.saturating_mul(SCALE_MS[self.0]))
    }

    /// The speed in words.
    #[must_use]
    pub fn words(self) -> String {
        let ms = SCALE_MS[self.0];
        if ms >= 1_000 { format!("1 s = {} s", ms / 1_000) } else { format!("1 s = {ms} ms") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_second_of_screen_is_what_the_words_say() {
        let speed = Speed::at(4);
        assert_eq!(speed.words(), "1 s = 20 ms");
        assert_eq!(speed.advance(1_000_000), SimDuration::from_ms(20));
        assert_eq!(Speed::at(99).words(), "1 s = 10 s");
    }
}
