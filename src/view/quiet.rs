//! When nothing more is going to happen by itself, signs of life aside.

use super::names::Names;
use crate::replication::ids::SiteId;
use crate::replication::protocol::MessageKind;
use crate::replication::view::ExchangePhase;
use crate::simulation::snapshot::{Flight, NodeSnapshot, Snapshot};

/// Whether all that could settle has: nothing is in flight, no request is open, every store has written, and
/// whatever can reach its peers has nothing pending. Sites behind a cut are excused from the last, and what a command holds
/// where it is does not count as in flight.
#[must_use]
pub fn is_quiet(snapshot: &Snapshot, flights: &[Flight], names: &Names) -> bool {
    flights.iter().all(|flight| flight.is_held || flight.kind == MessageKind::Heartbeat)
        && snapshot.sessions.iter().all(|session| session.open_count == 0)
        && snapshot.nodes.iter().all(|node| is_settled(node, snapshot, names))
}

/// Whether any link between this site and another one is cut, in either direction.
#[must_use]
pub fn has_cut(site: SiteId, snapshot: &Snapshot, names: &Names) -> bool {
    snapshot.links.iter().any(|link| {
        let (from, to) = (names.site_of(link.from), names.site_of(link.to));
        link.is_cut && from != to && (from == site || to == site)
    })
}

/// Whether nothing passes between this site and all others, in either direction.
#[must_use]
pub fn is_cut_off(site: SiteId, snapshot: &Snapshot, names: &Names) -> bool {
    let mut outside = snapshot.links.iter().filter(|link| {
        let (from, to) = (names.site_of(link.from), names.site_of(link.to));
        from != to && (from == site || to == site)
    });
    let mut any = false;
    outside.all(|link| {
        any = true;
        link.is_cut
    }) && any
}

fn is_settled(node: &NodeSnapshot, snapshot: &Snapshot, names: &Names) -> bool {
    if node.held_count > 0 {
        return false;
    }
    let Some(replica) = &node.replica else { return true };
    let is_behind = node.lag.is_some_and(|lag| lag.entry_count > 0) && !is_follower_apart(node, snapshot);
    let is_exchanging = replica.exchanges.iter().any(|exchange| exchange.phase != ExchangePhase::Equal);
    let is_waiting = !replica.pending.is_empty() || is_exchanging;
    !is_behind && (!is_waiting || has_trouble(node.site, snapshot, names))
}

/// A site behind a cut, or next to a site with a node down, cannot be expected to finish.
fn has_trouble(site: SiteId, snapshot: &Snapshot, names: &Names) -> bool {
    has_cut(site, snapshot, names) || snapshot.nodes.iter().any(|node| node.replica.is_none())
}

fn is_follower_apart(node: &NodeSnapshot, snapshot: &Snapshot) -> bool {
    let is_inside = |other| snapshot.nodes.iter().any(|one| one.node == other && one.site == node.site);
    let cut = snapshot
        .links
        .iter()
        .any(|link| link.is_cut && (link.from == node.node && is_inside(link.to) || link.to == node.node && is_inside(link.from)));
    cut || snapshot.nodes.iter().any(|one| one.site == node.site && one.replica.is_none())
}
