//! The store of a native peer: one file, one durable transaction for each commit.

use crate::limits;
use crate::offline::storage::{Commit, Row, Step, Storage, StorageError, Table};
use redb::{Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, TableDefinition, TableError, WriteTransaction};
use std::fs::File;
use std::io::{Error as IoError, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Rows in a file.
#[derive(Clone)]
pub struct RedbStore {
    database: Arc<Database>,
    durability: Durability,
}

const fn definition(table: Table) -> TableDefinition<'static, u64, &'static [u8]> {
    TableDefinition::new(table.name())
}

impl RedbStore {
    /// Opens the file, which is made if there is none. All of it is read and checked: it may have been damaged by anything.
    ///
    /// # Errors
    /// Another process has it open, it is damaged or no store, or the file system refuses.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let mut builder = Database::builder();
        builder.set_cache_size(limits::STORE_CACHE_BYTES).set_check_integrity_on_open(true);
        let database = builder.create(path).map_err(|error| opening(&error))?;
        sync_folder(path).map_err(|error| input_output(&error))?;
        // The default of the database, and what acknowledgements rest on (rule R4).
        Ok(Self { database: Arc::new(database), durability: Durability::Immediate })
    }

    /// Answers before the file has it: what rule R4 forbids.
    #[cfg(test)]
    pub(super) fn hasty(self) -> Self {
        Self { durability: Durability::None, ..self }
    }

    fn read(&self) -> Result<Vec<Row>, redb::Error> {
        let transaction = self.database.begin_read()?;
        let mut rows = Vec::new();
        for table in Table::ALL {
            match transaction.open_table(definition(table)) {
                Ok(content) => {
                    for row in content.iter()? {
                        let (key, value) = row?;
                        rows.push(Row { table, key: key.value(), value: value.value().to_vec() });
                    }
                }
                Err(TableError::TableDoesNotExist(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(rows)
    }

    fn write(&self, commit: &Commit) -> Result<(), redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(self.durability)?;
        for step in &commit.0 {
            take(&transaction, step)?;
        }
        Ok(transaction.commit()?)
    }
}

fn take(transaction: &WriteTransaction, step: &Step) -> Result<(), redb::Error> {
    match step {
        Step::Put(row) => drop(transaction.open_table(definition(row.table))?.insert(row.key, row.value.as_slice())?),
        Step::DeleteFrom(table, key) => transaction.open_table(definition(*table))?.retain_in(*key.., |_, _| false)?,
    }
    Ok(())
}

impl Storage for RedbStore {
    async fn load(&mut self) -> Result<Vec<Row>, StorageError> {
        let store = self.clone();
        ended(spawn_blocking(move || store.read()).await)
    }

    async fn commit(&mut self, commit: &Commit) -> Result<(), StorageError> {
        let (store, commit) = (self.clone(), commit.clone());
        ended(spawn_blocking(move || store.write(&commit)).await)
    }
}

fn ended<T>(result: Result<Result<T, redb::Error>, tokio::task::JoinError>) -> Result<T, StorageError> {
    match result {
        Ok(result) => result.map_err(|error| failure(&error)),
        Err(error) => Err(StorageError::Unavailable(error.to_string())),
    }
}

/// A file is only there after a power cut when its folder is written too.
fn sync_folder(path: &Path) -> Result<(), IoError> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn opening(error: &DatabaseError) -> StorageError {
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            StorageError::Unavailable("another process has the file open".to_owned())
        }
        DatabaseError::Storage(error) => of_storage(error),
        error => StorageError::Damaged(error.to_string()),
    }
}

fn failure(error: &redb::Error) -> StorageError {
    match error {
        redb::Error::Io(error) => input_output(error),
        redb::Error::Corrupted(what) => StorageError::Damaged(what.clone()),
        redb::Error::TableTypeMismatch { table, .. } => StorageError::Damaged(format!("the table {table} is of another kind")),
        error => StorageError::Unavailable(error.to_string()),
    }
}

fn of_storage(error: &redb::StorageError) -> StorageError {
    match error {
        redb::StorageError::Io(error) => input_output(error),
        redb::StorageError::Corrupted(what) => StorageError::Damaged(what.clone()),
        error => StorageError::Unavailable(error.to_string()),
    }
}

fn input_output(error: &IoError) -> StorageError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StorageError::Full(error.to_string()),
        // What redb says of a file that is none of its own, or was cut short.
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => StorageError::Damaged(format!("{error}; is it a peer's data file?")),
        _ => StorageError::Unavailable(error.to_string()),
    }
}
