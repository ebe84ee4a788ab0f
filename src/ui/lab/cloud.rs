//! The cloud: where it runs, what the link to it is like, what Ana does there, what it holds.

use super::message::LabMsg;
use super::{card, more, spoken};
use crate::offline::state::Conditions;
use crate::ui::components::{Draw, labelled, number_input};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::view::lab::links::Said;
use web_sys::Event;

/// The card.
#[derive(PartialEq)]
pub(super) struct CloudCard {
    pub(super) host: Said,
    pub(super) peer: Option<Said>,
    pub(super) conditions: Conditions,
    pub(super) lost_count: u64,
    /// What it holds, where that can be seen.
    pub(super) held: Option<String>,
    /// Whether somebody hosts it whom Ana can reach.
    pub(super) has_host: bool,
}

impl Draw for CloudCard {
    fn draw(&self, say: &Say) -> Tag {
        let held = match &self.held {
            Some(held) => tag("p").text("It holds: ").child(tag("strong").testid("cloud-held").text(held.clone())),
            None => tag("p").class("quiet").text("What it holds can be seen in the tab that hosts it."),
        };
        let ana =
            button("button").on_click(say, LabMsg::Ana.into()).flag("disabled", !self.has_host).testid("ana").text("Ana edits the cart");
        let note = tag("span")
            .class("quiet")
            .text("She sits in the cloud: she edits whether you are online or not, once by herself while you are offline.");
        card("card lab-cloud", "The cloud")
            .testid("cloud")
            .child(spoken(&self.host).testid("cloud-host"))
            .maybe(self.peer.as_ref().map(|peer| spoken(peer).testid("cloud-peer")))
            .child(held)
            .child(tag("div").class("lab-row").child(ana).child(note))
            .child(self.link(say))
            .child(more(
                "What the cloud is",
                "One simulated datacenter for each browser profile, with a store of its own. The tab that holds its lock runs it; when that \
                 tab ends, it is down until another one takes the lock and goes on from what was durable.",
            ))
    }
}

impl CloudCard {
    fn link(&self, say: &Say) -> Tag {
        let conditions = self.conditions;
        let number = |most: &'static str, testid: &'static str, value: u32, set: fn(Conditions, u32) -> Conditions| {
            let on_change =
                move |event: &Event| Some(LabMsg::Conditions(set(conditions, form::number(event).clamp(0.0, 1e6) as u32)).into());
            number_input("input input-number", "0", most).value(value.to_string()).on(On::Change, say, on_change).testid(testid)
        };
        let latency = number("10000", "latency", conditions.latency_ms, |before, latency_ms| Conditions { latency_ms, ..before });
        let loss = number("100", "loss", conditions.loss_percent, |before, loss_percent| Conditions { loss_percent, ..before });
        let out = tag("input").set("type", "checkbox").set("role", "switch").checked(conditions.is_out).testid("outage");
        let on_out = move |event: &Event| Some(LabMsg::Conditions(Conditions { is_out: form::is_checked(event), ..conditions }).into());
        let lost = if self.lost_count > 0 { format!("{} messages lost so far.", self.lost_count) } else { String::new() };
        tag("fieldset")
            .class("lab-fields")
            .child(tag("legend").text("The link to it, for all tabs"))
            .child(labelled("inline-field", "Latency, ms one way", latency))
            .child(labelled("inline-field", "Loss, %", loss))
            .child(tag("label").class("check").child(out.on(On::Change, say, on_out)).child(tag("span").text("Outage")))
            .child(tag("p").class("quiet").text(lost))
    }
}
