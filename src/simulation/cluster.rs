//! The map of the cluster that every node is given, derived from the setup.

use super::setup::{Setup, SiteKind};
use crate::replication::ids::{NodeId, SiteId};
use crate::replication::protocol::{Cluster, Member};

/// Nodes are numbered site by site; the first of a site leads first. Linked sites exchange with each other, but a
/// client's site with none.
#[must_use]
pub fn cluster_of(setup: &Setup) -> Cluster {
    let mut members = Vec::with_capacity(setup.node_count());
    for (site, described) in (0u16..).zip(&setup.sites) {
        for position in 0..described.node_count {
            let is_device = described.kind == SiteKind::Device;
            members.push(Member { node: NodeId(members.len() as u16), site: SiteId(site), is_device, leads_first: position == 0 });
        }
    }
    let is_client = |site: SiteId| setup.sites[site.index()].kind == SiteKind::Client;
    let exchanges = setup.links.iter().filter(|link| !is_client(link.a) && !is_client(link.b)).map(|link| (link.a, link.b)).collect();
    Cluster { members, exchanges }
}

/// The nodes at sites of this kind, in order.
#[must_use]
pub fn nodes_at(setup: &Setup, kind: SiteKind) -> Vec<NodeId> {
    let kinds = setup.sites.iter().flat_map(|site| std::iter::repeat_n(site.kind, usize::from(site.node_count)));
    (0u16..).zip(kinds).filter(|(_, found)| *found == kind).map(|(node, _)| NodeId(node)).collect()
}
