//! What the clients saw: every operation with its start, end and outcome. Checkers read nothing else.
//!
//! Records stand in shared chunks, so that a checkpoint copies pointers only.

use crate::limits;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Key, Operation};
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::protocol::Reply;
use crate::replication::time::SimTime;
use std::rc::Rc;

/// Records of a full chunk.
const CHUNK_RECORDS: usize = 128;

/// One operation of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRecord {
    /// Who.
    pub session: SessionId,
    /// Name of the session.
    pub author: Author,
    /// The node that was asked.
    pub node: NodeId,
    /// Which key.
    pub key: Key,
    /// The other keys of a read of several.
    pub also: Vec<Key>,
    /// What was written; `None` for a read.
    pub write: Option<Operation>,
    /// What the session had seen of the key when it asked.
    pub context: VersionVector,
    /// When it was asked.
    pub invoked_at: SimTime,
    /// When the answer came, and which. `None`: still open, or the outcome stays unknown.
    pub closed: Option<(SimTime, Reply)>,
    /// Whether the client gave up waiting: a write may then have taken effect, or may do so later.
    pub is_unknown: bool,
}

impl OperationRecord {
    /// Whether this, asked before `other`, was complete when that began. What ends in the instant in which something else
    /// begins overlaps with it, but not within one session, which asks one thing after another.
    #[must_use]
    pub fn is_complete_before(&self, other: &Self) -> bool {
        let is_own = self.session == other.session;
        self.closed.as_ref().is_some_and(|(at, _)| *at < other.invoked_at || (is_own && *at == other.invoked_at))
    }
}

/// All operations of a run, in the order of asking; the position is the operation's number.
#[derive(Clone, Debug)]
pub struct History {
    chunks: Vec<Rc<Vec<OperationRecord>>>,
    len: usize,
    most: usize,
    is_cut: bool,
}

impl Default for History {
    fn default() -> Self {
        Self::bounded(limits::MAX_HISTORY_OPERATIONS)
    }
}

impl History {
    /// An empty history that holds at most `operations_max`.
    #[must_use]
    pub const fn bounded(operations_max: usize) -> Self {
        Self { chunks: Vec::new(), len: 0, most: operations_max, is_cut: false }
    }

    /// How many operations it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether operations were left out because the bound was reached.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The operation of this number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&OperationRecord> {
        self.chunks.get(number / CHUNK_RECORDS)?.get(number % CHUNK_RECORDS)
    }

    /// All operations, in the order of asking.
    pub fn iter(&self) -> impl Iterator<Item = &OperationRecord> + Clone + '_ {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Whether one more operation fits; if not, notes that one was left out.
    pub fn has_room(&mut self) -> bool {
        self.is_cut |= self.len >= self.most;
        self.len < self.most
    }

    /// Adds an operation and says its number; `None` when there is no room (see [`History::has_room`]).
    pub fn push(&mut self, record: OperationRecord) -> Option<usize> {
        if !self.has_room() {
            return None;
        }
        if self.len.is_multiple_of(CHUNK_RECORDS) {
            self.chunks.push(Rc::new(Vec::with_capacity(CHUNK_RECORDS)));
        }
        let chunk = self.chunks.last_mut().expect("a chunk was added when the last one was full");
        let records = Rc::make_mut(chunk);
        records.push(record);
        self.len += 1;
        Some(self.len - 1)
    }

    /// The operation of this number, to be changed.
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut OperationRecord> {
        let chunk = self.chunks.get_mut(number / CHUNK_RECORDS)?;
        Rc::make_mut(chunk).get_mut(number % CHUNK_RECORDS)
    }
}

impl FromIterator<OperationRecord> for History {
    fn from_iter<I: IntoIterator<Item = OperationRecord>>(records: I) -> Self {
        let mut history = Self::default();
        for record in records {
            history.push(record);
        }
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(at: u64) -> OperationRecord {
        OperationRecord {
            session: SessionId(0),
            author: "Ada".into(),
            node: NodeId(0),
            key: "cart".into(),
            write: None,
            context: VersionVector::new(),
            invoked_at: SimTime(at),
            closed: None,
            also: Vec::new(),
            is_unknown: false,
        }
    }

    #[test]
    fn numbers_are_positions_over_chunks() {
        let history: History = (0..1_000).map(read).collect();
        assert_eq!(history.len(), 1_000);
        assert!(history.iter().enumerate().all(|(number, record)| record.invoked_at.0 == number as u64));
        assert_eq!(history.get(777).map(|record| record.invoked_at), Some(SimTime(777)));
        assert_eq!(history.get(1_000), None);
    }

    #[test]
    fn the_bound_is_kept_and_shown() {
        let mut history = History::bounded(3);
        assert_eq!((0..5).map(|at| history.push(read(at))).collect::<Vec<_>>(), [Some(0), Some(1), Some(2), None, None]);
        assert!(history.is_cut());
    }

    #[test]
    fn closing_an_operation_leaves_a_copy_alone() {
        let mut history: History = (0..10).map(read).collect();
        let copy = history.clone();
        history.get_mut(4).expect("number 4 exists").node = NodeId(9);
        assert_eq!(history.get(4).map(|record| record.node), Some(NodeId(9)));
        assert_eq!(copy.get(4).map(|record| record.node), Some(NodeId(0)));
    }
}
