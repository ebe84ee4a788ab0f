//! Clusters of leaders, and what to read from their runs.

mod delivery;
mod homes;
mod schedule;
mod schedules;
mod topology;
mod tracker;

use replicascope::replication::delta::{Key, Mode, Value};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::note::Note;
use replicascope::replication::protocol::{Refusal, Reply};
use replicascope::replication::setting::{Dials, Setting};
use replicascope::replication::time::SimTime;
use replicascope::replication::view::{Content, Decided, ReplicaView};
use replicascope::simulation::command::{Action, Command, NodeCommand};
use replicascope::simulation::engine::Engine;
use replicascope::simulation::journal::{Happening, Trace};
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use replicascope::simulation::{Options, dials, registry};
use std::collections::BTreeMap;

/// The place of a name in a choice.
fn choice(setting: &Setting, name: &str) -> u64 {
    dials::parse(setting, name).unwrap()
}

fn stream_ms(ms: u64) -> Wire {
    Wire { kind: WireKind::Stream, latency: Latency::Constant { us: ms * 1_000 }, loss_per_million: 0, duplicate_per_million: 0 }
}

fn link(a: u16, b: u16, ms: u64) -> Link {
    Link { a: SiteId(a), b: SiteId(b), wire: stream_ms(ms), back: None }
}

fn ring(count: u16, ms: u64) -> Vec<Link> {
    (0..count).map(|site| link(site, (site + 1) % count, ms)).filter(|link| count > 2 || link.a.0 == 0).collect()
}

fn star(count: u16, ms: u64) -> Vec<Link> {
    (1..count).map(|site| link(0, site, ms)).collect()
}

fn mesh(count: u16, ms: u64) -> Vec<Link> {
    (0..count).flat_map(|a| (a + 1..count).map(move |b| link(a, b, ms))).collect()
}

/// One leader and one person a site; stores take no time.
fn setup(count: u16, links: Vec<Link>, dials: Dials) -> Setup {
    let site = |index: u16| Site { name: format!("site {index}").into(), kind: SiteKind::Datacenter, node_count: 1, spare_count: 0 };
    let session = |index: u16| Session {
        author: format!("person {index}").as_str().into(),
        site: SiteId(index),
        access: None,
        workload: Workload::Idle,
        reads: ReadRule::Home,
    };
    Setup {
        strategy: "multi-leader-forward".to_owned(),
        sites: (0..count).map(site).collect(),
        links,
        inside: stream_ms(1),
        sessions: (0..count).map(session).collect(),
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials: dials.with(&dials::PERSIST, 0),
    }
}

/// A run that somebody acts on.
struct Run(Box<dyn Engine>);

impl Run {
    fn new(setup: &Setup) -> Self {
        let options = Options { trace: Trace::Full, ..Options::default() };
        Self(registry::build_with(setup, 1, options).unwrap())
    }

    fn until(&mut self, ms: u64) -> &mut Self {
        let time = SimTime::from_ms(ms);
        while self.0.next_event_at().is_some_and(|at| at <= time) {
            self.0.step();
        }
        self.0.rest_until(time);
        self
    }

    fn act(&mut self, person: u16, action: Action) -> &mut Self {
        self.0.apply(&Command::Act { session: SessionId(person), action });
        self
    }

    fn put(&mut self, person: u16, key: &str, number: i64) -> &mut Self {
        self.act(person, Action::Put { key: key.into(), value: Value::Number(number) })
    }

    fn put_if(&mut self, person: u16, key: &str, expected: Option<i64>, number: i64) -> &mut Self {
        let expected = expected.map(Value::Number);
        self.act(person, Action::PutIf { key: key.into(), expected, value: Value::Number(number) })
    }

    fn node(&mut self, node: u16, fault: NodeCommand) -> &mut Self {
        self.0.apply(&Command::Node { node: NodeId(node), fault });
        self
    }

    fn views(&self) -> Vec<Option<ReplicaView>> {
        self.0.snapshot().nodes.into_iter().map(|node| node.replica).collect()
    }

    fn decided(&self, node: usize, key: &str) -> Option<Decided> {
        self.views()[node].as_ref()?.records.get(&Key::from(key)).cloned()
    }

    /// What every leader shows of a key.
    fn shown(&self, key: &str) -> Vec<Option<i64>> {
        (0..self.views().len()).map(|node| self.decided(node, key).and_then(|decided| number(&decided.content))).collect()
    }

    fn notes(&self) -> Vec<(SimTime, NodeId, Note)> {
        let note = |entry: replicascope::simulation::journal::Entry| match entry.happening {
            Happening::Noted(node, note) => Some((entry.at, node, (*note).clone())),
            _ => None,
        };
        self.0.journal().iter().filter_map(note).collect()
    }

    /// Who told what of this name.
    fn told(&self, name: &str) -> Vec<(NodeId, String)> {
        let told = |(_, node, note)| match note {
            Note::Told(what, sentence) if what == name => Some((node, sentence)),
            _ => None,
        };
        self.notes().into_iter().filter_map(told).collect()
    }

    fn conflict_count(&self) -> usize {
        self.notes().iter().filter(|(_, _, note)| matches!(note, Note::Conflict { .. })).count()
    }

    /// When each leader first applied something of another.
    fn applied_at(&self) -> BTreeMap<NodeId, SimTime> {
        let mut first = BTreeMap::new();
        for (at, node, _) in self.notes().into_iter().filter(|(_, _, note)| matches!(note, Note::Applied(_))) {
            first.entry(node).or_insert(at);
        }
        first
    }

    /// How the last operation of a person ended.
    fn last(&self, person: u16) -> Option<Outcome> {
        let record = self.0.history().iter().filter(|record| record.session.0 == person).last()?;
        match &record.closed {
            Some((_, Reply::Refused(refusal))) => Some(Outcome::Refused(*refusal)),
            Some((at, _)) => Some(Outcome::After((at.0 - record.invoked_at.0) / 1_000_000)),
            None => None,
        }
    }
}

/// How an operation ended.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// Well, after this many milliseconds.
    After(u64),
    Refused(Refusal),
}

fn number(content: &Content) -> Option<i64> {
    match content {
        Content::Plain(Value::Number(number)) => Some(*number),
        _ => None,
    }
}
