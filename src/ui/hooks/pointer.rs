//! Dragging by mouse, pen or finger.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, PointerEvent};

/// From now on what this pointer does is told to the element that it pressed.
pub(crate) fn capture(event: &Event) {
    let Some((pointer, pressed)) = parts(event) else { return };
    event.prevent_default();
    drop(pressed.set_pointer_capture(pointer.pointer_id()));
}

/// Where it is in the picture around what it pressed, in pixels from the left and from the top.
pub(crate) fn place(event: &Event) -> Option<(f64, f64)> {
    let (pointer, pressed) = parts(event)?;
    let picture = pressed.closest("svg").ok().flatten()?.get_bounding_client_rect();
    Some((f64::from(pointer.client_x()) - picture.left(), f64::from(pointer.client_y()) - picture.top()))
}

/// Whether what it pressed is, or is in, something that `selector` matches.
pub(crate) fn is_on(event: &Event, selector: &str) -> bool {
    let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    pressed.is_some_and(|pressed| pressed.closest(selector).ok().flatten().is_some())
}

fn parts(event: &Event) -> Option<(&PointerEvent, Element)> {
    Some((event.dyn_ref()?, event.target()?.dyn_into().ok()?))
}
