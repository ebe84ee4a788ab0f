use super::*;
use crate::hunt::Player;
use crate::scenarios::Outcome;

fn played(run: &Run) -> crate::session::Session {
    let mut player = Player::of_run(run.scenario, run.recipe.clone()).expect("it can be run");
    while !player.step() {}
    player.into_session()
}

/// Where several variants have one setup, by the id beside it: they differ in their steps.
#[test]
fn variants_are_known_by_their_setups() {
    let mut shared = 0;
    for scenario in scenarios::ALL {
        let of = |id| Compared::first_of(&scenario.recipe(Some(id)).expect("a variant"));
        for variant in scenario.variants {
            let one = of(variant.id);
            assert_eq!(variant_of(scenario, &one).map(|found| found.id), Some(variant.id), "{}", scenario.id);
            let is_alone = scenario.variants.iter().filter(|other| of(other.id).setup == one.setup).count() == 1;
            shared += usize::from(!is_alone);
            let nameless = Compared { variant: None, ..one };
            let found = variant_of(scenario, &nameless).map(|found| found.id);
            assert!(if is_alone { found == Some(variant.id) } else { found.is_some() }, "{} {}", scenario.id, variant.id);
        }
    }
    assert!(shared >= 2, "some variants differ in nothing but their steps");
}

/// Any variant beside any other, from a link and from JSON, plays as it does alone.
#[test]
fn every_variant_of_a_comparison_plays_its_own_steps() {
    for scenario in scenarios::ALL {
        let ids: Vec<&str> = scenario.variants.iter().map(|variant| variant.id).collect();
        for two in ids.windows(2) {
            let recipe = of_variants(scenario, two).expect("two variants");
            assert_eq!(runs(&recipe).iter().map(|run| run.recipe.variant.as_deref()).collect::<Vec<_>>(), [Some(two[0]), Some(two[1])]);
            let turned = of_variants(scenario, &[two[1], two[0]]).expect("two variants");
            let told = runs(&Recipe::from_link(&turned.to_link().expect("a link")).expect("it is read"));
            assert_eq!(told.iter().map(|run| run.recipe.variant.as_deref()).collect::<Vec<_>>(), [Some(two[1]), Some(two[0])]);
        }
    }
}

#[test]
fn a_pair_is_broken_and_fixed_in_the_runs_of_its_link() {
    let mut count = 0;
    for scenario in scenarios::ALL {
        let Some(Pair { broken, fixed }) = pair(scenario, None) else { continue };
        count += 1;
        let recipe = of_variants(scenario, &[broken.id, fixed.id]).expect("two variants");
        let link = recipe.to_link().expect("a link");
        assert_eq!(Recipe::from_link(&link).as_ref(), Ok(&recipe), "{}", scenario.id);
        assert_eq!(Recipe::from_json(&recipe.to_json()).as_ref(), Ok(&recipe), "{}", scenario.id);
        let runs = runs(&recipe);
        assert_eq!(runs.iter().map(|run| &*run.name).collect::<Vec<_>>(), [broken.title, fixed.title]);
        let sessions: Vec<_> = runs.iter().map(played).collect();
        for (session, variant) in sessions.iter().zip([broken, fixed]) {
            assert_eq!(Some(session.fingerprint()), scenarios::fingerprint_of(scenario, variant.id), "{} {}", scenario.id, variant.id);
        }
        let outcomes: Vec<_> = sessions.iter().map(|session| Outcome::of(Some(scenario), session)).collect();
        let guarantee = broken.about.expect("a pair is about one").guarantee;
        let rows = rows(&outcomes);
        let row = rows.iter().find(|row| row.key == guarantee).expect("it is judged");
        let Cell::Judged { holds: Some(false), .. } = row.cells[0] else { panic!("{}: {row:?}", scenario.id) };
        assert!(row.differs(), "{}: {row:?}", scenario.id);
    }
    assert!(count >= 15, "{count} scenarios have a pair");
}

#[test]
fn a_variant_opens_the_pair_that_it_belongs_to() {
    for scenario in scenarios::ALL {
        for variant in scenario.variants {
            let Some(pair) = pair(scenario, Some(variant.id)) else { continue };
            let has_counterpart = scenario
                .variants
                .iter()
                .filter_map(|other| other.about)
                .any(|other| variant.about.is_some_and(|own| own.guarantee == other.guarantee && own.promised != other.promised));
            assert_eq!(has_counterpart, [pair.broken.id, pair.fixed.id].contains(&variant.id), "{} {}", scenario.id, variant.id);
        }
    }
}

#[test]
fn what_was_done_is_done_in_every_run() {
    let scenario = scenarios::find("quorum-overlap").expect("a scenario");
    let done = scenario.play(None).expect("a run").recipe();
    let mut dials = done.setup.clone();
    dials.dials.set(&dials::PERSIST, 3_000);
    let recipe = Recipe { compare: vec![Compared { variant: done.variant.clone(), setup: dials.clone() }], ..done.clone() };
    let runs = runs(&recipe);
    assert!(runs.iter().all(|run| run.scenario.is_none() && run.recipe.commands == done.commands && run.recipe.seed == done.seed));
    assert_eq!((&runs[0].recipe.setup, &runs[1].recipe.setup), (&done.setup, &dials));
    assert!(runs[1].name.ends_with(": 3000"), "{}", runs[1].name);
    let histories: Vec<_> = runs.iter().map(|run| played(run).history().len()).collect();
    assert_eq!(histories[0], histories[1]);
    assert_eq!(together(&runs), Some(Recipe { open: None, ..recipe }));
    let mut other = runs.clone();
    other[1].recipe.seed += 1;
    assert_eq!(together(&other), None);
}

#[test]
fn strategies_and_presets_take_each_others_place() {
    let first = scenarios::find("single-leader-async").and_then(|scenario| scenario.recipe(None)).expect("a recipe").setup;
    let other = Compared { variant: None, setup: with_strategy(&first, "leaderless") };
    assert_eq!(name(None, &first, &other), registry::find("leaderless").expect("it is there").title);
    let fitting = presets::ALL.iter().filter(|preset| with_preset(&first, preset).is_some()).count();
    assert!(fitting >= 5, "{fitting}");
    for preset in presets::ALL.iter().filter(|preset| with_preset(&first, preset).is_some()) {
        let setup = with_preset(&first, preset).expect("it fits");
        let found = preset_of(&first, &setup).expect("a preset");
        assert_eq!(with_preset(&first, found), Some(setup), "{}", preset.id);
    }
    assert!(differences(&first, &first).is_empty());
}
