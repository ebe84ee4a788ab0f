//! All that is known of one future of a run, also what lies after the moment that is being looked at. Follows the
//! session entry by entry; when the session goes back it stays as it is, and another future starts it anew.

use super::frame::{CALM_COUNT, Frame, round_up};
use super::index::{Index, Lasting, Spot};
use super::lane::Lanes;
use super::stretch::Stretches;
use crate::limits;
use crate::recipe::TimedCommand;
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::note::Note;
use crate::replication::protocol::MessageKind;
use crate::replication::time::{SimDuration, SimTime};
use crate::session::Session;
use crate::simulation::history::History;
use crate::simulation::journal::{Entry, Happening, Journal};
use crate::simulation::registry;
use crate::view::diagram::Arrow;
use crate::view::names::Names;
use std::collections::BTreeMap;

/// A window that follows the run is at least this long: 10 ms.
const SHORTEST_FOLLOWING: u64 = 10_000_000;

/// A message with the numbers of its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// Its number.
    pub message: u64,
    /// The entry of its sending.
    pub sent: u64,
    /// The entry of its arrival or loss.
    pub ended: Option<u64>,
    /// The rest.
    pub arrow: Arrow,
}

impl Lasting for Trip {
    fn from(&self) -> SimTime {
        self.arrow.sent_at
    }
    fn to(&self) -> Option<SimTime> {
        self.arrow.ended_at
    }
}

/// An operation; what was asked and told stands in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number in the history.
    pub number: u64,
    /// Whose.
    pub session: SessionId,
    /// The entry of its answer.
    pub answered: Option<u64>,
    /// When it was asked.
    pub from: SimTime,
    /// When the answer came.
    pub to: Option<SimTime>,
}

impl Lasting for Task {
    fn from(&self) -> SimTime {
        self.from
    }
    fn to(&self) -> Option<SimTime> {
        self.to
    }
}

/// What a single moment is marked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// A write was accepted.
    Write,
    /// Somebody acted.
    Command,
    /// A node became leader.
    Epoch,
    /// Writes were dropped for good.
    Lost,
    /// Versions in conflict met.
    Conflict,
    /// Something that must never happen did.
    Alarm,
}

/// A marked moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its entry.
    pub number: u64,
    /// When.
    pub at: SimTime,
    /// At which node; `None`: at none.
    pub node: Option<NodeId>,
    /// What for.
    pub sign: Sign,
}

/// What tells futures apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    branch: Option<String>,
    seed: u64,
    command_count: usize,
    start: Option<TimedCommand>,
}

impl Identity {
    /// Of the future that is played.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Self {
            branch: session.branches().into_iter().find(|branch| branch.is_active).map(|branch| branch.name),
            seed: session.seed(),
            command_count: session.commands().len(),
            start: session.commands().first().cloned(),
        }
    }
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    identity: Option<Identity>,
    /// How far the session had come.
    reached: (u64, usize, SimTime),
    read_end: u64,
    /// The entries, up to the furthest moment.
    pub journal: Journal,
    /// What clients saw up to then.
    pub history: History,
    /// The commands of this future.
    pub commands: Vec<TimedCommand>,
    /// The lanes.
    pub lanes: Lanes,
    /// Messages other than signs of life.
    pub trips: Index<Trip>,
    /// Signs of life.
    pub signs_of_life: Index<Trip>,
    /// Operations.
    pub tasks: Index<Task>,
    /// Marked moments, in order.
    pub moments: Vec<Moment>,
    /// What lasts on lanes.
    pub stretches: Stretches,
    open_trips: BTreeMap<u64, (Spot, bool)>,
    open_tasks: BTreeMap<u64, Spot>,
    task_end: usize,
}

impl Known {
    /// Forgets the run: another one is opened.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The furthest moment that is known.
    #[must_use]
    pub const fn end(&self) -> SimTime {
        self.reached.2
    }

    /// The messages that are under way at some moment from `from` to `to`, signs of life only on request.
    pub fn trips_within(&self, from: SimTime, to: SimTime, with_heartbeats: bool) -> impl Iterator<Item = &Trip> + '_ {
        let signs = with_heartbeats.then(|| self.signs_of_life.within(from, to));
        self.trips.within(from, to).chain(signs.into_iter().flatten())
    }

    /// The marked moments from `from` to `to`.
    pub fn moments_within(&self, from: SimTime, to: SimTime) -> impl Iterator<Item = &Moment> + '_ {
        let start = self.moments.partition_point(|moment| moment.at < from);
        self.moments[start..].iter().take_while(move |moment| moment.at <= to)
    }

    /// The entry of this number.
    #[must_use]
    pub fn entry(&self, number: u64) -> Option<Entry> {
        if number < self.journal.dropped_count() { None } else { self.journal.iter_from(number).next() }
    }

    /// The window that follows the run at `now`, where it showed `frame` until now: it stays as long as `now` lies in it
    /// and it is not too full, so that it does not slide under the eye.
    #[must_use]
    pub fn following(&self, frame: Frame, now: SimTime) -> Frame {
        let first = self.trips.begun_before(now, CALM_COUNT).unwrap_or(SimTime::ZERO);
        let span = SimDuration(round_up(now.since(first).0.max(SHORTEST_FOLLOWING)));
        if frame.holds(now) && frame.span.0 <= span.0.saturating_mul(4) {
            return frame;
        }
        let from = if now.0 <= span.0 { SimTime::ZERO } else { SimTime(now.0 - span.0 * 2 / 5) };
        Frame::new(from, span)
    }

    /// Takes in what happened since the last time. Returns whether anything has.
    pub fn follow(&mut self, session: &Session, names: &Names) -> bool {
        let identity = Identity::of(session);
        // What lies between is gone where the journal has dropped more than was read: nothing of before could be ended.
        let is_other = self.identity.as_ref() != Some(&identity) || session.journal().dropped_count() > self.read_end;
        if is_other {
            *self = Self { identity: Some(identity), lanes: Lanes::new(session.setup(), names), ..Self::default() };
            self.stretches = start(session);
        }
        let here = (session.event_count(), session.applied_count(), session.now());
        if !is_other && here <= self.reached {
            return false;
        }
        self.reached = here;
        self.journal = session.journal().clone();
        self.history = session.history().clone();
        self.commands = session.commands().to_vec();
        self.read_operations();
        self.read_entries(names);
        self.bound();
        true
    }

    fn read_entries(&mut self, names: &Names) {
        let first = self.read_end.max(self.journal.dropped_count());
        let journal = self.journal.clone();
        self.read_end = journal.end();
        for (number, entry) in (first..).zip(journal.iter_from(first)) {
            self.read(number, &entry, names);
        }
    }

    fn read(&mut self, number: u64, entry: &Entry, names: &Names) {
        let at = entry.at;
        match &entry.happening {
            Happening::Sent { message, from, to, kind } => {
                let arrow = Arrow { from: *from, to: *to, kind: *kind, sent_at: at, ended_at: None, lost: None };
                let trip = Trip { message: *message, sent: number, ended: None, arrow };
                let is_sign = *kind == MessageKind::Heartbeat;
                let trips = if is_sign { &mut self.signs_of_life } else { &mut self.trips };
                self.open_trips.insert(*message, (trips.push(trip), is_sign));
            }
            Happening::Delivered { message, .. } => self.end_trip(*message, |trip| {
                trip.ended = Some(number);
                trip.arrow.ended_at = Some(at);
            }),
            Happening::Dropped { message, reason, .. } => self.end_trip(*message, |trip| {
                trip.ended = Some(number);
                (trip.arrow.ended_at, trip.arrow.lost) = (Some(at), Some(*reason));
            }),
            Happening::Noted(node, note) => {
                self.stretches.on_note(at, *node, note);
                if let Some(sign) = sign(note) {
                    self.moments.push(Moment { number, at, node: Some(*node), sign });
                }
            }
            Happening::Commanded(index) => {
                if let Some(timed) = self.commands.get(*index as usize) {
                    self.stretches.on_command(at, &timed.command, names);
                }
                self.moments.push(Moment { number, at, node: None, sign: Sign::Command });
            }
            Happening::Answered(_, operation) => {
                if let Some(spot) = self.open_tasks.remove(operation) {
                    self.tasks.close(spot, |task| {
                        task.to = Some(at);
                        task.answered = Some(number);
                    });
                }
            }
        }
    }

    /// A message that comes twice keeps its first arrival.
    fn end_trip(&mut self, message: u64, end: impl FnOnce(&mut Trip)) {
        let Some((spot, is_sign)) = self.open_trips.remove(&message) else { return };
        let trips = if is_sign { &mut self.signs_of_life } else { &mut self.trips };
        trips.close(spot, end);
    }

    fn read_operations(&mut self) {
        let begin = self.begin();
        for number in self.task_end..self.history.len() {
            let Some(record) = self.history.get(number) else { continue };
            // No entry will tell of an answer from before the journal.
            let to = record.closed.as_ref().map(|(at, _)| *at).filter(|at| *at < begin);
            let spot =
                self.tasks.push(Task { number: number as u64, session: record.session, answered: None, from: record.invoked_at, to });
            if to.is_none() {
                self.open_tasks.insert(number as u64, spot);
            }
        }
        self.task_end = self.history.len();
    }

    /// When the first entry that the journal holds happened; the start of the run as long as it holds all.
    fn begin(&self) -> SimTime {
        let is_cut = self.journal.dropped_count() > 0;
        self.journal.iter().next().filter(|_| is_cut).map_or(SimTime::ZERO, |first| first.at)
    }

    /// What the journal has dropped goes too.
    fn bound(&mut self) {
        self.trips.keep(limits::MAX_JOURNAL_ENTRIES);
        self.signs_of_life.keep(limits::MAX_JOURNAL_ENTRIES / 2);
        self.tasks.keep(limits::MAX_JOURNAL_ENTRIES / 2);
        let begin = self.begin();
        self.trips.forget_before(begin);
        self.signs_of_life.forget_before(begin);
        self.tasks.forget_before(begin);
        let gone = self.moments.partition_point(|moment| moment.number < self.journal.dropped_count());
        // Seldom, since all that stay are moved.
        if gone > self.moments.len() / 2 {
            self.moments.drain(..gone);
            self.moments.shrink_to_fit();
        }
    }
}

/// Who leads at the start; nobody where it cannot be built anew.
fn start(session: &Session) -> Stretches {
    registry::build(session.setup(), session.seed()).map(|engine| Stretches::starting(&engine.snapshot())).unwrap_or_default()
}

/// Whether a note is worth a mark on its lane.
const fn sign(note: &Note) -> Option<Sign> {
    match note {
        Note::Accepted(_) => Some(Sign::Write),
        Note::Promoted(_) => Some(Sign::Epoch),
        Note::TailDiscarded(..) => Some(Sign::Lost),
        Note::Conflict { .. } => Some(Sign::Conflict),
        Note::Alarm(_) | Note::Amnesia(_) => Some(Sign::Alarm),
        _ => None,
    }
}
