//! Plain records below the stage: what each person can ask and was told, and what each replica holds.

use super::cart_card::offline_toggle;
use super::part::{Draw, keyed_part};
use crate::limits;
use crate::replication::delta::Value;
use crate::replication::ids::SessionId;
use crate::simulation::command::Action;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::Msg;
use crate::view::records::{PersonCard, RecordRow, Records, ReplicaCard};
use crate::view::words;
use web_sys::Event;
use yew::Html;

/// Versions above this are no counts: nobody reads them.
const GREATEST_SHOWN_VERSION: u64 = 999_999;

/// The forms and the cards.
pub(crate) fn records(shown: &Records, say: &Say) -> Html {
    let people = shown.people.iter().map(|person| keyed_part(person.session.0, person.clone(), say));
    let replicas = shown.replicas.iter().map(|card| keyed_part(card.node.0, card.clone(), say));
    let working = match shown.working_count {
        0 => String::new(),
        count => format!("{} by itself.", words::count(count as u64, "session reads and writes", "sessions read and write, each")),
    };
    let section = tag("section").class("carts records").set("aria-label", "Records").testid("records");
    section
        .child(tag("h2").class("visually-hidden").text("People"))
        .child(tag("div").class("people").children(people))
        .child(tag("p").class("quiet").text(working))
        .child(tag("h2").class("visually-hidden").text("Replicas"))
        .child(tag("div").class("replica-cards").children(replicas))
        .into()
}

impl Draw for PersonCard {
    fn draw(&self, say: &Say) -> Tag {
        let toggle = self.device.map(|(site, is_offline)| offline_toggle(site, is_offline, say));
        let head = tag("header").class("cart-head").child(tag("h3").text(self.title.clone()));
        let waiting = if self.is_waiting { "waits for an answer…" } else { "" };
        let answer = match &self.answer {
            Some(answer) => answer.clone(),
            None => "has asked nothing yet".to_owned(),
        };
        tag("article")
            .class("card person")
            .set("aria-label", format!("Person: {}", self.title))
            .testid(format!("person-{}", self.session.0))
            .child(head.child(tag("div").class("cart-link").maybe(toggle)))
            .child(tag("p").class("quiet").text(format!("reads from {}", self.reads)))
            .child(keyed_part("form", RecordForm { session: self.session, title: self.title.clone(), key: self.key.clone() }, say))
            .child(tag("p").class(if self.is_trouble { "answer-line cart-trouble" } else { "answer-line" }).testid("answer").text(answer))
            .child(tag("p").class("quiet").set("role", "status").text(waiting))
    }
}

/// Read, write, delete. A part of its own, so that what is being typed stays.
#[derive(PartialEq)]
struct RecordForm {
    session: SessionId,
    title: String,
    key: String,
}

impl Draw for RecordForm {
    fn draw(&self, say: &Say) -> Tag {
        let session = self.session;
        let field = |name: &'static str, label: &'static str, most: usize| {
            let field = tag("input").class("input").set("name", name).set("aria-label", format!("{label}, {}", self.title));
            field.set("placeholder", label).set("autocomplete", "off").set("maxlength", most.to_string()).testid(name)
        };
        let press = |label: &'static str, testid: &'static str, action: fn(&str) -> Action| {
            let on_press = move |event: &Event| {
                let key = form::named(event, "key");
                (!key.is_empty()).then(|| Msg::Act(session, action(&key)))
            };
            button("button button-small").on(On::Click, say, on_press).testid(testid).text(label)
        };
        let on_submit = move |event: &Event| {
            event.prevent_default();
            let (key, value) = (form::named(event, "key"), form::named(event, "value"));
            let value = value.parse().map_or_else(|_| Value::Text(value.as_str().into()), Value::Number);
            (!key.is_empty()).then(|| Msg::Act(session, Action::Put { key: key.as_str().into(), value }))
        };
        let write = tag("button").set("type", "submit").class("button button-small").testid("write").text("Write");
        let fields = tag("div")
            .class("record-fields")
            .child(field("key", "Key", limits::MAX_NAME_CHARS).flag("required", true).value(self.key.clone()))
            .child(tag("span").set("aria-hidden", "true").text("="))
            .child(field("value", "Value", limits::MAX_TEXT_CHARS).flag("required", true));
        let buttons = tag("div")
            .class("record-buttons")
            .child(press("Read", "read", |key| Action::Get { key: key.into() }))
            .child(write)
            .child(press("Delete", "delete", |key| Action::Delete { key: key.into() }));
        tag("form").class("record-form").on(On::Submit, say, on_submit).child(fields).child(buttons)
    }
}

impl Draw for ReplicaCard {
    fn draw(&self, _say: &Say) -> Tag {
        let state = tag("span").class(format!("record-state tone-{}", self.tone.id())).text(self.state.clone());
        let head = tag("header")
            .class("cart-head")
            .child(tag("h3").text(self.name.clone()))
            .child(tag("span").class("quiet").text(self.role))
            .child(state);
        let nothing = if self.rows.is_empty() { "holds nothing" } else { "" };
        let more = if self.more_count > 0 { format!("and {} more", self.more_count) } else { String::new() };
        tag("article")
            .class("card replica-card")
            .set("aria-label", format!("Replica: {}", self.name))
            .testid(format!("records-{}", self.node.0))
            .child(head)
            .child(tag("dl").class("record-rows").children(self.rows.iter().map(row)))
            .child(tag("p").class("quiet").text(nothing).text(more))
    }
}

fn row(row: &RecordRow) -> Tag {
    let value = |(index, value): (usize, &String)| {
        tag("span").key(index).class(if row.values.len() > 1 { "sibling" } else { "record-value" }).text(value.clone())
    };
    let values = tag("dd").class("record-values").children(row.values.iter().enumerate().map(value));
    let absent = if row.values.is_empty() { "not there" } else { "" };
    let shown = |version: &u64| (1..=GREATEST_SHOWN_VERSION).contains(version);
    let version = Some(row.version).filter(shown).map(|version| format!("version {version}")).unwrap_or_default();
    let difference = row.difference.clone().unwrap_or_default();
    let has_notes = !version.is_empty() || !difference.is_empty();
    let notes = tag("span").class("record-notes").child(tag("span").class("quiet").text(version));
    let notes = has_notes.then(|| notes.child(tag("span").class("record-difference").text(difference)));
    tag("div")
        .key(row.key.clone())
        .class(if row.difference.is_some() { "record record-different" } else { "record" })
        .testid(format!("record-{}", row.key))
        .set("data-value", row.values.join("|"))
        .state("data-different", row.difference.is_some())
        .child(tag("dt").text(row.key.clone()))
        .child(values.child(tag("span").class("quiet").text(absent)).maybe(notes))
}
