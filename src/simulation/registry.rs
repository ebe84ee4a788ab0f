//! The strategies by name. Adding one is one file in `replication/strategies` and one entry here.

use super::cluster::cluster_of;
use super::dials::GENERAL;
use super::engine::Engine;
use super::setup::{Setup, SetupError};
use super::simulation::{Options, Simulation};
use crate::replication::protocol::{Plan, Protocol};
use crate::replication::setting::Setting;
use crate::replication::strategies::multi_leader_sync::{self, MultiLeaderSync};
use crate::replication::strategies::register::{self, Register};
use crate::replication::strategies::single_leader::{self, SingleLeader};

/// Starts a run from a setup and a seed.
pub type Build = fn(&Setup, u64, Options) -> Result<Box<dyn Engine>, SetupError>;

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
    /// Starts a run of it; the setup is already checked in general.
    pub build: Build,
}

/// Every strategy, by id.
pub static ALL: &[StrategyEntry] = &[
    StrategyEntry {
        id: "multi-leader-sync",
        title: "Multi-leader with offline devices",
        summary: "One leader per datacenter and device; leaders exchange what the other lacks, now or on reconnect.",
        settings: multi_leader_sync::SETTINGS,
        build: start::<MultiLeaderSync>,
    },
    StrategyEntry {
        id: "register",
        title: "Leaderless register",
        summary: "A coordinator sends each read and write to all replicas and waits for a quorum of them.",
        settings: register::SETTINGS,
        build: start::<Register>,
    },
    StrategyEntry {
        id: "single-leader",
        title: "Single leader",
        summary: "One leader orders all writes in its log; followers apply it, now or later, and one of them takes over.",
        settings: single_leader::SETTINGS,
        build: start::<SingleLeader>,
    },
];

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
    let entry = find(&setup.strategy).ok_or_else(|| SetupError::new("strategy", format!("no strategy is called {:?}", setup.strategy)))?;
    (entry.build)(setup, seed, options)
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

fn start<P: Protocol>(setup: &Setup, seed: u64, options: Options) -> Result<Box<dyn Engine>, SetupError> {
    let cluster = cluster_of(setup);
    let cart = setup.cart.iter().map(|line| (line.item.clone(), line.quantity)).collect();
    let plan = Plan { cluster: &cluster, dials: &setup.dials, mode: setup.mode, cart };
    let config = P::configure(&plan).map_err(|misfit| {
        let field = if misfit.setting == "sites" { "sites".to_owned() } else { format!("dials.{}", misfit.setting) };
        SetupError::new(field, misfit.problem)
    })?;
    Ok(Box::new(Simulation::<P>::new(setup, seed, config, options)))
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
