//! The size of an element, whenever it changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// Less is an element that is hidden or not laid out yet.
const LEAST_WIDTH: i32 = 200;

/// Watches an element until dropped.
pub(crate) struct Watch {
    observer: ResizeObserver,
    _closure: Closure<dyn FnMut()>,
}

impl Watch {
    /// Says at once, and after each change, that `element` has another size.
    pub(crate) fn size(element: &Element, on_size: impl FnMut() + 'static) -> Option<Self> {
        let closure = Closure::<dyn FnMut()>::new(on_size);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _closure: closure })
    }

    /// Reports the inner width of `element` at once and after each change.
    pub(crate) fn width(element: Element, on_width: impl Fn(f64) + 'static) -> Option<Self> {
        let measured = element.clone();
        let mut last = 0;
        Self::size(&element, move || {
            let width = measured.client_width();
            if width >= LEAST_WIDTH && std::mem::replace(&mut last, width) != width {
                on_width(f64::from(width));
            }
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
