//! The search for anomalies: what is known to be violated is found and shrunk, what is found is played again, and what holds
//! is not found.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use proptest::prelude::*;
use replicascope::checkers::{self, Verdict};
use replicascope::hunt::{Found, Hunt, HuntError, Outcome, Progress, Size, Tally, Target};
use replicascope::recipe::{Recipe, RecipeError};
use replicascope::replication::time::SimTime;
use replicascope::scenarios::{self, ending::Ending};
use replicascope::session::Session;
use replicascope::simulation::command::Command;
use replicascope::simulation::setup::{Pace, Workload};
use std::ops::Range;

fn scenario(id: &str, variant: &str) -> Target {
    Target::scenario(scenarios::find(id).unwrap(), Some(variant))
}

fn search(target: Target, guarantee: &str, seeds: Range<u64>) -> Outcome {
    Hunt::new(target, guarantee, seeds).unwrap().run().clone()
}

fn found(target: Target, guarantee: &str, seeds: Range<u64>) -> Found {
    match search(target, guarantee, seeds) {
        Outcome::Found(found) => *found,
        other => panic!("{other:?}"),
    }
}

/// A recipe played to its end, as `run` plays it.
fn replay(recipe: &Recipe, until: Option<SimTime>) -> Session {
    let mut session = Session::open(recipe.clone()).unwrap();
    let mut ending = Ending::of(recipe, until);
    while let Some(time) = ending.goes_on_to(&session) {
        session.run_until(time);
    }
    session
}

fn verdict(session: &Session, guarantee: &str) -> Option<Verdict> {
    session.verdicts().into_iter().find(|verdict| verdict.guarantee == guarantee)
}

fn is_violated(session: &Session, like: &Verdict) -> bool {
    verdict(session, like.guarantee)
        .is_some_and(|verdict| verdict.holds == Some(false) && !verdict.witness.is_empty() && verdict.promised == like.promised)
}

/// The recipe, its JSON and its link all replay exactly what was reported, and no command is there in vain.
fn assert_stands(found: &Found) {
    let texts = [found.recipe.to_json(), found.recipe.to_link().unwrap()];
    for recipe in texts.iter().map(|text| Recipe::parse(text).unwrap()) {
        assert_eq!(recipe, found.recipe);
        let session = replay(&recipe, found.until);
        assert_eq!((session.fingerprint(), session.now()), (found.fingerprint, found.ended_at));
        assert_eq!(verdict(&session, found.verdict.guarantee).as_ref(), Some(&found.verdict));
        assert_eq!(session.seed(), found.seed);
    }
    assert!(found.verdict.holds == Some(false) && !found.verdict.witness[0].sentence.is_empty());
    for index in 0..found.recipe.commands.len() {
        let mut fewer = found.recipe.clone();
        fewer.commands.remove(index);
        assert!(!is_violated(&replay(&fewer, found.until), &found.verdict), "command {index} of seed {} is not needed", found.seed);
    }
}

fn parts(size: Size) -> [usize; 4] {
    [size.nodes, size.clients, size.operations, size.faults]
}

#[test]
fn known_anomalies_are_found_and_shrunk() {
    // Nodes, clients, operations, faults that are left.
    let table: [(&str, &str, &str, [usize; 4]); 8] = [
        // Two apps of clients and the writer's; a read of the new value and then one of the old.
        ("quorum-not-linearizable", "concurrent-write", "linearizable", [6, 3, 3, 0]),
        // A write, and a read at the follower that has not got it.
        ("single-leader-async", "far-follower", "staleness", [2, 2, 2, 0]),
        // A write that was answered, and a promotion without it.
        ("failover-lost-writes", "asynchronous", "no-lost-writes", [2, 1, 1, 1]),
        ("split-brain", "no-fencing", "staleness", [2, 2, 2, 1]),
        ("read-your-writes", "any-follower", "read-your-writes", [2, 1, 3, 0]),
        // Both keep a line of the cart at its number: one of the writes is gone.
        ("offline-leader", "add-wins", "no-lost-writes", [2, 2, 4, 0]),
        ("sloppy-quorum", "sloppy", "linearizable", [6, 2, 2, 1]),
        ("quorum-overlap", "one-one", "staleness", [5, 2, 2, 0]),
    ];
    for (id, variant, guarantee, left) in table {
        let found = found(scenario(id, variant), guarantee, 0..50);
        assert_stands(&found);
        let (before, after) = (parts(found.before), parts(found.after));
        println!("{id} {variant} {guarantee}: seed {} {before:?} → {after:?}", found.seed);
        assert!(found.is_minimal && before.iter().zip(after).all(|(before, after)| after <= *before), "{id}");
        assert!(before != after && after.iter().zip(left).all(|(after, most)| *after <= most), "{id}: {before:?} → {after:?}");
    }
}

/// The seed is the smallest: the runs before it, played by the scenario itself, do not violate the guarantee.
#[test]
fn the_seed_is_the_first_one() {
    let quorums = scenarios::find("quorum-overlap").unwrap();
    let found = found(scenario("quorum-overlap", "one-one"), "linearizable", 0..50);
    let holds = |seed| {
        let recipe = Recipe { seed, ..quorums.recipe(Some("one-one")).unwrap() };
        verdict(&quorums.perform(recipe).unwrap().0, "linearizable").unwrap().holds
    };
    assert!(found.seed > 0 && (0..found.seed).all(|seed| holds(seed) == Some(true)) && holds(found.seed) == Some(false));
    assert_eq!(search(scenario("quorum-overlap", "one-one"), "linearizable", 0..found.seed), Outcome::NotFound);
}

#[test]
fn the_same_search_ends_the_same_and_ranges_merge_by_the_smallest() {
    let target = || Target { faults: 2, ..scenario("leaderless-availability", "single-leader") };
    let whole = found(target(), "linearizable", 0..40);
    assert_eq!(found(target(), "linearizable", 0..40), whole);
    assert!(whole.seed > 0, "else nothing is merged");
    let apart = (0..8).rev().map(|part| search(target(), "linearizable", part * 5..(part + 1) * 5));
    let smallest = apart.filter_map(|outcome| if let Outcome::Found(found) = outcome { Some(*found) } else { None });
    assert_eq!(smallest.min_by_key(|found| (found.seed, found.subject)), Some(whole));
}

#[test]
fn a_search_that_was_left_goes_on_where_it_was() {
    let target = || Target::scenario(scenarios::find("quorum-overlap").unwrap(), None);
    let whole = found(target(), "staleness", 0..40);
    // Left for a while, with another one in between.
    let (mut one, mut other) = (Hunt::new(target(), "staleness", 0..40).unwrap(), Hunt::new(target(), "linearizable", 7..40).unwrap());
    let mut steps = 0_u64;
    while one.step() != Progress::Done {
        other.step();
        steps += 1;
    }
    assert_eq!(one.outcome(), Some(&Outcome::Found(Box::new(whole.clone()))));
    assert!(steps > 20, "it comes in slices");
    // Left for good, and begun again at the seed that was being searched.
    let mut left = Hunt::new(target(), "staleness", 0..40).unwrap();
    let mut last = 0;
    while let Progress::Searching { seed, .. } = left.step() {
        last = seed;
    }
    assert_eq!((last, found(target(), "staleness", last..40)), (whole.seed, whole));
}

#[test]
fn what_holds_is_not_found() {
    for (id, variant, guarantee) in [
        ("single-leader-sync", "all-up", "no-lost-writes"),
        ("sync-follower-reads", "leader", "linearizable"),
        ("offline-leader", "ask", "no-lost-writes"),
        ("offline-leader", "ask", "convergence"),
    ] {
        let known: Vec<&str> = scenarios::find(id).unwrap().variants.iter().map(|variant| variant.id).collect();
        assert!(known.contains(&variant), "{id} has {known:?}");
        let mut hunt = Hunt::new(scenario(id, variant), guarantee, 100..130).unwrap();
        assert_eq!(*hunt.run(), Outcome::NotFound, "{id}");
        assert_eq!((hunt.tally().searched, hunt.tally().undecided, hunt.tally().shrunk), (30, 0, 0), "{id}");
    }
}

/// A mixed load on a leader and a follower that anybody reads: the finding holds the few operations that matter, and no load.
fn loaded() -> Recipe {
    let mut recipe = scenarios::find("single-leader-async").unwrap().recipe(None).unwrap();
    (recipe.scenario, recipe.variant) = (None, None);
    for session in &mut recipe.setup.sessions {
        session.workload = Workload::Mix { key_count: 3, skew_percent: 50, read_percent: 60, pace: Pace::Open { mean_us: 9_000 } };
    }
    recipe
}

#[test]
fn a_workload_becomes_the_operations_that_matter() {
    let until = Some(SimTime::from_ms(1_500));
    let found = found(Target { until, ..Target::recipe(loaded()) }, "staleness", 0..10);
    assert_stands(&found);
    assert!(found.before.operations > 100 && parts(found.after)[1..] == [2, 2, 0], "{:?} → {:?}", found.before, found.after);
    assert!(found.recipe.setup.sessions.iter().all(|session| session.workload == Workload::Idle));
    assert_eq!(found.until, until);
}

#[test]
fn faults_are_drawn_from_the_seed_and_recorded() {
    let target = |faults| Target { faults, ..scenario("leaderless-availability", "single-leader") };
    assert_eq!(search(target(0), "linearizable", 0..12), Outcome::NotFound);
    let found = found(target(3), "linearizable", 0..12);
    assert_stands(&found);
    let own = scenarios::find("leaderless-availability").unwrap().play(Some("single-leader")).unwrap();
    let is_fault = |command: &Command| !matches!(command, Command::Act { .. });
    let own = own.commands().iter().filter(|timed| is_fault(&timed.command)).count();
    assert!(found.before.faults > own && found.after.faults >= 1, "{own} {:?} {:?}", found.before, found.after);
    // The same for a recipe.
    let recipe = Target { faults: 3, until: Some(SimTime::from_ms(1_500)), ..Target::recipe(loaded()) };
    assert_stands(&self::found(recipe, "linearizable", 0..5));
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let hunt = |target, guarantee, seeds| Hunt::new(target, guarantee, seeds).map(|_| ()).unwrap_err();
    let target = || scenario("offline-leader", "ask");
    assert_eq!(hunt(target(), "happiness", 0..1), HuntError::Guarantee("happiness".to_owned()));
    assert_eq!(hunt(target(), "linearizable", 5..5), HuntError::NoSeeds);
    assert_eq!(hunt(Target { faults: 101, ..target() }, "linearizable", 0..1), HuntError::Faults(101));
    assert_eq!(hunt(Target { until: Some(SimTime(u64::MAX)), ..target() }, "linearizable", 0..1), HuntError::Until);
    assert_eq!(hunt(Target { subjects: Vec::new(), ..target() }, "linearizable", 0..1), HuntError::NoSubject);
    assert_eq!(hunt(scenario("offline-leader", "no such"), "linearizable", 0..1), HuntError::NoSubject);
    let idle = scenarios::find("offline-leader").unwrap().recipe(None).unwrap();
    assert_eq!(hunt(Target::recipe(idle.clone()), "linearizable", 0..1), HuntError::Idle);
    let broken = Recipe { version: 9, ..idle };
    assert!(matches!(hunt(Target::recipe(broken), "linearizable", 0..1), HuntError::Recipe(RecipeError::Version { .. })));
    // Carts are no registers: there is nothing to judge, which is no success.
    assert_eq!(search(target(), "linearizable", 0..3), Outcome::NothingToJudge);
}

#[test]
fn the_bound_on_runs_is_kept_and_told() {
    let hunt = |runs| Hunt::new(scenario("quorum-overlap", "one-one"), "staleness", 0..40).unwrap().of_at_most(runs);
    let whole = found(scenario("quorum-overlap", "one-one"), "staleness", 0..40);
    let mut early = hunt(whole.seed);
    assert_eq!(*early.run(), Outcome::Stopped(whole.seed));
    assert_eq!(early.tally().searched, whole.seed);
    for more in 1..8 {
        let mut stopped = hunt(whole.seed + more);
        let Outcome::Found(found) = stopped.run().clone() else { panic!("it was found with {more}") };
        assert!(!found.is_minimal && stopped.tally().searched + stopped.tally().shrunk == whole.seed + more);
        assert!(is_violated(&replay(&found.recipe, found.until), &found.verdict));
        assert_eq!(replay(&found.recipe, found.until).fingerprint(), found.fingerprint);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever is found anywhere stands.
    #[test]
    fn what_is_found_stands(
        scenario in 0..scenarios::ALL.len(),
        checker in 0..checkers::ALL.len(),
        seed in 0..u64::MAX - 2,
        faults in 0..4_u32,
    ) {
        let target = Target { faults, ..Target::scenario(scenarios::ALL[scenario], None) };
        // Where there are not enough runs to leave out all that can be, nothing is said of that.
        let mut hunt = Hunt::new(target, checkers::ALL[checker].id, seed..seed + 2).unwrap().of_at_most(300);
        if let Outcome::Found(found) = hunt.run().clone() {
            prop_assert!((seed..seed + 2).contains(&found.seed));
            if found.is_minimal {
                assert_stands(&found);
            } else {
                let Tally { searched, shrunk, .. } = hunt.tally();
                prop_assert_eq!(searched + shrunk, 300);
            }
        }
    }
}
