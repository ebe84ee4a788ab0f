//! One tab stop for many things: arrow keys move the focus from one to the next.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

/// Moves the focus to the sibling that an arrow key points at, from the last one on to the first.
pub(crate) fn on_key(event: &Event) {
    let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
    let is_forward = match key.key().as_str() {
        "ArrowRight" | "ArrowDown" => true,
        "ArrowLeft" | "ArrowUp" => false,
        _ => return,
    };
    event.prevent_default();
    let Some(here) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Some(list) = here.parent_element() else { return };
    let next = if is_forward { here.next_element_sibling() } else { here.previous_element_sibling() };
    let around = if is_forward { list.first_element_child() } else { list.last_element_child() };
    if let Some(next) = next.or(around) {
        drop(next.unchecked_ref::<HtmlElement>().focus());
    }
}
