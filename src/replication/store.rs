//! The deltas that one replica holds: in the order of arrival (a linear extension of causal order), by writer and
//! by key. Decides whether a delta may come in; never decides conflicts.

use super::causality::{Dot, VersionVector};
use super::delta::{Delta, Key, Operation};
use super::hash::{Digest, Hasher};
use super::ids::ReplicaId;
use super::key_log::KeyLog;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All deltas of one replica.
#[derive(Clone, Debug, Default)]
pub struct DeltaStore {
    arrived: Vec<Arc<Delta>>,
    /// By writer, counters rising.
    by_writer: BTreeMap<ReplicaId, Vec<Arc<Delta>>>,
    by_key: BTreeMap<Key, KeyLog>,
    vector: VersionVector,
    sum: u64,
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
        let written = self.by_writer.get(&dot.replica)?;
        let after = written.partition_point(|delta| delta.dot.counter <= dot.counter);
        written[..after].last().filter(|delta| delta.dot == dot)
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
        let last = self.by_writer.get(&replica).and_then(|written| written.last());
        last.filter(|delta| delta.dot.counter == self.vector.get(replica)).map(|delta| delta.chain).unwrap_or_default()
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
        self.by_writer.entry(delta.dot.replica).or_default().push(delta.clone());
        self.arrived.push(delta);
    }

    /// Counts a delta as known without keeping it. Only what switches a rule off needs this.
    pub fn skip(&mut self, dot: Dot) {
        self.vector.observe(dot);
    }
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
