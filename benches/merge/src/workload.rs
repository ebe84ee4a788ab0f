//! What both replicas do while they are apart, the same for every library.

use replicascope::replication::random::{Purpose, Rng};
use std::collections::BTreeMap;

/// Operations of each replica.
pub const OPERATION_COUNT: usize = 10_000;
const ITEM_COUNT: u32 = 1_000;
const LARGEST_QUANTITY: u32 = 20;
/// A person's pace: up to this long between two edits.
const LONGEST_PAUSE_MS: u32 = 4_000;

/// One edit of a cart.
pub struct Edit {
    /// The line.
    pub item: String,
    /// Its new quantity; `None` removes it.
    pub quantity: Option<u32>,
    /// After the edit before it.
    pub pause_ms: u32,
}

/// A cart, to compare.
pub type Cart = BTreeMap<String, u32>;

/// What the replica of this number does: seven in ten set a quantity, the others remove the line.
#[must_use]
pub fn edits(seed: u64, replica: u64) -> Vec<Edit> {
    let mut rng = Rng::stream(seed, Purpose::Schedule, replica);
    let mut edit = || Edit {
        item: format!("item {}", rng.below(ITEM_COUNT)),
        quantity: (rng.below(10) < 7).then(|| 1 + rng.below(LARGEST_QUANTITY)),
        pause_ms: rng.below(LONGEST_PAUSE_MS),
    };
    (0..OPERATION_COUNT).map(|_| edit()).collect()
}
