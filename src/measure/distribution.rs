//! Latencies of one leg: mixtures of the usual distributions. Floats, and transcendental functions through `libm` only.

use crate::replication::random::Rng;

/// No draw is longer, in milliseconds: some eleven days.
const LONGEST_MS: f64 = 1e9;

/// A mixture: one of its parts is drawn by weight, and then from that one.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// The parts; weights sum to 1.
    pub parts: Vec<Part>,
}

/// A part of a mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// How likely it is.
    pub weight: f64,
    /// What it draws.
    pub shape: Shape,
}

/// A distribution, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// P(X > x) = (xm / x)^alpha for x above xm.
    Pareto {
        /// The least.
        xm_ms: f64,
        /// The smaller, the heavier the tail.
        alpha: f64,
    },
    /// P(X > x) = e^(-rate x).
    Exponential {
        /// One over the mean.
        rate_per_ms: f64,
    },
    /// Anything between, equally likely.
    Uniform {
        /// The least.
        from_ms: f64,
        /// The most.
        to_ms: f64,
    },
    /// Always the same.
    Constant {
        /// This.
        ms: f64,
    },
}

impl Distribution {
    /// A mixture of one.
    #[must_use]
    pub fn of(shape: Shape) -> Self {
        Self { parts: vec![Part { weight: 1.0, shape }] }
    }

    /// One draw, in milliseconds.
    pub(super) fn draw(&self, rng: &mut Rng) -> f64 {
        self.pick(rng).draw(rng).min(LONGEST_MS)
    }

    fn pick(&self, rng: &mut Rng) -> Shape {
        let last = self.parts[self.parts.len() - 1].shape;
        if self.parts.len() == 1 {
            return last;
        }
        let mut place = rng.unit();
        for part in &self.parts {
            if place <= part.weight {
                return part.shape;
            }
            place -= part.weight;
        }
        last
    }
}

impl Shape {
    fn draw(self, rng: &mut Rng) -> f64 {
        match self {
            // xm / u^(1 / alpha), by logarithm and exponential: that takes half the time of a power.
            Self::Pareto { xm_ms, alpha } => xm_ms * libm::exp(-libm::log(rng.unit()) / alpha),
            Self::Exponential { rate_per_ms } => -libm::log(rng.unit()) / rate_per_ms,
            Self::Uniform { from_ms, to_ms } => from_ms + (to_ms - from_ms) * (1.0 - rng.unit()),
            Self::Constant { ms } => ms,
        }
    }
}
