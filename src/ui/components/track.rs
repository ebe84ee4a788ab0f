//! The scrub track: a range input over a drawing of what happened when.

use super::part::Draw;
use crate::replication::time::SimTime;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::message::{Msg, RunMsg};
use crate::view::timeline::{MarkKind, Track};
use std::rc::Rc;
use yew::NodeRef;

/// The track. The cursor is moved past the virtual DOM, with every frame.
#[derive(PartialEq)]
pub(super) struct TrackView {
    pub(super) track: Rc<Track>,
    pub(super) scrub: NodeRef,
}

impl Draw for TrackView {
    fn draw(&self, say: &Say) -> Tag {
        let extent = self.track.extent;
        let on_input = move |event: &web_sys::Event| {
            let place = form::number(event).clamp(0.0, 1_000.0);
            Some(Msg::Run(RunMsg::Seek(SimTime((place * extent.0 as f64 / 1_000.0).round() as u64))))
        };
        let picture = tag("svg").class("track-picture").set("viewBox", "0 0 1000 28").set("preserveAspectRatio", "none");
        let picture = picture
            .set("aria-hidden", "true")
            .set("focusable", "false")
            .child(level("track-line", "1000".to_owned()))
            .child(level("track-known", self.track.horizon.to_string()))
            .child(tag("g").children(self.track.branches.iter().enumerate().map(branch)))
            .children(MarkKind::ALL.into_iter().zip(&*self.track.marks).map(marks));
        let scrub = tag("input").class("scrub").set("type", "range").set("min", "0").set("max", "1000").set("step", "any");
        let scrub = scrub.refer(&self.scrub).on(On::Input, say, on_input).set("aria-label", "Time").testid("scrub");
        tag("div").class("track").child(picture).child(scrub.number("data-extent-ns", extent.0))
    }
}

fn level(class: &'static str, end: String) -> Tag {
    tag("line").class(class).set("x1", "0").set("y1", "14").set("x2", end).set("y2", "14")
}

/// All marks of a kind in one path: a long run has a thousand.
fn marks((kind, places): (MarkKind, &Vec<u32>)) -> Tag {
    let line = match kind {
        MarkKind::Event => " 11V17",
        MarkKind::Command => " 8V20",
        MarkKind::Conflict | MarkKind::Alarm => " 4V24",
    };
    let mut path = String::new();
    for place in places {
        path.push('M');
        path.push_str(&place.to_string());
        path.push_str(line);
    }
    tag("path").class(format!("mark mark-{}", kind.id())).set("d", path)
}

fn branch((index, (from, to)): (usize, &(u32, u32))) -> Tag {
    let turn = (from + 20).min(*to);
    tag("path").key(index).class("track-branch").set("d", format!("M{from} 14C{turn} 14 {from} 25 {turn} 25H{to}"))
}
