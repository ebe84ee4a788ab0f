//! Fingerprints of every guided tour, asserted natively and in the browser. A change here means that runs of old
//! recipes are no longer the same: say so in the commit.

/// Scenario, variant, fingerprint.
pub(crate) const PINS: &[(&str, &str, u64)] = &[
    ("offline-leader", "add-wins", 0x2d5f9b64d7194cd2),
    ("offline-leader", "naive-union", 0x945a5116ca00321d),
    ("offline-leader", "last-write", 0x1a98a57b07ed437f),
    ("offline-leader", "last-write-line", 0xe435f1dd7d6f4f98),
    ("offline-leader", "ask", 0x159acb0c6db4732d),
];
