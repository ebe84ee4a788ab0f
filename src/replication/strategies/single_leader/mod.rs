//! Single leader: one node orders all writes of the group in its replication log, followers apply it. From asynchronous
//! (lowest write latency; a failover loses the tail that was not replicated) over semi-synchronous and synchronous to
//! majority with votes, fencing and confirmed reads (Raft: Ongaro & Ousterhout 2014; Ongaro 2014, dissertation).
//!
//! The group is all nodes of all sites but clients and spares. Rooms: `settings` (what can be chosen), `log`, `durable` and
//! `state` (what a node holds), `members`; `leading`, `commit`, `reading` (a leader, and reads at any node), `following`
//! (a follower), `election` (who leads next), `joining` and `copying` (who belongs to the group, and snapshots), `view`.
//!
//! What it tells (`Note::Told`): `fell-back`, `synchronous-again`, `lease-lost`, `asks-for-votes`, `voted`, `caught-up`,
//! `copy-begun`, `copy-done`, `joined`, `left`, `replaces`, `log-truncated`.

use super::super::ids::{Lsn, NodeId, RequestId, Term};
use super::super::log::Epoch;
use super::super::note::Note;
use super::super::protocol::{Connection, Env, Order, Outbox, Plan, Promises, Protocol, Refusal, Reply, Request};
use super::super::setting::Misfit;
use super::super::time::{LocalTime, SimDuration, SimTime};
use super::super::view::{ReplicaView, Role};
use durable::{Durable, Record, Standing};
use message::{Matter, Message};
use settings::{Config, Failover};
use state::State;
use std::collections::BTreeSet;
use std::rc::Rc;

mod commit;
mod copying;
mod durable;
mod election;
mod following;
mod joining;
mod leading;
mod log;
mod members;
mod message;
mod progress;
mod reading;
#[cfg(test)]
mod rules_of_raft;
pub mod settings;
mod state;
mod view;

pub use settings::SETTINGS;

/// The alarm clocks of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A leader's sign of life; what must be asked for again.
    Heartbeat,
    /// The leader was not heard for too long.
    Failover,
    /// A write has waited for synchronous followers for too long.
    Fallback,
    /// The next entry is applied.
    Apply,
}

/// One node.
#[derive(Clone, Debug)]
pub struct SingleLeader {
    config: Rc<Config>,
    me: NodeId,
    role: Role,
    /// What the store holds, or will once all that is under way is durable.
    kept: Durable,
    state: State,
    /// Up to here clients were told that it is written, as far as this node knows.
    commit: Lsn,
    /// Up to here a majority holds the log, as far as this node knows.
    stable: Lsn,
    /// Whether it may answer reads.
    is_caught_up: bool,
    /// Nodes to which the stream is broken.
    down: BTreeSet<NodeId>,
    /// Clients of writes that this node took and whose outcome is open.
    waiting: Vec<commit::Waiting>,
    follow: following::Following,
    lead: leading::Leading,
    bid: Option<election::Bid>,
    /// When the failure detector was set and rings, for the eye.
    alarm: Option<(SimTime, SimTime)>,
}

type Out = Outbox<SingleLeader>;

/// Time passed on a node's own clock, which may step back.
const fn passed(from: LocalTime, to: LocalTime) -> SimDuration {
    let ns = to.0.saturating_sub(from.0);
    SimDuration(if ns > 0 { ns.unsigned_abs() } else { 0 })
}

impl Protocol for SingleLeader {
    type Message = Message;
    type Timer = Timer;
    type Record = Record;
    type Durable = Durable;
    type Config = Rc<Config>;

    fn configure(plan: &Plan<'_>) -> Result<Rc<Config>, Misfit> {
        Config::from_plan(plan).map(Rc::new)
    }

    fn promises(config: &Self::Config) -> Promises {
        config.promises()
    }

    fn on_start(config: &Rc<Config>, env: &mut Env<'_>, recovered: &Durable, out: &mut Out) -> Self {
        let upto = if config.applies_on_receipt() { recovered.log.last() } else { recovered.log.base() };
        let mut node = Self {
            config: Rc::clone(config),
            me: env.me,
            role: Role::Follower,
            kept: recovered.clone(),
            state: State::rebuilt(recovered, upto),
            commit: recovered.log.base(),
            stable: recovered.log.base(),
            is_caught_up: !recovered.has_begun,
            down: BTreeSet::new(),
            waiting: Vec::new(),
            follow: following::Following::new(env.local_clock),
            lead: leading::Leading::default(),
            bid: None,
            alarm: None,
        };
        out.set_timer(Timer::Heartbeat, config.heartbeat_every);
        let is_first = !recovered.has_begun;
        if is_first {
            node.begin(env, out);
        }
        node.role = node.resting_role();
        let leads = node.kept.epoch.leader == Some(env.me) && node.role == Role::Follower;
        if leads && (is_first || config.failover != Failover::Vote) {
            node.resume_leading(env, is_first, out);
        } else {
            node.arm(env, out);
        }
        node
    }

    fn store(durable: &mut Durable, record: &Record) {
        durable.take(record);
    }

    fn on_request(&mut self, env: &mut Env<'_>, request: RequestId, asked: Request, out: &mut Out) {
        match asked {
            Request::Read { key, freshness } => self.on_read(env, request, reading::Wanted::One(key), freshness, out),
            Request::ReadMany { keys, freshness } => self.on_read(env, request, reading::Wanted::Many(keys), freshness, out),
            Request::Write { key, operation, condition, author, .. } => {
                self.on_write(env, leading::Asked { request, key, operation, condition, author }, out);
            }
        }
    }

    fn on_message(&mut self, env: &mut Env<'_>, from: NodeId, message: Message, out: &mut Out) {
        match message {
            Message::Append(append) => self.on_append(env, from, &append, out),
            Message::Appended(appended) => self.on_appended(env, from, appended, out),
            Message::Mismatch(mismatch) => self.on_mismatch(env, from, mismatch, out),
            Message::Newer(term, epoch) => self.on_newer(env, (from, term, epoch), out),
            Message::Ask(ask) => self.on_ask(env, from, ask, out),
            Message::Answer(answer) => self.on_answer(env, from, answer, out),
            Message::Lead => self.take_over(env, out),
            Message::Chunk(chunk) => self.on_chunk(env, from, &chunk, out),
            Message::ChunkTaken(epoch, lsn, index) => self.on_chunk_taken(env, from, (epoch, lsn, index), out),
            Message::Group(matter) => self.on_matter(env, from, matter, out),
        }
    }

    fn on_timer(&mut self, env: &mut Env<'_>, timer: Timer, out: &mut Out) {
        match timer {
            Timer::Heartbeat => {
                out.set_timer(Timer::Heartbeat, self.config.heartbeat_every);
                if self.role == Role::Leader { self.on_beat(env, out) } else { self.ask_about_group(env, out) }
            }
            Timer::Failover => self.on_leader_lost(env, out),
            Timer::Fallback => self.on_fallback(env, out),
            Timer::Apply => self.on_apply(env, out),
        }
    }

    fn on_connection(&mut self, env: &mut Env<'_>, peer: NodeId, connection: Connection, out: &mut Out) {
        match connection {
            Connection::Down => {
                self.down.insert(peer);
                if self.role == Role::Leader {
                    self.advance(env, out);
                }
            }
            Connection::Up => {
                self.down.remove(&peer);
                if self.role == Role::Leader {
                    self.reconnect(env, peer, out);
                }
            }
        }
    }

    fn on_order(&mut self, env: &mut Env<'_>, order: Order, out: &mut Out) {
        match order {
            Order::Promote if self.role != Role::Leader => self.take_over(env, out),
            Order::Join => self.on_order_to_join(env, out),
            Order::Leave => self.on_order_to_leave(env, out),
            Order::Promote | Order::Decide(_) => {}
        }
    }

    fn view(&self) -> ReplicaView {
        self.shown()
    }

    fn digest(&self) -> u64 {
        let role = match self.role {
            Role::Leader => 1,
            Role::Candidate => 2,
            Role::Spare => 3,
            Role::Follower | Role::Replica | Role::Coordinator => 0,
        };
        self.kept.log.chain() ^ self.state.applied.0 << 40 ^ self.kept.ballot.term.0 << 8 ^ role
    }
}

impl SingleLeader {
    /// The very first start: the group is the one of the map, the first leader leads in term 1.
    fn begin(&mut self, env: &Env<'_>, out: &mut Out) {
        let members = self.config.members.clone();
        let first = env.cluster.members.iter().find(|member| member.leads_first && members.is_voter(member.node));
        let leader = first.map(|member| member.node).or_else(|| members.voters.first().copied());
        let standing = if members.contains(self.me) { Standing::Member } else { Standing::Out };
        self.keep(Record::Begin(Epoch { term: Term(1), leader }, members, standing), out);
    }

    /// Takes a step in memory, and has it made durable.
    fn keep(&mut self, record: Record, out: &mut Out) {
        self.kept.take(&record);
        out.persist(record);
    }

    /// What it is when it neither leads nor wants to.
    fn resting_role(&self) -> Role {
        match self.kept.standing {
            Standing::Member | Standing::Leaving => Role::Follower,
            Standing::Joining if self.kept.members().contains(self.me) => Role::Follower,
            Standing::Joining | Standing::Outsider | Standing::Out => Role::Spare,
        }
    }

    fn is_voter(&self) -> bool {
        self.role != Role::Spare && self.kept.members().is_voter(self.me)
    }

    fn leads(&self, epoch: Epoch) -> bool {
        self.role == Role::Leader && self.kept.epoch == epoch
    }

    /// Who leads, as far as it knows, when it is not this node.
    fn leader_elsewhere(&self) -> Option<NodeId> {
        self.kept.epoch.leader.filter(|leader| *leader != self.me)
    }

    /// The refusal of a node that does not lead.
    fn not_leader(&self) -> Reply {
        Reply::Refused(self.leader_elsewhere().map_or(Refusal::Unavailable, Refusal::NotLeader))
    }

    fn refuse(request: RequestId, refusal: Refusal, out: &mut Out) {
        out.reply(request, Reply::Refused(refusal));
    }

    fn tell(out: &mut Out, name: &'static str, sentence: impl FnOnce() -> String) {
        out.note(|| Note::Told(name, sentence()));
    }

    /// The members that it sends what it has to tell about itself: the leader, or everybody.
    fn send_to_group(&self, env: &Env<'_>, matter: &Matter, out: &mut Out) {
        for member in env.cluster.members.iter().filter(|member| !member.is_client && member.node != self.me) {
            out.send(member.node, Message::Group(matter.clone()));
        }
    }
}
