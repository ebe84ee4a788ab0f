//! The page in a frame of another one (`?embed=1`): which run it opens, and what it says of it. The script of the frame
//! (`www/frame.js`) alone speaks with the host; between it and this program go two events of the document,
//! `replicascope:ask` and `replicascope:tell`, each with a plain object as its `detail`. Nothing is stored here, and the
//! address stays as it is.

mod asked;
mod told;
mod wanted;

pub(crate) use asked::listen;
pub(crate) use told::{Told, tell_not_opened, tell_ready};
pub(crate) use wanted::Wanted;

use super::hooks::page;
use super::player::{Goal, Player};
use super::theme::Theme;
use crate::checkers::Verdict;
use crate::replication::time::SimTime;
use std::rc::Rc;
use told::Step;

/// What the frame's script asks for.
#[derive(Clone)]
pub enum EmbedMsg {
    /// Say again what is there: the script came later than the program.
    Hello,
    /// Play, from the start again if the end is reached.
    Play,
    /// Pause.
    Pause,
    /// To a time of the run.
    Seek(SimTime),
    /// Another run, or another view of this one: whether the space-time diagram belongs to it.
    Set(Wanted, bool),
    /// Light, dark, or as the system has it.
    Theme(Theme),
    /// Nobody sees the frame: time stands still.
    Hide,
    /// Somebody does.
    Show,
}

/// A frame of another page.
#[derive(Default)]
pub(crate) struct Embed {
    wanted: Wanted,
    /// Whether the space-time diagram is shown.
    pub(crate) has_diagram: bool,
    /// Where the story ends.
    end: SimTime,
    /// What played when the frame went out of sight.
    hidden: Option<Option<Goal>>,
    step: Option<Step>,
    stepped_ms: f64,
    verdicts: Rc<Vec<Told>>,
    judged_ms: f64,
    judged_event: Option<u64>,
}

/// While a run plays, its steps are told this often at most, and its verdicts judged.
const STEP_EVERY_MS: f64 = 100.0;
const JUDGE_EVERY_MS: f64 = 250.0;

impl Embed {
    /// The frame, where the page is one.
    pub(crate) fn from_address() -> Option<Self> {
        let has_diagram = page::query("view").as_deref() == Some("diagram");
        Some(Self { wanted: Wanted::from_address()?, has_diagram, ..Self::default() })
    }

    /// The theme that the address names.
    pub(crate) fn theme() -> Theme {
        Theme::named(&page::query("theme").unwrap_or_default()).unwrap_or_default()
    }

    /// Another run is wanted. Whether it is another one.
    pub(crate) fn want(&mut self, wanted: Wanted) -> bool {
        let is_new = self.wanted != wanted;
        self.wanted = wanted;
        is_new
    }

    /// The verdicts, as told last.
    pub(crate) fn verdicts(&self) -> Rc<Vec<Told>> {
        self.verdicts.clone()
    }

    /// A run was opened.
    pub(crate) fn opened(&mut self, player: &Player) {
        // A run of somebody's own goes on and on after what was done to it.
        let (horizon, last) = (player.session.horizon(), player.session.commands().last().map(|timed| timed.at_ns));
        self.end = if last.is_some_and(|last| last >= horizon) { SimTime::ZERO } else { horizon };
        self.step = None;
        self.verdicts = Rc::default();
        self.judged_event = None;
        tell_ready(player);
    }

    /// The story is played to its end, not on and on.
    pub(crate) fn stop_at_end(&self, player: &mut Player, before: SimTime) {
        if before < self.end && player.session.now() >= self.end && player.is_playing() {
            player.running = None;
            player.session.seek(self.end);
        }
    }

    /// Plays; from the start where the story is over.
    pub(crate) fn play(&mut self, player: &mut Player) {
        if self.end > SimTime::ZERO && player.session.now() >= self.end {
            player.session.seek(SimTime::ZERO);
        }
        match &mut self.hidden {
            Some(before) => *before = Some(Goal::Endless),
            None => player.running = Some(Goal::Endless),
        }
    }

    /// Pauses.
    pub(crate) const fn pause(&mut self, player: &mut Player) {
        player.running = None;
        if let Some(before) = &mut self.hidden {
            *before = None;
        }
    }

    /// Out of sight, or back.
    pub(crate) const fn see(&mut self, is_seen: bool, player: &mut Player) {
        match (is_seen, self.hidden) {
            (false, None) => self.hidden = Some(player.running.take()),
            (true, Some(before)) => {
                self.hidden = None;
                if player.running.is_none() {
                    player.running = before;
                }
            }
            (true, None) | (false, Some(_)) => {}
        }
    }

    /// Tells the host where the run stands, and what has become of the guarantees. Whether these have changed.
    pub(crate) fn follow(&mut self, player: &Player, judge: impl FnOnce() -> Vec<Verdict>) -> bool {
        let now_ms = page::now_ms();
        let is_playing = player.is_playing();
        let ribbon = player.guide.as_ref().filter(|_| self.wanted.is_lesson).map(super::guide::Guide::ribbon);
        let (number, count) = ribbon.map_or((0, 0), |ribbon| (ribbon.number, ribbon.count));
        let step = Step { at: player.session.now(), event: player.session.event_count(), is_playing, number, count };
        // A pause, and a step of the guide, is told at once.
        let is_due = self.step.is_none_or(|told| told.is_playing != is_playing || told.number != number) || !is_playing;
        if self.step != Some(step) && (is_due || now_ms - self.stepped_ms >= STEP_EVERY_MS) {
            self.step = Some(step);
            self.stepped_ms = now_ms;
            step.tell();
        }
        if self.judged_event == Some(step.event) || is_playing && now_ms - self.judged_ms < JUDGE_EVERY_MS {
            return false;
        }
        self.judged_event = Some(step.event);
        self.judged_ms = now_ms;
        self.judged(judge().iter().map(Told::new).collect())
    }

    fn judged(&mut self, now: Vec<Told>) -> bool {
        let is_new = *self.verdicts != now;
        for told in now.iter().filter(|told| !self.verdicts.contains(told)) {
            told.tell();
        }
        if is_new {
            self.verdicts = Rc::new(now);
        }
        is_new
    }
}
