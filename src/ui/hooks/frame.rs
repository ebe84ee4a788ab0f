//! Animation frames, as long as somebody wants them.

use super::page;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Calls back once per frame until dropped.
pub(crate) struct Frames {
    shared: Rc<Shared>,
}

type OnFrame = Closure<dyn FnMut(f64)>;

struct Shared {
    closure: RefCell<Option<OnFrame>>,
    pending: Cell<Option<i32>>,
}

impl Frames {
    /// Starts; `on_frame` is given the page time in milliseconds.
    pub(crate) fn start(on_frame: impl Fn(f64) + 'static) -> Self {
        let shared = Rc::new(Shared { closure: RefCell::new(None), pending: Cell::new(None) });
        let weak = Rc::downgrade(&shared);
        let closure = OnFrame::new(move |time| {
            if let Some(shared) = weak.upgrade() {
                shared.request();
                on_frame(time);
            }
        });
        *shared.closure.borrow_mut() = Some(closure);
        shared.request();
        Self { shared }
    }
}

impl Shared {
    fn request(&self) {
        let closure = self.closure.borrow();
        let Some(closure) = closure.as_ref() else { return };
        let id = page::window().and_then(|window| window.request_animation_frame(closure.as_ref().unchecked_ref()).ok());
        self.pending.set(id);
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        if let (Some(window), Some(id)) = (page::window(), self.shared.pending.take()) {
            drop(window.cancel_animation_frame(id));
        }
        // The closure may be the caller right now (a frame that ends the loop): let go of it after this turn.
        if let Some(closure) = self.shared.closure.borrow_mut().take() {
            gloo_timers::callback::Timeout::new(0, move || drop(closure)).forget();
        }
    }
}
