//! Mints deltas for one replica: identity, counter, hash chain and clock (rules R3 and R7).

use super::causality::{Dot, VersionVector};
use super::clock::HybridClock;
use super::delta::{Author, Delta, Item, Key, LineChange, Operation};
use super::hash::Digest;
use super::ids::ReplicaId;
use super::modes;
use super::rules::Rules;
use super::store::{DeltaStore, chain};
use super::time::LocalTime;
use std::sync::Arc;

/// The identity under which every replica holds its initial data.
pub const GENESIS: ReplicaId = ReplicaId(1);

/// What a client asks to be written.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Which record.
    pub key: Key,
    /// What.
    pub operation: Operation,
    /// What the client had seen of the record.
    pub context: VersionVector,
    /// Who.
    pub author: Author,
}

/// The writing side of one replica.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    /// The identity, once minted.
    pub replica: Option<ReplicaId>,
    /// Its clock.
    pub clock: HybridClock,
}

impl Writer {
    /// Makes a delta out of what a client asks. The identity must have been minted.
    pub fn mint(&self, replica: ReplicaId, store: &DeltaStore, stamp: super::clock::Stamp, rules: &Rules, intent: Intent) -> Delta {
        let previous = store.vector().get(replica);
        let consumes_dot = rules.removes_consume_dot || !is_removal(&intent.operation);
        let counter = if consumes_dot { previous + 1 } else { previous.max(1) };
        let operation = with_observed(store, &intent);
        let mut delta = Delta {
            dot: Dot { replica, counter },
            previous,
            context: intent.context,
            deps: store.vector().clone(),
            stamp,
            author: intent.author,
            key: intent.key,
            operation,
            chain: Digest::default(),
        };
        delta.chain = chain(store.chain_of(replica), &delta);
        delta
    }

    /// The stamp of a write accepted now.
    pub fn stamp(&mut self, local: LocalTime) -> super::clock::Stamp {
        self.clock.tick(local)
    }
}

/// The deltas that every replica starts with: one set for each line of the initial cart.
#[must_use]
pub fn genesis(cart: &[(Item, u32)]) -> Vec<Arc<Delta>> {
    let mut store = DeltaStore::default();
    let writer = Writer::default();
    for (item, quantity) in cart {
        let intent = Intent {
            key: Key::from("cart"),
            operation: Operation::Cart(item.clone(), LineChange::Set(*quantity, Vec::new())),
            context: store.vector().clone(),
            author: Author::from("before"),
        };
        let delta = writer.mint(GENESIS, &store, super::clock::Stamp::default(), &Rules::default(), intent);
        store.apply(Arc::new(delta));
    }
    store.arrived_from(0).to_vec()
}

const fn is_removal(operation: &Operation) -> bool {
    matches!(operation, Operation::Delete | Operation::Cart(_, LineChange::Remove(_)))
}

/// The dots that a set or remove drops are those that its *writer* had seen and that survived for them. They are
/// taken from what is stored here: a client's word is not needed.
fn with_observed(store: &DeltaStore, intent: &Intent) -> Operation {
    let Operation::Cart(item, change) = &intent.operation else { return intent.operation.clone() };
    let observed = || observed_by(store, intent, item);
    let change = match change {
        LineChange::Add(count) => LineChange::Add(*count),
        LineChange::Set(quantity, _) => LineChange::Set(*quantity, observed()),
        LineChange::Remove(_) => LineChange::Remove(observed()),
    };
    Operation::Cart(item.clone(), change)
}

fn observed_by(store: &DeltaStore, intent: &Intent, item: &Item) -> Vec<Dot> {
    let Some(log) = store.key(&intent.key) else { return Vec::new() };
    if !super::IS_OPENING_ALONE && intent.context.covers_all(&log.seen) {
        return log.survivors(item).iter().map(|survivor| survivor.dot).collect();
    }
    let line: Vec<Arc<Delta>> = log.deltas.iter().filter(|delta| delta.item() == Some(item)).cloned().collect();
    modes::surviving_dots(&line, |delta| intent.context.covers(delta.dot))
}
