//! All with all.

use super::Topology;

pub(super) const TOPOLOGY: Topology = Topology {
    id: "mesh",
    title: "Mesh",
    summary: "Every two sites are linked.",
    least: 2,
    // 23 sites have 253 links; limits.rs allows 256.
    most: 23,
    pairs: |count| (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).collect(),
};
