//! A store in memory, for tests and where there is no other.

use super::storage::{Commit, Row, Step, Storage, StorageError, Table};
use std::collections::BTreeMap;

/// Rows in memory. A clone is a copy of the store as it is: a backup, to roll back to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStorage {
    rows: BTreeMap<(Table, u64), Vec<u8>>,
}

impl MemoryStorage {
    /// Everything that it holds.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.rows.iter().map(|((table, key), value)| Row { table: *table, key: *key, value: value.clone() }).collect()
    }

    /// Does what a commit says, all of it.
    pub fn apply(&mut self, commit: &Commit) {
        for step in &commit.0 {
            match step {
                Step::Put(row) => drop(self.rows.insert((row.table, row.key), row.value.clone())),
                Step::DeleteFrom(table, key) => self.rows.retain(|(own, at), _| own != table || at < key),
            }
        }
    }
}

impl Storage for MemoryStorage {
    async fn load(&mut self) -> Result<Vec<Row>, StorageError> {
        Ok(self.rows())
    }

    async fn commit(&mut self, commit: &Commit) -> Result<(), StorageError> {
        self.apply(commit);
        Ok(())
    }
}
