//! What the tests of the single leader share: small clusters, and a run that commands can be thrown at.

pub(crate) mod linear;
pub(crate) mod schedule;

use replicascope::replication::causality::Dot;
use replicascope::replication::delta::{Key, Mode, Value};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::protocol::{Refusal, Reply};
use replicascope::replication::setting::Dials;
use replicascope::replication::time::SimTime;
use replicascope::replication::view::{Content, ReplicaView, Role};
use replicascope::simulation::command::{Action, Command, LinkCommand, NodeCommand};
use replicascope::simulation::dials::parse;
use replicascope::simulation::engine::Engine;
use replicascope::simulation::history::OperationRecord;
use replicascope::simulation::registry;
use replicascope::simulation::setup::{Latency, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};

/// Settings by their names in recipes.
pub(crate) fn dials(pairs: &[(&str, &str)]) -> Dials {
    let mut dials = Dials::default();
    for (key, text) in pairs {
        let setting = registry::setting(key).unwrap_or_else(|| panic!("no setting {key}"));
        dials.set(setting, parse(setting, text).unwrap_or_else(|problem| panic!("{key}: {problem}")));
    }
    dials
}

/// One datacenter of `nodes`, the last `spares` of them outside, a millisecond from node to node, with idle clients
/// half a millisecond away.
pub(crate) fn group(nodes: u16, spares: u16, clients: &[ReadRule], dials: Dials) -> Setup {
    let session = |(index, reads): (usize, &ReadRule)| Session {
        author: format!("client{index}").as_str().into(),
        site: SiteId(0),
        access: Some(Latency::Constant { us: 500 }),
        workload: Workload::Idle,
        reads: *reads,
    };
    Setup {
        strategy: "single-leader".to_owned(),
        sites: vec![Site { name: "dc".into(), kind: SiteKind::Datacenter, node_count: nodes, spare_count: spares }],
        links: Vec::new(),
        inside: Wire { kind: WireKind::Stream, latency: Latency::Constant { us: 1_000 }, loss_per_million: 0, duplicate_per_million: 0 },
        sessions: clients.iter().enumerate().map(session).collect(),
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials,
    }
}

/// A cluster under way.
pub(crate) struct Run {
    pub(crate) engine: Box<dyn Engine>,
    setup: Setup,
}

impl Run {
    pub(crate) fn new(setup: Setup, seed: u64) -> Self {
        setup.check().expect("a sound setup");
        Self { engine: registry::build(&setup, seed).expect("a sound setup"), setup }
    }

    pub(crate) fn until(&mut self, ms: u64) {
        let time = SimTime::from_ms(ms);
        while self.engine.next_event_at().is_some_and(|at| at <= time) {
            self.engine.step();
        }
        self.engine.rest_until(time);
    }

    pub(crate) fn more(&mut self, ms: u64) {
        self.until(self.engine.now().0 / 1_000_000 + ms);
    }

    pub(crate) fn apply(&mut self, command: &Command) {
        command.check(&self.setup).expect("a sound command");
        self.engine.apply(command);
    }

    pub(crate) fn order(&mut self, node: u16, fault: NodeCommand) {
        self.apply(&Command::Node { node: NodeId(node), fault });
    }

    pub(crate) fn partition(&mut self, groups: &[&[u16]]) {
        let groups = groups.iter().map(|group| group.iter().copied().map(NodeId).collect()).collect();
        self.apply(&Command::Link(LinkCommand::Partition(groups)));
    }

    pub(crate) fn heal(&mut self) {
        self.apply(&Command::Link(LinkCommand::HealAll));
    }

    pub(crate) fn act(&mut self, session: u16, action: Action) {
        self.apply(&Command::Act { session: SessionId(session), action });
    }

    pub(crate) fn put(&mut self, session: u16, key: &str, value: i64) {
        self.act(session, Action::Put { key: key.into(), value: Value::Number(value) });
    }

    pub(crate) fn get(&mut self, session: u16, key: &str) {
        self.act(session, Action::Get { key: key.into() });
    }

    /// The last operation that a session began.
    pub(crate) fn last(&self, session: u16) -> OperationRecord {
        self.engine.history().iter().filter(|record| record.session == SessionId(session)).last().expect("one was begun").clone()
    }

    /// What the last read of a session returned.
    pub(crate) fn read(&self, session: u16) -> Result<Option<i64>, Option<Refusal>> {
        match self.last(session).closed {
            Some((_, Reply::Value { value: Some(Value::Number(number)), .. })) => Ok(Some(number)),
            Some((_, Reply::Value { .. })) => Ok(None),
            Some((_, Reply::Refused(refusal))) => Err(Some(refusal)),
            _ => Err(None),
        }
    }

    /// The name of the last write of a session, if it was acknowledged.
    pub(crate) fn written(&self, session: u16) -> Option<Dot> {
        if let Some((_, Reply::Written { dot, .. })) = self.last(session).closed { dot } else { None }
    }

    /// How long the last operation took, in microseconds.
    pub(crate) fn latency_us(&self, session: u16) -> Option<u64> {
        let record = self.last(session);
        record.closed.map(|(at, _)| at.since(record.invoked_at).0 / 1_000)
    }

    pub(crate) fn view(&self, node: u16) -> ReplicaView {
        self.engine.snapshot().nodes[usize::from(node)].replica.clone().expect("the node is up")
    }

    pub(crate) fn value(&self, node: u16, key: &str) -> Option<i64> {
        match self.view(node).records.get(&Key::from(key))?.content {
            Content::Plain(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn leaders(&self) -> Vec<u16> {
        let snapshot = self.engine.snapshot();
        let leads = |replica: &Option<ReplicaView>| replica.as_ref().is_some_and(|view| view.role == Role::Leader);
        snapshot.nodes.iter().filter(|node| leads(&node.replica)).map(|node| node.node.0).collect()
    }

    /// Whether a node told this (by its stable name).
    pub(crate) fn told(&self, name: &str) -> usize {
        use replicascope::replication::note::Note;
        use replicascope::simulation::journal::Happening;
        let is_it = |happening: &Happening| matches!(happening, Happening::Noted(_, note) if matches!(&**note, Note::Told(told, _) if *told == name));
        self.engine.journal().iter().filter(|entry| is_it(&entry.happening)).count()
    }
}
