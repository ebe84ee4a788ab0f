//! The store of the device: how it does, as a file, and away.

use super::message::{LabDialog, LabMsg};
use super::{card, more, spoken};
use crate::ui::components::Draw;
use crate::ui::hooks::file;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::view::lab::links::Said;

/// The card.
#[derive(PartialEq)]
pub(super) struct StorageCard {
    pub(super) state: Said,
    pub(super) persisted: &'static str,
    pub(super) guard: &'static str,
    pub(super) is_usable: bool,
}

impl Draw for StorageCard {
    fn draw(&self, say: &Say) -> Tag {
        let fact = |name: &'static str, value: &'static str, testid: &'static str| {
            tag("div").class("fact").child(tag("dt").text(name)).child(tag("dd").testid(testid).text(value))
        };
        let facts = tag("dl").class("facts").child(fact("persisted() said", self.persisted, "persisted")).child(fact(
            "Guarded by",
            self.guard,
            "guard",
        ));
        let export = button("button").on_click(say, LabMsg::Export.into()).flag("disabled", !self.is_usable).testid("export");
        let clear = |is_all: bool, testid: &'static str, label: &'static str| {
            let open = LabMsg::Dialog(LabDialog::Clear(is_all)).into();
            button("button").on_click(say, open).set("aria-haspopup", "dialog").testid(testid).text(label)
        };
        card("card lab-storage", "Storage")
            .testid("storage")
            .child(spoken(&self.state))
            .child(facts)
            .child(tag("div").class("lab-row").child(export.text("Export as a file")).child(self.import(say)))
            .child(
                tag("div")
                    .class("lab-row")
                    .child(clear(false, "clear", "Clear this device…").flag("disabled", !self.is_usable))
                    .child(clear(true, "clear-all", "Clear everything…")),
            )
            .child(more(
                "What survives what",
                "What is saved survives the end of the tab and of the browser, as far as the browser's strict durability goes. It does not \
                 survive clearing the browser's data, nor eviction where the browser has not promised to keep it. An imported file brings \
                 its writes, never its identity: this device then writes under a new one.",
            ))
    }
}

impl StorageCard {
    fn import(&self, say: &Say) -> Tag {
        let field = tag("input").class("visually-hidden").set("type", "file").flag("disabled", !self.is_usable).testid("import");
        let field = field.on(On::Change, say, |event| Some(LabMsg::Import(file::chosen(event)?).into()));
        tag("label").class("button lab-file").child(field).child(tag("span").text("Import a file…"))
    }
}
