//! What a person can do to a run besides acting in it: nodes that stand still, work slowly or have a waiting line;
//! messages that are held, delayed, doubled or lost; partitions; clients that route, give up and ask again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use proptest::prelude::*;
use replicascope::replication::causality::VersionVector;
use replicascope::replication::delta::{Mode, Value};
use replicascope::replication::ids::{Lsn, NodeId, SessionId, SiteId, Term};
use replicascope::replication::protocol::{
    Connection, Describe, Env, Freshness, MessageKind, Order, Outbox, Plan, Protocol, Refusal, Reply, Request, Token,
};
use replicascope::replication::setting::{Dials, Misfit};
use replicascope::replication::time::{SimDuration, SimTime};
use replicascope::replication::view::{ReplicaView, Role};
use replicascope::simulation::command::{Action, Command, LinkCommand, MessageCommand, NodeCommand};
use replicascope::simulation::dials;
use replicascope::simulation::engine::Engine;
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use replicascope::simulation::{Options, Simulation};

/// Answers reads with its own number; sends a numbered message to its neighbour on every promotion.
#[derive(Clone, Debug)]
struct Echo {
    me: NodeId,
    got: Vec<u64>,
    asked_at: Vec<SimTime>,
    told: Vec<Connection>,
    rang: u64,
    next: u64,
    /// Reads that want more than this are refused.
    position: Lsn,
}

#[derive(Clone, Debug)]
struct Numbered(u64);

impl Describe for Numbered {
    fn kind(&self) -> MessageKind {
        MessageKind::Write
    }
    fn label(&self) -> String {
        self.0.to_string()
    }
    fn digest(&self) -> u64 {
        self.0
    }
}

const TICK: SimDuration = SimDuration::from_ms(100);

impl Protocol for Echo {
    type Message = Numbered;
    type Timer = u8;
    type Record = u64;
    type Durable = u64;
    type Config = ();

    fn configure(_plan: &Plan<'_>) -> Result<(), Misfit> {
        Ok(())
    }
    fn on_start(_config: &(), env: &mut Env<'_>, recovered: &u64, out: &mut Outbox<Self>) -> Self {
        out.set_timer(0, TICK);
        let position = Lsn(if env.me == NodeId(0) { 9 } else { 3 });
        Self { me: env.me, got: Vec::new(), asked_at: Vec::new(), told: Vec::new(), rang: 0, next: *recovered, position }
    }
    fn store(durable: &mut u64, record: &u64) {
        *durable = *record;
    }
    fn on_request(
        &mut self,
        env: &mut Env<'_>,
        request: replicascope::replication::ids::RequestId,
        asked: Request,
        out: &mut Outbox<Self>,
    ) {
        self.asked_at.push(env.now);
        let token = Token { term: Term(1), lsn: self.position };
        let is_leader = self.me == NodeId(0);
        match asked {
            Request::Read { freshness: Freshness::Leader, .. } | Request::Write { .. } if !is_leader => {
                out.reply(request, Reply::Refused(Refusal::NotLeader(NodeId(0))));
            }
            Request::Read { freshness: Freshness::AtLeast(wanted), .. } if wanted.lsn > self.position => {
                out.reply(request, Reply::Refused(Refusal::Behind));
            }
            Request::Read { freshness: Freshness::Within(most), .. } if most < TICK && !is_leader => {
                out.reply(request, Reply::Refused(Refusal::Behind));
            }
            Request::Read { .. } => out.reply(request, Reply::Value { value: Some(Value::Number(self.me.0.into())), version: 1, token }),
            Request::ReadMany { .. } => out.reply(request, Reply::Values(Vec::new())),
            Request::Write { .. } => out.reply(request, Reply::Written { version: 1, dot: None, context: VersionVector::new(), token }),
        }
    }
    fn on_message(&mut self, _env: &mut Env<'_>, _from: NodeId, message: Numbered, _out: &mut Outbox<Self>) {
        self.got.push(message.0);
    }
    fn on_timer(&mut self, _env: &mut Env<'_>, _timer: u8, out: &mut Outbox<Self>) {
        self.rang += 1;
        out.set_timer(0, TICK);
    }
    fn on_connection(&mut self, _env: &mut Env<'_>, _peer: NodeId, connection: Connection, _out: &mut Outbox<Self>) {
        self.told.push(connection);
    }
    fn on_order(&mut self, env: &mut Env<'_>, order: Order, out: &mut Outbox<Self>) {
        if order == Order::Promote {
            for member in &env.cluster.members {
                if member.node != self.me {
                    out.send(member.node, Numbered(self.next));
                }
            }
            self.next += 1;
            out.persist(self.next);
        }
    }
    fn view(&self) -> ReplicaView {
        ReplicaView::empty(Role::Replica)
    }
    fn digest(&self) -> u64 {
        self.got.iter().fold(self.rang, |mix, number| mix.wrapping_mul(31).wrapping_add(*number + 1))
    }
}

/// One datacenter of three nodes and one of one node, 10 ms apart; people at both.
fn setup(kind: WireKind) -> Setup {
    let wire = |ms: u64| Wire { kind, latency: Latency::Constant { us: ms * 1_000 }, loss_per_million: 0, duplicate_per_million: 0 };
    let site = |name: &str, node_count| Site { name: name.into(), kind: SiteKind::Datacenter, node_count, spare_count: 0 };
    let session = |name: &str, site| Session {
        author: name.into(),
        site: SiteId(site),
        access: Some(Latency::Constant { us: 1_000 }),
        workload: Workload::Idle,
        reads: ReadRule::Home,
    };
    Setup {
        strategy: "probe".to_owned(),
        sites: vec![site("near", 3), site("far", 1)],
        links: vec![Link { a: SiteId(0), b: SiteId(1), wire: wire(10), back: Some(wire(30)) }],
        inside: wire(10),
        sessions: vec![session("Ada", 0), session("Bob", 1), session("Ada", 0)],
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials: Dials::default().with(&dials::PERSIST, 0),
    }
}

fn start(setup: &Setup) -> Simulation<Echo> {
    Simulation::new(setup, 5, (), Options::default())
}

fn run_until(simulation: &mut Simulation<Echo>, ms: u64) {
    let time = SimTime::from_ms(ms);
    while simulation.next_event_at().is_some_and(|at| at <= time) {
        simulation.step();
    }
    simulation.rest_until(time);
}

fn fault(node: u16, fault: NodeCommand) -> Command {
    Command::Node { node: NodeId(node), fault }
}

fn message(message: u64, fault: MessageCommand) -> Command {
    Command::Message { message, fault }
}

fn get(session: u16) -> Command {
    Command::Act { session: SessionId(session), action: Action::Get { key: "x".into() } }
}

fn put(session: u16) -> Command {
    Command::Act { session: SessionId(session), action: Action::Put { key: "x".into(), value: Value::Number(1) } }
}

fn got(simulation: &Simulation<Echo>, node: u16) -> Vec<u64> {
    simulation.node(NodeId(node)).unwrap().got.clone()
}

/// The nodes that answered the reads, or what else came of the operations.
fn answers(simulation: &Simulation<Echo>) -> Vec<String> {
    let shown = |operation: &replicascope::simulation::history::OperationRecord| match &operation.closed {
        Some((_, Reply::Value { value: Some(value), .. })) => format!("n{value}"),
        Some((_, Reply::Written { .. })) => "written".to_owned(),
        Some((_, reply)) => format!("{reply:?}"),
        None if operation.is_unknown => "unknown".to_owned(),
        None => "open".to_owned(),
    };
    simulation.history().iter().map(shown).collect()
}

#[test]
fn a_paused_node_does_everything_later_in_order() {
    let mut run = start(&setup(WireKind::Stream));
    run.apply(&fault(1, NodeCommand::Pause));
    for _ in 0..3 {
        run.apply(&fault(0, NodeCommand::Promote));
    }
    run_until(&mut run, 250);
    assert!(got(&run, 1).is_empty() && run.node(NodeId(1)).unwrap().rang == 0);
    assert_eq!(run.snapshot().nodes[1].line_count, 4, "three messages and the first alarm");
    assert!(run.snapshot().nodes[1].is_paused);
    run.apply(&fault(1, NodeCommand::Resume));
    run_until(&mut run, 260);
    assert_eq!(got(&run, 1), [0, 1, 2]);
    assert_eq!(run.node(NodeId(1)).unwrap().rang, 1, "an alarm that rang meanwhile rings once");
    assert_eq!(got(&run, 2), [0, 1, 2]);
}

#[test]
fn work_takes_its_time_one_thing_after_another() {
    let mut setup = setup(WireKind::Stream);
    setup.dials.set(&dials::SERVICE_READ, 5_000);
    setup.sessions[1].site = SiteId(0);
    let mut run = start(&setup);
    for session in 0..3 {
        run.apply(&get(session));
    }
    run_until(&mut run, 1);
    assert_eq!(run.snapshot().nodes[0].line_count, 3);
    run_until(&mut run, 50);
    let ends: Vec<u64> = run.history().iter().filter_map(|operation| Some(operation.closed.as_ref()?.0.0 / 1_000_000)).collect();
    assert_eq!(ends, [7, 12, 17], "one way, a wait, five milliseconds of work, and the way back");
    assert_eq!(run.snapshot().nodes[0].busy, SimDuration::from_ms(15));
    run.apply(&fault(0, NodeCommand::Slow { factor: 4 }));
    run.apply(&get(0));
    run_until(&mut run, 100);
    assert_eq!(run.history().get(3).unwrap().closed.as_ref().unwrap().0, SimTime::from_ms(72));
}

#[test]
fn on_a_stream_what_is_behind_a_held_message_waits_too() {
    let mut run = start(&setup(WireKind::Stream));
    for _ in 0..3 {
        run.apply(&fault(0, NodeCommand::Promote));
    }
    let to_1: Vec<u64> = run.flights().iter().filter(|flight| flight.to == NodeId(1)).map(|flight| flight.id).collect();
    run.apply(&message(to_1[1], MessageCommand::Hold));
    run_until(&mut run, 50);
    assert_eq!((got(&run, 1), got(&run, 2)), (vec![0], vec![0, 1, 2]));
    run.apply(&fault(0, NodeCommand::Promote));
    run_until(&mut run, 100);
    assert_eq!(got(&run, 1), [0], "a later one does not overtake");
    assert_eq!(run.flights().iter().filter(|flight| flight.is_held).count(), 3);
    run.apply(&message(to_1[1], MessageCommand::Release));
    run_until(&mut run, 150);
    assert_eq!(got(&run, 1), [0, 1, 2, 3]);
}

#[test]
fn datagrams_are_held_doubled_delayed_and_lost_alone() {
    let mut run = start(&setup(WireKind::Datagram));
    for _ in 0..4 {
        run.apply(&fault(0, NodeCommand::Promote));
    }
    let to_1: Vec<u64> = run.flights().iter().filter(|flight| flight.to == NodeId(1)).map(|flight| flight.id).collect();
    run.apply(&message(to_1[0], MessageCommand::Delay { ms: 20 }));
    run.apply(&message(to_1[1], MessageCommand::Duplicate));
    run.apply(&message(to_1[2], MessageCommand::Drop));
    run.apply(&message(to_1[3], MessageCommand::Hold));
    run_until(&mut run, 50);
    assert_eq!(got(&run, 1), [1, 1, 0]);
    run.apply(&message(to_1[3], MessageCommand::Release));
    run.apply(&message(99_999, MessageCommand::Drop));
    run_until(&mut run, 60);
    assert_eq!(got(&run, 1), [1, 1, 0, 3]);
}

#[test]
fn a_stream_that_loses_a_message_begins_anew() {
    let mut run = start(&setup(WireKind::Stream));
    for _ in 0..2 {
        run.apply(&fault(0, NodeCommand::Promote));
    }
    let first = run.flights().iter().find(|flight| flight.to == NodeId(1)).unwrap().id;
    run.apply(&message(first, MessageCommand::Drop));
    run_until(&mut run, 50);
    assert_eq!((got(&run, 1), got(&run, 2)), (vec![], vec![0, 1]), "what was behind it is gone as well");
    assert_eq!(run.node(NodeId(1)).unwrap().told, [Connection::Up]);
    let second = {
        run.apply(&fault(0, NodeCommand::Promote));
        run.flights().iter().find(|flight| flight.to == NodeId(1)).unwrap().id
    };
    run.apply(&message(second, MessageCommand::Delay { ms: 30 }));
    run.apply(&fault(0, NodeCommand::Promote));
    run_until(&mut run, 85);
    assert!(got(&run, 1).is_empty(), "the one behind waits");
    run_until(&mut run, 95);
    assert_eq!(got(&run, 1), [2, 3]);
}

#[test]
fn a_partition_cuts_between_its_groups_only() {
    let mut run = start(&setup(WireKind::Stream));
    run.apply(&Command::Link(LinkCommand::Partition(vec![vec![NodeId(0)], vec![NodeId(1), NodeId(3)]])));
    for node in 0..4 {
        run.apply(&fault(node, NodeCommand::Promote));
    }
    run_until(&mut run, 50);
    assert_eq!((got(&run, 0).len(), got(&run, 1).len(), got(&run, 2).len(), got(&run, 3).len()), (1, 2, 3, 2));
    run.apply(&Command::Link(LinkCommand::HealAll));
    run.apply(&fault(0, NodeCommand::Promote));
    run_until(&mut run, 100);
    assert_eq!(got(&run, 3).len(), 3);
}

#[test]
fn a_link_may_be_slower_on_the_way_back() {
    let mut run = start(&setup(WireKind::Stream));
    run.apply(&fault(0, NodeCommand::Promote));
    run.apply(&fault(3, NodeCommand::Promote));
    let due =
        |from: u16, to: u16| run.flights().iter().find(|flight| (flight.from, flight.to) == (NodeId(from), NodeId(to))).unwrap().due_at;
    assert_eq!((due(0, 3), due(3, 0)), (SimTime::from_ms(10), SimTime::from_ms(30)));
}

#[test]
fn reads_go_where_the_rule_says() {
    let asked = |reads: ReadRule, session: u16| {
        let mut setup = setup(WireKind::Stream);
        setup.sessions.iter_mut().for_each(|session| session.reads = reads);
        let mut run = start(&setup);
        if session == 1 {
            // Learns who leads.
            run.apply(&put(1));
        }
        for _ in 0..8 {
            run.apply(&get(session));
            run.apply(&put(session));
        }
        run_until(&mut run, 5_000);
        let mut reads: Vec<String> = answers(&run).into_iter().filter(|answer| answer.starts_with('n')).collect();
        assert_eq!(reads.len(), 8, "{:?}", answers(&run));
        reads.sort();
        reads.dedup();
        reads.join(" ")
    };
    assert_eq!(asked(ReadRule::Home, 0), "n0");
    assert_eq!(asked(ReadRule::Leader, 1), "n0");
    assert_eq!(asked(ReadRule::AnyFollower, 0), "n1 n2 n3");
    assert_eq!(asked(ReadRule::Nearest, 0), "n1");
    assert_eq!(asked(ReadRule::Nearest, 1), "n3");
    assert!(["n1", "n2", "n3"].contains(&asked(ReadRule::Sticky, 0).as_str()));
    assert_eq!(asked(ReadRule::WithinLag { ms: 200 }, 0), "n1 n2 n3");
    assert_eq!(asked(ReadRule::WithinLag { ms: 20 }, 0), "n0", "followers refuse, the leader answers");
    assert_eq!(asked(ReadRule::LeaderAfterWrite { window_ms: 1_000 }, 0), "n0 n2", "only the first read is before any write");
    assert_eq!(asked(ReadRule::Token { is_shared: false }, 0), "n0 n2", "only the first read carries no position");
}

#[test]
fn a_token_may_be_shared_between_the_devices_of_a_person() {
    let asked = |is_shared: bool| {
        let mut setup = setup(WireKind::Stream);
        setup.sessions.iter_mut().for_each(|session| session.reads = ReadRule::Token { is_shared });
        let mut run = start(&setup);
        run.apply(&put(0));
        run_until(&mut run, 100);
        run.apply(&get(2));
        run_until(&mut run, 1_000);
        answers(&run)[1] == "n0"
    };
    assert!(asked(true), "followers lack the position that the other device carries");
    assert!(!asked(false));
}

#[test]
fn a_client_that_hears_nothing_gives_up_and_a_read_is_asked_again() {
    let mut setup = setup(WireKind::Stream);
    setup.dials.set(&dials::CLIENT_TIMEOUT, 500);
    setup.dials.set(&dials::CLIENT_RETRIES, 3);
    let mut run = start(&setup);
    run.apply(&put(1));
    run_until(&mut run, 200);
    let cut = |from: u16, to: u16| {
        let end = |site| replicascope::simulation::command::End::Site(SiteId(site));
        Command::Link(LinkCommand::Cut { from: end(from), to: end(to) })
    };
    run.apply(&cut(0, 1));
    run.apply(&put(1));
    run_until(&mut run, 600);
    assert_eq!(answers(&run), ["written", "open"]);
    run_until(&mut run, 800);
    assert_eq!(answers(&run), ["written", "unknown"]);
    assert_eq!(run.node(NodeId(0)).unwrap().asked_at.len(), 2, "it was done all the same; only the answer is lost");
    run.apply(&get(1));
    run_until(&mut run, 3_500);
    assert_eq!(answers(&run)[2], "n3", "asked again until somebody in reach answers: {:?}", answers(&run));
}

#[test]
fn without_a_timeout_a_client_is_told_that_nobody_is_in_reach() {
    let mut run = start(&setup(WireKind::Stream));
    run.apply(&put(1));
    run_until(&mut run, 200);
    run.apply(&Command::Link(LinkCommand::Disconnect(SiteId(1))));
    run.apply(&put(1));
    run_until(&mut run, 400);
    assert!(answers(&run)[1].contains("Refused"), "{:?}", answers(&run));
}

#[test]
fn a_crash_leaves_those_in_line_with_an_unknown_outcome() {
    let mut setup = setup(WireKind::Stream);
    setup.dials.set(&dials::SERVICE_WRITE, 50_000);
    let mut run = start(&setup);
    run.apply(&put(0));
    run.apply(&put(2));
    run_until(&mut run, 20);
    run.apply(&fault(0, NodeCommand::Crash));
    run.apply(&fault(0, NodeCommand::Restart));
    run_until(&mut run, 500);
    assert_eq!(answers(&run), ["unknown", "unknown"]);
    assert_eq!(run.snapshot().nodes[0].line_count, 0);
}

fn any_command() -> impl Strategy<Value = Command> {
    let node = || 0u16..4;
    let number = || 0u64..60;
    prop_oneof![
        6 => node().prop_map(|node| fault(node, NodeCommand::Promote)),
        2 => node().prop_map(|node| fault(node, NodeCommand::Pause)),
        3 => node().prop_map(|node| fault(node, NodeCommand::Resume)),
        1 => (node(), 1u32..9).prop_map(|(node, factor)| fault(node, NodeCommand::Slow { factor })),
        1 => node().prop_map(|node| fault(node, NodeCommand::Crash)),
        2 => node().prop_map(|node| fault(node, NodeCommand::Restart)),
        2 => number().prop_map(|number| message(number, MessageCommand::Hold)),
        2 => number().prop_map(|number| message(number, MessageCommand::Release)),
        1 => number().prop_map(|number| message(number, MessageCommand::Drop)),
        1 => number().prop_map(|number| message(number, MessageCommand::Duplicate)),
        1 => (number(), 0u64..90).prop_map(|(number, ms)| message(number, MessageCommand::Delay { ms })),
        1 => (node(), node()).prop_map(|(a, b)| {
            let groups = if a == b { vec![vec![NodeId(a)]] } else { vec![vec![NodeId(a)], vec![NodeId(b)]] };
            Command::Link(LinkCommand::Partition(groups))
        }),
        2 => Just(Command::Link(LinkCommand::HealAll)),
        4 => (0u16..3).prop_map(get),
        4 => (0u16..3).prop_map(put),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever is done: the same again is the same, a copy taken midway goes on alike, and in the end nothing is stuck.
    #[test]
    fn whatever_is_done_runs_are_repeatable_and_end(
        script in prop::collection::vec((0u64..30, any_command()), 1..40), is_stream: bool, timeout in 0u64..2,
    ) {
        let mut setup = setup(if is_stream { WireKind::Stream } else { WireKind::Datagram });
        setup.dials.set(&dials::CLIENT_TIMEOUT, timeout * 200);
        setup.dials.set(&dials::CLIENT_RETRIES, 2);
        setup.dials.set(&dials::SERVICE_WRITE, timeout * 3_000);
        setup.dials.set(&dials::PERSIST, 2_000);
        let perform = |fork_at: usize| {
            let mut run = start(&setup);
            let mut now = 0;
            for (index, (wait, command)) in script.iter().enumerate() {
                now += wait;
                run_until(&mut run, now);
                if index == fork_at {
                    run = run.clone();
                }
                run.apply(command);
            }
            for node in 0..4 {
                run.apply(&fault(node, NodeCommand::Restart));
                run.apply(&fault(node, NodeCommand::Resume));
            }
            run.apply(&Command::Link(LinkCommand::HealAll));
            let held: Vec<u64> = run.flights().iter().filter(|flight| flight.is_held).map(|flight| flight.id).collect();
            for number in held {
                run.apply(&message(number, MessageCommand::Release));
            }
            run_until(&mut run, now + 20_000);
            run
        };
        let run = perform(usize::MAX);
        prop_assert_eq!(run.fingerprint(), perform(script.len() / 2).fingerprint());
        prop_assert!(run.snapshot().nodes.iter().all(|node| node.line_count == 0 && node.held_count == 0));
        prop_assert!(run.snapshot().sessions.iter().all(|session| session.open_count == 0), "a client waits for ever");
        prop_assert_eq!(run.flights().len(), 0);
    }
}
