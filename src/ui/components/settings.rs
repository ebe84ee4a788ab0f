//! The settings tab: strategy, dials, sites, links and people of the run, put into force by starting it anew.

use super::ask::number_input;
use super::places::{people_block, sites_block};
use super::wires::links_block;
use crate::replication::setting::{Kind, Setting};
use crate::simulation::dials;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, OpenMsg, SettingsMsg};
use crate::view::settings::{Field, SettingsView};

/// The tab.
pub(super) fn settings_tab(view: &SettingsView, say: &Say) -> Tag {
    let block = |title: &'static str, fields: Vec<Tag>| {
        (!fields.is_empty()).then(|| {
            let list = tag("div").class("settings").children(fields);
            tag("section").class("block").child(tag("h2").text(title)).child(list)
        })
    };
    let own = block("Its settings", view.own.iter().map(|one| field(one, say)).collect());
    let general = block("Every run", view.general.iter().map(|one| field(one, say)).collect());
    tag("div")
        .class("tab-body")
        .testid("settings")
        .child(force(view, say))
        .child(strategy(view, say))
        .child(sites_block(&view.places, say))
        .child(links_block(&view.places, say))
        .child(people_block(&view.places, say))
        .child(tag("div").maybe(own))
        .child(tag("div").maybe(general))
}

/// In the program that knows the opening scene alone.
pub(super) fn no_settings(say: &Say) -> Tag {
    let block = tag("section").class("block").child(tag("h2").text("Settings"));
    tag("div").class("tab-body").child(block.child(whole("The settings of the run, and other strategies", say)))
}

/// Says what the other program has, and leads there.
pub(super) fn whole(what: &str, say: &Say) -> Tag {
    let load = button("button").on_click(say, Msg::Open(OpenMsg::Whole)).testid("load-catalogue").text("Load it and keep this run");
    let words = tag("p").text(format!("{what} come with the whole catalogue, which is a bigger download."));
    tag("div").class("whole").child(words).child(load)
}

fn strategy(view: &SettingsView, say: &Say) -> Tag {
    let options = view.strategies.iter().map(|(id, title, is_chosen)| ((*id).to_owned(), (*title).to_owned(), *is_chosen));
    let select = choice(options)
        .class("select")
        .set("id", "setting-strategy")
        .set("aria-describedby", "setting-strategy-meaning")
        .on(On::Change, say, |event| Some(Msg::Settings(SettingsMsg::Strategy(form::text(event)))))
        .testid("strategy");
    let label = tag("label").set("for", "setting-strategy").text("Strategy");
    let meaning = tag("p").class("quiet").set("id", "setting-strategy-meaning").text(view.summary);
    tag("section").class("block").child(tag("h2").child(label)).child(select).child(meaning)
}

fn field(field: &Field, say: &Say) -> Tag {
    let setting = field.setting;
    let id = format!("setting-{}", setting.key);
    let described = format!("{id}-meaning {id}-refusal");
    let control = control(field, say).set("id", id.clone()).set("aria-describedby", described).testid(id.clone());
    let control = control.state("aria-invalid", field.refusal.is_some());
    let default = match setting.default == field.value {
        true => String::new(),
        false => format!(" Usually {}.", dials::show(setting, setting.default)),
    };
    let range = match setting.kind {
        Kind::Number { unit, least, most } => format!(" Between {least} and {most}{}.", unit.suffix()),
        Kind::Flag | Kind::Choice(_) => String::new(),
    };
    let unit = match setting.kind {
        Kind::Number { unit, .. } => unit.suffix(),
        Kind::Flag | Kind::Choice(_) => "",
    };
    let head = tag("div")
        .class("setting-head")
        .child(tag("label").set("for", id.clone()).text(setting.title))
        .child(tag("span").class("setting-control").child(control).child(tag("span").class("quiet").text(unit.trim_start())));
    tag("div")
        .key(setting.key)
        .class(if default.is_empty() { "setting" } else { "setting setting-changed" })
        .child(head)
        .child(tag("p").class("quiet").set("id", format!("{id}-meaning")).child(meaning(setting, say)).text(range).text(default))
        .child(refused(&field.refusal).set("id", format!("{id}-refusal")))
}

/// Why a value does not do.
pub(super) fn refused(refusal: &Option<String>) -> Tag {
    tag("p").class("cart-trouble").set("role", "status").text(refusal.clone().unwrap_or_default())
}

fn control(field: &Field, say: &Say) -> Tag {
    let (setting, value): (&'static Setting, u64) = (field.setting, field.value);
    let dial = move |value: u64| Some(Msg::Settings(SettingsMsg::Dial(setting, value)));
    match setting.kind {
        Kind::Flag => {
            let check = tag("input").set("type", "checkbox").checked(value != 0);
            check.on(On::Change, say, move |event| dial(u64::from(form::is_checked(event))))
        }
        Kind::Number { least, most, .. } => {
            let number = tag("input").class("input input-number").set("type", "number").set("min", least.to_string());
            let number = number.set("max", most.to_string()).value(value.to_string());
            number.on(On::Change, say, move |event| dial(form::number(event).max(0.0) as u64))
        }
        Kind::Choice(names) => {
            let options = names.iter().zip(0_u64..).map(|(name, index)| (index.to_string(), (*name).to_owned(), index == value));
            choice(options).on(On::Change, say, move |event| dial(form::text(event).parse().unwrap_or(0)))
        }
    }
}

/// A list to choose from: value, words, and whether it is the chosen one. An option that is chosen by the program is a new
/// element, since one that a person has chosen once no longer heeds its attribute.
pub(super) fn choice(options: impl Iterator<Item = (String, String, bool)>) -> Tag {
    let option = |(value, words, is_chosen): (String, String, bool)| {
        let key = format!("{value} {is_chosen}");
        tag("option").key(key).set("value", value).flag("selected", is_chosen).text(words)
    };
    tag("select").class("select select-small").children(options.map(option))
}

/// A field for a number that is not negative.
pub(super) fn number(value: String, most: &'static str, step: &'static str) -> Tag {
    number_input("input input-number", "0", most).set("step", step).value(value)
}

/// A button with a sign on it, and what that means.
pub(super) fn small_button(sign: &'static str, label: String) -> Tag {
    button("button button-small button-sign").set("aria-label", label).child(tag("span").set("aria-hidden", "true").text(sign))
}

/// Words beside a field.
pub(super) fn words(text: &'static str) -> Tag {
    tag("span").class("quiet").text(text)
}

/// Puts the settings into force, or back; stays in sight while one scrolls.
fn force(view: &SettingsView, say: &Say) -> Tag {
    let press = |class: &'static str, label: &'static str, msg: SettingsMsg| button(class).on_click(say, Msg::Settings(msg)).text(label);
    let apply = press("button button-main", "Apply and restart", SettingsMsg::Apply).flag("disabled", !view.is_changed).testid("apply");
    let discard = press("button", "Discard changes", SettingsMsg::Discard).flag("disabled", !view.is_changed).testid("discard");
    let undo = press("button", "Back to the scenario's settings", SettingsMsg::Undo).flag("disabled", !view.can_undo && !view.is_changed);
    let buttons = tag("div").class("fault-buttons").child(apply).child(discard).child(undo.testid("undo-settings"));
    let refusal =
        tag("p").class("cart-trouble").set("role", "alert").testid("settings-refusal").text(view.refusal.clone().unwrap_or_default());
    let told = tag("p").class("settings-told").set("role", "status").testid("settings-told").text(view.places.told.clone());
    tag("section").class("block settings-force").child(buttons).child(told).child(refusal)
}

#[cfg(feature = "catalogue")]
fn meaning(setting: &Setting, say: &Say) -> Tag {
    super::glossary::terms(setting.meaning, say)
}

#[cfg(not(feature = "catalogue"))]
fn meaning(setting: &Setting, _: &Say) -> Tag {
    tag("span").text(setting.meaning)
}
