//! The cart, with everything one can do to it.

use super::card;
use super::entry::{Adding, marks};
use super::message::{LabDialog, LabMsg};
use crate::limits;
use crate::replication::delta::{Item, Key};
use crate::ui::components::{Draw, Shape, icon, keyed_part, number_input, part};
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::view::cart::CartLine;
use crate::view::lab::CART;
use crate::view::lab::edit::{Edit, LineEdit};
use std::collections::BTreeSet;
use web_sys::Event;

/// The card.
#[derive(PartialEq)]
pub(super) struct Cart {
    pub(super) lines: Vec<CartLine>,
    /// Lines with a write that is not durable yet.
    pub(super) saving: BTreeSet<Item>,
    pub(super) is_usable: bool,
    /// How conflicts are decided.
    pub(super) mode: &'static str,
    /// What can be taken back.
    pub(super) undo: Option<String>,
}

impl Draw for Cart {
    fn draw(&self, say: &Say) -> Tag {
        let line = |line: &CartLine| {
            let is_saving = self.saving.contains(&Item::from(line.item.as_str()));
            keyed_part(line.item.clone(), Shown { line: line.clone(), is_saving, is_usable: self.is_usable }, say)
        };
        let empty = self.lines.is_empty().then(|| {
            let fill = button("button button-main").on_click(say, LabMsg::Fill.into()).flag("disabled", !self.is_usable).testid("fill");
            tag("div").class("lab-empty").child(tag("p").text("The cart is empty.")).child(fill.text("Put in eggs, milk and tea"))
        });
        let mode = tag("p").class("quiet").text("Conflicts are decided by: ").child(tag("strong").testid("cart-mode").text(self.mode));
        card("card cart lab-cart", "Cart")
            .testid("cart")
            .child(mode)
            .child(tag("ul").class("cart-lines").children(self.lines.iter().map(line)))
            .maybe(empty)
            .child(tag("footer").class("cart-foot").child(self.add(say)).maybe(self.undo(say)))
    }
}

impl Cart {
    fn add(&self, say: &Say) -> Tag {
        let adding = Adding {
            label: "Add an item",
            chars_max: limits::MAX_NAME_CHARS,
            is_usable: self.is_usable,
            field_id: "add-item",
            button_id: "add",
        };
        adding.form(say, |item| LabMsg::Add(String::from(js_sys::JsString::from(item).to_lower_case())))
    }

    fn undo(&self, say: &Say) -> Option<Tag> {
        let what = self.undo.as_ref()?;
        let undo = button("button").on_click(say, LabMsg::Undo.into()).flag("disabled", !self.is_usable).testid("undo");
        Some(undo.set("title", "By another write: the first may be with others already").text(format!("Undo: {what}")))
    }
}

#[derive(PartialEq)]
struct Shown {
    line: CartLine,
    is_saving: bool,
    is_usable: bool,
}

fn edit(item: &str, edit: LineEdit) -> LabMsg {
    LabMsg::Edit(Edit::Line(Item::from(item), edit))
}

impl Draw for Shown {
    fn draw(&self, say: &Say) -> Tag {
        let line = &self.line;
        let marks = marks(line.is_conflict, self.is_saving, line.is_pending);
        let decide = LabMsg::Dialog(LabDialog::Decide(Key::from(CART), Some(Item::from(line.item.as_str()))));
        let decide = line.is_open.then(|| button("button button-conflict").on_click(say, decide.into()).testid("decide").text("Decide…"));
        let name = tag("span").class("cart-name").text(line.item.clone());
        tag("li")
            .class(if line.is_conflict { "cart-line cart-line-conflict" } else { "cart-line" })
            .testid(format!("line-{}", line.item))
            .number("data-quantity", line.quantity)
            .state("data-pending", line.is_pending || self.is_saving)
            .state("data-conflict", line.is_conflict)
            .child(tag("span").class("cart-item").child(name).child(marks).maybe(decide))
            .child(self.buttons(say))
    }
}

impl Shown {
    fn buttons(&self, say: &Say) -> Tag {
        let CartLine { item, quantity, .. } = &self.line;
        let act = |class: &'static str, shape: Shape, label: String, needs_some: bool, change: LineEdit| {
            let act = button(class).on_click(say, edit(item, change).into()).set("aria-label", label);
            act.flag("disabled", !self.is_usable || needs_some && *quantity == 0).child(icon(shape))
        };
        let less = act("button button-icon", Shape::Minus, format!("One {item} less"), true, LineEdit::Less);
        let more = act("button button-icon", Shape::Plus, format!("One {item} more"), false, LineEdit::More(1));
        let label = format!("Remove {item}");
        let remove = act("button button-icon button-quiet", Shape::Close, label.clone(), true, LineEdit::Remove).set("title", label);
        let quantity = Quantity { item: item.clone(), quantity: *quantity, is_usable: self.is_usable };
        tag("span")
            .class("cart-buttons")
            .child(less.testid("less"))
            .child(part(quantity, say))
            .child(more.testid("more"))
            .child(remove.testid("remove"))
    }
}

/// The quantity, to be typed over. A part of its own: what is being typed stays until the cart says otherwise.
#[derive(PartialEq)]
struct Quantity {
    item: String,
    quantity: u32,
    is_usable: bool,
}

impl Draw for Quantity {
    fn draw(&self, say: &Say) -> Tag {
        let (item, shown) = (self.item.clone(), self.quantity);
        let on_change = move |event: &Event| {
            match form::text(event).trim().parse::<u32>() {
                Ok(quantity) if quantity != shown => return Some(edit(&item, LineEdit::Set(quantity)).into()),
                _ => form::show(event, &shown.to_string()),
            }
            None
        };
        let label = format!("Quantity of {}", self.item);
        let field = number_input("input quantity", "0", "9999").value(shown.to_string()).set("aria-label", label);
        field.on(On::Change, say, on_change).flag("disabled", !self.is_usable).testid("quantity")
    }
}
