//! The settings tab: strategy, dials and read rules of the run, put into force by starting it anew.

use crate::replication::setting::{Kind, Setting};
use crate::simulation::dials;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, OpenMsg, SettingsMsg};
use crate::view::settings::{Field, READ_RULES, ReadField, SettingsView, read_rule, read_rule_parts};

/// The tab.
pub(super) fn settings_tab(view: &SettingsView, say: &Say) -> Tag {
    let block = |title: &'static str, fields: Vec<Tag>| {
        (!fields.is_empty()).then(|| {
            let list = tag("div").class("settings").children(fields);
            tag("section").class("block").child(tag("h2").text(title)).child(list)
        })
    };
    let own = block("Its settings", view.own.iter().map(|one| field(one, say)).collect());
    let reads = block("Where people read", view.reads.iter().map(|one| read(one, say)).collect());
    let general = block("Every run", view.general.iter().map(|one| field(one, say)).collect());
    tag("div")
        .class("tab-body")
        .testid("settings")
        .child(force(view, say))
        .child(strategy(view, say))
        .child(tag("div").maybe(own))
        .child(tag("div").maybe(reads))
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
    let option = |(id, title, is_chosen): &(&'static str, &'static str, bool)| {
        tag("option").key(*id).set("value", *id).flag("selected", *is_chosen).text(*title)
    };
    let select = tag("select")
        .class("select")
        .set("id", "setting-strategy")
        .set("aria-describedby", "setting-strategy-meaning")
        .on(On::Change, say, |event| Some(Msg::Settings(SettingsMsg::Strategy(form::text(event)))))
        .testid("strategy")
        .children(view.strategies.iter().map(option));
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
        Kind::Number { .. } => format!(" {}.", crate::view::words::sentence_case(&setting.range())),
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
    let refusal = field.refusal.clone().unwrap_or_default();
    tag("div")
        .key(setting.key)
        .class(if default.is_empty() { "setting" } else { "setting setting-changed" })
        .child(head)
        .child(tag("p").class("quiet").set("id", format!("{id}-meaning")).text(setting.meaning).text(range).text(default))
        .child(refused(refusal).set("id", format!("{id}-refusal")))
}

/// Why a value does not do.
fn refused(refusal: String) -> Tag {
    tag("p").class("cart-trouble").set("role", "status").text(refusal)
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
            let option = |(index, name): (usize, &&'static str)| {
                tag("option").key(index).set("value", index.to_string()).flag("selected", index as u64 == value).text(*name)
            };
            let select = tag("select").class("select select-small").children(names.iter().enumerate().map(option));
            select.on(On::Change, say, move |event| dial(form::text(event).parse().unwrap_or(0)))
        }
    }
}

fn read(field: &ReadField, say: &Say) -> Tag {
    let session = field.session;
    let (chosen, ms) = read_rule_parts(field.rule);
    let option =
        |(id, title): (&'static str, &'static str)| tag("option").key(id).set("value", id).flag("selected", id == chosen).text(title);
    let on_rule = move |event: &web_sys::Event| {
        let rule = read_rule(&form::text(event), ms.unwrap_or(100))?;
        Some(Msg::Settings(SettingsMsg::Read(session, rule)))
    };
    let select = tag("select").class("select select-small").set("aria-label", format!("{} reads from", field.name));
    let select = select.on(On::Change, say, on_rule).testid(format!("reads-{}", session.0)).children(READ_RULES.into_iter().map(option));
    let number = ms.map(|ms| {
        let number =
            tag("input").class("input input-number").set("type", "number").set("min", "0").set("max", "600000").value(ms.to_string());
        let number = number.set("aria-label", format!("{}: milliseconds", field.name));
        let number = number.on(On::Change, say, move |event| {
            let rule = read_rule(chosen, form::number(event).max(0.0) as u64)?;
            Some(Msg::Settings(SettingsMsg::Read(session, rule)))
        });
        tag("span").class("inline-field").child(number).child(tag("span").text("ms"))
    });
    let name = tag("span").text(field.name.clone());
    let head = tag("div").class("setting-head").child(name).child(tag("span").class("setting-control").child(select).maybe(number));
    tag("div").key(session.0).class("setting").child(head).child(refused(field.refusal.clone().unwrap_or_default()))
}

/// Puts the settings into force, or back; stays in sight while one scrolls.
fn force(view: &SettingsView, say: &Say) -> Tag {
    let press = |class: &'static str, label: &'static str, msg: SettingsMsg| button(class).on_click(say, Msg::Settings(msg)).text(label);
    let apply = press("button button-main", "Apply and restart", SettingsMsg::Apply).flag("disabled", !view.is_changed).testid("apply");
    let undo = press("button", "Back to the scenario's settings", SettingsMsg::Undo).flag("disabled", !view.can_undo && !view.is_changed);
    let buttons = tag("div").class("fault-buttons").child(apply).child(undo.testid("undo-settings"));
    let refusal =
        tag("p").class("cart-trouble").set("role", "alert").testid("settings-refusal").text(view.refusal.clone().unwrap_or_default());
    tag("section").class("block settings-force").child(refusal).child(buttons)
}
