//! The worker's side of a search. The same program as the page's: it sees that it has no page, and takes orders instead.

use crate::hunt::{Order, Progress, Report};
use crate::ui::hooks::page;
use js_sys::Date;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// The page hears this often how it stands.
const TELLS_EVERY_MS: f64 = 100.0;

/// Whether there is no page around.
pub(crate) fn is_worker() -> bool {
    page::window().is_none()
}

/// Takes orders from now on.
pub(crate) fn serve() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let place = scope.clone();
    std::panic::set_hook(Box::new(move |info| tell(&place, &Report::Broken(info.to_string()))));
    let ready = scope.clone();
    let heard =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| search(&scope, &event.data().as_string().unwrap_or_default()));
    ready.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    // It listens as long as the worker is there.
    heard.forget();
    tell(&ready, &Report::Ready);
}

/// Searches to the end. Whoever wants it to stop ends the worker.
fn search(scope: &DedicatedWorkerGlobalScope, text: &str) {
    let ordered = Order::from_text(text).map_err(|error| error.to_string());
    let mut hunt = match ordered.and_then(|order| order.hunt().map_err(|error| error.to_string())) {
        Ok(hunt) => hunt,
        Err(reason) => return tell(scope, &Report::Refused(reason)),
    };
    let mut told_at = Date::now();
    while hunt.step() != Progress::Done {
        if Date::now() - told_at >= TELLS_EVERY_MS {
            tell(scope, &Report::of(&hunt));
            told_at = Date::now();
        }
    }
    tell(scope, &Report::of(&hunt));
}

fn tell(scope: &DedicatedWorkerGlobalScope, report: &Report) {
    // It fails only when the page is gone.
    drop(scope.post_message(&report.to_text().into()));
}
