//! The picture of a window: lanes, slanted lines for messages, bars for operations, marks. Lines of the same look are one
//! path and letters of the same look one text, so that a full window is a few dozen elements and not thousands.

use super::brush::{Brush, short};
use super::cone::Cone;
use super::known::Known;
use super::plot::Plot;
use crate::replication::time::SimTime;
use crate::view::geometry::Point;
use crate::view::names::Names;
use crate::view::words;
use std::collections::BTreeMap;

/// Lines and areas of one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// Its look.
    pub class: String,
    /// The path.
    pub path: String,
}

/// Letters of one look, each at its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    /// Their look.
    pub class: String,
    /// Places from the left, one for each letter.
    pub xs: String,
    /// Places from the top.
    pub ys: String,
    /// The letters.
    pub text: String,
}

/// Words at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Their look.
    pub class: &'static str,
    /// Where they begin.
    pub at: Point,
    /// The words.
    pub text: String,
}

/// A window of the run, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Its measures.
    pub plot: Plot,
    /// Names of lanes, from top to bottom, and whether each is of a device.
    pub lanes: Vec<(String, bool)>,
    /// Lines and areas, from the ground up.
    pub strokes: Vec<Stroke>,
    /// Letters on messages and bars.
    pub letters: Vec<Letters>,
    /// Words.
    pub labels: Vec<Label>,
    /// Round moments: where, and in words.
    pub ticks: Vec<(f64, String)>,
    /// How many messages, operations and marks are in the window.
    pub counts: (usize, usize, usize),
    /// Of so many messages one is drawn.
    pub one_of: usize,
    /// What it shows, in a sentence.
    pub summary: String,
}

/// What is brought forward in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Emphasis<'a> {
    /// The past and future of the chosen event.
    pub cone: Option<&'a Cone>,
    /// Messages of a causal chain.
    pub chain: &'a [u64],
    /// Operations of a proof, in order.
    pub proof: &'a [u64],
}

/// Draws a window.
#[must_use]
pub fn picture(known: &Known, names: &Names, plot: Plot, emphasis: Emphasis<'_>, with_heartbeats: bool) -> Picture {
    let mut brush = Brush {
        known,
        names,
        plot,
        emphasis,
        strokes: BTreeMap::new(),
        letters: BTreeMap::new(),
        labels: Vec::new(),
        bars: Vec::new(),
        signs: Vec::new(),
    };
    brush.lanes();
    let (from, to) = (plot.frame.from, plot.frame.to());
    known.stretches.within(from, to).for_each(|stretch| brush.stretch(stretch));
    let (operations, tasks_one_of) = brush.tasks(from, to);
    let (messages, one_of) = brush.trips(from, to, with_heartbeats);
    let moments = brush.moments(from, to);
    let (ticks, step) = plot.frame.ticks(if plot.has_gutter() { 8 } else { 4 });
    let ticks = ticks.into_iter().map(|at| (plot.x(at), tick(at, step.0))).collect();
    let one_of = one_of.max(tasks_one_of);
    Picture {
        plot,
        lanes: known.lanes.iter().map(|lane| (short(&lane.name, 19), lane.is_device)).collect(),
        strokes: brush.strokes.into_iter().map(|((_, class), path)| Stroke { class, path }).collect(),
        letters: brush.letters.into_values().collect(),
        labels: brush.labels,
        ticks,
        counts: (messages, operations, moments),
        one_of,
        summary: summary(plot, (messages, operations, moments), one_of),
    }
}

fn summary(plot: Plot, (messages, operations, moments): (usize, usize, usize), one_of: usize) -> String {
    let (from, to) = (words::time(plot.frame.from), words::time(plot.frame.to()));
    let thinned = if one_of > 1 { format!("; one of every {one_of} messages is drawn, zoom in to see all") } else { String::new() };
    format!(
        "{from} to {to}: {}, {}, {}{thinned}",
        words::count(messages as u64, "message", "messages"),
        words::count(operations as u64, "operation", "operations"),
        words::count(moments as u64, "mark", "marks"),
    )
}

/// A moment with as many decimals as ticks that far apart need.
fn tick(at: SimTime, step_ns: u64) -> String {
    let ms = at.0 as f64 / 1e6;
    match step_ns {
        step if step >= 1_000_000_000 => format!("{} s", words::rounded(ms / 1e3, 0)),
        step if step >= 1_000_000 => format!("{} ms", words::rounded(ms, 0)),
        step if step >= 10_000 => format!("{} ms", words::rounded(ms, 2)),
        _ => format!("{} ms", words::rounded(ms, 3)),
    }
}
