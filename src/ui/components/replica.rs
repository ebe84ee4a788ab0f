//! The replica tab: one replica in full.

use crate::replication::ids::NodeId;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::message::{Msg, ShowMsg};
use crate::view::names::Names;
use crate::view::replica::Inspection;

/// The tab.
pub(super) fn replica_tab(inspection: Option<&Inspection>, fingerprint: &str, names: &Names, say: &Say) -> Tag {
    let picker = node_picker(names, inspection.map(|inspection| inspection.node), say).set("aria-label", "Which replica");
    let replica = tag("section")
        .class("block")
        .child(tag("div").class("block-head").child(tag("h2").text("Replica")).child(picker.testid("inspect")))
        .child(tag("div").maybe(inspection.map(body)));
    let fingerprint = tag("section")
        .class("block")
        .child(tag("h2").text("Fingerprint of the run"))
        .child(tag("p").class("mono").testid("fingerprint").text(fingerprint.to_owned()))
        .child(tag("p").class("quiet").text("Two runs share it only if they did the same."));
    tag("div").class("tab-body").child(replica).child(fingerprint)
}

/// Which replica is looked at; the conflict tab has it too.
pub(super) fn node_picker(names: &Names, shown: Option<NodeId>, say: &Say) -> Tag {
    let option = |node: NodeId| {
        let option = tag("option").key(node.0).number("value", node.0).flag("selected", shown == Some(node));
        option.text(names.node(node))
    };
    let on_change = |event: &web_sys::Event| Some(Msg::Show(ShowMsg::Node(NodeId(form::text(event).parse().unwrap_or(0)))));
    tag("select").class("select select-small").on(On::Change, say, on_change).children(names.nodes().map(option))
}

fn body(seen: &Inspection) -> Tag {
    let fact = |(index, (name, value)): (usize, &(&'static str, String))| {
        let value = tag("dd").class("mono").text(value.clone());
        tag("div").key(index).class("fact").child(tag("dt").text(*name)).child(value)
    };
    let pending = |(index, text): (usize, &String)| tag("li").key(index).text("↑ ").text(text.clone());
    let alarm = seen.alarm.clone().map(|alarm| format!("! {alarm}")).unwrap_or_default();
    tag("div")
        .class("inspection")
        .testid("inspection")
        .child(tag("p").class("alarm").text(alarm))
        .child(tag("dl").class("facts").children(seen.facts.iter().enumerate().map(fact)))
        .child(tag("h3").text("Not confirmed yet"))
        .child(tag("ul").class("pending").children(seen.pending.iter().enumerate().map(pending)))
        .child(tag("p").class("quiet").text(if seen.pending.is_empty() { "Nothing waits." } else { "" }))
        .child(tag("div").maybe(discarded(&seen.discarded)))
        .child(tag("h3").text("Data"))
        .child(table(seen))
}

fn discarded(lost: &[String]) -> Option<Tag> {
    let line = |(index, text): (usize, &String)| tag("li").key(index).text("✕ ").text(text.clone());
    let list = tag("ul").class("discarded").testid("discarded").children(lost.iter().enumerate().map(line));
    (!lost.is_empty()).then(|| tag("div").class("inspection").child(tag("h3").text("Dropped for good")).child(list))
}

fn table(seen: &Inspection) -> Tag {
    let head = ["Line", "Value", "State"].map(|title| tag("th").set("scope", "col").text(title));
    let rows = seen.table.iter().map(|row| {
        let name = tag("th").set("scope", "row").text(row.name.clone());
        let value = tag("td").class("mono").text(row.value.clone());
        tag("tr").key(row.name.clone()).child(name).child(value).child(tag("td").text(row.marks.clone()))
    });
    let head = tag("thead").child(tag("tr").children(head));
    let nothing = if seen.table.is_empty() { "holds nothing" } else { "" };
    let table = tag("table").class("data").child(head).child(tag("tbody").children(rows));
    tag("div").child(table).child(tag("p").class("quiet").text(nothing))
}
