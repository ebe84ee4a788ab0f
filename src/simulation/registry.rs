//! The strategies by name. Adding one is one file in `replication/strategies` and one entry here.

use super::cluster::nodes_at;
use super::engine::Engine;
use super::setup::{Setup, SetupError, SiteKind, within};
use super::simulation::{Options, Simulation};
use crate::replication::protocol::Protocol;
use crate::replication::strategies::multi_leader_sync::{self, MultiLeaderSync};
use crate::replication::strategies::register::{Register, RegisterConfig};
use crate::replication::strategies::single_leader::{self, SingleLeader};
use std::sync::Arc;

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
    /// Starts a run of it; the setup is already checked in general.
    pub build: Build,
}

/// Every strategy, by id.
pub static ALL: &[StrategyEntry] = &[
    StrategyEntry {
        id: "multi-leader-sync",
        title: "Multi-leader with offline devices",
        summary: "One leader per datacenter and device; leaders exchange what the other lacks, now or on reconnect.",
        build: |setup, seed, options| start::<MultiLeaderSync>(setup, seed, multi_leader_config(setup), options),
    },
    StrategyEntry {
        id: "register",
        title: "Leaderless register",
        summary: "A coordinator sends each read and write to all replicas and waits for a quorum of them.",
        build: |setup, seed, options| start::<Register>(setup, seed, register_config(setup)?, options),
    },
    StrategyEntry {
        id: "single-leader-async",
        title: "Single leader, asynchronous followers",
        summary: "The leader answers after its own append; followers apply its log later.",
        build: |setup, seed, options| start::<SingleLeader>(setup, seed, single_leader_config(setup), options),
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

fn start<P: Protocol>(setup: &Setup, seed: u64, config: P::Config, options: Options) -> Result<Box<dyn Engine>, SetupError> {
    Ok(Box::new(Simulation::<P>::new(setup, seed, config, options)))
}

fn multi_leader_config(setup: &Setup) -> Arc<multi_leader_sync::Config> {
    Arc::new(multi_leader_sync::Config {
        mode: setup.mode,
        cart: setup.cart.iter().map(|line| (line.item.clone(), line.quantity)).collect(),
        handshake_every: setup.dials.handshake_every,
        heartbeat_every: setup.dials.heartbeat_every,
        rules: setup.dials.rules,
    })
}

const fn single_leader_config(setup: &Setup) -> single_leader::Config {
    single_leader::Config { heartbeat_every: setup.dials.heartbeat_every }
}

fn register_config(setup: &Setup) -> Result<RegisterConfig, SetupError> {
    let replicas = nodes_at(setup, SiteKind::Datacenter);
    let dials = &setup.dials;
    for (index, session) in setup.sessions.iter().enumerate() {
        if setup.sites[session.site.index()].kind != SiteKind::Client {
            return Err(SetupError::new(format!("sessions[{index}].site"), "clients of this strategy stand at client sites"));
        }
    }
    within("dials.write_quorum", usize::from(dials.write_quorum), 1, replicas.len())?;
    within("dials.read_quorum", usize::from(dials.read_quorum), 1, replicas.len())?;
    Ok(RegisterConfig { replicas: replicas.into(), write_quorum: dials.write_quorum, read_quorum: dials.read_quorum })
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
}
