//! What a run starts from: places, links, people and settings. Plain data, checked before anything is built.

use crate::limits;
use crate::replication::delta::{Author, Item, Key, Mode};
use crate::replication::ids::SiteId;
use crate::replication::rules::Rules;
use crate::replication::time::SimDuration;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Everything that a run starts from, besides its seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Id of the strategy in the registry.
    pub strategy: String,
    /// Datacenters and devices. Nodes are numbered site by site, in this order.
    pub sites: Vec<Site>,
    /// Links between sites.
    pub links: Vec<Link>,
    /// The link between two nodes of one datacenter.
    pub inside: Wire,
    /// The people.
    pub sessions: Vec<Session>,
    /// How conflicts are decided.
    pub mode: Mode,
    /// The cart that every replica starts with.
    pub cart: Vec<CartLine>,
    /// The dials of the strategy and its stores.
    pub dials: Dials,
}

/// A datacenter or a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Its name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SiteKind,
    /// How many nodes; the first leads first.
    pub node_count: u16,
}

/// Kinds of sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteKind {
    /// Always on.
    Datacenter,
    /// Carried by a person; may be disconnected for long.
    Device,
    /// A client that fans out by itself (leaderless strategies).
    Client,
}

/// A link between two sites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// One end.
    pub a: SiteId,
    /// The other end.
    pub b: SiteId,
    /// How it behaves, the same in both directions.
    pub wire: Wire,
}

/// How a link behaves in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wire {
    /// In order with reconnects, or each message on its own.
    pub kind: WireKind,
    /// One-way latency.
    pub latency: Latency,
    /// Lost messages in a million (datagrams only: a stream retransmits, which is delay).
    pub loss_per_million: u32,
    /// Duplicated messages in a million (datagrams only).
    pub duplicate_per_million: u32,
}

/// Delivery of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireKind {
    /// In order; a break means reconnect and resume, like TCP.
    Stream,
    /// Each message on its own: may overtake, be lost or come twice.
    Datagram,
}

/// A latency distribution, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Latency {
    /// Always the same.
    Constant {
        /// Microseconds.
        us: u64,
    },
    /// Anything between, equally likely.
    Uniform {
        /// Least, in microseconds.
        min_us: u64,
        /// Most, in microseconds.
        max_us: u64,
    },
    /// A constant part and an exponential tail.
    Exponential {
        /// The constant part, in microseconds.
        base_us: u64,
        /// Mean of the tail, in microseconds.
        mean_us: u64,
    },
}

/// A person or workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Who.
    pub author: Author,
    /// Where: requests go to the leader of this site.
    pub site: SiteId,
    /// One-way latency to the node; absent when the person sits at it (a device).
    pub access: Option<Latency>,
    /// What the session does by itself.
    pub workload: Workload,
}

/// What a session does by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workload {
    /// Nothing: it acts when a command says so.
    Idle,
    /// Closed loop: write, read, write, … of one key; the next starts when the last one ends.
    Alternate {
        /// The key.
        key: Key,
    },
}

/// One line of the initial cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CartLine {
    /// What.
    pub item: Item,
    /// How many.
    pub quantity: u32,
}

/// The dials of the running strategy and its stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dials {
    /// Time until a write to a node's store is durable.
    pub persist: SimDuration,
    /// Leaders of neighbouring sites greet each other this often.
    pub handshake_every: SimDuration,
    /// A leader tells its followers this often that it lives.
    pub heartbeat_every: SimDuration,
    /// Acknowledgements that a leaderless write waits for.
    pub write_quorum: u16,
    /// Answers that a leaderless read waits for.
    pub read_quorum: u16,
    /// The rules of the offline local leader that are in force.
    pub rules: Rules,
}

impl Default for Dials {
    fn default() -> Self {
        Self {
            persist: SimDuration::from_us(500),
            handshake_every: SimDuration::from_ms(1_000),
            heartbeat_every: SimDuration::from_ms(250),
            write_quorum: 2,
            read_quorum: 2,
            rules: Rules::default(),
        }
    }
}

/// What is wrong with a setup, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct SetupError {
    /// Path of the field, as in the recipe.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl SetupError {
    /// An error about `field`.
    #[must_use]
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

impl Setup {
    /// Refuses what cannot be run, before anything is allocated from its numbers.
    ///
    /// # Errors
    /// The first field that is out of range, with its path.
    pub fn check(&self) -> Result<(), SetupError> {
        self.check_sites()?;
        self.check_links()?;
        self.check_sessions()?;
        self.check_cart()?;
        self.check_dials()
    }

    /// The number of nodes at all sites together.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.sites.iter().map(|site| usize::from(site.node_count)).sum()
    }

    fn check_sites(&self) -> Result<(), SetupError> {
        within("sites", self.sites.len(), 1, limits::MAX_SITES)?;
        for (index, site) in self.sites.iter().enumerate() {
            check_name(&format!("sites[{index}].name"), &site.name)?;
            within(&format!("sites[{index}].node_count"), usize::from(site.node_count), 1, limits::MAX_NODES)?;
            if site.kind == SiteKind::Device && site.node_count != 1 {
                return Err(SetupError::new(format!("sites[{index}].node_count"), "a device has exactly one node"));
            }
        }
        within("sites (nodes in all)", self.node_count(), 1, limits::MAX_NODES)
    }

    fn check_links(&self) -> Result<(), SetupError> {
        within("links", self.links.len(), 0, limits::MAX_LINKS)?;
        check_wire("inside", &self.inside)?;
        for (index, link) in self.links.iter().enumerate() {
            let field = format!("links[{index}]");
            self.check_site(&format!("{field}.a"), link.a)?;
            self.check_site(&format!("{field}.b"), link.b)?;
            if link.a == link.b {
                return Err(SetupError::new(field, "joins a site to itself"));
            }
            let joins_same = |other: &Link| (other.a, other.b) == (link.a, link.b) || (other.b, other.a) == (link.a, link.b);
            if self.links[..index].iter().any(joins_same) {
                return Err(SetupError::new(field, "joins two sites that are already linked"));
            }
            check_wire(&format!("{field}.wire"), &link.wire)?;
        }
        Ok(())
    }

    fn check_sessions(&self) -> Result<(), SetupError> {
        within("sessions", self.sessions.len(), 0, limits::MAX_SESSIONS)?;
        for (index, session) in self.sessions.iter().enumerate() {
            let field = format!("sessions[{index}]");
            check_name(&format!("{field}.author"), &session.author.0)?;
            self.check_site(&format!("{field}.site"), session.site)?;
            if let Some(access) = &session.access {
                check_latency(&format!("{field}.access"), access)?;
            }
            if let Workload::Alternate { key } = &session.workload {
                check_name(&format!("{field}.workload.key"), &key.0)?;
            }
        }
        Ok(())
    }

    fn check_cart(&self) -> Result<(), SetupError> {
        within("cart", self.cart.len(), 0, limits::MAX_INITIAL_LINES)?;
        for (index, line) in self.cart.iter().enumerate() {
            check_name(&format!("cart[{index}].item"), &line.item.0)?;
            within(&format!("cart[{index}].quantity"), line.quantity as usize, 1, limits::MAX_QUANTITY as usize)?;
        }
        Ok(())
    }

    fn check_dials(&self) -> Result<(), SetupError> {
        let longest = SimDuration::from_ms(60_000);
        let shortest = SimDuration::from_ms(1);
        for (field, dial) in [("handshake_every", self.dials.handshake_every), ("heartbeat_every", self.dials.heartbeat_every)] {
            if dial < shortest || dial > longest {
                return Err(SetupError::new(format!("dials.{field}"), "must lie between 1 ms and 60 s"));
            }
        }
        if self.dials.persist > longest {
            return Err(SetupError::new("dials.persist", "must not exceed 60 s"));
        }
        for (field, quorum) in [("write_quorum", self.dials.write_quorum), ("read_quorum", self.dials.read_quorum)] {
            within(&format!("dials.{field}"), usize::from(quorum), 1, limits::MAX_NODES)?;
        }
        Ok(())
    }

    fn check_site(&self, field: &str, site: SiteId) -> Result<(), SetupError> {
        if site.index() < self.sites.len() {
            return Ok(());
        }
        Err(SetupError::new(field, format!("no site {} (there are {})", site.0, self.sites.len())))
    }
}

/// Refuses an unusable wire.
///
/// # Errors
/// Names the field below `field` that is out of range.
pub fn check_wire(field: &str, wire: &Wire) -> Result<(), SetupError> {
    check_latency(&format!("{field}.latency"), &wire.latency)?;
    within(&format!("{field}.loss_per_million"), wire.loss_per_million as usize, 0, 1_000_000)?;
    within(&format!("{field}.duplicate_per_million"), wire.duplicate_per_million as usize, 0, 1_000_000)
}

/// Refuses an unusable latency.
///
/// # Errors
/// Names the part of it that is out of range.
pub fn check_latency(field: &str, latency: &Latency) -> Result<(), SetupError> {
    let (low, high) = match *latency {
        Latency::Constant { us } => (us, us),
        Latency::Uniform { min_us, max_us } => (min_us, max_us),
        Latency::Exponential { base_us, mean_us } => (base_us.min(mean_us), base_us.max(mean_us)),
    };
    if low > high {
        return Err(SetupError::new(field, "the least is above the most"));
    }
    if high > limits::MAX_LATENCY_US {
        return Err(SetupError::new(field, format!("at most {} µs", limits::MAX_LATENCY_US)));
    }
    Ok(())
}

/// Refuses an empty or overlong name.
///
/// # Errors
/// Says which of the two.
pub fn check_name(field: &str, name: &str) -> Result<(), SetupError> {
    if name.trim().is_empty() {
        return Err(SetupError::new(field, "must not be empty"));
    }
    if name.chars().count() > limits::MAX_NAME_CHARS {
        return Err(SetupError::new(field, format!("at most {} characters", limits::MAX_NAME_CHARS)));
    }
    Ok(())
}

/// Refuses a count outside its range.
///
/// # Errors
/// Names the range.
pub fn within(field: &str, count: usize, least: usize, most: usize) -> Result<(), SetupError> {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(SetupError::new(field, format!("{count} is not between {least} and {most}")))
}
