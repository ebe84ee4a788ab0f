//! One random schedule: a cluster, what people do to it, what goes wrong, and what must be true at the end.

mod judge;

use replicascope::replication::delta::{Item, Mode};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::rules::{self, Rules};
use replicascope::replication::setting::Dials;
use replicascope::replication::strategies::HEARTBEAT_EVERY;
use replicascope::replication::strategies::multi_leader_sync::HANDSHAKE_EVERY;
use replicascope::replication::time::SimTime;
use replicascope::simulation::command::{Action, Command, End, LinkCommand, NodeCommand};
use replicascope::simulation::dials;
use replicascope::simulation::engine::Engine;
use replicascope::simulation::registry;
use replicascope::simulation::setup::{CartLine, Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};

/// How often the interesting things happened, over many schedules.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: u64,
    pub(crate) conflicts: u64,
    pub(crate) promotions: u64,
    pub(crate) crashes: u64,
    pub(crate) cuts: u64,
    pub(crate) dropped: u64,
    pub(crate) hand_overs: u64,
    pub(crate) holes: u64,
    pub(crate) pending_again: u64,
    pub(crate) events: u64,
}

/// A cluster and what happens to it.
pub(crate) struct Schedule {
    seed: u64,
    setup: Setup,
    commands: Vec<(SimTime, Command)>,
}

/// Faults and edits happen in this time; healing comes after.
const ACTIVE_MS: u64 = 1_500;
/// Everything must be settled this long after healing.
const SETTLE_MS: u64 = 20_000;

impl Schedule {
    /// The schedule of `seed`, the same under any rules.
    pub(crate) fn draw(seed: u64, rules: Rules) -> Self {
        let mut rng = Rng::stream(seed, Purpose::Schedule, 100);
        let setup = draw_setup(&mut rng, rules);
        let count = 20 + rng.below(20);
        let mut commands: Vec<(SimTime, Command)> =
            (0..count).map(|_| (SimTime::from_ms(u64::from(rng.below(ACTIVE_MS as u32))), draw_command(&mut rng, &setup))).collect();
        commands.sort_by_key(|(at, _)| *at);
        Self { seed, setup, commands }
    }

    /// Runs it to the end and judges.
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
        for node in 0..self.setup.node_count() as u16 {
            engine.apply(&Command::Node { node: NodeId(node), fault: NodeCommand::Restart });
        }
    }

    /// Waits until all is settled, or says what still is not when time is up.
    fn settle(&self, engine: &mut dyn Engine) -> Result<(), String> {
        let mut at = ACTIVE_MS;
        loop {
            at += 500;
            run_until(engine, SimTime::from_ms(at));
            match judge::settled(&engine.snapshot()) {
                Ok(()) => return judge::judge(&engine.snapshot(), engine.history(), self.has_lost_answers()),
                Err(problem) if at >= ACTIVE_MS + SETTLE_MS => return Err(problem),
                Err(_) => {}
            }
        }
    }

    /// After a crash some writes exist that nobody was told of.
    fn has_lost_answers(&self) -> bool {
        self.commands.iter().any(|(_, command)| matches!(command, Command::Node { fault: NodeCommand::Crash, .. }))
    }
}

fn run_until(engine: &mut dyn Engine, time: SimTime) {
    while engine.next_event_at().is_some_and(|at| at <= time) {
        engine.step();
    }
    engine.rest_until(time);
}

fn draw_setup(rng: &mut Rng, rules: Rules) -> Setup {
    let datacenters = 1 + rng.below(3) as u16;
    let devices = if datacenters == 1 { 1 + rng.below(2) as u16 } else { rng.below(3) as u16 };
    let mut sites = Vec::new();
    for index in 0..datacenters {
        sites.push(Site {
            name: format!("dc{index}").into(),
            kind: SiteKind::Datacenter,
            node_count: 1 + rng.below(3) as u16,
            spare_count: 0,
        });
    }
    for index in 0..devices {
        sites.push(Site { name: format!("device{index}").into(), kind: SiteKind::Device, node_count: 1, spare_count: 0 });
    }
    let wire_kind = [WireKind::Stream, WireKind::Datagram][rng.below(2) as usize];
    let mut links = Vec::new();
    for site in 1..datacenters + devices {
        let to = rng.below(u32::from(site.min(datacenters))) as u16;
        links.push(Link { a: SiteId(to), b: SiteId(site), wire: draw_wire(rng, wire_kind, 40_000), back: None });
    }
    if datacenters == 3 && rng.below(2) == 0 && !links.iter().any(|link| (link.a, link.b) == (SiteId(0), SiteId(2))) {
        links.push(Link { a: SiteId(0), b: SiteId(2), wire: draw_wire(rng, wire_kind, 40_000), back: None });
    }
    let session = |site: u16| Session {
        author: ["you", "Ana", "Ben", "Cleo", "Dan"][site as usize].into(),
        site: SiteId(site),
        access: (site < datacenters).then_some(Latency::Constant { us: 500 }),
        workload: Workload::Idle,
        reads: ReadRule::Home,
    };
    Setup {
        strategy: "multi-leader-sync".to_owned(),
        sessions: (0..datacenters + devices).map(session).collect(),
        sites,
        links,
        inside: draw_wire(rng, wire_kind, 4_000),
        mode: Mode::ALL[rng.below(6) as usize],
        cart: vec![CartLine { item: "milk".into(), quantity: 2 }, CartLine { item: "eggs".into(), quantity: 6 }],
        dials: draw_dials(rng, rules),
    }
}

fn draw_dials(rng: &mut Rng, rules: Rules) -> Dials {
    let flags = [
        (&rules::DETECT_BY_VECTOR, rules.detect_by_vector),
        (&rules::FRESH_IDS, rules.fresh_ids),
        (&rules::PERSIST_FIRST, rules.persist_first),
        (&rules::CURSOR_IS_VECTOR, rules.cursor_is_vector),
        (&rules::REFUSE_HOLES, rules.refuse_holes),
        (&rules::REMOVES_CONSUME_DOT, rules.removes_consume_dot),
    ];
    let mut drawn = Dials::default();
    drawn.set(&dials::PERSIST, u64::from(rng.below(4_000)));
    drawn.set(&HANDSHAKE_EVERY, 200);
    drawn.set(&HEARTBEAT_EVERY, 60);
    for (flag, is_on) in flags {
        drawn.set(flag, is_on.into());
    }
    drawn
}

fn draw_wire(rng: &mut Rng, kind: WireKind, most_us: u32) -> Wire {
    let base_us = u64::from(rng.below(most_us));
    let faulty = rng.below(2);
    Wire {
        kind,
        latency: Latency::Exponential { base_us, mean_us: u64::from(1 + rng.below(most_us / 2)) },
        loss_per_million: faulty * rng.below(200_000),
        duplicate_per_million: faulty * rng.below(100_000),
    }
}

fn draw_command(rng: &mut Rng, setup: &Setup) -> Command {
    let site = |rng: &mut Rng| SiteId(rng.below(setup.sites.len() as u32) as u16);
    let node = |rng: &mut Rng| NodeId(rng.below(setup.node_count() as u32) as u16);
    match rng.below(20) {
        0..12 => Command::Act { session: SessionId(rng.below(setup.sessions.len() as u32) as u16), action: draw_action(rng) },
        12 => Command::Link(LinkCommand::Disconnect(site(rng))),
        13 => Command::Link(LinkCommand::Reconnect(site(rng))),
        14 => Command::Link(LinkCommand::Cut { from: End::Node(node(rng)), to: End::Node(node(rng)) }),
        15 => Command::Link(if rng.below(2) == 0 {
            LinkCommand::Cut { from: End::Site(site(rng)), to: End::Site(site(rng)) }
        } else {
            LinkCommand::HealAll
        }),
        16 => Command::Node { node: node(rng), fault: NodeCommand::Crash },
        17 => Command::Node { node: node(rng), fault: NodeCommand::Restart },
        18 => Command::Node { node: node(rng), fault: NodeCommand::Promote },
        _ if rng.below(4) == 0 => Command::Decide(Mode::ALL[rng.below(6) as usize]),
        _ => Command::Node { node: node(rng), fault: NodeCommand::Skew { ms: i64::from(rng.below(1_200_000)) - 600_000 } },
    }
}

fn draw_action(rng: &mut Rng) -> Action {
    let item: Item = ["milk", "eggs", "bread"][rng.below(3) as usize].into();
    let count = 1 + rng.below(9);
    match rng.below(7) {
        0 => Action::Add { item, count },
        1 | 2 => Action::Set { item, quantity: count },
        3 => Action::Decrease { item },
        4 | 5 => Action::Remove { item },
        _ => Action::Resolve { item, quantity: rng.below(4) },
    }
}

impl Tally {
    fn count_command(&mut self, command: &Command) {
        match command {
            Command::Node { fault: NodeCommand::Crash, .. } => self.crashes += 1,
            Command::Link(LinkCommand::Cut { .. } | LinkCommand::Disconnect(_)) => self.cuts += 1,
            Command::Act { .. } | Command::Link(_) | Command::Node { .. } | Command::Message { .. } | Command::Decide(_) => {}
        }
    }

    fn count_run(&mut self, engine: &dyn Engine) {
        self.events += engine.event_count();
        self.acknowledged += judge::acknowledged(engine.history()).count() as u64;
        judge::count_journal(engine.journal(), self);
    }
}
