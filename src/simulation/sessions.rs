//! The clients: each asks one thing after another, follows "not the leader" answers, and remembers what it saw.
//! A pure state machine: it says what to ask next, and knows neither nodes nor the network.

use super::command::Action;
use super::edit::{self, Edit, Seen};
use super::history::{History, OperationRecord};
use super::latency::Delay;
use super::setup::{Setup, Workload};
use super::snapshot::SessionSnapshot;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Key, Operation, Value};
use crate::replication::ids::{NodeId, RequestId, SessionId};
use crate::replication::protocol::{Refusal, Reply, Request};
use crate::replication::random::{Purpose, Rng};
use crate::replication::time::{SimDuration, SimTime};
use std::collections::VecDeque;
use std::rc::Rc;

/// How often one request follows a "not the leader" answer.
const REDIRECTS_MAX: u8 = 4;
/// Low bits of a request's number that name its session.
const SESSION_BITS: u32 = 6;

const _: () = assert!(crate::limits::MAX_SESSIONS <= 1 << SESSION_BITS);

/// A request on its way to a node.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) request: RequestId,
    pub(super) node: NodeId,
    pub(super) asked: Request,
}

/// What a client does next.
pub(super) enum Next {
    /// It asks.
    Ask(Ask),
    /// Its last operation took no time: its loop rests, so that time can pass.
    Rest(SessionId),
    /// It waits for a command.
    Nothing,
}

/// An answer was taken in.
pub(super) struct Closed {
    /// The operation in the history, when it ended and is recorded there.
    pub(super) operation: Option<u64>,
    pub(super) next: Next,
}

/// All clients, and the history of what they saw.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    list: Vec<Client>,
    /// First node and number of nodes, by site.
    sites: Vec<(u16, u16)>,
    pub(super) history: History,
    cart: Key,
    request_count: u64,
    value_count: i64,
}

#[derive(Clone, Debug)]
struct Client {
    author: Author,
    site: usize,
    access: Option<Delay>,
    access_rng: Rng,
    /// The key of its loop, if it has one.
    looping: Option<Key>,
    reads_next: bool,
    actions: VecDeque<Action>,
    open: Option<Open>,
    /// The node that it talks to.
    node: NodeId,
    seen: Option<Rc<Seen>>,
    trouble: Option<Refusal>,
}

/// The request under way.
#[derive(Clone, Debug)]
struct Open {
    request: RequestId,
    task: Task,
    operation: Option<usize>,
    invoked_at: SimTime,
    place: Place,
    redirect_count: u8,
    unreachable_count: u16,
}

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    ToNode,
    AtNode,
    ToClient,
}

/// What a request is for.
#[derive(Clone, Debug)]
enum Task {
    /// A write of the loop.
    LoopWrite(i64),
    /// A read of the loop.
    LoopRead,
    /// [`Action::Look`].
    Look,
    /// The read that precedes an edit.
    ReadFor(Action),
    /// The write of an edit.
    Write(Box<Edit>),
}

impl Sessions {
    /// The clients of a checked setup.
    pub(super) fn new(setup: &Setup, seed: u64, history: History) -> Self {
        let mut first = 0;
        let sites: Vec<(u16, u16)> = setup
            .sites
            .iter()
            .map(|site| {
                first += site.node_count;
                (first - site.node_count, site.node_count)
            })
            .collect();
        let client = |(index, session): (u64, &super::setup::Session)| Client {
            author: session.author.clone(),
            site: session.site.index(),
            access: session.access.map(Delay::from),
            access_rng: Rng::stream(seed, Purpose::Latency, (1 << 32) | index),
            looping: match &session.workload {
                Workload::Idle => None,
                Workload::Alternate { key } => Some(key.clone()),
            },
            reads_next: false,
            actions: VecDeque::new(),
            open: None,
            node: NodeId(sites[session.site.index()].0),
            seen: None,
            trouble: None,
        };
        let mut list: Vec<Client> = (0..).zip(&setup.sessions).map(client).collect();
        share_keys(&mut list);
        Self { list, sites, history, cart: edit::cart_key(), request_count: 0, value_count: 0 }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = SessionId> + use<> {
        (0..self.list.len() as u16).map(SessionId)
    }

    /// A command asks a session to act; it does once it is done with what came before.
    pub(super) fn act(&mut self, session: SessionId, action: Action, now: SimTime) -> Next {
        self.list[session.index()].actions.push_back(action);
        self.go_on(session, now)
    }

    /// Starts the next thing, unless one is under way.
    pub(super) fn go_on(&mut self, session: SessionId, now: SimTime) -> Next {
        if self.list[session.index()].open.is_some() {
            return Next::Nothing;
        }
        match self.next_task(session) {
            Some(task) => self.begin(session, task, now),
            None => Next::Nothing,
        }
    }

    fn next_task(&mut self, session: SessionId) -> Option<Task> {
        let client = &mut self.list[session.index()];
        while let Some(action) = client.actions.pop_front() {
            match (&action, &client.seen) {
                (Action::Look, _) => return Some(Task::Look),
                (Action::Resolve { .. }, Some(seen)) => {
                    if let Some(edit) = edit::write_for(&action, seen) {
                        return Some(Task::Write(Box::new(edit)));
                    }
                }
                _ => return Some(Task::ReadFor(action)),
            }
        }
        client.looping.as_ref()?;
        let reads = client.reads_next;
        client.reads_next = !reads;
        if reads {
            return Some(Task::LoopRead);
        }
        self.value_count += 1;
        Some(Task::LoopWrite(self.value_count))
    }

    /// Opens an operation and asks for it.
    fn begin(&mut self, session: SessionId, task: Task, now: SimTime) -> Next {
        let request = self.next_request(session);
        let client = &self.list[session.index()];
        let asked = client.request_for(&task, &self.cart);
        let operation = if self.history.has_room() { self.history.push(client.record(session, &asked, now)) } else { None };
        let client = &mut self.list[session.index()];
        let node = client.node;
        client.open =
            Some(Open { request, task, operation, invoked_at: now, place: Place::ToNode, redirect_count: 0, unreachable_count: 0 });
        Next::Ask(Ask { request, node, asked })
    }

    const fn next_request(&mut self, session: SessionId) -> RequestId {
        let request = RequestId(self.request_count << SESSION_BITS | session.0 as u64);
        self.request_count += 1;
        request
    }

    fn client_of(&mut self, request: RequestId) -> Option<&mut Client> {
        self.list.get_mut(session_of(request).index())
    }

    /// One-way time between the client of `request` and a node; `None` when it sits there.
    pub(super) fn draw_access(&mut self, request: RequestId) -> Option<SimDuration> {
        let client = self.client_of(request)?;
        client.access.map(|access| access.draw(&mut client.access_rng))
    }

    /// The request reached its node.
    pub(super) fn on_arrival(&mut self, request: RequestId) {
        self.set_place(request, Place::AtNode);
    }

    /// The node answered.
    pub(super) fn on_departure(&mut self, request: RequestId) {
        self.set_place(request, Place::ToClient);
    }

    fn set_place(&mut self, request: RequestId, place: Place) {
        let open = self.client_of(request).and_then(|client| client.open.as_mut());
        if let Some(open) = open.filter(|open| open.request == request) {
            open.place = place;
        }
    }

    /// The answer reached the client. `None`: it does not wait for this one any more.
    pub(super) fn on_answer(&mut self, request: RequestId, reply: Reply, now: SimTime) -> Option<Closed> {
        let session = session_of(request);
        let open = self.client_of(request)?.open.take_if(|open| open.request == request)?;
        if let Reply::Refused(refusal) = reply
            && let Some(node) = self.elsewhere(session, &open, refusal)
        {
            return Some(Closed { operation: None, next: self.ask_again(session, open, node, refusal) });
        }
        let edit = self.list[session.index()].take_in(&open.task, &reply);
        if let Some(record) = open.operation.and_then(|number| self.history.get_mut(number)) {
            record.closed = Some((now, reply));
        }
        let next = match edit {
            Some(edit) => self.begin(session, Task::Write(Box::new(edit)), now),
            None if open.is_of_loop() && open.invoked_at == now => Next::Rest(session),
            None => self.go_on(session, now),
        };
        Some(Closed { operation: open.operation.map(|number| number as u64), next })
    }

    /// Where to ask after a refusal that names or implies another node.
    fn elsewhere(&self, session: SessionId, open: &Open, refusal: Refusal) -> Option<NodeId> {
        let client = &self.list[session.index()];
        let (first, count) = self.sites[client.site];
        match refusal {
            Refusal::NotLeader(node) => {
                let node_count: u16 = self.sites.iter().map(|(_, count)| count).sum();
                (open.redirect_count < REDIRECTS_MAX && node.0 < node_count).then_some(node)
            }
            Refusal::Unreachable => {
                let position = client.node.0.checked_sub(first).filter(|position| *position < count);
                let following = position.map_or(0, |position| (position + 1) % count);
                (open.unreachable_count + 1 < count).then_some(NodeId(first + following))
            }
            Refusal::Full | Refusal::Behind | Refusal::Unsupported => None,
        }
    }

    fn ask_again(&mut self, session: SessionId, mut open: Open, node: NodeId, refusal: Refusal) -> Next {
        open.request = self.next_request(session);
        open.place = Place::ToNode;
        match refusal {
            Refusal::NotLeader(_) => open.redirect_count += 1,
            _ => open.unreachable_count += 1,
        }
        if let Some(record) = open.operation.and_then(|number| self.history.get_mut(number)) {
            record.node = node;
        }
        let client = &mut self.list[session.index()];
        client.node = node;
        let ask = Ask { request: open.request, node, asked: client.request_for(&open.task, &self.cart) };
        client.open = Some(open);
        Next::Ask(ask)
    }

    /// A node crashed: what it was working on has an unknown outcome, and its clients go on.
    pub(super) fn abandon_at(&mut self, node: NodeId, now: SimTime) -> Vec<Next> {
        let mut nexts = Vec::new();
        for session in self.ids() {
            let client = &mut self.list[session.index()];
            let waits_there = client.node == node && client.open.as_ref().is_some_and(|open| open.place == Place::AtNode);
            if !waits_there {
                continue;
            }
            client.open = None;
            client.trouble = Some(Refusal::Unreachable);
            let rests = client.actions.is_empty() && client.looping.is_some();
            nexts.push(if rests { Next::Rest(session) } else { self.go_on(session, now) });
        }
        nexts
    }

    pub(super) fn snapshots(&self) -> Vec<SessionSnapshot> {
        let snapshot = |(session, client): (SessionId, &Client)| SessionSnapshot {
            session,
            node: client.node,
            open_count: u32::from(client.open.is_some()) + client.actions.len() as u32,
            seen: client.seen.as_ref().map(|seen| seen.decided.clone()),
            trouble: client.trouble,
        };
        self.ids().zip(&self.list).map(snapshot).collect()
    }
}

impl Client {
    fn request_for(&self, task: &Task, cart: &Key) -> Request {
        let looping = || self.looping.clone().unwrap_or_else(|| cart.clone());
        match task {
            Task::LoopRead => Request::Read { key: looping() },
            Task::LoopWrite(number) => self.write(looping(), Operation::Put(Value::Number(*number)), VersionVector::new()),
            Task::Look | Task::ReadFor(_) => Request::Read { key: cart.clone() },
            Task::Write(edit) => self.write(cart.clone(), edit.operation.clone(), edit.context.clone()),
        }
    }

    fn write(&self, key: Key, operation: Operation, context: VersionVector) -> Request {
        Request::Write { key, operation, context, author: self.author.clone() }
    }

    fn record(&self, session: SessionId, asked: &Request, now: SimTime) -> OperationRecord {
        let (key, write, context) = match asked {
            Request::Read { key } => (key, None, VersionVector::new()),
            Request::Write { key, operation, context, .. } => (key, Some(operation.clone()), context.clone()),
        };
        let (author, key) = (self.author.clone(), key.clone());
        OperationRecord { session, author, node: self.node, key, write, context, invoked_at: now, closed: None }
    }

    /// Remembers what an answer shows, and says what to write because of it.
    fn take_in(&mut self, task: &Task, reply: &Reply) -> Option<Edit> {
        self.trouble = match reply {
            Reply::Refused(refusal) => Some(*refusal),
            Reply::Value { .. } | Reply::State { .. } | Reply::Written { .. } => None,
        };
        match task {
            Task::Look => {
                self.seen = Seen::from_reply(reply).map(Rc::new).or_else(|| self.seen.take());
                None
            }
            Task::ReadFor(action) => edit::write_for(action, &Seen::from_reply(reply)?),
            Task::LoopRead | Task::LoopWrite(_) | Task::Write(_) => None,
        }
    }
}

impl Open {
    const fn is_of_loop(&self) -> bool {
        matches!(self.task, Task::LoopRead | Task::LoopWrite(_))
    }
}

/// Lets clients with the same key share it, so that replicas mostly compare pointers.
fn share_keys(list: &mut [Client]) {
    for index in 1..list.len() {
        let (before, rest) = list.split_at_mut(index);
        if let Some(key) = before.iter().filter_map(|client| client.looping.as_ref()).find(|key| Some(*key) == rest[0].looping.as_ref()) {
            rest[0].looping = Some(key.clone());
        }
    }
}

/// Whose request it is.
pub(super) const fn session_of(request: RequestId) -> SessionId {
    SessionId((request.0 & ((1 << SESSION_BITS) - 1)) as u16)
}
