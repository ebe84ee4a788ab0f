//! The local leader of a program: durable writes that never wait for a network, synced over channels that the program
//! supplies. Everything behind the handle is in [`worker`]; this is what callers see.

mod cart;
mod channel;
mod content;
mod opening;
mod worker;

pub use cart::Cart;

use super::answer::plain;
use super::argument;
use super::error::{Code, Outcome, Problem};
use super::functions::unknown;
use crate::limits;
use crate::offline::device_file;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Key, Mode, Operation};
use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;
use worker::Worker;

/// A leader of one's own: it takes writes at once, makes them durable, and syncs with others over any channel.
#[wasm_bindgen]
pub struct LocalLeader {
    worker: Worker,
}

#[wasm_bindgen]
impl LocalLeader {
    /// Opens the leader of this name: what it held before is there again. Whoever opens it last owns it; the one
    /// before is told `taken-over`.
    ///
    /// # Errors
    /// `bad-argument`, `unknown-name`, `no-storage`, `storage-full`, `storage-damaged`, `storage-newer`,
    /// `storage-blocked`.
    #[wasm_bindgen(unchecked_return_type = "LocalLeader")]
    pub async fn open(#[wasm_bindgen(unchecked_param_type = "LocalLeaderOptions")] options: JsValue) -> Result<Self, JsValue> {
        Ok(Self { worker: opening::open(&options).await? })
    }

    /// Writes a value: a text or a whole number. Resolves when it is durable.
    ///
    /// # Errors
    /// `bad-argument`, `too-large`, `refused`, `closed`, and what storage says.
    #[wasm_bindgen(unchecked_return_type = "Promise<Written>")]
    pub fn put(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Value")] value: &JsValue,
    ) -> Promise {
        settled(
            record_key(key).and_then(|key| Ok((key, Operation::Put(content::value(value)?)))).map(|(key, put)| self.worker.write(key, put)),
        )
    }

    /// Deletes a value. A deletion is a version like any other. Resolves when it is durable.
    ///
    /// # Errors
    /// As [`LocalLeader::put`].
    #[wasm_bindgen(unchecked_return_type = "Promise<Written>")]
    pub fn remove(&self, #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue) -> Promise {
        settled(record_key(key).map(|key| self.worker.write(key, Operation::Delete)))
    }

    /// What is held of a key: the versions that had not seen each other, what a writer who has read this has seen, and
    /// the value under the key's mode. What is not durable yet shows too.
    ///
    /// # Errors
    /// `bad-argument`, `closed`.
    #[wasm_bindgen(unchecked_return_type = "Held")]
    pub fn get(&self, #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue) -> Result<JsValue, JsValue> {
        let key = key_of(key)?;
        Ok(plain(&self.worker.look(|leader, mode| content::held(leader, mode, &key))?)?)
    }

    /// The shopping cart of this key. Keys of carts begin with `cart`; others get `cart:` before them.
    ///
    /// # Errors
    /// `bad-argument`.
    pub fn cart(&self, #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue) -> Result<Cart, JsValue> {
        Ok(Cart::new(self.worker.clone(), cart_key(key)?))
    }

    /// Writes what a person decided who has seen `context` (of [`LocalLeader::get`]): a value, or `null` to delete.
    /// What arrived meanwhile keeps the conflict open. Resolves when it is durable.
    ///
    /// # Errors
    /// As [`LocalLeader::put`].
    #[wasm_bindgen(unchecked_return_type = "Promise<Written>")]
    pub fn resolve(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Value | null")] value: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Vector")] context: &JsValue,
    ) -> Promise {
        let read = || -> Outcome<(Key, Operation, VersionVector)> {
            let operation = if value.is_null() { Operation::Delete } else { Operation::Put(content::value(value)?) };
            Ok((record_key(key)?, operation, content::context(context)?))
        };
        settled(read().map(|(key, operation, context)| self.worker.write_having_seen(key, operation, context)))
    }

    /// Sets how conflicts on a key are decided, everywhere. Resolves when it is durable.
    ///
    /// # Errors
    /// As [`LocalLeader::put`], and `unknown-name`.
    #[wasm_bindgen(js_name = setMode, unchecked_return_type = "Promise<Written>")]
    pub fn set_mode(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Mode")] mode: &JsValue,
    ) -> Promise {
        let read = || Ok((key_of(key)?, mode_of(mode)?));
        settled(read().map(|(key, mode)| self.worker.write(key, Operation::SetMode(mode))))
    }

    /// Calls back whenever something may look different, once for all that happened together. Returns what ends that.
    ///
    /// # Errors
    /// `bad-argument`, `too-large`, `closed`.
    #[wasm_bindgen(unchecked_return_type = "() => void")]
    pub fn subscribe(&self, #[wasm_bindgen(unchecked_param_type = "() => void")] callback: &JsValue) -> Result<JsValue, JsValue> {
        let Some(callback) = callback.dyn_ref::<Function>() else {
            return Err(Problem::argument("callback", "must be a function").into());
        };
        let number = self.worker.subscribe(callback.clone())?;
        let weak = self.worker.weak();
        Ok(Closure::<dyn Fn()>::new(move || weak.with(|worker| worker.unsubscribe(number))).into_js_value())
    }

    /// Own writes that no hub has confirmed yet, in order.
    ///
    /// # Errors
    /// `closed`.
    #[wasm_bindgen(unchecked_return_type = "Pending[]")]
    pub fn pending(&self) -> Result<JsValue, JsValue> {
        Ok(plain(&self.worker.look(|leader, _| content::pending(leader))?)?)
    }

    /// How it stands: with its store, with each connection, and whether something is wrong.
    ///
    /// # Errors
    /// None: what is closed says so.
    #[wasm_bindgen(unchecked_return_type = "LeaderStatus")]
    pub fn status(&self) -> Result<JsValue, JsValue> {
        Ok(plain(&self.worker.status())?)
    }

    /// Connects to another leader by a channel of the caller's: `send` is called with each `Uint8Array` that goes out;
    /// `onmessage` and `onclose` are put onto the channel, for the caller to call with what comes in, and at its end.
    ///
    /// # Errors
    /// `bad-argument`, `too-large` (too many connections), `closed`. `onmessage` throws `bad-frame` at what is no
    /// message; then the connection has ended.
    #[wasm_bindgen(unchecked_return_type = "Connection")]
    pub fn connect(&self, #[wasm_bindgen(unchecked_param_type = "Channel")] channel: &JsValue) -> Result<JsValue, JsValue> {
        Ok(channel::connect(&self.worker, channel)?)
    }

    /// Everything that it holds, as a file of this program. Resolves with its bytes.
    ///
    /// # Errors
    /// `closed`, and what storage says.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn export(&self) -> Promise {
        let worker = self.worker.clone();
        future_to_promise(async move {
            let rows = worker.rows().await?;
            Ok(Uint8Array::from(device_file::encode(&rows).as_slice()).into())
        })
    }

    /// Puts the content of such a file in place of what it holds: the same writes, in a new store. All connections end.
    ///
    /// # Errors
    /// `bad-file`, `bad-argument`, `too-large`, `closed`, and what storage says; then all is as it was.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn import(&self, #[wasm_bindgen(unchecked_param_type = "Uint8Array")] file: &JsValue) -> Promise {
        let (worker, rows) = (self.worker.clone(), file_rows(file));
        future_to_promise(async move {
            worker.replace(rows?).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Ends all connections. Called before it is freed by hand; what the garbage collector frees nobody is connected to.
    #[wasm_bindgen(js_name = __letGo, skip_typescript)]
    pub fn let_go(&self) {
        self.worker.let_go();
    }

    /// Ends it when all writes under way are durable. Closing again is nothing.
    ///
    /// # Errors
    /// None.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn close(&self) -> Promise {
        let worker = self.worker.clone();
        future_to_promise(async move {
            worker.close().await;
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// The promise of a write, or of why there is none.
pub(super) fn settled(promise: Outcome<Promise>) -> Promise {
    promise.unwrap_or_else(|problem| Promise::reject(&problem.into()))
}

fn key_of(key: &JsValue) -> Outcome<Key> {
    name("key", key).map(|name| Key::from(name.as_str()))
}

/// What keys of carts begin with, for every leader.
const CART: &str = "cart";

/// The key of a plain value.
fn record_key(key: &JsValue) -> Outcome<Key> {
    let key = key_of(key)?;
    if key.0.starts_with(CART) { Err(Problem::argument("key", "what begins with \"cart\" is a cart: see cart(key)")) } else { Ok(key) }
}

fn cart_key(key: &JsValue) -> Outcome<Key> {
    let key = key_of(key)?;
    if key.0.starts_with(CART) {
        return Ok(key);
    }
    name("key", &format!("{CART}:{}", key.0).into()).map(|name| Key::from(name.as_str()))
}

/// A name of something in a message.
pub(super) fn name(what: &str, value: &JsValue) -> Outcome<String> {
    let text = argument::text(what, value, limits::MAX_NAME_BYTES)?;
    argument::well_formed(what, value)?;
    let is_good = !text.trim().is_empty() && text.chars().count() <= limits::MAX_NAME_CHARS;
    if is_good { Ok(text) } else { Err(Problem::argument(what, &format!("must have 1 to {} characters", limits::MAX_NAME_CHARS))) }
}

pub(super) fn mode_of(mode: &JsValue) -> Outcome<Mode> {
    let name = name("mode", mode)?;
    Mode::from_id(&name).ok_or_else(|| unknown("mode", &name, &Mode::ALL.map(Mode::id)))
}

fn file_rows(file: &JsValue) -> Outcome<Vec<crate::offline::storage::Row>> {
    let bytes = bytes("file", file, limits::MAX_DEVICE_FILE_BYTES)?;
    device_file::decode(&bytes).map_err(|error| Problem::new(Code::BadFile, error.to_string()))
}

/// At most so many bytes.
pub(super) fn bytes(name: &str, value: &JsValue, most: usize) -> Outcome<Vec<u8>> {
    let bytes = value.dyn_ref::<Uint8Array>().ok_or_else(|| Problem::argument(name, "must be a Uint8Array"))?;
    if bytes.length() as usize > most {
        return Err(Problem::new(Code::TooLarge, format!("{name}: at most {most} bytes")));
    }
    Ok(bytes.to_vec())
}
