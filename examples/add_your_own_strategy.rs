//! A replication strategy of one's own: "gossip" takes every write at once and tells it to all others, and the greater clock
//! wins. It implements `Protocol` and runs in the simulation with faults, clients and checkers like those that are built in.
//! In the project itself it would be a file in `src/replication/strategies/` and one entry in the list there.
//! `cargo run --example add_your_own_strategy`

use replicascope::checkers;
use replicascope::replication::causality::VersionVector;
use replicascope::replication::delta::{Key, Mode, Operation, Value};
use replicascope::replication::hash::Hasher;
use replicascope::replication::ids::{NodeId, RequestId, SessionId, SiteId};
use replicascope::replication::protocol::{Describe, Env, MessageKind, Outbox, Plan, Protocol, Refusal, Reply, Request, Token};
use replicascope::replication::setting::{Dials, Misfit};
use replicascope::replication::time::SimTime;
use replicascope::replication::view::{Content, Decided, ReplicaView, Role};
use replicascope::simulation::command::{Action, Command};
use replicascope::simulation::engine::Engine;
use replicascope::simulation::setup::{Latency, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use replicascope::simulation::{Options, Simulation};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A value, and when it was written: a counter and the node, so that no two are equal.
type Stamped = ((u64, u16), Value);

/// One node: what it holds. A clone is a checkpoint.
#[derive(Clone, Default)]
struct Gossip {
    held: BTreeMap<Key, Stamped>,
    clock: u64,
}

/// A write on its way to another node, and into the store.
#[derive(Clone, Debug)]
struct Told(Key, Stamped);

impl Describe for Told {
    fn kind(&self) -> MessageKind {
        MessageKind::Write
    }

    fn label(&self) -> String {
        format!("{} = {}", self.0, self.1.1)
    }

    fn digest(&self) -> u64 {
        self.1.0.0
    }
}

impl Gossip {
    fn take(&mut self, Told(key, (stamp, value)): Told) {
        self.clock = self.clock.max(stamp.0);
        let is_newer = self.held.get(&key).is_none_or(|(held, _)| *held < stamp);
        if is_newer {
            self.held.insert(key, (stamp, value));
        }
    }
}

impl Protocol for Gossip {
    type Message = Told;
    /// It needs no alarm clock.
    type Timer = ();
    type Record = Told;
    type Durable = Self;
    type Config = ();

    fn configure(_plan: &Plan<'_>) -> Result<(), Misfit> {
        Ok(())
    }

    fn on_start(_config: &(), _env: &mut Env<'_>, recovered: &Self, _out: &mut Outbox<Self>) -> Self {
        recovered.clone()
    }

    fn store(durable: &mut Self, record: &Told) {
        durable.take(record.clone());
    }

    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Outbox<Self>) {
        match asked {
            Request::Read { key, .. } => {
                let held = self.held.get(&key);
                let (version, value) = (held.map_or(0, |(stamp, _)| stamp.0), held.map(|(_, value)| value.clone()));
                out.reply(request, Reply::Value { value, version, token: Token::default() });
            }
            Request::Write { key, operation: Operation::Put(value), .. } => {
                let version = self.clock + 1;
                let told = Told(key, ((version, env.me.0), value));
                self.take(told.clone());
                // Whatever follows a `persist` waits until that is durable: the answer, and what others are told.
                out.persist(told.clone());
                out.reply(request, Reply::Written { version, dot: None, context: VersionVector::new(), token: Token::default() });
                for member in env.cluster.members.iter().filter(|member| member.node != env.me) {
                    out.send(member.node, told.clone());
                }
            }
            Request::ReadMany { .. } | Request::Write { .. } => out.reply(request, Reply::Refused(Refusal::Unsupported)),
        }
    }

    fn on_message(&mut self, _env: &mut Env<'_>, _from: NodeId, message: Told, out: &mut Outbox<Self>) {
        self.take(message.clone());
        out.persist(message);
    }

    fn on_timer(&mut self, _env: &mut Env<'_>, (): (), _out: &mut Outbox<Self>) {}

    fn view(&self) -> ReplicaView {
        let record = |(stamp, value): &Stamped| Decided::plain(Content::Plain(value.clone()), stamp.0, BTreeMap::new());
        let records = self.held.iter().map(|(key, stamped)| (key.clone(), record(stamped))).collect();
        ReplicaView { records, ..ReplicaView::empty(Role::Replica) }
    }

    fn digest(&self) -> u64 {
        let mut hasher = Hasher::new(0);
        for (key, ((counter, node), value)) in &self.held {
            hasher.text(&key.0).number(*counter).number(u64::from(*node)).text(&value.to_string());
        }
        hasher.digest().0
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", tell()?);
    Ok(())
}

/// Runs it, and tells what the nodes hold and what the checkers say.
pub(crate) fn tell() -> Result<String, Box<dyn std::error::Error>> {
    let mut text = String::new();
    let setup = setup();
    setup.check()?;
    let mut cluster = Simulation::<Gossip>::new(&setup, 7, (), Options::default());
    let act = |session, action| Command::Act { session: SessionId(session), action };
    run_until(&mut cluster, 10);
    cluster.apply(&act(0, Action::Put { key: "price".into(), value: Value::Number(70) }));
    run_until(&mut cluster, 15);
    cluster.apply(&act(1, Action::Get { key: "price".into() }));
    run_until(&mut cluster, 100);
    for node in cluster.snapshot().nodes {
        let record = node.replica.as_ref().and_then(|replica| replica.records.get(&Key::from("price")));
        writeln!(text, "node {} holds {:?}", node.node, record.map(|record| &record.content))?;
    }
    for verdict in checkers::judge(&cluster.snapshot(), cluster.history()) {
        let witness = verdict.witness.first().map(|witness| witness.sentence.as_str()).unwrap_or_default();
        writeln!(text, "{:<22}{:?} {witness}", verdict.guarantee, verdict.holds)?;
    }
    writeln!(text, "fingerprint {:016x}", cluster.fingerprint())?;
    Ok(text)
}

fn run_until(cluster: &mut Simulation<Gossip>, ms: u64) {
    let time = SimTime::from_ms(ms);
    while cluster.next_event_at().is_some_and(|at| at <= time) {
        cluster.step();
    }
    cluster.rest_until(time);
}

/// Three nodes 8 ms apart; Ana asks the first. Ben reads at any of the others.
fn setup() -> Setup {
    let wire = |us| Wire { kind: WireKind::Stream, latency: Latency::Constant { us }, loss_per_million: 0, duplicate_per_million: 0 };
    let person = |name: &str, reads| Session {
        author: name.into(),
        site: SiteId(0),
        access: Some(Latency::Constant { us: 500 }),
        workload: Workload::Idle,
        reads,
    };
    Setup {
        strategy: "gossip".to_owned(),
        sites: vec![Site { name: "Oregon".into(), kind: SiteKind::Datacenter, node_count: 3, spare_count: 0 }],
        links: Vec::new(),
        inside: wire(8_000),
        sessions: vec![person("Ana", ReadRule::Home), person("Ben", ReadRule::AnyFollower)],
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials: Dials::default(),
    }
}
