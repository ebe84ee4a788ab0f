//! A store in IndexedDB: one database for each device, and a second copy of it where the browser has storage buckets.

mod copies;
mod database;
mod requests;

use super::{js, locks};
use crate::offline::storage::{Commit, Row, Storage, StorageError};
use copies::{Found, SecondCopy};
use database::{Database, Held};
use requests::{done, failure};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::IdbFactory;

/// The version of the databases: how many migrations they have been through.
pub const VERSION: u32 = database::MIGRATIONS.len() as u32;

/// Told when the store is closed from outside: its data was deleted, or a newer page wants to upgrade it.
pub type OnLost = Rc<dyn Fn(StorageError)>;

/// A store in IndexedDB. Closed when dropped.
pub struct IndexedStore {
    /// The second copy where the first could not be read.
    first: Database,
    second: Option<SecondCopy>,
    commit_count: u64,
    was_restored: bool,
}

impl IndexedStore {
    /// Opens or makes the store `name`, and becomes its owner: whoever was it before commits nothing any more.
    ///
    /// # Errors
    /// Why there is no store.
    pub async fn open(name: &str, on_lost: OnLost) -> Result<Self, StorageError> {
        Self::open_as(name, VERSION, on_lost).await
    }

    /// Opens as a page would whose databases have this version: what an update does to older pages, and they to it.
    ///
    /// # Errors
    /// Why there is no store.
    pub async fn open_as(name: &str, version: u32, on_lost: OnLost) -> Result<Self, StorageError> {
        // One opening after the other: who comes last owns the store, and the copy that is left is its own.
        let _turn = locks::turn(&format!("{name}-opening"), copies::PATIENCE_MS).await;
        let opened = first_copy(name, version, &on_lost).await;
        if let Err(error) = &opened
            && !is_of_one_copy(error)
        {
            return Err(error.clone());
        }
        let mut found = copies::latest(name, version).await?;
        let (first, mut held) = match (opened, &mut found) {
            (Ok(first), _) => first,
            (Err(_), Some(found)) => return Self::of_copy(name, version, found, &on_lost).await,
            (Err(why), None) => return Err(why),
        };
        let later = found.as_mut().filter(|found| found.held.commit_count > held.commit_count);
        let was_restored = later.is_some();
        if let Some(later) = later {
            held = std::mem::take(&mut later.held);
            first.write(&Commit::replacing(held.rows.clone()), held.commit_count).await?;
        }
        let second = copies::renew(name, version, &held, found.as_ref()).await;
        Ok(Self { first, second, commit_count: held.commit_count, was_restored })
    }

    /// The second copy alone, where the first cannot be opened or read.
    async fn of_copy(name: &str, version: u32, found: &Found, on_lost: &OnLost) -> Result<Self, StorageError> {
        let first = found.open(name, version, on_lost).await?;
        // The other may hold one commit more, which nobody was told of: with the next one this is the later.
        let commit_count = found.held.commit_count + 1;
        Ok(Self { first, second: None, commit_count, was_restored: true })
    }

    /// What the store `name` holds, whoever owns it.
    pub(super) async fn peek(name: &str) -> Result<Vec<Row>, StorageError> {
        let first = Database::peek(&factory()?, name, VERSION).await;
        let found = copies::latest(name, VERSION).await?.map(|found| found.held);
        let is_later = |found: &Held| first.as_ref().map_or(true, |first| found.commit_count > first.commit_count);
        match found.filter(is_later) {
            Some(found) => Ok(found.rows),
            None => Ok(first?.rows),
        }
    }

    /// Whether the browser had lost what the store held, or could not read it, and the second copy gave it back.
    #[must_use]
    pub const fn was_restored(&self) -> bool {
        self.was_restored
    }

    /// Puts rows in place of all that there is, in one transaction.
    ///
    /// # Errors
    /// Why not; then all is as it was.
    pub async fn replace(&mut self, rows: Vec<Row>) -> Result<(), StorageError> {
        self.commit(&Commit::replacing(rows)).await
    }
}

impl Storage for IndexedStore {
    async fn load(&mut self) -> Result<Vec<Row>, StorageError> {
        Ok(self.first.read().await?.rows)
    }

    async fn commit(&mut self, commit: &Commit) -> Result<(), StorageError> {
        let commit_count = self.commit_count + 1;
        self.first.write(commit, commit_count).await?;
        self.commit_count = commit_count;
        let Some(second) = &self.second else { return Ok(()) };
        match second.write(commit, commit_count).await {
            // A page that could not read the first copy goes on from this one.
            Err(StorageError::Fenced) => return Err(StorageError::Fenced),
            // No copy rather than one that stays behind; nobody waits for its end.
            Err(_) => self.second.take().into_iter().for_each(|behind| spawn_local(behind.delete())),
            Ok(()) => {}
        }
        Ok(())
    }
}

async fn first_copy(name: &str, version: u32, on_lost: &OnLost) -> Result<(Database, Held), StorageError> {
    let first = Database::open(&factory()?, name, version, on_lost).await?;
    let held = first.read().await?;
    Ok((first, held))
}

/// Whether another copy may still be there and be read.
const fn is_of_one_copy(error: &StorageError) -> bool {
    matches!(error, StorageError::Unavailable(_) | StorageError::Damaged(_))
}

fn factory() -> Result<IdbFactory, StorageError> {
    let none = || StorageError::Unavailable("this browser gives this page no storage".to_owned());
    match js::window() {
        // The getter itself throws where the page has an opaque origin.
        Some(window) => window.indexed_db().map_err(|error| failure(&error))?.ok_or_else(none),
        // A worker.
        None => js::field(&js_sys::global(), "indexedDB").map(JsCast::unchecked_into).ok_or_else(none),
    }
}

/// The names of all stores of this origin, those too of which only the second copy is left; what the browser does not
/// tell is not among them.
pub(super) async fn names() -> Vec<String> {
    let mut names = copies::names().await;
    if let Ok(factory) = factory() {
        names.extend(database::databases(&factory).await.into_iter().map(|(name, _)| name));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Deletes a store. Pages that have it open are told to close it.
///
/// # Errors
/// Why not.
pub async fn delete(name: &str) -> Result<(), StorageError> {
    // The copies go first: what is left when this is cut short is not taken for what the browser lost.
    copies::delete(name).await;
    let request = factory()?.delete_database(name).map_err(|error| failure(&error))?;
    done(&request).await.map(drop)
}
