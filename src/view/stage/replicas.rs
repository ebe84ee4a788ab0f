//! Replicas as they are drawn: role letter, position, lag, and the lines of their data.

use super::Tone;
use super::layout::{LINE_HEIGHT, Layout, MOST_LINES, RADIUS};
use crate::replication::ids::{NodeId, SiteId};
use crate::replication::time::SimTime;
use crate::replication::view::{Content, Decided, ExchangePhase, ReplicaView, Role};
use crate::scenarios::index::IS_WHOLE;
use crate::simulation::snapshot::{NodeSnapshot, Snapshot};
use crate::view::geometry::{Point, Rect};
use crate::view::names::Names;
use crate::view::{quiet, words};

/// A replica as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeShape {
    /// Which.
    pub node: NodeId,
    /// Middle of its circle.
    pub center: Point,
    /// Radius of its circle.
    pub radius: f64,
    /// What it stands for.
    pub tone: Tone,
    /// Its role letter.
    pub letter: &'static str,
    /// Its role in a word, or "down".
    pub role: &'static str,
    /// Its position in the log.
    pub position: String,
    /// Its term, once it is not the first.
    pub term: Option<String>,
    /// How far it is behind (followers).
    pub lag: Option<LagShape>,
    /// What stands under a circle without lag.
    pub caption: String,
    /// Whether the caption stands for something that waits.
    pub is_waiting: bool,
    /// How much of its alarm clock's time is left, 0 to 1.
    pub countdown: Option<f64>,
    /// Whether it stands still.
    pub is_paused: bool,
    /// Whether its data stands right of the circle.
    pub is_device: bool,
    /// Its data.
    pub lines: Vec<LineShape>,
    /// All of it in a sentence.
    pub label: String,
    /// Its log position as a number.
    pub position_data: u64,
    /// Entries behind as a number; 0 for leaders.
    pub lag_data: u64,
    /// Its cart as `item:quantity` pairs.
    pub cart_data: String,
}

/// The lag bar under a follower.
#[derive(Clone, Debug, PartialEq)]
pub struct LagShape {
    /// The whole bar.
    pub frame: Rect,
    /// How much of the leader's log is applied, 0 to 1.
    pub share: f64,
    /// In words.
    pub words: String,
    /// Whether anything is missing.
    pub is_behind: bool,
}

/// One line of a replica's data.
#[derive(Clone, Debug, PartialEq)]
pub struct LineShape {
    /// What is written.
    pub text: String,
    /// Where.
    pub at: Point,
    /// Whether versions are in conflict.
    pub is_conflict: bool,
    /// Whether a write on it is not confirmed yet.
    pub is_pending: bool,
}

/// How a site stands towards the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteState {
    /// No node of it runs.
    Down,
    /// Nothing passes to or from it.
    CutOff,
    /// Its exchanges have not begun.
    Waiting,
    /// Writes are on their way.
    Syncing,
    /// All is exchanged.
    UpToDate,
}

/// How `site` stands.
#[must_use]
pub fn site_state(site: SiteId, snapshot: &Snapshot, names: &Names) -> SiteState {
    let mut replicas = snapshot.nodes.iter().filter(|node| node.site == site).filter_map(|node| node.replica.as_ref()).peekable();
    if replicas.peek().is_none() {
        return SiteState::Down;
    }
    if quiet::is_cut_off(site, snapshot, names) {
        return SiteState::CutOff;
    }
    let leaders: Vec<&ReplicaView> = replicas.filter(|replica| replica.role == Role::Leader).collect();
    let phases = || leaders.iter().flat_map(|leader| &leader.exchanges).map(|exchange| exchange.phase);
    if leaders.iter().any(|leader| !leader.pending.is_empty()) || phases().any(|phase| phase == ExchangePhase::Syncing) {
        return SiteState::Syncing;
    }
    if phases().next().is_some() && phases().all(|phase| phase == ExchangePhase::Apart) {
        return SiteState::Waiting;
    }
    SiteState::UpToDate
}

/// How many lines a node has to say.
pub(super) fn line_count(node: &NodeSnapshot) -> usize {
    node.replica.as_ref().map_or(0, |replica| data(replica).len())
}

/// Draws one node.
pub(super) fn shape(node: &NodeSnapshot, now: SimTime, layout: &Layout, names: &Names) -> NodeShape {
    let is_device = names.is_device(node.site);
    let spot = &layout.spots[node.node.index()];
    let blank = NodeShape {
        node: node.node,
        center: spot.center,
        radius: RADIUS,
        tone: Tone::Down,
        letter: "✕",
        role: "down",
        position: "down".to_owned(),
        term: None,
        lag: None,
        caption: String::new(),
        is_waiting: false,
        countdown: None,
        is_paused: false,
        is_device,
        lines: Vec::new(),
        label: format!("✕ down: {}", names.node(node.node)),
        position_data: 0,
        lag_data: 0,
        cart_data: String::new(),
    };
    match &node.replica {
        Some(replica) => {
            running(node, replica, spot.lines_at, NodeShape { countdown: if IS_WHOLE { left(replica, now) } else { None }, ..blank }, names)
        }
        None => blank,
    }
}

fn running(node: &NodeSnapshot, replica: &ReplicaView, lines_at: Point, blank: NodeShape, names: &Names) -> NodeShape {
    let tone = match replica.role {
        _ if blank.is_device => Tone::Device,
        Role::Leader => Tone::Leader,
        Role::Candidate => Tone::Conflict,
        Role::Follower | Role::Replica | Role::Coordinator | Role::Spare => Tone::Follower,
    };
    let radius = if replica.role == Role::Leader { RADIUS } else { RADIUS - 4.0 };
    let lag = node.lag.filter(|_| replica.role == Role::Follower && !node.is_paused).map(|lag| LagShape {
        frame: Rect { x: blank.center.x - 30.0, y: blank.center.y + 40.0, width: 60.0, height: 4.0 },
        share: applied_share(replica.position.0, lag.leader_position.0),
        words: match lag.entry_count {
            0 => "up to date".to_owned(),
            count => format!("{count} behind · {}", words::duration(lag.age.0)),
        },
        is_behind: lag.entry_count > 0,
    });
    let pending_count = replica.pending.len() as u64;
    let caption = match (replica.role, pending_count) {
        _ if IS_WHOLE && node.is_paused => "stands still".to_owned(),
        _ if IS_WHOLE && node.slowness > 1 => format!("{}× slower", node.slowness),
        _ if IS_WHOLE && node.line_count > 0 => format!("{} in line", node.line_count),
        (Role::Leader, 0) => "all confirmed".to_owned(),
        (Role::Leader, count) => format!("{count} pending"),
        (Role::Spare, _) => "spare".to_owned(),
        (Role::Candidate, _) => "asks for votes".to_owned(),
        _ => String::new(),
    };
    let shape = NodeShape {
        radius,
        tone,
        letter: words::role_letter(replica.role),
        role: words::role(replica.role),
        position: match replica.role {
            Role::Replica if IS_WHOLE => words::count(replica.delta_count, "key", "keys"),
            Role::Coordinator => String::new(),
            _ => replica.position.to_string(),
        },
        is_paused: node.is_paused,
        term: (replica.term.0 > 1).then(|| format!("t{}", replica.term.0)),
        lag_data: node.lag.map_or(0, |lag| lag.entry_count),
        is_waiting: pending_count > 0 || node.is_paused || node.slowness > 1 || node.line_count > 0,
        lag,
        caption,
        lines: lines(replica, lines_at),
        position_data: replica.position.0,
        cart_data: cart_data(replica),
        ..blank
    };
    NodeShape { label: label(&shape, names), ..shape }
}

fn left(replica: &ReplicaView, now: SimTime) -> Option<f64> {
    let countdown = replica.countdown.as_ref()?;
    let whole = countdown.until.since(countdown.from).0.max(1) as f64;
    Some((countdown.until.since(now).0 as f64 / whole).clamp(0.0, 1.0))
}

fn applied_share(position: u64, leader_position: u64) -> f64 {
    if leader_position == 0 {
        return 1.0;
    }
    // The last few entries are what matters: a bar over the whole log would always look full.
    let missing = leader_position.saturating_sub(position) as f64;
    (1.0 - missing / 8.0).clamp(0.05, 1.0)
}

fn label(shape: &NodeShape, names: &Names) -> String {
    let lag = shape.lag.as_ref().map_or_else(|| shape.caption.clone(), |lag| lag.words.clone());
    let flagged = |line: &LineShape| {
        let conflict = if line.is_conflict { " (in conflict)" } else { "" };
        let pending = if line.is_pending { " (pending)" } else { "" };
        format!("{}{conflict}{pending}", line.text)
    };
    let lines: Vec<String> = shape.lines.iter().map(flagged).collect();
    // What is written on the circle comes first, so that who speaks to the page can say what they see.
    let written: Vec<&str> = [shape.letter, &shape.position].into_iter().chain(shape.term.as_deref()).collect();
    let state = if lag.is_empty() { String::new() } else { format!(", {lag}") };
    let holds = if lines.is_empty() { "nothing".to_owned() } else { lines.join(", ") };
    let written: Vec<&str> = written.into_iter().filter(|word| !word.is_empty()).collect();
    format!("{}: {}, {}{state}. Holds {holds}", written.join(" "), names.node(shape.node), shape.role)
}

/// A line before it has a place: text, in conflict, pending.
type Datum = (String, bool, bool);

fn lines(replica: &ReplicaView, at: Point) -> Vec<LineShape> {
    let mut data = data(replica);
    if data.len() > MOST_LINES {
        let more = data.len() - (MOST_LINES - 1);
        data.truncate(MOST_LINES - 1);
        data.push((format!("+ {more} more"), false, false));
    }
    let line = |(index, (text, is_conflict, is_pending)): (usize, Datum)| LineShape {
        text,
        is_conflict,
        is_pending,
        at: Point::new(at.x, at.y + index as f64 * LINE_HEIGHT),
    };
    data.into_iter().enumerate().map(line).collect()
}

fn data(replica: &ReplicaView) -> Vec<Datum> {
    replica.records.iter().flat_map(|(key, decided)| record(&key.0, decided)).collect()
}

fn record(key: &str, decided: &Decided) -> Vec<Datum> {
    let whole = decided.conflicts.iter().any(|conflict| conflict.item.is_none());
    match &decided.content {
        Content::Cart(cart) => {
            let is_contested = |item| whole || decided.conflicts.iter().any(|conflict| conflict.item.as_ref() == Some(item));
            let present =
                cart.iter().map(|(item, line)| (format!("{} {}", short(&item.0), line.quantity), is_contested(item), line.is_pending));
            let removed = decided.conflicts.iter().filter_map(|conflict| conflict.item.as_ref()).filter(|item| !cart.contains_key(*item));
            present.chain(removed.map(|item| (format!("{} removed", short(&item.0)), true, false))).collect()
        }
        Content::Plain(value) => vec![(format!("{} = {}", short(key), short(&value.to_string())), whole, false)],
        Content::Open => vec![(format!("{} undecided", short(key)), true, false)],
        Content::Absent => Vec::new(),
    }
}

fn cart_data(replica: &ReplicaView) -> String {
    let carts = replica.records.values().filter_map(|decided| match &decided.content {
        Content::Cart(cart) => Some(cart),
        Content::Absent | Content::Plain(_) | Content::Open => None,
    });
    carts.flatten().map(|(item, line)| format!("{item}:{}", line.quantity)).collect::<Vec<_>>().join(",")
}

/// At most nine characters: what fits beside a circle.
fn short(name: &str) -> String {
    if name.chars().count() <= 9 { name.to_owned() } else { name.chars().take(8).chain(['…']).collect() }
}
