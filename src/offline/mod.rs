//! The local leader outside of the simulation: the same node that the simulation tests, with a real store and real
//! channels. Everything here but the adapters is without I/O and without a clock.

pub mod leader;
pub mod memory;
pub mod rows;
pub mod storage;

#[cfg(all(feature = "lab", target_arch = "wasm32"))]
pub mod web;
