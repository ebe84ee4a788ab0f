//! Inside a site: the leader ships its log, followers apply it; terms; promotion; a returning leader hands over
//! what its successor never had. Nothing is dropped: a tail remains deltas of its writer's identity.

use super::{Arc, Change, Message, MultiLeaderSync, Out, Record, Timer};
use crate::replication::delta::Delta;
use crate::replication::ids::{Lsn, NodeId};
use crate::replication::log::{Accepted, Append, Epoch};
use crate::replication::note::Note;
use crate::replication::protocol::Env;
use crate::replication::store::Admission;
use crate::replication::view::Role;

/// Writes handed over in one message at most.
const MAX_HAND_OVER: usize = 100;

impl MultiLeaderSync {
    /// Sends every follower what it was not sent yet.
    pub(super) fn ship(&mut self, out: &mut Out) {
        let followers: Vec<NodeId> = self.followers.nodes().collect();
        for follower in followers {
            while self.followers.lacks(follower, &self.log) {
                self.append_to(follower, out);
            }
        }
    }

    fn append_to(&mut self, follower: NodeId, out: &mut Out) {
        if let Some(append) = self.followers.next_for(follower, &self.log, self.epoch) {
            out.send(follower, Message::Append(append));
        }
    }

    pub(super) fn on_heartbeat_due(&mut self, out: &mut Out) {
        out.set_timer(Timer::Heartbeat, self.config.heartbeat_every);
        if self.role == Role::Leader {
            self.followers.on_beat();
            let followers: Vec<NodeId> = self.followers.nodes().collect();
            for follower in followers {
                self.append_to(follower, out);
            }
        }
        self.hand_over(out);
    }

    /// The observer's command: a new term begins here, whether the old leader is dead or only cut off.
    pub(super) fn promote(&mut self, env: &mut Env<'_>, out: &mut Out) {
        if self.role == Role::Leader {
            return;
        }
        self.epoch = Epoch { term: self.epoch.term.next(), leader: Some(self.me.node) };
        self.role = Role::Leader;
        self.forget_identity();
        let mut changes = vec![Change::Epoch(self.epoch)];
        self.adopt_own_tail(env, &mut changes);
        out.persist(Record(changes));
        let term = self.epoch.term;
        out.note(|| Note::Promoted(term));
        self.start_leading(env);
        self.on_heartbeat_due(out);
        self.greet_all(env, out);
    }

    /// A tail that was to be handed over belongs into the log of the leader that holds it.
    fn adopt_own_tail(&mut self, env: &Env<'_>, changes: &mut Vec<Change>) {
        let tail = std::mem::take(&mut self.tail);
        if tail.is_empty() {
            return;
        }
        let after = self.log.last();
        for delta in tail {
            self.log.append(crate::replication::log::Entry { epoch: self.epoch, at: env.now, payload: delta });
        }
        changes.push(Change::Log { after: self.past_genesis(after), entries: self.log.after(after).to_vec() });
        changes.push(Change::Tail(Vec::new()));
    }

    /// A new term writes under a new identity (rule R3).
    fn forget_identity(&mut self) {
        self.writer.replica = None;
    }

    /// Learns of a leadership of the own site.
    pub(super) fn on_epoch(&mut self, env: &mut Env<'_>, epoch: Epoch, out: &mut Out) {
        if epoch <= self.epoch {
            return;
        }
        self.epoch = epoch;
        out.persist(Record(vec![Change::Epoch(epoch)]));
        if self.role == Role::Leader && epoch.leader != Some(self.me.node) {
            self.role = Role::Follower;
            self.forget_identity();
            let leader = epoch.leader.unwrap_or(self.me.node);
            out.note(|| Note::SteppedDown(epoch.term, leader));
            self.start_leading(env);
        }
    }

    pub(super) fn on_append(&mut self, env: &mut Env<'_>, from: NodeId, append: &Append<Arc<Delta>>, out: &mut Out) {
        if append.epoch < self.epoch {
            out.send(from, Message::NewerTerm(self.epoch));
            return;
        }
        self.on_epoch(env, append.epoch, out);
        if let Some(hole) = self.first_hole(append) {
            out.send(from, Message::Mismatch { epoch: append.epoch, retry_after: hole });
            return;
        }
        match self.log.accept(append) {
            Ok(accepted) => self.on_accepted(env, from, append, accepted, out),
            Err(retry_after) => out.send(from, Message::Mismatch { epoch: append.epoch, retry_after }),
        }
    }

    /// The leader's log is in causal order, so a hole can only mean a forged entry: nothing of it is taken.
    fn first_hole(&mut self, append: &Append<Arc<Delta>>) -> Option<Lsn> {
        let mut known = self.store.vector().clone();
        for entry in &append.entries {
            let delta = &entry.payload;
            let is_known = known.covers(delta.dot);
            let follows = known.get(delta.dot.replica) == delta.previous && known.covers_all(&delta.deps);
            if !is_known && !follows && self.config.rules.refuse_holes && self.config.rules.fresh_ids {
                return Some(append.previous);
            }
            known.observe(delta.dot);
        }
        None
    }

    fn on_accepted(&mut self, env: &mut Env<'_>, from: NodeId, append: &Append<Arc<Delta>>, accepted: Accepted<Arc<Delta>>, out: &mut Out) {
        let mut changes = Vec::new();
        let news = self.log.after(accepted.appended_after).to_vec();
        for entry in &news {
            self.apply_replicated(env, &entry.payload, out);
        }
        if !news.is_empty() || !accepted.truncated.is_empty() {
            changes.push(Change::Log { after: self.past_genesis(accepted.appended_after), entries: news });
        }
        self.keep_tail(accepted.truncated.into_iter().map(|entry| entry.payload), append, &mut changes, out);
        if !changes.is_empty() {
            out.persist(Record(changes));
            let position = accepted.position;
            out.note(|| Note::CaughtUp(position));
        }
        out.send(from, Message::Appended { epoch: append.epoch, position: accepted.position });
        self.hand_over(out);
    }

    fn apply_replicated(&mut self, env: &Env<'_>, delta: &Arc<Delta>, out: &mut Out) {
        match self.admit(delta, None) {
            Admission::New => {
                self.writer.clock.follow(delta.stamp, env.local_clock);
                out.note(|| Note::Applied(delta.dot));
                self.store.apply(delta.clone());
            }
            Admission::Known | Admission::Hole | Admission::Forged => {}
        }
    }

    /// What was truncated waits to be handed over; what the leader's log now holds needs not.
    fn keep_tail(
        &mut self,
        truncated: impl Iterator<Item = Arc<Delta>>,
        append: &Append<Arc<Delta>>,
        changes: &mut Vec<Change>,
        out: &mut Out,
    ) {
        let before = self.tail.len();
        self.tail.extend(truncated);
        let added_count = (self.tail.len() - before) as u32;
        let arrived = |delta: &Arc<Delta>| append.entries.iter().any(|entry| entry.payload.dot == delta.dot);
        self.tail.retain(|delta| !arrived(delta));
        if added_count > 0 {
            out.note(|| Note::TailHandedOver(added_count));
        }
        if added_count > 0 || self.tail.len() != before {
            changes.push(Change::Tail(self.tail.clone()));
        }
    }

    /// A follower with a tail keeps offering it until it comes back through the leader's log.
    fn hand_over(&mut self, out: &mut Out) {
        let Some(leader) = self.epoch.leader.filter(|leader| *leader != self.me.node) else { return };
        if !self.tail.is_empty() && self.role != Role::Leader {
            out.send(leader, Message::HandOver(self.tail.iter().take(MAX_HAND_OVER).cloned().collect()));
        }
    }

    pub(super) fn on_hand_over(&mut self, env: &mut Env<'_>, deltas: &[Arc<Delta>], out: &mut Out) {
        if self.role != Role::Leader {
            return;
        }
        let mut changes = Vec::new();
        self.ingest(env, (deltas, false), &mut changes, out);
        self.rule_on(env, &super::peers::keys_of(deltas), &mut changes, out);
        self.persist_news(changes, out);
    }

    pub(super) fn on_appended(&mut self, from: NodeId, epoch: Epoch, position: Lsn, out: &mut Out) {
        if self.role == Role::Leader && epoch == self.epoch {
            self.followers.matched(from, position);
            if self.followers.lacks(from, &self.log) {
                self.append_to(from, out);
            }
        }
    }

    pub(super) fn on_mismatch(&mut self, from: NodeId, epoch: Epoch, retry_after: Lsn, out: &mut Out) {
        if self.role == Role::Leader && epoch == self.epoch {
            self.followers.retry(from, retry_after);
            self.append_to(from, out);
        }
    }
}
