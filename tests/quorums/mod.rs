//! One random schedule of a leaderless cluster: clients and replicas, what goes wrong, and what must be true at the end.

pub(crate) mod judge;

use replicascope::replication::delta::{Key, Mode, Value};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::setting::{Dials, Setting};
use replicascope::replication::strategies::leaderless as dial;
use replicascope::replication::time::SimTime;
use replicascope::simulation::command::{Action, Command, LinkCommand, NodeCommand};
use replicascope::simulation::dials;
use replicascope::simulation::engine::Engine;
use replicascope::simulation::registry;
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};

/// What a schedule promises, and so what it is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// The register of Attiya, Bar-Noy and Dolev.
    Linearizable,
    /// No acknowledged write is lost without a successor that had seen it, and nothing overwritten returns.
    Siblings,
    /// All replicas end equal.
    Converges,
}

/// How often the interesting things happened, over many schedules.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: u64,
    pub(crate) reads: u64,
    pub(crate) unknown: u64,
    pub(crate) crashes: u64,
    pub(crate) cuts: u64,
    pub(crate) dropped: u64,
    pub(crate) siblings: u64,
    pub(crate) repairs: u64,
    pub(crate) hints: u64,
    pub(crate) trees: u64,
    pub(crate) write_backs: u64,
}

pub(crate) struct Schedule {
    seed: u64,
    promise: Promise,
    pub(crate) setup: Setup,
    commands: Vec<(SimTime, Command)>,
}

/// Faults and requests happen in this time; healing comes after.
const ACTIVE_MS: u64 = 1_200;
/// Everything must be settled this long after healing.
const SETTLE_MS: u64 = 12_000;

impl Schedule {
    /// The schedule of `seed`; `off` are settings that break it.
    pub(crate) fn draw(seed: u64, promise: Promise, off: &[(&'static Setting, u64)]) -> Self {
        let mut rng = Rng::stream(seed, Purpose::Schedule, 200);
        let mut setup = draw_setup(&mut rng, promise);
        off.iter().for_each(|(setting, value)| setup.dials.set(setting, *value));
        let mut commands = Vec::new();
        for number in 0..24 + rng.below(12) {
            let at = SimTime::from_ms(u64::from(rng.below(ACTIVE_MS as u32)));
            commands.push((at, draw_command(&mut rng, &setup, promise, i64::from(number) + 1)));
        }
        if promise == Promise::Linearizable {
            commands.extend(draw_stumble(&mut rng, &setup));
        }
        commands.sort_by_key(|(at, _)| *at);
        Self { seed, promise, setup, commands }
    }

    pub(crate) fn run(&self, tally: &mut Tally) -> Result<(), String> {
        self.setup.check().map_err(|error| error.to_string())?;
        let mut engine = registry::build(&self.setup, self.seed).map_err(|error| error.to_string())?;
        for (at, command) in &self.commands {
            command.check(&self.setup).map_err(|error| error.to_string())?;
            run_until(&mut *engine, *at);
            engine.apply(command);
            tally.count_command(command);
        }
        run_until(&mut *engine, SimTime::from_ms(ACTIVE_MS));
        self.heal(&mut *engine);
        let verdict = self.settle(&mut *engine);
        tally.count_run(&*engine);
        verdict
    }

    fn heal(&self, engine: &mut dyn Engine) {
        engine.apply(&Command::Link(LinkCommand::HealAll));
        for node in (0..self.setup.node_count() as u16).map(NodeId) {
            for fault in [NodeCommand::Resume, NodeCommand::Restart, NodeCommand::Skew { ms: 0 }] {
                engine.apply(&Command::Node { node, fault });
            }
        }
        run_until(engine, SimTime::from_ms(ACTIVE_MS + 1_500));
        for session in (0..self.setup.sessions.len() as u16).map(SessionId) {
            for key in ["x", "y"] {
                engine.apply(&Command::Act { session, action: Action::Get { key: key.into() } });
            }
        }
    }

    fn settle(&self, engine: &mut dyn Engine) -> Result<(), String> {
        let mut at = ACTIVE_MS + 1_500;
        loop {
            at += 500;
            run_until(engine, SimTime::from_ms(at));
            if engine.history().is_cut() {
                return Err("the history was cut".to_owned());
            }
            match judge::settled(&engine.snapshot(), self.promise) {
                Ok(()) => break,
                Err(problem) if at >= ACTIVE_MS + SETTLE_MS => return Err(problem),
                Err(_) => {}
            }
        }
        match self.promise {
            Promise::Linearizable => judge::linearizable(engine.history()),
            Promise::Siblings => judge::nothing_lost(&engine.snapshot(), engine.history()),
            Promise::Converges => Ok(()),
        }
    }
}

pub(crate) fn run_until(engine: &mut dyn Engine, time: SimTime) {
    while engine.next_event_at().is_some_and(|at| at <= time) {
        engine.step();
    }
    engine.rest_until(time);
}

fn draw_setup(rng: &mut Rng, promise: Promise) -> Setup {
    let node_count = 3 + rng.below(3) as u16;
    let client_count = 2 + rng.below(2) as u16;
    let replicas = Site { name: "replicas".into(), kind: SiteKind::Datacenter, node_count, spare_count: 0 };
    let client = |index: u16| Site { name: format!("client {index}").into(), kind: SiteKind::Client, node_count: 1, spare_count: 0 };
    let kind = [WireKind::Stream, WireKind::Datagram][rng.below(2) as usize];
    let wire = draw_wire(rng, kind);
    // Some clients coordinate by themselves, some sit beside a replica and ask it.
    let sessions = (1..=client_count).map(|index| {
        let is_inside = rng.below(3) == 0;
        Session {
            author: format!("client {index}").as_str().into(),
            site: SiteId(if is_inside { 0 } else { index }),
            access: is_inside.then_some(Latency::Constant { us: 300 }),
            workload: Workload::Idle,
            reads: ReadRule::Home,
        }
    });
    Setup {
        strategy: "leaderless".to_owned(),
        sessions: sessions.collect(),
        sites: std::iter::once(replicas).chain((1..=client_count).map(client)).collect(),
        links: (1..=client_count).map(|index| Link { a: SiteId(0), b: SiteId(index), wire, back: None }).collect(),
        inside: draw_wire(rng, kind),
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials: draw_dials(rng, node_count, promise),
    }
}

fn draw_dials(rng: &mut Rng, node_count: u16, promise: Promise) -> Dials {
    let n = if rng.below(2) == 0 { u64::from(node_count) } else { 3 };
    let w = 1 + u64::from(rng.below(n as u32));
    let r = n + 1 - w;
    let mut drawn = Dials::default();
    let mut set = |setting: &'static Setting, value: u64| drawn.set(setting, value);
    set(&dials::PERSIST, u64::from(rng.below(2_000)));
    set(&dials::CLIENT_TIMEOUT, 700);
    set(&dial::REPLICA_COUNT, n);
    set(&dial::WRITE_QUORUM, w);
    set(&dial::READ_QUORUM, r);
    set(&dial::READ_FAN_OUT, u64::from(rng.below(2)));
    set(&dial::QUORUM_CHOICE, u64::from(rng.below(2)));
    set(&dial::REQUEST_TIMEOUT, 400);
    set(&dial::SUSPECT_AFTER, 60);
    set(&dial::READ_REPAIR, u64::from(rng.below(2)));
    match promise {
        Promise::Linearizable => {
            set(&dial::WRITE_FAN_OUT, u64::from(rng.below(2)));
            set(&dial::WRITE_BACK, 1);
            set(&dial::VERSION_FROM, 1);
        }
        Promise::Siblings | Promise::Converges => {
            set(&dial::CONFLICTS, u64::from(promise == Promise::Siblings || rng.below(2) == 0));
            set(&dial::TIES, u64::from(rng.below(2)));
            set(&dial::CLOCK_TICK, u64::from(rng.below(2)) * 100_000);
            set(&dial::SLOPPY_QUORUM, u64::from(rng.below(2)));
            set(&dial::HINTS_COUNT, u64::from(rng.below(2)));
            set(&dial::WRITE_BACK, u64::from(rng.below(2)));
            set(&dial::ANTI_ENTROPY_EVERY, 100);
            set(&dial::TREE_DEPTH, 1 + u64::from(rng.below(5)));
        }
    }
    drawn
}

fn draw_wire(rng: &mut Rng, kind: WireKind) -> Wire {
    let faulty = rng.below(2);
    Wire {
        kind,
        latency: Latency::Exponential { base_us: u64::from(rng.below(3_000)), mean_us: u64::from(1 + rng.below(30_000)) },
        loss_per_million: faulty * rng.below(150_000),
        duplicate_per_million: faulty * rng.below(100_000),
    }
}

fn draw_command(rng: &mut Rng, setup: &Setup, promise: Promise, number: i64) -> Command {
    let session = SessionId(rng.below(setup.sessions.len() as u32) as u16);
    let node = NodeId(rng.below(setup.node_count() as u32) as u16);
    let replica = NodeId(rng.below(u32::from(setup.sites[0].node_count)) as u16);
    let key = Key::from(["x", "x", "y"][rng.below(3) as usize]);
    let fault = |node, fault| Command::Node { node, fault };
    match rng.below(24) {
        0..8 => Command::Act { session, action: Action::Put { key, value: Value::Number(number) } },
        8..16 => Command::Act { session, action: Action::Get { key } },
        16 if promise != Promise::Linearizable => Command::Act { session, action: Action::Delete { key } },
        16 | 17 => Command::Link(LinkCommand::Partition(draw_groups(rng, setup))),
        18 => Command::Link(LinkCommand::HealAll),
        19 => fault(replica, NodeCommand::Crash),
        20 => fault(replica, NodeCommand::Restart),
        21 => fault(replica, [NodeCommand::Pause, NodeCommand::Resume][rng.below(2) as usize]),
        22 => fault(node, NodeCommand::Skew { ms: i64::from(rng.below(4_000)) - 2_000 }),
        _ => fault(node, if rng.below(2) == 0 { NodeCommand::Crash } else { NodeCommand::Restart }),
    }
}

/// A client that coordinates by itself writes, crashes perhaps before all replicas have it, comes back and writes again. The
/// first value is the larger one, which among equal versions wins.
fn draw_stumble(rng: &mut Rng, setup: &Setup) -> Vec<(SimTime, Command)> {
    let alone = setup.sessions.iter().zip(0..).find(|(session, _)| session.site != SiteId(0));
    let Some((session, index)) = alone else { return Vec::new() };
    let node = NodeId(setup.sites[0].node_count + session.site.0 - 1);
    let put = |value| Command::Act { session: SessionId(index), action: Action::Put { key: "y".into(), value: Value::Number(value) } };
    let fault = |fault| Command::Node { node, fault };
    let start = u64::from(rng.below(300));
    let crash = start + 1 + u64::from(rng.below(80));
    let steps =
        [(start, put(2_000)), (crash, fault(NodeCommand::Crash)), (crash + 20, fault(NodeCommand::Restart)), (start + 750, put(1_000))];
    steps.map(|(ms, command)| (SimTime::from_ms(ms), command)).into()
}

fn draw_groups(rng: &mut Rng, setup: &Setup) -> Vec<Vec<NodeId>> {
    let mut groups = vec![Vec::new(), Vec::new()];
    for node in (0..setup.node_count() as u16).map(NodeId) {
        groups[rng.below(2) as usize].push(node);
    }
    groups
}

impl Tally {
    fn count_command(&mut self, command: &Command) {
        self.crashes += u64::from(matches!(command, Command::Node { fault: NodeCommand::Crash, .. }));
        self.cuts += u64::from(matches!(command, Command::Link(LinkCommand::Partition(_))));
    }

    fn count_run(&mut self, engine: &dyn Engine) {
        judge::count_history(engine.history(), self);
        judge::count_journal(engine.journal(), self);
    }
}
