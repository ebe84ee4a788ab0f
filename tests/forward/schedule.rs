//! One random schedule: a graph of leaders, what people do, what goes wrong, and what must be true once it has healed.

use super::{choice, tracker};
use replicascope::replication::causality::{Dot, VersionVector};
use replicascope::replication::delta::Value;
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::note::Note;
use replicascope::replication::protocol::Reply;
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::setting::Dials;
use replicascope::replication::strategies::multi_leader_forward::{
    DELIVERY, FORWARDING, HOME, HOME_FENCING, HOME_LEASE, HOME_SITE, ORIGIN_IDS, RESEND_EVERY, TIE_BREAK,
};
use replicascope::replication::strategies::{EXCHANGE_EVERY, HEARTBEAT_EVERY};
use replicascope::replication::time::SimTime;
use replicascope::replication::view::{Fate, ReplicaView};
use replicascope::simulation::command::{Action, Command, End, LinkCommand, NodeCommand};
use replicascope::simulation::engine::Engine;
use replicascope::simulation::history::OperationRecord;
use replicascope::simulation::journal::{Happening, Trace};
use replicascope::simulation::setup::{Latency, Link, Setup, Wire, WireKind};
use replicascope::simulation::{Options, dials, registry};
use std::collections::BTreeMap;

/// What a schedule is held to; what is `None` is drawn.
#[derive(Clone, Copy, Default)]
pub(super) struct Wish {
    pub(super) forwarding: Option<&'static str>,
    pub(super) delivery: Option<&'static str>,
    pub(super) home: Option<&'static str>,
    pub(super) without: Option<Protection>,
    /// Judge as if this delivery were set.
    pub(super) judged_as: Option<&'static str>,
}

/// What can be switched off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    OriginIds,
    TieBreak,
    Fencing,
}

/// How often the interesting things happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) acknowledged: u64,
    pub(super) conflicts: u64,
    pub(super) held: u64,
    pub(super) dominated: u64,
    pub(super) moved_homes: u64,
    pub(super) crashes: u64,
    pub(super) cuts: u64,
    pub(super) dropped: u64,
}

pub(super) struct Schedule {
    seed: u64,
    setup: Setup,
    delivery: &'static str,
    is_home: bool,
    is_fenced: bool,
    commands: Vec<(SimTime, Command)>,
}

const ACTIVE_MS: u64 = 1_500;
const SETTLE_MS: u64 = 20_000;

impl Schedule {
    pub(super) fn draw(seed: u64, wish: Wish) -> Self {
        let mut rng = Rng::stream(seed, Purpose::Schedule, 200);
        let count = 2 + rng.below(4) as u16;
        let drawn_forwarding = ["flood", "one-way-ring", "direct"][rng.below(3) as usize];
        let forwarding = wish.forwarding.unwrap_or(drawn_forwarding);
        let drawn_delivery = ["none", "compare", "causal"][rng.below(3) as usize];
        let delivery = wish.delivery.unwrap_or(drawn_delivery);
        let drawn_home = ["none", "none", "by-key"][rng.below(3) as usize];
        let is_home = wish.home.unwrap_or(drawn_home) == "by-key";
        let is_fenced = is_home && (rng.below(2) == 0 || wish.without == Some(Protection::Fencing));
        let shape = match forwarding {
            _ if is_fenced => 0,
            "direct" => 0,
            "one-way-ring" => rng.below(2),
            _ => rng.below(3),
        };
        let kind = [WireKind::Stream, WireKind::Datagram][rng.below(2) as usize];
        let links = pairs(count, shape, &mut rng).into_iter().map(|(a, b)| draw_link(&mut rng, kind, a, b)).collect();
        let is_on = |protection| u64::from(wish.without != Some(protection));
        let dials = Dials::default()
            .with(&FORWARDING, choice(&FORWARDING, forwarding))
            .with(&DELIVERY, choice(&DELIVERY, delivery))
            .with(&ORIGIN_IDS, is_on(Protection::OriginIds))
            .with(&TIE_BREAK, is_on(Protection::TieBreak))
            .with(&HOME, u64::from(is_home))
            .with(&HOME_SITE, u64::from(rng.below(u32::from(count) + 1)))
            .with(&HOME_FENCING, u64::from(is_fenced) * is_on(Protection::Fencing))
            .with(&HOME_LEASE, 150)
            .with(&HEARTBEAT_EVERY, 30)
            .with(&RESEND_EVERY, 60)
            .with(&EXCHANGE_EVERY, u64::from(rng.below(2) * rng.below(300)))
            .with(&dials::PERSIST, u64::from(rng.below(4_000)));
        let mut setup = super::setup(count, links, Dials::default());
        setup.dials = dials;
        for session in &mut setup.sessions {
            session.access = (rng.below(2) == 0).then_some(Latency::Constant { us: 500 });
        }
        let command_count = 20 + rng.below(25);
        let at = |rng: &mut Rng| SimTime::from_ms(u64::from(rng.below(ACTIVE_MS as u32)));
        let mut commands: Vec<_> = (0..command_count).map(|_| (at(&mut rng), draw_command(&mut rng, &setup, is_fenced))).collect();
        commands.sort_by_key(|(at, _)| *at);
        Self { seed, setup, delivery: wish.judged_as.unwrap_or(delivery), is_home, is_fenced, commands }
    }

    pub(super) fn run(&self, tally: &mut Tally) -> Result<(), String> {
        self.setup.check().map_err(|error| error.to_string())?;
        let options = Options { trace: Trace::Full, ..Options::default() };
        let mut engine = registry::build_with(&self.setup, self.seed, options).map_err(|error| error.to_string())?;
        for (at, command) in &self.commands {
            command.check(&self.setup).map_err(|error| error.to_string())?;
            run_until(&mut *engine, *at);
            engine.apply(command);
        }
        run_until(&mut *engine, SimTime::from_ms(ACTIVE_MS));
        engine.apply(&Command::Link(LinkCommand::HealAll));
        for node in (0..self.setup.node_count() as u16).map(NodeId) {
            engine.apply(&Command::Node { node, fault: NodeCommand::Restart });
            engine.apply(&Command::Node { node, fault: NodeCommand::Resume });
        }
        let verdict = self.settle(&mut *engine);
        tally.count(&self.commands, &*engine);
        verdict
    }

    fn settle(&self, engine: &mut dyn Engine) -> Result<(), String> {
        let mut at = ACTIVE_MS;
        loop {
            at += 500;
            run_until(engine, SimTime::from_ms(at));
            match settled(engine) {
                Ok(()) => return self.judge(engine),
                Err(problem) if at >= ACTIVE_MS + SETTLE_MS => return Err(problem),
                Err(_) => {}
            }
        }
    }

    fn judge(&self, engine: &dyn Engine) -> Result<(), String> {
        let snapshot = engine.snapshot();
        let views: Vec<&ReplicaView> = snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).collect();
        if self.delivery != "none" || self.is_home {
            converged(&views)?;
        }
        let writes: BTreeMap<Dot, &OperationRecord> = acknowledged(engine).collect();
        for view in &views {
            for (dot, write) in &writes {
                accounted_for(view, *dot, write)?;
            }
        }
        if self.delivery == "causal"
            && let Some(problem) = tracker::effect_before_cause(engine.journal())
        {
            return Err(problem);
        }
        if self.delivery != "none" && !self.is_home {
            shown_is_latest(views[0], &writes)?;
        }
        if self.is_fenced { no_two_homes(writes.values()) } else { Ok(()) }
    }
}

fn run_until(engine: &mut dyn Engine, time: SimTime) {
    while engine.next_event_at().is_some_and(|at| at <= time) {
        engine.step();
    }
    engine.rest_until(time);
}

/// Whether everybody has everything.
fn settled(engine: &dyn Engine) -> Result<(), String> {
    let snapshot = engine.snapshot();
    let mut views = Vec::new();
    for node in &snapshot.nodes {
        let view = node.replica.as_ref().ok_or("a node is still down")?;
        if let Some(alarm) = view.alarm {
            return Err(format!("alarm: {alarm:?}"));
        }
        if !view.pending.is_empty() {
            return Err(format!("{} still has {} pending writes", node.node, view.pending.len()));
        }
        views.push(view);
    }
    let uneven = views.iter().find(|view| view.vector != views[0].vector);
    uneven.map_or(Ok(()), |view| Err(format!("one knows {} and another {}", views[0].vector, view.vector)))
}

fn converged(views: &[&ReplicaView]) -> Result<(), String> {
    let shown = |view: &ReplicaView| {
        view.records.iter().map(|(key, record)| (key.clone(), record.content.clone(), record.version)).collect::<Vec<_>>()
    };
    let differs = views.iter().any(|view| shown(view) != shown(views[0]) || view.hash != views[0].hash);
    if differs { Err("the replicas differ".to_owned()) } else { Ok(()) }
}

fn acknowledged(engine: &dyn Engine) -> impl Iterator<Item = (Dot, &OperationRecord)> {
    engine.history().iter().filter_map(|record| match &record.closed {
        Some((_, Reply::Written { dot: Some(dot), .. })) => Some((*dot, record)),
        _ => None,
    })
}

fn accounted_for(view: &ReplicaView, dot: Dot, write: &OperationRecord) -> Result<(), String> {
    let record = view.records.get(&write.key).ok_or(format!("{} is nowhere", write.key))?;
    match record.fates.get(&dot) {
        None => Err(format!("an acknowledged write of {} is lost: {dot}", write.key)),
        Some(Fate::Superseded { by } | Fate::Discarded { by, .. }) if *by == dot || !record.fates.contains_key(by) => {
            Err(format!("{dot} lost against {by}, which does not exist"))
        }
        Some(_) => Ok(()),
    }
}

/// The write that shows had not been seen by any other, as far as clients were told.
fn shown_is_latest(view: &ReplicaView, writes: &BTreeMap<Dot, &OperationRecord>) -> Result<(), String> {
    for (key, record) in &view.records {
        let visible: Vec<Dot> = record.fates.iter().filter(|(_, fate)| **fate == Fate::Visible).map(|(dot, _)| *dot).collect();
        let [shown] = visible[..] else { return Err(format!("{key} shows {visible:?}")) };
        let seen_by = writes.iter().find(|(dot, write)| **dot != shown && write.key == *key && context(write).covers(shown));
        if let Some((later, _)) = seen_by {
            return Err(format!("{key} shows {shown}, which {later} had seen"));
        }
    }
    Ok(())
}

fn context(write: &OperationRecord) -> VersionVector {
    match &write.closed {
        Some((_, Reply::Written { context, .. })) => context.clone(),
        _ => VersionVector::new(),
    }
}

/// Under leases no home accepts a write once a later one has answered.
fn no_two_homes<'a>(writes: impl Iterator<Item = &'a &'a OperationRecord>) -> Result<(), String> {
    let accepted = |write: &&OperationRecord| match write.closed {
        Some((at, Reply::Written { version, .. })) => Some((version >> 32, write.invoked_at, at)),
        _ => None,
    };
    let all: Vec<_> = writes.filter_map(accepted).collect();
    let is_late = |old: &&(u64, SimTime, SimTime)| all.iter().any(|new| old.0 < new.0 && new.2 < old.1);
    all.iter().find(is_late).map_or(Ok(()), |old| Err(format!("a home of leadership {:x} accepted after its successor", old.0)))
}

/// Pairs of linked sites: a mesh, a ring, or any connected graph.
fn pairs(count: u16, shape: u32, rng: &mut Rng) -> Vec<(u16, u16)> {
    match shape {
        0 => (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).collect(),
        1 => (0..count).map(|site| (site, (site + 1) % count)).filter(|(site, _)| count > 2 || *site == 0).collect(),
        _ => {
            let mut pairs: Vec<(u16, u16)> = (1..count).map(|site| (rng.below(u32::from(site)) as u16, site)).collect();
            let extra = (rng.below(u32::from(count)) as u16, rng.below(u32::from(count)) as u16);
            if extra.0 < extra.1 && !pairs.contains(&extra) {
                pairs.push(extra);
            }
            pairs
        }
    }
}

fn draw_link(rng: &mut Rng, kind: WireKind, a: u16, b: u16) -> Link {
    let faulty = rng.below(2);
    let wire = Wire {
        kind,
        latency: Latency::Exponential { base_us: u64::from(rng.below(40_000)), mean_us: u64::from(1 + rng.below(20_000)) },
        loss_per_million: faulty * rng.below(200_000),
        duplicate_per_million: faulty * rng.below(100_000),
    };
    Link { a: SiteId(a), b: SiteId(b), wire, back: None }
}

fn draw_command(rng: &mut Rng, setup: &Setup, is_fenced: bool) -> Command {
    let site = |rng: &mut Rng| SiteId(rng.below(setup.sites.len() as u32) as u16);
    let node = |rng: &mut Rng| NodeId(site(rng).0);
    match rng.below(20) {
        0..12 => Command::Act { session: SessionId(site(rng).0), action: draw_action(rng) },
        12 => Command::Link(LinkCommand::Disconnect(site(rng))),
        13 => Command::Link(LinkCommand::Reconnect(site(rng))),
        14 => Command::Link(LinkCommand::Cut { from: End::Site(site(rng)), to: End::Site(site(rng)) }),
        15 => Command::Link(LinkCommand::HealAll),
        16 => Command::Node { node: node(rng), fault: [NodeCommand::Crash, NodeCommand::Pause][rng.below(2) as usize] },
        17 => Command::Node { node: node(rng), fault: [NodeCommand::Restart, NodeCommand::Resume][rng.below(2) as usize] },
        // Leases rest on clocks that do not jump.
        18 if !is_fenced => Command::Node { node: node(rng), fault: NodeCommand::Skew { ms: i64::from(rng.below(2_000)) - 1_000 } },
        _ => Command::Node { node: node(rng), fault: NodeCommand::Promote },
    }
}

fn draw_action(rng: &mut Rng) -> Action {
    let key = ["x", "y", "z"][rng.below(3) as usize].into();
    let value = Value::Number(i64::from(rng.below(1_000)));
    match rng.below(8) {
        0 => Action::Get { key },
        1 => Action::Delete { key },
        2 => Action::PutIf { key, expected: None, value },
        _ => Action::Put { key, value },
    }
}

impl Tally {
    fn count(&mut self, commands: &[(SimTime, Command)], engine: &dyn Engine) {
        self.acknowledged += acknowledged(engine).count() as u64;
        for (_, command) in commands {
            match command {
                Command::Node { fault: NodeCommand::Crash, .. } => self.crashes += 1,
                Command::Link(LinkCommand::Cut { .. } | LinkCommand::Disconnect(_)) => self.cuts += 1,
                _ => {}
            }
        }
        for entry in engine.journal().iter() {
            match entry.happening {
                Happening::Dropped { .. } => self.dropped += 1,
                Happening::Noted(_, note) => match &*note {
                    Note::Conflict { .. } => self.conflicts += 1,
                    Note::Promoted(_) => self.moved_homes += 1,
                    Note::Told("held", _) => self.held += 1,
                    Note::Told("dominated", _) => self.dominated += 1,
                    _ => {}
                },
                _ => {}
            }
        }
    }
}
