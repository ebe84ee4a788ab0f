//! Who leads next: a follower that hears no leader asks for votes (Raft §5.2, §5.4.1; trial votes: dissertation §9.6), or,
//! without votes, the follower with the lowest number in reach decides alone. Votes and terms are durable.

use super::durable::{Ballot, Record};
use super::log::Spot;
use super::message::{Answer, Ask, Message, Purpose};
use super::settings::Failover;
use super::{Out, SingleLeader, Timer, passed};
use crate::replication::ids::{NodeId, Term};
use crate::replication::protocol::Env;
use crate::replication::time::{LocalTime, SimDuration};
use crate::replication::view::Role;
use std::cmp::Reverse;

/// What a node asked the others, and what they answered.
#[derive(Clone, Debug)]
pub(super) struct Bid {
    pub(super) term: Term,
    pub(super) purpose: Purpose,
    since: LocalTime,
    grants: Vec<NodeId>,
    answers: Vec<(NodeId, Spot)>,
    /// Whether a leader answered.
    leader_lives: bool,
}

impl SingleLeader {
    /// Sets the failure detector anew, to a time drawn between the timeout and twice that.
    pub(super) fn arm(&mut self, env: &mut Env<'_>, out: &mut Out) {
        if self.config.failover == Failover::None || self.role == Role::Leader || !self.is_voter() {
            if self.alarm.take().is_some() {
                out.cancel_timer(Timer::Failover);
            }
            return;
        }
        let timeout = self.config.failover_timeout.0;
        let extra = (u128::from(env.rng.bits()) * u128::from(timeout)) >> 64;
        self.set_alarm(env, SimDuration(timeout + extra as u64), out);
    }

    fn set_alarm(&mut self, env: &Env<'_>, delay: SimDuration, out: &mut Out) {
        self.alarm = Some((env.now, env.now + delay));
        out.set_timer(Timer::Failover, delay);
    }

    /// The leader was not heard for too long, or a survey or an election came to nothing.
    pub(super) fn on_leader_lost(&mut self, env: &mut Env<'_>, out: &mut Out) {
        self.alarm = None;
        if self.role == Role::Leader || !self.is_voter() {
            return;
        }
        match (self.config.failover, &self.bid) {
            (Failover::None, _) => {}
            (Failover::Observer, Some(_)) => self.decide_alone(env, out),
            (Failover::Observer | Failover::Vote, _) => self.bid_for(env, Purpose::Trial, out),
        }
    }

    /// Told to lead: by the command, or by a leader that leaves.
    pub(super) fn take_over(&mut self, env: &mut Env<'_>, out: &mut Out) {
        if self.role == Role::Leader || !self.is_voter() {
            return;
        }
        if self.config.failover == Failover::Vote {
            self.bid_for(env, Purpose::Transfer, out);
        } else {
            self.become_leader(env, self.kept.ballot.term.next(), env.local_clock, out);
        }
    }

    /// Asks all voters.
    fn bid_for(&mut self, env: &mut Env<'_>, purpose: Purpose, out: &mut Out) {
        let term = self.kept.ballot.term.next();
        if purpose != Purpose::Trial {
            self.keep(Record::Epoch(self.kept.epoch, Ballot { term, voted: Some(self.me) }), out);
            self.role = Role::Candidate;
            Self::tell(out, "asks-for-votes", || format!("asks for votes in term {}", term.0));
        }
        let since = env.local_clock;
        self.bid = Some(Bid { term, purpose, since, grants: vec![self.me], answers: Vec::new(), leader_lives: false });
        let ask = Ask { term, end: self.kept.log.end(), purpose };
        for voter in self.kept.members().voters.iter().filter(|voter| **voter != self.me) {
            out.send(*voter, Message::Ask(ask));
        }
        if self.config.failover == Failover::Observer {
            self.set_alarm(env, self.config.heartbeat_every, out);
        } else {
            self.arm(env, out);
        }
        self.count_votes(env, out);
    }

    /// Somebody asks for a vote, or how far this node is.
    pub(super) fn on_ask(&mut self, env: &mut Env<'_>, from: NodeId, ask: Ask, out: &mut Out) {
        let is_granted = self.config.failover == Failover::Vote && self.vote(env, from, ask, out);
        let answer = Answer {
            asked: (ask.term, ask.purpose),
            is_granted,
            term: self.kept.ballot.term,
            end: self.kept.log.end(),
            leads: self.role == Role::Leader,
        };
        out.send(from, Message::Answer(answer));
    }

    /// Whether it votes for `from`. Never twice in a term, never for a shorter log, and not while it hears a leader: so a
    /// node that was cut off disturbs nobody, and a lease holds.
    fn vote(&mut self, env: &mut Env<'_>, from: NodeId, ask: Ask, out: &mut Out) -> bool {
        let may_disturb = ask.purpose == Purpose::Transfer && !self.config.lease;
        if !may_disturb && self.has_leader(env) {
            return false;
        }
        let ballot = self.kept.ballot;
        let is_free = ask.term > ballot.term || (ask.term == ballot.term && ballot.voted == Some(from));
        let is_granted = is_free && ask.end >= self.kept.log.end();
        if ask.purpose == Purpose::Trial {
            return is_granted && ask.term > ballot.term;
        }
        if ask.term > ballot.term {
            let voted = is_granted.then_some(from);
            self.keep(Record::Epoch(self.kept.epoch, Ballot { term: ask.term, voted }), out);
            if matches!(self.role, Role::Leader | Role::Candidate) {
                self.step_down(env, from, out);
            }
        }
        if is_granted {
            self.follow.heard_at = if self.config.lease { env.local_clock } else { self.follow.heard_at };
            self.bid = None;
            self.arm(env, out);
            Self::tell(out, "voted", || format!("votes for {from} in term {}", ask.term.0));
        }
        is_granted
    }

    /// Whether it has heard its leader, or as a leader a majority, for less than the timeout (and the lease).
    fn has_leader(&self, env: &Env<'_>) -> bool {
        let lease = if self.config.lease { self.config.lease_length } else { SimDuration::ZERO };
        let heard_at = if self.role == Role::Leader { self.lead.lease_from } else { Some(self.follow.heard_at) };
        heard_at.is_some_and(|at| passed(at, env.local_clock) < self.config.failover_timeout.max(lease))
    }

    /// An answer.
    pub(super) fn on_answer(&mut self, env: &mut Env<'_>, from: NodeId, answer: Answer, out: &mut Out) {
        let is_voter = self.kept.members().is_voter(from);
        let Some(bid) = self.bid.as_mut().filter(|bid| answer.asked == (bid.term, bid.purpose)) else { return };
        if self.config.failover == Failover::Vote && answer.term > bid.term {
            self.adopt(self.kept.epoch, answer.term, out);
            self.role = self.resting_role();
            self.bid = None;
            return self.arm(env, out);
        }
        bid.leader_lives |= answer.leads && answer.term >= self.kept.ballot.term;
        if is_voter && bid.answers.iter().all(|(node, _)| *node != from) {
            bid.answers.push((from, answer.end));
            if answer.is_granted {
                bid.grants.push(from);
            }
        }
        self.count_votes(env, out);
    }

    fn count_votes(&mut self, env: &mut Env<'_>, out: &mut Out) {
        let Some(bid) = self.bid.as_ref().filter(|_| self.config.failover == Failover::Vote) else { return };
        let members = self.kept.members();
        if bid.grants.iter().filter(|node| members.is_voter(**node)).count() < members.majority() {
            return;
        }
        match (bid.purpose, bid.term, bid.since) {
            (Purpose::Trial, ..) => self.bid_for(env, Purpose::Election, out),
            (Purpose::Election | Purpose::Transfer, term, since) => self.become_leader(env, term, since, out),
        }
    }

    /// The survey is over. The lowest number among those who answered is the observer, and promotes whose log is the most
    /// advanced; nobody, if a leader answered.
    fn decide_alone(&mut self, env: &mut Env<'_>, out: &mut Out) {
        let Some(bid) = self.bid.take() else { return };
        let is_observer = bid.answers.iter().all(|(node, _)| *node > self.me);
        let own = (self.me, self.kept.log.end());
        let best = bid.answers.iter().copied().chain([own]).max_by_key(|(node, end)| (*end, Reverse(*node)));
        match best {
            Some((best, _)) if is_observer && !bid.leader_lives => {
                if best == self.me {
                    return self.take_over(env, out);
                }
                out.send(best, Message::Lead);
            }
            _ => {}
        }
        self.arm(env, out);
    }
}
