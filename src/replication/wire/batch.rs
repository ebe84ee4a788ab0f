//! A batch of deltas as bytes. Most of what a delta carries follows from the one before it and is one flag then: the same
//! writer's next counter, a context and causes that grew by just the delta before, the same author and key. Equal flags
//! of many deltas in a row are written once.
//!
//! Chain hashes are not sent one by one: the first of each writer and the last of each writer are, the receiver
//! computes those between and compares (rule R3).

use super::WireError;
use super::bytes::{Reader, Writer};
use super::dictionary::{KnownTexts, Replicas, Texts, read_replicas, read_texts};
use super::operation;
use crate::limits;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::clock::Stamp;
use crate::replication::delta::{Author, Delta, Key};
use crate::replication::hash::Digest;
use crate::replication::ids::ReplicaId;
use crate::replication::store::chain;
use std::sync::Arc;

const SAME_WRITER: u8 = 1;
const NEXT_COUNTER: u8 = 1 << 1;
const GROWN_CONTEXT: u8 = 1 << 2;
const GROWN_DEPS: u8 = 1 << 3;
const SAME_AUTHOR: u8 = 1 << 4;
const SAME_KEY: u8 = 1 << 5;
const NEXT_TICK: u8 = 1 << 6;
const FIRST_TICK: u8 = 1 << 7;

/// What the next delta is compared with, besides the delta before it.
#[derive(Default)]
struct Before {
    /// The last delta of each writer.
    ends: Vec<(Dot, Digest)>,
}

impl Before {
    /// The place of a writer's last delta.
    fn end_of(&self, replica: ReplicaId) -> Option<usize> {
        self.ends.iter().position(|(dot, _)| dot.replica == replica)
    }

    fn counter(&self, end: Option<usize>) -> u64 {
        end.map_or(0, |end| self.ends[end].0.counter)
    }

    fn take(&mut self, end: Option<usize>, delta: &Delta) {
        match end {
            Some(end) => self.ends[end] = (delta.dot, delta.chain),
            None => self.ends.push((delta.dot, delta.chain)),
        }
    }
}

/// What of `delta` follows from the one before it; `counter` is that of its writer's delta before.
fn flags(delta: &Delta, last: Option<&Delta>, counter: u64) -> u8 {
    let is_next = delta.dot.counter == counter + 1 && delta.previous == counter;
    let ticks = flag(NEXT_TICK, next_tick(stamp_of(last)) == delta.stamp) | flag(FIRST_TICK, delta.stamp.logical == 0);
    let alone = flag(NEXT_COUNTER, is_next) | ticks;
    let Some(last) = last else { return alone };
    alone
        | flag(SAME_WRITER, last.dot.replica == delta.dot.replica)
        | flag(GROWN_CONTEXT, delta.context.is_grown(&last.context, last.dot))
        | flag(GROWN_DEPS, delta.deps.is_grown(&last.deps, last.dot))
        | flag(SAME_AUTHOR, last.author == delta.author)
        | flag(SAME_KEY, last.key == delta.key)
}

const fn flag(flag: u8, holds: bool) -> u8 {
    if holds { flag } else { 0 }
}

fn stamp_of(last: Option<&Delta>) -> Stamp {
    last.map(|delta| delta.stamp).unwrap_or_default()
}

const fn next_tick(stamp: Stamp) -> Stamp {
    Stamp { logical: stamp.logical.wrapping_add(1), ..stamp }
}

pub(super) fn write(out: &mut Writer, deltas: &[&Delta]) {
    let mut before = Before::default();
    let (mut all_flags, mut named) = (Vec::with_capacity(deltas.len()), Vec::with_capacity(deltas.len() + 2));
    let mut firsts = Vec::new();
    let mut last = None;
    for (index, delta) in deltas.iter().enumerate() {
        let end = before.end_of(delta.dot.replica);
        let flags = flags(delta, last, before.counter(end));
        all_flags.push(flags);
        name_texts(delta, flags, &mut named);
        if end.is_none() {
            firsts.push(index);
        }
        before.take(end, delta);
        last = Some(*delta);
    }
    let texts = Texts::new(&named);
    out.number(deltas.len() as u64);
    write_flags(out, &all_flags);
    texts.write(out);
    write_rows(out, deltas, &all_flags, &firsts, texts);
    for (_, chain) in &before.ends {
        out.fixed(chain.0);
    }
}

/// The texts that a row names, in the order in which it does.
fn name_texts<'a>(delta: &'a Delta, flags: u8, named: &mut Vec<&'a str>) {
    if flags & SAME_AUTHOR == 0 {
        named.push(&delta.author.0);
    }
    if flags & SAME_KEY == 0 {
        named.push(&delta.key.0);
    }
    named.extend(delta.item().map(|item| &*item.0));
}

/// `firsts` are those with which a writer appears.
fn write_rows(out: &mut Writer, deltas: &[&Delta], all_flags: &[u8], firsts: &[usize], mut texts: Texts<'_>) {
    let (mut rows, mut replicas) = (Writer::with_capacity(32 + 16 * deltas.len()), Replicas::default());
    let mut last = None;
    for (index, (delta, flags)) in deltas.iter().zip(all_flags).enumerate() {
        write_row(&mut rows, delta, Place { last, flags: *flags }, &mut texts, &mut replicas);
        if firsts.contains(&index) {
            rows.fixed(delta.chain.0);
        }
        last = Some(*delta);
    }
    replicas.write(out);
    out.0.extend_from_slice(&rows.0);
}

/// Runs of equal flags with their lengths.
fn write_flags(out: &mut Writer, flags: &[u8]) {
    for run in flags.chunk_by(|one, next| one == next) {
        out.byte(run[0]);
        out.number(run.len() as u64);
    }
}

fn read_flags(reader: &mut Reader<'_>, count: usize) -> Result<Vec<u8>, WireError> {
    let mut flags = Vec::with_capacity(count);
    while flags.len() < count {
        let run = reader.byte()?;
        let length = reader.small(count - flags.len())?;
        if length == 0 {
            return Err(WireError::Malformed("an empty run"));
        }
        flags.resize(flags.len() + length, run);
    }
    Ok(flags)
}

/// Where a row stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    last: Option<&'a Delta>,
    flags: u8,
}

impl Place<'_> {
    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The context of whoever had seen the delta before as well.
    fn context(&self) -> VersionVector {
        grown(self.last.map(|last| (&last.context, last.dot)))
    }

    /// The causes of what comes next after the delta before.
    fn deps(&self) -> VersionVector {
        grown(self.last.map(|last| (&last.deps, last.dot)))
    }
}

fn grown(last: Option<(&VersionVector, Dot)>) -> VersionVector {
    let Some((vector, dot)) = last else { return VersionVector::new() };
    let mut vector = vector.clone();
    vector.observe(dot);
    vector
}

fn write_row(out: &mut Writer, delta: &Delta, place: Place<'_>, texts: &mut Texts<'_>, replicas: &mut Replicas) {
    if !place.has(SAME_WRITER) {
        out.number(replicas.position(delta.dot.replica));
    }
    if !place.has(NEXT_COUNTER) {
        out.number(delta.dot.counter);
        out.number(delta.previous);
    }
    if !place.has(GROWN_CONTEXT) {
        write_vector(out, &delta.context, &place.context(), replicas);
    }
    if !place.has(GROWN_DEPS) {
        write_vector(out, &delta.deps, &place.deps(), replicas);
    }
    if !place.has(SAME_AUTHOR) {
        out.number(texts.next_position());
    }
    if !place.has(SAME_KEY) {
        out.number(texts.next_position());
    }
    if !place.has(NEXT_TICK) {
        out.signed(delta.stamp.wall_ms.wrapping_sub(stamp_of(place.last).wall_ms));
        if !place.has(FIRST_TICK) {
            out.number(u64::from(delta.stamp.logical));
        }
    }
    operation::write(out, delta, texts, replicas);
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

pub(super) fn read(reader: &mut Reader<'_>, known: &mut KnownTexts) -> Result<Vec<Arc<Delta>>, WireError> {
    let count = reader.small(limits::MAX_BATCH_DELTAS)?;
    let flags = read_flags(reader, count)?;
    let texts = read_texts(reader, known)?;
    let replicas = read_replicas(reader)?;
    let names = Names { texts: &texts, replicas: &replicas };
    let mut before = Before::default();
    let mut deltas: Vec<Arc<Delta>> = Vec::with_capacity(count);
    for flags in flags {
        let last = deltas.last().map(|last| &**last);
        let replica = match last {
            Some(last) if flags & SAME_WRITER != 0 => last.dot.replica,
            _ => names.replica(reader)?,
        };
        let end = before.end_of(replica);
        let writer = Dot { replica, counter: before.counter(end) };
        let mut delta = read_row(reader, writer, Place { last, flags }, &names)?;
        delta.chain = match end {
            Some(end) => chain(before.ends[end].1, &delta),
            None => Digest(reader.fixed()?),
        };
        before.take(end, &delta);
        deltas.push(Arc::new(delta));
    }
    for (_, chain) in &before.ends {
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

/// `writer` is the last dot of its writer so far. The chain hash is still missing.
fn read_row(reader: &mut Reader<'_>, writer: Dot, place: Place<'_>, names: &Names<'_>) -> Result<Delta, WireError> {
    let next = (writer.counter.saturating_add(1), writer.counter);
    let (counter, previous) = if place.has(NEXT_COUNTER) { next } else { (reader.number()?, reader.number()?) };
    let (mut context, mut deps) = (place.context(), place.deps());
    if !place.has(GROWN_CONTEXT) {
        context = read_vector(reader, context, names)?;
    }
    if !place.has(GROWN_DEPS) {
        deps = read_vector(reader, deps, names)?;
    }
    let author = match place.last {
        Some(last) if place.has(SAME_AUTHOR) => last.author.clone(),
        _ => Author(names.text(reader)?),
    };
    let key = match place.last {
        Some(last) if place.has(SAME_KEY) => last.key.clone(),
        _ => Key(names.text(reader)?),
    };
    let stamp = read_stamp(reader, place)?;
    let dot = Dot { counter, ..writer };
    let operation = operation::read(reader, dot, names)?;
    Ok(Delta { dot, previous, context, deps, stamp, author, key, operation, chain: Digest::default() })
}

fn read_stamp(reader: &mut Reader<'_>, place: Place<'_>) -> Result<Stamp, WireError> {
    let last = stamp_of(place.last);
    if place.has(NEXT_TICK) {
        return Ok(next_tick(last));
    }
    let wall_ms = last.wall_ms.wrapping_add(reader.signed()?);
    let logical = if place.has(FIRST_TICK) { 0 } else { reader.number()? };
    let logical = u32::try_from(logical).map_err(|_| WireError::Malformed("a stamp is too large"))?;
    Ok(Stamp { wall_ms, logical })
}

fn read_vector(reader: &mut Reader<'_>, known: VersionVector, names: &Names<'_>) -> Result<VersionVector, WireError> {
    let mut vector = if reader.flag()? { known } else { VersionVector::new() };
    for _ in 0..reader.small(names.replicas.len())? {
        vector.observe(names.dot(reader)?);
    }
    Ok(vector)
}
