//! What people typed and chose.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement};

/// The text of the field that changed.
pub(crate) fn text(event: &Event) -> String {
    target(event).map(|field| as_field(field).value()).unwrap_or_default()
}

/// The number in the field that changed; 0 when it is none.
pub(crate) fn number(event: &Event) -> f64 {
    let number = target(event).map_or(0.0, |field| as_field(field).value_as_number());
    if number.is_finite() { number } else { 0.0 }
}

/// The number in the field that changed, if it is not negative; else 0, and the field shows that.
pub(crate) fn amount(event: &Event) -> f64 {
    let amount = number(event).max(0.0);
    if amount == 0.0 {
        show(event, "0");
    }
    amount
}

/// The same in thousandths: of milliseconds, microseconds.
pub(crate) fn thousandths(event: &Event) -> u64 {
    (amount(event) * 1e3).round() as u64
}

/// Whether the box that changed is ticked now.
pub(crate) fn is_checked(event: &Event) -> bool {
    target(event).is_some_and(|field| as_field(field).checked())
}

/// Shows another text in the field that changed.
pub(crate) fn show(event: &Event, text: &str) {
    if let Some(field) = target(event) {
        as_field(field).set_value(text);
    }
}

/// The text of the form's only field, instead of sending it anywhere.
pub(crate) fn submitted(event: &Event) -> String {
    event.prevent_default();
    only_field(event).map(|field| field.value().trim().to_owned()).unwrap_or_default()
}

/// Empties the form's only field.
pub(crate) fn clear(event: &Event) {
    if let Some(field) = only_field(event) {
        field.set_value("");
    }
}

/// The text of the field called `name` in the form around what was pressed or sent.
pub(crate) fn named(event: &Event, name: &str) -> String {
    let form = target(event).and_then(|target| target.closest("form").ok().flatten());
    let field = form.and_then(|form| form.query_selector(&format!("[name={name}]")).ok().flatten());
    field.map(|field| as_field(field).value().trim().to_owned()).unwrap_or_default()
}

/// The id of the element that has the focus.
pub(crate) fn target_id(event: &Event) -> String {
    target(event).map(|target| target.id()).unwrap_or_default()
}

fn only_field(form: &Event) -> Option<HtmlInputElement> {
    target(form)?.query_selector("input, textarea").ok().flatten().map(as_field)
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Selections and text areas have a `value` just as inputs have.
fn as_field(element: Element) -> HtmlInputElement {
    element.unchecked_into()
}
