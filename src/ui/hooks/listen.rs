//! Listeners on the window and on media queries, removed when dropped.

use super::page;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// A listener that lives as long as this value.
pub(crate) struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens for `name` at `target`.
    pub(crate) fn new(target: EventTarget, name: &'static str, on_event: impl FnMut(Event) + 'static) -> Option<Self> {
        let closure = Closure::<dyn FnMut(Event)>::new(on_event);
        target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()).ok()?;
        Some(Self { target, name, closure })
    }

    /// Listens for `name` at the window.
    pub(crate) fn window(name: &'static str, on_event: impl FnMut(Event) + 'static) -> Option<Self> {
        Self::new(page::window()?.into(), name, on_event)
    }

    /// Listens for changes of a media query.
    pub(crate) fn media(query: &str, on_event: impl FnMut(Event) + 'static) -> Option<Self> {
        let list = page::window()?.match_media(query).ok().flatten()?;
        Self::new(list.into(), "change", on_event)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.target.remove_event_listener_with_callback(self.name, self.closure.as_ref().unchecked_ref()));
    }
}
