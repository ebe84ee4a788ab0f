//! When a write counts as written: the acknowledgements that a leader waits for, and whom it then answers.

use super::durable::Record;
use super::log::dot_of;
use super::settings::Replication;
use super::{Out, SingleLeader, Timer, passed};
use crate::replication::ids::{Lsn, NodeId, RequestId};
use crate::replication::log::Epoch;
use crate::replication::protocol::{Env, Refusal, Reply, Token};
use crate::replication::time::{LocalTime, SimDuration};
use crate::replication::view::Role;

/// Heartbeats without an answer after which a follower counts as out of reach.
const BEATS_IN_REACH: u64 = 4;

/// A client whose write this node took.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) epoch: Epoch,
    pub(super) lsn: Lsn,
    pub(super) request: RequestId,
    pub(super) since: LocalTime,
}

impl SingleLeader {
    /// A client waits for its write from now on.
    pub(super) fn wait_for(&mut self, waiting: Waiting, out: &mut Out) {
        if !self.lead.has_fallen_back && self.waiting.is_empty() {
            self.limit_wait(out);
        }
        self.waiting.push(waiting);
    }

    /// From now on it waits for its synchronous followers no longer than it may.
    pub(super) fn limit_wait(&self, out: &mut Out) {
        let may_fall_back = matches!(self.config.replication, Replication::SemiSynchronous | Replication::Synchronous);
        if may_fall_back && self.config.synchronous_timeout > SimDuration::ZERO {
            out.set_timer(Timer::Fallback, self.config.synchronous_timeout);
        }
    }

    /// Looks how far the log counts as written now, and answers those who waited for it. Only entries of its own epoch
    /// are counted; those before go with them (Raft §5.4.2).
    pub(super) fn advance(&mut self, env: &Env<'_>, out: &mut Out) {
        let own = |lsn: Lsn| self.kept.log.epoch_at(lsn) == Some(self.kept.epoch);
        let majority = self.held_by_majority();
        if majority > self.stable && own(majority) {
            self.stable = majority;
        }
        let required = self.required(env);
        if self.lead.has_fallen_back && required == self.kept.log.last() {
            self.lead.has_fallen_back = false;
            Self::tell(out, "synchronous-again", || "waits for its synchronous followers again: they have caught up".to_owned());
        }
        let reached = if self.lead.has_fallen_back { self.kept.log.last() } else { required };
        let own = |lsn: Lsn| self.kept.log.epoch_at(lsn) == Some(self.kept.epoch);
        if reached > self.commit && own(reached) {
            self.commit = reached;
            self.state.apply(&self.kept.log, reached);
            self.settle_waiting(out);
        }
        self.answer_reads(out);
        self.drop_old_entries(out);
    }

    /// What the acknowledgements say that are asked for.
    fn required(&self, env: &Env<'_>) -> Lsn {
        let last = self.kept.log.last();
        let others = self.kept.members().voters.iter().copied().filter(|voter| *voter != self.me);
        match self.config.replication {
            Replication::Asynchronous => last,
            Replication::SemiSynchronous => {
                let wanted = self.config.synchronous_count;
                let mut acknowledged: Vec<Lsn> = if self.config.takes_first {
                    others.filter(|node| self.is_in_reach(env, *node)).take(wanted).map(|node| self.acknowledged_by(node)).collect()
                } else {
                    others.map(|node| self.acknowledged_by(node)).collect()
                };
                acknowledged.sort_unstable_by(|one, other| other.cmp(one));
                acknowledged.get(wanted - 1).copied().unwrap_or(Lsn(0))
            }
            Replication::Synchronous => others.map(|node| self.acknowledged_by(node)).min().unwrap_or(last),
            Replication::Majority => self.held_by_majority(),
        }
    }

    fn held_by_majority(&self) -> Lsn {
        let last = self.kept.log.last();
        let held = |node: NodeId| if node == self.me { last.0 } else { self.acknowledged_by(node).0 };
        Lsn(self.kept.members().reached_by_majority(held))
    }

    fn acknowledged_by(&self, node: NodeId) -> Lsn {
        self.lead.progress(node).map_or(Lsn(0), |progress| progress.acknowledged.min(self.kept.log.last()))
    }

    /// Whether a follower was heard lately.
    pub(super) fn is_in_reach(&self, env: &Env<'_>, node: NodeId) -> bool {
        let window = SimDuration(self.config.heartbeat_every.0.saturating_mul(BEATS_IN_REACH));
        let heard = self.lead.progress(node).is_some_and(|progress| passed(progress.heard_at, env.local_clock) <= window);
        heard && !self.down.contains(&node)
    }

    /// Tells clients whose write's fate is known: it stands in the log, or another entry stands in its place.
    pub(super) fn settle_waiting(&mut self, out: &mut Out) {
        let (commit, log) = (self.commit, &self.kept.log);
        self.waiting.retain(|waiting| {
            if waiting.lsn > commit {
                return true;
            }
            let reply = if log.epoch_at(waiting.lsn) == Some(waiting.epoch) {
                Reply::Written {
                    version: waiting.lsn.0,
                    dot: Some(dot_of(waiting.epoch, waiting.lsn)),
                    context: log.vector(waiting.lsn),
                    token: Token { term: waiting.epoch.term, lsn: waiting.lsn },
                }
            } else {
                Reply::Refused(Refusal::Unavailable)
            };
            out.reply(waiting.request, reply);
            false
        });
    }

    /// A write, or the beginning of the leadership, may have waited for too long.
    pub(super) fn on_fallback(&mut self, env: &Env<'_>, out: &mut Out) {
        let begun = self.lead.since.filter(|_| self.commit < self.lead.begin);
        let since = self.waiting.iter().filter(|waiting| waiting.epoch == self.kept.epoch).map(|waiting| waiting.since).chain(begun);
        let oldest = since.map(|since| passed(since, env.local_clock)).max();
        let Some(age) = oldest.filter(|_| self.role == Role::Leader && !self.lead.has_fallen_back) else { return };
        let timeout = self.config.synchronous_timeout;
        if age < timeout {
            return out.set_timer(Timer::Fallback, SimDuration(timeout.0 - age.0));
        }
        self.lead.has_fallen_back = true;
        Self::tell(out, "fell-back", || "goes on asynchronously: its synchronous followers did not acknowledge in time".to_owned());
        self.advance(env, out);
    }

    /// Keeps the log short: what a majority holds stays as records only.
    pub(super) fn drop_old_entries(&mut self, out: &mut Out) {
        let keep = self.config.log_keep;
        let copied = self.lead.followers.iter().filter_map(|progress| progress.copying.as_ref()).map(|copying| copying.lsn()).min();
        let upto = self.stable.min(self.state.applied).min(self.commit).min(copied.unwrap_or(self.stable));
        if keep == 0 || upto.0 < self.kept.log.base().0 + 2 * keep {
            return;
        }
        let upto = Lsn(upto.0 - keep);
        self.keep(Record::Compact(upto), out);
        Self::tell(out, "log-truncated", || format!("drops its log up to {upto}"));
    }
}
