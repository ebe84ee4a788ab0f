//! A leader: takes writes, appends them to its log and ships it to every follower without waiting for answers.

use super::commit::Waiting;
use super::durable::{Ballot, Record};
use super::joining::Joining;
use super::log::{Entry, Payload, Spot, dot_of};
use super::message::{Append, Appended, Message, Mismatch};
use super::progress::Progress;
use super::reading::{PendingRead, Wanted};
use super::{Out, SingleLeader, Timer, passed};
use crate::limits;
use crate::replication::delta::{Author, Key, Operation};
use crate::replication::ids::{Lsn, NodeId, RequestId, Term};
use crate::replication::log::Epoch;
use crate::replication::note::Note;
use crate::replication::protocol::{Condition, Env, Refusal};
use crate::replication::time::LocalTime;
use crate::replication::view::Role;
use std::collections::VecDeque;
use std::rc::Rc;

/// Entries in one append at most.
const APPEND_ENTRIES_MAX: usize = 100;
/// Heartbeat rounds whose sending times are remembered.
const ROUNDS_MAX: usize = 1_024;
/// Writes that wait while a copy stops them; more are refused.
const QUEUED_MAX: usize = 1_024;

/// A write as a client asked for it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) request: RequestId,
    pub(super) key: Key,
    pub(super) operation: Operation,
    pub(super) condition: Option<Box<Condition>>,
    pub(super) author: Author,
}

/// What only a leader has.
#[derive(Clone, Debug, Default)]
pub(super) struct Leading {
    pub(super) followers: Vec<Progress>,
    /// When it began, by its own clock.
    pub(super) since: Option<LocalTime>,
    /// Once this is committed, the leader knows all that was acknowledged before it.
    pub(super) begin: Lsn,
    /// The heartbeat round under way.
    pub(super) round: u64,
    /// When the rounds that no majority answered yet were sent.
    rounds: VecDeque<(u64, LocalTime)>,
    /// The newest round that a majority answered, and when that was sent.
    pub(super) confirmed: u64,
    pub(super) lease_from: Option<LocalTime>,
    pub(super) had_lease: bool,
    /// Whether it stopped waiting for its synchronous followers.
    pub(super) has_fallen_back: bool,
    pub(super) reads: Vec<PendingRead>,
    pub(super) queued: VecDeque<Asked>,
    pub(super) joining: Option<Joining>,
    /// Who is replaced by whom, and since when.
    pub(super) replacing: Option<(NodeId, NodeId, LocalTime)>,
    pub(super) replacement_count: u32,
}

impl Leading {
    pub(super) fn progress(&self, node: NodeId) -> Option<&Progress> {
        self.followers.iter().find(|progress| progress.node == node)
    }
}

impl SingleLeader {
    /// A new leadership. What others appended before is committed by the entry that opens it.
    pub(super) fn become_leader(&mut self, env: &Env<'_>, term: Term, since: LocalTime, out: &mut Out) {
        let epoch = Epoch { term, leader: Some(self.me) };
        self.keep(Record::Epoch(epoch, Ballot { term, voted: Some(self.me) }), out);
        out.note(|| Note::Promoted(term));
        self.take_lead(env, Some(since), out);
        self.append(env, Payload::Begin, out);
        self.lead.begin = self.kept.log.last();
        self.beat(env, out);
        self.advance(env, out);
    }

    /// The leadership that the store names goes on.
    pub(super) fn resume_leading(&mut self, env: &Env<'_>, is_first: bool, out: &mut Out) {
        self.take_lead(env, is_first.then_some(env.local_clock), out);
        let epoch = self.kept.epoch;
        if !is_first && epoch.term > Term(1) && self.kept.log.end().epoch != epoch {
            self.append(env, Payload::Begin, out);
        }
        self.lead.begin = self.kept.log.last();
        self.beat(env, out);
        self.advance(env, out);
    }

    fn take_lead(&mut self, env: &Env<'_>, lease_from: Option<LocalTime>, out: &mut Out) {
        self.role = Role::Leader;
        self.bid = None;
        self.alarm = None;
        self.is_caught_up = true;
        out.cancel_timer(Timer::Failover);
        out.cancel_timer(Timer::Apply);
        self.follow.is_applying = false;
        self.state.find_heads(&self.kept.log);
        self.lead = Leading { since: Some(env.local_clock), lease_from, had_lease: lease_from.is_some(), ..Leading::default() };
        self.limit_wait(out);
        self.match_followers(env);
    }

    /// Those it sends its log to: the group, and who is about to join it.
    pub(super) fn match_followers(&mut self, env: &Env<'_>) {
        let joining = self.lead.joining.as_ref().map(|joining| joining.node);
        let mut nodes: Vec<NodeId> = self.kept.members().iter().chain(joining).filter(|node| *node != self.me).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let guess = self.kept.log.last();
        let mut before = std::mem::take(&mut self.lead.followers);
        self.lead.followers = nodes
            .into_iter()
            .map(|node| match before.iter().position(|progress| progress.node == node) {
                Some(index) => before.swap_remove(index),
                None => Progress::new(node, guess, env.local_clock),
            })
            .collect();
    }

    /// A client writes.
    pub(super) fn on_write(&mut self, env: &Env<'_>, asked: Asked, out: &mut Out) {
        if self.role != Role::Leader {
            return out.reply(asked.request, self.not_leader());
        }
        let refusal = match &asked.operation {
            Operation::Cart(..) | Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_) => Some(Refusal::Unsupported),
            Operation::Put(_) | Operation::Delete if !self.holds_lease(env) => Some(Refusal::Unavailable),
            Operation::Put(_) | Operation::Delete if self.kept.log.len() >= limits::MAX_LOG_ENTRIES => Some(Refusal::Full),
            Operation::Put(_) | Operation::Delete => None,
        };
        if let Some(refusal) = refusal {
            return Self::refuse(asked.request, refusal, out);
        }
        if self.are_writes_stopped() {
            return self.hold_back(asked, out);
        }
        self.write(env, asked, out);
    }

    fn hold_back(&mut self, asked: Asked, out: &mut Out) {
        if !self.config.stopped_writes_queue {
            return Self::refuse(asked.request, Refusal::Unavailable, out);
        }
        if self.lead.queued.len() >= QUEUED_MAX {
            return Self::refuse(asked.request, Refusal::Full, out);
        }
        self.lead.queued.push_back(asked);
    }

    /// Appends a write, unless its condition does not hold.
    pub(super) fn write(&mut self, env: &Env<'_>, asked: Asked, out: &mut Out) {
        let Asked { request, key, operation, condition, author } = asked;
        if let Some(Condition::Equals(expected)) = condition.as_deref()
            && self.state.latest(&self.kept.log, &key) != *expected
        {
            // It rests on everything before it: told once that is acknowledged.
            return self.read_as_leader(env, request, Wanted::Unmet, self.kept.log.last(), out);
        }
        let value = if let Operation::Put(value) = operation { Some(value) } else { None };
        let lsn = self.append(env, Payload::Put { key, value, author }, out);
        let epoch = self.kept.epoch;
        out.note(|| Note::Accepted(dot_of(epoch, lsn)));
        self.wait_for(Waiting { epoch, lsn, request, since: env.local_clock }, out);
        self.ship(env, out);
        self.advance(env, out);
    }

    /// Appends an entry to its own log.
    pub(super) fn append(&mut self, env: &Env<'_>, payload: Payload, out: &mut Out) -> Lsn {
        let after = self.kept.log.last();
        let entry = Entry::new(self.kept.log.chain(), self.kept.epoch, env.now, payload);
        self.state.note_head(after.next(), &entry);
        self.keep(Record::Log(after, vec![entry]), out);
        after.next()
    }

    /// Sends every follower what it was not sent yet.
    pub(super) fn ship(&mut self, env: &Env<'_>, out: &mut Out) {
        for index in 0..self.lead.followers.len() {
            self.send_log(env, index, out);
        }
    }

    fn send_log(&mut self, env: &Env<'_>, index: usize, out: &mut Out) {
        if self.lead.followers[index].sent < self.kept.log.last() {
            self.send_append(env, index, out);
        }
    }

    /// Sends the next entries, or a mere sign of life; a snapshot where the log does not reach back far enough.
    fn send_append(&mut self, env: &Env<'_>, index: usize, out: &mut Out) {
        let progress = &mut self.lead.followers[index];
        if self.down.contains(&progress.node) || progress.copying.is_some() {
            return;
        }
        let log = &self.kept.log;
        let previous = progress.sent.min(log.last());
        if previous < log.base() {
            return self.start_copy(index, out);
        }
        let entries: Vec<Rc<Entry>> = log.after(previous).take(APPEND_ENTRIES_MAX).map(|(_, entry)| Rc::clone(entry)).collect();
        progress.sent = Lsn(previous.0 + entries.len() as u64);
        let append = Append {
            epoch: self.kept.epoch,
            previous: Spot { epoch: log.epoch_at(previous).unwrap_or_default(), lsn: previous },
            entries,
            commit: self.commit,
            stable: self.stable,
            round: self.lead.round,
            sent_at: env.local_clock,
        };
        out.send(progress.node, Message::Append(append));
    }

    /// Begins a round of heartbeats.
    pub(super) fn beat(&mut self, env: &Env<'_>, out: &mut Out) {
        self.lead.round += 1;
        self.lead.rounds.push_back((self.lead.round, env.local_clock));
        if self.lead.rounds.len() > ROUNDS_MAX {
            self.lead.rounds.pop_front();
        }
        for index in 0..self.lead.followers.len() {
            self.send_append(env, index, out);
        }
        self.count_round();
    }

    /// The heartbeat is due.
    pub(super) fn on_beat(&mut self, env: &Env<'_>, out: &mut Out) {
        for progress in &mut self.lead.followers {
            progress.on_beat();
        }
        self.resend_chunks(out);
        self.beat(env, out);
        self.watch_lease(env, out);
        self.watch_group(env, out);
        self.advance(env, out);
    }

    /// Which round a majority answered: since its sending, no other could be elected (Ongaro 2014, §6.4).
    fn count_round(&mut self) {
        let lead = &mut self.lead;
        let (me, round) = (self.me, lead.round);
        let answered = |node: NodeId| if node == me { round } else { lead.progress(node).map_or(0, |progress| progress.round) };
        lead.confirmed = self.kept.members().reached_by_majority(answered);
        while let Some((_, sent_at)) = lead.rounds.pop_front_if(|(round, _)| *round <= lead.confirmed) {
            lead.lease_from = Some(sent_at);
        }
    }

    /// Whether it may act as the leader: without leases, always.
    pub(super) fn holds_lease(&self, env: &Env<'_>) -> bool {
        !self.config.lease || self.lead.lease_from.is_some_and(|from| passed(from, env.local_clock) < self.config.lease_length)
    }

    fn watch_lease(&mut self, env: &Env<'_>, out: &mut Out) {
        let holds = self.holds_lease(env);
        if self.lead.had_lease && !holds {
            Self::tell(out, "lease-lost", || "stops taking writes: no majority answered for the length of its lease".to_owned());
        }
        self.lead.had_lease = holds;
    }

    /// A follower acknowledges.
    pub(super) fn on_appended(&mut self, env: &Env<'_>, from: NodeId, appended: Appended, out: &mut Out) {
        if !self.leads(appended.epoch) {
            return;
        }
        let Some(index) = self.lead.followers.iter().position(|progress| progress.node == from) else { return };
        let progress = &mut self.lead.followers[index];
        progress.hear(appended.round, env.local_clock);
        progress.matched(appended.held, appended.acknowledged);
        self.send_log(env, index, out);
        self.count_round();
        self.advance(env, out);
        self.watch_joining(env, out);
    }

    /// A follower's log is another one there.
    pub(super) fn on_mismatch(&mut self, env: &Env<'_>, from: NodeId, mismatch: Mismatch, out: &mut Out) {
        if !self.leads(mismatch.epoch) {
            return;
        }
        let Some(index) = self.lead.followers.iter().position(|progress| progress.node == from) else { return };
        let retry = self.kept.log.last_not_after(mismatch.retry.lsn, mismatch.retry.epoch);
        let progress = &mut self.lead.followers[index];
        progress.hear(mismatch.round, env.local_clock);
        progress.sent = retry;
        if mismatch.is_too_old && progress.copying.is_none() {
            self.start_copy(index, out);
        } else {
            self.send_append(env, index, out);
        }
        self.count_round();
        self.advance(env, out);
    }

    /// A new stream to a follower: what was on the old one may be lost.
    pub(super) fn reconnect(&mut self, env: &Env<'_>, peer: NodeId, out: &mut Out) {
        let Some(index) = self.lead.followers.iter().position(|progress| progress.node == peer) else { return };
        let progress = &mut self.lead.followers[index];
        progress.sent = progress.held;
        match progress.copying {
            Some(_) => self.send_chunk(index, out),
            None => self.send_append(env, index, out),
        }
    }
}
