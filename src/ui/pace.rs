//! How often each part of the page is drawn anew while a run plays. Messages move with every frame; the rest
//! takes turns, one part with each frame at most, and what is costly to draw comes round less often.

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

/// Every turn, with the milliseconds from one to the next at least, and its share: of the time one in so many goes to it at most.
/// What moves comes round soon; what is read may be a little behind where much happens.
const TURNS: [(Turn, f64, f64); 8] = [
    (Turn::Clock, 50.0, 100.0),
    (Turn::Stage, 100.0, 100.0),
    (Turn::Data, 350.0, 300.0),
    (Turn::Panel, 400.0, 300.0),
    (Turn::Track, 250.0, 300.0),
    (Turn::Said, 1_000.0, 300.0),
    (Turn::Diagram, 400.0, 300.0),
    (Turn::Charts, 500.0, 300.0),
];
/// However costly, a part is drawn this often.
const MOST_MS: f64 = 1_000.0;

/// Who is next.
#[derive(Default)]
pub(crate) struct Pace {
    due_ms: [f64; TURNS.len()],
    is_stale: [bool; TURNS.len()],
    taken: Option<(usize, f64)>,
}

impl Pace {
    /// Something happened in the run that any part may show.
    pub(crate) const fn stir(&mut self) {
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
        Some(TURNS[next].0)
    }

    /// The part is on the page now. Returns whether there was one.
    pub(crate) fn drawn(&mut self) -> bool {
        let Some((index, since_ms)) = self.taken.take() else { return false };
        let now_ms = page::now_ms();
        let (_, least_ms, share) = TURNS[index];
        let rest_ms = (share * (now_ms - since_ms)).clamp(least_ms, MOST_MS);
        self.due_ms[index] = now_ms + rest_ms;
        true
    }
}
