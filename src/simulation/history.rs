//! What the clients saw: every operation with its start, end and outcome. Checkers read nothing else.

use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Key, Operation};
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::protocol::Reply;
use crate::replication::time::SimTime;

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
    /// What was written; `None` for a read.
    pub write: Option<Operation>,
    /// What the session had seen of the key when it asked.
    pub context: VersionVector,
    /// When it was asked.
    pub invoked_at: SimTime,
    /// When the answer came, and which. `None`: still open, or the outcome stays unknown.
    pub closed: Option<(SimTime, Reply)>,
}

/// All operations of a run, in the order of asking.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The operations; the position is the operation's number.
    pub operations: Vec<OperationRecord>,
    /// Set when operations were left out because the bound was reached.
    pub is_cut: bool,
}
