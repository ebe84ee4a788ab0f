//! What the strategy is set to, and the clusters that it can run on.

use super::home::Start;
use super::keep::Choice;
use crate::replication::ids::NodeId;
use crate::replication::ids::SiteId;
use crate::replication::protocol::{Cluster, Plan, Promises};
use crate::replication::setting::{Dials, Kind, Misfit, Setting, Unit};
use crate::replication::strategies::{EXCHANGE_EVERY, HEARTBEAT_EVERY};
use crate::replication::time::SimDuration;

/// Where writes are sent on.
pub static FORWARDING: Setting = Setting::choice(
    "forwarding",
    "Forwarding",
    "Where a leader sends a write: to all linked leaders but the one it came from, only to the next in the order of sites \
     (MySQL's circular replication), or its own writes directly to every other leader and nothing further.",
    &["flood", "one-way-ring", "direct"],
);
/// Whether a write that comes again is recognised.
pub static ORIGIN_IDS: Setting = Setting::flag(
    "origin_ids",
    "Origin ids",
    "A leader drops a write that comes round again, by the id of its origin (MySQL: server_id, replicate-same-server-id=0).",
    true,
);
/// What is done with a write that arrives.
pub static DELIVERY: Setting = Setting::choice(
    "delivery",
    "Delivery",
    "What arrives is applied in order of arrival, or compared by version vector so that versions which others had seen are \
     dropped, or also held until all that its leader had applied before it is here.",
    &["none", "compare", "causal"],
);
/// Whether equal timestamps are decided alike everywhere.
pub static TIE_BREAK: Setting = Setting::flag(
    "tie_break",
    "Tie-break by id",
    "Of concurrent writes with equal timestamps the higher id wins; without it the one that arrived last.",
    true,
);
/// How often what was not acknowledged is sent again.
pub static RESEND_EVERY: Setting =
    Setting::ms("resend_every_ms", "Resend every", "What was not acknowledged for this long is sent again.", (1, 60_000), 250);
/// Whether keys have a home.
pub static HOME: Setting = Setting::choice(
    "home",
    "Home leaders",
    "Any leader takes any write, or all writes of a key go to its home leader.",
    &["none", "by-key"],
);
/// Which site is home.
pub static HOME_SITE: Setting = Setting {
    key: "home_site",
    title: "Home site",
    meaning: "The site that is home of all keys (1: the first); 0: keys are spread over the sites by a hash.",
    kind: Kind::Number { unit: Unit::Site, least: 0, most: 32 },
    default: 0,
};
/// Whether a home leader needs a lease.
pub static HOME_FENCING: Setting = Setting::flag(
    "home_fencing",
    "Home lease",
    "A home leader takes writes only while a majority of leaders confirms it, and a new home waits until the old lease is over.",
    false,
);
/// How long a confirmation counts.
pub static HOME_LEASE: Setting =
    Setting::ms("home_lease_ms", "Lease of a home", "A confirmation of a home leader counts for this long.", (1, 600_000), 1_000);

/// The settings that the strategy reads.
pub static SETTINGS: &[&Setting] = &[
    &FORWARDING,
    &ORIGIN_IDS,
    &DELIVERY,
    &TIE_BREAK,
    &EXCHANGE_EVERY,
    &RESEND_EVERY,
    &HOME,
    &HOME_SITE,
    &HOME_FENCING,
    &HOME_LEASE,
    &HEARTBEAT_EVERY,
];

/// Where writes are sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// To all linked leaders but the one it came from.
    Flood,
    /// To the next in the order of sites.
    OneWayRing,
    /// Own writes to all; nothing is sent on.
    Direct,
}

/// What is done with a write that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is applied, whatever is here.
    None,
    /// It is dropped if something here had seen it.
    Compare,
    /// Also, it waits for its causes.
    Causal,
}

/// What the strategy is set to.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Where writes are sent on.
    pub forwarding: Forwarding,
    /// Whether a write that comes again is recognised.
    pub origin_ids: bool,
    /// What is done with a write that arrives.
    pub delivery: Delivery,
    /// Whether equal timestamps are decided by id.
    pub tie_break: bool,
    /// Leaders exchange this often; zero: at once.
    pub exchange_every: SimDuration,
    /// What was not acknowledged for this long is sent again.
    pub resend_every: SimDuration,
    /// Where the homes of keys start; `None`: keys have none.
    pub home: Option<Start>,
    /// The lease of a home leader, if it needs one.
    pub home_lease: Option<SimDuration>,
    /// Signs of life for the lease go out this often.
    pub heartbeat_every: SimDuration,
}

impl Config {
    /// Only what is compared converges, and only with a rule for ties.
    pub(super) fn promises(&self) -> Promises {
        Promises {
            converges: self.origin_ids && self.tie_break && self.delivery != Delivery::None,
            causal: self.delivery == Delivery::Causal,
            follows_held: true,
            ..Promises::default()
        }
    }

    pub(super) fn new(plan: &Plan<'_>) -> Result<Self, Misfit> {
        let dials = plan.dials;
        check_sites(plan.cluster)?;
        let config = Self {
            forwarding: match dials.choice(&FORWARDING) {
                "one-way-ring" => Forwarding::OneWayRing,
                "direct" => Forwarding::Direct,
                _ => Forwarding::Flood,
            },
            origin_ids: dials.is_on(&ORIGIN_IDS),
            delivery: match dials.choice(&DELIVERY) {
                "compare" => Delivery::Compare,
                "causal" => Delivery::Causal,
                _ => Delivery::None,
            },
            tie_break: dials.is_on(&TIE_BREAK),
            exchange_every: dials.duration(&EXCHANGE_EVERY),
            resend_every: dials.duration(&RESEND_EVERY),
            home: home(dials, plan.cluster)?,
            home_lease: dials.is_on(&HOME_FENCING).then(|| dials.duration(&HOME_LEASE)),
            heartbeat_every: dials.duration(&HEARTBEAT_EVERY),
        };
        config.check_links(plan.cluster)?;
        Ok(config)
    }

    fn check_links(&self, cluster: &Cluster) -> Result<(), Misfit> {
        let count = cluster.members.len() as u16;
        let next = |site: u16| (site + 1) % count;
        let unlinked = |from: u16, to: u16| from != to && !are_linked(cluster, from, to);
        if self.forwarding == Forwarding::OneWayRing
            && let Some(site) = (0..count).find(|site| unlinked(*site, next(*site)))
        {
            return Err(Misfit::new(FORWARDING.key, format!("a one-way ring needs a link from site {site} to site {}", next(site))));
        }
        let apart = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).find(|(a, b)| unlinked(*a, *b));
        let Some((a, b)) = apart else { return Ok(()) };
        if self.forwarding == Forwarding::Direct {
            return Err(Misfit::new(
                FORWARDING.key,
                format!("direct needs every two sites to be linked, and site {a} and site {b} are not"),
            ));
        }
        if self.home.is_some() && self.home_lease.is_some() {
            return Err(Misfit::new(
                HOME_FENCING.key,
                format!("a lease needs every two sites to be linked, and site {a} and site {b} are not"),
            ));
        }
        Ok(())
    }

    /// How an arriving write becomes the one that shows.
    pub(super) const fn choice(&self) -> Choice {
        match self.delivery {
            Delivery::None => Choice::Arrival,
            Delivery::Compare | Delivery::Causal => Choice::LastWrite { by_id: self.tie_break },
        }
    }

    /// Whether writes go from a leader to its neighbour.
    pub(super) fn is_target(&self, cluster: &Cluster, from: SiteId, to: SiteId) -> bool {
        self.forwarding != Forwarding::OneWayRing || usize::from(to.0) == (usize::from(from.0) + 1) % cluster.members.len()
    }
}

/// Every site is one leader, so that node and site have the same number.
fn check_sites(cluster: &Cluster) -> Result<(), Misfit> {
    for member in &cluster.members {
        let site = member.site.0;
        if member.is_client {
            return Err(Misfit::new("sites", format!("site {site} is a client; every site of this strategy is a leader")));
        }
        if member.node.0 != site {
            return Err(Misfit::new(
                "sites",
                format!("site {site} has several nodes; every site of this strategy is one leader, without followers"),
            ));
        }
    }
    Ok(())
}

fn are_linked(cluster: &Cluster, a: u16, b: u16) -> bool {
    cluster.neighbours(SiteId(a)).any(|site| site.0 == b)
}

fn home(dials: &Dials, cluster: &Cluster) -> Result<Option<Start>, Misfit> {
    let (site, count) = (dials.get(&HOME_SITE), cluster.members.len() as u64);
    match site.checked_sub(1) {
        _ if dials.choice(&HOME) == "none" => Ok(None),
        None => Ok(Some(Start::Spread { leader_count: count as u16 })),
        Some(index) if index < count => Ok(Some(Start::At(NodeId(index as u16)))),
        Some(_) => Err(Misfit::new(HOME_SITE.key, format!("there is no site {site} (the first is 1, the last {count})"))),
    }
    .and_then(|start| check_lease(dials).map(|()| start))
}

fn check_lease(dials: &Dials) -> Result<(), Misfit> {
    let is_short = dials.duration(&HOME_LEASE) <= dials.duration(&HEARTBEAT_EVERY);
    if dials.is_on(&HOME_FENCING) && is_short {
        return Err(Misfit::new(HOME_LEASE.key, "must be longer than heartbeat_every_ms, or it never holds"));
    }
    Ok(())
}
