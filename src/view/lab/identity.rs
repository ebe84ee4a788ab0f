//! What the replica is to others: its identities, its version vector, its log.

use super::{Who, changes::change};
use crate::replication::delta::Delta;
use crate::replication::ids::{ReplicaId, StoreId};
use crate::replication::view::ReplicaView;
use std::sync::Arc;

/// The latest entries of the log that are shown, and the entries of a vector.
const SHOWN: usize = 40;

/// Identities, vector and log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// What it writes under.
    pub replica: String,
    /// Its store.
    pub store: String,
    /// Hash over all that it holds.
    pub hash: String,
    /// The version vector: replica and counter, those with the most writes first.
    pub vector: Vec<(String, u64)>,
    /// Its length.
    pub vector_count: usize,
    /// The latest entries, latest first.
    pub log: Vec<LogLine>,
    /// Its length.
    pub log_count: usize,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its position.
    pub position: usize,
    /// The name of the write.
    pub dot: String,
    /// Who.
    pub author: String,
    /// What.
    pub what: String,
    /// When.
    pub at: String,
}

/// What is to be read of a replica.
#[must_use]
pub fn identity(replica: Option<ReplicaId>, store: Option<StoreId>, view: &ReplicaView, log: &[Arc<Delta>], who: &Who) -> Identity {
    let mut dots: Vec<_> = view.vector.iter().collect();
    let vector_count = dots.len();
    dots.sort_unstable_by_key(|dot| (std::cmp::Reverse(dot.counter), dot.replica));
    let vector = dots.iter().take(SHOWN).map(|dot| (dot.replica.to_string(), dot.counter)).collect();
    let line = |(index, delta): (usize, &Arc<Delta>)| LogLine {
        position: index + 1,
        dot: delta.dot.to_string(),
        author: who.author(&delta.author.0).to_owned(),
        what: change(delta),
        at: who.time(delta.stamp.wall_ms),
    };
    Identity {
        replica: replica.map_or_else(|| "minted at the first write".to_owned(), |replica| format!("{:016x}", replica.0)),
        store: store.filter(|store| store.0 != 0).map_or_else(|| "not yet".to_owned(), |store| format!("{:016x}", store.0)),
        hash: format!("{:016x}", view.hash),
        vector,
        vector_count,
        log: log.iter().enumerate().rev().take(SHOWN).map(line).collect(),
        log_count: log.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lab::example;

    #[test]
    fn the_log_is_read_from_its_end() {
        let pair = example::pair();
        let who = Who { name: example::ME.to_owned(), offset_ms: 0 };
        let shown = identity(pair.device.replica_id(), Some(pair.device.store_id()), &pair.device.view(), &pair.log(), &who);
        let read: Vec<_> = shown.log.iter().map(|line| (line.position, line.author.as_str(), line.what.as_str())).collect();
        assert_eq!(read[0], (5, "you", "Note: “Buy early”"));
        assert_eq!(read[1], (4, "Ana", "removal of eggs"));
        assert_eq!(shown.vector.iter().map(|(_, counter)| *counter).collect::<Vec<_>>(), [4, 1]);
        assert_eq!((shown.replica.len(), shown.store.len()), (16, 16));
    }

    #[test]
    fn a_new_device_has_no_identity_yet() {
        let pair = example::Pair::new();
        let shown = identity(None, None, &pair.device.view(), &pair.log(), &Who::default());
        assert_eq!((shown.replica.as_str(), shown.log_count), ("minted at the first write", 0));
    }
}
