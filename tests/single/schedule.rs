//! One random schedule: settings, clients, faults, and what that configuration promises.

use super::linear::{Did, Operation, is_linearizable};
use super::{Run, dials, group};
use replicascope::replication::causality::Dot;
use replicascope::replication::delta::{self, Key, Value};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::note::Note;
use replicascope::replication::protocol::{Refusal, Reply};
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::view::{ReplicaView, Role};
use replicascope::simulation::command::{Action, Command, End, LinkCommand, NodeCommand};
use replicascope::simulation::history::OperationRecord;
use replicascope::simulation::journal::Happening;
use replicascope::simulation::setup::{Latency, Link, ReadRule, Setup, Site, SiteKind, WireKind};
use std::collections::{BTreeMap, BTreeSet};

/// Faults and requests happen in this time; healing comes after.
const ACTIVE_MS: u64 = 2_500;
/// Everything must be settled this long after healing.
const SETTLE_MS: u64 = 20_000;

/// How often the interesting things happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: u64,
    pub(crate) reads: u64,
    pub(crate) promotions: u64,
    pub(crate) crashes: u64,
    pub(crate) cuts: u64,
    pub(crate) discarded: u64,
    pub(crate) joined: u64,
    pub(crate) left: u64,
    pub(crate) copies: u64,
    pub(crate) unmet: u64,
    pub(crate) fell_back: u64,
    pub(crate) replaced: u64,
    pub(crate) truncated: u64,
}

/// What a configuration promises.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Promises {
    /// All members end equal under one leader.
    pub(crate) converges: bool,
    /// What was acknowledged and is not there is listed by a node.
    pub(crate) lists_losses: bool,
    /// What was acknowledged is there.
    pub(crate) keeps_writes: bool,
    /// One leader per term.
    pub(crate) one_leader: bool,
    /// Two logs with a common entry agree on all before it.
    pub(crate) logs_match: bool,
    /// Fresh reads and writes are linearizable.
    pub(crate) linearizable: bool,
}

pub(crate) struct Schedule {
    seed: u64,
    /// With fewer followers than this nothing is acknowledged, unless a client's write waits until the leader falls back.
    needs_followers: usize,
    setup: Setup,
    commands: Vec<(u64, Command)>,
    /// What each conditional write expected, by the value it would write.
    expected: BTreeMap<i64, Option<i64>>,
}

impl Schedule {
    /// The schedule of a seed with these settings.
    pub(crate) fn draw(seed: u64, settings: &[(&str, &str)]) -> Self {
        let mut rng = Rng::stream(seed, Purpose::Schedule, 200);
        let (mut nodes, mut spares) = (3 + rng.below(3) as u16, rng.below(3) as u16);
        let common = [("heartbeat_every_ms", "40"), ("failover_timeout_ms", "120"), ("lease_ms", "100"), ("client_timeout_ms", "700")];
        let dials = dials(&common.iter().chain(settings).copied().collect::<Vec<_>>());
        let mut setup = group(nodes + spares, spares, &[ReadRule::Leader, ReadRule::Leader, ReadRule::Leader], dials);
        setup.inside.latency = Latency::Uniform { min_us: 200, max_us: 1_000 + u64::from(rng.below(20)) * 1_000 };
        if rng.below(3) == 0 {
            setup.inside.kind = WireKind::Datagram;
            setup.inside.loss_per_million = rng.below(100_000);
            setup.inside.duplicate_per_million = rng.below(50_000);
        }
        if rng.below(2) == 0 {
            (nodes, spares) = spread(&mut setup, &mut rng);
        }
        let synchronous_count =
            settings.iter().find(|(key, _)| *key == "synchronous_count").map_or(1, |(_, count)| count.parse().expect("a count"));
        let needs_followers = if settings.contains(&("replication", "semi-synchronous")) { synchronous_count } else { 0 };
        let mut schedule = Self { seed, needs_followers, setup, commands: Vec::new(), expected: BTreeMap::new() };
        for value in 0..24 + i64::from(rng.below(12)) {
            let action = schedule.draw_action(&mut rng, value);
            let session = SessionId(rng.below(3) as u16);
            schedule.commands.push((u64::from(rng.below(ACTIVE_MS as u32)), Command::Act { session, action }));
        }
        for _ in 0..4 + rng.below(10) {
            let command = draw_fault(&mut rng, nodes, spares);
            schedule.commands.push((u64::from(rng.below(ACTIVE_MS as u32)), command));
        }
        schedule.commands.sort_by_key(|(at, _)| *at);
        schedule
    }

    /// The same with clocks that do not jump.
    pub(crate) fn with_steady_clocks(mut self) -> Self {
        self.commands.retain(|(_, command)| !matches!(command, Command::Node { fault: NodeCommand::Skew { .. }, .. }));
        self
    }

    fn draw_action(&mut self, rng: &mut Rng, value: i64) -> Action {
        let key = Key::from(["x", "y"][rng.below(2) as usize]);
        match rng.below(20) {
            0..9 => Action::Put { key, value: Value::Number(value) },
            9..18 => Action::Get { key },
            _ => {
                let expected = if rng.below(3) == 0 { None } else { Some(i64::from(rng.below(value as u32 + 1))) };
                self.expected.insert(value, expected);
                Action::PutIf { key, expected: expected.map(Value::Number), value: Value::Number(value) }
            }
        }
    }

    /// Runs it to the end and judges by what is promised.
    pub(crate) fn run(&self, promises: Promises, tally: &mut Tally) -> Result<(), String> {
        let mut run = Run::new(self.setup.clone(), self.seed);
        for (at, command) in &self.commands {
            run.until(*at);
            run.apply(command);
            count_command(command, tally);
        }
        run.until(ACTIVE_MS);
        run.heal();
        for node in 0..self.setup.node_count() as u16 {
            run.order(node, NodeCommand::Resume);
            run.order(node, NodeCommand::Restart);
        }
        let verdict = if promises.converges { self.settle(&mut run) } else { Ok(()) };
        if !promises.converges {
            run.more(3_000);
        }
        count_run(&run, tally);
        verdict?;
        self.judge(&run, promises)
    }

    fn settle(&self, run: &mut Run) -> Result<(), String> {
        let mut waited = 0;
        loop {
            run.more(400);
            waited += 400;
            match settled(run, self.needs_followers) {
                Ok(()) => return Ok(()),
                Err(problem) if waited >= SETTLE_MS => return Err(problem),
                Err(_) if waited == 4_000 && run.leaders().is_empty() => {
                    // Without votes and observers somebody has to decide.
                    let views = views(run);
                    let last = views.iter().filter(|(_, view)| view.role == Role::Follower).max_by_key(|(_, view)| view.position);
                    if let Some((node, _)) = last {
                        run.order(node.0, NodeCommand::Promote);
                    }
                }
                Err(_) => {}
            }
        }
    }

    fn judge(&self, run: &Run, promises: Promises) -> Result<(), String> {
        let views = views(run);
        let leader = views.iter().find(|(_, view)| view.role == Role::Leader).map(|(_, view)| view);
        let held: BTreeSet<Dot> = leader.into_iter().flat_map(dots).collect();
        let is_there = |dot: Dot| held.contains(&dot) || leader.is_some_and(|view| dot.counter <= base(view) && view.vector.covers(dot));
        let listed: BTreeSet<Dot> = views.iter().flat_map(|(_, view)| view.discarded.iter().map(|lost| lost.dot)).collect();
        for (dot, record) in acknowledged(run) {
            let who = || format!("{dot} of {} by {} at {:?}", record.key, record.author, record.invoked_at);
            if promises.keeps_writes && !is_there(dot) {
                return Err(format!("lost: {}", who()));
            }
            if promises.lists_losses && !is_there(dot) && !listed.contains(&dot) {
                return Err(format!("lost and not listed: {}", who()));
            }
        }
        if promises.one_leader {
            one_leader_per_term(run)?;
        }
        if promises.logs_match {
            logs_match(&views)?;
        }
        if promises.linearizable {
            for key in ["x", "y"] {
                let operations: Vec<Operation> = run
                    .engine
                    .history()
                    .iter()
                    .filter(|record| *record.key.0 == *key)
                    .filter_map(|record| self.operation(record))
                    .collect();
                if !is_linearizable(&operations) {
                    return Err(format!("{key} is not linearizable: {operations:?}"));
                }
            }
        }
        Ok(())
    }

    /// An operation as its client knows it; `None`: nothing happened.
    fn operation(&self, record: &OperationRecord) -> Option<Operation> {
        let begin = record.invoked_at.0;
        let end = record.closed.as_ref().map(|(at, _)| at.0);
        let reply = record.closed.as_ref().map(|(_, reply)| reply);
        let did = match (&record.write, reply) {
            (None, Some(Reply::Value { value, .. })) => {
                Did::Read(value.as_ref().map(|value| if let Value::Number(number) = value { *number } else { -1 }))
            }
            (None, _) => return None,
            (Some(delta::Operation::Put(Value::Number(new))), reply) => {
                let swap = self.expected.get(new);
                match (reply, swap) {
                    (Some(Reply::Refused(Refusal::Unmet)), Some(expected)) => Did::Kept(*expected),
                    (Some(Reply::Refused(_)), _) => return None,
                    (_, Some(expected)) => Did::Swapped(*expected, *new),
                    (_, None) => Did::Wrote(*new),
                }
            }
            _ => return None,
        };
        Some(Operation { begin, end, did })
    }
}

/// Three datacenters instead of one, each with a client whose way to the leader leads over links that can be cut.
fn spread(setup: &mut Setup, rng: &mut Rng) -> (u16, u16) {
    let mut site = |name: &str, spare_count| Site {
        name: name.into(),
        kind: SiteKind::Datacenter,
        node_count: 1 + rng.below(2) as u16 + spare_count,
        spare_count,
    };
    setup.sites = vec![site("a", 0), site("b", 1), site("c", 0)];
    let link = |(a, b)| Link { a: SiteId(a), b: SiteId(b), wire: setup.inside, back: None };
    setup.links = [(0, 1), (0, 2), (1, 2)].into_iter().map(link).collect();
    for (session, site) in setup.sessions.iter_mut().zip(0..) {
        session.site = SiteId(site);
    }
    (setup.node_count() as u16 - 1, 1)
}

fn draw_fault(rng: &mut Rng, nodes: u16, spares: u16) -> Command {
    let all = u32::from(nodes + spares);
    let node = NodeId(rng.below(all) as u16);
    let other = NodeId(rng.below(all) as u16);
    let fault = |fault| Command::Node { node, fault };
    match rng.below(24) {
        0..4 => fault(NodeCommand::Crash),
        4..8 => fault(NodeCommand::Restart),
        8..10 => fault(NodeCommand::Pause),
        10..12 => fault(NodeCommand::Resume),
        12..14 => {
            let (mut one, mut two) = (Vec::new(), Vec::new());
            for node in 0..nodes + spares {
                if rng.below(2) == 0 { one.push(NodeId(node)) } else { two.push(NodeId(node)) }
            }
            Command::Link(if one.is_empty() || two.is_empty() { LinkCommand::HealAll } else { LinkCommand::Partition(vec![one, two]) })
        }
        14..16 => Command::Link(LinkCommand::HealAll),
        16 => Command::Link(LinkCommand::Cut { from: End::Node(node), to: End::Node(other) }),
        17 => fault(NodeCommand::Skew { ms: i64::from(rng.below(2_000)) - 1_000 }),
        18 | 19 => fault(NodeCommand::Promote),
        20 | 21 => fault(NodeCommand::Join),
        22 => fault(NodeCommand::Leave),
        _ => fault(NodeCommand::Slow { factor: 1 + rng.below(20) }),
    }
}

fn views(run: &Run) -> Vec<(NodeId, ReplicaView)> {
    run.engine.snapshot().nodes.into_iter().filter_map(|node| node.replica.map(|view| (node.node, view))).collect()
}

fn dots(view: &ReplicaView) -> Vec<Dot> {
    view.records.values().flat_map(|record| record.fates.keys().copied()).collect()
}

/// Up to where a replica has dropped its log: of what stands there it knows only the latest write of each key, and who led.
fn base(view: &ReplicaView) -> u64 {
    let fact = view.facts.iter().find(|(name, _)| *name == "log dropped up to");
    fact.map_or(0, |(_, position)| position.trim_start_matches('#').parse().expect("a position"))
}

/// Whether all is quiet and equal; otherwise what is not.
fn settled(run: &Run, needs_followers: usize) -> Result<(), String> {
    let views = views(run);
    let leaders: Vec<&(NodeId, ReplicaView)> = views.iter().filter(|(_, view)| view.role == Role::Leader).collect();
    let [(_, leader)] = leaders[..] else { return Err(format!("{} leaders", leaders.len())) };
    let voters = leader.facts.iter().find(|(name, _)| *name == "voters").map_or(0, |(_, names)| names.split(' ').count());
    if voters <= needs_followers {
        return Ok(());
    }
    let contents = |view: &ReplicaView| -> Vec<_> {
        view.records.iter().map(|(key, record)| (key.clone(), record.content.clone(), record.version)).collect()
    };
    for (node, view) in views.iter().filter(|(_, view)| matches!(view.role, Role::Follower | Role::Candidate)) {
        if view.hash != leader.hash || view.position != leader.position {
            return Err(format!("{node} ({:?}, {:?}) is at {}, its leader at {}", view.role, view.facts, view.position, leader.position));
        }
        if contents(view) != contents(leader) {
            return Err(format!("{node} shows something else than its leader: {:?} {:?}", contents(view), contents(leader)));
        }
        if view.facts.contains(&("answers reads", "not yet".to_owned())) {
            return Err(format!("{node} does not answer reads"));
        }
    }
    if leader.confirmed_count != leader.position.0 {
        return Err(format!("the leader has {} of {} acknowledged: {:?}", leader.confirmed_count, leader.position, leader.facts));
    }
    Ok(())
}

fn acknowledged(run: &Run) -> Vec<(Dot, OperationRecord)> {
    let of = |record: &OperationRecord| match &record.closed {
        Some((_, Reply::Written { dot: Some(dot), .. })) => Some((*dot, record.clone())),
        _ => None,
    };
    run.engine.history().iter().filter_map(of).collect()
}

fn one_leader_per_term(run: &Run) -> Result<(), String> {
    let mut leaders = BTreeMap::new();
    for entry in run.engine.journal().iter() {
        if let Happening::Noted(node, note) = &entry.happening
            && let Note::Promoted(term) = **note
            && leaders.insert(term, *node).is_some_and(|before| before != *node)
        {
            return Err(format!("two leaders in {term:?}"));
        }
    }
    Ok(())
}

/// Judged by the writes that two replicas hold: names are (leadership, position).
fn logs_match(views: &[(NodeId, ReplicaView)]) -> Result<(), String> {
    let log = |view: &ReplicaView| -> BTreeMap<u64, Dot> { dots(view).into_iter().map(|dot| (dot.counter, dot)).collect() };
    let logs: Vec<(NodeId, u64, BTreeMap<u64, Dot>)> = views.iter().map(|(node, view)| (*node, base(view), log(view))).collect();
    for (one, first_base, first) in &logs {
        for (other, second_base, second) in &logs {
            let Some(common) = first.iter().rev().find(|(lsn, dot)| second.get(*lsn) == Some(*dot)) else { continue };
            let since = (*first_base).max(*second_base) + 1;
            if since <= *common.0 && !first.range(since..=*common.0).eq(second.range(since..=*common.0)) {
                return Err(format!("{one} and {other} share {} and differ before it", common.1));
            }
        }
    }
    Ok(())
}

fn count_command(command: &Command, tally: &mut Tally) {
    match command {
        Command::Node { fault: NodeCommand::Crash, .. } => tally.crashes += 1,
        Command::Link(LinkCommand::Cut { .. } | LinkCommand::Partition(_)) => tally.cuts += 1,
        _ => {}
    }
}

fn count_run(run: &Run, tally: &mut Tally) {
    for record in run.engine.history().iter() {
        match &record.closed {
            Some((_, Reply::Written { .. })) => tally.acknowledged += 1,
            Some((_, Reply::Value { .. })) => tally.reads += 1,
            Some((_, Reply::Refused(Refusal::Unmet))) => tally.unmet += 1,
            _ => {}
        }
    }
    for entry in run.engine.journal().iter() {
        let Happening::Noted(_, note) = &entry.happening else { continue };
        match &**note {
            Note::Promoted(_) => tally.promotions += 1,
            Note::TailDiscarded(..) => tally.discarded += 1,
            Note::Told("joined", _) => tally.joined += 1,
            Note::Told("left", _) => tally.left += 1,
            Note::Told("copy-done", _) => tally.copies += 1,
            Note::Told("fell-back", _) => tally.fell_back += 1,
            Note::Told("replaces", _) => tally.replaced += 1,
            Note::Told("log-truncated", _) => tally.truncated += 1,
            _ => {}
        }
    }
}
