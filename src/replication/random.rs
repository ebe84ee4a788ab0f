//! Randomness with a name: PCG-32, one stream per (seed, purpose, entity), so that removing a node or
//! changing a strategy leaves every other draw as it was.

use rand_core::Rng as _;
use rand_pcg::Pcg32;

/// What a stream is for. The numbers are part of every fingerprint: never reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A node's own choices (replica ids, jitter).
    Node = 1,
    /// Latency of one link direction.
    Latency = 2,
    /// Loss and duplication on one link direction.
    Loss = 3,
    /// Latency of a node's store.
    Storage = 4,
    /// What a workload asks for.
    Workload = 5,
    /// Choices of a test or a search, outside the run itself.
    Schedule = 6,
}

/// A portable generator: the same draws on every host and in wasm.
#[derive(Clone, Debug)]
pub struct Rng(Pcg32);

impl Rng {
    /// The stream of one entity for one purpose.
    #[must_use]
    pub fn stream(seed: u64, purpose: Purpose, entity: u64) -> Self {
        let key = mix(mix(seed) ^ (purpose as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ mix(entity.wrapping_add(0x632b_e59b_d9b4_e019)));
        Self(Pcg32::new(key, mix(key)))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// 32 random bits, at half the price.
    pub fn bits32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A whole number below `bound` (which must not be 0), by multiplication (Lemire 2019, without rejection:
    /// the bias is below 2⁻³² for the small bounds used here).
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// Whether an event of probability `per_million / 1_000_000` happens.
    pub fn chance(&mut self, per_million: u32) -> bool {
        per_million > 0 && self.below(1_000_000) < per_million
    }

    /// A number in (0, 1]: never 0, so that its logarithm is finite.
    pub fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
    }
}

/// The finaliser of SplitMix64 (Steele et al. 2014): spreads a key over all 64 bits.
#[must_use]
pub const fn mix(mut key: u64) -> u64 {
    key = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    key ^ (key >> 31)
}
