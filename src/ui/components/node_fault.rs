//! One node that can be crashed, restarted, promoted, and whose clock can be skewed.

use super::ask::{labelled, number_input};
use super::faults::fault_title;
use super::part::Draw;
use crate::simulation::command::{Command, NodeCommand};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::Msg;
use crate::view::faults::NodeFault;
use crate::view::words;

const MINUTE_MS: f64 = 60_000.0;

impl Draw for NodeFault {
    fn draw(&self, say: &Say) -> Tag {
        let node = self.node;
        let press = |label: &'static str, fault: NodeCommand| {
            let press = button("button button-small").on_click(say, Msg::Command(Command::Node { node, fault }));
            press.set("aria-label", format!("{label} {}", self.name)).text(label)
        };
        let crash = if self.is_up { press("Crash", NodeCommand::Crash) } else { press("Restart", NodeCommand::Restart) };
        let promote = press("Promote", NodeCommand::Promote).flag("disabled", !self.can_lead).testid("promote");
        let skew = number_input("input input-number", "-1440", "1440")
            .set("step", "any")
            .on(On::Change, say, move |event| {
                let ms = (form::number(event) * MINUTE_MS) as i64;
                Some(Msg::Command(Command::Node { node, fault: NodeCommand::Skew { ms } }))
            })
            .value(words::decimal(self.skew_ms as f64 / MINUTE_MS, 6))
            .testid("skew");
        let buttons = tag("div").class("fault-buttons").child(crash.testid("crash")).child(promote);
        tag("li")
            .class("fault")
            .testid(format!("fault-node-{}", node.0))
            .child(fault_title(&self.name, if self.is_up { "" } else { "down" }.to_owned()))
            .child(buttons.child(labelled("inline-field", "Clock off by, min", skew)))
    }
}
