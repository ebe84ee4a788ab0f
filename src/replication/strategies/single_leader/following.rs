//! A follower: takes the log of the leader that it obeys, drops what that one does not have, and applies the rest.

use super::copying::Arriving;
use super::durable::{Ballot, Record, Standing};
use super::log::{Entry, Fit, Spot};
use super::message::{Append, Appended, Message, Mismatch};
use super::settings::AcknowledgeOn;
use super::state::State;
use super::{Out, SingleLeader, Timer};
use crate::replication::ids::{Lsn, NodeId, Term};
use crate::replication::log::Epoch;
use crate::replication::note::Note;
use crate::replication::protocol::Env;
use crate::replication::time::{LocalTime, SimDuration};
use crate::replication::view::Role;
use std::collections::VecDeque;
use std::rc::Rc;

/// Marks of what the leader had acknowledged when; the oldest go first.
const MARKS_MAX: usize = 4_096;
/// No draw of the work per entry is longer than this many times its mean.
const LONGEST_APPLY: f64 = 50.0;

/// What only a follower has.
#[derive(Clone, Debug)]
pub(super) struct Following {
    /// When it heard its leader, by its own clock.
    pub(super) heard_at: LocalTime,
    /// Up to here its log is the leader's.
    pub(super) verified: Lsn,
    /// What the leader said is acknowledged.
    leader_commit: Option<Lsn>,
    /// The newest heartbeat round it heard.
    round: u64,
    /// What was acknowledged when, by the leader's clock, and is not applied here yet.
    marks: VecDeque<(Lsn, LocalTime)>,
    pub(super) current_as_of: Option<LocalTime>,
    pub(super) is_applying: bool,
    pub(super) arriving: Option<Arriving>,
}

impl Following {
    /// Right after a start: a leader may have been heard just before.
    pub(super) const fn new(now: LocalTime) -> Self {
        Self {
            heard_at: now,
            verified: Lsn(0),
            leader_commit: None,
            round: 0,
            marks: VecDeque::new(),
            current_as_of: None,
            is_applying: false,
            arriving: None,
        }
    }

    /// Another leader: nothing is known of its log yet.
    fn forget_leader(&mut self) {
        *self = Self { current_as_of: self.current_as_of, is_applying: self.is_applying, ..Self::new(self.heard_at) };
    }
}

impl SingleLeader {
    /// The leader sends entries, or a sign of life.
    pub(super) fn on_append(&mut self, env: &mut Env<'_>, from: NodeId, append: &Append, out: &mut Out) {
        if self.ignores(from, append.epoch, out) {
            return;
        }
        self.hear_leader(env, from, append.epoch, out);
        self.follow.round = self.follow.round.max(append.round);
        match self.kept.log.fit(append.previous.lsn, append.previous.epoch, &append.entries) {
            Fit::Mismatch(retry) => self.send_mismatch(from, retry, false, out),
            Fit::TooOld => self.send_mismatch(from, self.kept.log.base(), true, out),
            Fit::Known => self.take_in(env, from, append, None, out),
            Fit::After(after, index) => self.take_in(env, from, append, Some((after, &append.entries[index..])), out),
        }
    }

    fn send_mismatch(&self, from: NodeId, retry: Lsn, is_too_old: bool, out: &mut Out) {
        let spot = Spot { epoch: self.kept.log.epoch_at(retry).unwrap_or_default(), lsn: retry };
        out.send(from, Message::Mismatch(Mismatch { epoch: self.kept.epoch, retry: spot, is_too_old, round: self.follow.round }));
    }

    fn take_in(&mut self, env: &mut Env<'_>, from: NodeId, append: &Append, news: Option<(Lsn, &[Rc<Entry>])>, out: &mut Out) {
        let held = Lsn(append.previous.lsn.0 + append.entries.len() as u64);
        self.follow.verified = self.follow.verified.max(held);
        let is_early = self.config.acknowledge_on == AcknowledgeOn::Received;
        if is_early {
            self.acknowledge(from, out);
        }
        if let Some((after, entries)) = news {
            self.replace_after(after, entries, out);
        }
        self.learn_commit(append, held, out);
        self.apply_more(env, out);
        if !is_early {
            self.acknowledge(from, out);
        }
    }

    fn acknowledge(&self, to: NodeId, out: &mut Out) {
        let held = self.follow.verified;
        let acknowledged = if self.config.acknowledge_on == AcknowledgeOn::Applied { held.min(self.state.applied) } else { held };
        out.send(to, Message::Appended(Appended { epoch: self.kept.epoch, held, acknowledged, round: self.follow.round }));
    }

    /// The log after a position is the leader's; what else stood there is dropped, and listed.
    fn replace_after(&mut self, after: Lsn, entries: &[Rc<Entry>], out: &mut Out) {
        let dropped = self.kept.log.last().0 - after.0;
        self.keep(Record::Log(after, entries.to_vec()), out);
        if dropped > 0 {
            self.commit = self.commit.min(after);
            self.stable = self.stable.min(after);
            out.note(|| Note::TailDiscarded(after, dropped as u32));
        }
        if self.state.applied > after {
            self.state = State::rebuilt(&self.kept, after);
        }
        self.see_group(out);
    }

    fn learn_commit(&mut self, append: &Append, held: Lsn, out: &mut Out) {
        self.follow.leader_commit = self.follow.leader_commit.max(Some(append.commit));
        self.stable = self.stable.max(append.stable.min(held));
        let marks = &mut self.follow.marks;
        match marks.back_mut() {
            Some((lsn, at)) if *lsn >= append.commit => *at = (*at).max(append.sent_at),
            _ => marks.push_back((append.commit, append.sent_at)),
        }
        if marks.len() > MARKS_MAX {
            marks.pop_front();
        }
        let commit = append.commit.min(held);
        if commit > self.commit {
            self.commit = commit;
            self.settle_waiting(out);
        }
    }

    /// Up to where it may apply its log now.
    fn may_apply(&self) -> Lsn {
        let last = self.kept.log.last();
        if self.config.applies_on_receipt() { last } else { self.commit.min(last) }
    }

    /// Applies what it may: at once, or one entry after another when that takes time.
    pub(super) fn apply_more(&mut self, env: &mut Env<'_>, out: &mut Out) {
        let upto = self.may_apply();
        if self.state.applied >= upto {
            return self.after_apply(out);
        }
        if self.config.apply == SimDuration::ZERO {
            self.state.apply(&self.kept.log, upto);
            out.note(|| Note::CaughtUp(upto));
            self.after_apply(out);
        } else if !self.follow.is_applying {
            self.follow.is_applying = true;
            out.set_timer(Timer::Apply, self.draw_work(env));
        }
    }

    fn draw_work(&self, env: &mut Env<'_>) -> SimDuration {
        if !self.config.apply_varies {
            return self.config.apply;
        }
        let factor = (-libm::log(env.rng.unit())).min(LONGEST_APPLY);
        SimDuration((self.config.apply.0 as f64 * factor) as u64)
    }

    /// One entry is applied.
    pub(super) fn on_apply(&mut self, env: &mut Env<'_>, out: &mut Out) {
        self.follow.is_applying = false;
        if self.role == Role::Leader {
            return;
        }
        let next = self.state.applied.next();
        if next <= self.may_apply() {
            self.state.apply(&self.kept.log, next);
            out.note(|| Note::CaughtUp(next));
        }
        self.after_apply(out);
        if self.config.acknowledge_on == AcknowledgeOn::Applied
            && let Some(leader) = self.leader_elsewhere()
        {
            self.acknowledge(leader, out);
        }
        self.apply_more(env, out);
    }

    /// What it knows now about how current it is.
    fn after_apply(&mut self, out: &mut Out) {
        let sure = self.state.applied.min(self.follow.verified);
        while let Some((_, at)) = self.follow.marks.pop_front_if(|(lsn, _)| *lsn <= sure) {
            self.follow.current_as_of = Some(at);
        }
        if !self.is_caught_up && self.follow.leader_commit.is_some_and(|commit| commit <= sure && self.is_settled(commit)) {
            self.is_caught_up = true;
            Self::tell(out, "caught-up", || format!("has caught up with its leader at {sure} and answers reads"));
        }
        self.drop_old_entries(out);
    }

    /// Whether a leader that acknowledged this knows all that was acknowledged before it led.
    fn is_settled(&self, commit: Lsn) -> bool {
        let epoch = self.kept.epoch;
        epoch.term <= Term(1) || self.kept.log.epoch_at(commit) == Some(epoch)
    }

    /// Whether a sender is not (or no longer) the leader to obey; tells it so.
    pub(super) fn ignores(&self, from: NodeId, epoch: Epoch, out: &mut Out) -> bool {
        if !self.config.fencing {
            return self.role == Role::Leader;
        }
        let is_old = epoch < self.kept.epoch || epoch.term < self.kept.ballot.term;
        if is_old {
            out.send(from, Message::Newer(self.kept.ballot.term, self.kept.epoch));
        }
        is_old || self.leads(epoch)
    }

    /// A leader to obey was heard.
    pub(super) fn hear_leader(&mut self, env: &mut Env<'_>, from: NodeId, epoch: Epoch, out: &mut Out) {
        if epoch != self.kept.epoch {
            self.adopt(epoch, epoch.term, out);
        }
        if matches!(self.role, Role::Leader | Role::Candidate) {
            self.step_down(env, from, out);
        }
        self.bid = None;
        self.follow.heard_at = env.local_clock;
        self.arm(env, out);
    }

    /// Notes a leadership or a term, durably.
    pub(super) fn adopt(&mut self, epoch: Epoch, term: Term, out: &mut Out) {
        let ballot = if term > self.kept.ballot.term { Ballot { term, voted: None } } else { self.kept.ballot };
        if epoch != self.kept.epoch {
            self.follow.forget_leader();
        }
        self.keep(Record::Epoch(epoch, ballot), out);
    }

    /// Somebody knows of a newer term or leadership.
    pub(super) fn on_newer(&mut self, env: &mut Env<'_>, from: (NodeId, Term, Epoch), out: &mut Out) {
        let (from, term, epoch) = from;
        if !self.config.fencing || (term <= self.kept.ballot.term && epoch <= self.kept.epoch) {
            return;
        }
        self.adopt(epoch.max(self.kept.epoch), term.max(epoch.term), out);
        if matches!(self.role, Role::Leader | Role::Candidate) {
            self.step_down(env, from, out);
        }
    }

    /// It does not lead (or want to) any more. A former leader answers reads only once it has caught up.
    pub(super) fn step_down(&mut self, env: &mut Env<'_>, by: NodeId, out: &mut Out) {
        let led = self.role == Role::Leader;
        self.role = self.resting_role();
        self.bid = None;
        if led {
            self.is_caught_up = false;
            out.cancel_timer(Timer::Fallback);
            let (term, leader) = (self.kept.ballot.term, self.leader_elsewhere().unwrap_or(by));
            out.note(|| Note::SteppedDown(term, leader));
            self.turn_away(out);
            self.lead = super::leading::Leading::default();
            self.follow = Following::new(env.local_clock);
        }
        self.arm(env, out);
    }

    /// The log may have changed what this node is to the group.
    pub(super) fn see_group(&mut self, out: &mut Out) {
        let members = self.kept.members();
        let standing = match self.kept.standing {
            Standing::Joining | Standing::Outsider if members.is_voter(self.me) => Standing::Member,
            // What had taken it in was dropped: it asks again.
            Standing::Member if !members.contains(self.me) => Standing::Joining,
            same => same,
        };
        if standing != self.kept.standing {
            self.keep(Record::Standing(standing), out);
        }
        if !matches!(self.role, Role::Leader | Role::Candidate) {
            self.role = self.resting_role();
        }
    }
}
