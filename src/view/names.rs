//! What nodes, sites and sessions are called on the screen.

use crate::replication::ids::{NodeId, SessionId, SiteId};
use crate::simulation::setup::{Setup, SiteKind};
use std::sync::Arc;

/// Names of everything in one setup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    sites: Vec<(Arc<str>, SiteKind, u16)>,
    nodes: Vec<(SiteId, u16)>,
    sessions: Vec<(Arc<str>, SiteId)>,
}

impl Names {
    /// The names in `setup`.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let sites = setup.sites.iter().map(|site| (site.name.clone(), site.kind, site.node_count)).collect();
        let nodes = setup.sites.iter().zip(0..).flat_map(|(site, index)| (0..site.node_count).map(move |number| (SiteId(index), number)));
        let sessions = setup.sessions.iter().map(|session| (session.author.0.clone(), session.site)).collect();
        Self { sites, nodes: nodes.collect(), sessions }
    }

    /// A node: the site's name, numbered where the site has several.
    #[must_use]
    pub fn node(&self, node: NodeId) -> String {
        let Some((site, number)) = self.nodes.get(node.index()) else { return node.to_string() };
        match self.sites.get(site.index()) {
            Some((name, _, 1)) => name.to_string(),
            Some((name, ..)) => format!("{name} {}", number + 1),
            None => node.to_string(),
        }
    }

    /// A text in which strategies name nodes by their numbers ("n2"), with the names that people know.
    #[must_use]
    pub fn in_words(&self, text: &str) -> String {
        let bare = |word: &str| word.trim_end_matches([',', ':', ';', '.']).len();
        let node = |word: &str| {
            let node = word.strip_prefix('n').and_then(|number| number.parse().ok()).map(NodeId);
            node.filter(|node| node.index() < self.nodes.len())
        };
        let named = |word: &str| {
            let (word, rest) = word.split_at(bare(word));
            node(word).map_or_else(|| format!("{word}{rest}"), |node| format!("{}{rest}", self.node(node)))
        };
        // Names have spaces in them.
        let is_list = text.split(' ').all(|word| node(word).is_some());
        text.split(' ').map(named).collect::<Vec<_>>().join(if is_list { ", " } else { " " })
    }

    /// A site.
    #[must_use]
    pub fn site(&self, site: SiteId) -> &str {
        self.sites.get(site.index()).map_or("?", |(name, ..)| name)
    }

    /// Where a node stands.
    #[must_use]
    pub fn site_of(&self, node: NodeId) -> SiteId {
        self.nodes.get(node.index()).map_or(SiteId(u16::MAX), |(site, _)| *site)
    }

    /// Whether a site is carried by a person.
    #[must_use]
    pub fn is_device(&self, site: SiteId) -> bool {
        self.sites.get(site.index()).is_some_and(|(_, kind, _)| *kind == SiteKind::Device)
    }

    /// What a site is, in a word.
    #[must_use]
    pub fn kind(&self, site: SiteId) -> &'static str {
        match self.sites.get(site.index()) {
            Some((_, SiteKind::Client, _)) => "client",
            Some((_, SiteKind::Device, _)) => "device",
            Some((_, SiteKind::Datacenter, _)) | None => "datacenter",
        }
    }

    /// Every node of the setup.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        (0..).zip(&self.nodes).map(|(index, _)| NodeId(index))
    }

    /// Every site of the setup.
    pub fn sites(&self) -> impl Iterator<Item = SiteId> + '_ {
        (0..).zip(&self.sites).map(|(index, _)| SiteId(index))
    }

    /// A session: its device, or the site and the person.
    #[must_use]
    pub fn session(&self, session: SessionId) -> String {
        let Some((author, site)) = self.sessions.get(session.index()) else { return format!("session {}", session.0) };
        if self.is_device(*site) { self.site(*site).to_owned() } else { format!("{} · {author}", self.site(*site)) }
    }

    /// Who acts in a session.
    #[must_use]
    pub fn author(&self, session: SessionId) -> &str {
        self.sessions.get(session.index()).map_or("?", |(author, _)| author)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::example;

    #[test]
    fn numbers_of_nodes_become_names() {
        let names = Names::new(&example::cluster().0);
        assert_eq!(names.in_words("3 for n1, 2 for n4"), "3 for Oregon 2, 2 for Your phone");
        assert_eq!(names.in_words("n9 now n nn1"), "n9 now n nn1");
        assert_eq!(names.in_words("n1 n4"), "Oregon 2, Your phone");
    }
}
