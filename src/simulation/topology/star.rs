//! One in the middle.

use super::Topology;
use crate::limits;

pub(super) const TOPOLOGY: Topology = Topology {
    id: "star",
    title: "Star",
    summary: "Every site is linked with the first; without it nothing passes.",
    least: 2,
    most: limits::MAX_SITES as u16,
    pairs: |count| (1..count).map(|site| (0, site)).collect(),
};
