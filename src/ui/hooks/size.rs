//! The width of an element, whenever it changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// Less is an element that is hidden or not laid out yet.
const LEAST_WIDTH: i32 = 200;

/// Watches an element until dropped.
pub(crate) struct Width {
    observer: ResizeObserver,
    _closure: Closure<dyn FnMut()>,
}

impl Width {
    /// Reports the inner width of `element` at once and after each change.
    pub(crate) fn watch(element: Element, on_width: impl Fn(f64) + 'static) -> Option<Self> {
        let measured = element.clone();
        let last = std::cell::Cell::new(0);
        let closure = Closure::<dyn FnMut()>::new(move || {
            let width = measured.client_width();
            if width >= LEAST_WIDTH && last.replace(width) != width {
                on_width(f64::from(width));
            }
        });
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(&element);
        Some(Self { observer, _closure: closure })
    }
}

impl Drop for Width {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
