//! Outlines as SVG paths: of signs, of messages' heads, and of what is chosen.

use super::known::Known;
use super::lane::Process;
use super::picture::Stroke;
use super::plot::Plot;
use super::target::{Parts, Target, line, place_of};
use crate::view::geometry::{Point, px};
use crate::view::stage::Form;

pub(super) fn area(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("M{} {}h{}v{}h-{}z", px(x), px(y), px(width), px(height), px(width))
}

pub(super) fn head(from: Point, to: Point) -> String {
    let length = from.distance(to).max(1.0);
    let (ux, uy) = ((to.x - from.x) / length, (to.y - from.y) / length);
    let corner = |side: f64| (to.x - 8.0 * ux - side * 3.5 * uy, to.y - 8.0 * uy + side * 3.5 * ux);
    let ((ax, ay), (bx, by)) = (corner(1.0), corner(-1.0));
    format!("M{} {}L{} {}L{} {}z", px(to.x), px(to.y), px(ax), px(ay), px(bx), px(by))
}

pub(super) fn cross(at: Point) -> String {
    let (left, top) = (at.x - 4.5, at.y - 4.5);
    format!("M{} {}l9 9M{} {}l9 -9", px(left), px(top), px(left), px(top + 9.0))
}

pub(super) fn outline(form: Form, at: Point) -> String {
    let (x, y) = (at.x, at.y);
    match form {
        Form::Disc | Form::Ring => outline_of(8.0, at),
        Form::Dot => outline_of(2.5, at),
        Form::Diamond => format!("M{} {}l9 9l-9 9l-9 -9z", px(x), px(y - 9.0)),
        Form::Triangle => format!("M{} {}l9 15h-18z", px(x), px(y - 9.0)),
        Form::Square => format!("M{} {}h14v14h-14z", px(x - 7.0), px(y - 7.0)),
    }
}

pub(super) fn outline_of(radius: f64, at: Point) -> String {
    let (r, d) = (px(radius), px(2.0 * radius));
    format!("M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z", px(at.x - radius), px(at.y))
}

/// What one element of the picture is made of, to be drawn over it.
#[must_use]
pub fn outline_at(known: &Known, plot: &Plot, target: Target, with_heartbeats: bool) -> Option<Stroke> {
    let parts = Parts::of(target, known)?;
    let mut path = String::new();
    for number in &parts.numbers {
        let Some(entry) = known.entry(*number) else { continue };
        let lane = place_of(known, &entry).map(|place| plot.y(place));
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
