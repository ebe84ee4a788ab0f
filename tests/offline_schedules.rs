//! Ten thousand random histories of local leaders, with everything that can go wrong with their channels, processes, clocks
//! and stores. Each rule switched off turns them red.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod lab;

use lab::schedule::{History, Limits, Tally};
use replicascope::replication::rules::Rules;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// More of them behind one command: `REPLICASCOPE_HISTORIES=0..1000000 cargo test --release --test offline_schedules histories`.
fn seeds() -> Range<u64> {
    let Ok(asked) = std::env::var("REPLICASCOPE_HISTORIES") else { return 0..10_000 };
    let (first, end) = asked.split_once("..").unwrap();
    first.parse().unwrap()..end.parse().unwrap()
}

/// Runs these histories on all cores: what each core met, and what went wrong.
fn run_all(seeds: Range<u64>) -> (Vec<Tally>, String) {
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let (mut tally, mut problems) = (Tally::default(), String::new());
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return (tally, problems);
            }
            if let Err(problem) = History::run(seed, limits(seed), &mut tally) {
                println!("seed {seed}: {problem}");
                problems.push_str(&format!("seed {seed}: {problem}\n"));
            }
        }
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).unzip()
    })
}

fn limits(seed: u64) -> Limits {
    Limits { rules: Rules::default(), loses_stores: seed.is_multiple_of(2), has_two_hubs: seed % 10 >= 8 }
}

#[test]
fn random_histories_end_equal_and_accounted_for() {
    let seeds = seeds();
    let count = seeds.end - seeds.start;
    let (tallies, problems) = run_all(seeds);
    assert_eq!(problems, "");
    println!("{count} histories: {tallies:?}");
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
    // A generator that stopped producing faults would make the test above worthless.
    assert!(sum(|tally| tally.acknowledged) > 5 * count, "{tallies:?}");
    assert!(sum(|tally| tally.conflicts) > count, "{tallies:?}");
    assert!(sum(|tally| tally.crashes) > count, "{tallies:?}");
    assert!(sum(|tally| tally.rollbacks) > count / 4, "{tallies:?}");
    assert!(sum(|tally| tally.clones) > count / 20, "{tallies:?}");
    assert!(sum(|tally| tally.resets) > count / 8, "{tallies:?}");
    assert!(sum(|tally| tally.destroyed) > count / 20, "{tallies:?}");
    assert!(sum(|tally| tally.amnesias) > count / 100, "{tallies:?}");
    assert!(sum(|tally| tally.opaque) > count / 2, "{tallies:?}");
    assert!(sum(|tally| tally.rejected) > count / 2, "{tallies:?}");
    assert!(sum(|tally| tally.collections) > count / 4, "{tallies:?}");
    assert!(sum(|tally| tally.collected) > count, "{tallies:?}");
}

/// Found by a million histories: a refusal from before a store went back, and frames of an old channel on a new one.
#[test]
fn histories_that_were_red_are_green() {
    for seed in [280_784, 358_669, 464_860, 533_360, 776_334] {
        History::run(seed, limits(seed), &mut Tally::default()).unwrap_or_else(|problem| panic!("seed {seed}: {problem}"));
    }
}

/// Runs histories with one rule off until one of them is red, and says after how many.
fn assert_red(name: &str, loses_stores: bool, rules: Rules) {
    let limits = Limits { rules, loses_stores, has_two_hubs: false };
    let red = (0..3_000).find_map(|seed| History::run(seed, limits, &mut Tally::default()).err().map(|problem| (seed, problem)));
    let Some((seed, problem)) = red else { panic!("without {name} nothing turned red") };
    println!("without {name}: seed {seed}: {problem}");
}

#[test]
fn without_r1_vectors_decide_by_clock_and_the_histories_are_red() {
    assert_red("R1", false, Rules { detect_by_vector: false, ..Rules::default() });
}

#[test]
fn without_r2_deletions_are_forgotten_and_the_histories_are_red() {
    assert_red("R2", false, Rules { deletions_are_versions: false, ..Rules::default() });
}

#[test]
fn without_r3_dots_are_reused_and_the_histories_are_red() {
    assert_red("R3", true, Rules { fresh_ids: false, ..Rules::default() });
}

#[test]
fn without_r4_acknowledgements_come_too_early_and_the_histories_are_red() {
    assert_red("R4", false, Rules { persist_first: false, ..Rules::default() });
}

#[test]
fn without_r5_the_sender_trusts_its_memory_and_the_histories_are_red() {
    assert_red("R5", true, Rules { cursor_is_vector: false, ..Rules::default() });
}

#[test]
fn without_r6_holes_are_applied_and_the_histories_are_red() {
    assert_red("R6", false, Rules { refuse_holes: false, ..Rules::default() });
}

#[test]
fn without_r7_removes_have_no_name_and_the_histories_are_red() {
    assert_red("R7", false, Rules { removes_consume_dot: false, ..Rules::default() });
}

#[test]
fn without_r8_anybody_confirms_and_the_histories_are_red() {
    assert_red("R8", false, Rules { confirm_at_hub: false, ..Rules::default() });
}

#[test]
fn without_r9_a_store_that_went_back_is_not_noticed_and_the_histories_are_red() {
    assert_red("R9", true, Rules { heed_amnesia: false, fresh_ids: false, ..Rules::default() });
}

#[test]
fn without_r10_a_hub_does_not_wait_for_stores_and_the_histories_are_red() {
    assert_red("R10", false, Rules { wait_for_stores: false, ..Rules::default() });
}

#[test]
fn without_r12_what_is_not_understood_is_thrown_away_and_the_histories_are_red() {
    assert_red("R12", false, Rules { keep_unknown: false, ..Rules::default() });
}
