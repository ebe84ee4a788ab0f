//! What a person may see of a node.

use super::MultiLeaderSync;
use crate::replication::causality::Dot;
use crate::replication::hash::Hasher;
use crate::replication::ids::{Lsn, SiteId};
use crate::replication::modes;
use crate::replication::time::SimTime;
use crate::replication::view::{Content, Decided, ExchangeView, ReplicaView, Role};
use std::collections::BTreeMap;

/// Positions of the leader's log whose times are shown at most.
const MAX_APPEND_TIMES: usize = 1_000;

impl MultiLeaderSync {
    pub(super) fn picture(&self) -> ReplicaView {
        let pending = self.pending();
        let own_count = self.own_dots().count();
        let mut records = BTreeMap::new();
        for (key, log) in self.store.keys() {
            records.insert(key.clone(), self.decided(&log.deltas, &pending));
        }
        ReplicaView {
            discarded: Vec::new(),
            countdown: None,
            facts: self.differs_in.iter().map(|key| ("differs from a peer in", key.to_string())).collect(),
            role: self.role,
            term: self.epoch.term,
            leader: self.epoch.leader,
            position: self.log.last(),
            replica: self.writer.replica,
            vector: self.store.vector().clone(),
            hash: self.store.sum(),
            is_partial: false,
            delta_count: self.store.len() as u64,
            records,
            confirmed_count: own_count.saturating_sub(pending.len()) as u64,
            pending,
            exchanges: self.exchanges.iter().filter(|_| self.role == Role::Leader).map(exchange_view).collect(),
            appended_at: self.append_times(),
            alarm: self.alarm,
        }
    }

    fn decided(&self, deltas: &[super::Arc<super::Delta>], pending: &[Dot]) -> Decided {
        let mut decided = modes::decide(self.mode, deltas);
        if let Content::Cart(lines) = &mut decided.content {
            for dot in pending {
                let item = self.store.get(*dot).and_then(|delta| delta.item());
                if let Some(line) = item.and_then(|item| lines.get_mut(item)) {
                    line.is_pending = true;
                }
            }
        }
        decided
    }

    /// Own writes that a required peer does not hold durably yet (rule R8). A follower answers only for what it still
    /// has to hand over: the rest is its leader's to send on.
    fn pending(&self) -> Vec<Dot> {
        if self.role != Role::Leader {
            return self.tail.iter().map(|delta| delta.dot).collect();
        }
        if self.is_open() {
            // A hub is what others wait for.
            if !self.me.is_device {
                return Vec::new();
            }
            let attached = self.attached.as_ref();
            return self.own_dots().filter(|dot| attached.is_none_or(|attached| !attached.acknowledged.covers(*dot))).collect();
        }
        let is_device = |site: SiteId| self.device_sites.contains(&site);
        let required: Vec<usize> = (0..self.exchanges.len()).filter(|index| self.is_required(*index, is_device)).collect();
        let is_held = |dot: &Dot| required.iter().all(|index| self.exchanges[*index].acknowledged.covers(*dot));
        self.own_dots().filter(|dot| !is_held(dot)).collect()
    }

    fn append_times(&self) -> Vec<(Lsn, SimTime)> {
        let Some(least) = self.followers.least_matched() else { return Vec::new() };
        let entries = self.log.after(least).iter().take(MAX_APPEND_TIMES).enumerate();
        entries.map(|(index, entry)| (Lsn(least.0 + 1 + index as u64), entry.at)).collect()
    }
}

/// What a reader sees, for fingerprints.
pub(super) fn hash_content(hasher: &mut Hasher, content: &Content) {
    match content {
        Content::Absent => hasher.number(0),
        Content::Open => hasher.number(1),
        Content::Plain(value) => hasher.number(2).text(&value.to_string()),
        Content::Cart(lines) => {
            hasher.number(3).number(lines.len() as u64);
            for (item, line) in lines {
                hasher.text(&item.0).number(u64::from(line.quantity)).number(u64::from(line.is_open));
            }
            hasher
        }
    };
}

fn exchange_view(exchange: &crate::replication::exchange::Exchange) -> ExchangeView {
    ExchangeView { site: exchange.site, acknowledged: exchange.acknowledged.clone(), phase: exchange.phase }
}
