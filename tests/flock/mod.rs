//! One run of the swarm: everything is drawn from its seed.

use replicascope::recipe::Recipe;
use replicascope::replication::delta::{Mode, Value};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::setting::{Dials, Kind, Setting};
use replicascope::replication::time::{SimDuration, SimTime};
use replicascope::session::Session as Run;
use replicascope::simulation::command::{Action, Command, LinkCommand, NodeCommand};
use replicascope::simulation::registry::{self, StrategyEntry};
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};

/// What came of one run.
pub(crate) struct Flight {
    pub(crate) seed: u64,
    pub(crate) strategy: String,
    /// Guarantees that were promised and violated, with their witness.
    pub(crate) broken: Vec<String>,
    /// Guarantees that were promised and held.
    pub(crate) kept: Vec<&'static str>,
    pub(crate) events: u64,
    pub(crate) link: String,
}

/// How long a mended run may take to become quiet.
const MENDING: SimDuration = SimDuration::from_ms(30_000);

/// Draws and runs.
pub(crate) fn fly(seed: u64) -> Flight {
    let mut rng = Rng::stream(seed, Purpose::Schedule, 0);
    let (mut run, setup) = loop {
        let setup = draw_setup(&mut rng);
        if let Ok(run) = Run::open(Recipe::new(setup.clone(), seed)) {
            break (run, setup);
        }
    };
    let mut now = 0;
    for _ in 0..5 + rng.below(20) {
        now += u64::from(rng.below(200));
        run.run_until(SimTime::from_ms(now));
        // What does not fit this setup is refused, which is right too.
        let _ = run.submit(draw_command(&mut rng, &setup));
    }
    mend(&mut run, &setup);
    let verdicts = run.verdicts();
    let broken = verdicts.iter().filter(|verdict| verdict.promised && verdict.holds == Some(false));
    let sentence =
        |verdict: &replicascope::checkers::Verdict| verdict.witness.first().map(|witness| witness.sentence.clone()).unwrap_or_default();
    Flight {
        seed,
        strategy: setup.strategy.clone(),
        broken: broken.map(|verdict| format!("{} {}: {}", setup.strategy, verdict.guarantee, sentence(verdict)) + &told(&setup)).collect(),
        kept: verdicts.iter().filter(|verdict| verdict.promised && verdict.holds == Some(true)).map(|verdict| verdict.guarantee).collect(),
        events: run.event_count(),
        link: run.recipe().to_link().unwrap_or_default(),
    }
}

/// What is set otherwise than usual, for whoever looks at a failure.
fn told(setup: &Setup) -> String {
    let dials =
        setup.dials.iter().map(|(setting, value)| format!("{}={}", setting.key, replicascope::simulation::dials::show(setting, value)));
    format!(" [{}; {} sites]", dials.collect::<Vec<_>>().join(" "), setup.sites.len())
}

/// Everything works again, and time passes until nothing more happens that matters.
fn mend(run: &mut Run, setup: &Setup) {
    let _ = run.submit(Command::Link(LinkCommand::HealAll));
    for node in 0..setup.node_count() as u16 {
        for fault in [NodeCommand::Restart, NodeCommand::Resume, NodeCommand::Slow { factor: 1 }] {
            let _ = run.submit(Command::Node { node: NodeId(node), fault });
        }
    }
    let end = run.now() + MENDING;
    let is_quiet = |run: &Run| {
        let verdicts = run.verdicts();
        verdicts.iter().any(|verdict| verdict.guarantee == "convergence" && verdict.holds == Some(true))
    };
    run.run_until(SimTime(run.now().0 + 10_000_000_000));
    // Heartbeats and hash trees go round for ever: quiet moments lie between them.
    for _ in 0..400 {
        if run.now() >= end || is_quiet(run) || !run.step() {
            return;
        }
    }
}

fn draw_setup(rng: &mut Rng) -> Setup {
    let entry = &registry::ALL[rng.below(registry::ALL.len() as u32) as usize];
    let site_count = 1 + rng.below(3) as u16;
    let has_followers = entry.id != "multi-leader-forward";
    let site = |rng: &mut Rng, index: u16| {
        let node_count = if has_followers { 1 + rng.below(3) as u16 } else { 1 };
        Site { name: format!("dc{index}").into(), kind: SiteKind::Datacenter, node_count, spare_count: 0 }
    };
    let mut sites: Vec<Site> = (0..site_count).map(|index| site(rng, index)).collect();
    if entry.id == "multi-leader-sync" && rng.below(2) == 0 {
        sites.push(Site { name: "phone".into(), kind: SiteKind::Device, node_count: 1, spare_count: 0 });
    }
    if entry.id == "leaderless" && rng.below(2) == 0 {
        sites.push(Site { name: "client".into(), kind: SiteKind::Client, node_count: 1, spare_count: 0 });
    }
    let kind = [WireKind::Stream, WireKind::Datagram][rng.below(2) as usize];
    let count = sites.len() as u16;
    let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
    let links = pairs.map(|(a, b)| Link { a: SiteId(a), b: SiteId(b), wire: draw_wire(rng, kind, 30_000), back: None }).collect();
    let sessions = (0..1 + rng.below(3) as u16).map(|index| draw_session(rng, index, count)).collect();
    Setup {
        strategy: entry.id.to_owned(),
        sites,
        links,
        inside: draw_wire(rng, kind, 3_000),
        sessions,
        mode: Mode::ALL[rng.below(5) as usize],
        cart: Vec::new(),
        dials: draw_dials(rng, entry),
    }
}

fn draw_session(rng: &mut Rng, index: u16, site_count: u16) -> Session {
    let reads = match rng.below(8) {
        0 => ReadRule::Leader,
        1 => ReadRule::AnyFollower,
        2 => ReadRule::Nearest,
        3 => ReadRule::Sticky,
        4 => ReadRule::WithinLag { ms: 100 },
        5 => ReadRule::LeaderAfterWrite { window_ms: 300 },
        6 => ReadRule::Token { is_shared: rng.below(2) == 0 },
        _ => ReadRule::Home,
    };
    Session {
        author: ["Ada", "Ben", "Cleo"][usize::from(index)].into(),
        site: SiteId(rng.below(u32::from(site_count)) as u16),
        access: Some(Latency::Constant { us: 500 }),
        workload: Workload::Idle,
        reads,
    }
}

fn draw_wire(rng: &mut Rng, kind: WireKind, most_us: u32) -> Wire {
    let faulty = rng.below(2);
    Wire {
        kind,
        latency: Latency::Exponential { base_us: u64::from(rng.below(most_us)), mean_us: u64::from(1 + rng.below(most_us)) },
        loss_per_million: faulty * rng.below(100_000),
        duplicate_per_million: faulty * rng.below(100_000),
    }
}

/// Each setting stays at its default, or takes any value of its lower range.
fn draw_dials(rng: &mut Rng, entry: &StrategyEntry) -> Dials {
    let mut dials = Dials::default();
    for setting in entry.settings {
        if rng.below(3) == 0 {
            dials.set(setting, draw_value(rng, setting));
        }
    }
    for setting in replicascope::simulation::dials::GENERAL {
        if rng.below(4) == 0 {
            dials.set(setting, draw_value(rng, setting));
        }
    }
    dials
}

fn draw_value(rng: &mut Rng, setting: &Setting) -> u64 {
    match setting.kind {
        Kind::Flag => u64::from(rng.below(2)),
        Kind::Choice(names) => u64::from(rng.below(names.len() as u32)),
        Kind::Number { least, most, .. } => {
            let near = (setting.default.max(2) * 2).clamp(least, most);
            least + u64::from(rng.below(u32::try_from(near - least + 1).unwrap_or(u32::MAX)))
        }
    }
}

fn draw_command(rng: &mut Rng, setup: &Setup) -> Command {
    let node = NodeId(rng.below(setup.node_count() as u32) as u16);
    let fault = |fault| Command::Node { node, fault };
    match rng.below(24) {
        0 => fault(NodeCommand::Crash),
        1 | 2 => fault(NodeCommand::Restart),
        3 => fault(NodeCommand::Pause),
        4 => fault(NodeCommand::Resume),
        5 => fault(NodeCommand::Skew { ms: i64::from(rng.below(400)) - 200 }),
        6 => Command::Link(LinkCommand::Disconnect(SiteId(rng.below(setup.sites.len() as u32) as u16))),
        7 => Command::Link(LinkCommand::Partition(vec![vec![node], vec![NodeId((node.0 + 1) % setup.node_count() as u16)]])),
        8 => Command::Link(LinkCommand::HealAll),
        _ => {
            let session = SessionId(rng.below(setup.sessions.len() as u32) as u16);
            Command::Act { session, action: draw_action(rng) }
        }
    }
}

/// Values are unique, so that every read names the write that it shows.
fn draw_action(rng: &mut Rng) -> Action {
    let key = || ["x", "y"].map(Into::into);
    let one = usize::from(rng.below(3) == 0);
    let [x, y] = key();
    let chosen = if one == 0 { x } else { y };
    match rng.below(10) {
        0..=4 => Action::Put { key: chosen, value: Value::Number(i64::from(rng.bits32())) },
        5 => Action::GetMany { keys: key().to_vec() },
        _ => Action::Get { key: chosen },
    }
}
