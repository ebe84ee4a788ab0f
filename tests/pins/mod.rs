//! Fingerprints of every guided tour, asserted natively and in the browser. A change here means that runs of old
//! recipes are no longer the same: say so in the commit.

/// Scenario, variant, fingerprint.
pub(crate) const PINS: &[(&str, &str, u64)] = &[
    ("offline-leader", "add-wins", 0x68ac5fd380277936),
    ("offline-leader", "naive-union", 0x68ac5fd380277936),
    ("offline-leader", "last-write", 0x68ac5fd380277936),
    ("offline-leader", "last-write-line", 0x68ac5fd380277936),
    ("offline-leader", "ask", 0x68ac5fd380277936),
];
