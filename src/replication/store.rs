//! The deltas that one replica holds: in the order of arrival (a linear extension of causal order), by writer and
//! by key. Decides whether a delta may come in; never decides conflicts.

use super::IS_OPENING_ALONE;
use super::base::{Base, End};
use super::causality::{Dot, VersionVector};
use super::delta::{Delta, Key, Operation};
use super::hash::{Digest, Hasher};
use super::ids::ReplicaId;
use super::key_log::KeyLog;
use super::outside::Outside;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All deltas of one replica.
#[derive(Clone, Debug, Default)]
pub struct DeltaStore {
    arrived: Vec<Arc<Delta>>,
    /// By writer, counters rising.
    by_writer: BTreeMap<ReplicaId, Vec<Written>>,
    by_key: BTreeMap<Key, KeyLog>,
    vector: VersionVector,
    sum: u64,
    /// What stands for collected deltas (rule R10).
    base: Outside<Option<Arc<Base>>>,
    retired: u64,
}

/// A delta of one writer: its counter, and its place in the order of arrival.
#[derive(Clone, Copy, Debug)]
struct Written {
    counter: u64,
    place: u32,
}

/// What may be done with a delta that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is next in every respect.
    New,
    /// It is known.
    Known,
    /// Something before it is missing: its writer's previous delta, a cause, or what its writer had seen (rule R6).
    Hole,
    /// Another content is known under its dot, or its chain hash does not follow (rule R3).
    Forged,
}

impl DeltaStore {
    /// Everything known.
    #[must_use]
    pub const fn vector(&self) -> &VersionVector {
        &self.vector
    }

    /// A commutative sum of all delta hashes (rule R11).
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// The number of deltas.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arrived.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arrived.is_empty()
    }

    /// The deltas from the `start`-th on, in the order of arrival.
    #[must_use]
    pub fn arrived_from(&self, start: usize) -> &[Arc<Delta>] {
        &self.arrived[start.min(self.arrived.len())..]
    }

    /// The delta named `dot`.
    #[must_use]
    pub fn get(&self, dot: Dot) -> Option<&Arc<Delta>> {
        let written = self.by_writer(dot.replica);
        let last = written[..after(written, dot.counter)].last()?;
        (last.counter == dot.counter).then(|| &self.arrived[last.place as usize])
    }

    fn by_writer(&self, replica: ReplicaId) -> &[Written] {
        self.by_writer.get(&replica).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many deltas from the `start`-th on `vector` does not know.
    #[must_use]
    pub fn unknown_count(&self, start: usize, vector: &VersionVector) -> usize {
        if IS_OPENING_ALONE {
            return self.arrived_from(start).iter().filter(|delta| !vector.covers(delta.dot)).count();
        }
        let unknown_of = |(replica, written): (&ReplicaId, &Vec<Written>)| {
            let known = vector.get(*replica);
            written.iter().filter(|delta| delta.counter > known && delta.place as usize >= start).count()
        };
        self.by_writer.iter().map(unknown_of).sum()
    }

    /// The keys and their deltas.
    pub fn keys(&self) -> impl Iterator<Item = (&Key, &KeyLog)> {
        self.by_key.iter()
    }

    /// The deltas of `key`.
    #[must_use]
    pub fn key(&self, key: &Key) -> Option<&KeyLog> {
        self.by_key.get(key)
    }

    /// The chain hash of the last delta of `replica`.
    #[must_use]
    pub fn chain_of(&self, replica: ReplicaId) -> Digest {
        let known = self.vector.get(replica);
        let last = self.by_writer(replica).last().filter(|last| last.counter == known);
        let held = last.map(|last| self.arrived[last.place as usize].chain);
        if IS_OPENING_ALONE {
            return held.unwrap_or_default();
        }
        held.or_else(|| self.base().map(|base| base.end(replica)).filter(|end| end.counter == known).map(|end| end.chain))
            .unwrap_or_default()
    }

    /// What stands for collected deltas; `None` when none was.
    #[must_use]
    pub fn base(&self) -> Option<&Base> {
        self.base.get().and_then(Option::as_deref)
    }

    /// The sum of the hashes of all collected deltas, never 0 then; 0 when none was. Equal where the same were collected.
    #[must_use]
    pub const fn retired(&self) -> u64 {
        self.retired
    }

    /// How many deltas were collected.
    #[must_use]
    pub fn collected_count(&self) -> u64 {
        let kept_count = |base: &Base| self.arrived.iter().filter(|delta| base.covers(delta.dot)).count() as u64;
        self.base().map_or(0, |base| base.count().saturating_sub(kept_count(base)))
    }

    /// Whether the delta named `dot` is known and was collected.
    #[must_use]
    pub fn is_collected(&self, dot: Dot) -> bool {
        self.base().is_some_and(|base| base.covers(dot)) && self.get(dot).is_none()
    }

    /// The deltas of the writer of `to` after `from`, up to `to`.
    fn written(&self, from: u64, to: Dot) -> impl Iterator<Item = &Arc<Delta>> {
        let written = self.by_writer(to.replica);
        written[after(written, from)..after(written, to.counter.max(from))].iter().map(|written| &self.arrived[written.place as usize])
    }

    /// The sum of the hashes of all deltas of a writer up to `to`; `None` when that is not known, or not known any more.
    #[must_use]
    pub fn sum_to(&self, to: Dot) -> Option<u64> {
        let end = self.base().map(|base| base.end(to.replica)).unwrap_or_default();
        let is_known = end.counter <= to.counter && self.vector.covers(to);
        is_known.then(|| self.written(end.counter, to).fold(end.sum, |sum, delta| sum.wrapping_add(delta.chain.0)))
    }

    /// The base once everything up to `settled` is settled.
    #[must_use]
    pub fn base_at(&self, settled: &VersionVector) -> Base {
        let mut base = self.base().cloned().unwrap_or_default();
        for dot in settled.iter() {
            if let (Some(last), Some(sum)) = (self.get(dot), self.sum_to(dot)) {
                base.settle(dot.replica, End { counter: dot.counter, sum, chain: last.chain });
            }
        }
        base
    }

    /// From now on `base` stands for what it covers and is not held. What had been seen through collected deltas stays seen.
    pub fn stand_on(&mut self, base: Arc<Base>) {
        let (mut kept, mut later) = (0_u64, 0_u64);
        for delta in &self.arrived {
            let sum = if base.covers(delta.dot) { &mut kept } else { &mut later };
            *sum = sum.wrapping_add(delta.chain.0);
        }
        self.vector.merge(&base.vector());
        self.sum = base.sum().wrapping_add(later);
        self.retired = base.sum().wrapping_sub(kept).max(1);
        self.by_key.values_mut().for_each(|log| log.see_what_was_seen(|delta| base.covers(delta.dot)));
        self.base = Outside::new(|| Some(base));
    }

    /// Whether `delta` may come in.
    #[must_use]
    pub fn admit(&self, delta: &Delta) -> Admission {
        self.admit_linked(delta, None)
    }

    /// The same of a delta whose chain hash is known to follow from this one.
    #[must_use]
    pub fn admit_linked(&self, delta: &Delta, link: Option<Digest>) -> Admission {
        let known = self.vector.get(delta.dot.replica);
        if known >= delta.dot.counter {
            let is_same = self.get(delta.dot).is_none_or(|known| known.chain == delta.chain);
            return if is_same { Admission::Known } else { Admission::Forged };
        }
        if known != delta.previous || !self.vector.covers_all(&delta.context) || !self.vector.covers_all(&delta.deps) {
            return Admission::Hole;
        }
        let last = self.chain_of(delta.dot.replica);
        if link == Some(last) || chain(last, delta) == delta.chain { Admission::New } else { Admission::Forged }
    }

    /// Takes a delta in, whatever [`DeltaStore::admit`] says of it.
    pub fn apply(&mut self, delta: Arc<Delta>) {
        self.vector.observe(delta.dot);
        self.sum = self.sum.wrapping_add(delta.chain.0);
        match self.by_key.get_mut(&delta.key) {
            Some(log) => log.push(delta.clone()),
            None => self.by_key.entry(delta.key.clone()).or_default().push(delta.clone()),
        }
        let written = Written { counter: delta.dot.counter, place: self.arrived.len() as u32 };
        self.by_writer.entry(delta.dot.replica).or_default().push(written);
        self.arrived.push(delta);
    }

    /// Counts a delta as known without keeping it. Only what switches a rule off needs this.
    pub fn skip(&mut self, dot: Dot) {
        self.vector.observe(dot);
    }
}

/// How many deltas of a writer go up to `counter`.
fn after(written: &[Written], counter: u64) -> usize {
    written.partition_point(|delta| delta.counter <= counter)
}

/// The hash of a delta's content and of its writer's delta before it.
#[must_use]
pub fn chain(before: Digest, delta: &Delta) -> Digest {
    let mut hasher = Hasher::new(before.0);
    hasher.numbers([delta.dot.replica.0, delta.dot.counter, delta.previous]);
    for vector in [&delta.context, &delta.deps] {
        hasher.number(vector.replica_count() as u64);
        for dot in vector.iter() {
            hasher.numbers([dot.replica.0, dot.counter]);
        }
    }
    hasher.numbers([delta.stamp.wall_ms as u64, u64::from(delta.stamp.logical)]);
    hasher.text(&delta.author.0).text(&delta.key.0);
    hash_operation(&mut hasher, &delta.operation);
    hasher.digest()
}

fn hash_operation(hasher: &mut Hasher, operation: &Operation) {
    use super::delta::{LineChange, Value};
    match operation {
        Operation::Put(Value::Number(number)) => hasher.number(1).number(*number as u64),
        Operation::Put(Value::Text(text)) => hasher.number(2).text(text),
        Operation::Delete => hasher.number(3),
        Operation::SetMode(mode) => hasher.number(4).text(mode.id()),
        Operation::Rule(ruling) => {
            hasher.number(6).number(ruling.of.replica.0).number(ruling.of.counter).number(u64::from(ruling.accepts));
            hasher.number(ruling.term.0).number(ruling.home).number(ruling.sequence)
        }
        Operation::Opaque(opaque) => hasher.number(7).number(u64::from(opaque.tag)).bytes(&opaque.bytes),
        Operation::Cart(item, change) => {
            hasher.number(5).text(&item.0);
            let (tag, count, observed): (u64, u32, &[Dot]) = match change {
                LineChange::Add(count) => (1, *count, &[]),
                LineChange::Set(quantity, observed) => (2, *quantity, observed),
                LineChange::Remove(observed) => (3, 0, observed),
            };
            hasher.numbers([tag, u64::from(count), observed.len() as u64]);
            for dot in observed {
                hasher.numbers([dot.replica.0, dot.counter]);
            }
            hasher
        }
    };
}
