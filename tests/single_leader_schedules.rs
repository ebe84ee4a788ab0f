//! Thousands of random schedules of the single leader: crashes, restarts, pauses, cuts, partitions, skewed clocks, slow
//! nodes, joins and leaves, over streams and lossy datagrams. Each setting is drawn; each configuration is held to what it promises, and each
//! protection switched off breaks a promise that held with it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]
#![allow(dead_code, reason = "shared with the other tests of this strategy")]

mod single;

use replicascope::replication::random::{Purpose, Rng};
use single::schedule::{Promises, Schedule, Tally};

type Settings = Vec<(&'static str, &'static str)>;

/// Settings that keep every promise.
const STRICT: &[(&str, &str)] = &[("replication", "majority"), ("failover", "vote"), ("confirm_reads", "true")];
const ALL: Promises =
    Promises { converges: true, lists_losses: true, keeps_writes: true, one_leader: true, logs_match: true, linearizable: true };

/// Settings that change no promise.
fn draw_free(rng: &mut Rng) -> Settings {
    let mut pick = |key, values: &[&'static str]| (key, values[rng.below(values.len() as u32) as usize]);
    vec![
        pick("apply_us", &["0", "0", "3000"]),
        pick("apply_varies", &["false", "true"]),
        pick("join_method", &["snapshot", "stop"]),
        pick("writes_while_copying", &["refuse", "queue"]),
        pick("snapshot_chunk_keys", &["1", "64"]),
        pick("replace_after_ms", &["0", "400"]),
        pick("client_retries", &["0", "2"]),
        pick("persist_us", &["0", "500", "5000"]),
    ]
}

fn run_all(schedules: u64, draw: impl Fn(&mut Rng) -> (Settings, Promises)) -> Tally {
    let mut tally = Tally::default();
    for seed in 0..schedules {
        let mut rng = Rng::stream(seed, Purpose::Schedule, 201);
        let (mut settings, promises) = draw(&mut rng);
        settings.extend(draw_free(&mut rng));
        if let Err(problem) = Schedule::draw(seed, &settings).run(promises, &mut tally) {
            panic!("seed {seed} {settings:?}: {problem}");
        }
    }
    println!("{schedules} schedules: {tally:?}");
    tally
}

#[test]
fn majority_votes_and_confirmed_reads_keep_every_promise() {
    let tally = run_all(2_000, |rng| {
        let mut settings = STRICT.to_vec();
        settings.push(("acknowledge_on", ["durable", "applied"][rng.below(2) as usize]));
        (settings, ALL)
    });
    // A generator that stopped producing faults would make the test above worthless.
    assert!(tally.acknowledged > 6_000 && tally.reads > 6_000 && tally.unmet > 200, "{tally:?}");
    assert!(tally.promotions > 1_000 && tally.crashes > 1_000 && tally.cuts > 1_000, "{tally:?}");
    assert!(tally.joined > 200 && tally.left > 200 && tally.copies > 200 && tally.replaced > 20, "{tally:?}");
    assert!(tally.discarded > 50, "{tally:?}");
}

#[test]
fn with_a_log_that_drops_its_beginning_too() {
    let tally = run_all(1_000, |rng| {
        let mut settings = STRICT.to_vec();
        settings.push(("log_keep_entries", ["1", "3"][rng.below(2) as usize]));
        (settings, ALL)
    });
    assert!(tally.truncated > 1_000 && tally.copies > 200, "{tally:?}");
}

#[test]
fn whatever_is_lost_is_listed() {
    let tally = run_all(2_000, |rng| {
        let mut pick = |key, values: &[&'static str]| (key, values[rng.below(values.len() as u32) as usize]);
        let settings = vec![
            pick("replication", &["asynchronous", "semi-synchronous", "synchronous", "majority"]),
            pick("synchronous_selection", &["first", "any"]),
            pick("synchronous_count", &["1", "1", "2"]),
            pick("synchronous_timeout_ms", &["0", "100"]),
            pick("acknowledge_on", &["received", "durable", "applied"]),
            pick("failover", &["none", "observer", "vote"]),
            pick("lease", &["false", "true"]),
            pick("confirm_reads", &["false", "true"]),
        ];
        (settings, Promises { keeps_writes: false, one_leader: false, linearizable: false, ..ALL })
    });
    assert!(tally.discarded > 300 && tally.fell_back > 50, "{tally:?}");
}

#[test]
fn a_lease_does_for_steady_clocks_what_confirmed_reads_do() {
    // Longer than the failover timeout: it is the voters who keep it.
    let lease = [("confirm_reads", "false"), ("lease", "true"), ("lease_ms", "400")];
    let settings: Settings = STRICT[..2].iter().chain(&lease).copied().collect();
    let red = |seed: u64, steady: bool| {
        let schedule = Schedule::draw(seed, &settings);
        let schedule = if steady { schedule.with_steady_clocks() } else { schedule };
        schedule.run(ALL, &mut Tally::default()).err().map(|problem| (seed, problem))
    };
    assert_eq!((0..4_000).find_map(|seed| red(seed, true)), None);
    let without = |seed| Schedule::draw(seed, &STRICT[..2]).with_steady_clocks().run(ALL, &mut Tally::default()).err();
    println!("without a lease: {}", (0..4_000).find_map(without).expect("without it reads are stale"));
    println!("with clocks that jump: {:?}", (0..4_000).find_map(|seed| red(seed, false)));
}

/// Runs schedules with one setting changed until one is red that is green without the change, and says why.
fn assert_red(change: (&'static str, &'static str), others: &[(&'static str, &'static str)], promises: Promises) {
    let with = |change: Option<(&'static str, &'static str)>| -> Settings {
        let changed = |key: &str| others.iter().chain(&change).any(|(other, _)| *other == key);
        STRICT.iter().filter(|(key, _)| !changed(key)).chain(others).chain(&change).copied().collect()
    };
    let problem = |seed, settings: &Settings| Schedule::draw(seed, settings).run(promises, &mut Tally::default()).err();
    let red = (0..10_000).find_map(|seed| problem(seed, &with(Some(change))).map(|problem| (seed, problem)));
    let Some((seed, why)) = red else { panic!("with {change:?} nothing turned red") };
    println!("with {change:?}: seed {seed}: {why}");
    assert_eq!(problem(seed, &with(None)), None, "it is the setting that makes the difference");
}

#[test]
fn without_a_majority_writes_are_lost() {
    assert_red(("replication", "asynchronous"), &[], Promises { keeps_writes: true, ..Promises::default() });
}

#[test]
fn with_one_synchronous_follower_writes_are_lost() {
    assert_red(("replication", "semi-synchronous"), &[], Promises { keeps_writes: true, converges: true, ..Promises::default() });
}

#[test]
fn without_votes_there_are_two_leaders() {
    assert_red(("failover", "observer"), &[], Promises { one_leader: true, ..Promises::default() });
}

#[test]
fn without_votes_writes_are_lost() {
    assert_red(("failover", "observer"), &[], Promises { keeps_writes: true, converges: true, ..Promises::default() });
}

#[test]
fn without_fencing_two_leaders_stay() {
    assert_red(("fencing", "false"), &[], Promises { converges: true, ..Promises::default() });
}

#[test]
fn without_confirmed_reads_they_are_stale() {
    assert_red(("confirm_reads", "false"), &[], Promises { linearizable: true, ..Promises::default() });
}

#[test]
fn with_acknowledgements_before_the_store_writes_are_lost() {
    let slow_store = [("persist_us", "100000")];
    assert_red(("acknowledge_on", "received"), &slow_store, Promises { keeps_writes: true, converges: true, ..Promises::default() });
}
