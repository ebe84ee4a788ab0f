//! A line whose ends are linked.

use super::Topology;
use super::line::line;
use crate::limits;

pub(super) const TOPOLOGY: Topology = Topology {
    id: "ring",
    title: "Ring",
    summary: "Each site is linked with the next, and the last with the first.",
    least: 3,
    most: limits::MAX_SITES as u16,
    pairs: |count| line(count).into_iter().chain([(count - 1, 0)]).collect(),
};
