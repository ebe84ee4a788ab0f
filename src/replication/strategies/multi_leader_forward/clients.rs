//! What clients ask of a leader: reads, and writes with their conditions, here or at the key's home.

use super::keep::Keep;
use super::{Delivery, MultiLeaderForward, Out, Payload, Place, Write};
use crate::limits;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Key, Operation, Value};
use crate::replication::ids::{NodeId, RequestId};
use crate::replication::note::Note;
use crate::replication::protocol::{Condition, Env, Freshness, Refusal, Reply, Token};

/// What a client wants written.
pub(super) struct Intent {
    pub(super) key: Key,
    pub(super) operation: Operation,
    pub(super) condition: Option<Box<Condition>>,
    pub(super) context: VersionVector,
    pub(super) author: Author,
}

impl MultiLeaderForward {
    /// Who is home of a key; this leader itself where keys have no home.
    pub(super) fn home_of(&self, key: &Key) -> NodeId {
        match (self.config.home, self.epoch.leader) {
            (None, _) => self.me,
            (Some(_), Some(leader)) => leader,
            (Some(start), None) => start.home_of(key),
        }
    }

    /// Why this leader may not act as the home of a key.
    fn home_refusal(&self, env: &Env<'_>, key: &Key) -> Option<Refusal> {
        let home = self.home_of(key);
        if home != self.me {
            return Some(Refusal::NotLeader(home));
        }
        self.lease.as_ref().is_some_and(|lease| !lease.holds(env.local_clock)).then_some(Refusal::Unavailable)
    }

    pub(super) fn latest(&self, key: &Key) -> (Option<Value>, u64) {
        let shown = self.keys.get(key).and_then(Keep::shown);
        shown.map_or((None, 0), |write| (write.value.clone(), write.place.map_or(0, Place::version)))
    }

    /// Without homes every leader is as good as any other; there is no one order to be fresh in.
    pub(super) fn read(&self, env: &Env<'_>, key: &Key, freshness: Freshness) -> Reply {
        let refusal = match freshness {
            Freshness::Any => None,
            Freshness::Leader => self.home_refusal(env, key),
            Freshness::AtLeast(token) if token == Token::default() => None,
            Freshness::Within(_) | Freshness::AtLeast(_) => Some(Refusal::Unsupported),
        };
        if let Some(refusal) = refusal {
            return Reply::Refused(refusal);
        }
        let (value, version) = self.latest(key);
        Reply::Value { value, version, token: Token::default() }
    }

    pub(super) fn on_write(&mut self, env: &Env<'_>, request: RequestId, intent: Intent, out: &mut Out) {
        if let Some(refusal) = self.refusal(env, &intent) {
            return out.reply(request, Reply::Refused(refusal));
        }
        let Intent { key, operation, author, .. } = intent;
        let keep = self.keys.get(&key);
        let context = keep.map(|keep| keep.vector().clone()).unwrap_or_default();
        let place = self.config.home.map(|_| self.next_place(&key));
        let value = if let Operation::Put(value) = operation { Some(value) } else { None };
        let stamp_ms = env.local_clock.0.div_euclid(1_000_000);
        let write = Write { key: key.clone(), value, author, stamp_ms, context, place };
        let dot = self.accept(env, Payload::Write(write), out);
        let context = self.keys.get(&key).map(|keep| keep.vector().clone()).unwrap_or_default();
        let version = place.map_or(0, Place::version);
        out.reply(request, Reply::Written { version, dot: Some(dot), context, token: Token::default() });
        out.note(|| Note::Accepted(dot));
        self.pump(out);
    }

    fn refusal(&self, env: &Env<'_>, intent: &Intent) -> Option<Refusal> {
        let keep = self.keys.get(&intent.key);
        let has_seen = || keep.map_or_else(|| intent.context.is_empty(), |keep| keep.vector().covers_all(&intent.context));
        match &intent.operation {
            Operation::Cart(..) | Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_) => return Some(Refusal::Unsupported),
            Operation::Put(_) | Operation::Delete => {}
        }
        if let Some(refusal) = self.home_refusal(env, &intent.key) {
            return Some(refusal);
        }
        if let Some(Condition::Equals(expected)) = intent.condition.as_deref()
            && *expected != self.latest(&intent.key).0
        {
            return Some(Refusal::Unmet);
        }
        match () {
            () if self.log.len() >= limits::MAX_DELTAS => Some(Refusal::Full),
            // Taking it would put an effect before its cause.
            () if self.config.delivery == Delivery::Causal && !has_seen() => Some(Refusal::Behind),
            () => None,
        }
    }

    /// The place after the latest write that is known of a key.
    fn next_place(&self, key: &Key) -> Place {
        let latest = self.keys.get(key).map(Keep::place).unwrap_or_default();
        let sequence = if latest.epoch == self.epoch { latest.sequence.saturating_add(1) } else { 1 };
        Place { epoch: self.epoch, sequence }
    }
}
