//! Two replicas that were apart for 10,000 cart operations each, and sync both ways: the workload, and how this project
//! does it, native and in wasm.

pub mod ours;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod workload;
