//! Two sites.

use super::Topology;
use super::line::line;

pub(super) const TOPOLOGY: Topology =
    Topology { id: "pair", title: "Pair", summary: "Two sites and one link.", least: 2, most: 2, pairs: line };
