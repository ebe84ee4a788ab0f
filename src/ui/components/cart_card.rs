//! One person's cart, with everything they can do to it.

use super::ask::number_input;
use super::icon::{Shape, icon};
use super::part::{Draw, keyed_part, part};
use crate::replication::ids::{SessionId, SiteId};
use crate::simulation::command::{Action, Command, LinkCommand};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{AskMsg, Msg};
use crate::view::cart::{CartCard, CartLine};
use yew::Html;

/// The carts below the stage, one card for each person.
pub(crate) fn carts(cards: &[CartCard], say: &Say) -> Html {
    let title = tag("h2").class("visually-hidden").text("Carts");
    let cards = cards.iter().map(|card| keyed_part(card.session.0, card.clone(), say));
    let section = tag("section").class("carts").set("aria-label", "Carts");
    section.child(title).child(tag("div").class("cart-cards").children(cards)).into()
}

impl Draw for CartCard {
    fn draw(&self, say: &Say) -> Tag {
        let class = if self.device.is_some() { "card cart cart-device" } else { "card cart" };
        let line = |line: &CartLine| {
            let shown = ShownLine { session: self.session, line: line.clone(), is_usable: self.is_usable };
            keyed_part(line.item.clone(), shown, say)
        };
        let state = tag("p").class(format!("chip tone-{}", self.tone.id())).testid("state").text(self.state.clone());
        let counts = tag("p").class("counts").testid("counts").text(self.counts.clone());
        let empty = if self.lines.is_empty() && self.is_usable { "The cart is empty." } else { "" };
        let trouble = tag("p").class("cart-trouble").set("role", "status").text(self.trouble.clone().unwrap_or_default());
        let head = tag("header").class("cart-head").child(tag("h3").text(self.title.clone()));
        tag("article")
            .class(class)
            .set("aria-label", format!("Cart: {}", self.title))
            .testid(format!("cart-{}", self.session.0))
            .number("data-pending-count", self.pending_count)
            .child(head.child(tag("div").class("cart-link").maybe(self.device.map(|site| offline_toggle(site, self.is_offline, say)))))
            .child(tag("div").class("cart-state").child(state).child(counts))
            .child(tag("ul").class("cart-lines").children(self.lines.iter().map(line)))
            .child(tag("p").class("cart-empty").text(empty))
            .child(trouble)
            .child(tag("footer").class("cart-foot").child(add_item(self.session, self.is_usable, say)))
    }
}

/// Takes a device offline, or back.
pub(super) fn offline_toggle(site: SiteId, is_offline: bool, say: &Say) -> Tag {
    let (label, command) =
        if is_offline { ("Go online", LinkCommand::Reconnect(site)) } else { ("Take offline", LinkCommand::Disconnect(site)) };
    let toggle = button("button button-device").on_click(say, Msg::Command(Command::Link(command))).testid("offline-toggle");
    toggle.set("title", "O").state("data-offline", is_offline).text(label)
}

/// A line: less, how many, more, out; and a decision where one is due.
#[derive(PartialEq)]
struct ShownLine {
    session: SessionId,
    line: CartLine,
    is_usable: bool,
}

impl Draw for ShownLine {
    fn draw(&self, say: &Say) -> Tag {
        let line = &self.line;
        let mark = |class: &'static str, title: &'static str, is_shown: bool, sign: &'static str| {
            tag("span").class(class).set("title", title).text(if is_shown { sign } else { "" })
        };
        let marks = tag("span").class("marks").child(mark("mark-conflict", "in conflict", line.is_conflict, "⚑")).child(mark(
            "mark-pending",
            "not confirmed yet",
            line.is_pending,
            "↑ pending",
        ));
        let item = tag("span").class("cart-item").child(tag("span").class("cart-name").text(line.item.clone()));
        tag("li")
            .class(if line.is_conflict { "cart-line cart-line-conflict" } else { "cart-line" })
            .testid(format!("line-{}", line.item))
            .number("data-quantity", line.quantity)
            .state("data-pending", line.is_pending)
            .state("data-open", line.is_open)
            .state("data-conflict", line.is_conflict)
            .child(item.child(marks).child(tag("span").class("cart-decide").maybe(self.decide(say))))
            .child(self.buttons(say))
    }
}

impl ShownLine {
    fn buttons(&self, say: &Say) -> Tag {
        let CartLine { item, quantity, .. } = &self.line;
        let act = |class: &'static str, shape: Shape, label: String, needs_some: bool, action: Action| {
            let is_off = !self.is_usable || needs_some && *quantity == 0;
            let act = button(class).on_click(say, Msg::Act(self.session, action)).flag("disabled", is_off).set("aria-label", label);
            act.child(icon(shape))
        };
        let name = || item.as_str().into();
        let less = act("button button-icon", Shape::Minus, format!("One {item} less"), true, Action::Decrease { item: name() });
        let more = act("button button-icon", Shape::Plus, format!("One {item} more"), false, Action::Add { item: name(), count: 1 });
        let label = format!("Remove {item}");
        let remove = act("button button-icon button-quiet", Shape::Close, label.clone(), true, Action::Remove { item: name() });
        let quantity = Quantity { session: self.session, item: item.clone(), quantity: *quantity, is_usable: self.is_usable };
        tag("span")
            .class("cart-buttons")
            .child(less.testid("less"))
            .child(part(quantity, say))
            .child(more.testid("more"))
            .child(remove.set("title", label).testid("remove"))
    }

    fn decide(&self, say: &Say) -> Option<Tag> {
        let ask = Msg::Ask(AskMsg::Open(self.session, self.line.item.clone()));
        self.line.is_open.then(|| button("button button-conflict").on_click(say, ask).testid("decide").text("Decide…"))
    }
}

/// The quantity, to be typed over. A part of its own: what is being typed stays until the cart says otherwise.
#[derive(PartialEq)]
struct Quantity {
    session: SessionId,
    item: String,
    quantity: u32,
    is_usable: bool,
}

impl Draw for Quantity {
    fn draw(&self, say: &Say) -> Tag {
        let (session, item, shown) = (self.session, self.item.clone(), self.quantity);
        let on_change = move |event: &web_sys::Event| {
            let item = item.as_str().into();
            match form::text(event).trim().parse::<u32>() {
                Ok(0) => return Some(Msg::Act(session, Action::Remove { item })),
                Ok(quantity) if quantity != shown => return Some(Msg::Act(session, Action::Set { item, quantity })),
                _ => form::show(event, &shown.to_string()),
            }
            None
        };
        number_input("input quantity", "0", "9999")
            .value(shown.to_string())
            .on(On::Change, say, on_change)
            .flag("disabled", !self.is_usable)
            .set("aria-label", format!("Quantity of {}", self.item))
            .testid("quantity")
    }
}

/// A new line.
fn add_item(session: SessionId, is_usable: bool, say: &Say) -> Tag {
    let on_submit = move |event: &web_sys::Event| {
        let item = String::from(js_sys::JsString::from(form::submitted(event)).to_lower_case());
        form::clear(event);
        (!item.is_empty()).then(|| Msg::Act(session, Action::Add { item: item.as_str().into(), count: 1 }))
    };
    let field = tag("input").class("input").set("placeholder", "Add an item").set("aria-label", "Add an item").set("maxlength", "64");
    let add = tag("button").set("type", "submit").class("button").flag("disabled", !is_usable).testid("add").text("Add");
    let form = tag("form").class("add-item").on(On::Submit, say, on_submit);
    form.child(field.flag("disabled", !is_usable).testid("add-item")).child(add)
}
