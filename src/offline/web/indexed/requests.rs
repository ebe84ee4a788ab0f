//! What requests and transactions of IndexedDB end with.

use crate::offline::storage::StorageError;
use crate::offline::web::js;
use wasm_bindgen::JsValue;
use web_sys::{IdbRequest, IdbTransaction};

/// Waits for one request.
pub(super) async fn done(request: &IdbRequest) -> Result<JsValue, StorageError> {
    let ended = js::settled(|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    })
    .await;
    if ended.is_ok() { result_of(request) } else { Err(failure_of(request)) }
}

pub(super) fn result_of(request: &IdbRequest) -> Result<JsValue, StorageError> {
    request.result().map_err(|error| failure(&error))
}

/// Waits for `complete`: from then on it is durable.
pub(super) async fn completed(transaction: &IdbTransaction) -> Result<(), StorageError> {
    let ended = js::settled(|resolve, reject| {
        transaction.set_oncomplete(Some(resolve));
        transaction.set_onabort(Some(reject));
    })
    .await;
    let why =
        || transaction.error().map_or_else(|| StorageError::Unavailable("the transaction was aborted".to_owned()), |error| failure(&error));
    ended.map(drop).map_err(|_| why())
}

pub(super) fn failure_of(request: &IdbRequest) -> StorageError {
    let unknown = || StorageError::Unavailable("the request failed".to_owned());
    request.error().ok().flatten().map_or_else(unknown, |error| failure(&error))
}

/// What an exception of IndexedDB means.
pub(super) fn failure(error: &JsValue) -> StorageError {
    let (name, message) = js::thrown(error);
    match name.as_str() {
        "QuotaExceededError" => StorageError::Full(message),
        "VersionError" => StorageError::Newer(0),
        "NotFoundError" | "DataError" | "ConstraintError" => StorageError::Damaged(message),
        _ => StorageError::Unavailable(if message.is_empty() { name } else { message }),
    }
}
