//! "Try this": steps that tick themselves when what they ask for has really happened. Each is judged by the state of the
//! device; what was once seen stays ticked.

use crate::offline::state::DeviceState;
use crate::replication::delta::Key;
use crate::replication::view::{Content, ExchangePhase, ReplicaView};
use crate::view::lab::CART;

/// The steps, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is a cart.
    Fill,
    /// Both links are off.
    GoOffline,
    /// Something was written since.
    Edit,
    /// It survived the end of the page.
    ComeBack,
    /// The links are on and the cloud is there.
    GoOnline,
    /// Two writes met that had not seen each other.
    Conflict,
    /// Device and cloud hold the same.
    Merge,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Fill, Self::GoOffline, Self::Edit, Self::ComeBack, Self::GoOnline, Self::Conflict, Self::Merge];

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Its id in the page.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::GoOffline => "offline",
            Self::Edit => "edit",
            Self::ComeBack => "back",
            Self::GoOnline => "online",
            Self::Conflict => "conflict",
            Self::Merge => "merge",
        }
    }
}

/// How far a person has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    done: u8,
    /// Whether it is folded away.
    pub is_dismissed: bool,
}

/// What of a device counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The cart has lines.
    pub has_cart: bool,
    /// Both links are off.
    pub is_offline: bool,
    /// Both are on and the cloud is connected.
    pub is_online: bool,
    /// Own writes wait.
    pub has_pending: bool,
    /// Own writes wait that an earlier page of this device wrote.
    pub has_earlier_pending: bool,
    /// The cart is in conflict, and one side is this device's.
    pub has_conflict: bool,
    /// Nothing waits, and the cloud holds the same.
    pub is_equal: bool,
}

impl Seen {
    /// What a device shows.
    #[must_use]
    pub fn of(state: &DeviceState) -> Self {
        let Some(view) = &state.view else { return Self::default() };
        let (tabs, cloud) = (&state.links.tabs, &state.links.cloud);
        let phase = cloud.peer.as_ref().map(|peer| peer.phase);
        let is_online = tabs.is_on && cloud.is_on && phase.is_some();
        Self {
            has_cart: matches!(cart(view), Some(Content::Cart(lines)) if !lines.is_empty()),
            is_offline: !tabs.is_on && !cloud.is_on,
            is_online,
            has_pending: !view.pending.is_empty(),
            // Each start of a device writes under a new identity.
            has_earlier_pending: view.pending.iter().any(|dot| Some(dot.replica) != state.replica),
            has_conflict: is_in_conflict(view, &state.name),
            is_equal: is_online && phase == Some(ExchangePhase::Equal) && view.pending.is_empty(),
        }
    }
}

fn cart(view: &ReplicaView) -> Option<&Content> {
    view.records.get(&Key::from(CART)).map(|record| &record.content)
}

fn is_in_conflict(view: &ReplicaView, me: &str) -> bool {
    let conflicts = view.records.get(&Key::from(CART)).map(|record| record.conflicts.as_slice()).unwrap_or_default();
    conflicts.iter().any(|conflict| conflict.sides.iter().any(|side| *side.author.0 == *me))
}

impl Tour {
    /// From what was remembered of it; whatever else stands there is nothing.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let (done, dismissed) = text.split_once(' ').unwrap_or((text, ""));
        Self { done: done.parse::<u8>().unwrap_or(0) & 0x7f, is_dismissed: dismissed == "dismissed" }
    }

    /// As it is remembered.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{}{}", self.done, if self.is_dismissed { " dismissed" } else { "" })
    }

    /// Whether a step is done.
    #[must_use]
    pub const fn is_done(self, step: Step) -> bool {
        self.done & step.bit() != 0
    }

    /// The first step that is not.
    #[must_use]
    pub fn next(self) -> Option<Step> {
        Step::ALL.into_iter().find(|step| !self.is_done(*step))
    }

    /// How many are done.
    #[must_use]
    pub const fn done_count(self) -> u32 {
        self.done.count_ones()
    }

    /// Ticks what has happened.
    pub fn observe(&mut self, seen: Seen) {
        let happened = |tour: Self, step| match step {
            Step::Fill => seen.has_cart,
            Step::GoOffline => tour.is_done(Step::Fill) && seen.is_offline,
            Step::Edit => tour.is_done(Step::GoOffline) && seen.is_offline && seen.has_pending,
            Step::ComeBack => tour.is_done(Step::Edit) && seen.has_earlier_pending,
            Step::GoOnline => tour.is_done(Step::Edit) && seen.is_online,
            Step::Conflict => tour.is_done(Step::GoOnline) && seen.has_conflict,
            Step::Merge => tour.is_done(Step::Conflict) && seen.is_equal,
        };
        for step in Step::ALL {
            if happened(*self, step) {
                self.done |= step.bit();
            }
        }
    }

    /// From the start.
    pub const fn restart(&mut self) {
        self.done = 0;
        self.is_dismissed = false;
    }
}

/// What to do, with the item that Ana changes meanwhile.
#[must_use]
pub fn words(step: Step, item: &str) -> String {
    match step {
        Step::Fill => "Fill the cart".to_owned(),
        Step::GoOffline => "Go offline".to_owned(),
        Step::Edit => format!("Change {item}; Ana changes it in the cloud meanwhile"),
        Step::ComeBack => "Reload this tab, or close it and come back".to_owned(),
        Step::GoOnline => "Go online".to_owned(),
        Step::Conflict => "See the conflict".to_owned(),
        Step::Merge => "See both sides merged".to_owned(),
    }
}

/// The line of the cart that Ana changes first.
#[must_use]
pub fn disputed(view: Option<&ReplicaView>) -> String {
    match view.and_then(|view| cart(view)) {
        Some(Content::Cart(lines)) => lines.keys().next().map_or_else(|| "a line".to_owned(), ToString::to_string),
        _ => "a line".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lab::example;

    const NOTHING: Seen = Seen {
        has_cart: true,
        is_offline: false,
        is_online: false,
        has_pending: false,
        has_earlier_pending: false,
        has_conflict: false,
        is_equal: false,
    };

    #[test]
    fn the_whole_story_ticks_one_step_after_another() {
        let offline = Seen { is_offline: true, ..NOTHING };
        let back = Seen { has_pending: true, has_earlier_pending: true, ..offline };
        let online = Seen { is_online: true, ..NOTHING };
        let story = [
            NOTHING,
            offline,
            Seen { has_pending: true, ..offline },
            back,
            online,
            Seen { has_conflict: true, ..online },
            Seen { has_conflict: true, is_equal: true, ..online },
        ];
        let mut tour = Tour::default();
        for (seen, step) in story.into_iter().zip(Step::ALL) {
            assert_eq!(tour.next(), Some(step));
            tour.observe(seen);
            assert!(tour.is_done(step), "{step:?}");
        }
        assert_eq!((tour.next(), tour.done_count()), (None, 7));
    }

    #[test]
    fn nothing_ticks_that_has_not_happened() {
        let mut tour = Tour::default();
        tour.observe(Seen { has_pending: true, has_earlier_pending: true, is_online: true, has_conflict: true, is_equal: true, ..NOTHING });
        assert_eq!(tour.next(), Some(Step::GoOffline), "an edit while online is no edit offline");
        // Who does not close the tab comes to the end all the same.
        tour.observe(Seen { is_offline: true, has_pending: true, ..NOTHING });
        tour.observe(Seen { is_online: true, has_conflict: true, is_equal: true, ..NOTHING });
        assert_eq!((tour.next(), tour.is_done(Step::Merge)), (Some(Step::ComeBack), true));
    }

    #[test]
    fn it_is_remembered_and_nonsense_is_not() {
        let mut tour = Tour { done: 0b10_0101, is_dismissed: true };
        assert_eq!(Tour::from_text(&tour.to_text()), tour);
        assert_eq!(Tour::from_text("900 x"), Tour::default());
        tour.restart();
        assert_eq!(tour, Tour::default());
    }

    #[test]
    fn ana_changes_the_first_line() {
        assert_eq!(disputed(Some(&example::device())), "eggs");
        assert_eq!(disputed(None), "a line");
        assert!(is_in_conflict(&example::device(), example::ME) && !is_in_conflict(&example::device(), "Device 2"));
    }
}
