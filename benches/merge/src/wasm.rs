//! What `benches/merge.mjs` calls.

use crate::ours::Pair;
use wasm_bindgen::prelude::wasm_bindgen;

/// Two replicas that are apart.
#[wasm_bindgen]
pub struct Apart(Pair);

#[wasm_bindgen]
impl Apart {
    /// After their edits.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self(Pair::apart(u64::from(seed)))
    }

    /// What is measured.
    pub fn sync(&mut self) {
        let [device, hub] = self.0.sync();
        assert_eq!(device, hub, "both read the same");
    }

    /// The sum of all quantities, after a check of all that should hold.
    #[must_use]
    pub fn check(&self) -> u32 {
        self.0.cart().values().sum()
    }

    /// Bytes of all frames.
    #[must_use]
    pub fn sent_bytes(&self) -> u32 {
        self.0.sent_bytes() as u32
    }
}
