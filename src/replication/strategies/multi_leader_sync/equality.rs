//! Rule R11: an exchange ends on equality. Equal vectors must have equal hashes of what is held and of what is decided;
//! otherwise the hashes of the keys lead to the one that differs.

use super::picture::hash_content;
use super::{MultiLeaderSync, Out};
use crate::limits;
use crate::replication::IS_OPENING_ALONE;
use crate::replication::delta::{Key, Mode};
use crate::replication::exchange::KeyHashes;
use crate::replication::hash::Hasher;
use crate::replication::key_log::KeyLog;
use crate::replication::modes;
use crate::replication::note::Note;
use crate::replication::store::DeltaStore;

impl MultiLeaderSync {
    pub(super) fn decided_digest(&self) -> u64 {
        decided_digest(self.is_open(), self.mode, &self.store)
    }

    /// What this replica holds and decides, key by key (rule R11).
    pub(super) fn key_hashes(&self) -> Vec<KeyHashes> {
        if IS_OPENING_ALONE {
            return Vec::new();
        }
        let hashes = |(key, log): (&Key, &KeyLog)| KeyHashes {
            key: key.clone(),
            sum: log.deltas.iter().fold(0, |sum, delta| sum.wrapping_add(delta.chain.0)),
            decided: key_digest(self.mode, log),
        };
        self.store.keys().map(hashes).take(limits::MAX_COMPARED_KEYS).collect()
    }

    /// Says which key is not the same at a peer.
    pub(super) fn compare_keys(&mut self, theirs: &[KeyHashes], out: &mut Out) {
        if IS_OPENING_ALONE {
            return;
        }
        let ours = self.key_hashes();
        if let Some(different) = theirs.iter().find(|key| !ours.contains(key)).or_else(|| ours.iter().find(|key| !theirs.contains(key))) {
            let key = different.key.clone();
            self.differs_in = Some(key.clone());
            out.note(|| Note::Told("differs", format!("differs from a peer in {key}")));
        }
    }
}

/// Hash of all decided values; 0 inside the simulation, whose checkers compare them anyway.
pub(super) fn decided_digest(is_open: bool, mode: Mode, store: &DeltaStore) -> u64 {
    if IS_OPENING_ALONE || !is_open {
        return 0;
    }
    let mut hasher = Hasher::new(0);
    for (key, log) in store.keys() {
        hasher.text(&key.0).number(key_digest(mode, log));
    }
    hasher.digest().0
}

/// The add-wins map is at hand; in the other modes a key has few deltas.
fn key_digest(default: Mode, log: &KeyLog) -> u64 {
    let mut hasher = Hasher::new(1);
    if log.is_cart() && modes::mode_of(default, log.settings()) == Mode::AddWins {
        for (item, quantity) in log.quantities() {
            hasher.text(&item.0).number(u64::from(quantity));
        }
    } else if log.deltas.len() <= limits::MAX_DELTAS {
        hash_content(&mut hasher, &modes::decide(default, &log.deltas).content);
    }
    hasher.digest().0
}
