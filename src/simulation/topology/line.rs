//! One after the other.

use super::Topology;
use crate::limits;

pub(super) const TOPOLOGY: Topology = Topology {
    id: "line",
    title: "Line",
    summary: "Each site is linked with the next; any link that breaks parts the line.",
    least: 2,
    most: limits::MAX_SITES as u16,
    pairs: line,
};

pub(super) fn line(count: u16) -> Vec<(u16, u16)> {
    (1..count).map(|site| (site - 1, site)).collect()
}
