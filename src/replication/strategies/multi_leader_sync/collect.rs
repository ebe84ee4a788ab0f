//! Collecting what every live store has (rule R10). A hub waits for the stores that ever greeted it: once each has said in
//! this run of the hub that it holds a delta, the delta is settled. Whoever has collected, or joined one who has, tells it to
//! whoever has not before any delta goes between them.

use super::{Arc, Change, Durable, MultiLeaderSync, Out, Record};
use crate::limits;
use crate::replication::IS_OPENING_ALONE;
use crate::replication::base::Base;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::collecting;
use crate::replication::delta::Delta;
use crate::replication::exchange::{ExchangeMessage, Hello};
use crate::replication::ids::{Lsn, NodeId, StoreId};
use crate::replication::log::{Entry, ReplicationLog};
use crate::replication::note::{Alarm, Note};
use crate::replication::outside::Outside;
use crate::replication::protocol::Env;
use crate::replication::state::{self, Joined, StatePart, Unjoinable};
use crate::replication::store::DeltaStore;
use std::collections::{BTreeMap, BTreeSet};

/// A day: so exact is what a hub remembers of when it heard of a store.
const HEARD_STEP_MS: i64 = 86_400_000;
/// All is looked through and written again for no less than this part of it.
const REWRITES_FOR: usize = 16;
/// Where few were lacking, it is tried again after no less than this part of what is worth it.
const TRIES_FOR: usize = 8;

/// The stores that ever greeted a hub.
#[derive(Clone, Debug, Default)]
pub(super) struct Stores {
    known: BTreeMap<StoreId, Known>,
    /// What was settled when it was looked at last.
    looked_at: VersionVector,
    /// With fewer deltas in ripe keys it is not worth another try.
    try_from: usize,
}

#[derive(Clone, Debug)]
struct Known {
    /// When it was heard of last, as far as that is durable; milliseconds since 1970.
    heard_ms: i64,
    /// What it said that it holds, durably; `None` until it says so in this run.
    vector: Option<VersionVector>,
}

impl Stores {
    pub(super) fn of(durable: &Durable) -> Self {
        let known = durable
            .stores
            .get()
            .into_iter()
            .flatten()
            .map(|(store, heard_ms)| (*store, Known { heard_ms: *heard_ms, vector: None }))
            .collect();
        Self { known, looked_at: VersionVector::new(), try_from: 0 }
    }

    /// A store said what it holds. Whether that is to be remembered beyond this run.
    fn hear(&mut self, store: StoreId, vector: VersionVector, now_ms: i64) -> bool {
        let mut is_news = self.expire(now_ms);
        let known = self.known.entry(store).or_insert_with(|| {
            is_news = true;
            Known { heard_ms: now_ms, vector: None }
        });
        known.vector = Some(vector);
        if now_ms.abs_diff(known.heard_ms) >= HEARD_STEP_MS as u64 {
            known.heard_ms = now_ms;
            is_news = true;
        }
        while self.known.len() > limits::MAX_KNOWN_STORES {
            let longest = self.known.iter().filter(|(other, _)| **other != store).min_by_key(|(_, known)| known.heard_ms);
            let Some(longest) = longest.map(|(store, _)| *store) else { break };
            self.known.remove(&longest);
        }
        is_news
    }

    /// Nobody waits for ever. What an expired store wrote and nobody has still comes in when it returns.
    fn expire(&mut self, now_ms: i64) -> bool {
        let before = self.known.len();
        self.known.retain(|_, known| now_ms.saturating_sub(known.heard_ms) < limits::STORE_EXPIRES_AFTER_MS);
        self.known.len() < before
    }

    fn durable(&self) -> Vec<(StoreId, i64)> {
        self.known.iter().map(|(store, known)| (*store, known.heard_ms)).collect()
    }

    /// What is settled now, if that is no less than `before` and was not looked at yet.
    fn settled(&self, own: &VersionVector, before: Option<&Base>, waits: bool) -> Option<VersionVector> {
        let settled = if waits { self.held_by_all(own)? } else { own.clone() };
        let is_further = before.is_none_or(|base| settled.covers_all(&base.vector()));
        (is_further && settled != self.looked_at).then_some(settled)
    }

    /// What all of them and `own` hold. `None` while one has not been heard, or knows something that `own` does not: what it
    /// had seen could not be judged.
    fn held_by_all(&self, own: &VersionVector) -> Option<VersionVector> {
        let mut held = own.clone();
        for known in self.known.values() {
            let vector = known.vector.as_ref().filter(|vector| own.covers_all(vector))?;
            held = held.meet(vector);
        }
        Some(held)
    }
}

impl MultiLeaderSync {
    fn is_hub(&self) -> bool {
        !IS_OPENING_ALONE && self.is_open() && !self.me.is_device
    }

    /// How many stores a hub waits for before it collects.
    #[must_use]
    pub fn awaited_store_count(&self) -> usize {
        self.stores.get().map_or(0, |stores| stores.known.len())
    }

    /// A store that is heard of for the first time is remembered before anything is sent to it.
    pub(super) fn hear(&mut self, env: &Env<'_>, hello: &Hello, out: &mut Out) {
        let is_hub = self.is_hub();
        let Some(stores) = self.stores.get_mut().filter(|_| is_hub) else { return };
        if stores.hear(hello.store, hello.vector.clone(), now_ms(env)) {
            out.persist(Record(vec![Change::Stores(Outside::new(|| stores.durable()))]));
        }
    }

    /// At a hub: gives away what may go.
    pub(super) fn collect(&mut self, env: &Env<'_>, out: &mut Out) {
        let Some(open) = self.config.open.filter(|_| self.is_hub()) else { return };
        let Some(stores) = self.stores.get_mut() else { return };
        if stores.expire(now_ms(env)) {
            out.persist(Record(vec![Change::Stores(Outside::new(|| stores.durable()))]));
        }
        let (own, before) = (self.store.vector(), self.store.base());
        let Some(settled) = stores.settled(own, before, self.config.rules.wait_for_stores) else { return };
        let base = self.store.base_at(&settled);
        stores.looked_at = settled;
        let count = collecting::ripe_count(self.mode, &self.store, &base.vector());
        if count < stores.try_from.max(open.collects_from) {
            return;
        }
        let gone = collecting::dispensable(self.mode, &self.store, &base.vector());
        let least = open.collects_from.max(self.store.len() / REWRITES_FOR).max(1);
        let is_worth_it = gone.len() >= least;
        let lacking = if is_worth_it { least } else { (least - gone.len()).max(least / TRIES_FOR) };
        stores.try_from = lacking + if is_worth_it { count - gone.len() } else { count };
        if is_worth_it {
            out.note(|| Note::Told("collected", format!("collected {} that every store has and later ones replaced", writes(gone.len()))));
            let mut changes = Vec::new();
            self.rewrite(base, &gone, &mut changes);
            out.persist(Record(changes));
        }
    }

    /// The log goes on without `gone`; `base` stands for what is missing.
    fn rewrite(&mut self, base: Base, gone: &BTreeSet<Dot>, changes: &mut Vec<Change>) {
        let entries: Vec<Entry<Arc<Delta>>> =
            self.log.after(Lsn(0)).iter().filter(|entry| !gone.contains(&entry.payload.dot)).cloned().collect();
        let (mut store, mut log, base) = (DeltaStore::default(), ReplicationLog::default(), Arc::new(base));
        for entry in &entries {
            store.apply(entry.payload.clone());
            log.append(entry.clone());
        }
        store.stand_on(base.clone());
        (self.store, self.log) = (store, log);
        self.exchanges.iter_mut().for_each(crate::replication::exchange::Exchange::on_rewritten);
        changes.extend([Change::Base(Outside::new(|| base)), Change::Log { after: Lsn(0), entries }]);
    }

    /// A peer tells what it has collected. Once all has come, it is collected here too, and the peers are told.
    pub(super) fn on_state(&mut self, env: &mut Env<'_>, (index, from): (usize, NodeId), part: &Arc<StatePart>, out: &mut Out) {
        if IS_OPENING_ALONE || !self.is_open() {
            return;
        }
        let state = self.exchanges[index].take_state(part);
        let joined = state.map_or(Ok(None), |state| state::join(&self.store, &state));
        let is_new = matches!(joined, Ok(Some(_)));
        match joined {
            Ok(Some(joined)) => self.become_joined(env, joined, out),
            Ok(None) => {}
            Err(Unjoinable::Forged(dot)) => {
                self.alarm = Some(Alarm::DotReused(dot));
                self.exchanges[index].is_stopped = true;
                out.note(|| Note::Alarm(Alarm::DotReused(dot)));
                return;
            }
            Err(Unjoinable::Unsound) => out.note(|| Note::Told("unsound", "refuses what a peer says it has collected".to_owned())),
        }
        let vector = self.store.vector().clone();
        out.send(from, super::Message::Exchange(ExchangeMessage::Ack { round: part.round, vector }));
        if is_new {
            (0..self.exchanges.len()).for_each(|index| self.greet(index, true, out));
        }
    }

    fn become_joined(&mut self, env: &mut Env<'_>, Joined { base, gone, news }: Joined, out: &mut Out) {
        for delta in &news {
            if !self.writer.clock.follow(delta.stamp, env.local_clock) {
                out.note(|| Note::ClockAhead(delta.dot));
            }
            self.note_conflicts(delta, out);
            out.note(|| Note::Applied(delta.dot));
            self.log.append(Entry { epoch: self.epoch, at: env.now, payload: delta.clone() });
        }
        if !gone.is_empty() {
            out.note(|| {
                Note::Told("collected", format!("no longer keeps {} that every store has and later ones replaced", writes(gone.len())))
            });
        }
        let mut changes = Vec::new();
        self.rewrite(base, &gone, &mut changes);
        if let Some(stores) = self.stores.get_mut() {
            stores.try_from = 0;
        }
        self.rule_on(env, &super::peers::keys_of(&news), &mut changes, out);
        out.persist(Record(changes));
    }
}

fn writes(count: usize) -> String {
    format!("{count} {}", if count == 1 { "write" } else { "writes" })
}

const fn now_ms(env: &Env<'_>) -> i64 {
    env.local_clock.0 / 1_000_000
}
