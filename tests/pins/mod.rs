//! Fingerprints of every guided tour, asserted natively and in the browser. A change here means that runs of old
//! recipes are no longer the same: say so in the commit.

/// Scenario, variant, fingerprint.
pub(crate) const PINS: &[(&str, &str, u64)] = &[
    ("offline-leader", "add-wins", 0xc6e029f3ef561fbe),
    ("offline-leader", "naive-union", 0xc6e029f3ef561fbe),
    ("offline-leader", "last-write", 0xc6e029f3ef561fbe),
    ("offline-leader", "last-write-line", 0xc6e029f3ef561fbe),
    ("offline-leader", "ask", 0xc6e029f3ef561fbe),
];
