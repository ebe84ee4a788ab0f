//! One round, natively: a line for each measurement, for `benches/merge.mjs` to put beside other rounds and wasm.
//!
//! `merge-bench <seed>` prints `name<tab>value<tab>bytes`; values are milliseconds, those of edits nanoseconds an edit.

#[cfg(feature = "others")]
mod others;

use merge_bench::ours::{self, Pair};
use merge_bench::workload::{self, Cart};
use std::time::Instant;

fn main() {
    let seed = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(1);
    // Memory that this process takes for the first time costs as much as the work.
    measure_ours(seed);
    let (ms, pair) = measure_ours(seed);
    let cart = pair.cart();
    println!("ours\t{ms}\t{}", pair.sent_bytes());
    println!("ours, stored\t0\t{}", pair.stored_bytes());
    println!("check\t0\t{}", cart.values().map(|quantity| *quantity as usize).sum::<usize>());
    for (name, edit_all) in [("edit, node", ours::edit_all_in_node as fn(&_) -> _), ("edit, stored", ours::edit_all_stored)] {
        let edits = workload::edits(seed, 0);
        let started = Instant::now();
        assert_eq!(edit_all(&edits), edits.len(), "every edit is accepted");
        println!("{name}\t{}\t0", started.elapsed().as_nanos() as f64 / edits.len() as f64);
    }
    measure_others(seed, &cart);
}

fn measure_ours(seed: u64) -> (f64, Pair) {
    let mut pair = Pair::apart(seed);
    let started = Instant::now();
    let [device, hub] = pair.sync();
    let ms = started.elapsed().as_secs_f64() * 1e3;
    assert_eq!(device, hub, "both read the same");
    (ms, pair)
}

#[cfg(feature = "others")]
fn measure_others(seed: u64, cart: &Cart) {
    for (name, apart) in others::ALL {
        let mut pair = apart(seed);
        let started = Instant::now();
        let bytes = pair.sync();
        println!("{name}\t{}\t{bytes}", started.elapsed().as_secs_f64() * 1e3);
        let [one, other] = pair.carts();
        assert_eq!(one, other, "both replicas of {name} read the same");
        assert!(name != "crdts" || one == *cart, "{name} keeps the same map");
    }
}

#[cfg(not(feature = "others"))]
fn measure_others(_: u64, _: &Cart) {}
