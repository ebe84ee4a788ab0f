//! The records as readers see them: the log applied up to a position, entry by entry.

use super::durable::{Cell, Durable};
use super::log::{Entry, Log, Payload, dot_of};
use crate::replication::delta::{Key, Value};
use crate::replication::ids::Lsn;
use std::collections::BTreeMap;

/// What readers see, and which keys the rest of the log writes.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Applied up to here.
    pub(super) applied: Lsn,
    cells: BTreeMap<Key, Cell>,
    /// On a leader: the last position, among those not applied yet, that writes a key.
    heads: BTreeMap<Key, Lsn>,
}

impl State {
    /// The records of a store, applied up to `upto`.
    pub(super) fn rebuilt(kept: &Durable, upto: Lsn) -> Self {
        let mut state = Self { applied: kept.log.base(), cells: kept.base.clone(), heads: BTreeMap::new() };
        state.apply(&kept.log, upto);
        state
    }

    /// Applies the log up to a position.
    pub(super) fn apply(&mut self, log: &Log, upto: Lsn) {
        while self.applied < upto {
            let lsn = self.applied.next();
            let Some(entry) = log.get(lsn) else { return };
            self.applied = lsn;
            if let Payload::Put { key, value, .. } = &entry.payload {
                self.cells.insert(key.clone(), Cell { value: value.clone(), lsn, dot: dot_of(entry.epoch, lsn) });
                if self.heads.get(key) == Some(&lsn) {
                    self.heads.remove(key);
                }
            }
        }
    }

    /// A leader appended this.
    pub(super) fn note_head(&mut self, lsn: Lsn, entry: &Entry) {
        if let Payload::Put { key, .. } = &entry.payload {
            self.heads.insert(key.clone(), lsn);
        }
    }

    /// What the log writes after what is applied, for a leader that begins.
    pub(super) fn find_heads(&mut self, log: &Log) {
        self.heads.clear();
        for (lsn, entry) in log.after(self.applied) {
            self.note_head(lsn, entry);
        }
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Cell> {
        self.cells.get(key)
    }

    /// The value that a write now would replace, applied or not.
    pub(super) fn latest(&self, log: &Log, key: &Key) -> Option<Value> {
        match self.heads.get(key).and_then(|lsn| log.get(*lsn)) {
            Some(entry) => {
                if let Payload::Put { value, .. } = &entry.payload {
                    value.clone()
                } else {
                    None
                }
            }
            None => self.get(key)?.value.clone(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Cell)> {
        self.cells.iter()
    }
}
