//! The width of an element, whenever it changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

/// Reports the inner width of `node` at once and after each change.
#[hook]
pub(crate) fn use_width(node: &NodeRef, on_width: &Callback<f64>) {
    let deps = (node.clone(), on_width.clone());
    use_effect_with(deps, |(node, on_width)| {
        let watch = node.cast::<HtmlElement>().and_then(|element| Watch::start(element.into(), on_width.clone()));
        move || drop(watch)
    });
}

/// Less is an element that is hidden or not laid out yet.
const LEAST_WIDTH: i32 = 200;

struct Watch {
    observer: ResizeObserver,
    _closure: Closure<dyn FnMut()>,
}

impl Watch {
    fn start(element: Element, on_width: Callback<f64>) -> Option<Self> {
        let measured = element.clone();
        let last = std::cell::Cell::new(0);
        let closure = Closure::<dyn FnMut()>::new(move || {
            let width = measured.client_width();
            if width >= LEAST_WIDTH && last.replace(width) != width {
                on_width.emit(f64::from(width));
            }
        });
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(&element);
        Some(Self { observer, _closure: closure })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
