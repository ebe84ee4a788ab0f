//! A `BroadcastChannel`: bytes to all other pages of this origin that listen.

use super::js::Listener;
use crate::offline::mesh::envelope;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};

/// A channel; closed when dropped.
pub(crate) struct Channel {
    channel: BroadcastChannel,
    _listener: Option<Listener>,
}

impl Channel {
    /// Joins the channel `name`; `None` where the browser has none. `on_message` gets what is no bytes, or too many, as none.
    pub(crate) fn open(name: &str, on_message: impl Fn(Vec<u8>) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let listener = Listener::new(channel.clone().into(), "message", move |event| {
            let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
            let fits = |array: &Uint8Array| array.length() as usize <= envelope::MAX_BYTES;
            on_message(data.and_then(|data| data.dyn_into().ok()).filter(fits).map(|array| array.to_vec()).unwrap_or_default());
        });
        Some(Self { channel, _listener: listener })
    }

    /// Tells all others.
    pub(crate) fn post(&self, bytes: &[u8]) {
        // A channel that was closed has nobody to tell.
        drop(self.channel.post_message(&Uint8Array::from(bytes)));
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}
