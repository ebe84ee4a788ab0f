//! One client: what it wants, what it has seen, and the requests that follow from both. A session is one client; it
//! asks one thing after another.

use super::command::Action;
use super::edit::{self, Edit, Seen};
use super::history::OperationRecord;
use super::latency::Delay;
use super::setup::ReadRule;
use super::workload::Load;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Key, Operation, Value};
use crate::replication::ids::{NodeId, RequestId, SessionId};
use crate::replication::protocol::{Condition, Freshness, Refusal, Reply, Request, Token};
use crate::replication::random::Rng;
use crate::replication::time::SimTime;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) author: Author,
    pub(super) site: usize,
    /// The first session of the same person: what they share is kept there.
    pub(super) person: usize,
    pub(super) access: Option<Delay>,
    pub(super) access_rng: Rng,
    pub(super) choice_rng: Rng,
    pub(super) reads: ReadRule,
    pub(super) load: Load,
    /// Operations of an open loop that wait for their turn.
    pub(super) due_count: u32,
    pub(super) actions: VecDeque<Action>,
    pub(super) open: Option<Open>,
    /// Whom it writes to: the leader, as far as it knows.
    pub(super) leader: NodeId,
    pub(super) pinned: Option<NodeId>,
    pub(super) wrote_at: Option<SimTime>,
    pub(super) token: Token,
    pub(super) seen: Option<Rc<Seen>>,
    /// What it has seen of plain keys.
    pub(super) contexts: BTreeMap<Key, VersionVector>,
    pub(super) trouble: Option<Refusal>,
}

/// The operation under way.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) request: RequestId,
    pub(super) task: Task,
    pub(super) node: NodeId,
    pub(super) freshness: Freshness,
    pub(super) operation: Option<usize>,
    pub(super) invoked_at: SimTime,
    pub(super) place: Place,
    pub(super) redirect_count: u8,
    pub(super) unreachable_count: u16,
    /// Holders that could not answer this read: one bit each.
    pub(super) asked: u64,
    pub(super) retry_count: u8,
}

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    ToNode,
    AtNode,
    ToClient,
    /// With the client, which asks again after a pause.
    Pausing,
}

/// What a request is for.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// A write of the workload.
    LoopWrite(Rc<Key>, i64),
    /// A read of the workload.
    LoopRead(Rc<Key>),
    /// [`Action::Look`].
    Look,
    /// The read that precedes an edit of the cart.
    ReadFor(Action),
    /// The write of an edit.
    Write(Box<Edit>),
    /// An action on plain keys.
    Plain(Action),
}

impl Task {
    pub(super) const fn is_of_loop(&self) -> bool {
        matches!(self, Self::LoopRead(_) | Self::LoopWrite(..))
    }

    pub(super) const fn is_read(&self) -> bool {
        let is_plain_read = matches!(self, Self::Plain(Action::Get { .. } | Action::GetMany { .. }));
        is_plain_read || matches!(self, Self::LoopRead(_) | Self::Look | Self::ReadFor(_))
    }
}

impl Client {
    pub(super) fn request_for(&self, task: &Task, freshness: Freshness, cart: &Key) -> Request {
        let read = |key: &Key| Request::Read { key: key.clone(), freshness };
        match task {
            Task::LoopRead(key) => read(key),
            Task::LoopWrite(key, number) => self.write(key, Operation::Put(Value::Number(*number)), None, VersionVector::new()),
            Task::Look | Task::ReadFor(_) => read(cart),
            Task::Write(edit) => self.write(cart, edit.operation.clone(), None, edit.context.clone()),
            Task::Plain(action) => self.plain_request(action, freshness),
        }
    }

    fn plain_request(&self, action: &Action, freshness: Freshness) -> Request {
        let context = |key: &Key| self.contexts.get(key).cloned().unwrap_or_default();
        match action {
            Action::GetMany { keys } => Request::ReadMany { keys: keys.clone(), freshness },
            Action::Put { key, value } => self.write(key, Operation::Put(value.clone()), None, context(key)),
            Action::PutIf { key, expected, value } => {
                let condition = Some(Box::new(Condition::Equals(expected.clone())));
                self.write(key, Operation::Put(value.clone()), condition, context(key))
            }
            Action::Delete { key } => self.write(key, Operation::Delete, None, context(key)),
            Action::Get { key } => Request::Read { key: key.clone(), freshness },
            // Actions on the cart never become plain tasks.
            _ => Request::Read { key: edit::cart_key(), freshness },
        }
    }

    fn write(&self, key: &Key, operation: Operation, condition: Option<Box<Condition>>, context: VersionVector) -> Request {
        Request::Write { key: key.clone(), operation, condition, context, author: self.author.clone() }
    }

    /// The record of an operation that begins.
    pub(super) fn record(&self, session: SessionId, node: NodeId, asked: &Request, now: SimTime) -> OperationRecord {
        let (key, also, write, context) = match asked {
            Request::Read { key, .. } => (key.clone(), Vec::new(), None, VersionVector::new()),
            Request::ReadMany { keys, .. } => (keys[0].clone(), keys[1..].to_vec(), None, VersionVector::new()),
            Request::Write { key, operation, context, .. } => (key.clone(), Vec::new(), Some(operation.clone()), context.clone()),
        };
        let author = self.author.clone();
        OperationRecord { session, author, node, key, also, write, context, invoked_at: now, closed: None, is_unknown: false }
    }

    /// Remembers what an answer shows, and says what to write because of it.
    pub(super) fn take_in(&mut self, task: &Task, reply: &Reply, now: SimTime) -> Option<Edit> {
        self.trouble = if let Reply::Refused(refusal) = reply { Some(*refusal) } else { None };
        match reply {
            Reply::Written { token, .. } => {
                self.wrote_at = Some(now);
                self.token = self.token.max(*token);
            }
            Reply::Value { token, .. } => self.token = self.token.max(*token),
            Reply::State { .. } | Reply::Values(_) | Reply::Siblings { .. } | Reply::Refused(_) => {}
        }
        match task {
            Task::Look => {
                self.seen = Seen::from_reply(reply).map(Rc::new).or_else(|| self.seen.take());
                None
            }
            Task::ReadFor(action) => edit::write_for(action, &Seen::from_reply(reply)?),
            Task::Plain(action) => {
                self.remember_context(action, reply);
                None
            }
            Task::LoopRead(_) | Task::LoopWrite(..) | Task::Write(_) => None,
        }
    }

    /// Keeps what was seen of a plain key for the next write to it.
    fn remember_context(&mut self, action: &Action, reply: &Reply) {
        let (Action::Get { key } | Action::Put { key, .. } | Action::PutIf { key, .. } | Action::Delete { key }) = action else { return };
        if let Reply::State { context, .. } | Reply::Siblings { context, .. } | Reply::Written { context, .. } = reply {
            self.contexts.insert(key.clone(), context.clone());
        }
    }
}
