//! The strategies by name. Adding one is one file or folder in `replication/strategies` and one entry in the list there.

use super::any::strategies;
use super::cluster::cluster_of;
use super::dials::GENERAL;
use super::engine::Engine;
use super::setup::{Setup, SetupError};
use super::simulation::{Options, Simulation};
use crate::replication::ids::{NodeId, RequestId};
use crate::replication::protocol::{Connection, Describe, Effect, Env, MessageKind, Order, Outbox, Plan, Promises, Protocol, Request};
use crate::replication::setting::{Misfit, Setting};
use crate::replication::strategies::{self, list};
use crate::replication::view::ReplicaView;

/// A strategy, as pickers, documentation and recipes know it.
pub struct StrategyEntry {
    /// Its name in recipes.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The settings that it reads, besides those of every run.
    pub settings: &'static [&'static Setting],
}

list!(strategies);

/// Checks the setup and starts a run of its strategy.
///
/// # Errors
/// The first field of the setup that is out of range.
pub fn build(setup: &Setup, seed: u64) -> Result<Box<dyn Engine>, SetupError> {
    build_with(setup, seed, Options::default())
}

/// Like [`build`], with a say in what is remembered.
///
/// # Errors
/// The first field of the setup that is out of range.
pub fn build_with(setup: &Setup, seed: u64, options: Options) -> Result<Box<dyn Engine>, SetupError> {
    setup.check()?;
    let config = configure::<AnyNode>(setup)?;
    Ok(Box::new(Simulation::<AnyNode>::new(setup, seed, config, options)))
}

/// What a strategy is set to, from a checked setup.
///
/// # Errors
/// The setting that does not fit.
pub fn configure<P: Protocol>(setup: &Setup) -> Result<P::Config, SetupError> {
    let cluster = cluster_of(setup);
    let cart = setup.cart.iter().map(|line| (line.item.clone(), line.quantity)).collect();
    let plan = Plan { strategy: &setup.strategy, cluster: &cluster, dials: &setup.dials, mode: setup.mode, cart };
    P::configure(&plan).map_err(|misfit| match misfit.setting {
        "sites" | "strategy" => SetupError::new(misfit.setting, misfit.problem),
        dial => SetupError::new(format!("dials.{dial}"), misfit.problem),
    })
}

/// The strategy named `id`.
#[must_use]
pub fn find(id: &str) -> Option<&'static StrategyEntry> {
    ALL.iter().find(|entry| entry.id == id)
}

/// Every setting, those of every run first. Some strategies share one.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    GENERAL.iter().chain(ALL.iter().flat_map(|entry| entry.settings)).copied()
}

/// The setting named `key`.
#[must_use]
pub fn setting(key: &str) -> Option<&'static Setting> {
    settings().find(|setting| setting.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_speak_for_themselves() {
        for (index, entry) in ALL.iter().enumerate() {
            assert!(!entry.title.is_empty() && entry.summary.ends_with('.'), "{}", entry.id);
            assert!(ALL[..index].iter().all(|other| other.id != entry.id), "{} twice", entry.id);
        }
    }

    #[test]
    fn a_key_names_one_setting() {
        for found in settings() {
            assert!(std::ptr::eq(found, setting(found.key).expect("it was just found")), "{} twice", found.key);
            assert!(found.allows(found.default), "{}: its default is out of range", found.key);
            assert!(!found.title.is_empty() && found.meaning.ends_with('.'), "{}", found.key);
        }
    }
}
