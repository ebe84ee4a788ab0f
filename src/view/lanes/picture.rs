//! The picture of a window: lanes, slanted lines for messages, bars for operations, marks. Lines of the same look are one
//! path and letters of the same look one text, so that a full window is a few dozen elements and not thousands.

use super::cone::{Cone, Relation};
use super::known::{Known, Moment, Sign, Task, Trip};
use super::lane::Process;
use super::plot::{Plot, px};
use super::stretch::{State, Stretch};
use super::target::line;
use crate::replication::time::SimTime;
use crate::view::diagram::{Bar, bar};
use crate::view::geometry::Point;
use crate::view::names::Names;
use crate::view::stage::{Form, glyph};
use crate::view::{describe, words};
use std::collections::{BTreeMap, BTreeSet};

/// Messages that are drawn at most; of more, every second, fourth, eighth …
const MOST_TRIPS: usize = 1_200;
/// Up to so many of them carry their shape and letter.
const MOST_LETTERS: usize = 140;
/// Operations that are drawn at most, the same way.
const MOST_TASKS: usize = 800;
/// Marks that are drawn at most.
const MOST_MOMENTS: usize = 600;
/// A letter of a label is about this wide.
const LETTER: f64 = 6.6;
/// Narrower bars bear no words.
const NARROW: f64 = 52.0;

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
    let mut brush = Brush { known, names, plot, emphasis, strokes: BTreeMap::new(), letters: BTreeMap::new(), labels: Vec::new() };
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

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

struct Brush<'a> {
    known: &'a Known,
    names: &'a Names,
    plot: Plot,
    emphasis: Emphasis<'a>,
    /// By layer and look.
    strokes: BTreeMap<(u8, String), String>,
    letters: BTreeMap<String, Letters>,
    labels: Vec<Label>,
}

impl Brush<'_> {
    fn stroke(&mut self, layer: u8, class: impl Into<String>, path: &str) {
        self.strokes.entry((layer, class.into())).or_default().push_str(path);
    }

    fn letter(&mut self, class: String, at: Point, letter: &str) {
        let letters = self.letters.entry(class.clone()).or_insert_with(|| Letters { class, ..Letters::default() });
        for char in letter.chars() {
            letters.xs.push_str(&format!("{} ", px(at.x)));
            letters.ys.push_str(&format!("{} ", px(at.y + 3.5)));
            letters.text.push(char);
        }
    }

    fn label(&mut self, class: &'static str, at: Point, text: String) {
        self.labels.push(Label { class, at, text });
    }

    fn y(&self, process: Process) -> Option<f64> {
        self.known.lanes.place(process).map(|place| self.plot.y(place))
    }

    /// The lanes themselves, and how far the past and the future of the chosen event reach on each.
    fn lanes(&mut self) {
        let plot = self.plot;
        for (place, lane) in self.known.lanes.iter().enumerate() {
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

    fn stretch(&mut self, stretch: &Stretch) {
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
            let y = if matches!(stretch.state, State::Leads(_)) { y + 12.0 } else { y - 5.0 };
            self.label("label-stretch", Point::new(from + 4.0, y), text);
        }
    }

    fn tasks(&mut self, from: SimTime, to: SimTime) -> (usize, usize) {
        let known = self.known;
        let stride = stride(known.tasks.count_within(from, to), MOST_TASKS);
        let mut count = 0;
        let mut next: BTreeMap<Process, SimTime> = BTreeMap::new();
        let tasks: Vec<&Task> = known.tasks.within(from, to).collect();
        for task in tasks.into_iter().rev() {
            count += 1;
            let lane = Process::Session(task.session);
            let is_proof = self.emphasis.proof.contains(&task.number);
            if is_proof || task.number.is_multiple_of(stride as u64) {
                self.task(task, next.get(&lane).copied());
            }
            next.insert(lane, task.from);
        }
        (count, stride)
    }

    /// One that has no answer lasts until its client asks the next thing.
    fn task(&mut self, task: &Task, next: Option<SimTime>) {
        let record = usize::try_from(task.number).ok().and_then(|number| self.known.history.get(number));
        let (Some(record), Some(y)) = (record, self.y(Process::Session(task.session))) else { return };
        let plot = self.plot;
        let shown: Bar = bar(record);
        let end = task.to.or(next).unwrap_or_else(|| self.known.end());
        let (left, right) = (plot.left() - 4.0, plot.width + 4.0);
        let start = plot.x(task.from).clamp(left, right);
        let width = (plot.x(end).clamp(left, right) - start).max(2.0);
        let outcome = match (task.to, record.is_unknown) {
            (None, true) => "unknown",
            (None, false) => "open",
            (Some(_), _) if shown.is_refused => "failed",
            (Some(_), _) => "ok",
        };
        let kind = if record.write.is_some() { "write" } else { "read" };
        self.stroke(5, format!("bar bar-{kind} bar-{outcome}"), &area(start, y - 7.0, width, 14.0));
        if let Some(place) = self.emphasis.proof.iter().position(|number| *number == task.number) {
            self.stroke(8, "bar-proof", &area(start - 3.0, y - 10.0, width + 6.0, 20.0));
            self.letter("letter letter-proof".to_owned(), Point::new(start - 9.0, y), &format!("{}", (place + 1) % 10));
        }
        let sign = match outcome {
            "failed" => Some("✕"),
            "unknown" => Some("?"),
            "open" => Some("…"),
            _ => None,
        };
        if let Some(sign) = sign {
            self.letter(format!("letter letter-{outcome}"), Point::new(start + width / 2.0, y), sign);
        } else if width > NARROW {
            let words = format!("{} → {}", shown.asked, shown.answered);
            let class = if kind == "write" { "label-bar label-write" } else { "label-bar label-read" };
            self.label(class, Point::new(start.max(plot.left()) + 4.0, y + 4.0), short(&words, (width / LETTER) as usize - 1));
        }
    }

    fn trips(&mut self, from: SimTime, to: SimTime, with_heartbeats: bool) -> (usize, usize) {
        let known = self.known;
        let most = known.trips.count_within(from, to) + if with_heartbeats { known.signs_of_life.count_within(from, to) } else { 0 };
        let stride = stride(most, MOST_TRIPS);
        let mut count = 0;
        let mut drawn = Vec::new();
        for trip in known.trips_within(from, to, with_heartbeats) {
            count += 1;
            let is_chosen = stride == 1 || self.emphasis.chain.contains(&trip.message);
            if is_chosen || trip.message.is_multiple_of(stride as u64) {
                drawn.push(trip);
            }
        }
        let with_letters = drawn.len() <= MOST_LETTERS;
        drawn.into_iter().for_each(|trip| self.trip(trip, with_letters));
        (count, stride)
    }

    fn trip(&mut self, trip: &Trip, with_letter: bool) {
        let Some((start, end)) = line(self.known, &self.plot, trip) else { return };
        let Some((seen_from, seen_to)) = self.plot.clipped(start, end) else { return };
        let (form, letter, tone) = glyph(trip.arrow.kind);
        let light = self.light(trip);
        let tone = tone.id();
        let path = format!("M{} {}L{} {}", px(seen_from.x), px(seen_from.y), px(seen_to.x), px(seen_to.y));
        let lost = if trip.arrow.lost.is_some() { " trip-lost" } else { "" };
        let layer = if light == " light-aside" { 4 } else { 6 };
        self.stroke(layer, format!("trip tone-{tone}{lost}{light}"), &path);
        match (trip.arrow.ended_at, trip.arrow.lost) {
            (Some(_), None) => self.stroke(layer, format!("head tone-{tone}{light}"), &head(start, end)),
            (Some(_), Some(_)) => self.stroke(layer, format!("cross{light}"), &cross(end)),
            (None, _) => {}
        }
        let length = seen_from.distance(seen_to);
        if with_letter && length > 30.0 && light != " light-aside" {
            let middle = Point::new(f64::midpoint(seen_from.x, seen_to.x), f64::midpoint(seen_from.y, seen_to.y));
            let hollow = if form == Form::Ring { "glyph-hollow" } else { "glyph" };
            self.stroke(7, format!("{hollow} tone-{tone}"), &outline(form, middle));
            self.letter(format!("letter letter-{hollow} tone-{tone}"), middle, letter);
        }
    }

    /// A message belongs to the past only where its arrival does, and to the future only where its sending does.
    fn light(&self, trip: &Trip) -> &'static str {
        if self.emphasis.chain.contains(&trip.message) {
            return " light-chain";
        }
        let Some(cone) = self.emphasis.cone else {
            return if self.emphasis.chain.is_empty() && self.emphasis.proof.is_empty() { "" } else { " light-aside" };
        };
        let sent = cone.relation(Process::Node(trip.arrow.from), trip.sent);
        let arrived = trip.ended.map(|ended| cone.relation(Process::Node(trip.arrow.to), ended));
        match (sent, arrived) {
            (Relation::After | Relation::Same, _) => " light-future",
            (_, Some(Relation::Before | Relation::Same)) => " light-past",
            _ => " light-aside",
        }
    }

    fn moments(&mut self, from: SimTime, to: SimTime) -> usize {
        let known = self.known;
        let (mut count, mut places, mut last_label) = (0, BTreeSet::new(), f64::NEG_INFINITY);
        for moment in known.moments_within(from, to) {
            count += 1;
            let place = ((self.plot.x(moment.at) / 3.0) as i64, moment.node, moment.sign);
            if places.len() < MOST_MOMENTS && places.insert(place) {
                self.moment(moment, &mut last_label);
            }
        }
        count
    }

    fn moment(&mut self, moment: &Moment, last_label: &mut f64) {
        let x = self.plot.x(moment.at);
        let lane = moment.node.map(|node| self.y(Process::Node(node)));
        let Some(y) = lane.unwrap_or(Some(Plot::command_y())) else { return };
        let at = Point::new(x, y);
        match moment.sign {
            Sign::Write => self.stroke(9, "sign sign-write", &outline_of(4.0, at)),
            Sign::Conflict => self.stroke(9, "sign sign-conflict", &outline(Form::Diamond, at)),
            Sign::Alarm => {
                self.stroke(9, "sign sign-alarm", &outline(Form::Square, at));
                self.letter("letter letter-glyph".to_owned(), at, "!");
            }
            Sign::Lost => self.stroke(9, "sign sign-lost", &format!("M{} {}l-6 -10h12z", px(x), px(y + 6.0))),
            Sign::Epoch => self.stroke(9, "sign sign-epoch", &format!("M{} {}v-14l9 4l-9 4", px(x), px(y + 2.0))),
            Sign::Command => {
                self.stroke(9, "sign sign-command", &format!("M{} {}l-5 -7h10z", px(x), px(y + 4.0)));
                if x < *last_label || !self.plot.frame.holds(moment.at) {
                    return;
                }
                if let Some(text) = self.command(moment.number) {
                    let text = short(&text, 34);
                    *last_label = x + (text.chars().count() as f64 + 3.0) * LETTER;
                    self.label("label-command", Point::new(x + 7.0, y + 3.0), text);
                }
            }
        }
        if moment.sign == Sign::Conflict && self.known.moments.len() < 40 {
            self.label("label-conflict", Point::new(x + 9.0, y - 6.0), "conflict".to_owned());
        }
    }

    fn command(&self, number: u64) -> Option<String> {
        let crate::simulation::journal::Happening::Commanded(index) = self.known.entry(number)?.happening else { return None };
        let timed = self.known.commands.get(index as usize)?;
        Some(describe::command(&timed.command, self.names))
    }
}

/// One of so many is drawn, where at most `most` are to be: a power of two, so that zooming does not shuffle them.
fn stride(count: usize, most: usize) -> usize {
    count.div_ceil(most).max(1).next_power_of_two()
}

fn area(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("M{} {}h{}v{}h-{}z", px(x), px(y), px(width), px(height), px(width))
}

fn head(from: Point, to: Point) -> String {
    let length = from.distance(to).max(1.0);
    let (ux, uy) = ((to.x - from.x) / length, (to.y - from.y) / length);
    let corner = |side: f64| (to.x - 8.0 * ux - side * 3.5 * uy, to.y - 8.0 * uy + side * 3.5 * ux);
    let ((ax, ay), (bx, by)) = (corner(1.0), corner(-1.0));
    format!("M{} {}L{} {}L{} {}z", px(to.x), px(to.y), px(ax), px(ay), px(bx), px(by))
}

fn cross(at: Point) -> String {
    let (left, top) = (at.x - 4.5, at.y - 4.5);
    format!("M{} {}l9 9M{} {}l9 -9", px(left), px(top), px(left), px(top + 9.0))
}

fn outline(form: Form, at: Point) -> String {
    let (x, y) = (at.x, at.y);
    match form {
        Form::Disc | Form::Ring => outline_of(8.0, at),
        Form::Dot => outline_of(2.5, at),
        Form::Diamond => format!("M{} {}l9 9l-9 9l-9 -9z", px(x), px(y - 9.0)),
        Form::Triangle => format!("M{} {}l9 15h-18z", px(x), px(y - 9.0)),
        Form::Square => format!("M{} {}h14v14h-14z", px(x - 7.0), px(y - 7.0)),
    }
}

fn outline_of(radius: f64, at: Point) -> String {
    let (r, d) = (px(radius), px(2.0 * radius));
    format!("M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z", px(at.x - radius), px(at.y))
}

/// What one element of the picture is made of, to be drawn over it.
#[must_use]
pub fn outline_at(known: &Known, plot: &Plot, target: super::target::Target, with_heartbeats: bool) -> Option<Stroke> {
    let parts = super::target::Parts::of(target, known)?;
    let mut path = String::new();
    for number in &parts.numbers {
        let Some(entry) = known.entry(*number) else { continue };
        let lane = super::target::place_of(known, &entry).map(|place| plot.y(place));
        path.push_str(&outline_of(7.0, Point::new(plot.x(entry.at), lane.unwrap_or(Plot::command_y()))));
    }
    let trip = parts.message.and_then(|message| {
        let mut around = known.trips_within(parts.at, parts.at, with_heartbeats);
        around.find(|trip| trip.message == message)
    });
    if let Some((from, to)) = trip.and_then(|trip| line(known, plot, trip)).and_then(|(from, to)| plot.clipped(from, to)) {
        path.push_str(&format!("M{} {}L{} {}", px(from.x), px(from.y), px(to.x), px(to.y)));
    }
    let task = parts.task.and_then(|number| {
        let record = known.history.get(usize::try_from(number).ok()?)?;
        let y = plot.y(known.lanes.place(Process::Session(record.session))?);
        let end = record.closed.as_ref().map_or_else(|| known.end(), |(at, _)| *at);
        let (left, right) = (plot.left(), plot.width);
        let (from, to) = (plot.x(record.invoked_at).clamp(left, right), plot.x(end).clamp(left, right));
        Some(area(from - 2.0, y - 9.0, to - from + 4.0, 18.0))
    });
    path.push_str(&task.unwrap_or_default());
    Some(Stroke { class: "outline".to_owned(), path })
}
