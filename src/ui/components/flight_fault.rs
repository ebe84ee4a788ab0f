//! Single messages in flight: lost, late, doubled, held, let go.

use super::ask::{labelled, number_input};
use super::part::{Draw, keyed_part};
use crate::limits;
use crate::simulation::command::{Command, MessageCommand};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::Msg;
use crate::view::faults::FlightFault;

/// Added to a message's way when nothing else is said.
const DELAY_MS: u64 = 100;

/// The block in the faults tab.
pub(super) fn flights_block(flights: &[FlightFault], say: &Say) -> Tag {
    let nothing = if flights.is_empty() { "Nothing is in flight. Pause the run while something is." } else { "" };
    let list = tag("ul").class("faults").children(flights.iter().map(|one| keyed_part(one.message, one.clone(), say)));
    let head = tag("div").class("block-head").child(tag("h2").text("Messages in flight"));
    let form = flights_form(head, list, say).child(tag("p").class("quiet").text(nothing));
    tag("section").class("block").testid("flights").child(form)
}

/// A list of messages with one field that says by how much they are delayed.
pub(super) fn flights_form(head: Tag, list: Tag, say: &Say) -> Tag {
    let delay = number_input("input input-number", "1", "600000").set("name", "delay").value(DELAY_MS.to_string());
    let stay = |event: &web_sys::Event| {
        event.prevent_default();
        None
    };
    let head = head.child(labelled("inline-field", "Delay by, ms", delay));
    tag("form").class("flights").on(On::Submit, say, stay).child(head).child(list)
}

impl Draw for FlightFault {
    fn draw(&self, say: &Say) -> Tag {
        let message = self.message;
        let say_fault = move |fault: MessageCommand| Msg::Command(Command::Message { message, fault });
        let press = |label: &'static str, fault: MessageCommand| self.button(label).on_click(say, say_fault(fault));
        let delay = self.button("Delay").on(On::Click, say, move |event| {
            let ms = form::named(event, "delay").parse().unwrap_or(DELAY_MS).min(limits::MAX_MESSAGE_DELAY_MS);
            Some(say_fault(MessageCommand::Delay { ms }))
        });
        let hold = if self.is_held { press("Release", MessageCommand::Release) } else { press("Hold", MessageCommand::Hold) };
        let buttons = tag("div")
            .class("fault-buttons")
            .child(press("Drop", MessageCommand::Drop).testid("drop"))
            .child(delay.testid("delay"))
            .child(self.duplicate(say).testid("duplicate"))
            .child(hold.testid("hold"));
        let state = tag("span").class("fault-state").text(self.state.clone());
        let title = tag("h3").text(self.name.clone()).child(state);
        tag("li").class("fault").testid(format!("message-{message}")).child(title).child(buttons)
    }
}

impl FlightFault {
    fn duplicate(&self, say: &Say) -> Tag {
        let command = Command::Message { message: self.message, fault: MessageCommand::Duplicate };
        let why = if self.is_stream { "A stream drops doubles by itself" } else { "" };
        self.button("Duplicate").on_click(say, Msg::Command(command)).flag("disabled", self.is_stream).set("title", why)
    }

    fn button(&self, label: &'static str) -> Tag {
        button("button button-small").set("aria-label", format!("{label}: {}, number {}", self.name, self.message)).text(label)
    }
}
