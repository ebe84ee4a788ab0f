//! The store in IndexedDB.

use super::page::{run, sleep_ms, unique, until};
use crate::storage::{self, Shelf};
use replicascope::offline::storage::{Commit, Row, Step, Storage, StorageError, Table};
use replicascope::offline::web::indexed::{self, IndexedStore, OnLost};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;

struct Database(String);

impl Shelf for Database {
    type Store = IndexedStore;

    async fn open(&mut self) -> IndexedStore {
        IndexedStore::open(&self.0, nobody()).await.unwrap()
    }

    async fn close(&mut self, store: IndexedStore) {
        drop(store);
    }
}

fn nobody() -> OnLost {
    Rc::new(|_| {})
}

fn noted() -> (Rc<RefCell<Vec<StorageError>>>, OnLost) {
    let noted = Rc::new(RefCell::new(Vec::new()));
    let notes = noted.clone();
    (noted, Rc::new(move |error| notes.borrow_mut().push(error)))
}

fn one() -> Commit {
    Commit(vec![Step::Put(Row { table: Table::Log, key: 1, value: vec![1] })])
}

#[wasm_bindgen_test]
async fn indexed_db_keeps_to_the_contract_of_stores() {
    storage::check(&mut Database(unique("contract"))).await;
}

#[wasm_bindgen_test]
async fn every_transaction_asks_for_strict_durability_and_gets_it() {
    run(
        "const plain = IDBDatabase.prototype.transaction;
         globalThis.asked = [];
         IDBDatabase.prototype.transaction = function (...of) {
           const transaction = plain.apply(this, of);
           asked.push([of[1], transaction.durability]);
           return transaction;
         };
         globalThis.stopAsking = () => { IDBDatabase.prototype.transaction = plain; };",
        &[],
    )
    .await;
    let name = unique("strict");
    let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
    store.commit(&one()).await.unwrap();
    store.replace(Vec::new()).await.unwrap();
    store.load().await.unwrap();
    let asked = run("stopAsking(); return JSON.stringify(asked);", &[]).await.as_string().unwrap();
    let all: Vec<(String, String)> = serde_json::from_str(&asked).unwrap();
    let modes: Vec<&str> = all.iter().map(|(mode, _)| mode.strip_prefix("read").unwrap()).collect();
    assert!(all.iter().all(|(_, durability)| durability == "strict"), "{asked}");
    assert_eq!(
        modes.join(" "),
        "write only write write write write write write only",
        "owner, what is held; owner and content of the second copy; commit and replace, each to both; load"
    );
}

#[wasm_bindgen_test]
async fn what_the_browser_lost_comes_back_from_the_second_copy() {
    let name = unique("restored");
    let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
    assert!(!store.was_restored());
    store.commit(&one()).await.unwrap();
    drop(store);
    lose_first_copy(&name).await;
    let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
    assert!(store.was_restored());
    assert_eq!(store.load().await.unwrap().len(), 1);
    drop(store);
    let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
    assert!(!store.was_restored(), "both are there again");
    assert_eq!(store.load().await.unwrap().len(), 1);
    drop(store);
    lose_first_copy(&name).await;
    indexed::delete(&name).await.unwrap();
    let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
    assert!(!store.was_restored() && store.load().await.unwrap().is_empty(), "deleted is deleted");
}

#[wasm_bindgen_test]
async fn a_copy_that_cannot_follow_is_deleted_and_not_believed() {
    let name = unique("behind");
    let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
    store.commit(&one()).await.unwrap();
    let copies = "return navigator.storageBuckets.keys().then((keys) => keys.filter((key) => key.startsWith('copy-')).length);";
    let before = run(copies, &[]).await.as_f64().unwrap();
    leave_room_for(2).await;
    let later = Commit(vec![Step::Put(Row { table: Table::Log, key: 2, value: vec![2] })]);
    let answer = store.commit(&later).await;
    run("makeRoom();", &[]).await;
    assert_eq!(answer, Ok(()), "the first copy has it");
    // The store does not wait for its end; this test does, for at most ten seconds.
    let mut tries = 500;
    while tries > 0 && run(copies, &[]).await.as_f64().unwrap() > before - 1.0 {
        tries -= 1;
        sleep_ms(20).await;
    }
    assert!(tries > 0, "the copy is deleted");
    drop(store);
    let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
    assert_eq!(store.load().await.unwrap().len(), 2);
    assert_eq!(run(copies, &[]).await.as_f64().unwrap(), before, "a new one is made");
}

/// From then on, until `makeRoom()`, so many values can be put.
async fn leave_room_for(count: u32) {
    run(
        "const plain = IDBObjectStore.prototype.put;
         globalThis.makeRoom = () => { IDBObjectStore.prototype.put = plain; };
         let left = Number(args[0]);
         IDBObjectStore.prototype.put = function (...of) {
           if (left-- <= 0) throw new DOMException('no room', 'QuotaExceededError');
           return plain.apply(this, of);
         };",
        &[&count.to_string()],
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_first_copy_that_cannot_be_opened_or_read_is_not_the_end() {
    for (prototype, method) in [("IDBFactory", "open"), ("IDBObjectStore", "getAll")] {
        let name = unique(&format!("unreadable-{method}"));
        let mut owner = IndexedStore::open(&name, nobody()).await.unwrap();
        owner.commit(&one()).await.unwrap();
        break_first_copy(prototype, method).await;
        let opened = IndexedStore::open(&name, nobody()).await;
        let nothing = IndexedStore::open(&unique("nothing"), nobody()).await.err();
        let mut store = opened.unwrap();
        assert!(store.was_restored());
        assert_eq!(store.load().await.unwrap().len(), 1);
        store.commit(&Commit(vec![Step::Put(Row { table: Table::Log, key: 2, value: vec![2] })])).await.unwrap();
        run("mendFirstCopy();", &[]).await;
        assert!(matches!(nothing, Some(StorageError::Unavailable(_))), "where there is no copy it is said: {nothing:?}");
        assert_eq!(owner.commit(&one()).await, Err(StorageError::Fenced), "whoever had the store before learns of it");
        drop((owner, store));
        let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
        assert!(store.was_restored(), "what was written meanwhile is taken over");
        assert_eq!(store.load().await.unwrap().len(), 2);
        drop(store);
        assert!(!IndexedStore::open(&name, nobody()).await.unwrap().was_restored(), "both are there again");
    }
}

/// From then on, until `mendFirstCopy()`, this method fails but in storage buckets.
async fn break_first_copy(prototype: &str, method: &str) {
    run(
        "const [prototype, method] = [globalThis[args[0]].prototype, args[1]];
         const [plain, open, ofBuckets] = [prototype[method], IDBFactory.prototype.open, new WeakSet()];
         globalThis.mendFirstCopy = () => {
           IDBFactory.prototype.open = open;
           prototype[method] = plain;
         };
         IDBFactory.prototype.open = function (...of) {
           const request = open.apply(this, of);
           if (this !== indexedDB) request.addEventListener('success', () => ofBuckets.add(request.result));
           return request;
         };
         const isFirst = (self) => (self instanceof IDBFactory ? self === indexedDB : !ofBuckets.has(self.transaction.db));
         const next = prototype[method];
         prototype[method] = function (...of) {
           if (isFirst(this)) throw new DOMException('broken', 'UnknownError');
           return next.apply(this, of);
         };",
        &[prototype, method],
    )
    .await;
}

async fn lose_first_copy(name: &str) {
    run(
        "return new Promise((resolve, reject) => {
           const request = indexedDB.deleteDatabase(args[0]);
           request.onsuccess = resolve;
           request.onerror = reject;
         });",
        &[name],
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_store_that_another_page_took_over_commits_nothing() {
    let name = unique("fenced");
    let mut first = IndexedStore::open(&name, nobody()).await.unwrap();
    first.commit(&one()).await.unwrap();
    let mut second = IndexedStore::open(&name, nobody()).await.unwrap();
    let late = Commit(vec![Step::Put(Row { table: Table::Log, key: 2, value: vec![2] })]);
    assert_eq!(first.commit(&late).await, Err(StorageError::Fenced));
    assert_eq!(second.load().await.unwrap().len(), 1);
    second.commit(&late).await.unwrap();
    assert_eq!(second.load().await.unwrap().len(), 2);
}

#[wasm_bindgen_test]
async fn a_newer_page_gets_the_store_and_the_older_one_says_so() {
    let name = unique("newer");
    let (noted, on_lost) = noted();
    let mut older = IndexedStore::open(&name, on_lost).await.unwrap();
    older.commit(&one()).await.unwrap();
    let mut newer = IndexedStore::open_as(&name, indexed::VERSION + 1, nobody()).await.unwrap();
    let told = StorageError::Newer(u64::from(indexed::VERSION) + 1);
    until("the older page is told", || !noted.borrow().is_empty()).await;
    assert_eq!(noted.borrow().first(), Some(&told));
    assert_eq!(noted.borrow().len(), 1);
    assert_eq!(older.commit(&one()).await, Err(told.clone()));
    assert_eq!(newer.load().await.unwrap().len(), 1, "an upgrade keeps what there is");
    assert_eq!(IndexedStore::open(&name, nobody()).await.err(), Some(told));
}

#[wasm_bindgen_test]
async fn a_tab_that_does_not_let_go_blocks_an_upgrade_and_that_is_said() {
    let name = unique("blocked");
    drop(IndexedStore::open(&name, nobody()).await.unwrap());
    run(
        "return new Promise((resolve, reject) => {
           const request = indexedDB.open(args[0]);
           request.onsuccess = () => { globalThis.stubborn = request.result; resolve(); };
           request.onerror = reject;
         });",
        &[&name],
    )
    .await;
    let blocked = IndexedStore::open_as(&name, indexed::VERSION + 1, nobody()).await;
    assert_eq!(blocked.err(), Some(StorageError::Blocked));
    run("stubborn.close();", &[]).await;
    // The request that waited let go of what it got.
    let mut store = IndexedStore::open_as(&name, indexed::VERSION + 1, nobody()).await.unwrap();
    store.commit(&one()).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_commit_that_does_not_fit_leaves_nothing() {
    let name = unique("full");
    let mut store = IndexedStore::open(&name, nobody()).await.unwrap();
    leave_room_for(1).await;
    let two = Commit([1, 2].map(|key| Step::Put(Row { table: Table::Log, key, value: vec![1] })).to_vec());
    let full = store.commit(&two).await;
    run("makeRoom();", &[]).await;
    assert_eq!(full, Err(StorageError::Full("no room".to_owned())));
    assert_eq!(store.load().await.unwrap(), []);
    store.commit(&two).await.unwrap();
    assert_eq!(store.load().await.unwrap().len(), 2);
}

#[wasm_bindgen_test]
async fn deleted_data_is_noticed() {
    let name = unique("deleted");
    let (noted, on_lost) = noted();
    let mut store = IndexedStore::open(&name, on_lost).await.unwrap();
    indexed::delete(&name).await.unwrap();
    assert!(matches!(noted.borrow()[..], [StorageError::Unavailable(_)]));
    assert!(matches!(store.commit(&one()).await, Err(StorageError::Unavailable(_))));
}
