//! What the page feels: that it is hidden, frozen, put into the back/forward cache and fetched out of it, and whether
//! its own server answers.

use super::device::Device;
use super::js::{self, Listener};
use super::state::{Probe, StorageState};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{EventTarget, PageTransitionEvent, RequestCache, RequestInit, VisibilityState};

/// The server is asked this often.
const PROBE_EVERY_MS: u32 = 20_000;

/// Listeners of the page; gone when dropped.
pub(super) struct Senses {
    _listeners: Vec<Listener>,
    _probe: gloo_timers::callback::Interval,
}

impl Device {
    pub(super) fn listen_to_page(&self) {
        let Some(window) = js::window() else { return };
        let page: EventTarget = window.clone().into();
        let document: Option<EventTarget> = window.document().map(Into::into);
        let on = |target: &EventTarget, name, handle: fn(&Self, &web_sys::Event)| {
            let weak = Rc::downgrade(&self.0);
            Listener::new(target.clone(), name, move |event| {
                if let Some(shared) = weak.upgrade() {
                    handle(&Self(shared), &event);
                }
            })
        };
        let mut listeners = vec![
            on(&page, "pagehide", |device, _| device.suspend()),
            on(&page, "pageshow", |device, event| {
                if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                    device.resume();
                }
            }),
            on(&page, "online", |device, _| device.probe()),
            on(&page, "offline", |device, _| device.probe()),
        ];
        if let Some(document) = &document {
            // A frozen page must not keep its slot from others.
            listeners.push(on(document, "freeze", |device, _| device.suspend()));
            listeners.push(on(document, "resume", |device, _| device.resume()));
            listeners.push(on(document, "visibilitychange", |device, _| device.on_visibility()));
        }
        let weak = Rc::downgrade(&self.0);
        let probe = gloo_timers::callback::Interval::new(PROBE_EVERY_MS, move || {
            if let Some(shared) = weak.upgrade() {
                Self(shared).probe();
            }
        });
        self.0.inner.borrow_mut().senses = Some(Senses { _listeners: listeners.into_iter().flatten().collect(), _probe: probe });
        self.probe();
    }

    fn suspend(&self) {
        self.stop(StorageState::Suspended);
    }

    /// A page that comes back drops what it had in memory and loads again: somebody else may have had its slot.
    fn resume(&self) {
        let is_suspended = matches!(self.0.inner.borrow().storage, StorageState::Suspended);
        if is_suspended {
            self.start();
        }
    }

    fn on_visibility(&self) {
        let is_visible = js::window()
            .and_then(|window| window.document())
            .is_some_and(|document| document.visibility_state() == VisibilityState::Visible);
        if is_visible {
            self.resume();
            let participants = self.0.inner.borrow().participants();
            participants.iter().for_each(super::participant::Participant::wake_up);
            self.find_orphans();
        }
    }

    /// Asks this page's own server for a sign of life.
    fn probe(&self) {
        let device = self.clone();
        spawn_local(async move {
            let probe = probe().await;
            device.0.inner.borrow_mut().probe = probe;
            device.changed();
        });
    }
}

async fn probe() -> Probe {
    let Some(window) = js::window() else { return Probe::Unknown };
    let request = RequestInit::new();
    // Not GET: a service worker answers that from what it keeps.
    request.set_method("HEAD");
    request.set_cache(RequestCache::NoStore);
    let begun_at = js::wall_ms();
    match JsFuture::from(window.fetch_with_str_and_init("?probe", &request)).await {
        Ok(_) => Probe::Ok(js::wall_ms() - begun_at),
        Err(_) => Probe::Failed,
    }
}
