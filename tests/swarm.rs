//! A swarm: from each seed a strategy, its settings, places, people and faults are drawn; after everything is mended
//! and quiet, what the configuration promises must hold. A failure prints the link that replays it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod flock;

use flock::{Flight, fly};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Runs of the whole swarm.
const RUNS: u64 = 10_000;

/// What came of a number of runs.
#[derive(Default)]
struct Tally {
    failures: Vec<String>,
    runs: BTreeMap<String, u64>,
    decided: BTreeMap<(String, &'static str), u64>,
    events: u64,
}

impl Tally {
    fn add(&mut self, flight: Flight) {
        self.failures.extend(flight.broken.iter().map(|broken| format!("seed {}: {broken}\n    {}", flight.seed, flight.link)));
        *self.runs.entry(flight.strategy.clone()).or_default() += 1;
        for guarantee in flight.kept {
            *self.decided.entry((flight.strategy.clone(), guarantee)).or_default() += 1;
        }
        self.events += flight.events;
    }

    fn merge(mut self, other: Self) -> Self {
        self.failures.extend(other.failures);
        self.events += other.events;
        for (strategy, count) in other.runs {
            *self.runs.entry(strategy).or_default() += count;
        }
        for (place, count) in other.decided {
            *self.decided.entry(place).or_default() += count;
        }
        self
    }
}

fn swarm(from: u64, count: u64) -> Tally {
    let next = AtomicU64::new(from);
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + count || tally.failures.len() >= 5 {
                return tally;
            }
            tally.add(fly(seed));
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).fold(Tally::default(), Tally::merge)
    })
}

#[test]
fn what_is_promised_holds_whatever_is_drawn() {
    let tally = swarm(1, RUNS);
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n"));
    println!("{} events; {:?}", tally.events, tally.decided);
    for entry in replicascope::simulation::registry::ALL {
        let runs = tally.runs.get(entry.id).copied().unwrap_or(0);
        assert!(runs * 10 >= RUNS, "{}: only {runs} of {RUNS} runs", entry.id);
        let decided = |guarantee| tally.decided.get(&(entry.id.to_owned(), guarantee)).copied().unwrap_or(0);
        assert!(
            decided("convergence") * 10 >= runs,
            "{}: convergence was promised and decided in {} runs only",
            entry.id,
            decided("convergence")
        );
        assert!(decided("accounted-for") * 10 >= runs, "{}: accounted-for in {} runs only", entry.id, decided("accounted-for"));
    }
}
