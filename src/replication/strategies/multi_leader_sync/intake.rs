//! What comes in: which delta may, in which order, and what is noted of it.

use super::{Change, MultiLeaderSync, Out};
use crate::replication::delta::{Delta, Operation};
use crate::replication::hash::Digest;
use crate::replication::ids::Lsn;
use crate::replication::log::Entry;
use crate::replication::note::{Alarm, Note};
use crate::replication::protocol::Env;
use crate::replication::store::Admission;
use std::sync::Arc;

impl MultiLeaderSync {
    /// Appends a delta to the store and to the site's log.
    pub(super) fn take_in(&mut self, env: &Env<'_>, delta: Arc<Delta>, changes: &mut Vec<Change>) {
        let after = self.past_genesis(self.log.last());
        let entry = Entry { epoch: self.epoch, at: env.now, payload: delta.clone() };
        self.store.apply(delta);
        self.log.append(entry.clone());
        match changes.last_mut() {
            Some(Change::Log { after: first, entries }) if first.0 + entries.len() as u64 == after.0 => entries.push(entry),
            _ => changes.push(Change::Log { after, entries: vec![entry] }),
        }
    }

    /// A position of the durable log, which leaves out what every replica starts with.
    pub(super) fn past_genesis(&self, position: Lsn) -> Lsn {
        Lsn(position.0.saturating_sub(self.config.cart.len() as u64))
    }

    /// What may be done with a delta that arrives, under the rules in force.
    pub(super) fn admit(&mut self, delta: &Delta, link: Option<Digest>) -> Admission {
        match self.store.admit_linked(delta, link) {
            Admission::Forged if !self.config.rules.fresh_ids => {
                if self.store.vector().covers(delta.dot) {
                    Admission::Known
                } else {
                    Admission::New
                }
            }
            Admission::Forged => {
                self.alarm = Some(Alarm::DotReused(delta.dot));
                Admission::Forged
            }
            Admission::Hole if !self.config.rules.refuse_holes => Admission::New,
            admission => admission,
        }
    }

    /// Takes deltas of others in, in order, up to the first that does not follow. Returns how many are known now.
    pub(super) fn ingest(
        &mut self,
        env: &Env<'_>,
        (deltas, is_linked): (&[Arc<Delta>], bool),
        changes: &mut Vec<Change>,
        out: &mut Out,
    ) -> usize {
        for (index, delta) in deltas.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| &deltas[before]);
            let link = before.filter(|before| is_linked && before.dot.replica == delta.dot.replica).map(|before| before.chain);
            match self.admit(delta, link) {
                Admission::Known => {}
                Admission::New if self.is_dropped_by_clock(delta) || self.is_dropped_unknown(delta) => self.store.skip(delta.dot),
                Admission::New => self.ingest_one(env, delta, changes, out),
                Admission::Hole | Admission::Forged => return index,
            }
        }
        deltas.len()
    }

    fn ingest_one(&mut self, env: &Env<'_>, delta: &Arc<Delta>, changes: &mut Vec<Change>, out: &mut Out) {
        if !self.writer.clock.follow(delta.stamp, env.local_clock) {
            out.note(|| Note::ClockAhead(delta.dot));
        }
        self.note_conflicts(delta, out);
        out.note(|| Note::Applied(delta.dot));
        self.take_in(env, delta.clone(), changes);
    }

    /// Rule R12 off: what this version does not know is thrown away.
    fn is_dropped_unknown(&self, delta: &Delta) -> bool {
        !self.config.rules.keep_unknown && matches!(delta.operation, Operation::Opaque(_))
    }

    /// Rule R1 off: whoever has the earlier clock is dropped on arrival, silently.
    fn is_dropped_by_clock(&self, delta: &Delta) -> bool {
        let log = self.store.key(&delta.key);
        let is_older = |known: &Arc<Delta>| known.rank() > delta.rank();
        !self.config.rules.detect_by_vector && log.is_some_and(|log| log.deltas.iter().any(is_older))
    }

    /// A delta about to come in meets versions that its writer had not seen.
    pub(super) fn note_conflicts(&self, delta: &Delta, out: &mut Out) {
        let Some(log) = self.store.key(&delta.key).filter(|_| out.explains()) else { return };
        for version in log.versions(delta.item()) {
            let here = version.dot;
            if !delta.context.covers(here) {
                out.note(|| Note::Conflict { key: delta.key.clone(), item: delta.item().cloned(), here, arrived: delta.dot });
            }
        }
    }
}
