//! What scenarios claim: expectations and declared guarantees of every variant, on the scenario's own seed and, where
//! the claim is general, on many others.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use replicascope::checkers;
use replicascope::recipe::Recipe;
use replicascope::scenarios::{self, Outcome, Scenario, Variant};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Seeds on which a promise is kept.
const SEEDS: u64 = 1_000;

fn recipe(scenario: &Scenario, variant: &Variant, seed: u64) -> Recipe {
    Recipe { seed, ..scenario.recipe(Some(variant.id)).unwrap() }
}

/// What failed of a run's claims, in words.
fn failures(scenario: &Scenario, variant: &Variant, recipe: Recipe) -> Vec<String> {
    let seed = recipe.seed;
    let Some((session, _)) = scenario.perform(recipe) else { return vec![format!("{} {} {seed}: cannot be run", scenario.id, variant.id)] };
    let outcome = Outcome::of(Some(scenario), &session);
    let failed = scenario.claims(&outcome, variant.id, seed).into_iter().filter(|claimed| claimed.held == Some(false));
    let link = || session.recipe().to_link().unwrap_or_default();
    failed.map(|claimed| format!("{} {} seed {seed}: not so: {}\n    {}", scenario.id, variant.id, claimed.claim, link())).collect()
}

fn every() -> impl Iterator<Item = (&'static Scenario, &'static Variant)> {
    scenarios::ALL.iter().flat_map(|scenario| scenario.variants.iter().map(move |variant| (*scenario, variant)))
}

#[test]
fn on_its_own_seed_every_variant_shows_what_it_claims() {
    let failed: Vec<String> =
        every().flat_map(|(scenario, variant)| failures(scenario, variant, recipe(scenario, variant, scenario.seed))).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_is_promised_is_kept_on_a_thousand_seeds() {
    let promised: Vec<_> = every().filter(|(_, variant)| variant.about.is_some_and(|about| about.promised)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut failed = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((scenario, variant)) = promised.get(index / SEEDS as usize) else { return failed };
            let seed = (index as u64 % SEEDS) + 1;
            if failed.len() < 5 {
                failed.extend(failures(scenario, variant, recipe(scenario, variant, seed)));
            }
        }
    };
    let failed: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(failed.is_empty(), "{} of {} runs:\n{}", failed.len(), promised.len() as u64 * SEEDS, failed.join("\n"));
}

#[test]
fn assumptions_are_met_mostly_and_matter() {
    for (scenario, variant) in every() {
        let Some(assumption) = variant.about.and_then(|about| about.assumption) else { continue };
        let met = (1..=50).filter(|seed| {
            let (session, _) = scenario.perform(recipe(scenario, variant, *seed)).unwrap();
            (assumption.is_met)(&Outcome::of(Some(scenario), &session))
        });
        let met = met.count();
        assert!(met >= 25, "{} {}: the assumption is met on {met} of 50 seeds only", scenario.id, variant.id);
        let Some(outside) = assumption.outside else { continue };
        let mut beyond = recipe(scenario, variant, scenario.seed);
        outside(&mut beyond.setup);
        let (session, _) = scenario.perform(beyond).unwrap();
        let outcome = Outcome::of(Some(scenario), &session);
        let guarantee = variant.about.unwrap().guarantee;
        assert!(!(assumption.is_met)(&outcome), "{} {}: a run outside of its assumption meets it", scenario.id, variant.id);
        assert_eq!(
            outcome.holds(guarantee),
            Some(false),
            "{} {}: outside of its assumption it holds all the same",
            scenario.id,
            variant.id
        );
    }
}

#[test]
fn violations_have_witnesses() {
    for (scenario, variant) in every().filter(|(_, variant)| variant.about.is_some_and(|about| !about.promised)) {
        let session = scenario.play(Some(variant.id)).unwrap_or_else(|| panic!("{} {}: the tour got stuck", scenario.id, variant.id));
        let outcome = Outcome::of(Some(scenario), &session);
        let guarantee = variant.about.unwrap().guarantee;
        let verdict = outcome.verdicts.iter().find(|verdict| verdict.guarantee == guarantee).unwrap();
        assert!(!verdict.witness.is_empty(), "{} {}: {guarantee} is violated without a witness", scenario.id, variant.id);
        let len = session.history().len() as u64;
        for witness in &verdict.witness {
            assert!(!witness.sentence.is_empty());
            assert!(witness.operations.iter().all(|operation| *operation < len), "{} {}", scenario.id, variant.id);
        }
    }
}

#[test]
fn lessons_speak_for_themselves() {
    for (index, scenario) in scenarios::ALL.iter().enumerate() {
        assert!(scenarios::ALL[..index].iter().all(|other| other.id != scenario.id), "{} twice", scenario.id);
        assert!(scenario.summary.ends_with('.') && !scenario.title.is_empty(), "{}", scenario.id);
        for variant in scenario.variants {
            let steps = (scenario.steps)(variant.id);
            assert!(!steps.is_empty(), "{} {}: nothing is told", scenario.id, variant.id);
            assert!(steps.iter().any(|step| step.prediction.is_some()), "{} {}: nothing is asked", scenario.id, variant.id);
            for prediction in steps.iter().filter_map(|step| step.prediction.as_ref()) {
                assert!(prediction.right < prediction.answers.len() && prediction.answers.len() > 1, "{}", scenario.id);
            }
            let Some(about) = variant.about else { continue };
            let is_checker = checkers::ALL.iter().any(|checker| checker.id == about.guarantee);
            let is_constraint = scenario.constraints.iter().any(|constraint| constraint.id == about.guarantee);
            assert!(is_checker || is_constraint, "{} {}: {} is unknown", scenario.id, variant.id, about.guarantee);
        }
    }
}
