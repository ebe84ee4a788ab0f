//! A store in IndexedDB: one database for each device, one object store for each table, one more for the owner's token.
//!
//! A commit is one read-write transaction of durability "strict": it reads the owner's token, aborts if that is
//! another's, and puts the rows. Nothing but requests of the transaction is awaited inside it, and it is done when
//! `complete` has come. The layer is our own and thin: the kept crates hide why a transaction was aborted, and so do not
//! tell a full disk from a programmer's mistake.

use super::js;
use crate::offline::storage::{Commit, Row, Step, Storage, StorageError, Table};
use js_sys::{Array, Function, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, IdbDatabase, IdbFactory, IdbKeyRange, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbVersionChangeEvent};

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase` with the options of a transaction, which web-sys has behind a flag of the compiler.
    #[wasm_bindgen(extends = IdbDatabase)]
    #[derive(Clone)]
    type Database;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn transaction_with(this: &Database, names: &JsValue, mode: &str, options: &JsValue) -> Result<IdbTransaction, JsValue>;
}

/// The version of the databases: how many of [`MIGRATIONS`] they have been through.
pub const VERSION: u32 = MIGRATIONS.len() as u32;

type Migration = fn(&IdbDatabase) -> Result<(), JsValue>;

/// From each version to the next. Never change one that was released: add another.
const MIGRATIONS: [Migration; 1] = [|database| {
    for name in Table::ALL.iter().map(|table| table.name()).chain([OWNER]) {
        database.create_object_store(name)?;
    }
    Ok(())
}];

const OWNER: &str = "owner";
const OWNER_TOKEN: u32 = 0;

/// Told when the store is closed from outside: its data was deleted, or a newer page wants to upgrade it.
pub type OnLost = Rc<dyn Fn(StorageError)>;

/// A store in IndexedDB. Closed when dropped.
pub struct IndexedStore {
    database: Database,
    token: u64,
    lost: Rc<RefCell<Option<StorageError>>>,
    _listeners: Vec<js::Listener>,
}

impl IndexedStore {
    /// Opens or makes the database `name`, and becomes its owner: whoever was it before commits nothing any more.
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
        let store = Self::connect(name, version, &on_lost).await?;
        store.take_ownership().await?;
        Ok(store)
    }

    async fn connect(name: &str, version: u32, on_lost: &OnLost) -> Result<Self, StorageError> {
        let database = open_database(name, version).await?;
        let lost = Rc::new(RefCell::new(None));
        let listeners = listen(&database, &lost, on_lost);
        Ok(Self { database, token: js::entropy(), lost, _listeners: listeners })
    }

    /// What the database `name` holds, whoever owns it.
    pub(super) async fn peek(name: &str) -> Result<Vec<Row>, StorageError> {
        let on_lost: OnLost = Rc::new(|_| {});
        Self::connect(name, VERSION, &on_lost).await?.read().await
    }

    async fn take_ownership(&self) -> Result<(), StorageError> {
        let transaction = self.transaction("readwrite")?;
        let token = Uint8Array::from(self.token.to_le_bytes().as_slice());
        transaction
            .object_store(OWNER)
            .and_then(|store| store.put_with_key(&token, &OWNER_TOKEN.into()))
            .map_err(|error| failure(&error))?;
        completed(&transaction).await
    }

    fn transaction(&self, mode: &str) -> Result<IdbTransaction, StorageError> {
        if let Some(lost) = &*self.lost.borrow() {
            return Err(lost.clone());
        }
        let names: Array = Table::ALL.iter().map(|table| table.name()).chain([OWNER]).map(JsValue::from).collect();
        let options = js::object(&[("durability", "strict".into())]);
        self.database.transaction_with(&names, mode, &options).map_err(|error| failure(&error))
    }

    async fn read(&self) -> Result<Vec<Row>, StorageError> {
        let transaction = self.transaction("readonly")?;
        let mut requests = Vec::new();
        for table in Table::ALL {
            let store = transaction.object_store(table.name()).map_err(|error| failure(&error))?;
            let keys = store.get_all_keys().map_err(|error| failure(&error))?;
            let values = store.get_all().map_err(|error| failure(&error))?;
            requests.push((table, keys, values));
        }
        completed(&transaction).await?;
        let mut rows = Vec::new();
        for (table, keys, values) in requests {
            rows.extend(rows_of(table, &result_of(&keys)?, &result_of(&values)?)?);
        }
        Ok(rows)
    }

    async fn write(&self, commit: &Commit) -> Result<(), StorageError> {
        let transaction = self.transaction("readwrite")?;
        if self.is_owner(&transaction).await? {
            for step in &commit.0 {
                if let Err(error) = put(&transaction, step) {
                    // Nothing of it, rather than a part.
                    drop(transaction.abort());
                    return Err(failure(&error));
                }
            }
            completed(&transaction).await
        } else {
            drop(transaction.abort());
            Err(StorageError::Fenced)
        }
    }

    async fn is_owner(&self, transaction: &IdbTransaction) -> Result<bool, StorageError> {
        let request = transaction.object_store(OWNER).and_then(|store| store.get(&OWNER_TOKEN.into())).map_err(|error| failure(&error))?;
        let found = done(&request).await?;
        Ok(bytes_of(&found).is_some_and(|bytes| bytes == self.token.to_le_bytes()))
    }

    /// Puts rows in place of all that there is, in one transaction.
    ///
    /// # Errors
    /// Why not; then all is as it was.
    pub async fn replace(&self, rows: Vec<Row>) -> Result<(), StorageError> {
        let empty = Table::ALL.into_iter().map(|table| Step::DeleteFrom(table, 0));
        self.write(&Commit(empty.chain(rows.into_iter().map(Step::Put)).collect())).await
    }
}

impl Drop for IndexedStore {
    fn drop(&mut self) {
        self.database.close();
    }
}

impl Storage for IndexedStore {
    async fn load(&mut self) -> Result<Vec<Row>, StorageError> {
        self.read().await
    }

    async fn commit(&mut self, commit: &Commit) -> Result<(), StorageError> {
        self.write(commit).await
    }
}

fn put(transaction: &IdbTransaction, step: &Step) -> Result<IdbRequest, JsValue> {
    match step {
        Step::Put(row) => {
            let value = Uint8Array::from(row.value.as_slice());
            transaction.object_store(row.table.name())?.put_with_key(&value, &(row.key as f64).into())
        }
        Step::DeleteFrom(table, key) => {
            let range = IdbKeyRange::lower_bound(&(*key as f64).into())?;
            transaction.object_store(table.name())?.delete(&range)
        }
    }
}

fn rows_of(table: Table, keys: &JsValue, values: &JsValue) -> Result<Vec<Row>, StorageError> {
    let row = |(key, value): (JsValue, JsValue)| {
        let key = key.as_f64().filter(|key| *key >= 0.0 && key.fract() == 0.0)?;
        Some(Row { table, key: key as u64, value: bytes_of(&value)? })
    };
    let (keys, values) = (Array::from(keys), Array::from(values));
    let rows: Option<Vec<Row>> = keys.iter().zip(values.iter()).map(row).collect();
    rows.ok_or_else(|| StorageError::Damaged(format!("{}: a row is not what this program writes", table.name())))
}

fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

/// A page of a newer version, or one that deletes the data, asks this one to let go: it does, and says so.
fn listen(database: &Database, lost: &Rc<RefCell<Option<StorageError>>>, on_lost: &OnLost) -> Vec<js::Listener> {
    let on = |name, error: fn(&Event) -> StorageError| {
        let (closing, lost, on_lost) = (database.clone(), lost.clone(), on_lost.clone());
        js::Listener::new(database.clone().unchecked_into(), name, move |event| {
            closing.close();
            let error = error(&event);
            *lost.borrow_mut() = Some(error.clone());
            on_lost(error);
        })
    };
    let changed =
        on("versionchange", |event| match event.dyn_ref::<IdbVersionChangeEvent>().and_then(IdbVersionChangeEvent::new_version) {
            Some(version) => StorageError::Newer(version as u64),
            None => StorageError::Unavailable("another page deleted this device's data".to_owned()),
        });
    let closed = on("close", |_| StorageError::Unavailable("the browser closed or deleted it".to_owned()));
    [changed, closed].into_iter().flatten().collect()
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

async fn open_database(name: &str, version: u32) -> Result<Database, StorageError> {
    let request = factory()?.open_with_u32(name, version).map_err(|error| failure(&error))?;
    let upgrade = Closure::<dyn FnMut(IdbVersionChangeEvent)>::new(|event: IdbVersionChangeEvent| migrate(&event));
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let ended = js::settled(|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
        request.set_onblocked(Some(resolve));
    })
    .await;
    if ended.as_ref().is_ok_and(|event| event.dyn_ref::<Event>().is_some_and(|event| event.type_() == "blocked")) {
        spawn_local(close_when_open(request, upgrade));
        return Err(StorageError::Blocked);
    }
    match ended {
        Ok(_) => Ok(request.result().map_err(|error| failure(&error))?.unchecked_into()),
        Err(_) => Err(match failure_of(&request) {
            StorageError::Newer(_) => StorageError::Newer(stored_version(name).await),
            error => error,
        }),
    }
}

/// A request that was blocked still waits; when its turn comes nobody is there any more.
async fn close_when_open(request: IdbOpenDbRequest, upgrade: Closure<dyn FnMut(IdbVersionChangeEvent)>) {
    if done(&request).await.is_ok_and(|database| database.dyn_ref::<IdbDatabase>().map(IdbDatabase::close).is_some()) {
        drop(upgrade);
    }
}

fn migrate(event: &IdbVersionChangeEvent) {
    let Some(request) = event.target().and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok()) else { return };
    let Some(database) = request.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok()) else { return };
    let from = event.old_version() as usize;
    let migrated = MIGRATIONS.iter().skip(from).try_for_each(|migration| migration(&database));
    if migrated.is_err()
        && let Some(transaction) = request.transaction()
    {
        drop(transaction.abort());
    }
}

async fn stored_version(name: &str) -> u64 {
    let found = databases().await.into_iter().find(|(own, _)| own == name);
    found.map_or(0, |(_, version)| version)
}

/// The names and versions of all databases of this origin; empty where the browser does not tell.
pub(super) async fn databases() -> Vec<(String, u64)> {
    let Ok(factory) = factory() else { return Vec::new() };
    let Some(list) = js::field(&factory, "databases").and_then(|list| list.dyn_into::<Function>().ok()) else { return Vec::new() };
    let Ok(promise) = list.call0(&factory) else { return Vec::new() };
    let Ok(found) = wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&promise)).await else { return Vec::new() };
    let entry = |entry: JsValue| Some((js::field(&entry, "name")?.as_string()?, js::field(&entry, "version")?.as_f64()? as u64));
    Array::from(&found).iter().filter_map(entry).collect()
}

/// Deletes a database. Pages that have it open are told to close it.
///
/// # Errors
/// Why not.
pub async fn delete(name: &str) -> Result<(), StorageError> {
    let request = factory()?.delete_database(name).map_err(|error| failure(&error))?;
    done(&request).await.map(drop)
}

/// Waits for one request.
async fn done(request: &IdbRequest) -> Result<JsValue, StorageError> {
    let ended = js::settled(|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    })
    .await;
    if ended.is_ok() { result_of(request) } else { Err(failure_of(request)) }
}

fn result_of(request: &IdbRequest) -> Result<JsValue, StorageError> {
    request.result().map_err(|error| failure(&error))
}

/// Waits for `complete`: from then on it is durable.
async fn completed(transaction: &IdbTransaction) -> Result<(), StorageError> {
    let ended = js::settled(|resolve, reject| {
        transaction.set_oncomplete(Some(resolve));
        transaction.set_onabort(Some(reject));
    })
    .await;
    let why =
        || transaction.error().map_or_else(|| StorageError::Unavailable("the transaction was aborted".to_owned()), |error| failure(&error));
    ended.map(drop).map_err(|_| why())
}

fn failure_of(request: &IdbRequest) -> StorageError {
    let unknown = || StorageError::Unavailable("the request failed".to_owned());
    request.error().ok().flatten().map_or_else(unknown, |error| failure(&error))
}

/// What an exception of IndexedDB means.
fn failure(error: &JsValue) -> StorageError {
    let (name, message) = js::thrown(error);
    match name.as_str() {
        "QuotaExceededError" => StorageError::Full(message),
        "VersionError" => StorageError::Newer(0),
        "NotFoundError" | "DataError" | "ConstraintError" => StorageError::Damaged(message),
        _ => StorageError::Unavailable(if message.is_empty() { name } else { message }),
    }
}
