//! Runs side by side: what is compared, one clock for all, a stage for each, and what they came to.

use super::ask::labelled;
use super::compare_table::table;
use super::icon::{Shape, icon};
use super::part::Draw;
use super::stage;
use crate::replication::setting::{Kind, Setting};
use crate::replication::time::SimTime;
use crate::scenarios::{self, Scenario};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::measure::{CompareMsg, CompareView, LaneMsg, LaneView};
use crate::view::compare::Choice;
use crate::view::settings::Field;
use crate::view::speed::Speed;
use web_sys::Event;

impl Draw for CompareView {
    fn draw(&self, say: &Say) -> Tag {
        let lanes = tag("div").class(format!("lanes lanes-{}", self.lanes.len())).testid("lanes");
        let add = button("button").on_click(say, CompareMsg::Add.into()).flag("disabled", !self.can_add).testid("compare-add");
        tag("section")
            .class("card compare")
            .set("aria-labelledby", "compare-title")
            .testid("compare")
            .set("data-state", if self.is_busy { "busy" } else { "ready" })
            .child(tag("h2").set("id", "compare-title").text("Compare"))
            .child(tag("p").class("quiet").text("The same people, seed and faults under two or three settings, on one clock."))
            .child(self.subject(say))
            .child(lanes.children(self.lanes.iter().map(|lane| self.lane(lane, say))))
            .child(self.transport(say))
            .child(table(self, say))
            .child(tag("div").class("fault-buttons").child(add.text("Add a run")))
            .child(self.share(say))
    }
}

impl CompareView {
    fn subject(&self, say: &Say) -> Tag {
        let option = |value: String, words: String| {
            let is_chosen = value == self.subject;
            tag("option").key(format!("{value} {is_chosen}")).set("value", value).flag("selected", is_chosen).text(words)
        };
        let scenario = |scenario: &&'static Scenario| option(scenario.id.to_owned(), scenario.title.to_owned());
        let subjects = tag("select").class("select").testid("compare-subject");
        let subjects = subjects
            .on(On::Change, say, |event| Some(CompareMsg::Subject(form::text(event)).into()))
            .child(option("stage".to_owned(), format!("On the stage: {}", self.stage)))
            .children(scenarios::ALL.iter().map(scenario));
        let before = self.seed;
        let seed = tag("input").class("input").set("inputmode", "numeric").set("pattern", "[0-9]*").value(self.seed.to_string());
        let seed = seed.testid("compare-seed").on(On::Change, say, move |event| {
            let seed = form::text(event).trim().parse().ok();
            form::show(event, &seed.unwrap_or(before).to_string());
            Some(CompareMsg::Seed(seed.filter(|seed| *seed != before)?).into())
        });
        tag("div")
            .class("compare-subject")
            .child(labelled("field", "What happens", subjects))
            .child(labelled("field", "Seed", seed))
            .child(tag("p").class("quiet").testid("compare-happens").text(self.what_happens.clone()))
    }

    fn lane(&self, lane: &LaneView, say: &Say) -> Tag {
        let index = lane.index;
        let name = format!("Run {}", index + 1);
        let heading = tag("h3").text(format!("{name}: {}", lane.name)).testid(format!("lane-name-{index}"));
        let differs = match lane.index {
            0 => "The others are compared with it.".to_owned(),
            _ if lane.differences.is_empty() => "As run 1.".to_owned(),
            _ => format!("Otherwise than run 1: {}.", lane.differences),
        };
        let remove = button("button button-small").on_click(say, CompareMsg::Remove(index).into()).testid(format!("lane-remove-{index}"));
        let remove =
            (index > 0 && self.lanes.len() > 2).then(|| remove.set("aria-label", format!("Remove run {}", index + 1)).text("Remove"));
        let alone = button("button button-small").on_click(say, CompareMsg::Alone(index).into()).testid(format!("lane-alone-{index}"));
        let alone =
            alone.set("aria-label", format!("Open alone: run {}", index + 1)).flag("disabled", lane.scene.is_none()).text("Open alone");
        let over = if lane.is_over { "Over" } else { "Ends" };
        let frame = tag("div").class("lane-frame");
        let frame = if index == 0 { frame.refer(&self.frame) } else { frame };
        let canvas = tag("canvas").class("stage-motion").refer(&lane.canvas).set("aria-hidden", "true");
        let picture = lane.scene.as_ref().map(|scene| stage::still(scene));
        let refused = lane.refused.as_ref().map(|reason| tag("p").class("cart-trouble").text(format!("This cannot be run: {reason}.")));
        tag("section")
            .key(index)
            .class("lane")
            .set("aria-label", format!("{name}: {}", lane.name))
            .testid(format!("lane-{index}"))
            .child(heading)
            .child(labelled("field", "Setting", self.choices(lane, say).set("aria-label", format!("Setting of run {}", index + 1))))
            .child(tag("p").class("quiet lane-differs").text(differs))
            .child(dials(lane, say))
            .child(tag("div").set("role", "status").maybe(refused))
            .child(frame.child(tag("div").class("lane-picture").maybe(picture)).child(canvas))
            .child(
                tag("div")
                    .class("lane-foot")
                    .child(tag("span").class("quiet").text(format!("{over} at {}", lane.end)))
                    .child(alone)
                    .maybe(remove),
            )
    }

    fn choices(&self, lane: &LaneView, say: &Say) -> Tag {
        let index = lane.index;
        let option = |choice: &Choice| {
            let is_chosen = lane.choice.as_ref() == Some(&choice.id);
            let words = if choice.fits { choice.title.clone() } else { format!("{} (does not fit this cluster)", choice.title) };
            let option = tag("option").key(format!("{} {is_chosen}", choice.id)).set("value", choice.id.clone());
            option.flag("selected", is_chosen).flag("disabled", !choice.fits).text(words)
        };
        let group = |name: &'static str| {
            let own = self.choices.iter().filter(|choice| choice.group == name);
            tag("optgroup").key(name).set("label", name).children(own.map(option))
        };
        let groups = ["Variants", "Real systems", "Strategies"];
        let filled = groups.into_iter().filter(|name| self.choices.iter().any(|choice| choice.group == *name));
        let own = lane.choice.is_none();
        let custom = own.then(|| tag("option").key("own").set("value", "own").flag("selected", true).text("Dials of its own"));
        tag("select")
            .class("select")
            .testid(format!("lane-choice-{index}"))
            .on(On::Change, say, move |event| Some(CompareMsg::Lane(index, LaneMsg::Choose(form::text(event))).into()))
            .maybe(custom)
            .children(filled.map(group))
    }

    fn transport(&self, say: &Say) -> Tag {
        let press = |msg: CompareMsg, shape: Shape, testid: &'static str, label: &'static str| {
            let press = button("button button-icon").on_click(say, msg.into()).flag("disabled", self.is_busy).testid(testid);
            press.set("aria-label", label).set("title", label).child(icon(shape))
        };
        let (shape, label, state) = if self.is_running { (Shape::Pause, "Pause", "playing") } else { (Shape::Play, "Play", "paused") };
        let play = button("button button-main button-play").on_click(say, CompareMsg::Toggle.into()).flag("disabled", self.is_busy);
        let play = play.testid("compare-play").set("data-state", state).child(icon(shape)).child(tag("span").text(label));
        let buttons = tag("div")
            .class("transport-buttons")
            .child(press(CompareMsg::StepBack, Shape::StepBack, "compare-step-back", "To the event before, in any run"))
            .child(play)
            .child(press(CompareMsg::Step, Shape::Step, "compare-step", "To the next event, in any run"));
        let time = tag("output").class("time").refer(&self.clock.time).testid("compare-time").set("aria-label", "Time of all runs");
        let end = self.end;
        let scrub = tag("input").class("range compare-scrub").set("type", "range").set("min", "0").set("max", "1000").set("step", "any");
        let scrub = scrub.refer(&self.clock.scrub).set("aria-label", "Time of all runs").number("data-end-ns", end.0);
        let scrub = scrub.testid("compare-scrub").on(On::Input, say, move |event| {
            let place = form::number(event).clamp(0.0, 1_000.0);
            Some(CompareMsg::Seek(SimTime((place * end.0 as f64 / 1_000.0).round() as u64)).into())
        });
        tag("section")
            .class("compare-transport")
            .set("aria-label", "Time")
            .child(buttons)
            .child(time.set("aria-live", "off"))
            .child(scrub)
            .child(speed(self.speed, say))
    }

    fn share(&self, say: &Say) -> Tag {
        let link = self.link.clone().unwrap_or_else(|reason| format!("No link: {reason}"));
        let field = tag("input").class("input").set("id", "compare-link").flag("readonly", true).value(link);
        let copy = button("button").on_click(say, CompareMsg::Copy.into()).flag("disabled", self.link.is_err()).testid("compare-copy");
        let said = match self.is_copied {
            None => "",
            Some(true) => "Copied.",
            Some(false) => "The browser does not allow copying here: the link is selected, press Ctrl+C.",
        };
        tag("div")
            .class("share-link")
            .child(field.set("aria-label", "Link to this comparison").testid("compare-link"))
            .child(copy.text("Copy link"))
            .child(tag("p").class("quiet").set("role", "status").text(said))
    }
}

fn speed(speed: Speed, say: &Say) -> Tag {
    let range = tag("input").class("range").set("type", "range").set("min", "0").set("max", Speed::LAST_INDEX.to_string()).set("step", "1");
    let range = range.value(speed.index().to_string()).set("aria-label", "Speed").set("aria-valuetext", speed.words());
    let range = range.on(On::Input, say, |event: &Event| Some(CompareMsg::Speed(Speed::at(form::number(event).max(0.0) as usize)).into()));
    tag("label").class("speed").child(tag("span").text(format!("1 s = {}", speed.amount()))).child(range.testid("compare-speed"))
}

/// All settings of one run, folded away.
fn dials(lane: &LaneView, say: &Say) -> Tag {
    let summary = tag("summary").text(format!("Dials of run {}", lane.index + 1)).testid(format!("lane-dials-{}", lane.index));
    let list = tag("div").class("lane-dials").children(lane.dials.iter().map(|field| dial(lane.index, field, say)));
    tag("details").child(summary).child(list)
}

fn dial(index: usize, field: &Field, say: &Say) -> Tag {
    let (setting, value): (&'static Setting, u64) = (field.setting, field.value);
    let wish = move |value: u64| Some(CompareMsg::Lane(index, LaneMsg::Dial(setting, value)).into());
    let control = match setting.kind {
        Kind::Flag => tag("input")
            .set("type", "checkbox")
            .checked(value != 0)
            .on(On::Change, say, move |event| wish(u64::from(form::is_checked(event)))),
        Kind::Number { least, most, .. } => {
            let number = tag("input").class("input input-number").set("type", "number").set("min", least.to_string());
            let number = number.set("max", most.to_string()).value(value.to_string());
            number.on(On::Change, say, move |event| wish(form::number(event).max(0.0) as u64))
        }
        Kind::Choice(names) => {
            let option = |(index, name): (u64, &&'static str)| {
                let is_chosen = index == value;
                tag("option").key(format!("{index} {is_chosen}")).set("value", index.to_string()).flag("selected", is_chosen).text(*name)
            };
            let select = tag("select").class("select select-small").children((0..).zip(names).map(option));
            select.on(On::Change, say, move |event| wish(form::text(event).parse().unwrap_or(0)))
        }
    };
    let unit = match setting.kind {
        Kind::Number { unit, .. } => unit.suffix(),
        Kind::Flag | Kind::Choice(_) => "",
    };
    let words = tag("span").text(setting.title).text(unit);
    let refusal = tag("span").class("cart-trouble").text(field.refusal.clone().unwrap_or_default());
    let control = control.testid(format!("lane-{index}-{}", setting.key)).state("aria-invalid", field.refusal.is_some());
    tag("label").key(setting.key).class("lane-dial").set("title", setting.meaning).child(words).child(control).child(refusal)
}
