//! The lanes of a cluster: for each site its clients, then its nodes.

use crate::replication::ids::{NodeId, SessionId};
use crate::simulation::setup::Setup;
use crate::view::names::Names;

/// Whose lane it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Process {
    /// A node.
    Node(NodeId),
    /// A client.
    Session(SessionId),
}

/// A lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Whose.
    pub process: Process,
    /// What it is called.
    pub name: String,
    /// Whether it is of a device, or of the person who carries it.
    pub is_device: bool,
}

/// All lanes, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    lanes: Vec<Lane>,
    nodes: Vec<usize>,
    sessions: Vec<usize>,
}

impl Lanes {
    /// The lanes of a setup.
    #[must_use]
    pub fn new(setup: &Setup, names: &Names) -> Self {
        let mut all = Self { lanes: Vec::new(), nodes: vec![0; setup.node_count()], sessions: vec![0; setup.sessions.len()] };
        for site in names.sites() {
            let is_device = names.is_device(site);
            for (index, session) in (0..).zip(&setup.sessions).filter(|(_, session)| session.site == site) {
                all.sessions[usize::from(index)] = all.lanes.len();
                let name = format!("{} · client", session.author.0);
                all.lanes.push(Lane { process: Process::Session(SessionId(index)), name, is_device });
            }
            for node in names.nodes().filter(|node| names.site_of(*node) == site) {
                all.nodes[node.index()] = all.lanes.len();
                all.lanes.push(Lane { process: Process::Node(node), name: names.node(node), is_device });
            }
        }
        all
    }

    /// From top to bottom.
    pub fn iter(&self) -> impl Iterator<Item = &Lane> + '_ {
        self.lanes.iter()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// The lane at this place, counted from the top.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&Lane> {
        self.lanes.get(place)
    }

    /// Where a lane stands, counted from the top.
    #[must_use]
    pub fn place(&self, process: Process) -> Option<usize> {
        match process {
            Process::Node(node) => self.nodes.get(node.index()).copied(),
            Process::Session(session) => self.sessions.get(session.index()).copied(),
        }
    }
}
