//! What a leader persists, as rows, and back. A row of the log has all entries that came in one step, under the position
//! of the first: what they share is there once. A change of this format is a new [`SCHEMA`] with a migration here.

use super::storage::{Commit, Row, Step, StorageError, Table};
use crate::limits;
use crate::replication::base::{Base, End};
use crate::replication::causality::Dot;
use crate::replication::delta::Delta;
use crate::replication::hash::Digest;
use crate::replication::ids::{NodeId, ReplicaId, StoreId, Term};
use crate::replication::log::{Entry, Epoch};
use crate::replication::outside::Outside;
use crate::replication::strategies::multi_leader_sync::{Attached, Change, Durable, Record};
use crate::replication::time::SimTime;
use crate::replication::wire::{self, KnownTexts, Reader, WireError, Writer};
use std::sync::Arc;

type Logged = Entry<Arc<Delta>>;

/// The version of the rows.
pub const SCHEMA: u64 = 1;

const META_SCHEMA: u64 = 0;
const META_STORE: u64 = 1;
const META_EPOCH: u64 = 2;
const META_ATTACHED: u64 = 3;
const META_TAIL: u64 = 4;
const META_STORES: u64 = 5;

const BASE_ENDS: u64 = 0;

/// Writes records as rows. Knows how far the tables reach.
#[derive(Clone, Debug, Default)]
pub(super) struct RowWriter {
    own_count: u64,
    log_count: u64,
    has_schema: bool,
    received: Vec<Received>,
}

/// A batch as it came: kept until its deltas are written, so that they need not be encoded again.
#[derive(Clone, Debug)]
struct Received {
    first: Arc<Delta>,
    last: Arc<Delta>,
    count: usize,
    bytes: Box<[u8]>,
}

impl Received {
    /// Whether `entries` are its deltas. A batch is taken in from the front, in order: its ends and the number say it all.
    fn is(&self, entries: &[Logged]) -> bool {
        let is_same = |entry: Option<&Logged>, delta: &Arc<Delta>| entry.is_some_and(|entry| Arc::ptr_eq(&entry.payload, delta));
        entries.len() == self.count && is_same(entries.first(), &self.first) && is_same(entries.last(), &self.last)
    }
}

impl RowWriter {
    /// A writer for a store that holds `durable`.
    pub(super) fn after(durable: &Durable, is_new: bool) -> Self {
        Self { own_count: durable.own.len() as u64, log_count: durable.entries.len() as u64, has_schema: !is_new, received: Vec::new() }
    }

    /// `deltas` came as `bytes` and may be among what is written next.
    pub(super) fn received(&mut self, deltas: &[Arc<Delta>], bytes: &[u8]) {
        if let [first, .., last] = deltas {
            if self.received.len() == limits::MAX_BATCHES_IN_FLIGHT {
                self.received.remove(0);
            }
            self.received.push(Received { first: first.clone(), last: last.clone(), count: deltas.len(), bytes: bytes.into() });
        }
    }

    /// One transaction for all of `records`.
    pub(super) fn commit<'a>(&mut self, records: impl Iterator<Item = &'a Record>) -> Commit {
        let mut steps = Vec::new();
        if !std::mem::replace(&mut self.has_schema, true) {
            steps.push(put(Table::Meta, META_SCHEMA, |out| out.number(SCHEMA)));
        }
        for change in records.flat_map(|record| &record.0) {
            self.change(change, &mut steps);
        }
        self.received.clear();
        Commit(steps)
    }

    fn change(&mut self, change: &Change, steps: &mut Vec<Step>) {
        match change {
            Change::Store(store) => steps.push(put(Table::Meta, META_STORE, |out| out.fixed(store.0))),
            Change::Epoch(epoch) => steps.push(put(Table::Meta, META_EPOCH, |out| write_epoch(out, *epoch))),
            Change::Attached(attached) => steps.push(put(Table::Meta, META_ATTACHED, |out| {
                out.fixed(attached.store.0);
                out.vector(&attached.acknowledged);
            })),
            Change::Own(replica) => {
                steps.push(put(Table::Own, self.own_count, |out| out.fixed(replica.0)));
                self.own_count += 1;
            }
            Change::Log { after, entries } => {
                if after.0 < self.log_count {
                    steps.push(Step::DeleteFrom(Table::Log, after.0 + 1));
                    // A row before it may reach further: this one says where the log ends.
                    steps.push(put(Table::Log, after.0 + 1, |_| {}));
                }
                self.log_count = after.0;
                let is_together = |one: &Logged, next: &Logged| (one.epoch, one.at) == (next.epoch, next.at);
                for entries in entries.chunk_by(is_together).flat_map(|run| run.chunks(limits::MAX_BATCH_DELTAS)).flat_map(linked) {
                    steps.push(put(Table::Log, self.log_count + 1, |out| self.write_entries(out, entries)));
                    self.log_count += entries.len() as u64;
                }
            }
            Change::Base(base) => steps.extend(base.get().map(|base| put(Table::Base, BASE_ENDS, |out| write_base(out, base)))),
            Change::Stores(stores) => steps.push(put(Table::Meta, META_STORES, |out| {
                let stores = stores.get().map(Vec::as_slice).unwrap_or_default();
                out.number(stores.len() as u64);
                for (store, heard_ms) in stores {
                    out.fixed(store.0);
                    out.signed(*heard_ms);
                }
            })),
            Change::Tail(tail) => steps.push(put(Table::Meta, META_TAIL, |out| {
                out.number(tail.len() as u64);
                tail.iter().for_each(|delta| out.bytes(&wire::encode_delta(delta)));
            })),
        }
    }

    /// Entries of one moment.
    fn write_entries(&self, out: &mut Writer, entries: &[Logged]) {
        let Some(first) = entries.first() else { return };
        write_epoch(out, first.epoch);
        out.number(first.at.0);
        match self.received.iter().find(|received| received.is(entries)) {
            Some(received) => out.0.extend_from_slice(&received.bytes),
            None => wire::write_deltas(out, entries.iter().map(|entry| &entry.payload)),
        }
    }
}

/// Entries in pieces whose chain hashes follow from each other: collecting leaves gaps.
fn linked(mut entries: &[Logged]) -> impl Iterator<Item = &[Logged]> {
    wire::runs(entries.iter().map(|entry| &entry.payload)).into_iter().map(move |length| {
        let (piece, rest) = entries.split_at(length);
        entries = rest;
        piece
    })
}

fn write_base(out: &mut Writer, base: &Base) {
    out.number(base.ends().count() as u64);
    for (replica, end) in base.ends() {
        out.dot(Dot { replica, counter: end.counter });
        out.fixed(end.sum);
        out.fixed(end.chain.0);
    }
}

fn read_base(reader: &mut Reader<'_>) -> Result<Base, WireError> {
    let mut base = Base::default();
    for _ in 0..reader.small(limits::MAX_REPLICAS)? {
        let replica = ReplicaId(reader.fixed()?);
        base.settle(replica, End { counter: reader.number()?, sum: reader.fixed()?, chain: Digest(reader.fixed()?) });
    }
    Ok(base)
}

fn put(table: Table, key: u64, write: impl FnOnce(&mut Writer)) -> Step {
    let mut out = Writer::with_capacity(128);
    write(&mut out);
    Step::Put(Row { table, key, value: out.0 })
}

fn write_epoch(out: &mut Writer, epoch: Epoch) {
    out.number(epoch.term.0);
    out.number(epoch.leader.map_or(0, |leader| 1 + u64::from(leader.0)));
}

/// What a restart finds in `rows`.
///
/// # Errors
/// The store is of a newer version, or damaged: which row, and how.
pub fn durable(mut rows: Vec<Row>) -> Result<Durable, StorageError> {
    rows.sort_unstable_by_key(|row| (row.table, row.key));
    let (mut durable, mut known) = (Durable::default(), KnownTexts::with_room());
    for row in &rows {
        let damaged = |problem: WireError| StorageError::Damaged(format!("{} {}: {problem}", row.table.name(), row.key));
        if let (Table::Meta, META_SCHEMA) = (row.table, row.key) {
            check_schema(Reader(&row.value).number().map_err(damaged)?)?;
        } else {
            read_row(&mut durable, row, &mut known).map_err(damaged)?;
        }
    }
    Ok(durable)
}

/// Whether a row is what makes a store that store: a copy must not have it.
#[must_use]
pub fn is_store_identity(row: &Row) -> bool {
    (row.table, row.key) == (Table::Meta, META_STORE)
}

fn check_schema(schema: u64) -> Result<(), StorageError> {
    if schema <= SCHEMA { Ok(()) } else { Err(StorageError::Newer(schema)) }
}

fn read_row(durable: &mut Durable, row: &Row, known: &mut KnownTexts) -> Result<(), WireError> {
    let mut reader = Reader(&row.value);
    match (row.table, row.key) {
        (Table::Meta, META_STORE) => durable.store_id = StoreId(reader.fixed()?),
        (Table::Meta, META_EPOCH) => durable.epoch = Some(read_epoch(&mut reader)?),
        (Table::Meta, META_ATTACHED) => {
            durable.attached = Some(Attached { store: StoreId(reader.fixed()?), acknowledged: reader.vector()? });
        }
        (Table::Meta, META_TAIL) => {
            let count = reader.small(row.value.len())?;
            durable.tail = (0..count).map(|_| wire::decode_delta(reader.bytes()?)).collect::<Result<_, _>>()?;
        }
        (Table::Own, _) => durable.own.push(ReplicaId(reader.fixed()?)),
        (Table::Log, key) => {
            let before = usize::try_from(key).ok().and_then(|key| key.checked_sub(1)).filter(|before| *before <= durable.entries.len());
            durable.entries.truncate(before.ok_or(WireError::Malformed("a row before it is missing"))?);
            if !row.value.is_empty() {
                read_entries(&mut reader, &mut durable.entries, known)?;
            }
        }
        (Table::Meta, META_STORES) => {
            let count = reader.small(row.value.len())?;
            let stores = (0..count).map(|_| Ok((StoreId(reader.fixed()?), reader.signed()?))).collect::<Result<_, WireError>>()?;
            durable.stores = Outside::new(|| stores);
        }
        (Table::Base, BASE_ENDS) => {
            let base = read_base(&mut reader)?;
            durable.base = Outside::new(|| Some(Arc::new(base)));
        }
        // Written by a newer minor version: left alone.
        (Table::Meta | Table::Base, _) => {}
    }
    Ok(())
}

fn read_epoch(reader: &mut Reader<'_>) -> Result<Epoch, WireError> {
    let term = Term(reader.number()?);
    let leader = reader.small(1 + usize::from(u16::MAX))?;
    Ok(Epoch { term, leader: (leader > 0).then(|| NodeId(leader as u16 - 1)) })
}

fn read_entries(reader: &mut Reader<'_>, entries: &mut Vec<Logged>, known: &mut KnownTexts) -> Result<(), WireError> {
    let (epoch, at) = (read_epoch(reader)?, SimTime(reader.number()?));
    entries.extend(wire::read_deltas(reader, known)?.into_iter().map(|payload| Entry { epoch, at, payload }));
    if reader.is_empty() { Ok(()) } else { Err(WireError::Trailing) }
}
