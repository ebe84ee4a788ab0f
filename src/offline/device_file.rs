//! A device as a file: its rows, one after another, with a checksum. What is read from a file becomes a new store with
//! the same writes: the identity of the store it came from stays with that one.

use super::rows;
use super::storage::{Row, StorageError, Table};
use crate::limits;
use crate::replication::wire::{Reader, WireError, Writer};
use xxhash_rust::xxh64::xxh64;

/// What every such file begins with; the last byte is the version of the format.
const HEAD: &[u8; 8] = b"replica\x01";

/// Rows as a file.
#[must_use]
pub fn encode(rows: &[Row]) -> Vec<u8> {
    let mut out = Writer(HEAD.to_vec());
    out.number(rows.len() as u64);
    for row in rows {
        out.byte(row.table as u8);
        out.number(row.key);
        out.bytes(&row.value);
    }
    let checksum = xxh64(&out.0, 0);
    out.fixed(checksum);
    out.0
}

/// The rows of a file, for a new store.
///
/// # Errors
/// It is no such file, it is damaged, or a leader could not start from it.
pub fn decode(file: &[u8]) -> Result<Vec<Row>, StorageError> {
    let damaged = |problem: WireError| StorageError::Damaged(format!("the file: {problem}"));
    let rows = read(file).map_err(damaged)?;
    // What a leader would refuse later is refused before anything is overwritten.
    rows::durable(rows.clone())?;
    Ok(rows.into_iter().filter(|row| !rows::is_store_identity(row)).collect())
}

fn read(file: &[u8]) -> Result<Vec<Row>, WireError> {
    if file.len() > limits::MAX_DEVICE_FILE_BYTES {
        return Err(WireError::Malformed("it is too long"));
    }
    let (content, checksum) = file.split_last_chunk::<8>().ok_or(WireError::Short)?;
    let mut reader = Reader(content);
    if reader.take(HEAD.len())? != HEAD {
        return Err(WireError::Malformed("it is no device of this version"));
    }
    if xxh64(content, 0).to_le_bytes() != *checksum {
        return Err(WireError::Checksum);
    }
    // A row takes three bytes or more.
    let count = reader.small(reader.0.len() / 3)?;
    let rows = (0..count).map(|_| read_row(&mut reader)).collect::<Result<_, _>>()?;
    if reader.is_empty() { Ok(rows) } else { Err(WireError::Trailing) }
}

fn read_row(reader: &mut Reader<'_>) -> Result<Row, WireError> {
    let number = reader.byte()?;
    let table = Table::ALL.into_iter().find(|table| *table as u8 == number).ok_or(WireError::Malformed("an unknown table"))?;
    let key = reader.number()?;
    if key >= 1 << 53 {
        return Err(WireError::Malformed("a key is too large"));
    }
    Ok(Row { table, key, value: reader.bytes()?.to_vec() })
}
