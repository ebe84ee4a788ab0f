//! Where a local leader keeps what must survive: rows in a few tables, read once at the start, and then changed by one
//! wide transaction at a time. What is behind it (IndexedDB, an embedded database, memory) knows no deltas.

use std::future::Future;

/// The tables of a store. The numbers are part of what is stored: never reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Single values, by number.
    Meta = 0,
    /// The replication log: deltas that came together are one row, by the log sequence number of the first.
    Log = 1,
    /// Identities that the store ever wrote under, numbered in order.
    Own = 2,
    /// What stands for collected deltas (rule R10).
    Base = 3,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Meta, Self::Log, Self::Own, Self::Base];

    /// Its name in stores that have names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Log => "log",
            Self::Own => "own",
            Self::Base => "base",
        }
    }
}

/// One row. Keys stay below 2⁵³, so that they are exact numbers in JavaScript too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// In which table.
    pub table: Table,
    /// Under which key.
    pub key: u64,
    /// What.
    pub value: Vec<u8>,
}

/// One step of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Puts a row, in place of one of the same key.
    Put(Row),
    /// Deletes all rows of a table from this key on.
    DeleteFrom(Table, u64),
}

/// Steps that become durable together, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit(pub Vec<Step>);

impl Commit {
    /// Puts rows in place of all that there is.
    #[must_use]
    pub fn replacing(rows: Vec<Row>) -> Self {
        let empty = Table::ALL.into_iter().map(|table| Step::DeleteFrom(table, 0));
        Self(empty.chain(rows.into_iter().map(Step::Put)).collect())
    }
}

/// Why a store did not do what it was asked. After any of these the leader stops: what it holds in memory may be
/// more than what is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The browser, or the disk, gives none.
    #[error("storage is not available: {0}")]
    Unavailable(String),
    /// There is no room.
    #[error("storage is full: {0}")]
    Full(String),
    /// Another page has taken this device over.
    #[error("another page has taken over this device")]
    Fenced,
    /// A newer version of the page has changed the store.
    #[error("the store was made by a newer version (schema {0}): reload to update")]
    Newer(u64),
    /// An older page of another tab still holds the store, so that it cannot be upgraded.
    #[error("another tab holds an older version of the store open: close it")]
    Blocked,
    /// What is stored cannot be read.
    #[error("the store is damaged: {0}")]
    Damaged(String),
}

/// A durable store.
pub trait Storage {
    /// Everything that it holds, in any order.
    ///
    /// # Errors
    /// Why it could not be read.
    fn load(&mut self) -> impl Future<Output = Result<Vec<Row>, StorageError>>;

    /// Makes `commit` durable, all of it or nothing. Completes only when a crash cannot take it back.
    ///
    /// # Errors
    /// Why it is not durable; then nothing of it may be found later either.
    fn commit(&mut self, commit: &Commit) -> impl Future<Output = Result<(), StorageError>>;
}
