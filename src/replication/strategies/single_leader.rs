//! Single leader, asynchronous: the leader answers after its own append; followers apply its log later. Lowest
//! write latency; reads at followers are stale while they lag; a promotion loses the tail that was not replicated.

use super::super::causality::VersionVector;
use super::super::delta::{Key, Operation, Value};
use super::super::hash::Hasher;
use super::super::ids::{Lsn, NodeId, RequestId, Term};
use super::super::log::{Append, Entry, Epoch, Followers, ReplicationLog};
use super::super::note::Note;
use super::super::protocol::{Connection, Describe, Env, MessageKind, Order, Outbox, Plan, Protocol, Refusal, Reply, Request, Token};
use super::super::setting::{Misfit, Setting};
use super::super::time::SimDuration;
use super::super::view::{Content, Decided, ReplicaView, Role};
use crate::limits;
use std::collections::BTreeMap;

/// The settings that it reads.
pub static SETTINGS: &[&Setting] = &[&super::HEARTBEAT_EVERY];

/// What the strategy is set to.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The leader tells its followers this often that it lives.
    pub heartbeat_every: SimDuration,
}

/// One write in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Which record.
    pub key: Key,
    /// Its value from now on; `None` deletes it.
    pub value: Option<Value>,
}

/// A message.
#[derive(Clone, Debug)]
pub enum Message {
    /// Leader to follower: log entries, or a sign of life.
    Append(Append<Write>),
    /// Follower to leader: my log is yours up to here, durably.
    Appended(Epoch, Lsn),
    /// Follower to leader: try again after this position.
    Mismatch(Epoch, Lsn),
    /// There is a newer leadership than yours.
    NewerTerm(Epoch),
}

/// One durable step.
#[derive(Clone, Debug)]
pub enum Record {
    /// A leadership heard of or taken.
    Epoch(Epoch),
    /// The log after this position is these entries.
    Log(Lsn, Vec<Entry<Write>>),
}

/// What a restart finds.
#[derive(Clone, Debug, Default)]
pub struct Durable {
    epoch: Option<Epoch>,
    log: ReplicationLog<Write>,
}

/// The node's only alarm clock: the leader's heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Heartbeat;

/// One node.
#[derive(Clone, Debug)]
pub struct SingleLeader {
    config: Config,
    me: NodeId,
    role: Role,
    epoch: Epoch,
    log: ReplicationLog<Write>,
    followers: Followers,
}

type Out = Outbox<SingleLeader>;

impl Protocol for SingleLeader {
    type Message = Message;
    type Timer = Heartbeat;
    type Record = Record;
    type Durable = Durable;
    type Config = Config;

    fn configure(plan: &Plan<'_>) -> Result<Config, Misfit> {
        Ok(Config { heartbeat_every: plan.dials.duration(&super::HEARTBEAT_EVERY) })
    }

    fn on_start(config: &Config, env: &mut Env<'_>, recovered: &Durable, out: &mut Out) -> Self {
        let first = env.cluster.members.iter().find(|member| member.leads_first).map(|member| member.node);
        let epoch = recovered.epoch.unwrap_or(Epoch { term: Term(1), leader: first });
        let role = if epoch.leader == Some(env.me) { Role::Leader } else { Role::Follower };
        let log = recovered.log.clone();
        let mut node = Self { config: *config, me: env.me, role, epoch, log, followers: Followers::default() };
        node.start_leading(env);
        out.set_timer(Heartbeat, node.config.heartbeat_every);
        node
    }

    fn store(durable: &mut Durable, record: &Record) {
        match record {
            Record::Epoch(epoch) => durable.epoch = Some(*epoch),
            Record::Log(after, entries) => {
                durable.log.truncate_after(*after);
                for entry in entries {
                    durable.log.append(entry.clone());
                }
            }
        }
    }

    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Out) {
        match asked {
            Request::Read { key, .. } => out.reply(request, self.read(&key)),
            Request::ReadMany { .. } => out.reply(request, Reply::Refused(Refusal::Unsupported)),
            Request::Write { key, operation, .. } => self.on_write(env, request, key, operation, out),
        }
    }

    fn on_message(&mut self, env: &mut Env<'_>, from: NodeId, message: Message, out: &mut Out) {
        match message {
            Message::Append(append) => self.on_append(env, from, &append, out),
            Message::Appended(epoch, position) if self.leads(epoch) => self.followers.matched(from, position),
            Message::Mismatch(epoch, retry_after) if self.leads(epoch) => {
                self.followers.retry(from, retry_after);
                self.append_to(from, out);
            }
            Message::NewerTerm(epoch) => self.on_epoch(env, epoch, out),
            Message::Appended(..) | Message::Mismatch(..) => {}
        }
    }

    fn on_timer(&mut self, _env: &mut Env<'_>, _timer: Heartbeat, out: &mut Out) {
        out.set_timer(Heartbeat, self.config.heartbeat_every);
        if self.role == Role::Leader {
            self.followers.on_beat();
            for follower in self.followers.nodes().collect::<Vec<_>>() {
                self.append_to(follower, out);
            }
        }
    }

    fn on_connection(&mut self, _env: &mut Env<'_>, peer: NodeId, connection: Connection, out: &mut Out) {
        if self.role == Role::Leader && connection == Connection::Up {
            self.followers.retry(peer, self.followers.matched_by(peer));
            self.append_to(peer, out);
        }
    }

    fn on_order(&mut self, env: &mut Env<'_>, order: Order, out: &mut Out) {
        if order == Order::Promote && self.role != Role::Leader {
            self.epoch = Epoch { term: self.epoch.term.next(), leader: Some(self.me) };
            self.role = Role::Leader;
            out.persist(Record::Epoch(self.epoch));
            let term = self.epoch.term;
            out.note(|| Note::Promoted(term));
            self.start_leading(env);
            self.ship(out);
        }
    }

    fn view(&self) -> ReplicaView {
        let appended = self.followers.least_matched().map(|least| self.log.after(least)).unwrap_or_default();
        let first = self.log.last().0 - appended.len() as u64;
        ReplicaView {
            term: self.epoch.term,
            leader: self.epoch.leader,
            position: self.log.last(),
            hash: self.digest(),
            delta_count: self.log.last().0,
            records: self.records(),
            appended_at: appended.iter().enumerate().map(|(index, entry)| (Lsn(first + 1 + index as u64), entry.at)).collect(),
            ..ReplicaView::empty(self.role)
        }
    }

    fn digest(&self) -> u64 {
        let mut hasher = Hasher::new(self.epoch.term.0);
        for entry in self.log.after(Lsn(0)) {
            hasher.number(entry.epoch.term.0).text(&entry.payload.key.0).text(&format!("{:?}", entry.payload.value));
        }
        hasher.digest().0
    }
}

impl SingleLeader {
    fn leads(&self, epoch: Epoch) -> bool {
        self.role == Role::Leader && epoch == self.epoch
    }

    fn start_leading(&mut self, env: &Env<'_>) {
        let others = env.cluster.members.iter().map(|member| member.node).filter(|node| *node != self.me);
        self.followers = Followers::new(others.filter(|_| self.role == Role::Leader), self.log.last());
    }

    fn read(&self, key: &Key) -> Reply {
        let (version, value) = self.latest(key);
        Reply::Value { value, version, token: Token { term: self.epoch.term, lsn: self.log.last() } }
    }

    /// The position of the last write of a key, and its value.
    fn latest(&self, key: &Key) -> (u64, Option<Value>) {
        let entries = self.log.after(Lsn(0)).iter().enumerate().rev();
        let last = entries.map(|(index, entry)| (index as u64 + 1, &entry.payload)).find(|(_, write)| write.key == *key);
        last.map_or((0, None), |(position, write)| (position, write.value.clone()))
    }

    fn on_write(&mut self, env: &Env<'_>, request: RequestId, key: Key, operation: Operation, out: &mut Out) {
        let refusal = match (&operation, self.epoch.leader) {
            (_, Some(leader)) if self.role != Role::Leader => Some(Refusal::NotLeader(leader)),
            (Operation::Cart(..) | Operation::SetMode(_), _) => Some(Refusal::Unsupported),
            _ if self.log.last().0 >= limits::MAX_DELTAS as u64 => Some(Refusal::Full),
            _ => None,
        };
        if let Some(refusal) = refusal {
            out.reply(request, Reply::Refused(refusal));
            return;
        }
        let value = if let Operation::Put(value) = operation { Some(value) } else { None };
        let after = self.log.last();
        let entry = Entry { epoch: self.epoch, at: env.now, payload: Write { key, value } };
        let position = self.log.append(entry.clone());
        out.persist(Record::Log(after, vec![entry]));
        out.reply(
            request,
            Reply::Written {
                version: position.0,
                dot: None,
                context: VersionVector::new(),
                token: Token { term: self.epoch.term, lsn: position },
            },
        );
        self.ship(out);
    }

    fn ship(&mut self, out: &mut Out) {
        for follower in self.followers.nodes().collect::<Vec<_>>() {
            self.append_to(follower, out);
        }
    }

    fn append_to(&mut self, follower: NodeId, out: &mut Out) {
        if let Some(append) = self.followers.next_for(follower, &self.log, self.epoch) {
            out.send(follower, Message::Append(append));
        }
    }

    fn on_epoch(&mut self, env: &Env<'_>, epoch: Epoch, out: &mut Out) {
        if epoch <= self.epoch {
            return;
        }
        self.epoch = epoch;
        out.persist(Record::Epoch(epoch));
        if self.role == Role::Leader {
            self.role = Role::Follower;
            let leader = epoch.leader.unwrap_or(self.me);
            out.note(|| Note::SteppedDown(epoch.term, leader));
            self.start_leading(env);
        }
    }

    fn on_append(&mut self, env: &Env<'_>, from: NodeId, append: &Append<Write>, out: &mut Out) {
        if append.epoch < self.epoch {
            out.send(from, Message::NewerTerm(self.epoch));
            return;
        }
        self.on_epoch(env, append.epoch, out);
        let accepted = match self.log.accept(append) {
            Ok(accepted) => accepted,
            Err(retry_after) => return out.send(from, Message::Mismatch(append.epoch, retry_after)),
        };
        let lost_count = accepted.truncated.len() as u32;
        if lost_count > 0 {
            out.note(|| Note::TailDiscarded(accepted.appended_after, lost_count));
        }
        let news = self.log.after(accepted.appended_after).to_vec();
        if !news.is_empty() || lost_count > 0 {
            out.persist(Record::Log(accepted.appended_after, news));
            out.note(|| Note::CaughtUp(accepted.position));
        }
        out.send(from, Message::Appended(append.epoch, accepted.position));
    }

    fn records(&self) -> BTreeMap<Key, Decided> {
        let mut records = BTreeMap::new();
        for entry in self.log.after(Lsn(0)) {
            let content = entry.payload.value.clone().map_or(Content::Absent, Content::Plain);
            records.insert(entry.payload.key.clone(), Decided::plain(content, 0, BTreeMap::new()));
        }
        records
    }
}

impl Describe for Message {
    fn kind(&self) -> MessageKind {
        match self {
            Self::Append(append) if append.entries.is_empty() => MessageKind::Heartbeat,
            Self::Append(_) => MessageKind::Replicate,
            Self::Appended(..) => MessageKind::Acknowledge,
            Self::Mismatch(..) | Self::NewerTerm(_) => MessageKind::Nack,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Append(append) => format!("{} entries after {}", append.entries.len(), append.previous),
            Self::Appended(_, position) => format!("log durable up to {position}"),
            Self::Mismatch(_, retry_after) => format!("logs differ; again after {retry_after}"),
            Self::NewerTerm(epoch) => format!("term {} has begun", epoch.term.0),
        }
    }

    fn digest(&self) -> u64 {
        match self {
            Self::Append(append) => append.previous.0.wrapping_mul(31).wrapping_add(append.entries.len() as u64),
            Self::Appended(_, position) | Self::Mismatch(_, position) => position.0,
            Self::NewerTerm(epoch) => epoch.term.0,
        }
    }
}
