//! Two leaders at once: which nodes may not lead together follows from how the run starts. A promotion counts once it is
//! durable and told: nothing of it leaves the node before.

use crate::replication::ids::{NodeId, SiteId};
use crate::replication::note::Note;
use crate::replication::view::Role;
use crate::session::Session;
use crate::simulation::journal::{Entry, Happening};
use crate::simulation::registry;
use crate::simulation::snapshot::Snapshot;
use std::collections::BTreeSet;

/// Which nodes form one group, and which pairs of leaders are known.
pub(super) struct Groups {
    span: Span,
    known: BTreeSet<[NodeId; 2]>,
}

/// How far one leader's reign goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    /// Over the whole cluster.
    Cluster,
    /// Over its site: several sites had one at the start.
    Site,
    /// Over itself: a site had several at the start.
    Node,
}

impl Groups {
    /// As the run starts, with what it shows now.
    pub(super) fn of(session: &Session) -> Self {
        let start = registry::build(session.setup(), session.seed()).map(|engine| engine.snapshot());
        let span = start.map_or(Span::Node, |start| span(&start));
        Self { span, known: pairs(&session.snapshot(), span) }
    }

    /// Two nodes that lead the same group, and did not at the last look.
    pub(super) fn look(&mut self, entries: &[Entry], session: &Session) -> Option<[NodeId; 2]> {
        let may_change = |entry: &Entry| match &entry.happening {
            Happening::Commanded(_) => true,
            Happening::Noted(_, note) => matches!(**note, Note::Promoted(_) | Note::SteppedDown(..)),
            _ => false,
        };
        if self.span == Span::Node || !entries.iter().any(may_change) {
            return None;
        }
        let now = pairs(&session.snapshot(), self.span);
        let fresh = now.difference(&self.known).next().copied();
        self.known = now;
        fresh
    }
}

fn span(start: &Snapshot) -> Span {
    let mut sites: Vec<SiteId> = leaders(start).map(|(_, site)| site).collect();
    let count = sites.len();
    sites.dedup();
    match () {
        () if sites.len() < count => Span::Node,
        () if count > 1 => Span::Site,
        () => Span::Cluster,
    }
}

/// Pairs of nodes that lead one group and run.
fn pairs(snapshot: &Snapshot, span: Span) -> BTreeSet<[NodeId; 2]> {
    let leaders: Vec<(NodeId, SiteId)> = leaders(snapshot).collect();
    let mut pairs = BTreeSet::new();
    for (index, (one, site)) in leaders.iter().enumerate() {
        let others = leaders[index + 1..].iter().filter(|(_, other)| span == Span::Cluster || (span == Span::Site && other == site));
        pairs.extend(others.map(|(other, _)| [*one, *other]));
    }
    pairs
}

fn leaders(snapshot: &Snapshot) -> impl Iterator<Item = (NodeId, SiteId)> + '_ {
    let running = snapshot.nodes.iter().filter(|node| !node.is_paused);
    let leads = |node: &&crate::simulation::snapshot::NodeSnapshot| node.replica.as_ref().is_some_and(|one| one.role == Role::Leader);
    running.filter(leads).map(|node| (node.node, node.site))
}
