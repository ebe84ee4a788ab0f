//! What the browser gives: time, randomness, listeners, promises. Time and randomness come from where workers and Node
//! have them too.

use crate::offline::leader::Now;
use crate::replication::time::{LocalTime, SimTime};
use js_sys::{Array, Function, Promise, Reflect};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, DomException, Event, EventTarget, Navigator, Performance, Window};

pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn navigator() -> Option<Navigator> {
    window().map(|window| window.navigator())
}

/// Milliseconds since 1970, by this computer's clock.
pub(super) fn wall_ms() -> f64 {
    js_sys::Date::now()
}

/// The time, twice. Whole milliseconds of the wall stay whole: their nanoseconds are beyond what a float holds exactly.
pub(crate) fn now() -> Now {
    let performance = field(&js_sys::global(), "performance").map(JsCast::unchecked_into::<Performance>);
    let steady_ms = performance.map_or_else(wall_ms, |performance| performance.now());
    Now { steady: SimTime((steady_ms * 1e6) as u64), wall: LocalTime(wall_ms() as i64 * 1_000_000) }
}

/// 64 bits that nobody can guess, nor draw again.
pub(crate) fn entropy() -> u64 {
    let mut bytes = [0; 8];
    let crypto = field(&js_sys::global(), "crypto").map(JsCast::unchecked_into::<Crypto>);
    if crypto.is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok()) {
        return u64::from_le_bytes(bytes);
    }
    // Without a source of its own a browser still has this one.
    (js_sys::Math::random() * 2f64.powi(53)) as u64 ^ ((js_sys::Math::random() * 2f64.powi(53)) as u64) << 32
}

/// A field of a JavaScript object; `None` where it is missing, or must not be read.
pub(crate) fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// An object with these fields.
pub(super) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in fields {
        // A fresh object takes any field.
        drop(Reflect::set(&object, &(*name).into(), value));
    }
    object.into()
}

/// Waits for what `arm` hands its two functions to: one for the good end, one for the bad.
pub(crate) async fn settled(mut arm: impl FnMut(&Function, &Function)) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::new(&mut |resolve, reject| arm(&resolve, &reject))).await
}

/// What the promise of a method ends with; `None` where there is no such method, or where it fails.
pub(super) async fn promised(object: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let method = field(object, method)?.dyn_into::<Function>().ok()?;
    let promise = method.apply(object, &arguments.iter().collect::<Array>()).ok()?;
    JsFuture::from(Promise::resolve(&promise)).await.ok()
}

/// Waits. Windows and workers have the same timer.
pub(super) async fn sleep_ms(ms: u32) {
    // A promise that never fails.
    drop(
        settled(|resolve, _| {
            let timer = field(&js_sys::global(), "setTimeout").and_then(|timer| timer.dyn_into::<Function>().ok());
            let set = timer.map(|timer| timer.call2(&JsValue::UNDEFINED, resolve, &ms.into()));
            if !matches!(set, Some(Ok(_))) {
                drop(resolve.call0(&JsValue::UNDEFINED));
            }
        })
        .await,
    );
}

/// What a future ends with; `None` if that takes longer than this.
pub(super) async fn within<T>(ms: u32, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut late) = (pin!(future), pin!(sleep_ms(ms)));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(end) => Poll::Ready(Some(end)),
        Poll::Pending => late.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// The name and message of what was thrown.
pub(super) fn thrown(error: &JsValue) -> (String, String) {
    match error.dyn_ref::<DomException>() {
        Some(exception) => (exception.name(), exception.message()),
        None => {
            let text = |name| field(error, name).and_then(|value| value.as_string());
            (text("name").unwrap_or_default(), text("message").unwrap_or_else(|| format!("{error:?}")))
        }
    }
}

/// A listener that lives as long as this value.
pub(super) struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens for `name` at `target`.
    pub(super) fn new(target: EventTarget, name: &'static str, on_event: impl FnMut(Event) + 'static) -> Option<Self> {
        let closure = Closure::<dyn FnMut(Event)>::new(on_event);
        target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()).ok()?;
        Some(Self { target, name, closure })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.target.remove_event_listener_with_callback(self.name, self.closure.as_ref().unchecked_ref()));
    }
}
