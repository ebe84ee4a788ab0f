//! A WebSocket to a native peer: the secret first, then frames. Tried again, later each time, until told otherwise.

use super::js::{self, Listener};
use super::state::NativeState;
use crate::limits;
use gloo_timers::callback::Timeout;
use js_sys::{ArrayBuffer, Uint8Array};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

const RETRY_FIRST_MS: u32 = 500;
const RETRY_LAST_MS: u32 = 30_000;
/// The peer closes with this code when it does not like the secret ("policy violation").
const CLOSED_FOR_POLICY: u16 = 1_008;

pub(super) enum SocketEvent {
    Up,
    Down,
    Bytes(Vec<u8>),
    Changed,
}

/// A connection that comes back. Ends when dropped.
pub(super) struct Socket(Rc<Shared>);

struct Shared {
    address: String,
    secret: String,
    on_event: Box<dyn Fn(SocketEvent)>,
    inner: RefCell<Inner>,
}

struct Inner {
    state: NativeState,
    current: Option<Current>,
    retry: Option<Timeout>,
    failures: u32,
}

struct Current {
    socket: WebSocket,
    _listeners: Vec<Listener>,
}

impl Drop for Current {
    fn drop(&mut self) {
        // One that is closed already is no error.
        drop(self.socket.close());
    }
}

impl Socket {
    pub(super) fn open(address: &str, secret: &str, on_event: impl Fn(SocketEvent) + 'static) -> Self {
        let refusal = refusal_of(address, secret);
        let inner =
            Inner { state: refusal.clone().map_or(NativeState::Connecting, NativeState::Refused), current: None, retry: None, failures: 0 };
        let shared = Rc::new(Shared {
            address: address.to_owned(),
            secret: secret.to_owned(),
            on_event: Box::new(on_event),
            inner: RefCell::new(inner),
        });
        if refusal.is_none() {
            // Later, so that nobody is told before this returned.
            let weak = Rc::downgrade(&shared);
            shared.inner.borrow_mut().retry = Some(Timeout::new(0, move || connect(&weak)));
        }
        Self(shared)
    }

    pub(super) fn address(&self) -> String {
        self.0.address.clone()
    }

    pub(super) fn state(&self) -> NativeState {
        self.0.inner.borrow().state.clone()
    }

    pub(super) fn send(&self, bytes: &[u8]) {
        if let Some(current) = &self.0.inner.borrow().current {
            // What a broken socket loses the next handshake makes good.
            drop(current.socket.send_with_u8_array(bytes));
        }
    }

    /// Tries again now, if it waits.
    pub(super) fn hurry(&self) {
        let is_waiting = matches!(self.0.inner.borrow().state, NativeState::Waiting { .. });
        if is_waiting {
            let weak = Rc::downgrade(&self.0);
            self.0.inner.borrow_mut().retry = Some(Timeout::new(0, move || connect(&weak)));
        }
    }

    /// Ends this connection; another follows.
    pub(super) fn break_off(&self, why: &str) {
        let (weak, why) = (Rc::downgrade(&self.0), why.to_owned());
        self.0.inner.borrow_mut().retry = Some(Timeout::new(0, move || {
            if let Some(shared) = weak.upgrade() {
                shared.broke(why, false);
            }
        }));
    }
}

/// What is wrong with what the person entered.
fn refusal_of(address: &str, secret: &str) -> Option<String> {
    if address.chars().count() > limits::MAX_ADDRESS_CHARS {
        return Some(format!("an address has at most {} characters", limits::MAX_ADDRESS_CHARS));
    }
    if secret.len() > limits::MAX_SECRET_BYTES {
        return Some(format!("a secret has at most {} bytes", limits::MAX_SECRET_BYTES));
    }
    let is_socket = address.starts_with("ws://") || address.starts_with("wss://");
    (!is_socket).then(|| "an address begins with ws:// or wss://".to_owned())
}

fn connect(weak: &Weak<Shared>) {
    let Some(shared) = weak.upgrade() else { return };
    shared.inner.borrow_mut().state = NativeState::Connecting;
    match WebSocket::new(&shared.address) {
        Ok(socket) => {
            socket.set_binary_type(BinaryType::Arraybuffer);
            let listeners = listen(weak, &socket);
            shared.inner.borrow_mut().current = Some(Current { socket, _listeners: listeners });
        }
        Err(error) => {
            let (_, message) = js::thrown(&error);
            shared.inner.borrow_mut().state = NativeState::Refused(message);
        }
    }
    (shared.on_event)(SocketEvent::Changed);
}

fn listen(weak: &Weak<Shared>, socket: &WebSocket) -> Vec<Listener> {
    let on = |name, handle: fn(&Rc<Shared>, &web_sys::Event)| {
        let weak = weak.clone();
        Listener::new(socket.clone().into(), name, move |event| {
            if let Some(shared) = weak.upgrade() {
                handle(&shared, &event);
            }
        })
    };
    let opened = on("open", |shared, _| shared.opened());
    let message = on("message", |shared, event| shared.message(event));
    let closed = on("close", |shared, event| {
        let close = event.dyn_ref::<CloseEvent>();
        let reason = close.map(CloseEvent::reason).filter(|reason| !reason.is_empty());
        let is_refusal = close.is_some_and(|close| close.code() == CLOSED_FOR_POLICY);
        shared.broke(reason.unwrap_or_else(|| "the connection broke, or never came about".to_owned()), is_refusal);
    });
    [opened, message, closed].into_iter().flatten().collect()
}

impl Shared {
    fn opened(&self) {
        let is_sent = {
            let mut inner = self.inner.borrow_mut();
            inner.state = NativeState::Open;
            inner.current.as_ref().is_some_and(|current| current.socket.send_with_str(&self.secret).is_ok())
        };
        if is_sent {
            (self.on_event)(SocketEvent::Up);
        }
    }

    fn message(&self, event: &web_sys::Event) {
        let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
        let buffer = data.and_then(|data| data.dyn_into::<ArrayBuffer>().ok());
        // A frame that is too long is refused like any other that is none, without a copy of it.
        let fits = |buffer: &ArrayBuffer| buffer.byte_length() as usize <= limits::MAX_FRAME_BYTES;
        let bytes = buffer.filter(fits).map(|buffer| Uint8Array::new(&buffer).to_vec()).unwrap_or_default();
        // A peer that talks has accepted the secret.
        self.inner.borrow_mut().failures = 0;
        (self.on_event)(SocketEvent::Bytes(bytes));
    }

    fn broke(self: &Rc<Self>, why: String, is_refusal: bool) {
        let before = {
            let mut inner = self.inner.borrow_mut();
            let before = inner.current.take();
            if is_refusal {
                inner.state = NativeState::Refused(why);
            } else {
                let retry_in_ms = (RETRY_FIRST_MS << inner.failures.min(6)).min(RETRY_LAST_MS);
                // A quarter more or less, so that many pages do not come back at once.
                let retry_in_ms = retry_in_ms * 3 / 4 + (js::entropy() % u64::from(retry_in_ms / 2)) as u32;
                inner.failures += 1;
                inner.state = NativeState::Waiting { retry_in_ms, why };
                let weak = Rc::downgrade(self);
                inner.retry = Some(Timeout::new(retry_in_ms, move || connect(&weak)));
            }
            before
        };
        // Its listener may be the one that runs: it goes when that has returned.
        drop(Timeout::new(0, move || drop(before)).forget());
        (self.on_event)(SocketEvent::Down);
    }
}
