//! The document, its address, and what the reader prefers.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, Window};

/// The window.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// The `html` element.
pub(crate) fn root() -> Option<Element> {
    document()?.document_element()
}

/// The element with this id.
pub(crate) fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// Puts the focus on the element with this id.
pub(crate) fn focus(id: &str) {
    // Elements of a drawing have the same method, and no common type with it.
    if let Some(element) = by_id(id) {
        drop(element.unchecked_ref::<HtmlElement>().focus());
    }
}

/// Scrolls the page to the beginning of the element with this id, and puts the focus there.
pub(crate) fn go_to(id: &str) {
    focus(id);
    if let Some(element) = by_id(id) {
        element.scroll_into_view();
    }
}

/// Shows the element with this id from its beginning.
pub(crate) fn scroll_to_top(id: &str) {
    if let Some(element) = by_id(id) {
        element.set_scroll_top(0);
    }
}

/// Selects the text of the field with this id.
pub(crate) fn select(id: &str) {
    if let Some(field) = by_id(id).and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        field.select();
    }
}

/// The fragment of the address, without "#".
pub(crate) fn fragment() -> String {
    let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// The address without its fragment.
pub(crate) fn address() -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// The address without its query and fragment.
#[cfg(feature = "catalogue")]
pub(crate) fn bare_address() -> String {
    address().split('?').next().unwrap_or_default().to_owned()
}

/// The value of `name` in the query of the address.
pub(crate) fn query(name: &str) -> Option<String> {
    let search = window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let pairs = search.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Whether the page is to be a frame of another one.
#[cfg(feature = "catalogue")]
pub(crate) fn is_embedded() -> bool {
    let search = window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    search.trim_start_matches('?').split('&').any(|pair| pair.split('=').next() == Some("embed"))
}

/// Leaves for another address. Where only the fragment differs the page hears of it by `hashchange`.
pub(crate) fn go(address: &str) {
    if let Some(window) = window() {
        drop(window.location().assign(address));
    }
}

/// Loads the page anew.
pub(crate) fn reload() {
    if let Some(window) = window() {
        drop(window.location().reload());
    }
}

/// Shows this address without loading anything, so that a reload opens the same.
pub(crate) fn rename(address: &str) {
    // A frame leaves the history to the page around it.
    #[cfg(feature = "catalogue")]
    if is_embedded() {
        return;
    }
    let history = window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        drop(history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(address)));
    }
}

/// Whether the reader wants less motion.
pub(crate) fn prefers_reduced_motion() -> bool {
    let query = window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Names the page.
#[cfg(feature = "lab")]
pub(crate) fn name(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Whether the page stands in a frame of another one.
#[cfg(feature = "lab")]
pub(crate) fn is_framed() -> bool {
    let Some(window) = window() else { return false };
    window.top().ok().flatten().is_none_or(|top| top != window)
}

/// Width of the window in CSS pixels.
#[cfg(feature = "catalogue")]
pub(crate) fn width() -> f64 {
    window().and_then(|window| window.inner_width().ok()?.as_f64()).unwrap_or(0.0)
}

/// Page time in milliseconds.
pub(crate) fn now_ms() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Device pixels per CSS pixel.
pub(crate) fn pixel_ratio() -> f64 {
    window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 4.0)
}
