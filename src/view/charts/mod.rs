//! Charts over simulated time: what clients and replicas went through, in bins that merge as the run grows.
//! Pure: the run in, series of numbers, paths and tables out.

mod bins;
mod chart;
mod sampler;
mod staleness;

pub use bins::{Bin, Bins};
pub use chart::{Chart, Line, MOST_LINES, charts};
pub use sampler::Sampler;
pub use staleness::Staleness;
