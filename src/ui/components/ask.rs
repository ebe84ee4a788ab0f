//! Deciding a conflict by hand: what was before, both sides, and what shall be.

use super::conflict::sides;
use super::dialog::dialog;
use super::part::{Draw, part};
use crate::ui::app::Asked;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{AskMsg, Msg};
use crate::view::conflict::{ConflictCard, SideCard};

/// The dialog.
pub(crate) fn ask(asked: &Asked, say: &Say) -> Tag {
    let Asked { item, card, notice, .. } = asked;
    let notice = tag("p").class("notice").set("role", "status").testid("ask-notice").text(notice.clone().unwrap_or_default());
    let choices = card.as_ref().map(|card| choices(card, say));
    let body = tag("div").child(notice).child(tag("div").maybe(choices));
    dialog(format!("Decide: {item}"), "ask", body, say)
}

fn choices(card: &ConflictCard, say: &Say) -> Tag {
    let resolve = |quantity: u32| button("button").on_click(say, Msg::Ask(AskMsg::Resolve(quantity)));
    let keep = |(index, side): (usize, &SideCard)| {
        let quantity = side.quantity.unwrap_or(0);
        let label = if quantity == 0 { "Keep the removal".to_owned() } else { format!("Keep {quantity}") };
        let origin = tag("span").class("button-note").text(side.origin.clone());
        resolve(quantity).key(index).testid(format!("keep-{index}")).text(label).child(origin)
    };
    let sum: u32 = card.sides.iter().filter_map(|side| side.quantity).fold(0, u32::saturating_add).min(crate::limits::MAX_QUANTITY);
    let is_removed_somewhere = card.sides.iter().any(|side| side.quantity == Some(0));
    let base = tag("strong").text(card.base.clone());
    let both = resolve(sum).flag("disabled", is_removed_somewhere).testid("keep-sum").text(format!("Both together: {sum}"));
    let none = resolve(0).flag("disabled", is_removed_somewhere).testid("keep-none").text("Remove the line");
    tag("div")
        .class("ask")
        .child(tag("p").text("Neither of these writes had seen the other. Before: ").child(base))
        .child(sides(&card.sides))
        .child(tag("div").class("ask-choices").children(card.sides.iter().enumerate().map(keep)))
        .child(tag("div").class("ask-choices").child(both).child(none))
        .child(part(OtherQuantity { first: sum.max(1) }, say))
}

/// Any quantity.
#[derive(PartialEq)]
struct OtherQuantity {
    first: u32,
}

impl Draw for OtherQuantity {
    fn draw(&self, say: &Say) -> Tag {
        let field = number_input("input input-number", "0", "9999").flag("required", true).value(self.first.to_string());
        let resolve = tag("button").set("type", "submit").class("button button-main").testid("resolve").text("Resolve");
        tag("form")
            .class("ask-other")
            .on(On::Submit, say, |event| Some(Msg::Ask(AskMsg::Resolve(form::submitted(event).parse().ok()?))))
            .child(labelled("inline-field", "Another quantity", field.testid("ask-quantity")))
            .child(resolve)
    }
}

/// A field for a number in a range.
pub(crate) fn number_input(class: &'static str, least: &'static str, most: &'static str) -> Tag {
    tag("input").class(class).set("type", "number").set("min", least).set("max", most)
}

/// A field with its label before it.
pub(crate) fn labelled(class: &'static str, label: &'static str, field: Tag) -> Tag {
    tag("label").class(class).child(tag("span").text(label)).child(field)
}
