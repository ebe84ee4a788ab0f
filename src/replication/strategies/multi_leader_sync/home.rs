//! The home leader's part in mode `Home`: it rules on every write of a key that nobody has ruled on, in the order of
//! arrival. Rulings are deltas like all others, so they travel, survive and are checked like them.

use super::{Arc, Change, MultiLeaderSync, Out};
use crate::replication::IS_OPENING_ALONE;
use crate::replication::delta::{Author, Delta, Key, Mode, Operation, Ruling};
use crate::replication::modes::{self, home};
use crate::replication::note::Note;
use crate::replication::protocol::Env;
use crate::replication::view::Role;
use crate::replication::writer::Intent;

impl MultiLeaderSync {
    /// Whether this node is the leader of the home of all keys.
    fn is_home(&self) -> bool {
        self.role == Role::Leader && self.config.home == Some(self.me.site)
    }

    /// Rules on what came in for these keys.
    pub(super) fn rule_on(&mut self, env: &mut Env<'_>, keys: &[Key], changes: &mut Vec<Change>, out: &mut Out) {
        if IS_OPENING_ALONE || !self.is_home() {
            return;
        }
        for key in keys {
            while let Some(ruling) = self.next_ruling(key) {
                self.mint_ruling(env, key, ruling, changes, out);
            }
        }
    }

    /// The ruling on the first write of `key` that has none.
    fn next_ruling(&self, key: &Key) -> Option<Ruling> {
        let log = self.store.key(key)?;
        if modes::mode_of(self.mode, log.settings()) != Mode::Home {
            return None;
        }
        let deltas = &log.deltas;
        let rulings: Vec<Arc<Delta>> = deltas.iter().filter(|delta| delta.ruling().is_some()).cloned().collect();
        let is_ruled = |delta: &Delta| rulings.iter().any(|ruling| ruling.ruling().is_some_and(|ruling| ruling.of == delta.dot));
        let is_write = |delta: &Delta| matches!(delta.operation, Operation::Put(_) | Operation::Delete | Operation::Cart(..));
        let next = deltas.iter().find(|delta| is_write(delta) && !is_ruled(delta))?;
        let (term, home) = (self.epoch.term, self.home_name());
        let is_ours = |ruling: &&Ruling| (ruling.term, ruling.home) == (term, home);
        let sequence = 1 + rulings.iter().filter_map(|delta| delta.ruling()).filter(is_ours).count() as u64;
        Some(Ruling { of: next.dot, accepts: home::is_accepted(next, &rulings), term, home, sequence })
    }

    /// What tells this home from another that leads in the same term: its store.
    fn home_name(&self) -> u64 {
        self.store_id.0
    }

    fn mint_ruling(&mut self, env: &mut Env<'_>, key: &Key, ruling: Ruling, changes: &mut Vec<Change>, out: &mut Out) {
        let context = self.store.key(key).map(|log| log.seen.clone()).unwrap_or_default();
        let intent = Intent { key: key.clone(), operation: Operation::Rule(ruling), context, author: Author::from("home") };
        let replica = self.identity(env, changes);
        let stamp = self.writer.stamp(env.local_clock);
        let delta = Arc::new(self.writer.mint(replica, &self.store, stamp, &self.config.rules, intent));
        out.note(|| Note::Told("ruling", format!("{} {}", if ruling.accepts { "accepts" } else { "rejects" }, ruling.of)));
        self.take_in(env, delta, changes);
    }
}
