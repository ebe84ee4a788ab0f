//! One part less: a recipe without a site, a node, a client, a workload, a line of the cart or some commands. Whatever names
//! something that is gone goes with it, and everything else keeps its name. Settings, links and wires stay: they are what the
//! finding is about.

use crate::recipe::Recipe;
use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::replication::setting::{Dials, Kind, Unit};
use crate::simulation::command::{Command, End, LinkCommand};
use crate::simulation::setup::{Setup, SiteKind, Workload};
use std::ops::Range;

/// What may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// A site with its nodes, its links and who stands at it.
    Site(usize),
    /// A node of a site that has others.
    Node(usize),
    /// A client with all that it was asked to do.
    Client(usize),
    /// What a client does by itself.
    Workload(usize),
    /// A line of the cart that every replica starts with.
    Line(usize),
    /// Commands that follow each other.
    Commands(Range<usize>),
}

impl Cut {
    /// Everything that may be left out alone: the large parts first, and commands from the last to the first, since what
    /// comes before them then stays as it was.
    pub(super) fn all(recipe: &Recipe) -> Vec<Self> {
        let setup = &recipe.setup;
        let backwards = |count: usize| (0..count).rev();
        let mut cuts: Vec<Self> = backwards(setup.sites.len()).map(Self::Site).collect();
        cuts.extend(backwards(setup.node_count()).map(Self::Node));
        cuts.extend(backwards(setup.sessions.len()).map(Self::Client));
        cuts.extend(backwards(recipe.commands.len()).map(|index| Self::Commands(index..index + 1)));
        cuts.extend(backwards(setup.sessions.len()).map(Self::Workload));
        cuts.extend(backwards(setup.cart.len()).map(Self::Line));
        cuts
    }

    /// The recipe without it. `None`: it cannot be left out, or is no part of its own.
    pub(super) fn apply(&self, recipe: &Recipe) -> Option<Recipe> {
        let mut recipe = recipe.clone();
        match self {
            Self::Site(index) => Places::of(&recipe.setup).without_site(*index)?.move_to(&mut recipe)?,
            Self::Node(index) => Places::of(&recipe.setup).without_node(&recipe.setup, *index)?.move_to(&mut recipe)?,
            Self::Client(index) => Places::of(&recipe.setup).without_client(*index)?.move_to(&mut recipe)?,
            Self::Workload(index) => {
                let workload = &mut recipe.setup.sessions.get_mut(*index)?.workload;
                if std::mem::replace(workload, Workload::Idle) == Workload::Idle {
                    return None;
                }
            }
            Self::Line(index) if *index < recipe.setup.cart.len() => drop(recipe.setup.cart.remove(*index)),
            Self::Commands(range) if !range.is_empty() && range.end <= recipe.commands.len() => drop(recipe.commands.drain(range.clone())),
            Self::Line(_) | Self::Commands(_) => return None,
        }
        Some(recipe)
    }
}

/// What stays, each by its old number: whether it does.
struct Places {
    sites: Vec<bool>,
    nodes: Vec<bool>,
    clients: Vec<bool>,
    site_of_node: Vec<usize>,
    site_of_client: Vec<usize>,
}

impl Places {
    fn of(setup: &Setup) -> Self {
        let nodes_of = |(index, site): (usize, &crate::simulation::setup::Site)| vec![index; usize::from(site.node_count)];
        let site_of_node: Vec<usize> = setup.sites.iter().enumerate().flat_map(nodes_of).collect();
        Self {
            sites: vec![true; setup.sites.len()],
            nodes: vec![true; site_of_node.len()],
            clients: vec![true; setup.sessions.len()],
            site_of_node,
            site_of_client: setup.sessions.iter().map(|session| session.site.index()).collect(),
        }
    }

    fn without_site(mut self, site: usize) -> Option<Self> {
        *self.sites.get_mut(site)? = false;
        self.nodes = self.site_of_node.iter().map(|at| *at != site).collect();
        self.clients = self.site_of_client.iter().map(|at| *at != site).collect();
        Some(self)
    }

    fn without_node(mut self, setup: &Setup, node: usize) -> Option<Self> {
        let site = setup.sites.get(*self.site_of_node.get(node)?)?;
        if site.node_count < 2 {
            return None;
        }
        self.nodes[node] = false;
        Some(self)
    }

    fn without_client(mut self, client: usize) -> Option<Self> {
        *self.clients.get_mut(client)? = false;
        Some(self)
    }

    fn move_to(&self, recipe: &mut Recipe) -> Option<()> {
        let was_linked = is_linked(&recipe.setup);
        self.move_sites(&mut recipe.setup)?;
        self.move_clients(&mut recipe.setup);
        // Who falls apart into islands disagrees for want of links, which is another finding.
        if recipe.setup.sites.is_empty() || (was_linked && !is_linked(&recipe.setup)) {
            return None;
        }
        let commands = std::mem::take(&mut recipe.commands);
        let moved = commands.into_iter().filter_map(|mut timed| {
            timed.command = self.command(timed.command)?;
            Some(timed)
        });
        recipe.commands = moved.collect();
        Some(())
    }

    fn move_sites(&self, setup: &mut Setup) -> Option<()> {
        for (index, site) in setup.sites.iter_mut().enumerate() {
            let stays: Vec<bool> =
                self.nodes.iter().zip(&self.site_of_node).filter(|(_, at)| **at == index).map(|(stays, _)| *stays).collect();
            let first_spare = stays.len() - usize::from(site.spare_count);
            let count = |stays: &[bool]| stays.iter().filter(|stays| **stays).count() as u16;
            (site.node_count, site.spare_count) = (count(&stays), count(&stays[first_spare..]));
            if self.sites[index] && site.node_count <= site.spare_count {
                return None;
            }
        }
        setup.links.retain(|link| self.sites[link.a.index()] && self.sites[link.b.index()]);
        for link in &mut setup.links {
            (link.a, link.b) = (self.site(link.a)?, self.site(link.b)?);
        }
        let mut index = 0;
        setup.sites.retain(|_| {
            index += 1;
            self.sites[index - 1]
        });
        self.move_dials(setup)
    }

    /// A setting that names a site which is gone would mean another one: then the site stays.
    fn move_dials(&self, setup: &mut Setup) -> Option<()> {
        let mut dials = Dials::default();
        for (setting, value) in setup.dials.iter() {
            let is_site = matches!(setting.kind, Kind::Number { unit: Unit::Site, .. });
            let value = match value.checked_sub(1) {
                Some(index) if is_site => u64::from(self.site(SiteId(u16::try_from(index).ok()?))?.0) + 1,
                _ => value,
            };
            dials.set(setting, value);
        }
        setup.dials = dials;
        Some(())
    }

    fn move_clients(&self, setup: &mut Setup) {
        let mut index = 0;
        setup.sessions.retain(|_| {
            index += 1;
            self.clients[index - 1]
        });
        for session in &mut setup.sessions {
            session.site = self.site(session.site).unwrap_or(session.site);
        }
    }

    fn site(&self, site: SiteId) -> Option<SiteId> {
        new_number(&self.sites, site.index()).map(SiteId)
    }

    fn node(&self, node: NodeId) -> Option<NodeId> {
        new_number(&self.nodes, node.index()).map(NodeId)
    }

    fn end(&self, end: End) -> Option<End> {
        match end {
            End::Node(node) => self.node(node).map(End::Node),
            End::Site(site) => self.site(site).map(End::Site),
        }
    }

    /// The command with the new names; `None`: what it is about is gone.
    fn command(&self, command: Command) -> Option<Command> {
        Some(match command {
            Command::Act { session, action } => Command::Act { session: SessionId(new_number(&self.clients, session.index())?), action },
            Command::Node { node, fault } => Command::Node { node: self.node(node)?, fault },
            Command::Link(link) => Command::Link(match link {
                LinkCommand::Cut { from, to } => LinkCommand::Cut { from: self.end(from)?, to: self.end(to)? },
                LinkCommand::Heal { from, to } => LinkCommand::Heal { from: self.end(from)?, to: self.end(to)? },
                LinkCommand::Disconnect(site) => LinkCommand::Disconnect(self.site(site)?),
                LinkCommand::Reconnect(site) => LinkCommand::Reconnect(self.site(site)?),
                LinkCommand::Partition(groups) => LinkCommand::Partition(self.groups(&groups)?),
                LinkCommand::HealAll => LinkCommand::HealAll,
                LinkCommand::Tune { a, b, wire } => LinkCommand::Tune { a: self.site(a)?, b: self.site(b)?, wire },
            }),
            Command::Message { .. } | Command::Decide(_) => command,
        })
    }

    fn groups(&self, groups: &[Vec<NodeId>]) -> Option<Vec<Vec<NodeId>>> {
        let moved = groups.iter().map(|group| group.iter().filter_map(|node| self.node(*node)).collect::<Vec<_>>());
        let groups: Vec<Vec<NodeId>> = moved.filter(|group| !group.is_empty()).collect();
        (groups.len() > 1).then_some(groups)
    }
}

/// The number of what stays, among all that stays.
fn new_number(stays: &[bool], index: usize) -> Option<u16> {
    if !*stays.get(index)? {
        return None;
    }
    u16::try_from(stays[..index].iter().filter(|stays| **stays).count()).ok()
}

/// Whether links lead from every site to every other, not by way of clients.
fn is_linked(setup: &Setup) -> bool {
    let mut reached = vec![false; setup.sites.len()];
    let mut open = vec![0];
    let is_client = |index: usize| setup.sites[index].kind == SiteKind::Client;
    if let Some(start) = (0..setup.sites.len()).find(|index| !is_client(*index)) {
        open = vec![start];
    }
    while let Some(index) = open.pop() {
        if index >= reached.len() || std::mem::replace(&mut reached[index], true) || is_client(index) {
            continue;
        }
        open.extend(setup.links.iter().filter(|link| link.a.index() == index).map(|link| link.b.index()));
        open.extend(setup.links.iter().filter(|link| link.b.index() == index).map(|link| link.a.index()));
    }
    reached.iter().all(|reached| *reached)
}
