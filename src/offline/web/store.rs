//! What a leader of this page stores in: IndexedDB, or memory where there is none.

use super::indexed::IndexedStore;
use crate::offline::memory::MemoryStorage;
use crate::offline::storage::{Commit, Row, Storage, StorageError};

pub(crate) enum Store {
    Indexed(IndexedStore),
    Memory(MemoryStorage),
}

impl Store {
    /// Puts rows in place of all that there is.
    pub(crate) async fn replace(&mut self, rows: Vec<Row>) -> Result<(), StorageError> {
        match self {
            Self::Indexed(store) => store.replace(rows).await,
            Self::Memory(store) => {
                store.apply(&Commit::replacing(rows));
                Ok(())
            }
        }
    }
}

impl Storage for Store {
    async fn load(&mut self) -> Result<Vec<Row>, StorageError> {
        match self {
            Self::Indexed(store) => store.load().await,
            Self::Memory(store) => store.load().await,
        }
    }

    async fn commit(&mut self, commit: &Commit) -> Result<(), StorageError> {
        match self {
            Self::Indexed(store) => store.commit(commit).await,
            Self::Memory(store) => store.commit(commit).await,
        }
    }
}
