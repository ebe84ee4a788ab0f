//! How often each part of the page is drawn anew while a run plays. Messages move with every frame; the rest
//! takes turns, one part with each frame at most. What is costly to draw comes round less often, and so does what is read
//! while hundreds of messages are in flight: its numbers change faster than they can be read.

use super::hooks::page;

/// A part of the page that takes turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The time, and the cursors that stand at it.
    Clock,
    /// Replicas, links and zones.
    Stage,
    /// The cards below the stage.
    Data,
    /// The active tab.
    Panel,
    /// The marks of the scrub track.
    Track,
    /// What is said to those who hear the page.
    Said,
    /// The space-time diagram.
    Diagram,
    /// The charts.
    Charts,
}

/// How often it comes round.
struct Rest {
    turn: Turn,
    /// Milliseconds from one to the next at least, while few messages are in flight.
    least_ms: f64,
    /// Of the time one in so many goes to it at most.
    share: f64,
    /// With so many messages in flight the least is twice as long, with twice as many three times.
    crowd: f64,
}

const fn moves(turn: Turn, least_ms: f64) -> Rest {
    Rest { turn, least_ms, share: 100.0, crowd: f64::INFINITY }
}

const fn read(turn: Turn, least_ms: f64) -> Rest {
    Rest { turn, least_ms, share: 300.0, crowd: 100.0 }
}

/// What moves comes round soon; what is read may be a little behind where much happens.
const TURNS: [Rest; 8] = [
    moves(Turn::Clock, 50.0),
    moves(Turn::Stage, 100.0),
    read(Turn::Data, 350.0),
    read(Turn::Panel, 400.0),
    read(Turn::Track, 250.0),
    read(Turn::Said, 1_000.0),
    read(Turn::Diagram, 400.0),
    read(Turn::Charts, 500.0),
];
/// However costly, a part is drawn this often.
const MOST_MS: f64 = 1_000.0;

/// Who is next.
#[derive(Default)]
pub(crate) struct Pace {
    due_ms: [f64; TURNS.len()],
    is_stale: [bool; TURNS.len()],
    taken: Option<(usize, f64)>,
    in_flight: usize,
}

impl Pace {
    /// Something happened in the run that any part may show; so many messages are in flight now.
    pub(crate) const fn stir(&mut self, in_flight: usize) {
        self.in_flight = in_flight;
        self.is_stale = [true; TURNS.len()];
    }

    /// The part that is drawn with this frame: the one that has waited longest.
    pub(crate) fn next(&mut self) -> Option<Turn> {
        let now_ms = page::now_ms();
        // Time always passes.
        self.is_stale[0] = true;
        let waiting = (0..TURNS.len()).filter(|index| self.is_stale[*index] && self.due_ms[*index] <= now_ms);
        let next = waiting.min_by(|one, other| self.due_ms[*one].total_cmp(&self.due_ms[*other]))?;
        self.is_stale[next] = false;
        self.taken = Some((next, now_ms));
        Some(TURNS[next].turn)
    }

    /// The part is on the page now. Returns whether there was one.
    pub(crate) fn drawn(&mut self) -> bool {
        let Some((index, since_ms)) = self.taken.take() else { return false };
        let now_ms = page::now_ms();
        let Rest { least_ms, share, crowd, .. } = TURNS[index];
        let least_ms = (least_ms * (1.0 + self.in_flight as f64 / crowd)).min(MOST_MS);
        // Not `clamp`: that brings the whole printing of floats along, for its panic.
        let rest_ms = (share * (now_ms - since_ms)).min(MOST_MS).max(least_ms);
        self.due_ms[index] = now_ms + rest_ms;
        true
    }
}
