//! Sites and people of the draft, as fields.

use super::settings::{choice, number, refused, small_button, words};
use crate::replication::ids::{SessionId, SiteId};
use crate::simulation::setup::SiteKind;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, SettingsMsg};
use crate::view::draft::{Edit, PersonEdit, SiteEdit};
use crate::view::places::{PersonField, PlacesView, SiteField};
use crate::view::settings::{READ_RULES, read_rule, read_rule_parts};
use web_sys::Event;

const KINDS: [(SiteKind, &str, &str); 3] =
    [(SiteKind::Datacenter, "datacenter", "Datacenter"), (SiteKind::Device, "device", "Device"), (SiteKind::Client, "client", "Client")];

/// The longest latency, in milliseconds.
pub(super) const LONGEST_MS: &str = "60000";

pub(super) fn edit(edit: Edit) -> Msg {
    Msg::Settings(SettingsMsg::Edit(edit))
}

fn site_edit(change: SiteEdit) -> Msg {
    edit(Edit::Site(change))
}

fn person_edit(change: PersonEdit) -> Msg {
    edit(Edit::Person(change))
}

/// Datacenters, devices and clients, in the order in which their nodes are numbered.
pub(super) fn sites_block(view: &PlacesView, say: &Say) -> Tag {
    let add = |(kind, id, _): (SiteKind, &'static str, &'static str)| {
        let add = button("button button-small").key(id).on_click(say, site_edit(SiteEdit::Add(kind)));
        let add = if kind == SiteKind::Datacenter { add.set("id", "at-sites.add") } else { add };
        add.testid(format!("add-{id}")).text(format!("Add {id}"))
    };
    let hint = "Nodes are numbered in this order. With the settings open, a site can also be dragged on the stage by its name.";
    tag("section")
        .class("block")
        .child(tag("h2").set("id", "at-sites").set("tabindex", "-1").text("Sites"))
        .child(tag("p").class("quiet").text(hint))
        .child(refused(&view.sites_refusal))
        .child(tag("ol").class("items").children(view.sites.iter().map(|one| site(one, view, say))))
        .child(tag("div").class("fault-buttons").children(KINDS.into_iter().map(add)))
}

fn site(field: &SiteField, view: &PlacesView, say: &Say) -> Tag {
    let path = format!("sites[{}]", field.site.0);
    let [name_refusal, nodes_refusal, spares_refusal] = &field.refusals;
    let number = tag("span").class("item-number").text((field.site.0 + 1).to_string());
    let head = tag("div").class("item-head").child(number).child(site_name(field, &path, say)).child(site_kind(field, say));
    let counts = tag("div")
        .class("item-row")
        .child(labelled("Nodes", site_count(field, &path, NODES, say)))
        .child(labelled("Spares", site_count(field, &path, SPARES, say)))
        .child(order(field, view.sites.len(), &path, say));
    tag("li")
        .key(field.site.0)
        .class("item")
        .testid(format!("place-site-{}", field.site.0))
        .child(head)
        .child(said(&path, "name", name_refusal))
        .child(counts)
        .child(said(&path, "node_count", nodes_refusal))
        .child(said(&path, "spare_count", spares_refusal))
        .child(tag("p").class("quiet").text(field.note.clone()))
        .child(tag("div").maybe(field.leads_from.map(|from| lead_first(field, from, say))))
}

fn site_name(field: &SiteField, path: &str, say: &Say) -> Tag {
    let site = field.site;
    let name =
        tag("input").class("input item-name").set("aria-label", format!("Name of site {}", site.0 + 1)).value(field.name.to_string());
    let name = name.on(On::Change, say, move |event| Some(site_edit(SiteEdit::Name(site, form::text(event).trim().into()))));
    field_at(name, &format!("{path}.name"), field.refusals[0].is_some())
}

fn site_kind(field: &SiteField, say: &Say) -> Tag {
    let site = field.site;
    let kinds = KINDS.into_iter().map(|(kind, id, title)| (id.to_owned(), title.to_owned(), kind == field.kind));
    choice(kinds).set("aria-label", format!("What {} is", field.name)).on(On::Change, say, move |event| {
        let chosen = form::text(event);
        KINDS.into_iter().find(|(_, id, _)| *id == chosen).map(|(kind, ..)| site_edit(SiteEdit::Kind(site, kind)))
    })
}

/// A number of nodes: its name in the setup, where its refusal stands, what it is, and how it is changed.
type Count = (&'static str, usize, fn(&SiteField) -> u16, fn(SiteId, u16) -> SiteEdit);

const NODES: Count = ("node_count", 1, |field| field.node_count, SiteEdit::Nodes);
const SPARES: Count = ("spare_count", 2, |field| field.spare_count, SiteEdit::Spares);

/// A device has one node, unless a recipe says otherwise, which can be mended.
fn site_count(field: &SiteField, path: &str, (part, index, count, change): Count, say: &Say) -> Tag {
    let (site, is_wrong) = (field.site, field.refusals[index].is_some());
    let is_fixed = field.kind == SiteKind::Device && !is_wrong;
    let input = number(count(field).to_string(), "64", "1").class("input input-number input-short").flag("disabled", is_fixed);
    let input = input.on(On::Change, say, move |event| Some(site_edit(change(site, form::amount(event) as u16))));
    field_at(input, &format!("{path}.{part}"), is_wrong)
}

fn lead_first(field: &SiteField, from: SiteId, say: &Say) -> Tag {
    button("button button-small")
        .on_click(say, site_edit(SiteEdit::Move { site: field.site, to: from }))
        .set("aria-label", format!("Let {} lead first", field.name))
        .testid("lead-first")
        .text("Let it lead first")
}

/// Buttons that move a site in the order, or remove it.
fn order(field: &SiteField, count: usize, path: &str, say: &Say) -> Tag {
    let id = field.site;
    let press = |sign: &'static str, part: &'static str, label: &str, change: SiteEdit| {
        let press = small_button(sign, format!("{label} {}", field.name)).on_click(say, site_edit(change));
        press.set("id", format!("at-{path}.{part}")).testid(part)
    };
    let to = |to: u16| SiteEdit::Move { site: id, to: SiteId(to) };
    tag("span")
        .class("item-order")
        .child(press("↑", "earlier", "Move earlier:", to(id.0.saturating_sub(1))).flag("disabled", id.0 == 0))
        .child(press("↓", "later", "Move later:", to(id.0 + 1)).flag("disabled", id.index() + 1 == count))
        .child(press("✕", "remove", "Remove", SiteEdit::Remove(id)).flag("disabled", count == 1))
}

/// Who stands where, and whom everybody asks when reading.
pub(super) fn people_block(view: &PlacesView, say: &Say) -> Tag {
    let add = button("button button-small").on_click(say, person_edit(PersonEdit::Add)).set("id", "at-sessions.add");
    tag("section")
        .class("block")
        .child(tag("h2").text("People, and where they read"))
        .child(tag("ul").class("items").children(view.people.iter().map(|one| person(one, view, say))))
        .child(tag("div").class("fault-buttons").child(add.testid("add-person").text("Add person")))
}

fn person(field: &PersonField, view: &PlacesView, say: &Say) -> Tag {
    let session = field.session;
    let path = format!("sessions[{}]", session.0);
    let [name_refusal, access_refusal, reads_refusal] = &field.refusals;
    let remove = small_button("✕", format!("Remove {}", field.author)).set("id", format!("at-{path}.remove"));
    let remove = remove.on_click(say, person_edit(PersonEdit::Remove(session))).testid("remove");
    let head = tag("div").class("item-head").child(person_name(field, &path, say)).child(person_site(field, view, say)).child(remove);
    tag("li")
        .key(session.0)
        .class("item")
        .testid(format!("place-person-{}", session.0))
        .child(head)
        .child(said(&path, "author", name_refusal))
        .child(tag("div").class("item-row").child(labelled("From its nodes, ms", person_access(field, &path, say))))
        .child(said(&path, "access", access_refusal))
        .child(tag("div").class("item-row").child(reads(field, session, say)))
        .child(said(&path, "reads", reads_refusal))
}

fn person_name(field: &PersonField, path: &str, say: &Say) -> Tag {
    let session = field.session;
    let name = tag("input").class("input item-name").set("aria-label", format!("Name of person {}", session.0 + 1));
    let name = name.value(field.author.to_string());
    let name = name.on(On::Change, say, move |event| Some(person_edit(PersonEdit::Name(session, form::text(event).trim().into()))));
    field_at(name, &format!("{path}.author"), field.refusals[0].is_some())
}

fn person_site(field: &PersonField, view: &PlacesView, say: &Say) -> Tag {
    let session = field.session;
    let site = choice(site_options(view, field.site)).set("aria-label", format!("Where {} is", field.author));
    let site = site.testid(format!("person-site-{}", session.0));
    site.on(On::Change, say, move |event| Some(person_edit(PersonEdit::Site(session, SiteId(form::text(event).parse().ok()?)))))
}

fn person_access(field: &PersonField, path: &str, say: &Say) -> Tag {
    let session = field.session;
    let access = number(field.access_ms.clone(), LONGEST_MS, "any");
    let access = access.on(On::Change, say, move |event| Some(person_edit(PersonEdit::Access(session, form::thousandths(event)))));
    field_at(access, &format!("{path}.access"), field.refusals[1].is_some())
}

fn reads(field: &PersonField, session: SessionId, say: &Say) -> Tag {
    let (chosen, ms) = read_rule_parts(field.rule);
    let by = move |id: &str, ms: u64| read_rule(id, ms).map(|rule| person_edit(PersonEdit::Reads(session, rule)));
    let options = READ_RULES.into_iter().map(|(id, title)| (id.to_owned(), title.to_owned(), id == chosen));
    let select = choice(options).set("aria-label", format!("{} reads from", field.author)).testid(format!("reads-{}", session.0));
    let select = select.on(On::Change, say, move |event: &Event| by(&form::text(event), ms.unwrap_or(100)));
    let number = ms.map(|ms| {
        let number = number(ms.to_string(), "600000", "1").set("aria-label", format!("{}: milliseconds", field.author));
        let number = number.on(On::Change, say, move |event| by(chosen, form::amount(event) as u64));
        let number = field_at(number, &format!("sessions[{}].reads", session.0), field.refusals[2].is_some());
        tag("span").class("inline-field").child(number).child(tag("span").text("ms"))
    });
    tag("span").class("setting-control").child(words("Reads from")).child(select).maybe(number)
}

/// The sites to choose from.
pub(super) fn site_options(view: &PlacesView, chosen: SiteId) -> impl Iterator<Item = (String, String, bool)> {
    view.sites.iter().map(move |site| (site.site.0.to_string(), format!("{} {}", site.site.0 + 1, site.name), site.site == chosen))
}

/// The field at `path` of the setup, which says when it is wrong, and by which words.
pub(super) fn field_at(field: Tag, path: &str, is_wrong: bool) -> Tag {
    let id = format!("at-{path}");
    field.set("aria-describedby", format!("{id}-refusal")).state("aria-invalid", is_wrong).testid(id.clone()).set("id", id)
}

/// What is wrong with it.
pub(super) fn said(path: &str, part: &str, refusal: &Option<String>) -> Tag {
    refused(refusal).set("id", format!("at-{path}.{part}-refusal"))
}

pub(super) fn labelled(label: &'static str, field: Tag) -> Tag {
    tag("label").class("inline-field").child(tag("span").text(label)).child(field)
}
