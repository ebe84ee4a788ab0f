//! The store on redb does what every store must do, and a damaged file is refused.

use crate::process::folder;
use crate::storage::{self, Shelf};
use replicascope::offline::storage::{Commit, Row, Step, Storage as _, StorageError, Table};
use replicascope::peer::store::RedbStore;
use replicascope::replication::random::{Purpose, Rng};
use std::path::{Path, PathBuf};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

struct InFolder(PathBuf);

impl Shelf for InFolder {
    type Store = RedbStore;

    async fn open(&mut self) -> RedbStore {
        RedbStore::open(&self.0.join("data.redb")).unwrap()
    }

    async fn close(&mut self, store: RedbStore) {
        drop(store);
    }
}

#[test]
fn redb_keeps_to_the_contract_of_stores() {
    block_on(storage::check(&mut InFolder(folder("contract"))));
}

#[test]
fn a_file_that_is_open_is_refused() {
    let file = folder("open").join("data.redb");
    let first = RedbStore::open(&file).unwrap();
    let Err(StorageError::Unavailable(why)) = RedbStore::open(&file) else { panic!("opened twice") };
    assert!(why.contains("another process"), "{why}");
    drop(first);
    RedbStore::open(&file).unwrap();
}

/// A file with some hundred rows, and those.
fn filled(file: &Path) -> Vec<Row> {
    let rows: Vec<Row> = (0..300).map(|key| Row { table: Table::Log, key, value: vec![key as u8; 40 + key as usize] }).collect();
    block_on(async {
        let mut store = RedbStore::open(file).unwrap();
        for part in rows.chunks(100) {
            store.commit(&Commit(part.iter().cloned().map(Step::Put).collect())).await.unwrap();
        }
    });
    rows
}

#[test]
fn damage_is_noticed_or_does_not_matter() {
    let place = folder("damage");
    let file = place.join("data.redb");
    let rows = filled(&file);
    let whole = std::fs::read(&file).unwrap();
    let mut rng = Rng::stream(3, Purpose::Schedule, 0);
    let mut refused_count = 0;
    for round in 0..150 {
        let mut bytes = whole.clone();
        match round % 5 {
            0 => bytes.truncate(rng.below(whole.len() as u32) as usize),
            _ => {
                let place = rng.below(whole.len() as u32) as usize;
                bytes[place] ^= 1 + rng.below(255) as u8;
            }
        }
        let damaged = place.join("damaged.redb");
        std::fs::write(&damaged, &bytes).unwrap();
        match RedbStore::open(&damaged).and_then(|mut store| block_on(store.load())) {
            Ok(found) => assert!(found == rows || found.is_empty() && bytes.is_empty(), "round {round}: other rows than were stored"),
            Err(error) => {
                refused_count += 1;
                assert!(!error.to_string().is_empty());
            }
        }
    }
    assert!(refused_count > 30, "{refused_count}");
}
