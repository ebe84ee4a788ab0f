//! One node that can be crashed, restarted, promoted, and whose clock can be skewed.

use super::ask::{labelled, number_input};
use super::faults::fault_title;
use super::part::Draw;
use crate::limits;
use crate::simulation::command::{Command, NodeCommand};
use crate::ui::IS_WHOLE;
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
        let whole = IS_WHOLE.then(|| self.dials(say));
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
            .child(fault_title(&self.name, self.state()))
            .child(buttons.child(labelled("inline-field", "Clock off by, min", skew)))
            .child(tag("div").maybe(whole))
    }
}

impl NodeFault {
    fn state(&self) -> String {
        let slow = format!("{}× slower", self.slowness);
        match () {
            () if !self.is_up => "down".to_owned(),
            () if self.is_paused => "stands still".to_owned(),
            () if self.slowness > 1 => slow,
            () => String::new(),
        }
    }

    /// What only the program with everything offers.
    fn dials(&self, say: &Say) -> Tag {
        let node = self.node;
        let press = |label: &'static str, fault: NodeCommand| {
            let press = button("button button-small").on_click(say, Msg::Command(Command::Node { node, fault }));
            press.set("aria-label", format!("{label} {}", self.name)).text(label)
        };
        let pause = if self.is_paused { press("Resume", NodeCommand::Resume) } else { press("Pause", NodeCommand::Pause) };
        let group = self.is_outside.map(|is_outside| match is_outside {
            true => press("Join", NodeCommand::Join),
            false => press("Leave", NodeCommand::Leave),
        });
        let slow = number_input("input input-number", "1", "1000").value(self.slowness.to_string());
        let slow = slow.on(On::Change, say, move |event| {
            let factor = form::number(event).clamp(1.0, f64::from(limits::MAX_SLOWDOWN)) as u32;
            Some(Msg::Command(Command::Node { node, fault: NodeCommand::Slow { factor } }))
        });
        tag("div")
            .class("fault-buttons")
            .child(pause.flag("disabled", !self.is_up).testid("pause"))
            .child(tag("div").maybe(group.map(|group| group.testid("group"))))
            .child(labelled("inline-field", "Times slower", slow.testid("slow")))
    }
}
