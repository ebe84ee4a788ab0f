//! Playback controls: always the same buttons at the same place.

use super::icon::{Shape, icon};
use super::part::{Draw, part};
use super::track::TrackView;
use crate::ui::IS_WHOLE;
use crate::ui::clock::Clock;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, RunMsg};
use crate::view::speed::Speed;
use crate::view::timeline::Track;
use std::rc::Rc;

/// The transport line.
#[derive(PartialEq)]
pub(crate) struct Transport {
    pub(crate) track: Rc<Track>,
    pub(crate) clock: Clock,
    pub(crate) is_playing: bool,
    pub(crate) speed: Speed,
    pub(crate) seed: u64,
    pub(crate) branches: Vec<(String, bool)>,
}

impl Draw for Transport {
    fn draw(&self, say: &Say) -> Tag {
        let time = tag("output").refer(&self.clock.time).testid("time");
        let time = time.set("aria-label", "Time of the run").set("aria-live", "off");
        // In a box of its own, so that a change of the time lays out nothing else.
        let time = tag("div").class("time").child(time);
        tag("section")
            .class(if self.branches.len() > 1 { "transport transport-branched" } else { "transport" })
            .set("aria-label", "Time")
            .testid("transport")
            .child(self.buttons(say))
            .child(time)
            .child(part(TrackView { track: self.track.clone(), scrub: self.clock.scrub.clone() }, say))
            .child(speed(self.speed, say))
            .child(tag("div").class("branches").maybe(branches(&self.branches, say)))
            .child(part(Restart { seed: self.seed }, say))
    }
}

impl Transport {
    fn buttons(&self, say: &Say) -> Tag {
        let (play_icon, play_label, state) =
            if self.is_playing { (Shape::Pause, "Pause", "playing") } else { (Shape::Play, "Play", "paused") };
        let press = |class: &'static str, msg: RunMsg, shape: Shape, testid: &'static str, title: &'static str| {
            button(class).on_click(say, Msg::Run(msg)).testid(testid).set("title", title).child(icon(shape))
        };
        let back = press("button button-icon", RunMsg::StepBack, Shape::StepBack, "step-back", "Step back (←)");
        let play = press("button button-main button-play", RunMsg::Toggle, play_icon, "play", "Space").set("data-state", state);
        let step = press("button button-icon", RunMsg::Step, Shape::Step, "step", "Step to the next event (→)");
        let settle = press("button button-settle", RunMsg::Settle, Shape::Settle, "settle", "Run until nothing is in flight");
        tag("div")
            .class("transport-buttons")
            .child(back.set("aria-label", "Step back"))
            .child(play.child(tag("span").text(play_label)))
            .child(step.set("aria-label", "Step to the next event"))
            .child(settle.set("aria-label", "Run until quiet").child(tag("span").class("button-label").text("Run until quiet")))
    }
}

fn speed(speed: Speed, say: &Say) -> Tag {
    let on_input = |event: &web_sys::Event| Some(Msg::Run(RunMsg::Speed(Speed::at(form::number(event).max(0.0) as usize))));
    let range = tag("input").class("range").set("type", "range").set("min", "0").set("max", Speed::LAST_INDEX.to_string()).set("step", "1");
    let range = range.value(speed.index().to_string()).set("aria-label", "Speed").set("aria-valuetext", speed.words());
    // On narrow pages the words in between are left out.
    let between = |words: &'static str| IS_WHOLE.then(|| tag("span").class("speed-between").text(words));
    let shown = tag("span").class("speed-words").testid("speed-words").text("1 s").maybe(between(" of screen"));
    let shown = shown.text(" = ").text(speed.amount()).maybe(between(" of cluster"));
    tag("label").class("speed").child(shown).child(range.on(On::Input, say, on_input).testid("speed"))
}

fn branches(branches: &[(String, bool)], say: &Say) -> Option<Tag> {
    let option = |(index, (name, is_active)): (usize, &(String, bool))| {
        tag("option").key(index).set("value", index.to_string()).flag("selected", *is_active).text(short(name).to_owned())
    };
    let on_change = |event: &web_sys::Event| Some(Msg::Run(RunMsg::Branch(form::text(event).parse().unwrap_or(0))));
    let picker = tag("select").class("select").set("aria-label", "Branch").on(On::Change, say, on_change).testid("branches");
    (branches.len() > 1).then(|| picker.children(branches.iter().enumerate().map(option)))
}

/// A name that nobody gave says when its branch begins: there is room for that in the dialog.
fn short(name: &str) -> &str {
    name.split_once(" · from ").map_or(name, |(number, _)| if number.starts_with("branch ") { number } else { name })
}

/// The same setup again, with this or another seed. A part of its own, so that what is being typed stays.
#[derive(PartialEq)]
struct Restart {
    seed: u64,
}

impl Draw for Restart {
    fn draw(&self, say: &Say) -> Tag {
        let seed = self.seed;
        let on_submit = move |event: &web_sys::Event| Some(Msg::Run(RunMsg::Restart(form::submitted(event).parse().unwrap_or(seed))));
        let field = tag("input").class("input").set("inputmode", "numeric").set("pattern", "[0-9]*").value(seed.to_string()).testid("seed");
        let restart = tag("button").set("type", "submit").class("button button-icon").set("aria-label", "Restart with this seed");
        let restart = restart.set("title", "Restart with this seed").testid("restart").child(icon(Shape::Restart));
        let label = tag("label").class("seed").child(tag("span").text("Seed")).child(field);
        tag("form").class("restart").on(On::Submit, say, on_submit).child(label).child(restart)
    }
}
