//! What a person can point at in the diagram: an event of the journal, or an operation. What belongs to it elsewhere, and
//! which one is nearest to a point, before it or after it.

use super::known::{Known, Trip};
use super::lane::Process;
use super::plot::Plot;
use crate::replication::ids::NodeId;
use crate::replication::time::SimTime;
use crate::simulation::command::Command;
use crate::simulation::journal::{Entry, Happening};
use crate::view::events::is_heartbeat;
use crate::view::geometry::Point;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The entry of this number.
    Entry(u64),
    /// The operation of this number in the history.
    Task(u64),
}

/// What belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// When it happened, or ended.
    pub at: SimTime,
    /// After which event of the run; `None`: it has no entry of its own.
    pub event: Option<u64>,
    /// Its entries.
    pub numbers: Vec<u64>,
    /// The processes that take part.
    pub processes: Vec<Process>,
    /// Its message.
    pub message: Option<u64>,
    /// Its operation.
    pub task: Option<u64>,
}

/// How near is near enough, in CSS pixels; a finger is wide.
const NEAR: f64 = 12.0;
/// Entries that a look for a neighbour passes at most.
const LOOK: u64 = 8_192;

impl Parts {
    /// What belongs to `target`; nothing if it is not known.
    #[must_use]
    pub fn of(target: Target, known: &Known) -> Option<Self> {
        match target {
            Target::Entry(number) => Self::of_entry(number, known),
            Target::Task(number) => Self::of_task(number, known),
        }
    }

    /// The nodes that take part.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        let node = |process: &Process| match process {
            Process::Node(node) => Some(*node),
            Process::Session(_) => None,
        };
        self.processes.iter().filter_map(node).collect()
    }

    fn of_entry(number: u64, known: &Known) -> Option<Self> {
        let Entry { at, event, happening } = known.entry(number)?;
        let mut parts = Self { at, event: Some(event), numbers: vec![number], processes: Vec::new(), message: None, task: None };
        match happening {
            Happening::Sent { message, from, to, kind }
            | Happening::Delivered { message, from, to, kind }
            | Happening::Dropped { message, from, to, kind, .. } => {
                parts.message = Some(message);
                parts.processes = vec![Process::Node(from), Process::Node(to)];
                let trip = trip(known, message, at, kind == crate::replication::protocol::MessageKind::Heartbeat);
                parts.numbers.extend(trip.into_iter().flat_map(|trip| [Some(trip.sent), trip.ended]).flatten());
            }
            Happening::Noted(node, _) => parts.processes = vec![Process::Node(node)],
            Happening::Answered(session, task) => {
                parts.task = Some(task);
                parts.processes = vec![Process::Session(session)];
                let record = usize::try_from(task).ok().and_then(|task| known.history.get(task));
                parts.processes.extend(record.map(|record| Process::Node(record.node)));
            }
            Happening::Commanded(index) => match known.commands.get(index as usize).map(|timed| &timed.command) {
                Some(Command::Act { session, .. }) => parts.processes = vec![Process::Session(*session)],
                Some(Command::Node { node, .. }) => parts.processes = vec![Process::Node(*node)],
                _ => {}
            },
        }
        parts.numbers.sort_unstable();
        parts.numbers.dedup();
        Some(parts)
    }

    fn of_task(number: u64, known: &Known) -> Option<Self> {
        let record = known.history.get(usize::try_from(number).ok()?)?;
        let task = known.tasks.within(record.invoked_at, record.invoked_at).find(|task| task.number == number)?;
        match task.answered {
            Some(answered) => Self::of_entry(answered, known),
            None => Some(Self {
                at: record.invoked_at,
                event: None,
                numbers: Vec::new(),
                processes: vec![Process::Session(record.session), Process::Node(record.node)],
                message: None,
                task: Some(number),
            }),
        }
    }
}

/// The message of this number, which is under way at `at`.
pub(super) fn trip(known: &Known, message: u64, at: SimTime, is_sign: bool) -> Option<Trip> {
    let trips = if is_sign { &known.signs_of_life } else { &known.trips };
    trips.within(at, at).find(|trip| trip.message == message).copied()
}

/// What is nearest to a point of the picture, if anything is near.
#[must_use]
pub fn nearest(known: &Known, plot: &Plot, point: Point, with_heartbeats: bool) -> Option<Target> {
    let reach = NEAR / plot.inner_width();
    let (from, to) = (plot.frame.at(plot.share(point.x) - reach), plot.frame.at(plot.share(point.x) + reach));
    let moments = known.moments_within(from, to).filter_map(|moment| {
        let y = match moment.node {
            Some(node) => plot.y(known.lanes.place(Process::Node(node))?),
            None => Plot::command_y(),
        };
        // What is marked at a point comes before the lines that meet there.
        Some((point.distance(Point::new(plot.x(moment.at), y)) - 3.0, Target::Entry(moment.number)))
    });
    let tasks = known.tasks.within(from, to).filter_map(|task| {
        let away = (plot.y(known.lanes.place(Process::Session(task.session))?) - point.y).abs() - 4.0;
        Some((away.max(0.0), Target::Task(task.number)))
    });
    let trips = known.trips_within(from, to, with_heartbeats).filter_map(|trip| {
        let (start, end) = line(known, plot, trip)?;
        let number = match trip.ended {
            Some(ended) if point.distance(end) < point.distance(start) => ended,
            _ => trip.sent,
        };
        Some((away(point, start, end), Target::Entry(number)))
    });
    let near = moments.chain(tasks).chain(trips).filter(|(away, _)| *away <= NEAR);
    near.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, target)| target)
}

/// Both ends of a message's line. One that is lost does not get there, one that is under way has come halfway.
pub(super) fn line(known: &Known, plot: &Plot, trip: &Trip) -> Option<(Point, Point)> {
    let arrow = &trip.arrow;
    let from = Point::new(plot.x(arrow.sent_at), plot.y(known.lanes.place(Process::Node(arrow.from))?));
    let to_y = plot.y(known.lanes.place(Process::Node(arrow.to))?);
    let to_x = plot.x(arrow.ended_at.unwrap_or_else(|| known.end()));
    let share = match (arrow.ended_at, arrow.lost) {
        (Some(_), None) => 1.0,
        (Some(_), Some(_)) => 0.7,
        (None, _) => 0.5,
    };
    let end = Point::new(
        if share < 1.0 && arrow.ended_at.is_some() { from.x + (to_x - from.x) * share } else { to_x },
        from.y + (to_y - from.y) * share,
    );
    Some((from, end))
}

/// How far a point is from a line.
fn away(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx * dx + dy * dy;
    let share = if length == 0.0 { 0.0 } else { ((point.x - from.x) * dx + (point.y - from.y) * dy) / length };
    let share = share.clamp(0.0, 1.0);
    point.distance(Point::new(from.x + share * dx, from.y + share * dy))
}

/// Where the keyboard goes from an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// To the event before it.
    Before,
    /// To the one after it.
    After,
    /// To the nearest one of the lane above.
    Above,
    /// Of the lane below.
    Below,
}

/// The event that lies there; from nowhere, the last one up to `now`.
#[must_use]
pub fn neighbour(known: &Known, from: Option<Target>, toward: Toward, now: SimTime, with_heartbeats: bool) -> Option<Target> {
    let is_shown = |entry: &Entry| with_heartbeats || !is_heartbeat(&entry.happening);
    let Some(number) = from.and_then(|target| Parts::of(target, known)).and_then(|parts| match from {
        Some(Target::Entry(number)) => Some(number),
        _ => parts.numbers.first().copied(),
    }) else {
        let last = number_at(known, now);
        return before(known, last + 1, is_shown).map(Target::Entry);
    };
    let found = match toward {
        Toward::Before => before(known, number, is_shown),
        Toward::After => after(known, number, is_shown),
        Toward::Above | Toward::Below => {
            let place = lane_of(known, number)?;
            let wanted = if toward == Toward::Above { place.checked_sub(1)? } else { place + 1 };
            let is_there = |entry: &Entry| is_shown(entry) && place_of(known, entry) == Some(wanted);
            let (one, other) = (before(known, number, is_there), after(known, number, is_there));
            let at = known.entry(number)?.at;
            let distance = |number: &u64| known.entry(*number).map_or(u64::MAX, |entry| entry.at.0.abs_diff(at.0));
            one.into_iter().chain(other).min_by_key(distance)
        }
    };
    found.map(Target::Entry)
}

/// The number of the last entry up to `now`.
fn number_at(known: &Known, now: SimTime) -> u64 {
    let later = known.journal.since(SimTime(now.0.saturating_add(1))).count() as u64;
    (known.journal.end() - later).saturating_sub(1)
}

fn before(known: &Known, number: u64, is_it: impl Fn(&Entry) -> bool) -> Option<u64> {
    let first = known.journal.dropped_count();
    let mut end = number;
    let floor = number.saturating_sub(LOOK).max(first);
    while end > floor {
        let start = end.saturating_sub(256).max(floor);
        let part: Vec<(u64, Entry)> = (start..end).zip(known.journal.iter_from(start)).collect();
        if let Some((found, _)) = part.iter().rev().find(|(_, entry)| is_it(entry)) {
            return Some(*found);
        }
        end = start;
    }
    None
}

fn after(known: &Known, number: u64, is_it: impl Fn(&Entry) -> bool) -> Option<u64> {
    let start = number + 1;
    (start..start + LOOK).zip(known.journal.iter_from(start)).find(|(_, entry)| is_it(entry)).map(|(number, _)| number)
}

fn lane_of(known: &Known, number: u64) -> Option<usize> {
    place_of(known, &known.entry(number)?)
}

/// The height at which a target is drawn; nothing for what belongs to no lane.
#[must_use]
pub fn height_of(known: &Known, plot: &Plot, target: Target) -> Option<f64> {
    let place = match target {
        Target::Entry(number) => lane_of(known, number)?,
        Target::Task(number) => known.lanes.place(Process::Session(known.history.get(usize::try_from(number).ok()?)?.session))?,
    };
    Some(plot.y(place))
}

/// The lane on which an entry is drawn.
pub(super) fn place_of(known: &Known, entry: &Entry) -> Option<usize> {
    let process = match &entry.happening {
        Happening::Sent { from, .. } => Process::Node(*from),
        Happening::Delivered { to, .. } | Happening::Dropped { to, .. } => Process::Node(*to),
        Happening::Noted(node, _) => Process::Node(*node),
        Happening::Answered(session, _) => Process::Session(*session),
        Happening::Commanded(index) => match known.commands.get(*index as usize).map(|timed| &timed.command)? {
            Command::Act { session, .. } => Process::Session(*session),
            Command::Node { node, .. } => Process::Node(*node),
            _ => return None,
        },
    };
    known.lanes.place(process)
}
