//! The switches of the links, and beside them, apart from them, the lamps of the browser.

use super::message::LabMsg;
use super::spoken;
use crate::offline::state::Link;
use crate::ui::components::Draw;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::view::lab::links::{Reach, Said};

/// Who this is, and how it is connected.
#[derive(PartialEq)]
pub(super) struct Connection {
    pub(super) name: String,
    pub(super) reach: Reach,
    pub(super) words: Said,
    pub(super) tabs_on: bool,
    pub(super) cloud_on: bool,
    pub(super) counts: String,
    pub(super) is_saving: bool,
    pub(super) storage: Said,
    pub(super) browser: Said,
    pub(super) probe: Said,
}

impl Draw for Connection {
    fn draw(&self, say: &Say) -> Tag {
        let saving = if self.is_saving { "saving…" } else { "" };
        let counts = tag("p").class("counts").testid("counts").text(self.counts.clone());
        let storage = tag("strong").class(format!("tone-{}", self.storage.tone.id())).text(self.storage.text.clone());
        let me = tag("div")
            .class("lab-me")
            .child(tag("p").class("lab-name").testid("device-name").text(self.name.clone()))
            .child(tag("div").class("lab-row").child(counts).child(tag("span").class("mark-pending").testid("saving").text(saving)))
            .child(tag("p").text("Storage: ").child(storage.testid("storage-state")));
        let id = match self.reach {
            Reach::Online => "online",
            Reach::Partly => "partly",
            Reach::Offline => "offline",
        };
        tag("section")
            .class(format!("lab-band lab-band-{id}"))
            .set("aria-label", "This device and its links")
            .testid("connection")
            .set("data-reach", id)
            .child(tag("h2").class("visually-hidden").text("This device and its links"))
            .child(me)
            .child(self.switches(say))
            .child(self.lamps())
    }
}

impl Connection {
    fn switches(&self, say: &Say) -> Tag {
        let is_online = self.reach == Reach::Online;
        let knob = tag("span").class("lab-knob").set("aria-hidden", "true");
        let label = tag("span").set("aria-hidden", "true").text(match self.reach {
            Reach::Online => "Online",
            Reach::Partly => "Partly offline",
            Reach::Offline => "Offline",
        });
        let big = button("lab-switch")
            .set("role", "switch")
            .set("aria-label", "Online")
            .state("aria-checked", is_online)
            .on_click(say, LabMsg::Online(!is_online).into())
            .testid("online");
        let links = tag("div").class("lab-row").child(link("Link to other tabs", "link-tabs", Link::Tabs, self.tabs_on, say)).child(link(
            "Link to the cloud",
            "link-cloud",
            Link::Cloud,
            self.cloud_on,
            say,
        ));
        tag("div").class("lab-switches").child(big.child(knob).child(label)).child(spoken(&self.words).testid("reach")).child(links)
    }

    fn lamps(&self) -> Tag {
        let lamp = |name: &'static str, said: &Said, testid: &'static str| {
            let sign = tag("span").class(format!("lab-lamp tone-{}", said.tone.id())).set("aria-hidden", "true").text("●");
            tag("div")
                .class("lab-lamp-line")
                .child(tag("dt").child(sign).text(name))
                .child(tag("dd").testid(testid).text(said.text.clone()))
        };
        let note = "The browser's own state governs nothing here: the switches do. The probe is a request to the host of this page.";
        let lamps = tag("dl").class("lab-lamps").child(lamp("The browser", &self.browser, "lamp-browser"));
        let lamps = lamps.child(lamp("The page's host", &self.probe, "lamp-probe"));
        tag("div").class("lab-senses").child(lamps).child(tag("p").class("quiet").text(note))
    }
}

fn link(label: &'static str, testid: &'static str, link: Link, is_on: bool, say: &Say) -> Tag {
    let switch = tag("input").set("type", "checkbox").set("role", "switch").checked(is_on).testid(testid);
    let switch = switch.on(On::Change, say, move |event| Some(LabMsg::Link(link, form::is_checked(event)).into()));
    tag("label").class("check").child(switch).child(tag("span").text(label))
}
