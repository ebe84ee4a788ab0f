//! Web Locks, as far as they are needed. Bound by hand, since web-sys has them behind a flag of the compiler.

use super::js;
use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, Promise};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortController;

#[wasm_bindgen]
extern "C" {
    /// `LockManager`
    #[derive(Clone)]
    pub(super) type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, options: &JsValue, callback: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn query(this: &LockManager) -> Result<Promise, JsValue>;
}

/// This browser's locks, in windows and in workers; it may have none (plain http, old browsers, sandboxed frames).
pub(super) fn manager() -> Option<LockManager> {
    js::field(&js::field(&js_sys::global(), "navigator")?, "locks").map(JsCast::unchecked_into)
}

/// Waits for a lock, but not for longer than this; `None` as well where there are no locks.
pub(super) async fn turn(name: &str, patience_ms: u32) -> Option<HeldLock> {
    let manager = manager()?;
    let waiting = AbortController::new().ok()?;
    let signal = waiting.signal().into();
    // A signal that ends by itself is younger than locks are.
    let _patience = Timeout::new(patience_ms, move || waiting.abort());
    manager.take(name, Ask::Wait(signal), || {}).await.ok()?
}

/// How a lock is asked for.
#[derive(Clone)]
pub(super) enum Ask {
    /// Now or not at all.
    IfAvailable,
    /// As soon as it is free, unless the signal says to wait no longer.
    Wait(JsValue),
}

/// A lock; free again when dropped.
pub(super) struct HeldLock {
    release: Function,
    stage: Rc<Cell<Stage>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Asked,
    Held,
    Released,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        self.stage.set(Stage::Released);
        drop(self.release.call0(&JsValue::UNDEFINED));
    }
}

impl LockManager {
    /// Takes a lock; `None` if another has it. `on_stolen` is told if somebody takes it by force.
    pub(super) async fn take(&self, name: &str, ask: Ask, on_stolen: impl FnOnce() + 'static) -> Result<Option<HeldLock>, JsValue> {
        let options = match ask {
            Ask::IfAvailable => js::object(&[("ifAvailable", true.into())]),
            Ask::Wait(signal) => js::object(&[("signal", signal)]),
        };
        let stage = Rc::new(Cell::new(Stage::Asked));
        let mut watch = Some((stage.clone(), on_stolen));
        let release = js::settled(|resolve, reject| match self.request(name, &options, &granted(resolve.clone(), stage.clone())) {
            Ok(ended) => {
                if let Some((stage, on_stolen)) = watch.take() {
                    spawn_local(watched(ended, reject.clone(), stage, on_stolen));
                }
            }
            Err(error) => drop(reject.call1(&JsValue::UNDEFINED, &error)),
        })
        .await?;
        Ok(release.dyn_into::<Function>().ok().map(|release| HeldLock { release, stage }))
    }

    /// The names of all locks that are held.
    pub(super) async fn held(&self) -> Vec<String> {
        let Ok(promise) = self.query() else { return Vec::new() };
        let Ok(snapshot) = JsFuture::from(promise).await else { return Vec::new() };
        let held = js::field(&snapshot, "held").map(|held| Array::from(&held)).unwrap_or_default();
        held.iter().filter_map(|lock| js::field(&lock, "name")?.as_string()).collect()
    }
}

/// Gets the lock, or `null`; holds it until the function that it resolves with is called.
fn granted(resolve: Function, stage: Rc<Cell<Stage>>) -> JsValue {
    Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() || lock.is_undefined() {
            drop(resolve.call1(&JsValue::UNDEFINED, &JsValue::NULL));
            return JsValue::UNDEFINED;
        }
        stage.set(Stage::Held);
        Promise::new(&mut |release, _reject| drop(resolve.call1(&JsValue::UNDEFINED, &release))).into()
    })
}

/// A request that fails before it was granted was refused; one that fails afterwards was ended by force.
async fn watched(ended: Promise, reject: Function, stage: Rc<Cell<Stage>>, on_stolen: impl FnOnce()) {
    if let Err(error) = JsFuture::from(ended).await {
        match stage.get() {
            Stage::Asked => drop(reject.call1(&JsValue::UNDEFINED, &error)),
            Stage::Held => on_stolen(),
            Stage::Released => {}
        }
    }
}
