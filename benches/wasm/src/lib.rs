//! What `benches/wasm.mjs` calls: the reference workload, engine and bare loop.

#[path = "../../workload/mod.rs"]
mod workload;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs so many events through the engine; hands back the fingerprint, which must be that of the host.
#[wasm_bindgen]
pub fn engine(trace: &str, seed: u32, event_count: u32) -> String {
    let trace = workload::trace_named(trace).expect("a known trace");
    format!("{:016x}", workload::engine_run(trace, u64::from(seed), u64::from(event_count)).fingerprint())
}

/// Runs so many events through the bare loop.
#[wasm_bindgen]
pub fn bare(seed: u32, event_count: u32) -> u32 {
    workload::bare_run(u64::from(seed), u64::from(event_count)) as u32
}

/// Bytes of wasm memory taken so far.
#[wasm_bindgen]
pub fn memory_bytes() -> u32 {
    core::arch::wasm32::memory_size(0) as u32 * 65_536
}
