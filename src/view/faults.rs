//! What can be broken, as it stands: nodes with their clocks, links with their latency and loss.

use super::names::Names;
use super::stage::latency_words;
use super::words;
use crate::replication::ids::{NodeId, SiteId};
use crate::replication::protocol::MessageKind;
use crate::replication::time::SimTime;
use crate::replication::view::Role;
use crate::scenarios::index::IS_WHOLE;
use crate::simulation::command::End;
use crate::simulation::setup::{Latency, Setup, Wire, WireKind};
use crate::simulation::snapshot::{Flight, Snapshot};

/// A node that can be broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFault {
    /// Which.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub is_up: bool,
    /// Whether it could become leader: it runs, is a follower, and not alone.
    pub can_lead: bool,
    /// How far its clock is off, in milliseconds.
    pub skew_ms: i64,
    /// Whether it stands still.
    pub is_paused: bool,
    /// How many times as long as usual its work takes.
    pub slowness: u32,
    /// Whether it is outside of a group that it could join; nothing where the group of its site never changes.
    pub is_outside: Option<bool>,
}

/// A message that something can happen to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlightFault {
    /// Its number.
    pub message: u64,
    /// What it is, from where to where.
    pub name: String,
    /// When it is due, or that it is held.
    pub state: String,
    /// Whether a command holds it.
    pub is_held: bool,
    /// Whether it travels on a stream, which drops doubles by itself.
    pub is_stream: bool,
}

/// Messages listed, at most.
const MOST_FLIGHTS: usize = 40;

/// One direction of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Direction {
    /// From.
    pub from: End,
    /// To.
    pub to: End,
    /// "Oregon → Ireland".
    pub name: String,
    /// Whether nothing passes.
    pub is_cut: bool,
}

/// A link that can be broken.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkFault {
    /// Its name.
    pub name: String,
    /// Both directions.
    pub directions: [Direction; 2],
    /// The pair of sites that it joins, or twice the site that it is in, if it can be tuned.
    pub sites: Option<(SiteId, SiteId)>,
    /// How it behaves.
    pub wire: Wire,
    /// That in words.
    pub words: String,
}

/// A site that can be taken off the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFault {
    /// Which.
    pub site: SiteId,
    /// Its name.
    pub name: String,
    /// Whether nothing passes to or from it.
    pub is_cut_off: bool,
}

/// The messages in flight, held ones first, then the next to arrive; signs of life only on request.
#[must_use]
pub fn flights(flights: &[Flight], with_heartbeats: bool, snapshot: &Snapshot, names: &Names) -> Vec<FlightFault> {
    let mut shown: Vec<&Flight> = flights.iter().filter(|one| with_heartbeats || one.kind != MessageKind::Heartbeat).collect();
    shown.sort_unstable_by_key(|flight| (!flight.is_held, if flight.is_held { SimTime::ZERO } else { flight.due_at }, flight.id));
    let fault = |flight: &&Flight| FlightFault {
        message: flight.id,
        name: format!("{}, {} → {}", words::sentence_case(words::message(flight.kind)), names.node(flight.from), names.node(flight.to)),
        state: if flight.is_held { "held".to_owned() } else { format!("due at {}", words::time(flight.due_at)) },
        is_held: flight.is_held,
        is_stream: snapshot.links.iter().any(|link| (link.from, link.to) == (flight.from, flight.to) && !can_lose(&link.wire)),
    };
    shown.iter().take(MOST_FLIGHTS).map(fault).collect()
}

/// Every node.
#[must_use]
pub fn nodes(setup: &Setup, snapshot: &Snapshot, names: &Names) -> Vec<NodeFault> {
    let has_spares = |site: SiteId| setup.sites.get(site.index()).is_some_and(|site| site.spare_count > 0);
    let fault = |node: &crate::simulation::snapshot::NodeSnapshot| NodeFault {
        is_paused: node.is_paused,
        slowness: node.slowness,
        is_outside: node.replica.as_ref().filter(|_| has_spares(node.site)).map(|replica| replica.role == Role::Spare),
        node: node.node,
        name: names.node(node.node),
        is_up: node.replica.is_some(),
        can_lead: node.replica.as_ref().is_some_and(|replica| replica.role == Role::Follower),
        skew_ms: node.skew_ms,
    };
    snapshot.nodes.iter().map(fault).collect()
}

/// Every site.
#[must_use]
pub fn sites(snapshot: &Snapshot, names: &Names) -> Vec<SiteFault> {
    let fault = |site| SiteFault { site, name: names.site(site).to_owned(), is_cut_off: super::quiet::is_cut_off(site, snapshot, names) };
    names.sites().map(fault).collect()
}

/// Every link between sites, then every pair of nodes inside a site.
#[must_use]
pub fn links(setup: &Setup, snapshot: &Snapshot, names: &Names) -> Vec<LinkFault> {
    let between = setup.links.iter().map(|link| {
        let inside = |from: SiteId, to: SiteId| {
            move |one: &&crate::simulation::snapshot::LinkSnapshot| (names.site_of(one.from), names.site_of(one.to)) == (from, to)
        };
        let is_cut = |from, to| {
            let mut both = snapshot.links.iter().filter(inside(from, to)).peekable();
            both.peek().is_some() && both.all(|one| one.is_cut)
        };
        let wire = snapshot.links.iter().find(inside(link.a, link.b)).map_or(link.wire, |one| one.wire);
        let cuts = [is_cut(link.a, link.b), is_cut(link.b, link.a)];
        fault([End::Site(link.a), End::Site(link.b)], [names.site(link.a), names.site(link.b)], cuts, Some((link.a, link.b)), wire)
    });
    let pairs = snapshot.links.iter().filter(|one| one.from < one.to && names.site_of(one.from) == names.site_of(one.to));
    let within = pairs.map(|one| {
        let back = snapshot.links.iter().find(|other| (other.from, other.to) == (one.to, one.from));
        let (a, b) = (names.node(one.from), names.node(one.to));
        let cuts = [one.is_cut, back.is_some_and(|back| back.is_cut)];
        let site = names.site_of(one.from);
        // All links inside a site are tuned together.
        let sites = IS_WHOLE.then_some((site, site));
        fault([End::Node(one.from), End::Node(one.to)], [&a, &b], cuts, sites, one.wire)
    });
    between.chain(within).collect()
}

fn fault(ends: [End; 2], names: [&str; 2], cuts: [bool; 2], sites: Option<(SiteId, SiteId)>, wire: Wire) -> LinkFault {
    let direction = |from: usize, to: usize| Direction {
        from: ends[from],
        to: ends[to],
        name: format!("{} → {}", names[from], names[to]),
        is_cut: cuts[from],
    };
    let name = format!("{} – {}", names[0], names[1]);
    LinkFault { name, directions: [direction(0, 1), direction(1, 0)], sites, wire, words: latency_words(&wire.latency) }
}

/// The latency that a dial shows: the middle of the distribution, in microseconds.
#[must_use]
pub fn latency_us(wire: &Wire) -> u64 {
    match wire.latency {
        Latency::Constant { us } => us,
        Latency::Uniform { min_us, max_us } => (min_us + max_us) / 2,
        Latency::Exponential { base_us, .. } => base_us,
        Latency::Pareto { least_us, .. } => least_us,
    }
}

/// The same wire with its latency moved to `us`, its spread kept as far as it fits.
#[must_use]
pub fn with_latency(wire: Wire, us: u64) -> Wire {
    let us = us.min(crate::limits::MAX_LATENCY_US);
    let latency = match wire.latency {
        Latency::Constant { .. } => Latency::Constant { us },
        Latency::Uniform { min_us, max_us } => {
            let half = (max_us.saturating_sub(min_us) / 2).min(us).min(crate::limits::MAX_LATENCY_US - us);
            Latency::Uniform { min_us: us - half, max_us: us + half }
        }
        Latency::Exponential { mean_us, .. } => Latency::Exponential { base_us: us, mean_us },
        Latency::Pareto { shape_thousandths, .. } => Latency::Pareto { least_us: us.max(1), shape_thousandths },
    };
    Wire { latency, ..wire }
}

/// Whether messages on it can be lost: a stream sends them again instead, which only delays.
#[must_use]
pub const fn can_lose(wire: &Wire) -> bool {
    matches!(wire.kind, WireKind::Datagram)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::command::{Command, LinkCommand};
    use crate::view::example;

    #[test]
    fn every_fault_that_is_offered_is_a_valid_command() {
        let (setup, snapshot) = example::cluster();
        let names = Names::new(&setup);
        let links = links(&setup, &snapshot, &names);
        assert_eq!(links.len(), 4, "two between sites, two inside");
        for link in &links {
            for Direction { from, to, .. } in link.directions.clone() {
                Command::Link(LinkCommand::Cut { from, to }).check(&setup).expect("a valid cut");
            }
            if let Some((a, b)) = link.sites {
                for us in [0, 500, 250_000, 60_000_000] {
                    Command::Link(LinkCommand::Tune { a, b, wire: with_latency(link.wire, us) }).check(&setup).expect("a valid wire");
                }
            }
        }
        assert_eq!(latency_us(&with_latency(links[0].wire, 500)), 500);
    }
}
