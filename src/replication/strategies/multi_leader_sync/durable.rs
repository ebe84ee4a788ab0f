//! What a node's store keeps, and the steps by which it changes. One handler makes at most one record: one
//! transaction.

use crate::replication::base::Base;
use crate::replication::causality::VersionVector;
use crate::replication::delta::Delta;
use crate::replication::ids::{Lsn, ReplicaId, StoreId};
use crate::replication::log::{Entry, Epoch};
use crate::replication::outside::Outside;
use std::sync::Arc;

/// Changes that become durable together.
#[derive(Clone, Debug)]
pub struct Record(pub Vec<Change>);

/// One change of the store.
#[derive(Clone, Debug)]
pub enum Change {
    /// The store's own identity.
    Store(StoreId),
    /// A leadership heard of or taken.
    Epoch(Epoch),
    /// An identity that this store writes under.
    Own(ReplicaId),
    /// The log from `after` on is these entries.
    Log {
        /// Position (initial data not counted) after which everything is replaced.
        after: Lsn,
        /// What follows.
        entries: Vec<Entry<Arc<Delta>>>,
    },
    /// The writes to be handed over to the leader.
    Tail(Vec<Arc<Delta>>),
    /// What the peer that a device is attached to has acknowledged.
    Attached(Attached),
    /// What stands for collected deltas (rule R10). The log without them follows in the same record.
    Base(Outside<Arc<Base>>),
    /// The stores that a hub waits for before it collects, and when it heard of each last: milliseconds since 1970.
    Stores(Outside<Vec<(StoreId, i64)>>),
}

/// The one datacenter, cloud or native peer that must hold a device's writes before they count as confirmed (rule R8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Its store.
    pub store: StoreId,
    /// What it holds durably, as far as it said.
    pub acknowledged: VersionVector,
}

/// What a restart finds.
#[derive(Clone, Debug, Default)]
pub struct Durable {
    /// The store's own identity; the default when it is new.
    pub store_id: StoreId,
    /// The newest leadership heard of.
    pub epoch: Option<Epoch>,
    /// Every identity that this store ever wrote under (rule R9).
    pub own: Vec<ReplicaId>,
    /// The replication log without the initial data.
    pub entries: Vec<Entry<Arc<Delta>>>,
    /// Writes of a lost leadership, not yet in the new leader's log.
    pub tail: Vec<Arc<Delta>>,
    /// Of a device in an open world.
    pub attached: Option<Attached>,
    /// What stands for collected deltas.
    pub base: Outside<Option<Arc<Base>>>,
    /// Of a hub: the stores that it waits for, and when it heard of each last.
    pub stores: Outside<Vec<(StoreId, i64)>>,
}

impl Durable {
    pub(super) fn apply(&mut self, record: &Record) {
        for change in &record.0 {
            match change {
                Change::Store(store_id) => self.store_id = *store_id,
                Change::Epoch(epoch) => self.epoch = Some(*epoch),
                Change::Own(replica) => self.own.push(*replica),
                Change::Log { after, entries } => {
                    self.entries.truncate(after.0 as usize);
                    self.entries.extend(entries.iter().cloned());
                }
                Change::Tail(tail) => self.tail.clone_from(tail),
                Change::Attached(attached) => self.attached = Some(attached.clone()),
                Change::Base(base) => self.base = Outside::new(|| base.get().cloned()),
                Change::Stores(stores) => self.stores.clone_from(stores),
            }
        }
    }
}
