//! Whom a session asks: the map of sites and nodes as clients know it, and the rules of reading.

use super::latency::Delay;
use super::setup::{Latency, ReadRule, Setup, SiteKind};
use crate::replication::ids::NodeId;
use crate::replication::protocol::{Freshness, Token};
use crate::replication::random::Rng;
use crate::replication::time::{SimDuration, SimTime};

/// Sites, nodes and the ways between them, for clients.
#[derive(Clone, Debug)]
pub(super) struct Map {
    /// First node and number of nodes, by site.
    sites: Vec<(u16, u16)>,
    site_of: Vec<u16>,
    /// The nodes that hold data for everybody: not those of devices or clients.
    holders: Vec<NodeId>,
    /// One-way delay and its mean in microseconds, by pair of sites.
    roads: Vec<Option<(Delay, u64)>>,
}

/// What decides about a session's next read.
pub(super) struct Reader<'a> {
    pub(super) rule: ReadRule,
    pub(super) site: usize,
    /// Whom it writes to.
    pub(super) leader: NodeId,
    /// The follower that it keeps to.
    pub(super) pinned: &'a mut Option<NodeId>,
    pub(super) wrote_at: Option<SimTime>,
    pub(super) token: Token,
    pub(super) rng: &'a mut Rng,
}

impl Map {
    pub(super) fn new(setup: &Setup) -> Self {
        let mut sites = Vec::new();
        let mut site_of = Vec::new();
        let mut holders = Vec::new();
        for (index, site) in (0u16..).zip(&setup.sites) {
            let first = site_of.len() as u16;
            sites.push((first, site.node_count));
            site_of.extend(std::iter::repeat_n(index, usize::from(site.node_count)));
            if site.kind == SiteKind::Datacenter {
                holders.extend((first..first + site.node_count - site.spare_count).map(NodeId));
            }
        }
        let mut roads = vec![None; sites.len() * sites.len()];
        for link in &setup.links {
            let back = link.back.unwrap_or(link.wire);
            roads[link.a.index() * sites.len() + link.b.index()] = Some((Delay::from(link.wire.latency), mean_us(link.wire.latency)));
            roads[link.b.index() * sites.len() + link.a.index()] = Some((Delay::from(back.latency), mean_us(back.latency)));
        }
        Self { sites, site_of, holders, roads }
    }

    pub(super) const fn node_count(&self) -> usize {
        self.site_of.len()
    }

    /// First node and number of nodes of a site.
    pub(super) fn nodes_of(&self, site: usize) -> (u16, u16) {
        self.sites[site]
    }

    pub(super) fn site_of(&self, node: NodeId) -> usize {
        usize::from(self.site_of[node.index()])
    }

    /// One-way delay between two sites; `None` inside of one, or without a link.
    #[inline]
    pub(super) fn road(&self, from: usize, to: usize) -> Option<Delay> {
        if from == to { None } else { self.roads[from * self.sites.len() + to].map(|(delay, _)| delay) }
    }

    /// Where a read goes, and how fresh the answer must be.
    pub(super) fn choose(&self, reader: Reader<'_>, now: SimTime) -> (NodeId, Freshness) {
        let leader = reader.leader;
        match reader.rule {
            ReadRule::Home => (leader, Freshness::Any),
            ReadRule::Leader => (leader, Freshness::Leader),
            ReadRule::AnyFollower => (self.any_follower(leader, reader.rng), Freshness::Any),
            ReadRule::Nearest => (self.nearest(reader.site, leader), Freshness::Any),
            ReadRule::Sticky => {
                let node = reader.pinned.filter(|node| *node != leader).unwrap_or_else(|| self.any_follower(leader, reader.rng));
                *reader.pinned = Some(node);
                (node, Freshness::Any)
            }
            ReadRule::WithinLag { ms } => (self.any_follower(leader, reader.rng), Freshness::Within(SimDuration::from_ms(ms))),
            ReadRule::LeaderAfterWrite { window_ms } => {
                let is_recent = reader.wrote_at.is_some_and(|at| now.since(at) < SimDuration::from_ms(window_ms));
                if is_recent { (leader, Freshness::Leader) } else { (self.any_follower(leader, reader.rng), Freshness::Any) }
            }
            ReadRule::Token { .. } => (self.any_follower(leader, reader.rng), Freshness::AtLeast(reader.token)),
        }
    }

    /// A holder other than the leader, each equally likely; the leader when it is alone.
    fn any_follower(&self, leader: NodeId, rng: &mut Rng) -> NodeId {
        let others = self.holders.iter().filter(|node| **node != leader);
        match others.clone().count() as u32 {
            0 => leader,
            count => others.copied().nth(rng.below(count) as usize).unwrap_or(leader),
        }
    }

    /// The nearest holder; a follower rather than the leader among equals.
    fn nearest(&self, site: usize, leader: NodeId) -> NodeId {
        let distance = |node: NodeId| match self.site_of(node) {
            same if same == site => 0,
            other => self.roads[site * self.sites.len() + other].map_or(u64::MAX, |(_, mean)| mean),
        };
        self.holders.iter().copied().min_by_key(|node| (distance(*node), *node == leader, *node)).unwrap_or(leader)
    }

    /// The holder after this one, going around.
    pub(super) fn next_holder(&self, node: NodeId) -> Option<NodeId> {
        self.after(node).next().filter(|next| *next != node)
    }

    /// The holder after this one, going around, that is not the leader and that is wanted.
    pub(super) fn follower_after(&self, node: NodeId, leader: NodeId, is_wanted: impl Fn(NodeId) -> bool) -> Option<NodeId> {
        self.after(node).find(|next| *next != leader && is_wanted(*next))
    }

    /// All holders, from the one after this on.
    fn after(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let place = self.holders.iter().position(|holder| *holder == node).map_or(0, |place| place + 1);
        let (before, from) = self.holders.split_at(place);
        from.iter().chain(before).copied()
    }

    /// A node is to hold data for everybody from now on, or not any more.
    pub(super) fn set_holder(&mut self, node: NodeId, is_one: bool) {
        match self.holders.binary_search(&node) {
            Err(place) if is_one => self.holders.insert(place, node),
            Ok(place) if !is_one => {
                self.holders.remove(place);
            }
            Ok(_) | Err(_) => {}
        }
    }
}

/// The mean of a distribution, in microseconds; of a tail without a mean, twice its least.
const fn mean_us(latency: Latency) -> u64 {
    match latency {
        Latency::Constant { us } => us,
        Latency::Uniform { min_us, max_us } => min_us.midpoint(max_us),
        Latency::Exponential { base_us, mean_us } => base_us + mean_us,
        Latency::Pareto { least_us, .. } => least_us * 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(nodes: u16) -> Map {
        Map { sites: vec![(0, nodes)], site_of: vec![0; usize::from(nodes)], holders: (0..nodes).map(NodeId).collect(), roads: vec![None] }
    }

    #[test]
    fn followers_come_before_the_leader_and_each_once() {
        let map = map(4);
        let mut asked = vec![NodeId(3)];
        while let Some(next) = map.follower_after(asked[asked.len() - 1], NodeId(0), |node| !asked.contains(&node)) {
            asked.push(next);
        }
        assert_eq!(asked, [3, 1, 2].map(NodeId));
        assert_eq!(map.next_holder(NodeId(3)), Some(NodeId(0)));
    }

    #[test]
    fn a_node_that_joins_is_asked_and_one_that_leaves_is_not() {
        let mut map = map(2);
        map.set_holder(NodeId(2), true);
        map.set_holder(NodeId(2), true);
        assert_eq!(map.holders, [0, 1, 2].map(NodeId));
        map.set_holder(NodeId(1), false);
        map.set_holder(NodeId(1), false);
        assert_eq!(map.holders, [0, 2].map(NodeId));
        assert_eq!(map.next_holder(NodeId(1)), Some(NodeId(0)), "one that is gone stands nowhere");
    }
}
