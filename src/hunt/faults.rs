//! Faults that are drawn from a seed: each is given at one moment and mended at a later one.

use crate::replication::ids::{NodeId, SiteId};
use crate::replication::random::{Purpose, Rng};
use crate::replication::time::{SimDuration, SimTime};
use crate::simulation::command::{Command, End, LinkCommand, NodeCommand};
use crate::simulation::setup::Setup;

/// The shortest time that faults are spread over.
const SPREAD_MIN: SimDuration = SimDuration::from_ms(1_000);
/// How long a fault lasts, in milliseconds.
const LASTS_MS: (u32, u32) = (10, 2_000);
/// How far a clock goes wrong, in milliseconds, either way.
const SKEW_MS: u32 = 5_000;

/// A fault and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    begins: SimTime,
    ends: SimTime,
    begin: Command,
    end: Command,
}

/// Something that is given at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: SimTime,
    /// Which fault it belongs to.
    pub(super) fault: usize,
    pub(super) is_end: bool,
    pub(super) command: Command,
}

impl Fault {
    /// Both ends of these faults, in the order of time.
    pub(super) fn moments(faults: &[Self]) -> Vec<Moment> {
        let ends = |(fault, drawn): (usize, &Self)| {
            let moment = |at, is_end, command: &Command| Moment { at, fault, is_end, command: command.clone() };
            [moment(drawn.begins, false, &drawn.begin), moment(drawn.ends, true, &drawn.end)]
        };
        let mut moments: Vec<Moment> = faults.iter().enumerate().flat_map(ends).collect();
        moments.sort_unstable_by_key(|moment| (moment.at, moment.fault, moment.is_end));
        moments
    }
}

/// Draws `count` faults for a run of `seed` on this setup, which begin between its start and `busy_until`.
pub(super) fn draw(setup: &Setup, seed: u64, count: u32, busy_until: SimTime) -> Vec<Fault> {
    let mut rng = Rng::stream(seed, Purpose::Schedule, 0);
    let spread_us = u32::try_from(busy_until.0.max(SPREAD_MIN.0) / 1_000).unwrap_or(u32::MAX);
    let mut fault = || {
        let begins = SimTime(u64::from(rng.below(spread_us)) * 1_000);
        let lasts = LASTS_MS.0 + rng.below(LASTS_MS.1 - LASTS_MS.0 + 1);
        let (begin, end) = kind(setup, &mut rng);
        Fault { begins, ends: begins + SimDuration::from_ms(u64::from(lasts)), begin, end }
    };
    (0..count).map(|_| fault()).collect()
}

/// What breaks, and what mends it. Between nodes that stand alone only the node itself can fail.
fn kind(setup: &Setup, rng: &mut Rng) -> (Command, Command) {
    let nodes = setup.node_count() as u32;
    let node = NodeId(rng.below(nodes) as u16);
    let of_node = |fault| Command::Node { node, fault };
    let choice = rng.below(5);
    match choice {
        0 => {
            let ms = 1 + i64::from(rng.below(SKEW_MS));
            let ms = if rng.below(2) == 0 { ms } else { -ms };
            (of_node(NodeCommand::Skew { ms }), of_node(NodeCommand::Skew { ms: 0 }))
        }
        1 if nodes > 1 => {
            // Any other node.
            let other = NodeId(((u32::from(node.0) + 1 + rng.below(nodes - 1)) % nodes) as u16);
            let (from, to) = (End::Node(node), End::Node(other));
            (Command::Link(LinkCommand::Cut { from, to }), Command::Link(LinkCommand::Heal { from, to }))
        }
        2 if nodes > 1 => {
            let others = (0..nodes as u16).map(NodeId).filter(|other| *other != node).collect();
            (Command::Link(LinkCommand::Partition(vec![vec![node], others])), Command::Link(LinkCommand::HealAll))
        }
        3 if setup.sites.len() > 1 => {
            let site = SiteId(rng.below(setup.sites.len() as u32) as u16);
            (Command::Link(LinkCommand::Disconnect(site)), Command::Link(LinkCommand::Reconnect(site)))
        }
        _ => (of_node(NodeCommand::Crash), of_node(NodeCommand::Restart)),
    }
}
