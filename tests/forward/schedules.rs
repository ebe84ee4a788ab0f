//! Thousands of random schedules, and each protection switched off.

use super::schedule::{Protection, Schedule, Tally, Wish};

const SCHEDULES: u64 = 3_000;

#[test]
fn random_schedules_end_as_their_settings_promise() {
    let mut tally = Tally::default();
    for seed in 0..SCHEDULES {
        if let Err(problem) = Schedule::draw(seed, Wish::default()).run(&mut tally) {
            panic!("seed {seed}: {problem}");
        }
    }
    println!("{SCHEDULES} schedules: {tally:?}");
    // A generator that stopped producing faults would make the test above worthless.
    assert!(tally.acknowledged > 8 * SCHEDULES, "{tally:?}");
    assert!(tally.conflicts > SCHEDULES, "{tally:?}");
    assert!(tally.held > SCHEDULES / 20, "{tally:?}");
    assert!(tally.dominated > SCHEDULES / 20, "{tally:?}");
    assert!(tally.moved_homes > SCHEDULES / 10, "{tally:?}");
    assert!(tally.crashes > SCHEDULES / 4, "{tally:?}");
    assert!(tally.cuts > SCHEDULES, "{tally:?}");
    assert!(tally.dropped > 10 * SCHEDULES, "{tally:?}");
}

#[test]
fn leases_hold_over_random_schedules() {
    let wish = Wish { home: Some("by-key"), ..Wish::default() };
    for seed in 10_000..11_500 {
        if let Err(problem) = Schedule::draw(seed, wish).run(&mut Tally::default()) {
            panic!("seed {seed}: {problem}");
        }
    }
}

fn assert_red(name: &str, wish: Wish) {
    let red = (0..2_000).find_map(|seed| Schedule::draw(seed, wish).run(&mut Tally::default()).err().map(|problem| (seed, problem)));
    let Some((seed, problem)) = red else { panic!("without {name} nothing turned red") };
    println!("without {name}: seed {seed}: {problem}");
}

#[test]
fn without_vectors_replicas_end_apart() {
    let wish = Wish { delivery: Some("none"), judged_as: Some("compare"), home: Some("none"), ..Wish::default() };
    assert_red("vectors", wish);
}

#[test]
fn without_holding_effects_come_before_their_causes() {
    let wish = Wish { forwarding: Some("direct"), delivery: Some("compare"), judged_as: Some("causal"), ..Wish::default() };
    assert_red("holding", wish);
}

#[test]
fn handing_on_makes_holding_needless() {
    for forwarding in ["flood", "one-way-ring"] {
        let wish = Wish { forwarding: Some(forwarding), delivery: Some("compare"), judged_as: Some("causal"), ..Wish::default() };
        for seed in 20_000..20_400 {
            if let Err(problem) = Schedule::draw(seed, wish).run(&mut Tally::default()) {
                panic!("{forwarding}, seed {seed}: {problem}");
            }
        }
    }
}

#[test]
fn without_the_tie_break_replicas_end_apart() {
    let wish = Wish { delivery: Some("compare"), home: Some("none"), without: Some(Protection::TieBreak), ..Wish::default() };
    assert_red("the tie-break", wish);
}

#[test]
fn without_origin_ids_writes_go_round_for_ever() {
    let wish = Wish { forwarding: Some("one-way-ring"), without: Some(Protection::OriginIds), ..Wish::default() };
    assert_red("origin ids", wish);
}

#[test]
fn without_a_lease_two_homes_accept() {
    let wish = Wish { home: Some("by-key"), delivery: Some("compare"), without: Some(Protection::Fencing), ..Wish::default() };
    assert_red("the lease", wish);
}
