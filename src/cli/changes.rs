//! Options that change what runs: a preset, settings, a policy, links, and where one run is meant the seed. In this order, so that a setting has
//! the last word.

use super::Problem;
use crate::presets;
use crate::recipe::{Recipe, RecipeError};
use crate::replication::delta::Mode;
use crate::replication::setting::Setting;
use crate::replication::time::SimTime;
use crate::simulation::setup::{Setup, SetupError};
use crate::simulation::{dials, registry, topology};
use crate::{limits, session::Session};
use clap::Args;

/// What is changed of every run.
#[derive(Args)]
pub(super) struct Changes {
    /// Set up as this real system is (see `list presets`)
    #[arg(long, value_name = "PRESET")]
    preset: Option<String>,
    /// Set a setting (see `list settings`); may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Decide conflicts by this policy (see `list policies`)
    #[arg(long, value_name = "POLICY")]
    policy: Option<String>,
    /// Link the sites like this (see `list topologies`)
    #[arg(long, value_name = "TOPOLOGY")]
    topology: Option<String>,
    /// End the run at this simulated time in milliseconds
    #[arg(long, value_name = "MS", allow_hyphen_values = true)]
    until: Option<String>,
}

/// The same, understood.
pub(super) struct Plan {
    preset: Option<&'static presets::Preset>,
    settings: Vec<(&'static Setting, u64)>,
    policy: Option<Mode>,
    topology: Option<&'static topology::Topology>,
    seed: Option<u64>,
    /// The end that was asked for.
    pub(super) until: Option<SimTime>,
}

impl Changes {
    pub(super) fn plan(&self, own_seed: Option<&str>) -> Result<Plan, Problem> {
        let unknown = |option: &str, id: &str, list: &str| Problem(format!("--{option}: {id:?} is unknown; see `list {list}`"));
        Ok(Plan {
            preset: named(self.preset.as_deref(), presets::find, |id| unknown("preset", id, "presets"))?,
            settings: self.settings.iter().map(|text| setting(text)).collect::<Result<_, _>>()?,
            policy: named(self.policy.as_deref(), policy, |id| unknown("policy", id, "policies"))?,
            topology: named(self.topology.as_deref(), topology::find, |id| unknown("topology", id, "topologies"))?,
            seed: own_seed.map(seed).transpose()?,
            until: self.until.as_deref().map(until).transpose()?,
        })
    }
}

fn named<T>(id: Option<&str>, find: impl Fn(&str) -> Option<T>, unknown: impl Fn(&str) -> Problem) -> Result<Option<T>, Problem> {
    id.map(|id| find(id).ok_or_else(|| unknown(id))).transpose()
}

fn policy(id: &str) -> Option<Mode> {
    Mode::ALL.into_iter().find(|mode| mode.id() == id)
}

fn setting(text: &str) -> Result<(&'static Setting, u64), Problem> {
    let (key, value) = text.split_once('=').ok_or_else(|| Problem(format!("--set: {text:?} is not KEY=VALUE")))?;
    let setting = registry::setting(key).ok_or_else(|| Problem(format!("--set: no setting is called {key:?}; see `list settings`")))?;
    let value = dials::parse(setting, value).map_err(|problem| Problem(format!("--set {key}: {problem}")))?;
    Ok((setting, value))
}

/// A seed: any number of 64 bits.
pub(super) fn seed(text: &str) -> Result<u64, Problem> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if is_plain { text.parse().ok() } else { None };
    number.ok_or_else(|| Problem(format!("--seed: {text:?} is not a whole number from 0 to {}", u64::MAX)))
}

fn until(text: &str) -> Result<SimTime, Problem> {
    let most = limits::MAX_RUN_NS / 1_000_000;
    let number = text.parse().ok().filter(|ms: &f64| (0.0..=most as f64).contains(ms));
    let number = number.ok_or_else(|| Problem(format!("--until: {text:?} is not a number of milliseconds from 0 to {most}")))?;
    Ok(SimTime((number * 1e6) as u64))
}

impl Plan {
    /// Refuses settings that none of these setups' strategies reads: they would change nothing.
    pub(super) fn check<'a>(&self, setups: impl Iterator<Item = &'a Setup> + Clone) -> Result<(), Problem> {
        for (setting, _) in &self.settings {
            if !setups.clone().any(|setup| reads(setup, setting)) {
                let strategies: Vec<&str> = setups.clone().map(|setup| setup.strategy.as_str()).collect();
                let strategy = strategies.first().copied().unwrap_or_default();
                return Err(Problem(format!("--set {}: {strategy} does not read it; see `list strategies`", setting.key)));
            }
        }
        Ok(())
    }

    /// Changes a recipe; `name` is what messages call it.
    pub(super) fn apply(&self, name: &str, recipe: &mut Recipe) -> Result<(), Problem> {
        let refused = |option: &str, error: &SetupError| Problem(format!("{name}: {option}: {error}"));
        if let Some(topology) = self.topology {
            topology.apply(&mut recipe.setup).map_err(|error| refused("--topology", &error))?;
        }
        if let Some(preset) = self.preset {
            recipe.setup = preset.on(&recipe.setup).map_err(|error| refused("--preset", &error))?;
        }
        if let Some(policy) = self.policy {
            recipe.setup.mode = policy;
        }
        for (setting, value) in &self.settings {
            if reads(&recipe.setup, setting) {
                recipe.setup.dials.set(setting, *value);
            }
        }
        recipe.seed = self.seed.unwrap_or(recipe.seed);
        // Whatever does not go together is found here, before anything runs.
        Session::open(recipe.clone()).map(|_| ()).map_err(|error: RecipeError| Problem(format!("{name}: {error}")))
    }
}

fn reads(setup: &Setup, setting: &Setting) -> bool {
    let own = registry::find(&setup.strategy).map_or(&[] as &[&Setting], |entry| entry.settings);
    dials::GENERAL.iter().chain(own).any(|known| known.key == setting.key)
}
