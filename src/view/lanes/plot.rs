//! Where things stand in the picture: time to the right, a lane for each process.

use super::frame::Frame;
use crate::replication::time::SimTime;
use crate::view::geometry::Point;

/// Height of a lane with its name beside it, and on it.
const LANE: f64 = 30.0;
const NAMED_LANE: f64 = 42.0;
/// Room above the lanes, for times and commands.
const TOP: f64 = 40.0;
const BELOW: f64 = 8.0;
/// Room for the names of lanes beside them, on a screen that has it.
const GUTTER: f64 = 132.0;
const WIDE: f64 = 560.0;
/// Lines go this far beyond the ends of the window.
const BEYOND: f64 = 24.0;

/// From which height to which the picture is looked at, in CSS pixels from its top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// Its upper end.
    pub from: f64,
    /// Its lower end.
    pub to: f64,
}

impl Sight {
    /// All of the picture.
    pub const ALL: Self = Self { from: f64::NEG_INFINITY, to: f64::INFINITY };

    /// So much more above and below.
    #[must_use]
    pub fn with_margin(self, margin: f64) -> Self {
        Self { from: self.from - margin, to: self.to + margin }
    }

    /// Whether all of `other` lies in it.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// Whether something between two heights can be seen, in whichever order they are.
    pub(super) fn meets(self, one: f64, other: f64) -> bool {
        one.max(other) >= self.from && one.min(other) <= self.to
    }
}

/// The picture's measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    /// The window of time.
    pub frame: Frame,
    /// Width of the whole picture, in CSS pixels.
    pub width: f64,
    /// How many lanes.
    pub lane_count: usize,
    /// What of it is looked at: lanes elsewhere are not drawn.
    pub sight: Sight,
}

impl Plot {
    /// Where the lanes begin.
    #[must_use]
    pub const fn left(&self) -> f64 {
        if self.has_gutter() { GUTTER } else { 0.0 }
    }

    /// Whether the names of lanes stand beside them, and not on them.
    #[must_use]
    pub const fn has_gutter(&self) -> bool {
        self.width >= WIDE
    }

    /// Height of the picture.
    #[must_use]
    pub fn height(&self) -> f64 {
        TOP + self.lane() * self.lane_count as f64 + BELOW
    }

    /// Height of a lane.
    #[must_use]
    pub const fn lane(&self) -> f64 {
        if self.has_gutter() { LANE } else { NAMED_LANE }
    }

    /// Where commands are marked that belong to no lane.
    pub(super) const fn command_y() -> f64 {
        TOP - LANE * 0.3
    }

    /// Where a moment stands.
    #[must_use]
    pub fn x(&self, at: SimTime) -> f64 {
        self.left() + self.frame.share(at) * self.inner_width()
    }

    /// How wide the lanes are.
    #[must_use]
    pub fn inner_width(&self) -> f64 {
        (self.width - self.left()).max(1.0)
    }

    /// The share of the window at this place.
    #[must_use]
    pub fn share(&self, x: f64) -> f64 {
        (x - self.left()) / self.inner_width()
    }

    /// The moment at this place.
    #[must_use]
    pub fn at(&self, x: f64) -> SimTime {
        self.frame.at(self.share(x))
    }

    /// The middle of a lane, counted from the top.
    #[must_use]
    pub fn y(&self, place: usize) -> f64 {
        TOP + self.lane() * (place as f64 + 0.5) + if self.has_gutter() { 0.0 } else { 6.0 }
    }

    /// Whether a lane is looked at.
    #[must_use]
    pub fn sees(&self, place: usize) -> bool {
        let middle = self.y(place);
        self.sight.meets(middle - self.lane(), middle + self.lane())
    }

    /// The lane at this height.
    #[must_use]
    pub fn lane_at(&self, y: f64) -> Option<usize> {
        let place = (y - TOP) / self.lane();
        (place >= 0.0 && place < self.lane_count as f64).then_some(place as usize)
    }

    /// The part of a line that can be seen; nothing where none can. Keeps its slant.
    #[must_use]
    pub fn clipped(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (left, right) = (self.left() - BEYOND, self.width + BEYOND);
        if to.x < left || from.x > right {
            return None;
        }
        let at = |x: f64| {
            let share = if to.x == from.x { 0.0 } else { (x - from.x) / (to.x - from.x) };
            Point::new(x, from.y + share * (to.y - from.y))
        };
        Some((if from.x < left { at(left) } else { from }, if to.x > right { at(right) } else { to }))
    }
}
