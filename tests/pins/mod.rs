//! Fingerprints of every guided tour, asserted natively and in the browser. A change here means that runs of old
//! recipes are no longer the same: say so in the commit.

/// Scenario, variant, fingerprint.
pub(crate) const PINS: &[(&str, &str, u64)] = &[
    ("offline-leader", "add-wins", 0x2d5f9b64d7194cd2),
    ("offline-leader", "naive-union", 0x945a5116ca00321d),
    ("offline-leader", "last-write", 0x1a98a57b07ed437f),
    ("offline-leader", "last-write-line", 0xe435f1dd7d6f4f98),
    ("offline-leader", "ask", 0x159acb0c6db4732d),
    ("consistent-prefix", "one-key-arrival", 0xbd4c8e610816a32c),
    ("consistent-prefix", "one-key-vectors", 0x997d8a0462ba9188),
    ("consistent-prefix", "two-keys-arrival", 0xd085cbd4407fb68d),
    ("consistent-prefix", "two-keys-causal", 0xd085cbd4407fb68d),
    ("multi-leader-invariant", "any-leader", 0x3765c1f7d5062139),
    ("multi-leader-invariant", "home-leader", 0xc9ac9754700e1996),
    ("topology-ring", "origin-ids", 0x8629b9f7b074f4ae),
    ("topology-ring", "no-origin-ids", 0x33be0ab7a92feb29),
    ("topology-ring", "node-down", 0xc71b86b12439f4cf),
    ("topology-star", "all-up", 0x6fb254a87d107e46),
    ("topology-star", "leaf-down", 0x076d29e73e8fb038),
    ("topology-star", "centre-down", 0xbd5977063ad3ba1f),
    ("topology-mesh", "arrival", 0x9252f350fa56311f),
    ("topology-mesh", "vectors", 0xf6b459bda3e7b0d6),
    ("topology-mesh", "node-down", 0x6f043a83d583c737),
    ("write-conflict-lww", "right-clocks", 0x9450ec45c7a7c3d7),
    ("write-conflict-lww", "clock-ahead", 0xc238c7bf8aa0fedd),
    ("write-conflict-lww", "tie", 0xca4f9585eb036ee6),
    ("write-conflict-lww", "tie-by-arrival", 0xf3026fc4c9c0f773),
    ("write-conflict-home", "home", 0x9b91fec8eef5359e),
    ("write-conflict-home", "any-leader", 0x093b3fab575a02cf),
    ("write-conflict-home", "two-homes", 0xe251e55add95977f),
    ("write-conflict-home", "lease", 0x478653a1eb7b699e),
];
