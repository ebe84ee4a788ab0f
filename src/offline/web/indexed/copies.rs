//! The second copy of a store, in a storage bucket: a part of the origin's storage with files of its own.
//!
//! Chromium keeps all databases of an origin in one LevelDB, and goes on with its log after a crash, also where the crash
//! cut off the last record. The start after that one meets a wrong checksum and deletes everything
//! (google/leveldb issue 1287). So a commit goes to the first copy and then to the second, which is made anew whenever the
//! store is opened: no record of it ever follows one that was cut off, and there is always one copy that can be read.
//! A store whose first copy can be neither opened nor read goes on from the second alone. Browsers without storage buckets
//! have one copy.

use super::OnLost;
use super::database::{Database, Held, databases};
use crate::offline::storage::{Commit, StorageError};
use crate::offline::web::js;
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbFactory;
use xxhash_rust::xxh64::xxh64;

const PREFIX: &str = "copy-";

/// How long one waits for a copy, or for another page that opens the store. Where there is no room, a transaction in a
/// bucket of Chromium neither completes nor aborts.
pub(super) const PATIENCE_MS: u32 = 3_000;

/// The copy that a store writes to.
pub(super) struct SecondCopy {
    bucket: String,
    database: Database,
}

impl SecondCopy {
    /// Writes a commit to it. The copy is of no use any more if that fails.
    pub(super) async fn write(&self, commit: &Commit, commit_count: u64) -> Result<(), StorageError> {
        js::within(PATIENCE_MS, self.database.write(commit, commit_count)).await.unwrap_or(Err(StorageError::Blocked))
    }

    pub(super) async fn delete(self) {
        drop(self.database);
        delete_bucket(&self.bucket).await;
    }
}

/// A copy that an earlier page wrote.
pub(super) struct Found {
    bucket: String,
    pub(super) held: Held,
}

impl Found {
    /// Opens it to go on from it, as the only copy that there is.
    pub(super) async fn open(&self, name: &str, version: u32, on_lost: &OnLost) -> Result<Database, StorageError> {
        let factory = factory_of(&self.bucket).await.ok_or(StorageError::Blocked)?;
        Database::open(&factory, name, version, on_lost).await
    }
}

/// The latest copy of the store `name`; `None` if there is none that can be read.
///
/// # Errors
/// A newer page wrote one.
pub(super) async fn latest(name: &str, version: u32) -> Result<Option<Found>, StorageError> {
    let mut latest: Option<Found> = None;
    for bucket in kept(name).await {
        let Some(factory) = factory_of(&bucket).await else { continue };
        match Database::peek(&factory, name, version).await {
            Ok(held) if latest.as_ref().is_none_or(|latest| latest.held.commit_count < held.commit_count) => {
                latest = Some(Found { bucket, held });
            }
            Err(error @ StorageError::Newer(_)) => return Err(error),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(latest)
}

/// Makes a new copy of what a store holds, and deletes the older ones; `None` if the browser or the disk gives no room.
pub(super) async fn renew(name: &str, version: u32, held: &Held, found: Option<&Found>) -> Option<SecondCopy> {
    let buckets = buckets_of(name);
    let bucket = buckets.iter().find(|bucket| found.is_none_or(|found| found.bucket != **bucket))?;
    // What a page left there that ended while it made it.
    delete_bucket(bucket).await;
    let copy = js::within(PATIENCE_MS, made(bucket, name, version, held)).await.flatten();
    if copy.is_none() {
        // No copy rather than one that stays behind.
        delete_bucket(bucket).await;
    }
    for older in buckets.iter().filter(|older| *older != bucket) {
        delete_bucket(older).await;
    }
    copy
}

async fn made(bucket: &str, name: &str, version: u32, held: &Held) -> Option<SecondCopy> {
    let nobody: OnLost = Rc::new(|_| {});
    let factory = factory_of(bucket).await?;
    let database = Database::open(&factory, name, version, &nobody).await.ok()?;
    database.write(&Commit::replacing(held.rows.clone()), held.commit_count).await.ok()?;
    Some(SecondCopy { bucket: bucket.to_owned(), database })
}

/// Deletes all copies of the store `name`.
pub(super) async fn delete(name: &str) {
    for bucket in kept(name).await {
        delete_bucket(&bucket).await;
    }
}

/// The names of all stores of which there is a copy.
pub(super) async fn names() -> Vec<String> {
    let mut names = Vec::new();
    for bucket in all().await {
        if let Some(factory) = factory_of(&bucket).await {
            names.extend(databases(&factory).await.into_iter().map(|(name, _)| name));
        }
    }
    names
}

/// Buckets have short names of few letters. A new copy never takes the bucket of the one that it replaces.
fn buckets_of(name: &str) -> [String; 2] {
    ["a", "b"].map(|letter| format!("{PREFIX}{:016x}-{letter}", xxh64(name.as_bytes(), 0)))
}

async fn kept(name: &str) -> Vec<String> {
    let buckets = buckets_of(name);
    all().await.into_iter().filter(|bucket| buckets.contains(bucket)).collect()
}

async fn all() -> Vec<String> {
    let keys = asked("keys", &[]).await.map_or_else(Array::new, |keys| Array::from(&keys));
    keys.iter().filter_map(|key| key.as_string()).filter(|key| key.starts_with(PREFIX)).collect()
}

/// The databases of a bucket, which is made if there is none.
async fn factory_of(bucket: &str) -> Option<IdbFactory> {
    let options = js::object(&[("durability", "strict".into()), ("persisted", true.into())]);
    let bucket = asked("open", &[bucket.into(), options]).await?;
    js::field(&bucket, "indexedDB").map(JsCast::unchecked_into)
}

async fn delete_bucket(bucket: &str) {
    // There may be none.
    asked("delete", &[bucket.into()]).await;
}

/// What the `StorageBucketManager` answers, which windows and workers have on secure pages.
async fn asked(method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let navigator = js::field(&js_sys::global(), "navigator")?;
    js::promised(&js::field(&navigator, "storageBuckets")?, method, arguments).await
}
