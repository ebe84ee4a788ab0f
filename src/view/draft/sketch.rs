//! A cluster that its strategy refuses, as it would stand there: sites, nodes and links, and nothing in them.

use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::replication::protocol::Promises;
use crate::replication::time::{SimDuration, SimTime};
use crate::replication::view::{ReplicaView, Role};
use crate::simulation::cluster::cluster_of;
use crate::simulation::setup::{Setup, Wire};
use crate::simulation::snapshot::{LinkSnapshot, NodeSnapshot, SessionSnapshot, Snapshot};

/// Draws a setup that was found sound but for its strategy.
pub(super) fn sketch(setup: &Setup) -> Snapshot {
    let cluster = cluster_of(setup);
    let places: Vec<(NodeId, SiteId)> = cluster.members.iter().map(|member| (member.node, member.site)).collect();
    let direction = |from: NodeId, to: NodeId, wire: Wire| LinkSnapshot { from, to, wire, is_cut: false };
    let mut links = Vec::new();
    for (from, from_site) in &places {
        for (to, to_site) in places.iter().filter(|(to, _)| to != from) {
            if let Some(wire) = wire(setup, *from_site, *to_site) {
                links.push(direction(*from, *to, wire));
            }
        }
    }
    let first = |site: SiteId| places.iter().find(|(_, other)| *other == site).map_or(NodeId(0), |(node, _)| *node);
    let session = |(index, session): (u16, &crate::simulation::setup::Session)| SessionSnapshot {
        session: SessionId(index),
        node: first(session.site),
        reads: session.reads,
        open_count: 0,
        seen: None,
        trouble: None,
    };
    Snapshot {
        now: SimTime::ZERO,
        event_count: 0,
        nodes: places.iter().map(|(node, site)| empty(*node, *site)).collect(),
        links,
        sessions: (0..).zip(&setup.sessions).map(session).collect(),
        promises: Promises::default(),
        in_flight_count: 0,
    }
}

/// How a message from one site to another would travel.
fn wire(setup: &Setup, from: SiteId, to: SiteId) -> Option<Wire> {
    if from == to {
        return Some(setup.inside);
    }
    let there = setup.links.iter().find(|link| (link.a, link.b) == (from, to)).map(|link| link.wire);
    let back = || setup.links.iter().find(|link| (link.b, link.a) == (from, to)).map(|link| link.back.unwrap_or(link.wire));
    there.or_else(back)
}

fn empty(node: NodeId, site: SiteId) -> NodeSnapshot {
    NodeSnapshot {
        node,
        site,
        replica: Some(ReplicaView::empty(Role::Replica)),
        skew_ms: 0,
        lag: None,
        held_count: 0,
        line_count: 0,
        busy: SimDuration::ZERO,
        is_paused: false,
        slowness: 1,
    }
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::simulation::registry;
    use crate::view::example;

    #[test]
    fn it_has_the_nodes_and_the_links_of_the_cluster_that_it_stands_for() {
        let mut setup = example::setup();
        setup.links[0].back = Some(Wire { loss_per_million: 5, ..setup.links[0].wire });
        let real = registry::build(&setup, 1).expect("it can be run").snapshot();
        let sketch = sketch(&setup);
        let nodes = |snapshot: &Snapshot| snapshot.nodes.iter().map(|node| (node.node, node.site)).collect::<Vec<_>>();
        let links = |snapshot: &Snapshot| {
            let mut links: Vec<_> = snapshot.links.iter().map(|link| (link.from, link.to, format!("{:?}", link.wire))).collect();
            links.sort();
            links
        };
        assert_eq!(nodes(&sketch), nodes(&real));
        assert_eq!(links(&sketch), links(&real));
        assert_eq!(sketch.sessions.len(), real.sessions.len());
    }
}
