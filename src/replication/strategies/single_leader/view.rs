//! What a person may see of a node. Built on demand, and may be slow.

use super::log::{Payload, dot_of, replica_of, version_of};
use super::settings::Failover;
use super::{SingleLeader, durable::Standing};
use crate::replication::causality::Dot;
use crate::replication::delta::Key;
use crate::replication::ids::{Lsn, NodeId};
use crate::replication::time::{SimDuration, SimTime};
use crate::replication::view::{Content, Countdown, Decided, Discarded, Fate, ReplicaView, Role};
use std::collections::BTreeMap;

/// Why a write was dropped.
const REASON: &str = "its leader was replaced before the new one had it";

impl SingleLeader {
    pub(super) fn shown(&self) -> ReplicaView {
        let leads = self.role == Role::Leader;
        let has_lag = !leads && self.applies_later();
        let own = self.waiting.iter().filter(|waiting| waiting.epoch == self.kept.epoch);
        ReplicaView {
            term: self.kept.ballot.term.max(self.kept.epoch.term),
            leader: self.kept.epoch.leader,
            position: if has_lag { self.state.applied } else { self.kept.log.last() },
            replica: leads.then(|| replica_of(self.kept.epoch)),
            vector: self.kept.log.vector(self.kept.log.last()),
            hash: self.kept.log.chain(),
            delta_count: self.kept.log.last().0,
            records: self.records(),
            pending: own.map(|waiting| dot_of(waiting.epoch, waiting.lsn)).collect(),
            confirmed_count: self.commit.0,
            appended_at: self.appended_at(),
            discarded: self.discarded(),
            countdown: self.countdown(),
            facts: self.facts(),
            ..ReplicaView::empty(self.role)
        }
    }

    /// Whether followers show an entry only some time after they stored it: applying takes time, or they wait until they
    /// hear that it is acknowledged.
    fn applies_later(&self) -> bool {
        self.config.apply > SimDuration::ZERO || !self.config.applies_on_receipt()
    }

    /// What readers see of each key, and what became of every write that the log still holds. A write that is in the log
    /// and not applied yet is open.
    fn records(&self) -> BTreeMap<Key, Decided> {
        let mut fates: BTreeMap<Key, BTreeMap<Dot, Fate>> = BTreeMap::new();
        let mut visible: BTreeMap<Key, Dot> = self.kept.base.iter().map(|(key, cell)| (key.clone(), cell.dot)).collect();
        for (key, dot) in &visible {
            fates.entry(key.clone()).or_default().insert(*dot, Fate::Visible);
        }
        for (lsn, entry) in self.kept.log.after(self.kept.log.base()) {
            let Payload::Put { key, .. } = &entry.payload else { continue };
            let dot = dot_of(entry.epoch, lsn);
            let of_key = fates.entry(key.clone()).or_default();
            if lsn > self.state.applied {
                of_key.insert(dot, Fate::Open);
                continue;
            }
            if let Some(before) = visible.insert(key.clone(), dot) {
                of_key.insert(before, Fate::Superseded { by: dot });
            }
            of_key.insert(dot, Fate::Visible);
        }
        let decided = |(key, fates): (Key, BTreeMap<Dot, Fate>)| {
            let cell = self.state.get(&key);
            let content = cell.and_then(|cell| cell.value.clone()).map_or(Content::Absent, Content::Plain);
            let version = cell.map_or(0, |cell| version_of(cell.dot));
            (key, Decided::plain(content, version, fates))
        };
        fates.into_iter().map(decided).collect()
    }

    /// Only a leader knows when its entries were appended that a follower may lack.
    fn appended_at(&self) -> Vec<(Lsn, SimTime)> {
        if self.role != Role::Leader {
            return Vec::new();
        }
        let least = self.lead.followers.iter().map(|progress| progress.acknowledged.min(progress.held)).min();
        let least = if self.applies_later() { Some(Lsn(0)) } else { least };
        self.kept.log.after(least.unwrap_or(self.kept.log.last())).map(|(lsn, entry)| (lsn, entry.at)).collect()
    }

    fn discarded(&self) -> Vec<Discarded> {
        let shown = |(dot, lost): (&Dot, &super::durable::Lost)| {
            let (author, key) = (lost.author.clone(), lost.key.clone());
            Discarded { dot: *dot, author, key, reason: REASON }
        };
        self.kept.discarded.iter().map(shown).collect()
    }

    fn countdown(&self) -> Option<Countdown> {
        let (from, until) = self.alarm.filter(|_| self.config.failover != Failover::None)?;
        Some(Countdown { label: if self.role == Role::Candidate { "waits for votes" } else { "waits for its leader" }, from, until })
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let names = |nodes: &[NodeId]| nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let members = self.kept.members();
        let mut facts = vec![
            ("voters", names(&members.voters)),
            ("acknowledged up to", self.commit.to_string()),
            ("applied up to", self.state.applied.to_string()),
        ];
        if !members.learners.is_empty() {
            facts.push(("learners", names(&members.learners)));
        }
        if self.kept.log.base() > Lsn(0) {
            facts.push(("log dropped up to", self.kept.log.base().to_string()));
        }
        match self.kept.standing {
            Standing::Joining | Standing::Outsider => facts.push(("wants", "to join".to_owned())),
            Standing::Leaving => facts.push(("wants", "to leave".to_owned())),
            Standing::Member | Standing::Out => {}
        }
        if self.role == Role::Leader {
            self.add_facts_of_leader(&mut facts);
        } else if self.role == Role::Follower {
            facts.push(("answers reads", if self.is_caught_up || !self.config.catch_up_first { "yes" } else { "not yet" }.to_owned()));
        }
        facts
    }

    fn add_facts_of_leader(&self, facts: &mut Vec<(&'static str, String)>) {
        if self.lead.has_fallen_back {
            facts.push(("synchronous", "fell back to asynchronous".to_owned()));
        }
        if self.config.lease {
            facts.push(("lease", if self.lead.had_lease { "held" } else { "lost" }.to_owned()));
        }
        if self.are_writes_stopped() {
            facts.push(("writes", format!("stopped for a copy, {} wait", self.lead.queued.len())));
        }
        for progress in &self.lead.followers {
            if let Some(copying) = &progress.copying {
                facts.push(("copy", format!("{}: part {} of {}", progress.node, copying.index + 1, copying.count)));
            }
        }
    }
}
