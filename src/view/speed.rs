//! How fast the run is played: a log scale, in words.

use crate::replication::time::SimDuration;

/// One place on the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(usize);

/// Microseconds of cluster for one second of screen: from a tenth of a local round trip to a minute.
const SCALE_US: [u64; 18] = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
    20_000_000, 60_000_000,
];

/// While nothing but signs of life is in flight, time passes this many times faster.
pub const CALM_FACTOR: u64 = 10;

impl Default for Speed {
    /// 1 s = 50 ms: a message between continents takes a bit more than a second.
    fn default() -> Self {
        Self(8)
    }
}

impl Speed {
    /// The last place on the scale.
    pub const LAST_INDEX: usize = SCALE_US.len() - 1;

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
        SimDuration(screen_us.saturating_mul(SCALE_US[self.0]) / 1_000)
    }

    /// Simulated time for a second of screen, in words: "50 ms".
    #[must_use]
    pub fn amount(self) -> String {
        let (amount, unit) = match SCALE_US[self.0] {
            us if us < 1_000 => (us, "µs"),
            us if us < 1_000_000 => (us / 1_000, "ms"),
            us => (us / 1_000_000, "s"),
        };
        format!("{amount} {unit}")
    }

    /// The speed in words.
    #[must_use]
    pub fn words(self) -> String {
        format!("1 s of screen = {} of cluster", self.amount())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_second_of_screen_is_what_the_words_say() {
        let speed = Speed::at(7);
        assert_eq!(speed.words(), "1 s of screen = 20 ms of cluster");
        assert_eq!(speed.advance(1_000_000), SimDuration::from_ms(20));
        assert_eq!(Speed::at(0).words(), "1 s of screen = 100 µs of cluster");
        assert_eq!(Speed::at(0).advance(1_000_000), SimDuration(100_000));
        assert_eq!(Speed::at(99).words(), "1 s of screen = 60 s of cluster");
        assert_eq!(Speed::default().words(), "1 s of screen = 50 ms of cluster");
    }

    #[test]
    fn each_place_is_about_twice_as_fast_as_the_one_before() {
        let amounts: Vec<u64> = (0..=Speed::LAST_INDEX).map(|index| Speed::at(index).advance(1_000_000).0).collect();
        assert!(amounts.windows(2).all(|pair| pair[0] * 2 <= pair[1] && pair[1] <= pair[0] * 3), "{amounts:?}");
    }
}
