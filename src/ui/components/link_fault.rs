//! One link that can be cut, slowed and made to lose.

use super::ask::{labelled, number_input};
use super::faults::fault_title;
use super::part::Draw;
use crate::replication::ids::SiteId;
use crate::simulation::command::{Command, LinkCommand};
use crate::simulation::setup::Wire;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::Msg;
use crate::view::faults::{Direction, LinkFault, can_lose, latency_us, with_latency};
use crate::view::words;

impl Draw for LinkFault {
    fn draw(&self, say: &Say) -> Tag {
        let direction = |(index, direction): (usize, &Direction)| {
            let Direction { from, to, name, is_cut } = direction.clone();
            let command = if is_cut { LinkCommand::Heal { from, to } } else { LinkCommand::Cut { from, to } };
            let label = format!("{} {name}", if is_cut { "Heal" } else { "Cut" });
            let toggle = button("button button-small").key(index).state("aria-pressed", is_cut);
            toggle.on_click(say, Msg::Command(Command::Link(command))).text(label)
        };
        let dials = self.sites.map(|sites| dials(self.wire, sites, say));
        tag("li")
            .class("fault")
            .child(fault_title(&self.name, self.words.clone()))
            .child(tag("div").class("fault-buttons").children(self.directions.iter().enumerate().map(direction)))
            .child(tag("div").class("fault-dials").maybe(dials))
    }
}

fn dials(wire: Wire, (a, b): (SiteId, SiteId), say: &Say) -> Tag {
    let tune = |field: Tag, change: fn(Wire, f64) -> Wire| {
        field.on(On::Change, say, move |event| {
            let wire = change(wire, form::number(event).max(0.0));
            Some(Msg::Command(Command::Link(LinkCommand::Tune { a, b, wire })))
        })
    };
    let latency = number_input("input input-number", "0", "60000").set("step", "any");
    let latency = latency.value(words::decimal(latency_us(&wire) as f64 / 1e3, 3));
    let latency = tune(latency, |wire, ms| with_latency(wire, (ms * 1e3) as u64));
    let loss = number_input("input input-number", "0", "100").set("step", "any").flag("disabled", !can_lose(&wire));
    let loss = tune(loss.value(words::decimal(f64::from(wire.loss_per_million) / 1e4, 4)), |wire, percent| Wire {
        loss_per_million: (percent.min(100.0) * 10_000.0) as u32,
        ..wire
    });
    let why = if can_lose(&wire) { "" } else { "A stream sends lost data again: loss is delay" };
    tag("div")
        .class("dials")
        .child(labelled("inline-field", "Latency, ms", latency))
        .child(labelled("inline-field", "Loss, %", loss).set("title", why))
}
