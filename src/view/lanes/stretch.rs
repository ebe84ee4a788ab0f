//! What lasts on a lane: leaderships with their terms, and faults from their command to the one that ends them.

use super::index::Lasting;
use crate::replication::ids::{NodeId, SiteId};
use crate::replication::note::Note;
use crate::replication::time::SimTime;
use crate::replication::view::Role;
use crate::simulation::command::{Command, LinkCommand, NodeCommand};
use crate::simulation::snapshot::Snapshot;
use crate::view::names::Names;

/// What lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The node leads, in this term.
    Leads(u64),
    /// It is down.
    Down,
    /// It stands still.
    Paused,
    /// Its site is cut off from all others.
    Offline,
}

/// For how long, on whose lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Whose.
    pub node: NodeId,
    /// What.
    pub state: State,
    /// Since when.
    pub from: SimTime,
    /// Until when; `None`: still.
    pub to: Option<SimTime>,
}

impl Lasting for Stretch {
    fn from(&self) -> SimTime {
        self.from
    }
    fn to(&self) -> Option<SimTime> {
        self.to
    }
}

impl State {
    /// Its name, for styling and in words.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Leads(_) => "leads",
            Self::Down => "down",
            Self::Paused => "paused",
            Self::Offline => "offline",
        }
    }

    const fn is_like(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Leads(_), Self::Leads(_)) | (Self::Down, Self::Down) | (Self::Paused, Self::Paused) | (Self::Offline, Self::Offline)
        )
    }
}

/// All of them, in the order of their beginnings. As many as notes and commands tell of, which the journal bounds.
#[derive(Clone, Debug, Default)]
pub struct Stretches(Vec<Stretch>);

impl Stretches {
    /// Who leads when the run starts.
    #[must_use]
    pub fn starting(snapshot: &Snapshot) -> Self {
        let leading =
            |node: &&crate::simulation::snapshot::NodeSnapshot| node.replica.as_ref().is_some_and(|replica| replica.role == Role::Leader);
        let start = |node: &crate::simulation::snapshot::NodeSnapshot| {
            let term = node.replica.as_ref().map_or(0, |replica| replica.term.0);
            Stretch { node: node.node, state: State::Leads(term), from: SimTime::ZERO, to: None }
        };
        Self(snapshot.nodes.iter().filter(leading).map(start).collect())
    }

    /// Those that last at some moment from `from` to `to`.
    pub fn within(&self, from: SimTime, to: SimTime) -> impl Iterator<Item = &Stretch> + '_ {
        let begun = self.0.partition_point(|stretch| stretch.from <= to);
        self.0[..begun].iter().filter(move |stretch| stretch.to.is_none_or(|end| end >= from))
    }

    /// Takes in what a node noted.
    pub fn on_note(&mut self, at: SimTime, node: NodeId, note: &Note) {
        match note {
            Note::Promoted(term) => {
                self.end(at, node, State::Leads(0));
                self.begin(at, node, State::Leads(term.0));
            }
            Note::SteppedDown(..) => self.end(at, node, State::Leads(0)),
            _ => {}
        }
    }

    /// Takes in what was done to the cluster.
    pub fn on_command(&mut self, at: SimTime, command: &Command, names: &Names) {
        match command {
            Command::Node { node, fault } => self.on_fault(at, *node, *fault),
            Command::Link(LinkCommand::Disconnect(site)) => self.of_site(*site, names, |all, node| all.begin(at, node, State::Offline)),
            Command::Link(LinkCommand::Reconnect(site)) => self.of_site(*site, names, |all, node| all.end(at, node, State::Offline)),
            Command::Link(LinkCommand::HealAll) => names.nodes().for_each(|node| self.end(at, node, State::Offline)),
            Command::Link(_) | Command::Act { .. } | Command::Message { .. } | Command::Decide(_) => {}
        }
    }

    fn on_fault(&mut self, at: SimTime, node: NodeId, fault: NodeCommand) {
        match fault {
            NodeCommand::Crash => {
                self.end(at, node, State::Leads(0));
                self.end(at, node, State::Paused);
                self.begin(at, node, State::Down);
            }
            NodeCommand::Restart => self.end(at, node, State::Down),
            NodeCommand::Pause => self.begin(at, node, State::Paused),
            NodeCommand::Resume => self.end(at, node, State::Paused),
            NodeCommand::Skew { .. } | NodeCommand::Promote | NodeCommand::Slow { .. } | NodeCommand::Join | NodeCommand::Leave => {}
        }
    }

    fn of_site(&mut self, site: SiteId, names: &Names, mut change: impl FnMut(&mut Self, NodeId)) {
        names.nodes().filter(|node| names.site_of(*node) == site).for_each(|node| change(self, node));
    }

    fn open(&mut self, node: NodeId, state: State) -> Option<&mut Stretch> {
        self.0.iter_mut().rev().find(|one| one.node == node && one.state.is_like(state)).filter(|one| one.to.is_none())
    }

    fn begin(&mut self, at: SimTime, node: NodeId, state: State) {
        if self.open(node, state).is_none() {
            self.0.push(Stretch { node, state, from: at, to: None });
        }
    }

    fn end(&mut self, at: SimTime, node: NodeId, state: State) {
        if let Some(stretch) = self.open(node, state) {
            stretch.to = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::ids::Term;
    use crate::view::example;

    #[test]
    fn leaderships_and_faults_last_until_something_ends_them() {
        let (setup, snapshot) = example::cluster();
        let names = Names::new(&setup);
        let mut all = Stretches::starting(&snapshot);
        let at = SimTime::from_ms;
        let node = NodeId(0);
        let before = all.within(at(0), at(1)).count();
        assert!(before > 0, "somebody leads at the start");
        all.on_command(at(10), &Command::Node { node, fault: NodeCommand::Crash }, &names);
        all.on_command(at(20), &Command::Node { node, fault: NodeCommand::Restart }, &names);
        all.on_note(at(30), node, &Note::Promoted(Term(4)));
        all.on_command(at(40), &Command::Link(LinkCommand::Disconnect(SiteId(2))), &names);
        all.on_command(at(45), &Command::Link(LinkCommand::Disconnect(SiteId(2))), &names);
        let own = |from, to| all.within(at(from), at(to)).filter(|one| one.node == node).copied().collect::<Vec<_>>();
        assert_eq!(own(12, 15), [Stretch { node, state: State::Down, from: at(10), to: Some(at(20)) }]);
        assert_eq!(own(25, 29), []);
        assert_eq!(own(50, 60), [Stretch { node, state: State::Leads(4), from: at(30), to: None }]);
        let offline = all.within(at(50), at(60)).filter(|one| one.state == State::Offline).count();
        assert_eq!(offline, 1, "it is not cut off twice");
    }
}
