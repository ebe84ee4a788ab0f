//! One database of IndexedDB: one object store for each table, one more for the owner's token and the count of commits.
//!
//! A commit is one read-write transaction of durability "strict": it reads the owner's token, aborts if that is
//! another's, and puts the rows. Nothing but requests of the transaction is awaited inside it, and it is done when
//! `complete` has come. The layer is our own and thin: the kept crates hide why a transaction was aborted, and so do not
//! tell a full disk from a programmer's mistake.

use super::OnLost;
use super::requests::{completed, done, failure, failure_of, result_of};
use crate::offline::storage::{Commit, Row, Step, StorageError, Table};
use crate::offline::web::js;
use js_sys::{Array, Uint8Array};
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
    type Connection;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn transaction_with(this: &Connection, names: &JsValue, mode: &str, options: &JsValue) -> Result<IdbTransaction, JsValue>;
}

type Migration = fn(&IdbDatabase) -> Result<(), JsValue>;

/// From each version to the next. Never change one that was released: add another.
pub(super) const MIGRATIONS: [Migration; 1] = [|database| {
    for name in Table::ALL.iter().map(|table| table.name()).chain([OWNER]) {
        database.create_object_store(name)?;
    }
    Ok(())
}];

const OWNER: &str = "owner";
const OWNER_TOKEN: u32 = 0;
const COMMIT_COUNT: u32 = 1;

/// What a database holds.
#[derive(Default)]
pub(super) struct Held {
    pub(super) rows: Vec<Row>,
    /// How many commits made it so: of two copies of a store the one with more is the later.
    pub(super) commit_count: u64,
}

/// One database. Closed when dropped.
pub(super) struct Database {
    connection: Connection,
    token: u64,
    lost: Rc<RefCell<Option<StorageError>>>,
    _listeners: Vec<js::Listener>,
}

impl Database {
    /// Opens or makes it, and becomes its owner: whoever was it before commits nothing any more.
    pub(super) async fn open(factory: &IdbFactory, name: &str, version: u32, on_lost: &OnLost) -> Result<Self, StorageError> {
        let database = Self::connect(factory, name, version, on_lost).await?;
        database.take_ownership().await?;
        Ok(database)
    }

    async fn connect(factory: &IdbFactory, name: &str, version: u32, on_lost: &OnLost) -> Result<Self, StorageError> {
        let connection = connection(factory, name, version).await?;
        let lost = Rc::new(RefCell::new(None));
        let listeners = listen(&connection, &lost, on_lost);
        Ok(Self { connection, token: js::entropy(), lost, _listeners: listeners })
    }

    /// What the database `name` holds, whoever owns it.
    pub(super) async fn peek(factory: &IdbFactory, name: &str, version: u32) -> Result<Held, StorageError> {
        let on_lost: OnLost = Rc::new(|_| {});
        Self::connect(factory, name, version, &on_lost).await?.read().await
    }

    async fn take_ownership(&self) -> Result<(), StorageError> {
        let transaction = self.transaction("readwrite")?;
        put_number(&transaction, OWNER_TOKEN, self.token).map_err(|error| failure(&error))?;
        completed(&transaction).await
    }

    fn transaction(&self, mode: &str) -> Result<IdbTransaction, StorageError> {
        if let Some(lost) = &*self.lost.borrow() {
            return Err(lost.clone());
        }
        let names: Array = Table::ALL.iter().map(|table| table.name()).chain([OWNER]).map(JsValue::from).collect();
        let options = js::object(&[("durability", "strict".into())]);
        self.connection.transaction_with(&names, mode, &options).map_err(|error| failure(&error))
    }

    pub(super) async fn read(&self) -> Result<Held, StorageError> {
        let transaction = self.transaction("readonly")?;
        let mut requests = Vec::new();
        for table in Table::ALL {
            let store = transaction.object_store(table.name()).map_err(|error| failure(&error))?;
            let keys = store.get_all_keys().map_err(|error| failure(&error))?;
            let values = store.get_all().map_err(|error| failure(&error))?;
            requests.push((table, keys, values));
        }
        let count = get(&transaction, COMMIT_COUNT)?;
        completed(&transaction).await?;
        let mut held = Held { rows: Vec::new(), commit_count: number_of(&result_of(&count)?).unwrap_or(0) };
        for (table, keys, values) in requests {
            held.rows.extend(rows_of(table, &result_of(&keys)?, &result_of(&values)?)?);
        }
        Ok(held)
    }

    /// Makes a commit durable, the one that comes after `commit_count - 1` others.
    pub(super) async fn write(&self, commit: &Commit, commit_count: u64) -> Result<(), StorageError> {
        let transaction = self.transaction("readwrite")?;
        if self.is_owner(&transaction).await? {
            let put = commit.0.iter().try_for_each(|step| put(&transaction, step).map(drop));
            if let Err(error) = put.and_then(|()| put_number(&transaction, COMMIT_COUNT, commit_count).map(drop)) {
                // Nothing of it, rather than a part.
                drop(transaction.abort());
                return Err(failure(&error));
            }
            completed(&transaction).await
        } else {
            drop(transaction.abort());
            Err(StorageError::Fenced)
        }
    }

    async fn is_owner(&self, transaction: &IdbTransaction) -> Result<bool, StorageError> {
        let found = done(&get(transaction, OWNER_TOKEN)?).await?;
        Ok(number_of(&found) == Some(self.token))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.connection.close();
    }
}

fn get(transaction: &IdbTransaction, key: u32) -> Result<IdbRequest, StorageError> {
    transaction.object_store(OWNER).and_then(|store| store.get(&key.into())).map_err(|error| failure(&error))
}

fn put_number(transaction: &IdbTransaction, key: u32, number: u64) -> Result<IdbRequest, JsValue> {
    let bytes = Uint8Array::from(number.to_le_bytes().as_slice());
    transaction.object_store(OWNER)?.put_with_key(&bytes, &key.into())
}

fn number_of(value: &JsValue) -> Option<u64> {
    Some(u64::from_le_bytes(bytes_of(value)?.try_into().ok()?))
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
fn listen(connection: &Connection, lost: &Rc<RefCell<Option<StorageError>>>, on_lost: &OnLost) -> Vec<js::Listener> {
    let on = |name, error: fn(&Event) -> StorageError| {
        let (closing, lost, on_lost) = (connection.clone(), lost.clone(), on_lost.clone());
        js::Listener::new(connection.clone().unchecked_into(), name, move |event| {
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

async fn connection(factory: &IdbFactory, name: &str, version: u32) -> Result<Connection, StorageError> {
    let request = factory.open_with_u32(name, version).map_err(|error| failure(&error))?;
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
            StorageError::Newer(_) => StorageError::Newer(stored_version(factory, name).await),
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

async fn stored_version(factory: &IdbFactory, name: &str) -> u64 {
    let found = databases(factory).await.into_iter().find(|(own, _)| own == name);
    found.map_or(0, |(_, version)| version)
}

/// The names and versions of all databases that are there; empty where the browser does not tell.
pub(super) async fn databases(factory: &IdbFactory) -> Vec<(String, u64)> {
    let found = js::promised(factory, "databases", &[]).await.unwrap_or_else(|| Array::new().into());
    let entry = |entry: JsValue| Some((js::field(&entry, "name")?.as_string()?, js::field(&entry, "version")?.as_f64()? as u64));
    Array::from(&found).iter().filter_map(entry).collect()
}
