//! A batch of deltas as bytes. Most of what a delta carries follows from the one before it and is one bit then: the same
//! writer's next counter, a context and causes that grew by just the delta before, the same author and key.
//!
//! Chain hashes are not sent one by one: the first of each writer and the last of each writer are, the receiver
//! computes those between and compares (rule R3).

use super::WireError;
use super::bytes::{Reader, Writer};
use super::dictionary::{Replicas, Texts, read_replicas, read_texts};
use super::operation;
use crate::limits;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::clock::Stamp;
use crate::replication::delta::{Author, Delta, Key};
use crate::replication::hash::Digest;
use crate::replication::ids::ReplicaId;
use crate::replication::store::chain;
use std::collections::BTreeMap;
use std::sync::Arc;

const SAME_WRITER: u8 = 1;
const NEXT_COUNTER: u8 = 1 << 1;
const GROWN_CONTEXT: u8 = 1 << 2;
const GROWN_DEPS: u8 = 1 << 3;
const SAME_AUTHOR: u8 = 1 << 4;
const SAME_KEY: u8 = 1 << 5;
const NEXT_TICK: u8 = 1 << 6;
const FIRST_TICK: u8 = 1 << 7;

/// What the next delta is compared with.
#[derive(Default)]
struct Before {
    writer: Option<ReplicaId>,
    counters: BTreeMap<ReplicaId, u64>,
    chains: BTreeMap<ReplicaId, Digest>,
    context: VersionVector,
    deps: VersionVector,
    author: Option<Author>,
    key: Option<Key>,
    stamp: Stamp,
}

impl Before {
    fn counter(&self, replica: ReplicaId) -> u64 {
        self.counters.get(&replica).copied().unwrap_or(0)
    }

    fn take(&mut self, delta: &Delta) {
        self.writer = Some(delta.dot.replica);
        self.counters.insert(delta.dot.replica, delta.dot.counter);
        self.chains.insert(delta.dot.replica, delta.chain);
        self.context.clone_from(&delta.context);
        self.context.observe(delta.dot);
        self.deps.clone_from(&delta.deps);
        self.deps.observe(delta.dot);
        self.author = Some(delta.author.clone());
        self.key = Some(delta.key.clone());
        self.stamp = delta.stamp;
    }

    fn next_tick(&self) -> Stamp {
        Stamp { logical: self.stamp.logical.wrapping_add(1), ..self.stamp }
    }

    fn flags(&self, delta: &Delta) -> u8 {
        let is_next = delta.dot.counter == self.counter(delta.dot.replica) + 1 && delta.previous + 1 == delta.dot.counter;
        let flags = [
            (SAME_WRITER, self.writer == Some(delta.dot.replica)),
            (NEXT_COUNTER, is_next),
            (GROWN_CONTEXT, self.context == delta.context),
            (GROWN_DEPS, self.deps == delta.deps),
            (SAME_AUTHOR, self.author.as_ref() == Some(&delta.author)),
            (SAME_KEY, self.key.as_ref() == Some(&delta.key)),
            (NEXT_TICK, self.next_tick() == delta.stamp),
            (FIRST_TICK, delta.stamp.logical == 0),
        ];
        flags.into_iter().filter(|(_, holds)| *holds).fold(0, |flags, (flag, _)| flags | flag)
    }
}

pub(super) fn write(out: &mut Writer, deltas: &[Arc<Delta>]) {
    let texts = Texts::new(deltas.iter().flat_map(|delta| texts_of(delta)).collect());
    let (mut before, mut replicas, mut rows) = (Before::default(), Replicas::default(), Writer::default());
    for delta in deltas {
        write_row(&mut rows, delta, &before, &texts, &mut replicas);
        before.take(delta);
    }
    for chain in before.chains.values() {
        rows.fixed(chain.0);
    }
    out.number(deltas.len() as u64);
    texts.write(out);
    replicas.write(out);
    out.0.extend_from_slice(&rows.0);
}

fn texts_of(delta: &Delta) -> impl Iterator<Item = &str> {
    [Some(&delta.author.0), Some(&delta.key.0), delta.item().map(|item| &item.0)].into_iter().flatten().map(|text| &**text)
}

fn write_row(out: &mut Writer, delta: &Delta, before: &Before, texts: &Texts<'_>, replicas: &mut Replicas) {
    let flags = before.flags(delta);
    let lacks = |flag: u8| flags & flag == 0;
    let is_first_of_writer = !before.counters.contains_key(&delta.dot.replica);
    out.byte(flags);
    if lacks(SAME_WRITER) {
        out.number(replicas.position(delta.dot.replica));
    }
    if lacks(NEXT_COUNTER) {
        out.number(delta.dot.counter);
        out.number(delta.previous);
    }
    if lacks(GROWN_CONTEXT) {
        write_vector(out, &delta.context, &before.context, replicas);
    }
    if lacks(GROWN_DEPS) {
        write_vector(out, &delta.deps, &before.deps, replicas);
    }
    if lacks(SAME_AUTHOR) {
        out.number(texts.position(&delta.author.0));
    }
    if lacks(SAME_KEY) {
        out.number(texts.position(&delta.key.0));
    }
    if lacks(NEXT_TICK) {
        out.signed(delta.stamp.wall_ms.wrapping_sub(before.stamp.wall_ms));
        if lacks(FIRST_TICK) {
            out.number(u64::from(delta.stamp.logical));
        }
    }
    operation::write(out, delta, texts, replicas);
    if is_first_of_writer {
        out.fixed(delta.chain.0);
    }
}

/// What `vector` has more than `known`, if it has all of `known`; else all of it.
fn write_vector(out: &mut Writer, vector: &VersionVector, known: &VersionVector, replicas: &mut Replicas) {
    let grew = vector.covers_all(known);
    out.byte(u8::from(grew));
    let news: Vec<Dot> = if grew { known.behind(vector).collect() } else { vector.iter().collect() };
    out.number(news.len() as u64);
    for dot in news {
        out.number(replicas.position(dot.replica));
        out.number(dot.counter);
    }
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<Arc<Delta>>, WireError> {
    let count = reader.small(limits::MAX_BATCH_DELTAS)?;
    let texts = read_texts(reader)?;
    let replicas = read_replicas(reader)?;
    let mut before = Before::default();
    let mut deltas = Vec::with_capacity(count);
    for _ in 0..count {
        let delta = read_row(reader, &before, &Names { texts: &texts, replicas: &replicas })?;
        before.take(&delta);
        deltas.push(Arc::new(delta));
    }
    for chain in before.chains.values() {
        if reader.fixed()? != chain.0 {
            return Err(WireError::BrokenChain);
        }
    }
    Ok(deltas)
}

/// What positions in a batch stand for.
pub(super) struct Names<'a> {
    pub(super) texts: &'a [Arc<str>],
    pub(super) replicas: &'a [ReplicaId],
}

impl Names<'_> {
    pub(super) fn text(&self, reader: &mut Reader<'_>) -> Result<Arc<str>, WireError> {
        let text = self.texts.get(reader.small(self.texts.len())?);
        text.cloned().ok_or(WireError::Malformed("a text that was not announced"))
    }

    pub(super) fn replica(&self, reader: &mut Reader<'_>) -> Result<ReplicaId, WireError> {
        let replica = self.replicas.get(reader.small(self.replicas.len())?);
        replica.copied().ok_or(WireError::Malformed("a replica that was not announced"))
    }

    pub(super) fn dot(&self, reader: &mut Reader<'_>) -> Result<Dot, WireError> {
        Ok(Dot { replica: self.replica(reader)?, counter: reader.number()? })
    }
}

fn read_row(reader: &mut Reader<'_>, before: &Before, names: &Names<'_>) -> Result<Delta, WireError> {
    let flags = reader.byte()?;
    let has = |flag: u8| flags & flag != 0;
    let replica = match before.writer {
        Some(writer) if has(SAME_WRITER) => writer,
        _ => names.replica(reader)?,
    };
    let counter = before.counter(replica);
    let (counter, previous) = if has(NEXT_COUNTER) { (counter.saturating_add(1), counter) } else { (reader.number()?, reader.number()?) };
    let context = if has(GROWN_CONTEXT) { before.context.clone() } else { read_vector(reader, &before.context, names)? };
    let deps = if has(GROWN_DEPS) { before.deps.clone() } else { read_vector(reader, &before.deps, names)? };
    let author = match &before.author {
        Some(author) if has(SAME_AUTHOR) => author.clone(),
        _ => Author(names.text(reader)?),
    };
    let key = match &before.key {
        Some(key) if has(SAME_KEY) => key.clone(),
        _ => Key(names.text(reader)?),
    };
    let stamp = if has(NEXT_TICK) { before.next_tick() } else { read_stamp(reader, before, has(FIRST_TICK))? };
    let dot = Dot { replica, counter };
    let operation = operation::read(reader, dot, names)?;
    let mut delta = Delta { dot, previous, context, deps, stamp, author, key, operation, chain: Digest::default() };
    delta.chain = match before.chains.get(&replica) {
        Some(last) => chain(*last, &delta),
        None => Digest(reader.fixed()?),
    };
    Ok(delta)
}

fn read_stamp(reader: &mut Reader<'_>, before: &Before, is_first_tick: bool) -> Result<Stamp, WireError> {
    let wall_ms = before.stamp.wall_ms.wrapping_add(reader.signed()?);
    let logical = if is_first_tick { 0 } else { reader.number()? };
    let logical = u32::try_from(logical).map_err(|_| WireError::Malformed("a stamp is too large"))?;
    Ok(Stamp { wall_ms, logical })
}

fn read_vector(reader: &mut Reader<'_>, known: &VersionVector, names: &Names<'_>) -> Result<VersionVector, WireError> {
    let mut vector = if reader.flag()? { known.clone() } else { VersionVector::new() };
    for _ in 0..reader.small(names.replicas.len())? {
        vector.observe(names.dot(reader)?);
    }
    Ok(vector)
}
