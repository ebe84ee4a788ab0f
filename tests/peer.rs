//! The native peer as a process, through real sockets: devices that sync through it, what kills it, and who is refused.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

#[path = "peer/device.rs"]
mod device;
#[path = "peer/kills.rs"]
mod kills;
#[path = "peer/pages.rs"]
mod pages;
#[path = "peer/process.rs"]
mod process;
#[path = "peer/raw.rs"]
mod raw;
#[path = "peer/refused.rs"]
mod refused;
#[path = "peer/start.rs"]
mod start;
mod storage;
#[path = "peer/store.rs"]
mod store;
#[path = "peer/sync.rs"]
mod sync;
#[path = "peer/tls.rs"]
mod tls;
