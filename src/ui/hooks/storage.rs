//! The browser's local storage. Every access may fail (private windows, frames): then nothing is remembered.

use super::page;
use web_sys::Storage;

/// What is stored under `key`.
pub(crate) fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Stores `value` under `key`.
pub(crate) fn write(key: &str, value: &str) {
    if let Some(storage) = storage() {
        drop(storage.set_item(key, value));
    }
}

fn storage() -> Option<Storage> {
    page::window()?.local_storage().ok().flatten()
}
