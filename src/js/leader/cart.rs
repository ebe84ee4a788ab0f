//! A shopping cart that a leader holds.

use super::content;
use super::worker::Worker;
use super::{name, settled};
use crate::js::answer::plain;
use crate::js::error::{Outcome, Problem};
use crate::limits;
use crate::replication::delta::{Item, Key, LineChange, Operation};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A shopping cart that a leader holds: quantities by item. A write resolves when it is durable.
#[wasm_bindgen]
pub struct Cart {
    worker: Worker,
    key: Key,
}

impl Cart {
    pub(super) fn new(worker: Worker, key: Key) -> Self {
        Self { worker, key }
    }

    fn write(&self, item: Item, change: LineChange) -> Outcome<Promise> {
        Ok(self.worker.write(self.key.clone(), Operation::Cart(item, change)))
    }
}

#[wasm_bindgen]
impl Cart {
    /// The key that it is held under.
    #[wasm_bindgen(getter)]
    pub fn key(&self) -> String {
        self.key.0.to_string()
    }

    /// Adds so many of an item; 1 by default.
    ///
    /// # Errors
    /// As [`LocalLeader::put`](super::LocalLeader::put).
    #[wasm_bindgen(unchecked_return_type = "Promise<Written>")]
    pub fn add(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] item: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] count: &JsValue,
    ) -> Promise {
        let count = if count.is_undefined() { Ok(1) } else { quantity("count", count) };
        settled(item_of(item).and_then(|item| self.write(item, LineChange::Add(count?))))
    }

    /// Sets the quantity of an item.
    ///
    /// # Errors
    /// As [`LocalLeader::put`](super::LocalLeader::put).
    #[wasm_bindgen(unchecked_return_type = "Promise<Written>")]
    pub fn set(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] item: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] count: &JsValue,
    ) -> Promise {
        settled(item_of(item).and_then(|item| self.write(item, LineChange::Set(quantity("quantity", count)?, Vec::new()))))
    }

    /// One less of an item; the last one removes it.
    ///
    /// # Errors
    /// As [`LocalLeader::put`](super::LocalLeader::put); `bad-argument` where there is none.
    #[wasm_bindgen(unchecked_return_type = "Promise<Written>")]
    pub fn decrease(&self, #[wasm_bindgen(unchecked_param_type = "string")] item: &JsValue) -> Promise {
        let decreased = || {
            let item = item_of(item)?;
            match self.worker.look(|leader, mode| content::quantity(leader, mode, &self.key, &item.0))? {
                0 => Err(Problem::argument("item", "there is none in the cart")),
                1 => self.write(item, LineChange::Remove(Vec::new())),
                quantity => self.write(item, LineChange::Set(quantity - 1, Vec::new())),
            }
        };
        settled(decreased())
    }

    /// Removes an item.
    ///
    /// # Errors
    /// As [`LocalLeader::put`](super::LocalLeader::put).
    #[wasm_bindgen(unchecked_return_type = "Promise<Written>")]
    pub fn remove(&self, #[wasm_bindgen(unchecked_param_type = "string")] item: &JsValue) -> Promise {
        settled(item_of(item).and_then(|item| self.write(item, LineChange::Remove(Vec::new()))))
    }

    /// Quantities by item. What is not durable yet shows too.
    ///
    /// # Errors
    /// `closed`.
    #[wasm_bindgen(unchecked_return_type = "Record<string, number>")]
    pub fn items(&self) -> Result<JsValue, JsValue> {
        Ok(plain(&self.worker.look(|leader, mode| content::items(leader, mode, &self.key))?)?)
    }
}

fn item_of(item: &JsValue) -> Outcome<Item> {
    name("item", item).map(|name| Item::from(name.as_str()))
}

fn quantity(name: &str, value: &JsValue) -> Outcome<u32> {
    let most = limits::MAX_QUANTITY;
    let number = value.as_f64().filter(|number| number.fract() == 0.0 && (1.0..=f64::from(most)).contains(number));
    number.map(|number| number as u32).ok_or_else(|| Problem::argument(name, &format!("must be a whole number from 1 to {most}")))
}
