//! The scrub track: how much time it spans, and what is marked on it.

use crate::replication::note::Note;
use crate::replication::time::SimTime;
use crate::session::{BranchView, Session};
use crate::simulation::journal::{Entry, Happening};
use std::rc::Rc;

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// Messages arrived.
    Event,
    /// Somebody acted.
    Command,
    /// Versions in conflict met.
    Conflict,
    /// Something that must never happen did.
    Alarm,
}

/// The track without its cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The time at its right end.
    pub extent: SimTime,
    /// How far the run is known, 0 to 1000.
    pub horizon: u32,
    /// The places of the marks, 0 to 1000, each once, for each of [`MarkKind::ALL`].
    pub marks: Rc<[Vec<u32>; 4]>,
    /// Other futures: where they leave, where they end.
    pub branches: Vec<(u32, u32)>,
}

impl MarkKind {
    /// All of them, the loudest last.
    pub const ALL: [Self; 4] = [Self::Event, Self::Command, Self::Conflict, Self::Alarm];

    /// Its id, for styling.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Command => "command",
            Self::Conflict => "conflict",
            Self::Alarm => "alarm",
        }
    }
}

/// The track of a run, with what is marked up to now.
#[must_use]
pub fn track(session: &Session) -> Track {
    let mut marks = Default::default();
    mark(&mut marks, session.journal().iter(), extent(session));
    marked(session, Rc::new(marks))
}

/// The track of a run on which these places are marked.
#[must_use]
pub fn marked(session: &Session, marks: Rc<[Vec<u32>; 4]>) -> Track {
    let extent = extent(session);
    let branches = others(session).map(|branch| (place(branch.from, extent), place(branch.horizon, extent))).collect();
    Track { extent, horizon: place(session.horizon(), extent), marks, branches }
}

fn others(session: &Session) -> impl Iterator<Item = BranchView> {
    session.branches().into_iter().filter(|branch| !branch.is_active)
}

/// The time at the end of a run's track.
#[must_use]
pub fn extent(session: &Session) -> SimTime {
    round_up(others(session).map(|branch| branch.horizon).fold(session.horizon(), SimTime::max))
}

/// Marks entries, which come in the order of time: each place of the track is worked out once, not for each entry.
pub(super) fn mark(marks: &mut [Vec<u32>; 4], entries: impl Iterator<Item = Entry>, extent: SimTime) {
    let (mut here, mut end) = (0, SimTime::ZERO);
    for entry in entries {
        let Some(kind) = kind(&entry.happening) else { continue };
        if entry.at >= end {
            here = place(entry.at, extent);
            end = SimTime((u64::from(here) + 1).saturating_mul(extent.0).div_ceil(1_000));
        }
        let marks = &mut marks[kind as usize];
        if marks.last() != Some(&here) {
            marks.push(here);
        }
    }
}

/// Where `at` stands on a track that ends at `extent`, in thousandths.
#[must_use]
pub fn place(at: SimTime, extent: SimTime) -> u32 {
    let share = u128::from(at.0) * 1_000 / u128::from(extent.0.max(1));
    u32::try_from(share).unwrap_or(1_000).min(1_000)
}

/// The end of the track: 1, 2 or 5 times a power of ten, so that it rarely changes.
fn round_up(furthest: SimTime) -> SimTime {
    let mut unit = SimTime::from_ms(100).0;
    loop {
        for factor in [1, 2, 5] {
            if furthest.0 <= unit.saturating_mul(factor) {
                return SimTime(unit.saturating_mul(factor));
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn kind(happening: &Happening) -> Option<MarkKind> {
    match happening {
        _ if super::events::is_heartbeat(happening) => None,
        Happening::Delivered { .. } => Some(MarkKind::Event),
        Happening::Commanded(_) => Some(MarkKind::Command),
        Happening::Noted(_, note) => match note.as_ref() {
            Note::Conflict { .. } => Some(MarkKind::Conflict),
            Note::Alarm(_) | Note::Amnesia(_) => Some(MarkKind::Alarm),
            _ => None,
        },
        Happening::Sent { .. } | Happening::Dropped { .. } | Happening::Answered(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::ids::NodeId;
    use crate::replication::protocol::MessageKind;
    use std::collections::BTreeSet;

    fn delivered(ms: u64, kind: MessageKind) -> Entry {
        Entry { at: SimTime::from_ms(ms), event: 1, happening: Happening::Delivered { message: 1, from: NodeId(0), to: NodeId(1), kind } }
    }

    fn marks(entries: impl Iterator<Item = Entry>, extent: SimTime) -> [Vec<u32>; 4] {
        let mut marks = Default::default();
        mark(&mut marks, entries, extent);
        marks
    }

    #[test]
    fn the_track_ends_at_a_round_time_after_the_horizon() {
        assert_eq!(round_up(SimTime::ZERO), SimTime::from_ms(100));
        assert_eq!(round_up(SimTime::from_ms(184)), SimTime::from_ms(200));
        assert_eq!(round_up(SimTime::from_ms(2_001)), SimTime::from_ms(5_000));
    }

    #[test]
    fn each_place_is_marked_once_for_each_kind() {
        let entries = |extent: u64| (0..5_000).map(move |step| delivered(step * step / 2_503 % extent, MessageKind::Batch));
        let mut entries: Vec<Entry> = entries(9_000).collect();
        entries.sort_by_key(|entry| entry.at);
        let extent = SimTime::from_ms(10_000);
        let marks = marks(entries.iter().cloned(), extent);
        let expected: BTreeSet<u32> = entries.iter().map(|entry| place(entry.at, extent)).collect();
        assert!(expected.len() > 100);
        assert_eq!(marks[MarkKind::Event as usize], expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn marks_stand_at_their_time_and_signs_of_life_leave_none() {
        let entries = [delivered(50, MessageKind::Batch), delivered(50, MessageKind::Batch), delivered(60, MessageKind::Heartbeat)];
        assert_eq!(marks(entries.into_iter(), SimTime::from_ms(100)), [vec![500], Vec::new(), Vec::new(), Vec::new()]);
    }
}
