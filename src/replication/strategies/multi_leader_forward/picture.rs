//! What a person may see of a leader.

use super::link::Link;
use super::{MultiLeaderForward, Payload, origin};
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::hash::Hasher;
use crate::replication::ids::{Lsn, SiteId};
use crate::replication::view::{ExchangePhase, ExchangeView, ReplicaView, Role};
use std::collections::BTreeSet;

impl MultiLeaderForward {
    pub(super) fn picture(&self) -> ReplicaView {
        let pending = self.pending();
        let own_count = self.own_writes().count();
        let choice = self.config.choice();
        ReplicaView {
            term: self.epoch.term,
            leader: Some(self.me),
            position: Lsn(self.log.len() as u64),
            replica: Some(origin(self.me)),
            vector: self.applied.clone(),
            hash: self.data_hash(),
            delta_count: self.applied_count,
            records: self.keys.iter().map(|(key, keep)| (key.clone(), keep.decided(choice))).collect(),
            confirmed_count: own_count.saturating_sub(pending.len()) as u64,
            pending,
            exchanges: self.targets().map(|link| self.exchange(link)).collect(),
            facts: self.facts(),
            alarm: self.alarm,
            ..ReplicaView::empty(if self.has_left { Role::Spare } else { Role::Leader })
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        if !self.held.is_empty() {
            facts.push(("held for their causes", self.held.len().to_string()));
        }
        if self.config.home.is_some() {
            let home = self.epoch.leader.map_or_else(|| "as set".to_owned(), |leader| leader.to_string());
            facts.push(("home of keys", home));
        }
        facts
    }

    fn targets(&self) -> impl Iterator<Item = &Link> + '_ {
        self.links.iter().filter(|link| link.is_target)
    }

    /// Own writes, in order.
    fn own_writes(&self) -> impl Iterator<Item = Dot> + '_ {
        let is_own = |payload: &Payload| matches!(payload, Payload::Write(_));
        self.log.iter().filter(move |logged| logged.came.is_none() && is_own(&logged.event.payload)).map(|logged| logged.event.dot)
    }

    /// Own writes that some neighbour does not hold durably yet.
    fn pending(&self) -> Vec<Dot> {
        let waiting: BTreeSet<Dot> = self.targets().flat_map(Link::unacknowledged).map(|index| self.log[index].event.dot).collect();
        self.own_writes().filter(|dot| waiting.contains(dot)).collect()
    }

    fn exchange(&self, link: &Link) -> ExchangeView {
        let acknowledged: VersionVector = link.acknowledged().map(|index| self.log[index].event.dot).collect();
        let phase = match () {
            () if link.unacknowledged().next().is_none() => ExchangePhase::Equal,
            () if link.is_heard() => ExchangePhase::Syncing,
            () => ExchangePhase::Apart,
        };
        ExchangeView { site: SiteId(link.node.0), acknowledged, phase }
    }

    /// A hash over what was applied and what shows: equal at leaders that agree.
    pub(super) fn data_hash(&self) -> u64 {
        let mut hasher = Hasher::new(self.applied_count);
        for dot in self.applied.iter() {
            hasher.number(dot.replica.0).number(dot.counter);
        }
        for (key, keep) in &self.keys {
            let shown = keep.shown_dot();
            hasher.text(&key.0).number(shown.map_or(0, |dot| dot.replica.0)).number(shown.map_or(0, |dot| dot.counter));
        }
        hasher.digest().0
    }
}
