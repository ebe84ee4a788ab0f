//! What draws: lines of the same look are gathered in one path, letters of the same look in one text.

use super::known::Known;
use super::lane::{Lane, Process};
use super::outline::area;
use super::picture::{Emphasis, Label, Letters};
use super::plot::Plot;
use super::stretch::{State, Stretch};
use crate::replication::ids::NodeId;
use crate::view::geometry::{Point, Rect, px};
use crate::view::names::Names;
use std::collections::BTreeMap;

/// A letter of a label is about this wide.
pub(super) const LETTER: f64 = 6.6;
/// Labels keep twice this from each other.
const CLEAR: f64 = 3.0;
/// Half of a message's sign.
pub(super) const SIGN: f64 = 8.0;

/// Half of an operation's height.
pub(super) const BAR: f64 = 7.0;

/// The middle of a name that stands on its lane, above it.
const NAME: f64 = 15.0;

/// A picture on its way.
pub(super) struct Brush<'a> {
    pub(super) known: &'a Known,
    pub(super) names: &'a Names,
    pub(super) plot: Plot,
    pub(super) emphasis: Emphasis<'a>,
    /// By layer and look.
    pub(super) strokes: BTreeMap<(u8, String), String>,
    pub(super) letters: BTreeMap<String, Letters>,
    pub(super) labels: Vec<Label>,
    /// Operations: from, to and height of each. Messages pass behind them.
    pub(super) bars: Vec<(f64, f64, f64)>,
    /// Signs of messages: each is to be read.
    pub(super) signs: Vec<Point>,
}

impl Brush<'_> {
    pub(super) fn stroke(&mut self, layer: u8, class: impl Into<String>, path: &str) {
        self.strokes.entry((layer, class.into())).or_default().push_str(path);
    }

    pub(super) fn letter(&mut self, class: String, at: Point, letter: &str) {
        let letters = self.letters.entry(class.clone()).or_insert_with(|| Letters { class, ..Letters::default() });
        for char in letter.chars() {
            letters.xs.push_str(&format!("{} ", px(at.x)));
            letters.ys.push_str(&format!("{} ", px(at.y + 3.5)));
            letters.text.push(char);
        }
    }

    pub(super) fn label(&mut self, class: &'static str, at: Point, text: String) {
        self.labels.push(Label { class, at, text });
    }

    /// Whether a message's sign at this place would stand on no words, on no operation and on no other sign.
    pub(super) fn is_free(&self, at: Point) -> bool {
        let covers = |label: &Label| words(label.at, &label.text).grown(SIGN).contains(at);
        let hides = |(from, to, y): &(f64, f64, f64)| (from - SIGN..to + SIGN).contains(&at.x) && (at.y - y).abs() < BAR + SIGN;
        let meets = |sign: &Point| sign.distance(at) < 2.0 * SIGN;
        !self.labels.iter().any(covers) && !self.bars.iter().any(hides) && !self.signs.iter().any(meets) && !self.is_on_a_name(at)
    }

    /// Whether words would stand there on no others and on no message's sign.
    pub(super) fn is_clear(&self, at: Point, text: &str) -> bool {
        let own = words(at, text).grown(CLEAR);
        let is_on_words = self.labels.iter().any(|label| words(label.at, &label.text).grown(CLEAR).overlaps(&own));
        !is_on_words && !self.signs.iter().any(|sign| own.grown(SIGN).contains(*sign))
    }

    /// Where there is no room beside them, names stand on their lanes.
    fn is_on_a_name(&self, at: Point) -> bool {
        let is_on = |(place, lane): (usize, &Lane)| {
            let end = lane.name.chars().count() as f64 * LETTER + SIGN;
            at.x < end && (at.y - self.plot.y(place) + NAME).abs() < LETTER + SIGN
        };
        !self.plot.has_gutter() && self.known.lanes.iter().enumerate().any(is_on)
    }

    /// The height of a lane that is looked at.
    pub(super) fn y(&self, process: Process) -> Option<f64> {
        self.known.lanes.place(process).filter(|place| self.plot.sees(*place)).map(|place| self.plot.y(place))
    }

    /// The lanes themselves, and how far the past and the future of the chosen event reach on each.
    pub(super) fn lanes(&mut self) {
        let plot = self.plot;
        for (place, lane) in self.known.lanes.iter().enumerate().filter(|(place, _)| plot.sees(*place)) {
            let y = plot.y(place);
            let class = match (lane.process, lane.is_device) {
                (Process::Session(_), _) => "lane-line lane-client",
                (_, true) => "lane-line lane-device",
                _ => "lane-line",
            };
            self.stroke(1, class, &format!("M{} {}H{}", px(plot.left()), px(y), px(plot.width)));
            let Some(cone) = self.emphasis.cone else { continue };
            let x = |number: &u64| self.known.entry(*number).map(|entry| plot.x(entry.at).clamp(plot.left(), plot.width));
            let past = cone.past.get(&lane.process).and_then(x);
            let future = cone.future.get(&lane.process).and_then(x);
            if let Some(end) = past {
                self.stroke(3, "lane-past", &format!("M{} {}H{}", px(plot.left()), px(y), px(end)));
            }
            if let Some(start) = future {
                self.stroke(3, "lane-future", &format!("M{} {}H{}", px(start), px(y), px(plot.width)));
            }
        }
    }

    pub(super) fn stretch(&mut self, stretch: &Stretch) {
        let Some(y) = self.y(Process::Node(stretch.node)) else { return };
        let plot = self.plot;
        let (left, right) = (plot.left(), plot.width);
        let from = plot.x(stretch.from).clamp(left, right);
        let to = stretch.to.map_or_else(|| plot.x(self.known.end()), |to| plot.x(to)).clamp(left, right);
        if to <= from {
            return;
        }
        let id = stretch.state.id();
        match stretch.state {
            State::Leads(_) => self.stroke(2, "stretch-leads", &format!("M{} {}H{}", px(from), px(y), px(to))),
            State::Down | State::Paused | State::Offline => {
                let (top, height) = (y - 14.0, 28.0);
                self.stroke(0, format!("stretch-{id}"), &area(from, top, to - from, height));
            }
        }
        let text = match stretch.state {
            State::Leads(term) => format!("leads · term {term}"),
            _ => id.to_owned(),
        };
        if to - from > (text.len() as f64 + 2.0) * LETTER {
            // Messages come and go between nodes: above a lane without one above it there is more room.
            let is_below = matches!(stretch.state, State::Leads(_)) && self.is_under_a_node(stretch.node);
            let beside = if is_below { 0.0 } else { self.name_end(Process::Node(stretch.node)) };
            let y = if is_below { y + 12.0 } else { y - 5.0 };
            // What began before it may still be written there.
            let left = self.words_end(y, from).unwrap_or(from).max(from).max(beside) + 4.0;
            if left + text.len() as f64 * LETTER < to {
                self.label("label-stretch", Point::new(left, y), text);
            }
        }
    }
}

impl Brush<'_> {
    /// Where words of this height end that begin before `x`.
    fn words_end(&self, y: f64, x: f64) -> Option<f64> {
        let of_height = self.labels.iter().filter(|label| (label.at.y - y).abs() < LETTER && label.at.x <= x + 4.0);
        of_height.map(|label| words(label.at, &label.text).right()).max_by(f64::total_cmp)
    }

    fn is_under_a_node(&self, node: NodeId) -> bool {
        let lanes = &self.known.lanes;
        let above = lanes.place(Process::Node(node)).and_then(|place| lanes.iter().nth(place.checked_sub(1)?));
        above.is_none_or(|above| matches!(above.process, Process::Node(_)))
    }

    /// Where the name of a lane ends that stands on it.
    fn name_end(&self, process: Process) -> f64 {
        let place = self.known.lanes.place(process).filter(|_| !self.plot.has_gutter());
        let name = place.and_then(|place| self.known.lanes.iter().nth(place)).map_or(0, |lane| lane.name.chars().count());
        name as f64 * LETTER
    }
}

/// Where the middle parts of a label's letters are.
fn words(at: Point, text: &str) -> Rect {
    Rect { x: at.x, y: at.y - LETTER, width: text.chars().count() as f64 * LETTER, height: LETTER }
}

/// A text with so many letters at most.
pub(super) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}
