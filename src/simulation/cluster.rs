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
            members.push(Member {
                node: NodeId(members.len() as u16),
                site: SiteId(site),
                is_device: described.kind == SiteKind::Device,
                is_client: described.kind == SiteKind::Client,
                is_spare: position >= described.node_count - described.spare_count,
                leads_first: position == 0,
            });
        }
    }
    let is_client = |site: SiteId| setup.sites[site.index()].kind == SiteKind::Client;
    let exchanges = setup.links.iter().filter(|link| !is_client(link.a) && !is_client(link.b)).map(|link| (link.a, link.b)).collect();
    Cluster { members, exchanges }
}
