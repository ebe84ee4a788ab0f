//! The local leader outside of the simulation: the same node that the simulation tests, with a real store and real
//! channels. Everything here but the adapters is without I/O and without a clock.

pub mod ana;
pub mod device_file;
pub mod leader;
pub mod memory;
pub mod mesh;
pub mod rows;
pub mod state;
pub mod storage;

#[cfg(all(feature = "lab", target_arch = "wasm32"))]
pub mod web;
