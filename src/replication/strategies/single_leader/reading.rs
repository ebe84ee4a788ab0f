//! Reads: at any node from what it has applied; fresh ones at the leader, once it is sure of what it must show.

use super::{Out, SingleLeader, passed};
use crate::replication::delta::{Key, Value};
use crate::replication::ids::{Lsn, RequestId};
use crate::replication::protocol::{Env, Freshness, Refusal, Reply, Token};
use crate::replication::time::SimDuration;
use crate::replication::view::Role;

/// What a client wants to be told.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// One value.
    One(Key),
    /// Several.
    Many(Vec<Key>),
    /// That the condition of its write does not hold.
    Unmet,
}

/// A read that a leader cannot answer yet.
#[derive(Clone, Debug)]
pub(super) struct PendingRead {
    request: RequestId,
    wanted: Wanted,
    /// Answered once this is committed,
    index: Lsn,
    /// and once a majority has answered this round.
    round: u64,
}

impl SingleLeader {
    /// A client reads.
    pub(super) fn on_read(&mut self, env: &Env<'_>, request: RequestId, wanted: Wanted, freshness: Freshness, out: &mut Out) {
        if self.role == Role::Leader {
            return self.on_read_at_leader(env, request, wanted, freshness, out);
        }
        let is_behind = match freshness {
            _ if self.role == Role::Spare => return out.reply(request, self.not_leader()),
            Freshness::Leader => return out.reply(request, self.not_leader()),
            _ if self.config.catch_up_first && !self.is_caught_up => true,
            Freshness::Any => false,
            Freshness::Within(most) => self.estimated_lag(env).is_none_or(|lag| lag > most),
            Freshness::AtLeast(token) => !self.has_applied(token),
        };
        if is_behind { Self::refuse(request, Refusal::Behind, out) } else { out.reply(request, self.answer(&wanted)) }
    }

    fn on_read_at_leader(&mut self, env: &Env<'_>, request: RequestId, wanted: Wanted, freshness: Freshness, out: &mut Out) {
        match freshness {
            Freshness::Leader if !self.holds_lease(env) => Self::refuse(request, Refusal::Unavailable, out),
            Freshness::Leader => self.read_as_leader(env, request, wanted, self.commit, out),
            Freshness::AtLeast(token) if !self.has_applied(token) => Self::refuse(request, Refusal::Behind, out),
            Freshness::Any | Freshness::Within(_) | Freshness::AtLeast(_) => {
                let index = if self.config.catch_up_first { self.lead.begin } else { Lsn(0) };
                self.answer_once(PendingRead { request, wanted, index, round: 0 }, out);
            }
        }
    }

    /// Answers once `index` is committed and, where that is asked for, a majority has confirmed that this node still leads.
    pub(super) fn read_as_leader(&mut self, env: &Env<'_>, request: RequestId, wanted: Wanted, index: Lsn, out: &mut Out) {
        let index = index.max(self.lead.begin);
        let mut pending = PendingRead { request, wanted, index, round: 0 };
        if self.config.confirm_reads {
            self.beat(env, out);
            pending.round = self.lead.round;
        }
        self.answer_once(pending, out);
    }

    fn answer_once(&mut self, pending: PendingRead, out: &mut Out) {
        self.lead.reads.push(pending);
        self.answer_reads(out);
    }

    /// Answers the reads that waited for what is now sure.
    pub(super) fn answer_reads(&mut self, out: &mut Out) {
        if self.lead.reads.is_empty() {
            return;
        }
        let reads = std::mem::take(&mut self.lead.reads);
        for read in reads {
            if read.index <= self.commit && read.round <= self.lead.confirmed {
                out.reply(read.request, self.answer(&read.wanted));
            } else {
                self.lead.reads.push(read);
            }
        }
    }

    /// It does not lead any more: those who wait for it must ask elsewhere. Nothing of what they asked for happened.
    pub(super) fn turn_away(&mut self, out: &mut Out) {
        let reads = std::mem::take(&mut self.lead.reads).into_iter().map(|read| read.request);
        let queued = std::mem::take(&mut self.lead.queued).into_iter().map(|asked| asked.request);
        for request in reads.chain(queued).collect::<Vec<_>>() {
            out.reply(request, self.not_leader());
        }
    }

    fn answer(&self, wanted: &Wanted) -> Reply {
        match wanted {
            Wanted::One(key) => {
                let (value, version) = self.visible(key);
                Reply::Value { value, version, token: self.token() }
            }
            Wanted::Many(keys) => {
                let read = |key: &Key| {
                    let (value, version) = self.visible(key);
                    (key.clone(), value, version)
                };
                Reply::Values(keys.iter().map(read).collect())
            }
            Wanted::Unmet => Reply::Refused(Refusal::Unmet),
        }
    }

    fn visible(&self, key: &Key) -> (Option<Value>, u64) {
        self.state.get(key).map_or((None, 0), |cell| (cell.value.clone(), cell.lsn.0))
    }

    /// The last entry that readers see.
    fn token(&self) -> Token {
        let lsn = self.state.applied;
        Token { term: self.kept.log.epoch_at(lsn).unwrap_or_default().term, lsn }
    }

    /// Whether readers see the entry that a token names. An entry of the same position but another term is another entry:
    /// the token's was lost with its leader, and no replica will ever have it.
    fn has_applied(&self, token: Token) -> bool {
        let is_there = || self.kept.log.epoch_at(token.lsn).is_some_and(|epoch| epoch.term == token.term);
        token.lsn == Lsn(0) || token.lsn <= self.state.applied && is_there()
    }

    /// How far it believes to be behind: the time, by its own clock, since the leader's clock stood where all that it had
    /// acknowledged then is applied here. Clocks that disagree falsify it.
    pub(super) fn estimated_lag(&self, env: &Env<'_>) -> Option<SimDuration> {
        self.follow.current_as_of.map(|at| passed(at, env.local_clock))
    }
}
