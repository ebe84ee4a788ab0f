//! What a replica that has collected tells another one first (rule R10): how far every writer is settled, which settled
//! deltas it kept, and those of them that the other lacks. It travels in parts, and counts once all have come.
//!
//! Joining two replicas is a join in a semilattice: known are the deltas that either knows, collected those that either
//! has collected. So the order in which replicas meet does not matter.

use super::base::{Base, End};
use super::causality::{Dot, VersionVector};
use super::delta::Delta;
use super::hash::Hasher;
use super::ids::ReplicaId;
use super::store::DeltaStore;
use crate::limits;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// One writer in a part: several entries of one writer add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The writer.
    pub replica: ReplicaId,
    /// How far it is settled.
    pub end: End,
    /// Counters of its deltas that were kept, rising.
    pub kept: Vec<u64>,
}

/// One message of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePart {
    /// The sender's round: the answer names it.
    pub round: u32,
    /// The same in all parts that belong together.
    pub stamp: u64,
    /// The how-manieth part this is, from 0.
    pub index: u32,
    /// How many there are.
    pub count: u32,
    /// Writers.
    pub settled: Vec<Settled>,
    /// Kept deltas that the receiver lacks, in causal order.
    pub deltas: Vec<Arc<Delta>>,
}

impl StatePart {
    fn size(&self) -> usize {
        self.deltas.len() + self.settled.iter().map(|settled| 1 + settled.kept.len()).sum::<usize>()
    }
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// How far every writer is settled.
    pub base: Base,
    /// The settled deltas that were kept.
    pub kept: BTreeSet<Dot>,
    /// Those of them that the receiver lacked, in causal order.
    pub deltas: Vec<Arc<Delta>>,
}

/// What a replica becomes.
#[derive(Clone, Debug)]
pub struct Joined {
    /// What stands for collected deltas from now on.
    pub base: Base,
    /// Held deltas that the other has collected.
    pub gone: BTreeSet<Dot>,
    /// Deltas to be appended, in this order.
    pub news: Vec<Arc<Delta>>,
}

/// Why a state cannot be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjoinable {
    /// Another content is known under this dot (rule R3).
    Forged(Dot),
    /// It does not hang together, or lacks what the receiver lacks.
    Unsound,
}

/// The parts for a receiver that knows `theirs`. Empty when nothing was collected.
#[must_use]
pub fn parts(store: &DeltaStore, theirs: &VersionVector) -> VecDeque<StatePart> {
    let Some(base) = store.base() else { return VecDeque::new() };
    let mut parts: VecDeque<StatePart> = VecDeque::new();
    for settled in settled(store, base).chunks(limits::MAX_STATE_WRITERS) {
        parts.push_back(StatePart { round: 0, stamp: 0, index: 0, count: 0, settled: settled.to_vec(), deltas: Vec::new() });
    }
    let lacking = store.arrived_from(0).iter().filter(|delta| base.covers(delta.dot) && !theirs.covers(delta.dot));
    for deltas in packed(lacking) {
        parts.push_back(StatePart { round: 0, stamp: 0, index: 0, count: 0, settled: Vec::new(), deltas });
    }
    let (stamp, count) = (stamp(store.retired(), base, theirs), parts.len() as u32);
    for (index, part) in (0..).zip(&mut parts) {
        (part.stamp, part.index, part.count) = (stamp, index, count);
    }
    parts
}

/// The writers with what was kept of each, none with too much for a message.
fn settled(store: &DeltaStore, base: &Base) -> Vec<Settled> {
    let mut kept: BTreeMap<ReplicaId, Vec<u64>> = BTreeMap::new();
    for delta in store.arrived_from(0).iter().filter(|delta| base.covers(delta.dot)) {
        kept.entry(delta.dot.replica).or_default().push(delta.dot.counter);
    }
    let mut settled = Vec::new();
    for (replica, end) in base.ends() {
        let counters = kept.remove(&replica).unwrap_or_default();
        settled.push(Settled { replica, end, kept: Vec::new() });
        let pieces = counters.chunks(limits::MAX_STATE_KEPT).map(|piece| Settled { replica, end, kept: piece.to_vec() });
        settled.extend(pieces);
    }
    settled
}

/// Deltas by messages: no more than a batch may have.
fn packed<'a>(deltas: impl Iterator<Item = &'a Arc<Delta>>) -> Vec<Vec<Arc<Delta>>> {
    let (mut packs, mut bytes): (Vec<Vec<Arc<Delta>>>, usize) = (Vec::new(), 0);
    for delta in deltas {
        bytes += delta.bytes_most();
        match packs.last_mut() {
            Some(pack) if pack.len() < limits::MAX_BATCH_DELTAS && bytes <= limits::MAX_BATCH_BYTES => pack.push(delta.clone()),
            _ => {
                bytes = delta.bytes_most();
                packs.push(vec![delta.clone()]);
            }
        }
    }
    packs
}

fn stamp(retired: u64, base: &Base, theirs: &VersionVector) -> u64 {
    let mut hasher = Hasher::new(retired);
    for (replica, end) in base.ends() {
        hasher.numbers([replica.0, end.counter, end.sum]);
    }
    for dot in theirs.iter() {
        hasher.numbers([dot.replica.0, dot.counter]);
    }
    hasher.digest().0
}

/// Parts that have come, until all are there.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// Of which state, and how many parts it has.
    awaited: (u64, u32),
    size: usize,
    parts: BTreeMap<u32, Arc<StatePart>>,
}

impl Incoming {
    /// Takes a part in; all of it once the last has come. More than a replica may hold is thrown away.
    pub fn take(&mut self, part: &Arc<StatePart>) -> Option<State> {
        if self.awaited != (part.stamp, part.count) {
            *self = Self { awaited: (part.stamp, part.count), size: 0, parts: BTreeMap::new() };
        }
        self.size += part.size();
        self.size -= self.parts.insert(part.index, part.clone()).map_or(0, |before| before.size());
        if self.size > limits::MAX_STATE_SIZE {
            *self = Self::default();
            return None;
        }
        if self.parts.len() < part.count as usize {
            return None;
        }
        let mut state = State::default();
        self.size = 0;
        for part in std::mem::take(&mut self.parts).into_values() {
            for Settled { replica, end, kept } in &part.settled {
                state.base.settle(*replica, *end);
                state.kept.extend(kept.iter().map(|counter| Dot { replica: *replica, counter: *counter }));
            }
            state.deltas.extend(part.deltas.iter().cloned());
        }
        Some(state)
    }
}

/// What the replica that holds `store` becomes by learning of `state`; `None` when nothing changes.
///
/// # Errors
/// The state contradicts what is held, or itself.
pub fn join(store: &DeltaStore, state: &State) -> Result<Option<Joined>, Unjoinable> {
    check_sound(store, state)?;
    check_same(store, state)?;
    let is_gone = |delta: &&Arc<Delta>| state.base.covers(delta.dot) && !state.kept.contains(&delta.dot);
    let gone: BTreeSet<Dot> = store.arrived_from(0).iter().filter(is_gone).map(|delta| delta.dot).collect();
    let news: Vec<Arc<Delta>> = state.deltas.iter().filter(|delta| !store.vector().covers(delta.dot)).cloned().collect();
    let mut base = store.base().cloned().unwrap_or_default();
    state.base.ends().for_each(|(replica, end)| base.settle(replica, end));
    let is_same = gone.is_empty() && news.is_empty() && store.base() == Some(&base);
    Ok((!is_same).then_some(Joined { base, gone, news }))
}

/// What is settled is closed under causes, and what was kept and is lacking has come along.
fn check_sound(store: &DeltaStore, state: &State) -> Result<(), Unjoinable> {
    let settled = state.base.vector();
    let is_closed =
        |delta: &Arc<Delta>| state.kept.contains(&delta.dot) && settled.covers_all(&delta.deps) && settled.covers_all(&delta.context);
    let come: BTreeSet<Dot> = state.deltas.iter().map(|delta| delta.dot).collect();
    let is_at_hand = |dot: &Dot| settled.covers(*dot) && (store.vector().covers(*dot) || come.contains(dot));
    let is_sound = state.deltas.iter().all(is_closed) && state.kept.iter().all(is_at_hand) && come.len() == state.deltas.len();
    if is_sound { Ok(()) } else { Err(Unjoinable::Unsound) }
}

/// Nothing is given away for another content than the one that is held: where both can tell, the sums of the hashes up to
/// the settled end must be equal.
fn check_same(store: &DeltaStore, state: &State) -> Result<(), Unjoinable> {
    for (replica, end) in state.base.ends() {
        if store.sum_to(Dot { replica, counter: end.counter }).is_some_and(|sum| sum != end.sum) {
            return Err(Unjoinable::Forged(Dot { replica, counter: end.counter }));
        }
    }
    let is_other = |delta: &&Arc<Delta>| store.get(delta.dot).is_some_and(|held| held.chain != delta.chain);
    state.deltas.iter().find(is_other).map_or(Ok(()), |delta| Err(Unjoinable::Forged(delta.dot)))
}
