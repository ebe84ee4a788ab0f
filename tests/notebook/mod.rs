//! A replica reduced to its store: writes by hand, pulls from others without any network.

use replicascope::replication::causality::{Dot, VersionVector};
use replicascope::replication::delta::{Author, Item, Key, LineChange, Mode, Operation};
use replicascope::replication::ids::ReplicaId;
use replicascope::replication::modes::decide;
use replicascope::replication::rules::Rules;
use replicascope::replication::store::{Admission, DeltaStore};
use replicascope::replication::time::LocalTime;
use replicascope::replication::view::Decided;
use replicascope::replication::writer::{Intent, Writer, genesis};
use std::sync::Arc;

/// A replica without a network.
#[derive(Clone)]
pub(crate) struct Notebook {
    pub(crate) store: DeltaStore,
    pub(crate) now_ms: i64,
    pub(crate) skew_ms: i64,
    id: ReplicaId,
    author: Author,
    writer: Writer,
}

#[allow(dead_code, reason = "not every test binary needs everything")]
impl Notebook {
    pub(crate) fn new(id: u64, author: &str, before: &[(&str, u32)]) -> Self {
        let mut store = DeltaStore::default();
        let cart: Vec<(Item, u32)> = before.iter().map(|(item, quantity)| (Item::from(*item), *quantity)).collect();
        for delta in genesis(&cart) {
            store.apply(delta);
        }
        Self { store, now_ms: 1_000_000, skew_ms: 0, id: ReplicaId(id), author: Author::from(author), writer: Writer::default() }
    }

    /// What a reader of the cart has seen.
    pub(crate) fn context(&self) -> VersionVector {
        self.store.key(&Key::from("cart")).map(|log| log.seen.clone()).unwrap_or_default()
    }

    /// Changes a line, having just read the cart here.
    pub(crate) fn edit(&mut self, item: &str, change: LineChange) {
        let context = self.context();
        self.edit_having_seen(item, change, context);
    }

    /// Changes a line, having read the cart earlier.
    pub(crate) fn edit_having_seen(&mut self, item: &str, change: LineChange, context: VersionVector) {
        self.put(Operation::Cart(Item::from(item), change), context);
    }

    /// Writes anything to the cart's key.
    pub(crate) fn write(&mut self, operation: Operation) {
        let context = self.context();
        self.put(operation, context);
    }

    fn put(&mut self, operation: Operation, context: VersionVector) {
        let intent = Intent { key: Key::from("cart"), operation, context, author: self.author.clone() };
        let stamp = self.writer.stamp(LocalTime((self.now_ms + self.skew_ms) * 1_000_000));
        let delta = self.writer.mint(self.id, &self.store, stamp, &Rules::default(), intent);
        assert_eq!(self.store.admit(&delta), Admission::New);
        self.store.apply(Arc::new(delta));
    }

    /// The name of this replica's `counter`-th write.
    pub(crate) fn dot(&self, counter: u64) -> Dot {
        Dot { replica: self.id, counter }
    }

    /// Takes in all that `other` has.
    pub(crate) fn pull(&mut self, other: &Self) {
        for delta in other.store.arrived_from(0) {
            match self.store.admit(delta) {
                Admission::Known => {}
                Admission::New => self.store.apply(delta.clone()),
                refused => panic!("{} refused as {refused:?}", delta.dot),
            }
        }
    }

    /// The cart under a mode.
    pub(crate) fn decided(&self, mode: Mode) -> Decided {
        let deltas = self.store.key(&Key::from("cart")).map(|log| log.deltas.as_slice()).unwrap_or_default();
        decide(mode, deltas)
    }
}

/// Both ways.
pub(crate) fn sync(a: &mut Notebook, b: &mut Notebook) {
    b.pull(&a.clone());
    a.pull(b);
}
