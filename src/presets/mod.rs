//! Real systems as settings: what their documentation calls it, which setting stands for it here, and what is left out.
//!
//! Knows setups and settings, nothing of how a strategy works. Values are the systems' defaults unless the title says
//! otherwise; each was looked up in the documentation that it cites, or, where that does not say, in the system's sources
//! (Cassandra's `ddl.adoc` for read_repair and speculative_retry, Riak's `riak_kv.schema` for anti-entropy, MongoDB's `rs.conf()`
//! for heartbeats). What no such source confirmed is said among the caveats.

mod leaderless;
mod multi_leader;
mod single_leader;

use crate::replication::setting::Setting;
use crate::simulation::registry;
use crate::simulation::setup::{Setup, SetupError, SiteKind};

/// A real system's way of replicating.
pub struct Preset {
    /// Its name on the command line.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Id of the strategy that it is about.
    pub strategy: &'static str,
    /// The system's own parameters.
    pub parameters: &'static [Parameter],
    /// What the system does otherwise than the setup that comes out.
    pub caveats: &'static [&'static str],
    /// The system's documentation.
    pub citation: &'static str,
    /// Changes a setup of the strategy. Places, links and people stay.
    pub change: fn(&mut Setup),
}

/// A parameter of a system and what stands for it here.
pub struct Parameter {
    /// Its name there.
    pub name: &'static str,
    /// Its value there.
    pub value: &'static str,
    /// What it maps to here, as `setting=value`, or in words where it is no setting.
    pub maps_to: &'static str,
}

/// Every preset, by strategy.
pub static ALL: &[&Preset] = &[
    &single_leader::MYSQL_ASYNC,
    &single_leader::MYSQL_SEMI_SYNC,
    &single_leader::POSTGRESQL_FIRST,
    &single_leader::POSTGRESQL_ANY,
    &single_leader::MONGODB_MAJORITY,
    &multi_leader::MYSQL_RING,
    &multi_leader::DYNAMODB_GLOBAL_TABLES,
    &multi_leader::COUCHDB,
    &leaderless::CASSANDRA_ONE,
    &leaderless::CASSANDRA_QUORUM,
    &leaderless::CASSANDRA_ALL,
    &leaderless::CASSANDRA_LOCAL_QUORUM,
    &leaderless::RIAK,
];

/// The preset named `id`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Preset> {
    ALL.iter().copied().find(|preset| preset.id == id)
}

impl Preset {
    /// Whether it can be put on a setup: the strategy is the one that it is about, and the cluster has room for it.
    ///
    /// # Errors
    /// The field that does not fit.
    pub fn fits(&self, setup: &Setup) -> Result<(), SetupError> {
        self.on(setup).map(|_| ())
    }

    /// The setup with the preset on it.
    ///
    /// # Errors
    /// The field that does not fit.
    pub fn on(&self, setup: &Setup) -> Result<Setup, SetupError> {
        if setup.strategy != self.strategy {
            return Err(SetupError::new("strategy", format!("{} is about {}, this is {}", self.id, self.strategy, setup.strategy)));
        }
        let mut changed = setup.clone();
        (self.change)(&mut changed);
        registry::build(&changed, 0)?;
        Ok(changed)
    }
}

/// Sets numbers and flags.
fn set(setup: &mut Setup, values: &[(&'static Setting, u64)]) {
    for (setting, value) in values {
        setup.dials.set(setting, *value);
    }
}

/// Sets choices by name; a name that the setting does not know leaves it alone, which tests of the presets find.
fn choose(setup: &mut Setup, choices: &[(&'static Setting, &str)]) {
    for (setting, name) in choices {
        if let Ok(value) = crate::simulation::dials::parse(setting, name) {
            setup.dials.set(setting, value);
        }
    }
}

/// Nodes that store, at all sites.
fn storing_nodes(setup: &Setup) -> u64 {
    let stores = setup.sites.iter().filter(|site| site.kind != SiteKind::Client);
    stores.map(|site| u64::from(site.node_count - site.spare_count.min(site.node_count))).sum()
}

/// More than half of so many.
const fn majority(count: u64) -> u64 {
    count / 2 + 1
}

#[cfg(test)]
mod tests;
