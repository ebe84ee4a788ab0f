//! The list of scenarios: a search, and what fits it by family. Arrows move through it, Enter opens.

use super::dialog::dialog;
use crate::scenarios::index::Entry;
use crate::ui::hooks::{form, page};
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, OpenMsg, ShowMsg};
use crate::view::picker::Group;
use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent};

const SEARCH: &str = "scenario-search";

/// The dialog.
pub(super) fn picker(groups: &[Group], chosen: Option<&'static str>, say: &Say) -> Tag {
    let ids: Vec<&'static str> = groups.iter().flat_map(|group| &group.entries).map(|entry| entry.id).collect();
    let search = tag("input")
        .class("input")
        .set("type", "search")
        .set("id", SEARCH)
        .set("placeholder", "Search")
        .set("aria-label", "Search the scenarios")
        .set("autocomplete", "off")
        .flag("autofocus", true)
        .on(On::Input, say, |event| Some(Msg::Show(ShowMsg::Search(form::text(event)))))
        .testid("scenario-search");
    let nothing = if ids.is_empty() { "No scenario fits this search." } else { "" };
    let group = |group: &Group| {
        let list = tag("ul").class("entries").children(group.entries.iter().map(|one| entry(one, chosen, say)));
        tag("section").key(group.title).class("entry-group").child(tag("h3").text(group.title)).child(list)
    };
    let body = tag("div")
        .on(On::KeyDown, say, move |event| on_key(&ids, event))
        .child(search)
        .maybe(course_link(say))
        .child(tag("div").class("entry-groups").children(groups.iter().map(group)))
        .child(tag("p").class("quiet").set("role", "status").text(nothing));
    dialog("Scenarios", "scenarios-dialog", body, say)
}

fn entry(entry: &'static Entry, chosen: Option<&'static str>, say: &Say) -> Tag {
    let is_chosen = chosen == Some(entry.id);
    let open = button(if is_chosen { "entry entry-chosen" } else { "entry" });
    let open = if is_chosen { open.set("aria-current", "true") } else { open };
    let open = open
        .set("id", element_id(entry.id))
        .on_click(say, Msg::Open(OpenMsg::Scenario(entry.id.to_owned())))
        .testid(format!("scenario-{}", entry.id))
        .child(tag("strong").text(entry.title))
        .child(tag("span").class("entry-summary").text(entry.summary));
    tag("li").key(entry.id).child(open)
}

fn element_id(id: &str) -> String {
    format!("scenario-entry-{id}")
}

/// Up and down through the search field and the entries; Enter in the field opens the first.
fn on_key(ids: &[&'static str], event: &Event) -> Option<Msg> {
    let here = form::target_id(event);
    let place = ids.iter().position(|id| element_id(id) == here);
    let next = match (event.unchecked_ref::<KeyboardEvent>().key().as_str(), place) {
        ("ArrowDown", None) => ids.first().map(|id| element_id(id)),
        ("ArrowDown", Some(index)) => ids.get(index + 1).map(|id| element_id(id)),
        ("ArrowUp", Some(0)) => Some(SEARCH.to_owned()),
        ("ArrowUp", Some(index)) => ids.get(index - 1).map(|id| element_id(id)),
        ("Enter", None) if here == SEARCH => return ids.first().map(|id| Msg::Open(OpenMsg::Scenario((*id).to_owned()))),
        _ => None,
    };
    event_handled(event, next?)
}

fn event_handled(event: &Event, id: String) -> Option<Msg> {
    event.prevent_default();
    page::focus(&id);
    None
}

/// The same list as a course, where this program knows it.
#[cfg(feature = "catalogue")]
fn course_link(say: &Say) -> Option<Tag> {
    Some(super::course::course_button("picker-course", say))
}

#[cfg(not(feature = "catalogue"))]
const fn course_link(_: &Say) -> Option<Tag> {
    None
}
