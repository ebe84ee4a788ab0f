//! The simulated world itself: its order, faults, stores, clients and copies. The protocol here is a probe that
//! writes down what happens to it.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use replicascope::limits;
use replicascope::replication::delta::{Mode, Value};
use replicascope::replication::ids::{NodeId, RequestId, SessionId, SiteId};
use replicascope::replication::protocol::{
    Connection, Describe, Env, MessageKind, Order, Outbox, Plan, Protocol, Refusal, Reply, Request, Token,
};
use replicascope::replication::setting::{Dials, Misfit};
use replicascope::replication::strategies::leaderless;
use replicascope::replication::time::{LocalTime, SimDuration, SimTime};
use replicascope::replication::view::{Content, ReplicaView, Role};
use replicascope::simulation::command::{Action, Command, End, LinkCommand, NodeCommand};
use replicascope::simulation::dials;
use replicascope::simulation::engine::Engine;
use replicascope::simulation::journal::{DropReason, Happening, Trace};
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use replicascope::simulation::{LOCAL_CLOCK_START, Options, Simulation, registry};

const A: NodeId = NodeId(0);
const B: NodeId = NodeId(1);

/// A node that writes down what happens to it. `Promote` makes it send a burst to all others; `Decide` makes it
/// persist a number and then send it.
#[derive(Clone)]
struct Probe {
    config: ProbeConfig,
    got: Vec<(NodeId, u32)>,
    told: Vec<(NodeId, Connection)>,
    clocks: Vec<LocalTime>,
    recovered: Vec<u32>,
    ring_count: u32,
    next: u32,
}

#[derive(Clone, Copy, Default)]
struct ProbeConfig {
    burst: u32,
    leader: Option<NodeId>,
    alarm: Option<SimDuration>,
    persists_answers: bool,
}

#[derive(Clone, Debug)]
struct Number(u32);

impl Describe for Number {
    fn kind(&self) -> MessageKind {
        MessageKind::Write
    }
    fn label(&self) -> String {
        self.0.to_string()
    }
    fn digest(&self) -> u64 {
        u64::from(self.0)
    }
}

impl Probe {
    fn send_to_all(&mut self, env: &Env<'_>, out: &mut Outbox<Self>) {
        for member in env.cluster.members.iter().filter(|member| member.node != env.me) {
            out.send(member.node, Number(self.next));
        }
        self.next += 1;
    }
}

impl Protocol for Probe {
    type Message = Number;
    type Timer = u8;
    type Record = u32;
    type Durable = Vec<u32>;
    type Config = ProbeConfig;

    fn configure(_plan: &Plan<'_>) -> Result<ProbeConfig, Misfit> {
        Ok(ProbeConfig::default())
    }
    fn on_start(config: &ProbeConfig, env: &mut Env<'_>, recovered: &Vec<u32>, out: &mut Outbox<Self>) -> Self {
        if let Some(alarm) = config.alarm {
            out.set_timer(1, alarm);
            out.set_timer(2, alarm);
            out.set_timer(1, alarm + alarm);
            out.cancel_timer(2);
        }
        // Numbers grow over restarts, as real identities do.
        let next = (env.now.0 / 1_000) as u32;
        let (got, told, clocks, recovered) = (Vec::new(), Vec::new(), Vec::new(), recovered.clone());
        Self { config: *config, got, told, clocks, recovered, ring_count: 0, next }
    }
    fn store(durable: &mut Vec<u32>, record: &u32) {
        durable.push(*record);
    }
    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, _asked: Request, out: &mut Outbox<Self>) {
        if let Some(leader) = self.config.leader.filter(|leader| *leader != env.me) {
            return out.reply(request, Reply::Refused(Refusal::NotLeader(leader)));
        }
        if self.config.persists_answers {
            out.persist(7);
        }
        out.reply(request, Reply::Value { value: Some(Value::Number(1)), version: 1, token: Token::default() });
    }
    fn on_message(&mut self, _env: &mut Env<'_>, from: NodeId, message: Number, _out: &mut Outbox<Self>) {
        self.got.push((from, message.0));
    }
    fn on_timer(&mut self, _env: &mut Env<'_>, timer: u8, _out: &mut Outbox<Self>) {
        assert_eq!(timer, 1, "timer 2 was cancelled");
        self.ring_count += 1;
    }
    fn on_connection(&mut self, _env: &mut Env<'_>, peer: NodeId, connection: Connection, _out: &mut Outbox<Self>) {
        self.told.push((peer, connection));
    }
    fn on_order(&mut self, env: &mut Env<'_>, order: Order, out: &mut Outbox<Self>) {
        self.clocks.push(env.local_clock);
        match order {
            Order::Promote => (0..self.config.burst).for_each(|_| self.send_to_all(env, out)),
            Order::Join | Order::Leave => {}
            Order::Decide(_) => {
                out.persist(self.next);
                self.send_to_all(env, out);
            }
        }
    }
    fn view(&self) -> ReplicaView {
        ReplicaView::empty(Role::Replica)
    }
    fn digest(&self) -> u64 {
        self.got.len() as u64
    }
}

const EXPONENTIAL: Latency = Latency::Exponential { base_us: 0, mean_us: 1_000 };

fn wire(kind: WireKind, latency: Latency) -> Wire {
    Wire { kind, latency, loss_per_million: 0, duplicate_per_million: 0 }
}

fn stream_ms(ms: u64) -> Wire {
    wire(WireKind::Stream, Latency::Constant { us: ms * 1_000 })
}

/// `site_count` sites of one node each, all linked.
fn mesh(site_count: u16, wire: Wire) -> Setup {
    let site = |index: u16| Site { name: format!("site {index}").into(), kind: SiteKind::Datacenter, node_count: 1, spare_count: 0 };
    let pairs = (0..site_count).flat_map(|a| (a + 1..site_count).map(move |b| (SiteId(a), SiteId(b))));
    Setup {
        strategy: "leaderless".to_owned(),
        sites: (0..site_count).map(site).collect(),
        links: pairs.map(|(a, b)| Link { a, b, wire, back: None }).collect(),
        inside: wire,
        sessions: Vec::new(),
        mode: Mode::AddWins,
        cart: Vec::new(),
        dials: Dials::default().with(&dials::PERSIST, 0),
    }
}

fn session(site: u16, access: Option<Latency>, workload: Workload) -> Session {
    Session { author: "Ada".into(), site: SiteId(site), access, workload, reads: ReadRule::Home }
}

fn burst(count: u32) -> ProbeConfig {
    ProbeConfig { burst: count, ..ProbeConfig::default() }
}

fn probes(setup: &Setup, config: ProbeConfig) -> Simulation<Probe> {
    setup.check().expect("a sound setup");
    Simulation::new(setup, 1, config, Options { trace: Trace::Full, ..Options::default() })
}

fn fault(node: NodeId, fault: NodeCommand) -> Command {
    Command::Node { node, fault }
}

fn cut(from: NodeId, to: NodeId) -> Command {
    Command::Link(LinkCommand::Cut { from: End::Node(from), to: End::Node(to) })
}

fn heal(from: NodeId, to: NodeId) -> Command {
    Command::Link(LinkCommand::Heal { from: End::Node(from), to: End::Node(to) })
}

fn run_until(engine: &mut dyn Engine, ms: u64) {
    let time = SimTime::from_ms(ms);
    while engine.next_event_at().is_some_and(|at| at <= time) {
        engine.step();
    }
    engine.rest_until(time);
}

fn drop_reasons(engine: &dyn Engine) -> Vec<DropReason> {
    let reason = |happening| if let Happening::Dropped { reason, .. } = happening { Some(reason) } else { None };
    engine.journal().iter().filter_map(|entry| reason(entry.happening)).collect()
}

fn told(simulation: &Simulation<Probe>, node: NodeId) -> Vec<(NodeId, Connection)> {
    simulation.node(node).expect("the node is up").told.clone()
}

fn numbers(simulation: &Simulation<Probe>, node: NodeId) -> Vec<u32> {
    simulation.node(node).expect("the node is up").got.iter().map(|(_, number)| *number).collect()
}

#[test]
fn a_stream_delivers_everything_in_order_whatever_the_latency() {
    let mut simulation = probes(&mesh(2, wire(WireKind::Stream, EXPONENTIAL)), burst(500));
    simulation.apply(&fault(A, NodeCommand::Promote));
    run_until(&mut simulation, 60);
    assert_eq!(numbers(&simulation, B), (0..500).collect::<Vec<_>>());
}

#[test]
fn datagrams_overtake_and_are_lost_and_doubled_at_the_set_rates() {
    let lossy = Wire { loss_per_million: 100_000, duplicate_per_million: 50_000, ..wire(WireKind::Datagram, EXPONENTIAL) };
    let mut simulation = probes(&mesh(2, lossy), burst(20_000));
    simulation.apply(&fault(A, NodeCommand::Promote));
    run_until(&mut simulation, 60);
    let mut got = numbers(&simulation, B);
    let in_order = got.is_sorted();
    got.sort_unstable();
    let arrival_count = got.len();
    got.dedup();
    assert!(!in_order, "datagrams may overtake");
    assert!((17_800..18_200).contains(&got.len()), "{} of 20000 arrived at 10 % loss", got.len());
    assert!((820..980).contains(&(arrival_count - got.len())), "{} doubled at 5 % of 18000", arrival_count - got.len());
}

#[test]
fn a_cut_both_ways_drops_what_travels_and_tells_both_ends() {
    let mut simulation = probes(&mesh(2, stream_ms(10)), burst(3));
    simulation.apply(&fault(A, NodeCommand::Promote));
    run_until(&mut simulation, 5);
    simulation.apply(&Command::Link(LinkCommand::Disconnect(SiteId(0))));
    assert_eq!(told(&simulation, A), [(B, Connection::Down)]);
    assert_eq!(told(&simulation, B), [(A, Connection::Down)]);
    simulation.apply(&fault(A, NodeCommand::Promote));
    assert_eq!(drop_reasons(&simulation), [DropReason::Cut; 6]);
    simulation.apply(&Command::Link(LinkCommand::HealAll));
    assert_eq!(told(&simulation, A), [(B, Connection::Down), (B, Connection::Up)]);
    simulation.apply(&fault(A, NodeCommand::Promote));
    run_until(&mut simulation, 50);
    assert_eq!(numbers(&simulation, B), [6, 7, 8]);
}

#[test]
fn a_one_way_cut_is_silent_and_its_healing_resets_the_stream() {
    let mut simulation = probes(&mesh(2, stream_ms(10)), burst(1));
    simulation.apply(&cut(A, B));
    simulation.apply(&fault(A, NodeCommand::Promote));
    simulation.apply(&fault(B, NodeCommand::Promote));
    run_until(&mut simulation, 15);
    assert_eq!((numbers(&simulation, A), numbers(&simulation, B)), (vec![0], vec![]));
    assert_eq!((told(&simulation, A), told(&simulation, B)), (vec![], vec![]));
    simulation.apply(&fault(B, NodeCommand::Promote));
    simulation.apply(&heal(A, B));
    assert_eq!(drop_reasons(&simulation), [DropReason::Cut, DropReason::Reset], "what B had sent on the old stream is gone");
    assert_eq!((told(&simulation, A), told(&simulation, B)), (vec![(B, Connection::Up)], vec![(A, Connection::Up)]));
    run_until(&mut simulation, 50);
    assert_eq!(numbers(&simulation, A), [0]);
}

#[test]
fn healing_one_way_of_a_full_cut_is_not_yet_a_connection() {
    let mut simulation = probes(&mesh(2, stream_ms(1)), burst(1));
    simulation.apply(&cut(A, B));
    simulation.apply(&cut(B, A));
    simulation.apply(&heal(A, B));
    assert_eq!(told(&simulation, A), [(B, Connection::Down)]);
    simulation.apply(&heal(B, A));
    assert_eq!(told(&simulation, A), [(B, Connection::Down), (B, Connection::Up)]);
}

#[test]
fn datagram_links_never_tell() {
    let mut simulation = probes(&mesh(2, wire(WireKind::Datagram, EXPONENTIAL)), burst(1));
    simulation.apply(&Command::Link(LinkCommand::Disconnect(SiteId(0))));
    simulation.apply(&fault(B, NodeCommand::Crash));
    simulation.apply(&fault(B, NodeCommand::Restart));
    simulation.apply(&Command::Link(LinkCommand::HealAll));
    assert_eq!((told(&simulation, A), told(&simulation, B)), (vec![], vec![]));
}

#[test]
fn effects_wait_for_the_store_in_order() {
    let mut setup = mesh(2, stream_ms(1));
    setup.dials.set(&dials::PERSIST, 5_000);
    let mut simulation = probes(&setup, burst(1));
    simulation.apply(&fault(A, NodeCommand::Promote));
    simulation.apply(&Command::Decide(Mode::Ask));
    simulation.apply(&fault(A, NodeCommand::Promote));
    run_until(&mut simulation, 4);
    assert_eq!(numbers(&simulation, B), [0], "only what was sent before the record");
    assert_eq!(simulation.snapshot().nodes[0].held_count, 3, "the record and two sends");
    assert_eq!(simulation.durable(A), Some(&vec![]));
    run_until(&mut simulation, 10);
    assert_eq!(numbers(&simulation, B), [0, 1, 2]);
    assert_eq!(simulation.durable(A), Some(&vec![1]));
}

#[test]
fn a_crash_loses_what_was_not_durable() {
    let mut setup = mesh(2, stream_ms(1));
    setup.dials.set(&dials::PERSIST, 5_000);
    let mut simulation = probes(&setup, burst(1));
    simulation.apply(&Command::Decide(Mode::Ask));
    run_until(&mut simulation, 20);
    simulation.apply(&Command::Decide(Mode::Ask));
    run_until(&mut simulation, 22);
    simulation.apply(&fault(A, NodeCommand::Crash));
    run_until(&mut simulation, 40);
    assert_eq!(numbers(&simulation, B), [0], "the held send died with its node");
    assert!(simulation.node(A).is_none() && simulation.snapshot().nodes[0].replica.is_none());
    simulation.apply(&fault(A, NodeCommand::Restart));
    let restarted = simulation.node(A).expect("it is up again");
    assert_eq!(restarted.recovered, [0]);
    assert_eq!(restarted.clocks.len(), 1, "the mode in force was told again");
}

#[test]
fn a_crash_ends_alarms_and_streams_and_peers_are_told() {
    let config = ProbeConfig { burst: 1, alarm: Some(SimDuration::from_ms(10)), ..ProbeConfig::default() };
    let mut simulation = probes(&mesh(2, stream_ms(4)), config);
    run_until(&mut simulation, 18);
    simulation.apply(&fault(A, NodeCommand::Promote));
    simulation.apply(&fault(B, NodeCommand::Promote));
    simulation.apply(&fault(A, NodeCommand::Crash));
    simulation.apply(&fault(B, NodeCommand::Promote));
    assert_eq!(drop_reasons(&simulation), [DropReason::Down, DropReason::Reset, DropReason::Down]);
    assert_eq!(told(&simulation, B), [(A, Connection::Down)]);
    run_until(&mut simulation, 30);
    simulation.apply(&fault(A, NodeCommand::Restart));
    assert_eq!((told(&simulation, A), told(&simulation, B).len()), (vec![(B, Connection::Up)], 2));
    run_until(&mut simulation, 45);
    let rings = |node| simulation.node(node).map(|probe| probe.ring_count);
    assert_eq!((rings(A), rings(B)), (Some(0), Some(1)), "the alarm of the first life is gone, that of the second is due at 50 ms");
}

#[test]
fn a_skewed_clock_is_off_by_what_was_set() {
    let mut simulation = probes(&mesh(2, stream_ms(1)), burst(0));
    simulation.apply(&fault(A, NodeCommand::Skew { ms: -1_500 }));
    run_until(&mut simulation, 7);
    simulation.apply(&fault(A, NodeCommand::Promote));
    let shown = simulation.node(A).and_then(|probe| probe.clocks.first().copied());
    assert_eq!(shown, Some(LocalTime(LOCAL_CLOCK_START.0 + (7 - 1_500) * 1_000_000)));
    assert_eq!(simulation.snapshot().nodes[0].skew_ms, -1_500);
}

#[test]
fn too_much_in_flight_is_dropped_as_full() {
    let count = limits::MAX_IN_FLIGHT as u32 + 500;
    let mut simulation = probes(&mesh(2, stream_ms(1)), burst(count));
    simulation.apply(&fault(A, NodeCommand::Promote));
    assert_eq!(simulation.flights().len(), limits::MAX_IN_FLIGHT);
    assert_eq!(drop_reasons(&simulation), [DropReason::Full; 500]);
}

#[test]
fn flights_show_what_travels_in_the_order_of_sending() {
    let mut simulation = probes(&mesh(3, stream_ms(10)), burst(2));
    simulation.apply(&fault(A, NodeCommand::Promote));
    run_until(&mut simulation, 3);
    let flights = simulation.flights();
    assert_eq!(flights.iter().map(|flight| (flight.id, flight.to.0)).collect::<Vec<_>>(), [(0, 1), (1, 2), (2, 1), (3, 2)]);
    assert!(flights.iter().all(|flight| flight.sent_at == SimTime::ZERO && flight.due_at == SimTime::from_ms(10)));
    assert_eq!(simulation.snapshot().in_flight_count, 4);
}

#[test]
fn tuning_a_link_counts_from_the_next_message_on() {
    let mut simulation = probes(&mesh(2, stream_ms(10)), burst(1));
    simulation.apply(&Command::Link(LinkCommand::Tune { a: SiteId(1), b: SiteId(0), wire: stream_ms(30) }));
    simulation.apply(&fault(A, NodeCommand::Promote));
    assert_eq!(simulation.next_event_at(), Some(SimTime::from_ms(30)));
}

#[test]
fn a_client_follows_to_the_leader_and_around_a_crash() {
    let mut setup = mesh(1, stream_ms(1));
    setup.sites[0].node_count = 3;
    setup.sessions = vec![session(0, Some(Latency::Constant { us: 2_000 }), Workload::Idle)];
    let config = ProbeConfig { leader: Some(NodeId(2)), ..ProbeConfig::default() };
    let mut simulation = probes(&setup, config);
    let look = Command::Act { session: SessionId(0), action: Action::Look };
    simulation.apply(&look);
    run_until(&mut simulation, 50);
    let record = simulation.history().get(0).expect("one operation").clone();
    assert_eq!(record.node, NodeId(2));
    let (closed_at, reply) = record.closed.expect("it ended");
    assert_eq!(closed_at, SimTime::from_ms(8), "two hops, each there and back");
    assert!(matches!(reply, Reply::Value { .. }));
    (0..3).for_each(|node| simulation.apply(&fault(NodeId(node), NodeCommand::Crash)));
    simulation.apply(&look);
    run_until(&mut simulation, 100);
    let closed = simulation.history().get(1).and_then(|record| record.closed.clone());
    assert_eq!(closed, Some((SimTime::from_ms(62), Reply::Refused(Refusal::Unreachable))), "once around: three hops");
    assert_eq!(simulation.snapshot().sessions[0].trouble, Some(Refusal::Unreachable));
}

#[test]
fn a_request_at_a_crashing_node_stays_open_in_the_history() {
    let mut setup = mesh(1, stream_ms(1));
    setup.dials.set(&dials::PERSIST, 5_000);
    setup.sessions = vec![session(0, None, Workload::Idle)];
    let mut simulation = probes(&setup, ProbeConfig { persists_answers: true, ..ProbeConfig::default() });
    let look = Command::Act { session: SessionId(0), action: Action::Look };
    simulation.apply(&look);
    run_until(&mut simulation, 2);
    assert_eq!(simulation.snapshot().sessions[0].open_count, 1);
    simulation.apply(&fault(A, NodeCommand::Crash));
    simulation.apply(&fault(A, NodeCommand::Restart));
    simulation.apply(&look);
    run_until(&mut simulation, 20);
    let closed: Vec<bool> = simulation.history().iter().map(|record| record.closed.is_some()).collect();
    assert_eq!(closed, [false, true]);
}

#[test]
fn a_loop_that_takes_no_time_lets_time_pass() {
    let mut setup = mesh(1, stream_ms(1));
    setup.sessions = vec![session(0, None, Workload::Alternate { key: "x".into() })];
    let mut simulation = probes(&setup, burst(0));
    run_until(&mut simulation, 1_000);
    assert!((90..=110).contains(&simulation.history().len()), "{} operations in a second", simulation.history().len());
}

#[test]
fn cart_actions_read_and_then_write_what_was_seen() {
    let mut setup = mesh(1, stream_ms(1));
    setup.strategy = "multi-leader-sync".to_owned();
    setup.sites[0].kind = SiteKind::Device;
    setup.sessions = vec![session(0, None, Workload::Idle)];
    let mut engine = registry::build(&setup, 3).expect("a sound setup");
    let milk = || "milk".into();
    let actions =
        [Action::Add { item: milk(), count: 3 }, Action::Decrease { item: milk() }, Action::Set { item: "tea".into(), quantity: 5 }];
    for action in actions.into_iter().chain([Action::Remove { item: "tea".into() }, Action::Look]) {
        engine.apply(&Command::Act { session: SessionId(0), action });
    }
    run_until(engine.as_mut(), 500);
    let seen = engine.snapshot().sessions[0].seen.clone().expect("it looked");
    let Content::Cart(lines) = seen.content else { panic!("not a cart: {seen:?}") };
    assert_eq!(lines.iter().map(|(item, line)| (&*item.0, line.quantity)).collect::<Vec<_>>(), [("milk", 2)]);
    assert_eq!(engine.history().len(), 9, "four edits of two requests, and a look");
}

/// Ten clients on three replicas, as in `benches/workload`.
fn quorums(write_quorum: u16, read_quorum: u16) -> Setup {
    let datagrams = wire(WireKind::Datagram, EXPONENTIAL);
    let mut setup = mesh(11, datagrams);
    setup.sites[0].node_count = 3;
    setup.sites[1..].iter_mut().for_each(|site| site.kind = SiteKind::Client);
    setup.links.retain(|link| link.a == SiteId(0));
    setup.sessions = (1..=10).map(|site| session(site, None, Workload::Alternate { key: "x".into() })).collect();
    setup.dials.set(&leaderless::WRITE_QUORUM, write_quorum.into());
    setup.dials.set(&leaderless::READ_QUORUM, read_quorum.into());
    setup
}

fn run_quorums(setup: &Setup, seed: u64, event_count: u64) -> Box<dyn Engine> {
    let mut engine = registry::build(setup, seed).expect("a sound setup");
    while engine.event_count() < event_count && engine.step() {}
    engine
}

#[test]
fn quorum_latencies_are_the_order_statistics() {
    // The k-th of three sums of two exponentials of mean 1 ms, in closed form.
    for (quorum, exact_ms) in [(1, 0.962_96), (2, 1.824_07), (3, 3.212_96)] {
        let engine = run_quorums(&quorums(quorum, quorum), 5, 300_000);
        let closed = engine.history().iter().filter_map(|record| Some(record.closed.as_ref()?.0.since(record.invoked_at).0));
        let latencies: Vec<u64> = closed.collect();
        let mean_ms = latencies.iter().sum::<u64>() as f64 / latencies.len() as f64 / 1e6;
        assert!((mean_ms / exact_ms - 1.0).abs() < 0.01, "quorum {quorum}: {mean_ms} ms instead of {exact_ms} ms");
    }
}

/// Reads that returned less than the newest write completed before they began.
fn stale_read_count(engine: &dyn Engine) -> usize {
    let closed: Vec<_> = engine.history().iter().filter_map(|record| Some((record.invoked_at, record.closed.clone()?))).collect();
    let mut writes: Vec<(SimTime, u64)> = closed
        .iter()
        .filter_map(|(_, (at, reply))| if let Reply::Written { version, .. } = reply { Some((*at, *version)) } else { None })
        .collect();
    writes.sort_unstable();
    let newest: Vec<u64> =
        writes.iter().scan(0, |newest, (_, version)| Some(std::mem::replace(newest, (*newest).max(*version)).max(*version))).collect();
    let is_stale = |asked_at: SimTime, version: u64| {
        let completed = writes.partition_point(|(at, _)| *at < asked_at);
        completed > 0 && newest[completed - 1] > version
    };
    closed.iter().filter(|(asked_at, (_, reply))| matches!(reply, Reply::Value { version, .. } if is_stale(*asked_at, *version))).count()
}

#[test]
fn overlapping_quorums_never_read_stale_and_others_do() {
    assert_eq!(stale_read_count(run_quorums(&quorums(2, 2), 5, 100_000).as_ref()), 0);
    let stale = stale_read_count(run_quorums(&quorums(1, 1), 5, 100_000).as_ref());
    assert!(stale > 300, "only {stale} stale reads at W = R = 1");
}

#[test]
fn the_same_recipe_does_the_same_and_another_seed_does_not() {
    let setup = quorums(2, 2);
    let run = |seed, event_count| run_quorums(&setup, seed, event_count).fingerprint();
    assert_eq!(run(5, 20_000), run(5, 20_000));
    assert_ne!(run(5, 20_000), run(6, 20_000));
    assert_ne!(run(5, 20_000), run(5, 20_001));
}

#[test]
fn removing_a_client_leaves_the_draws_of_others_alone() {
    let all = run_quorums(&quorums(2, 2), 5, 100);
    let mut fewer_clients = quorums(2, 2);
    fewer_clients.sessions.truncate(1);
    let fewer = run_quorums(&fewer_clients, 5, 100);
    let first_end = |engine: &dyn Engine| engine.history().get(0).and_then(|record| Some(record.closed.clone()?.0));
    assert_eq!(first_end(all.as_ref()), first_end(fewer.as_ref()));
}

#[test]
fn a_copy_goes_its_own_way_and_the_same_way() {
    let mut original = run_quorums(&quorums(2, 2), 5, 5_000);
    let mut copy = original.fork();
    let before = (copy.fingerprint(), copy.history().len(), copy.journal().end(), copy.snapshot());
    (0..5_000).for_each(|_| assert!(original.step()));
    assert_eq!((copy.fingerprint(), copy.history().len(), copy.journal().end(), copy.snapshot()), before);
    (0..5_000).for_each(|_| assert!(copy.step()));
    assert_eq!(copy.fingerprint(), original.fingerprint());
    assert!(copy.journal().iter().eq(original.journal().iter()) && copy.history().iter().eq(original.history().iter()));
}

#[test]
fn the_trace_changes_nothing_but_what_is_remembered() {
    let run = |trace| {
        let options = Options { trace, history_operations_max: 10, ..Options::default() };
        let mut engine = registry::build_with(&quorums(2, 2), 5, options).expect("a sound setup");
        (0..5_000).for_each(|_| assert!(engine.step()));
        assert!(engine.history().is_cut() && engine.history().len() == 10);
        (engine.fingerprint(), engine.journal().is_empty())
    };
    assert_eq!(run(Trace::Off), (run(Trace::Full).0, true));
}

#[test]
fn setups_that_make_no_sense_are_refused_by_field() {
    let field = |change: fn(&mut Setup)| {
        let mut setup = quorums(2, 2);
        change(&mut setup);
        registry::build(&setup, 1).err().map(|error| error.field)
    };
    assert_eq!(field(|_| {}), None);
    assert_eq!(field(|setup| setup.strategy = "paxos".to_owned()).as_deref(), Some("strategy"));
    assert_eq!(field(|setup| setup.dials.set(&leaderless::WRITE_QUORUM, 4)).as_deref(), Some("dials.write_quorum"));
    assert_eq!(field(|setup| setup.sessions[2].site = SiteId(99)).as_deref(), Some("sessions[2].site"));
    assert_eq!(field(|setup| setup.sites.clear()).as_deref(), Some("sites"));
}

fn any_command() -> impl Strategy<Value = Command> {
    let node = || (0u16..3).prop_map(NodeId);
    prop_oneof![
        6 => node().prop_map(|node| fault(node, NodeCommand::Promote)),
        2 => Just(Command::Decide(Mode::Ask)),
        2 => node().prop_map(|node| fault(node, NodeCommand::Crash)),
        3 => node().prop_map(|node| fault(node, NodeCommand::Restart)),
        3 => (node(), node()).prop_map(|(from, to)| cut(from, to)),
        3 => (node(), node()).prop_map(|(from, to)| heal(from, to)),
        1 => (0u16..3).prop_map(|site| Command::Link(LinkCommand::Disconnect(SiteId(site)))),
        1 => (0u16..3).prop_map(|site| Command::Link(LinkCommand::Reconnect(SiteId(site)))),
        1 => Just(Command::Link(LinkCommand::HealAll)),
    ]
}

fn run_schedule(schedule: &[(u64, Command)], seed: u64) -> Simulation<Probe> {
    let mut setup = mesh(3, wire(WireKind::Stream, EXPONENTIAL));
    setup.dials.set(&dials::PERSIST, 700);
    let mut simulation = Simulation::new(&setup, seed, burst(3), Options { trace: Trace::Full, ..Options::default() });
    let mut now_ms = 0;
    for (wait_ms, command) in schedule {
        now_ms += wait_ms;
        run_until(&mut simulation, now_ms);
        simulation.apply(command);
    }
    run_until(&mut simulation, now_ms + 1_000);
    simulation
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn streams_stay_in_order_under_any_faults(schedule in prop::collection::vec((0u64..5, any_command()), 1..40), seed in 0u64..1_000) {
        let simulation = run_schedule(&schedule, seed);
        for node in (0..3).map(NodeId) {
            let Some(probe) = simulation.node(node) else { continue };
            for from in (0..3).map(NodeId) {
                let numbers: Vec<u32> = probe.got.iter().filter(|(sender, _)| *sender == from).map(|(_, number)| *number).collect();
                prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?} from {from} at {node}");
                let told: Vec<Connection> = probe.told.iter().filter(|(peer, _)| *peer == from).map(|(_, connection)| *connection).collect();
                prop_assert!(told.windows(2).all(|pair| pair != [Connection::Down, Connection::Down]), "{told:?} of {from} at {node}");
            }
        }
        let happenings = simulation.journal().iter().map(|entry| entry.happening);
        let (mut sent, mut ended) = (0, 0);
        for happening in happenings {
            sent += u32::from(matches!(happening, Happening::Sent { .. }));
            ended += u32::from(matches!(happening, Happening::Delivered { .. } | Happening::Dropped { .. }));
        }
        prop_assert_eq!(sent, ended, "every message arrives or is dropped, once");
        prop_assert_eq!(run_schedule(&schedule, seed).fingerprint(), simulation.fingerprint());
    }
}
