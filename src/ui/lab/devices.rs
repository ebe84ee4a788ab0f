//! Other devices: those in other tabs, and those whose tab is gone.

use super::message::LabMsg;
use super::{card, more, spoken};
use crate::offline::state::Orphan;
use crate::ui::components::Draw;
use crate::ui::markup::{Say, Tag, button, tag};
use crate::view::lab::links::Said;
use crate::view::words;

/// The card.
#[derive(PartialEq)]
pub(super) struct DevicesCard {
    pub(super) peers: Vec<Said>,
    pub(super) orphans: Vec<Orphan>,
    pub(super) malformed_count: u64,
}

impl Draw for DevicesCard {
    fn draw(&self, say: &Say) -> Tag {
        let open = tag("a").class("button").set("href", "?view=lab").set("target", "_blank").set("rel", "noopener").testid("second-device");
        let nothing = if self.peers.is_empty() { "No other tab is connected." } else { "" };
        let malformed = match self.malformed_count {
            0 => String::new(),
            count => format!("{} on the channel between tabs made no sense and were ignored.", words::count(count, "message", "messages")),
        };
        let look = button("button button-small").on_click(say, LabMsg::FindOrphans.into()).testid("find-orphans").text("Look again");
        let head = tag("div").class("lab-row").child(tag("h3").text("Devices without a tab")).child(look);
        let none = if self.orphans.is_empty() { "None: every device with data has its tab." } else { "" };
        card("card lab-devices", "Other devices")
            .testid("devices")
            .number("data-peers", self.peers.len() as u64)
            .child(tag("p").child(open.text("Open a second device")))
            .child(tag("ul").children(self.peers.iter().map(|peer| tag("li").child(spoken(peer)))))
            .child(tag("p").class("quiet").text(nothing).text(malformed))
            .child(head)
            .child(tag("ul").class("lab-orphans").children(self.orphans.iter().map(|orphan| row(orphan, say))))
            .child(tag("p").class("quiet").text(none))
            .child(more(
                "A second, duplicated or closed tab",
                "Each tab holds one device by a lock. A reload comes back to its device; a second tab, or a duplicated one, is another \
                 device with data of its own, so no two ever write under one identity. When a tab dies, its device keeps everything that \
                 was saved: the next tab that opens takes it up again, or another tab adopts it: its writes go to the cloud, and its store \
                 is deleted once all of it is confirmed and held here.",
            ))
    }
}

fn row(orphan: &Orphan, say: &Say) -> Tag {
    let (held, pending) = (orphan.delta_count, orphan.pending_count as u64);
    let text = format!("Device {}: holds {}, {pending} not confirmed", orphan.slot + 1, words::count(held, "write", "writes"));
    let adopt = button("button button-small").on_click(say, LabMsg::Adopt(orphan.slot).into()).testid("adopt");
    let label = if orphan.is_adopted { "Adopted: pushing…" } else { "Adopt" };
    let adopt = adopt.flag("disabled", orphan.is_adopted).set("aria-label", format!("{label} device {}", orphan.slot + 1)).text(label);
    tag("li").key(u64::from(orphan.slot)).class("lab-row").testid("orphan").child(tag("span").text(text)).child(adopt)
}
