//! What a run starts from: places, links, people and settings. Plain data, checked before anything is built.

use crate::limits;
use crate::replication::delta::{Author, Item, Key, Mode};
use crate::replication::ids::SiteId;
use crate::replication::setting::Dials;
use serde::Serialize;
use std::sync::Arc;

/// Longest window of a read rule: ten minutes.
const LONGEST_MS: usize = 600_000;

/// Everything that a run starts from, besides its seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// Settings that differ from their defaults.
    pub dials: Dials,
}

/// A datacenter or a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Its name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SiteKind,
    /// How many nodes; the first leads first.
    pub node_count: u16,
    /// How many of them, the last ones, are spares outside of the group until a command adds them.
    pub spare_count: u16,
}

/// Kinds of sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// One end.
    pub a: SiteId,
    /// The other end.
    pub b: SiteId,
    /// How it behaves: in both directions, or from `a` to `b` when `back` differs.
    pub wire: Wire,
    /// How it behaves from `b` to `a`, when that differs.
    pub back: Option<Wire>,
}

/// How a link behaves in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireKind {
    /// In order; a break means reconnect and resume, like TCP.
    Stream,
    /// Each message on its own: may overtake, be lost or come twice.
    Datagram,
}

/// A latency distribution, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
    /// A heavy tail: P(latency > x) = (least / x)^shape.
    Pareto {
        /// The least, in microseconds.
        least_us: u64,
        /// The shape, in thousandths (1,500 is 1.5); the smaller, the heavier the tail.
        shape_thousandths: u32,
    },
}

/// A person or workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Who.
    pub author: Author,
    /// Where it is: writes go to the leader of this site, or to whom that one names.
    pub site: SiteId,
    /// One-way latency to the node; absent when the person sits at it (a device).
    pub access: Option<Latency>,
    /// What the session does by itself.
    pub workload: Workload,
    /// Whom it asks when it reads.
    pub reads: ReadRule,
}

/// What a session does by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workload {
    /// Nothing: it acts when a command says so.
    Idle,
    /// Closed loop: write, read, write, … of one key; the next starts when the last one ends.
    Alternate {
        /// The key.
        key: Key,
    },
    /// Reads and writes of several keys ("k0", "k1", …).
    Mix {
        /// How many keys.
        key_count: u16,
        /// How uneven their popularity is: the exponent of Zipf's law in hundredths; 0 is even.
        skew_percent: u16,
        /// How many of a hundred operations are reads.
        read_percent: u8,
        /// When the next operation starts.
        pace: Pace,
    },
}

/// When the next operation of a workload starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// Closed loop: this long after the last one ended.
    Closed {
        /// Microseconds between two operations.
        think_us: u64,
    },
    /// Open loop: at random moments (a Poisson process), whether or not the last one ended; a session sends one
    /// operation after another, so they wait in line.
    Open {
        /// Mean time between two operations, in microseconds.
        mean_us: u64,
    },
}

/// Whom a session asks when it reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadRule {
    /// The node that it writes to, whatever that one is.
    #[default]
    Home,
    /// The leader, and nobody else.
    Leader,
    /// Any follower, drawn for each read.
    AnyFollower,
    /// The nearest node in the group.
    Nearest,
    /// One follower, always the same; another one when it is out of reach.
    Sticky,
    /// Any follower that believes to be at most this far behind; else the leader.
    WithinLag {
        /// Milliseconds.
        ms: u64,
    },
    /// The leader for this long after an own write, else any follower.
    LeaderAfterWrite {
        /// Milliseconds.
        window_ms: u64,
    },
    /// Any follower that holds the position which the session carries: of its own last write, and of the replicas that it
    /// has read from; else the leader.
    Token {
        /// Whether all sessions of the same person carry one position together.
        is_shared: bool,
    },
}

/// One line of the initial cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CartLine {
    /// What.
    pub item: Item,
    /// How many.
    pub quantity: u32,
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
            within(&format!("sites[{index}].spare_count"), usize::from(site.spare_count), 0, usize::from(site.node_count) - 1)?;
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
            if let Some(back) = &link.back {
                check_wire(&format!("{field}.back"), back)?;
            }
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
            check_workload(&format!("{field}.workload"), &session.workload)?;
            if let ReadRule::WithinLag { ms } | ReadRule::LeaderAfterWrite { window_ms: ms } = session.reads {
                within(&format!("{field}.reads"), usize::try_from(ms).unwrap_or(usize::MAX), 0, LONGEST_MS)?;
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
        self.dials.check().map_err(|misfit| SetupError::new(format!("dials.{}", misfit.setting), misfit.problem))
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

/// Refuses a workload out of range.
fn check_workload(field: &str, workload: &Workload) -> Result<(), SetupError> {
    match workload {
        Workload::Idle => Ok(()),
        Workload::Alternate { key } => check_name(&format!("{field}.key"), &key.0),
        Workload::Mix { key_count, skew_percent, read_percent, pace } => {
            within(&format!("{field}.key_count"), usize::from(*key_count), 1, limits::MAX_WORKLOAD_KEYS)?;
            within(&format!("{field}.skew_percent"), usize::from(*skew_percent), 0, 500)?;
            within(&format!("{field}.read_percent"), usize::from(*read_percent), 0, 100)?;
            let (Pace::Closed { think_us: us } | Pace::Open { mean_us: us }) = *pace;
            let least = usize::from(matches!(pace, Pace::Open { .. })) * 10;
            within(&format!("{field}.pace"), usize::try_from(us).unwrap_or(usize::MAX), least, limits::MAX_LATENCY_US as usize)
        }
    }
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
        Latency::Pareto { least_us, shape_thousandths } => {
            within(&format!("{field}.shape_thousandths"), shape_thousandths as usize, 100, 100_000)?;
            within(&format!("{field}.least_us"), usize::try_from(least_us).unwrap_or(usize::MAX), 1, usize::MAX)?;
            (least_us, least_us)
        }
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
