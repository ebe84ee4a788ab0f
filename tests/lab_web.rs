//! The local leader in a real browser: its store, slots, channels, and the cloud that moves.
#![cfg(all(target_arch = "wasm32", feature = "lab"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod lab_web {
    pub(crate) mod devices;
    pub(crate) mod page;
    mod slots;
    mod stores;
}
mod storage;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
