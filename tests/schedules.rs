//! Thousands of random schedules of the multi-leader sync: links of both kinds that lose, duplicate, reorder and
//! break midway, crashes, promotions, one-way cuts, clock skew. After the last fault everything heals; then all
//! replicas must be equal, every acknowledged write accounted for and confirmed, and nothing may have rung an alarm.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod schedule;

use replicascope::replication::rules::Rules;
use schedule::{Schedule, Tally};

const SCHEDULES: u64 = 10_000;

#[test]
fn random_schedules_end_converged_and_accounted_for() {
    let mut tally = Tally::default();
    for seed in 0..SCHEDULES {
        if let Err(problem) = Schedule::draw(seed, Rules::default()).run(&mut tally) {
            panic!("seed {seed}: {problem}");
        }
    }
    println!("{SCHEDULES} schedules: {tally:?}");
    // A generator that stopped producing faults would make the test above worthless.
    assert!(tally.acknowledged > 10 * SCHEDULES, "{tally:?}");
    assert!(tally.conflicts > SCHEDULES, "{tally:?}");
    assert!(tally.promotions > SCHEDULES / 4, "{tally:?}");
    assert!(tally.crashes > SCHEDULES / 2, "{tally:?}");
    assert!(tally.cuts > SCHEDULES, "{tally:?}");
    assert!(tally.dropped > 10 * SCHEDULES, "{tally:?}");
    assert!(tally.hand_overs > 100, "{tally:?}");
    assert!(tally.holes > 100, "{tally:?}");
    assert!(tally.pending_again > 10, "{tally:?}");
}

/// Runs schedules with one rule off until one of them is red, and says after how many.
fn first_red(rules: Rules) -> Option<(u64, String)> {
    (0..2_000).find_map(|seed| Schedule::draw(seed, rules).run(&mut Tally::default()).err().map(|problem| (seed, problem)))
}

fn assert_red(name: &str, rules: Rules) {
    let Some((seed, problem)) = first_red(rules) else { panic!("without {name} nothing turned red") };
    println!("without {name}: seed {seed}: {problem}");
}

#[test]
fn without_r1_the_suite_is_red() {
    assert_red("R1", Rules { detect_by_vector: false, ..Rules::default() });
}

#[test]
fn without_r3_the_suite_is_red() {
    assert_red("R3", Rules { fresh_ids: false, ..Rules::default() });
}

#[test]
fn without_r4_the_suite_is_red() {
    assert_red("R4", Rules { persist_first: false, ..Rules::default() });
}

#[test]
fn without_r5_the_suite_is_red() {
    assert_red("R5", Rules { cursor_is_vector: false, ..Rules::default() });
}

#[test]
fn without_r6_the_suite_is_red() {
    assert_red("R6", Rules { refuse_holes: false, ..Rules::default() });
}

#[test]
fn without_r7_the_suite_is_red() {
    assert_red("R7", Rules { removes_consume_dot: false, ..Rules::default() });
}
