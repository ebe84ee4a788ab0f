//! Copying text.

use super::page;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

/// Copies `text` and says whether that worked. Without a clipboard (plain http, frames) it did not.
pub(crate) fn copy(text: &str, on_done: impl Fn(bool) + Clone + 'static) {
    let Some(window) = page::window().filter(web_sys::Window::is_secure_context) else { return on_done(false) };
    let refused = on_done.clone();
    let done = Closure::once(move |_: JsValue| on_done(true));
    let failed = Closure::once(move |_: JsValue| refused(false));
    drop(window.navigator().clipboard().write_text(text).then2(&done, &failed));
    // Called at most once, some time later: the browser keeps them.
    done.forget();
    failed.forget();
}
