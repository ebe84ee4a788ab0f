//! Links of the draft, as fields: which sites are linked, and how each link behaves in each direction.

use super::places::{LONGEST_MS, edit, field_at, labelled, said, site_options};
use super::settings::{choice, number, refused, small_button, words};
use crate::replication::ids::SiteId;
use crate::simulation::setup::WireKind;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::Msg;
use crate::view::draft::{Edit, LinkEdit, LinkEnd, Shape, WireEdit, WireOf};
use crate::view::places::{LinkField, PlacesView, TopologyChoice, WireField, percent};

const KINDS: [(WireKind, &str, &str); 2] =
    [(WireKind::Stream, "stream", "stream, like TCP"), (WireKind::Datagram, "datagram", "datagrams, like UDP")];

fn link_edit(change: LinkEdit) -> Msg {
    edit(Edit::Link(change))
}

/// All links, ways to make them, and the one inside each datacenter.
pub(super) fn links_block(view: &PlacesView, say: &Say) -> Tag {
    let links = view.links.iter().enumerate().map(|(index, one)| link(index, one, view, say));
    tag("section")
        .class("block")
        .child(tag("h2").set("id", "at-links").set("tabindex", "-1").text("Links"))
        .child(tag("div").maybe(shapes(view, say).filter(|_| view.sites.len() > 1)))
        .child(tag("ul").class("items").children(links))
        .child(tag("div").maybe((view.sites.len() > 1).then(|| add(view, say))))
        .child(refused(&view.links_refusal).testid("link-refusal"))
        .child(tag("div").class("item").child(wire(&view.inside, say)))
}

/// All links at once.
fn shapes(view: &PlacesView, say: &Say) -> Option<Tag> {
    let press = |one: &TopologyChoice| {
        let press = button("button button-small").key(one.id).on_click(say, link_edit(LinkEdit::Topology(one.id)));
        press.set("title", one.summary).testid(format!("topology-{}", one.id)).text(one.title)
    };
    let mut possible = view.topologies.iter().filter(|one| one.is_possible).peekable();
    possible.peek()?;
    let group = tag("div").class("fault-buttons").set("role", "group").set("aria-label", "Link all sites as a");
    Some(group.child(words("Link all as a")).children(possible.map(press)))
}

fn add(view: &PlacesView, say: &Say) -> Tag {
    let last = SiteId(u16::try_from(view.sites.len() - 1).unwrap_or(u16::MAX));
    let select = |name: &'static str, label: &'static str, chosen: SiteId| {
        choice(site_options(view, chosen)).set("name", name).set("aria-label", label).testid(format!("link-{name}"))
    };
    let on_submit = |event: &web_sys::Event| {
        event.prevent_default();
        let site = |name: &str| form::named(event, name).parse().ok().map(SiteId);
        Some(link_edit(LinkEdit::Add(site("from")?, site("to")?)))
    };
    let submit = tag("button").set("type", "submit").class("button button-small").testid("add-link").text("Add link");
    tag("form")
        .class("item-row")
        .on(On::Submit, say, on_submit)
        .child(select("from", "Link from", last).set("id", "at-links.from"))
        .child(words("–"))
        .child(select("to", "Link to", SiteId(0)))
        .child(submit)
}

fn link(index: usize, field: &LinkField, view: &PlacesView, say: &Say) -> Tag {
    let path = format!("links[{index}]");
    let is_open = field.wires.is_some();
    let toggle = button("button button-small")
        .on_click(say, link_edit(LinkEdit::Open((!is_open).then_some(index))))
        .state("aria-expanded", is_open)
        .set("aria-label", format!("{} {}", if is_open { "Close" } else { "Change" }, field.name))
        .set("id", format!("at-{path}.open"))
        .testid("open")
        .text(if is_open { "Close" } else { "Change" });
    let remove = small_button("✕", format!("Remove the link {}", field.name)).on_click(say, link_edit(LinkEdit::Remove(index)));
    let remove = remove.set("id", format!("at-{path}.remove")).testid("remove");
    let name = tag("h3").class("item-title").text(field.name.clone());
    let name = name.child(tag("span").class("fault-state").text(field.words.clone()));
    tag("li")
        .key(index)
        .class("item")
        .testid(format!("place-link-{index}"))
        .child(tag("div").class("item-head").child(name).child(toggle).child(remove))
        .child(refused(&field.refusal))
        .child(tag("div").maybe(is_open.then(|| ends(index, field, view, say))))
        .child(tag("div").maybe(field.wires.as_ref().map(|wires| directions(index, wires, say))))
}

/// Which two sites it joins.
fn ends(index: usize, field: &LinkField, view: &PlacesView, say: &Say) -> Tag {
    let select = |end: LinkEnd, label: &'static str, part: &'static str, (chosen, possible): &(SiteId, Vec<SiteId>)| {
        let options = site_options(view, *chosen).filter(|(id, ..)| possible.iter().any(|site| site.0.to_string() == *id));
        let select = choice(options).set("aria-label", format!("{}: {label}", field.name));
        select
            .set("id", format!("at-links[{index}].{part}"))
            .testid(format!("link-{part}-{index}"))
            .on(On::Change, say, move |event| Some(link_edit(LinkEdit::End(index, end, SiteId(form::text(event).parse().ok()?)))))
    };
    tag("div")
        .class("item-row")
        .child(words("joins"))
        .child(select(LinkEnd::First, "first site", "a", &field.ends[0]))
        .child(words("and"))
        .child(select(LinkEnd::Second, "second site", "b", &field.ends[1]))
}

/// Both directions at once, or one after the other.
fn directions(index: usize, wires: &[WireField], say: &Say) -> Tag {
    let separate = tag("input").set("type", "checkbox").checked(wires.len() > 1).testid("separate");
    let separate = separate.on(On::Change, say, move |event| Some(link_edit(LinkEdit::Separate(index, form::is_checked(event)))));
    let separate = tag("label").class("check").child(separate).child(tag("span").text("The way back differs"));
    tag("div").class("wires").children(wires.iter().map(|one| wire(one, say))).child(separate)
}

/// One direction.
fn wire(field: &WireField, say: &Say) -> Tag {
    let path = &field.path;
    let [latency_refusal, loss_refusal, duplicates_refusal] = &field.refusals;
    let rates = tag("div")
        .class("item-row")
        .child(labelled("Lost, %", rate(field, LOSS, say)))
        .child(labelled("Twice, %", rate(field, DUPLICATES, say)));
    let why = if is_stream(field) { "A stream sends lost data again: loss is delay, and nothing comes twice." } else { "" };
    tag("div")
        .key(path.clone())
        .class("wire")
        .set("role", "group")
        .set("aria-label", field.title.clone())
        .child(tag("h3").text(field.title.clone()))
        .child(tag("div").class("item-row").child(delivery(field, say)).child(distribution(field, say)))
        .child(tag("div").class("item-row").children(latency(field, say)))
        .child(said(path, "latency", latency_refusal))
        .child(rates)
        .child(said(path, "loss_per_million", loss_refusal))
        .child(said(path, "duplicate_per_million", duplicates_refusal))
        .child(tag("p").class("quiet").text(why))
}

fn is_stream(field: &WireField) -> bool {
    field.wire.kind == WireKind::Stream
}

fn delivery(field: &WireField, say: &Say) -> Tag {
    let of = field.of;
    let kinds = KINDS.into_iter().map(|(kind, id, title)| (id.to_owned(), title.to_owned(), kind == field.wire.kind));
    let select = choice(kinds).set("aria-label", format!("{}: delivery", field.title)).testid(format!("{}.kind", field.path));
    select.on(On::Change, say, move |event| {
        let chosen = form::text(event);
        KINDS.into_iter().find(|(_, id, _)| *id == chosen).map(|(kind, ..)| change(of, WireEdit::Kind(kind)))
    })
}

fn distribution(field: &WireField, say: &Say) -> Tag {
    let of = field.of;
    let current = Shape::of(&field.wire.latency);
    let shapes = Shape::ALL.into_iter().map(|shape| (shape.id().to_owned(), shape.title().to_owned(), shape == current));
    let select = choice(shapes).set("aria-label", format!("{}: distribution of the latency", field.title));
    select.testid(format!("{}.shape", field.path)).on(On::Change, say, move |event| {
        let chosen = form::text(event);
        Shape::ALL.into_iter().find(|shape| shape.id() == chosen).map(|shape| change(of, WireEdit::Shape(shape)))
    })
}

/// A share of the messages: its name in the setup, where its refusal stands, what it is, and how it is changed.
type Rate = (&'static str, usize, fn(&WireField) -> u32, fn(u32) -> WireEdit);

const LOSS: Rate = ("loss_per_million", 1, |field| field.wire.loss_per_million, WireEdit::Loss);
const DUPLICATES: Rate = ("duplicate_per_million", 2, |field| field.wire.duplicate_per_million, WireEdit::Duplicates);

fn rate(field: &WireField, (part, index, per_million, edit): Rate, say: &Say) -> Tag {
    let (of, is_wrong) = (field.of, field.refusals[index].is_some());
    let input = number(percent(per_million(field)), "100", "any").flag("disabled", is_stream(field) && !is_wrong);
    let input = input.on(On::Change, say, move |event| Some(change(of, edit((form::amount(event) * 1e4).round() as u32))));
    field_at(input, &format!("{}.{part}", field.path), is_wrong)
}

/// The numbers of its distribution. The first one stands for all of them where one looks for what is wrong.
fn latency(field: &WireField, say: &Say) -> Vec<Tag> {
    let of = field.of;
    let is_wrong = field.refusals[0].is_some();
    let input = |(index, (label, value, unit)): (usize, &(&'static str, String, &'static str))| {
        let input = number(value.clone(), LONGEST_MS, "any");
        let input = input.on(On::Change, say, move |event| {
            let thousandths = form::thousandths(event);
            Some(change(of, if index == 0 { WireEdit::First(thousandths) } else { WireEdit::Second(thousandths) }))
        });
        let input = match index {
            0 => field_at(input, &format!("{}.latency", field.path), is_wrong),
            _ => input
                .state("aria-invalid", is_wrong)
                .set("aria-describedby", format!("at-{}.latency-refusal", field.path))
                .testid(format!("{}.second", field.path)),
        };
        labelled(label, input).key(index).child(tag("span").text(*unit))
    };
    field.numbers.iter().enumerate().map(input).collect()
}

fn change(of: WireOf, wire: WireEdit) -> Msg {
    link_edit(LinkEdit::Wire(of, wire))
}
