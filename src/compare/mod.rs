//! The same people, seed and faults under several setups, side by side: which runs belong together, and what differs in
//! what they came to. Pure; the command line and the page show the same comparison.

mod pair;
mod rows;

pub use pair::{Pair, pair};
pub use rows::{Cell, Row, rows};

use crate::presets;
use crate::recipe::{Compared, Recipe};
use crate::replication::setting::Setting;
use crate::scenarios::{self, Scenario, Variant};
use crate::simulation::dials::{self, GENERAL};
use crate::simulation::registry;
use crate::simulation::setup::Setup;

/// One run to be played.
#[derive(Clone)]
pub struct Run {
    /// What messages and tables call it.
    pub name: String,
    /// Whose steps are played, if any.
    pub scenario: Option<&'static Scenario>,
    /// The setup, and what was done to it.
    pub recipe: Recipe,
}

impl Run {
    /// By whose constraints the run is judged.
    #[must_use]
    pub fn origin(&self) -> Option<&'static Scenario> {
        self.scenario.or_else(|| scenarios::find(self.recipe.scenario.as_deref()?))
    }
}

/// The runs that a recipe holds, its own first. Where nothing was done to it the steps of its scenario are played in each:
/// those of the variant that the setup is, or else came from, or else of the recipe's.
#[must_use]
pub fn runs(recipe: &Recipe) -> Vec<Run> {
    let origin = recipe.scenario.as_deref().and_then(scenarios::find);
    let steps = origin.filter(|_| recipe.commands.is_empty());
    let run = |one: &Compared| {
        let known = |id: &&str| origin.is_some_and(|scenario| scenario.variant(id).is_some());
        let variant = origin.and_then(|scenario| variant_of(scenario, one)).map(|variant| variant.id);
        let variant = variant.or_else(|| one.variant.as_deref().filter(known)).or(recipe.variant.as_deref()).map(str::to_owned);
        let setup = one.setup.clone();
        let own = Recipe { variant, setup, open: None, branches: Vec::new(), compare: Vec::new(), ..recipe.clone() };
        Run { name: name(origin, &recipe.setup, one), scenario: steps, recipe: own }
    };
    std::iter::once(&Compared::first_of(recipe)).chain(&recipe.compare).map(run).collect()
}

/// The recipe that holds all of these runs. `None`: they differ in more than their setups, or are too many.
#[must_use]
pub fn together(runs: &[Run]) -> Option<Recipe> {
    let first = &runs.first()?.recipe;
    let is_same = |other: &Run| {
        let other = &other.recipe;
        (&other.scenario, other.seed, &other.commands) == (&first.scenario, first.seed, &first.commands)
    };
    let compare = runs.iter().skip(1).map(|run| Compared::first_of(&run.recipe)).collect();
    let recipe = Recipe { open: None, branches: Vec::new(), compare, ..first.clone() };
    let holds_them = |recipe: &Recipe| runs.iter().zip(self::runs(recipe)).all(|(run, held)| run.recipe.variant == held.recipe.variant);
    Some(recipe).filter(|recipe| runs.iter().all(is_same) && recipe.check().is_ok() && holds_them(recipe))
}

/// Some of a scenario's variants. `None`: one of them is unknown, or they are too many.
#[must_use]
pub fn of_variants(scenario: &'static Scenario, ids: &[&str]) -> Option<Recipe> {
    let mut recipes = ids.iter().map(|id| scenario.recipe(Some(id)));
    let mut recipe = recipes.next()??;
    recipe.compare = recipes.map(|other| other.as_ref().map(Compared::first_of)).collect::<Option<_>>()?;
    Some(recipe).filter(|recipe| recipe.check().is_ok())
}

/// The variant of the scenario that this setup is. Where it is several, which differ in their steps, it is the one that it
/// came from, or else the first.
#[must_use]
pub fn variant_of(scenario: &'static Scenario, one: &Compared) -> Option<&'static Variant> {
    let is_it = |variant: &&Variant| scenario.recipe(Some(variant.id)).is_some_and(|recipe| recipe.setup == one.setup);
    let own = one.variant.as_deref().and_then(|id| scenario.variant(id)).filter(is_it);
    own.or_else(|| scenario.variants.iter().find(is_it))
}

/// What to call a setup beside the first: a variant, a preset, or what differs.
#[must_use]
pub fn name(scenario: Option<&'static Scenario>, first: &Setup, one: &Compared) -> String {
    if let Some(variant) = scenario.and_then(|scenario| variant_of(scenario, one)) {
        return variant.title.to_owned();
    }
    let setup = &one.setup;
    if let Some(preset) = preset_of(first, setup) {
        return preset.title.to_owned();
    }
    let told = differences(first, setup);
    match told.is_empty() {
        true => registry::find(&setup.strategy).map_or("", |entry| entry.title).to_owned(),
        false => told.join("; "),
    }
}

/// The preset that makes this setup of the first.
#[must_use]
pub fn preset_of(first: &Setup, setup: &Setup) -> Option<&'static presets::Preset> {
    presets::ALL.iter().copied().find(|preset| with_preset(first, preset).as_ref() == Some(setup))
}

/// A setup with the preset and its strategy on it. `None`: the cluster has no room for it.
#[must_use]
pub fn with_preset(first: &Setup, preset: &presets::Preset) -> Option<Setup> {
    preset.on(&with_strategy(first, preset.strategy)).ok()
}

/// A setup under another strategy; the settings of the one before, which mean nothing to it, go.
#[must_use]
pub fn with_strategy(first: &Setup, strategy: &str) -> Setup {
    let mut setup = Setup { strategy: strategy.to_owned(), ..first.clone() };
    if strategy != first.strategy {
        setup.dials = Default::default();
        GENERAL.iter().for_each(|setting| setup.dials.set(setting, first.dials.get(setting)));
    }
    setup
}

/// What a setup has otherwise than the first, in a few words each.
#[must_use]
pub fn differences(first: &Setup, setup: &Setup) -> Vec<String> {
    let mut told = Vec::new();
    if setup.strategy != first.strategy {
        told.push(registry::find(&setup.strategy).map_or(&*setup.strategy, |entry| entry.title).to_owned());
    }
    let differs = |setting: &&&'static Setting| setup.dials.get(setting) != first.dials.get(setting);
    let own = registry::find(&setup.strategy).map_or(&[] as &[_], |entry| entry.settings);
    let value = |setting: &&'static Setting| format!("{}: {}", setting.title, dials::show(setting, setup.dials.get(setting)));
    told.extend(own.iter().chain(GENERAL).filter(differs).map(value));
    let parts = [
        (setup.sites != first.sites || setup.links != first.links, "other sites or links"),
        (setup.sessions != first.sessions, "other people or rules of reading"),
        (setup.mode != first.mode || setup.cart != first.cart, "another way to decide"),
    ];
    told.extend(parts.into_iter().filter(|(is_other, _)| *is_other).map(|(_, words)| words.to_owned()));
    told
}

#[cfg(test)]
mod tests;
