//! The classic multi-leader: what each topology, delivery and home setting shows, and thousands of random schedules.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod forward;
