//! The clients: each asks one thing after another, follows "not the leader" answers, and remembers what it saw.
//! A pure state machine: it says what to ask next, and knows neither nodes nor the network.

use super::client::{Client, Open, Place, Task};
use super::command::Action;
use super::dials::{CLIENT_RETRIES, CLIENT_TIMEOUT};
use super::edit;
use super::history::History;
use super::routing::{Map, Reader};
use super::setup::{ReadRule, Setup};
use super::snapshot::SessionSnapshot;
use super::workload::Load;
use crate::limits;
use crate::replication::delta::Key;
use crate::replication::ids::{NodeId, RequestId, SessionId};
use crate::replication::protocol::{Freshness, Refusal, Reply, Request};
use crate::replication::random::{Purpose, Rng};
use crate::replication::time::{SimDuration, SimTime};
use std::collections::{BTreeMap, VecDeque};

/// How often one request follows a "not the leader" answer.
const REDIRECTS_MAX: u8 = 4;
/// Low bits of a request's number that name its session.
const SESSION_BITS: u32 = 6;
/// How long a client's loop rests after an operation that took no time (else time would never pass).
const LOOP_REST: SimDuration = SimDuration::from_ms(10);
/// How long a client waits before it asks once more.
const RETRY_PAUSE: SimDuration = SimDuration::from_ms(100);

const _: () = assert!(limits::MAX_SESSIONS <= 1 << SESSION_BITS);

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
    /// It rests this long.
    Rest(SessionId, SimDuration),
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
    map: Map,
    pub(super) history: History,
    cart: Key,
    timeout: Option<SimDuration>,
    retries_max: u8,
    request_count: u64,
    value_count: i64,
}

impl Sessions {
    /// The clients of a checked setup.
    pub(super) fn new(setup: &Setup, seed: u64, history: History) -> Self {
        let map = Map::new(setup);
        let person = |author: &_| setup.sessions.iter().position(|session| session.author == *author).unwrap_or_default();
        let client = |(index, session): (u64, &super::setup::Session)| Client {
            author: session.author.clone(),
            site: session.site.index(),
            person: person(&session.author),
            access: session.access.map(super::latency::Delay::from),
            access_rng: Rng::stream(seed, Purpose::Latency, (1 << 32) | index),
            choice_rng: Rng::stream(seed, Purpose::Workload, (1 << 32) | index),
            reads: session.reads,
            load: Load::new(&session.workload, Rng::stream(seed, Purpose::Workload, index)),
            due_count: 0,
            actions: VecDeque::new(),
            open: None,
            leader: NodeId(map.nodes_of(session.site.index()).0),
            pinned: None,
            wrote_at: None,
            token: crate::replication::protocol::Token::default(),
            seen: None,
            contexts: BTreeMap::new(),
            trouble: None,
        };
        let mut list: Vec<Client> = (0..).zip(&setup.sessions).map(client).collect();
        share_keys(&mut list);
        let timeout = Some(setup.dials.duration(&CLIENT_TIMEOUT)).filter(|timeout| *timeout > SimDuration::ZERO);
        let retries_max = setup.dials.get(&CLIENT_RETRIES) as u8;
        Self { list, map, history, cart: edit::cart_key(), timeout, retries_max, request_count: 0, value_count: 0 }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = SessionId> + use<> {
        (0..self.list.len() as u16).map(SessionId)
    }

    /// How long a client waits for an answer, if not for ever.
    pub(super) const fn timeout(&self) -> Option<SimDuration> {
        self.timeout
    }

    /// A command asks a session to act; it does once it is done with what came before.
    pub(super) fn act(&mut self, session: SessionId, action: Action, now: SimTime) -> Next {
        self.list[session.index()].actions.push_back(action);
        self.go_on(session, now)
    }

    /// The next operation of an open loop is due; says when the one after it is.
    pub(super) fn on_due(&mut self, session: SessionId, now: SimTime) -> (Next, Option<SimDuration>) {
        let client = &mut self.list[session.index()];
        client.due_count = (client.due_count + 1).min(limits::MAX_HISTORY_OPERATIONS as u32);
        let gap = client.load.draw_gap();
        (self.go_on(session, now), gap)
    }

    /// When the first operation of an open loop is due. `None`: this session has none.
    pub(super) fn first_gap(&mut self, session: SessionId) -> Option<SimDuration> {
        self.list[session.index()].load.draw_gap()
    }

    /// Starts the next thing, or asks once more, unless something is under way.
    pub(super) fn go_on(&mut self, session: SessionId, now: SimTime) -> Next {
        match self.list[session.index()].open.take_if(|open| open.place == Place::Pausing) {
            Some(open) => return self.ask_again(session, open),
            None if self.list[session.index()].open.is_some() => return Next::Nothing,
            None => {}
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
                _ if action.item().is_none() => return Some(Task::Plain(action)),
                _ => return Some(Task::ReadFor(action)),
            }
        }
        if client.load.is_open() {
            client.due_count = client.due_count.checked_sub(1)?;
        }
        let (key, reads) = client.load.next()?;
        if reads {
            return Some(Task::LoopRead(key));
        }
        self.value_count += 1;
        Some(Task::LoopWrite(key, self.value_count))
    }

    /// Opens an operation and asks for it.
    fn begin(&mut self, session: SessionId, task: Task, now: SimTime) -> Next {
        let request = self.next_request(session);
        let (node, freshness) = self.choose(session, &task, now);
        let client = &self.list[session.index()];
        let asked = client.request_for(&task, freshness, &self.cart);
        let operation = if self.history.has_room() { self.history.push(client.record(session, node, &asked, now)) } else { None };
        let open = Open {
            request,
            task,
            node,
            freshness,
            operation,
            invoked_at: now,
            place: Place::ToNode,
            redirect_count: 0,
            unreachable_count: 0,
            asked: 0,
            retry_count: 0,
        };
        self.list[session.index()].open = Some(open);
        Next::Ask(Ask { request, node, asked })
    }

    /// Writes go to the leader, reads where the session's rule says.
    fn choose(&mut self, session: SessionId, task: &Task, now: SimTime) -> (NodeId, Freshness) {
        let person = self.list[session.index()].person;
        let shared = self.list[person].token;
        let client = &mut self.list[session.index()];
        if client.reads == ReadRule::Home || !task.is_read() {
            return (client.leader, Freshness::Any);
        }
        let token = if client.reads == (ReadRule::Token { is_shared: true }) { shared } else { client.token };
        let Client { reads, site, leader, pinned, wrote_at, choice_rng, .. } = client;
        let reader = Reader { rule: *reads, site: *site, leader: *leader, pinned, wrote_at: *wrote_at, token, rng: choice_rng };
        self.map.choose(reader, now)
    }

    const fn next_request(&mut self, session: SessionId) -> RequestId {
        let request = RequestId(self.request_count << SESSION_BITS | session.0 as u64);
        self.request_count += 1;
        request
    }

    fn client_of(&mut self, request: RequestId) -> Option<&mut Client> {
        self.list.get_mut(session_of(request).index())
    }

    /// One-way time between the client of `request` and its node; `None` when it sits there.
    #[inline]
    pub(super) fn draw_access(&mut self, request: RequestId) -> Option<SimDuration> {
        let client = self.list.get_mut(session_of(request).index())?;
        let near = client.access.map(|access| access.draw(&mut client.access_rng));
        let node = client.open.as_ref().map_or(client.leader, |open| open.node);
        let far = self.map.road(client.site, self.map.site_of(node)).map(|road| road.draw(&mut client.access_rng));
        match (near, far) {
            (Some(near), Some(far)) => Some(SimDuration(near.0 + far.0)),
            (near, far) => near.or(far),
        }
    }

    /// The site of the client, if it still waits for this request.
    pub(super) fn site_waiting(&self, request: RequestId) -> Option<usize> {
        let client = self.list.get(session_of(request).index())?;
        client.open.as_ref().filter(|open| open.request == request).map(|_| client.site)
    }

    /// The node of a request that crosses between sites, while the client waits for it.
    #[inline]
    pub(super) fn node_waited_for(&self, request: RequestId) -> Option<NodeId> {
        let client = self.list.get(session_of(request).index())?;
        let node = client.open.as_ref().filter(|open| open.request == request)?.node;
        (self.map.site_of(node) != client.site).then_some(node)
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
    pub(super) fn on_answer(&mut self, request: RequestId, reply: Box<Reply>, now: SimTime) -> Option<Closed> {
        let session = session_of(request);
        let mut open = self.client_of(request)?.open.take_if(|open| open.request == request)?;
        if let Reply::Refused(refusal) = *reply {
            if self.redirect(session, &mut open, refusal) {
                return Some(Closed { operation: None, next: self.ask_again(session, open) });
            }
            if may_pass(refusal) && open.retry_count < self.retries_max {
                return Some(Closed { operation: None, next: self.pause(session, open) });
            }
        }
        if *reply == Reply::Refused(Refusal::Unknown) {
            self.list[session.index()].trouble = Some(Refusal::Unknown);
            return Some(Closed { operation: None, next: self.give_up(session, &open, now) });
        }
        let edit = self.list[session.index()].take_in(&open.task, &reply, now);
        self.share_token(session);
        if let Some(record) = open.operation.and_then(|number| self.history.get_mut(number)) {
            record.closed = Some((now, *reply));
        }
        let next = match edit {
            Some(edit) => self.begin(session, Task::Write(Box::new(edit)), now),
            None => self.rest_or_go_on(session, &open, now),
        };
        Some(Closed { operation: open.operation.map(|number| number as u64), next })
    }

    fn rest_or_go_on(&mut self, session: SessionId, open: &Open, now: SimTime) -> Next {
        let client = &self.list[session.index()];
        match client.load.think().filter(|_| client.actions.is_empty()) {
            Some(think) => Next::Rest(session, think),
            None if open.task.is_of_loop() && open.invoked_at == now => Next::Rest(session, LOOP_REST),
            None => self.go_on(session, now),
        }
    }

    /// What a person's devices share stands with the first of them.
    fn share_token(&mut self, session: SessionId) {
        let Client { person, token, reads, .. } = self.list[session.index()];
        if reads == (ReadRule::Token { is_shared: true }) {
            let shared = &mut self.list[person].token;
            *shared = (*shared).max(token);
        }
    }

    /// Turns a request to another node after a refusal that names or implies one; says whether there is one.
    fn redirect(&mut self, session: SessionId, open: &mut Open, refusal: Refusal) -> bool {
        let client = &mut self.list[session.index()];
        let follows_leader = client.reads == ReadRule::Home || !open.task.is_read() || open.freshness == Freshness::Leader;
        match refusal {
            Refusal::NotLeader(node) => {
                open.redirect_count += 1;
                if open.redirect_count > REDIRECTS_MAX || node.index() >= self.map.node_count() {
                    return false;
                }
                (open.node, client.leader) = (node, node);
            }
            Refusal::Unreachable if follows_leader => {
                let (first, count) = self.map.nodes_of(client.site);
                open.unreachable_count += 1;
                let position = open.node.0.checked_sub(first).filter(|position| *position < count);
                let following = NodeId(first + position.map_or(0, |position| (position + 1) % count));
                if open.unreachable_count >= count {
                    if position.is_none() {
                        // Whoever named that node may know of another one by the next request.
                        client.leader = NodeId(first);
                    }
                    return false;
                }
                (open.node, client.leader) = (following, following);
            }
            // Each holder once: another follower first where nobody answered, the leader first where a replica is behind.
            Refusal::Unreachable | Refusal::Behind if open.task.is_read() && client.reads != ReadRule::Home => {
                open.asked |= 1 << open.node.0;
                let is_new = |node: NodeId| open.asked >> node.0 & 1 == 0;
                let leader = Some(client.leader).filter(|leader| is_new(*leader));
                let follower = self.map.follower_after(open.node, client.leader, is_new);
                let next = if refusal == Refusal::Behind { leader.or(follower) } else { follower.or(leader) };
                let Some(next) = next else { return false };
                open.node = next;
                if client.pinned.is_some() {
                    client.pinned = Some(next);
                }
            }
            _ => return false,
        }
        true
    }

    /// Asks once more after a pause.
    fn pause(&mut self, session: SessionId, mut open: Open) -> Next {
        open.retry_count += 1;
        (open.redirect_count, open.unreachable_count, open.asked) = (0, 0, 0);
        open.place = Place::Pausing;
        // What arrives for the request from before is not waited for any more.
        open.request = self.next_request(session);
        self.list[session.index()].open = Some(open);
        Next::Rest(session, RETRY_PAUSE)
    }

    fn ask_again(&mut self, session: SessionId, mut open: Open) -> Next {
        open.request = self.next_request(session);
        open.place = Place::ToNode;
        let node = open.node;
        if let Some(record) = open.operation.and_then(|number| self.history.get_mut(number)) {
            record.node = node;
        }
        let client = &mut self.list[session.index()];
        let ask = Ask { request: open.request, node, asked: client.request_for(&open.task, open.freshness, &self.cart) };
        client.open = Some(open);
        Next::Ask(ask)
    }

    /// The client hears nothing any more: a read is asked again elsewhere while it may, the outcome of a write is unknown.
    pub(super) fn on_silence(&mut self, request: RequestId, now: SimTime) -> Next {
        let session = session_of(request);
        let Some(client) = self.client_of(request) else { return Next::Nothing };
        let Some(mut open) = client.open.take_if(|open| open.request == request) else { return Next::Nothing };
        client.trouble = Some(Refusal::Unreachable);
        if open.task.is_read() && open.retry_count < self.retries_max {
            open.node = self.map.next_holder(open.node).unwrap_or(open.node);
            return self.pause(session, open);
        }
        self.give_up(session, &open, now)
    }

    fn give_up(&mut self, session: SessionId, open: &Open, now: SimTime) -> Next {
        if let Some(record) = open.operation.and_then(|number| self.history.get_mut(number)) {
            record.is_unknown = true;
        }
        let client = &self.list[session.index()];
        let has_more = !client.actions.is_empty() || client.load.is_open();
        if open.task.is_of_loop() && !has_more { Next::Rest(session, LOOP_REST) } else { self.go_on(session, now) }
    }

    /// Clients hear that a node is to join the group, or to leave it.
    pub(super) fn on_order(&mut self, node: NodeId, is_in: bool) {
        self.map.set_holder(node, is_in);
    }

    /// A node crashed: what it was working on has an unknown outcome, and its clients go on.
    pub(super) fn abandon_at(&mut self, node: NodeId, now: SimTime) -> Vec<Next> {
        let mut nexts = Vec::new();
        for session in self.ids() {
            let client = &mut self.list[session.index()];
            let Some(open) = client.open.take_if(|open| open.node == node && open.place == Place::AtNode) else { continue };
            client.trouble = Some(Refusal::Unreachable);
            nexts.push(self.give_up(session, &open, now));
        }
        nexts
    }

    pub(super) fn snapshots(&self) -> Vec<SessionSnapshot> {
        let snapshot = |(session, client): (SessionId, &Client)| SessionSnapshot {
            session,
            node: client.open.as_ref().map_or(client.leader, |open| open.node),
            reads: client.reads,
            open_count: u32::from(client.open.is_some()) + client.actions.len() as u32 + client.due_count,
            seen: client.seen.as_ref().map(|seen| seen.decided.clone()),
            trouble: client.trouble,
        };
        self.ids().zip(&self.list).map(snapshot).collect()
    }
}

/// Whether asking again later may help.
const fn may_pass(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::NotLeader(_) | Refusal::Unavailable | Refusal::Unreachable | Refusal::Behind)
}

/// Lets clients with the same key share it, so that replicas mostly compare pointers.
fn share_keys(list: &mut [Client]) {
    for index in 1..list.len() {
        let (before, rest) = list.split_at_mut(index);
        let Load::Alternate { key, .. } = &mut rest[0].load else { continue };
        let same = before.iter().find_map(|client| match &client.load {
            Load::Alternate { key: earlier, .. } if earlier == key => Some(earlier),
            _ => None,
        });
        if let Some(same) = same {
            *key = same.clone();
        }
    }
}

/// Whose request it is.
pub(super) const fn session_of(request: RequestId) -> SessionId {
    SessionId((request.0 & ((1 << SESSION_BITS) - 1)) as u16)
}
