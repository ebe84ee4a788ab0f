//! Operations and messages in the picture: as many as it bears.

use super::brush::{BAR, Brush, LETTER, SIGN, short};
use super::cone::Relation;
use super::known::{Task, Trip};
use super::lane::Process;
use super::outline::{area, cross, head, outline};
use super::target::line;
use crate::replication::time::SimTime;
use crate::view::diagram::{Bar, bar};
use crate::view::geometry::{Point, px};
use crate::view::stage::{Form, glyph};
use std::collections::BTreeMap;

/// Messages that are drawn at most; of more, every second, fourth, eighth …
const MOST_TRIPS: usize = 1_200;
/// Up to so many of them carry their shape and letter.
const MOST_LETTERS: usize = 140;
/// Operations that are drawn at most, the same way.
const MOST_TASKS: usize = 800;
/// Operations that bear words, at most.
const MOST_LABELS: usize = 40;
/// Narrower bars bear no words.
const NARROW: f64 = 52.0;
/// Where on its line a message may carry its sign, best first.
const SEATS: [f64; 5] = [0.5, 0.38, 0.62, 0.28, 0.72];

impl Brush<'_> {
    pub(super) fn tasks(&mut self, from: SimTime, to: SimTime) -> (usize, usize) {
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
        self.stroke(7, format!("bar bar-{kind} bar-{outcome}"), &area(start, y - BAR, width, 2.0 * BAR));
        self.bars.push((start, start + width, y));
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
        } else if width > NARROW && self.labels.len() < MOST_LABELS {
            let words = format!("{} → {}", shown.asked, shown.answered);
            let class = if kind == "write" { "label-bar label-write" } else { "label-bar label-read" };
            self.label(class, Point::new(start.max(plot.left()) + 4.0, y + 4.0), short(&words, (width / LETTER) as usize - 1));
        }
    }

    pub(super) fn trips(&mut self, from: SimTime, to: SimTime, with_heartbeats: bool) -> (usize, usize) {
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
        if !self.plot.sight.meets(seen_from.y, seen_to.y) {
            return;
        }
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
            let (left, right) = (self.plot.left() + SIGN, self.plot.width - SIGN);
            let between = |from: f64, to: f64, share: f64| from + share * (to - from);
            // At the edge of the window a sign is moved in, so that all of it is seen.
            let x = |share| between(seen_from.x, seen_to.x, share).min(right).max(left);
            let seat = |share: f64| Point::new(x(share), between(seen_from.y, seen_to.y, share));
            let Some(middle) = SEATS.map(seat).into_iter().find(|at| self.is_free(*at)) else { return };
            self.signs.push(middle);
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
}

/// One of so many is drawn, where at most `most` are to be: a power of two, so that zooming does not shuffle them.
fn stride(count: usize, most: usize) -> usize {
    count.div_ceil(most).max(1).next_power_of_two()
}
