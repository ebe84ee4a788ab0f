//! The table of links between nodes: who reaches whom, what is cut, who is up. Carries no messages itself and
//! knows no protocol: it says when a message arrives, or why it does not.

use super::command::End;
use super::journal::DropReason;
use super::link::{Direction, Passage};
use super::setup::{Setup, Wire};
use crate::replication::ids::{NodeId, SiteId};
use crate::replication::time::SimTime;
use std::collections::BTreeSet;

/// No link leads there.
const NO_ROUTE: u16 = u16::MAX;

/// The two ways of a client's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// From the client's site to the node.
    ToNode,
    /// Back.
    ToClient,
}

/// Two nodes joined by a stream, the lower number first.
pub(super) type Pair = (NodeId, NodeId);

/// All links, by ordered pair of nodes.
#[derive(Clone, Debug)]
pub(super) struct Network {
    sites: Vec<SiteId>,
    table: Vec<u16>,
    directions: Vec<Direction>,
    /// How many of them are cut.
    cut_count: usize,
    /// One bit per node that is down.
    down: u64,
    /// Streams whose ends were told that they broke, and not yet that they are whole again.
    apart: BTreeSet<Pair>,
}

impl Network {
    /// The network of a checked setup.
    pub(super) fn new(setup: &Setup, seed: u64) -> Self {
        let sites: Vec<SiteId> =
            (0u16..).zip(&setup.sites).flat_map(|(index, site)| std::iter::repeat_n(SiteId(index), usize::from(site.node_count))).collect();
        let mut network = Self {
            table: vec![NO_ROUTE; sites.len() * sites.len()],
            sites,
            directions: Vec::new(),
            cut_count: 0,
            down: 0,
            apart: BTreeSet::new(),
        };
        for from in network.nodes() {
            for to in network.nodes() {
                if let Some(wire) = network.wire_between(setup, from, to) {
                    let cell = network.cell(from, to);
                    network.table[cell] = network.directions.len() as u16;
                    network.directions.push(Direction::new(seed, from, to, wire));
                }
            }
        }
        network
    }

    fn wire_between(&self, setup: &Setup, from: NodeId, to: NodeId) -> Option<Wire> {
        let (a, b) = (self.site_of(from), self.site_of(to));
        if a == b {
            return (from != to).then_some(setup.inside);
        }
        let link = setup.links.iter().find(|link| (link.a, link.b) == (a, b) || (link.b, link.a) == (a, b))?;
        Some(if link.a == a { link.wire } else { link.back.unwrap_or(link.wire) })
    }

    fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.sites.len() as u16).map(NodeId)
    }

    const fn cell(&self, from: NodeId, to: NodeId) -> usize {
        from.index() * self.sites.len() + to.index()
    }

    pub(super) fn site_of(&self, node: NodeId) -> SiteId {
        self.sites[node.index()]
    }

    /// Every link direction.
    pub(super) fn directions(&self) -> &[Direction] {
        &self.directions
    }

    #[inline]
    fn direction(&self, from: NodeId, to: NodeId) -> Option<&Direction> {
        self.directions.get(usize::from(*self.table.get(self.cell(from, to))?))
    }

    #[cfg_attr(not(feature = "ui"), inline(always))]
    fn direction_mut(&mut self, from: NodeId, to: NodeId) -> Option<&mut Direction> {
        let cell = self.cell(from, to);
        self.directions.get_mut(usize::from(*self.table.get(cell)?))
    }

    /// A message enters the network.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn pass(&mut self, from: NodeId, to: NodeId, now: SimTime) -> Result<Passage, DropReason> {
        let (down, has_cuts) = (self.down, self.cut_count > 0);
        let direction = self.direction_mut(from, to).ok_or(DropReason::NoRoute)?;
        if has_cuts && direction.is_cut {
            return Err(DropReason::Cut);
        }
        if down != 0 && down & bit(to) != 0 && direction.is_stream() {
            return Err(DropReason::Down);
        }
        direction.pass(now).ok_or(DropReason::Loss)
    }

    /// Marks a node as up or down.
    pub(super) const fn set_up(&mut self, node: NodeId, is_up: bool) {
        if is_up {
            self.down &= !bit(node);
        } else {
            self.down |= bit(node);
        }
    }

    pub(super) const fn is_up(&self, node: NodeId) -> bool {
        self.down & bit(node) == 0
    }

    /// Whether a direction exists and lets nothing through.
    fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.direction(from, to).is_some_and(|direction| direction.is_cut)
    }

    /// Whether the link leads from one to the other as a stream.
    pub(super) fn is_stream(&self, from: NodeId, to: NodeId) -> bool {
        self.direction(from, to).is_some_and(Direction::is_stream)
    }

    /// Whether a stream is broken so that its ends notice: nothing passes either way, or an end is down.
    fn is_broken(&self, pair: Pair) -> bool {
        !self.is_up(pair.0) || !self.is_up(pair.1) || (self.is_cut(pair.0, pair.1) && self.is_cut(pair.1, pair.0))
    }

    /// Whether a stream works in both directions.
    pub(super) fn is_whole(&self, pair: Pair) -> bool {
        self.is_up(pair.0) && self.is_up(pair.1) && !self.is_cut(pair.0, pair.1) && !self.is_cut(pair.1, pair.0)
    }

    /// Cuts or heals a direction; says whether that changed anything.
    pub(super) fn set_cut(&mut self, from: NodeId, to: NodeId, is_cut: bool) -> bool {
        let Some(direction) = self.direction_mut(from, to) else { return false };
        if direction.is_cut == is_cut {
            return false;
        }
        direction.is_cut = is_cut;
        self.cut_count = if is_cut { self.cut_count + 1 } else { self.cut_count - 1 };
        true
    }

    /// Those of `pairs` that are broken and whose ends do not know it yet; now they do.
    pub(super) fn break_streams(&mut self, mut pairs: Vec<Pair>) -> Vec<Pair> {
        pairs.retain(|pair| self.is_broken(*pair) && self.apart.insert(*pair));
        pairs
    }

    /// A new stream begins between the two.
    pub(super) fn renew(&mut self, pair: Pair) {
        self.apart.remove(&pair);
        for (from, to) in [pair, (pair.1, pair.0)] {
            if let Some(direction) = self.direction_mut(from, to) {
                direction.renew();
            }
        }
    }

    /// Nothing that enters a stream from now on arrives before `time`.
    pub(super) fn not_before(&mut self, from: NodeId, to: NodeId, time: SimTime) {
        if let Some(direction) = self.direction_mut(from, to) {
            direction.not_before(time);
        }
    }

    /// The link between two sites behaves like this from now on.
    pub(super) fn tune(&mut self, a: SiteId, b: SiteId, wire: Wire) {
        let sites = &self.sites;
        for direction in &mut self.directions {
            let ends = (sites[direction.from.index()], sites[direction.to.index()]);
            if ends == (a, b) || ends == (b, a) {
                direction.tune(wire);
            }
        }
    }

    /// Whether a client at `site` cannot reach a node of another site: there is no link, or all ways there are cut.
    pub(super) fn is_unreachable(&self, site: SiteId, node: NodeId, way: Way) -> bool {
        if self.site_of(node) == site {
            return false;
        }
        let ends = |direction: &&Direction| match way {
            Way::ToNode => self.site_of(direction.from) == site && direction.to == node,
            Way::ToClient => direction.from == node && self.site_of(direction.to) == site,
        };
        self.directions.iter().filter(ends).all(|direction| direction.is_cut)
    }

    /// The nodes at one end.
    fn has_end(&self, node: NodeId, end: End) -> bool {
        match end {
            End::Node(named) => named == node,
            End::Site(site) => self.site_of(node) == site,
        }
    }

    /// The directions that lead from one end to the other.
    pub(super) fn routes(&self, from: End, to: End) -> Vec<Pair> {
        self.routes_where(|a, b| self.has_end(a, from) && self.has_end(b, to))
    }

    /// The directions between a site and all others, both ways.
    pub(super) fn routes_around(&self, site: SiteId) -> Vec<Pair> {
        self.routes_where(|from, to| (self.site_of(from) == site) != (self.site_of(to) == site))
    }

    /// Every direction for which `is_wanted` says so, as (from, to).
    pub(super) fn routes_where(&self, is_wanted: impl Fn(NodeId, NodeId) -> bool) -> Vec<Pair> {
        self.directions.iter().map(|direction| (direction.from, direction.to)).filter(|(from, to)| is_wanted(*from, *to)).collect()
    }

    /// The nodes joined to `node` by a stream, in order.
    pub(super) fn stream_peers(&self, node: NodeId) -> Vec<NodeId> {
        self.nodes().filter(|peer| self.is_stream(node, *peer)).collect()
    }
}

/// Puts the lower number first.
pub(super) const fn pair(a: NodeId, b: NodeId) -> Pair {
    if a.0 <= b.0 { (a, b) } else { (b, a) }
}

const fn bit(node: NodeId) -> u64 {
    1 << node.0
}
