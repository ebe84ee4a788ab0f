//! The reference workload: a leaderless register with N = 3 and W = R = 2, ten clients in a closed loop, each message
//! with its own exponential delay of 1 ms. Real engine and real strategy code, beside a bare binary-heap loop that
//! does the same by hand, in alternation: absolute times wander on shared machines, ratios do not.
//!
//! `cargo run --release --manifest-path benches/native/Cargo.toml [-- <events> [<rounds>]]`

#[path = "../../workload/mod.rs"]
mod workload;

use replicascope::simulation::Options;
use replicascope::simulation::journal::Trace;
use std::hint::black_box;
use std::time::Instant;
use workload::{EXACT_LATENCY_MS, HISTORY_OPERATIONS, RING_ENTRIES, bare_run, engine, engine_run, trace_named};

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let event_count = numbers.first().copied().unwrap_or(2_000_000);
    let round_count = numbers.get(1).copied().unwrap_or(7);
    if let Some(trace) = std::env::args().find_map(|argument| trace_named(argument.strip_prefix("--memory=")?)) {
        black_box(engine_run(trace, 1, event_count).event_count());
        return println!("{}", peak_memory_kb().unwrap_or(0));
    }
    if std::env::args().any(|argument| argument == "--fingerprint") {
        return println!("{:016x}", engine_run(Trace::Ring, 1, event_count).fingerprint());
    }
    if std::env::args().any(|argument| argument == "--speed=bare") {
        return println!("{}", speed(event_count, || black_box(bare_run(1, event_count))));
    }
    // One run, for `wasm.mjs` to compare with.
    if let Some(trace) = std::env::args().find_map(|argument| trace_named(argument.strip_prefix("--speed=")?)) {
        return println!("{}", speed(event_count, || black_box(engine_run(trace, 1, event_count).event_count())));
    }
    compare(event_count, round_count);
    check_latency(event_count);
    report_memory(event_count);
}

/// Alternates the bare loop and the engine, and prints speeds and ratios.
fn compare(event_count: u64, round_count: u64) {
    let traces = [("off", Trace::Off), ("ring", Trace::Ring), ("full", Trace::Full)];
    let mut bare_speeds = Vec::new();
    let mut speeds = vec![Vec::new(); traces.len()];
    let mut ratios = vec![Vec::new(); traces.len()];
    for round in 0..round_count {
        let bare = speed(event_count, || black_box(bare_run(round, event_count)));
        bare_speeds.push(bare);
        for (index, (_, trace)) in traces.iter().enumerate() {
            let engine = speed(event_count, || black_box(engine_run(*trace, round, event_count).event_count()));
            speeds[index].push(engine);
            ratios[index].push(engine / bare);
        }
    }
    println!("{event_count} delivered messages, {round_count} rounds; median (least to most)");
    println!("bare loop          {}", range(&mut bare_speeds, 2));
    for (index, (name, _)) in traces.iter().enumerate() {
        println!("engine, trace {name:<4} {}   ratio to bare {}", range(&mut speeds[index], 2), range(&mut ratios[index], 3));
    }
}

/// Million events a second.
fn speed(event_count: u64, run: impl FnOnce() -> u64) -> f64 {
    let started = Instant::now();
    assert!(run() >= event_count);
    event_count as f64 / started.elapsed().as_secs_f64() / 1e6
}

fn range(values: &mut [f64], digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    let (least, median, most) = (values[0], values[values.len() / 2], values[values.len() - 1]);
    format!("{median:>7.digits$} ({least:.digits$} to {most:.digits$})")
}

/// The mean latency of an operation shows that the work was done.
fn check_latency(event_count: u64) {
    let options = Options { trace: Trace::Full, history_operations_max: usize::MAX, ..Options::default() };
    let mut engine = engine(7, options);
    while engine.event_count() < event_count && engine.step() {}
    let closed = engine.history().iter().filter_map(|record| Some((record.closed.as_ref()?.0, record.invoked_at)));
    let latencies: Vec<u64> = closed.map(|(end, start)| end.since(start).0).collect();
    let mean_ms = latencies.iter().sum::<u64>() as f64 / latencies.len() as f64 / 1e6;
    println!("mean latency of {} operations: {mean_ms:.5} ms (exact {EXACT_LATENCY_MS})", latencies.len());
    let bytes = engine.journal().row_bytes() as f64 / engine.event_count() as f64;
    println!("full trace: {bytes:.1} bytes an event ({} entries)", engine.journal().len());
    if event_count >= 1_000_000 {
        assert!((mean_ms / EXACT_LATENCY_MS - 1.0).abs() < 0.01, "the latency is off: some work was not done");
    }
}

/// Each measured in a process of its own.
fn report_memory(event_count: u64) {
    let Ok(program) = std::env::current_exe() else { return };
    for name in ["off", "ring", "full"] {
        let child = std::process::Command::new(&program).args([&format!("--memory={name}"), &event_count.to_string()]).output();
        let peak_kb = child.ok().and_then(|output| String::from_utf8(output.stdout).ok()?.trim().parse::<f64>().ok());
        match peak_kb.filter(|kb| *kb > 0.0) {
            Some(kb) => println!("peak memory of the process, trace {name:<4} {:.1} MB", kb / 1024.0),
            None => println!("peak memory, trace {name:<4} unknown on this system"),
        }
    }
    println!("(ring of {RING_ENTRIES} entries, history of {HISTORY_OPERATIONS} operations)");
}

fn peak_memory_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
