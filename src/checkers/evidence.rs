//! What checkers look at: acknowledged writes by name, with what their clients had really seen; the replicas that
//! answer for the data; and whether the network is quiet.

use crate::replication::causality::Dot;
use crate::replication::delta::{Key, LineChange, Operation};
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::protocol::{Promises, Reply};
use crate::replication::view::{Decided, ExchangePhase, Fate, ReplicaView, Role};
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::setup::ReadRule;
use crate::simulation::snapshot::{NodeSnapshot, Snapshot};
use std::collections::BTreeMap;

/// Snapshot and history, prepared.
pub struct Evidence<'a> {
    snapshot: &'a Snapshot,
    history: &'a History,
    /// Acknowledged writes by name: number in the history and operation.
    pub(super) writes: BTreeMap<Dot, (u64, &'a OperationRecord)>,
}

impl<'a> Evidence<'a> {
    /// Reads the history once.
    #[must_use]
    pub fn collect(snapshot: &'a Snapshot, history: &'a History) -> Self {
        let mut writes = BTreeMap::new();
        for (number, operation) in history.iter().enumerate() {
            if let Some((_, Reply::Written { dot: Some(dot), .. })) = &operation.closed {
                writes.insert(*dot, (number as u64, operation));
            }
        }
        Self { snapshot, history, writes }
    }

    /// What the clients saw.
    #[cfg(feature = "catalogue")]
    pub(super) const fn history(&self) -> &'a History {
        self.history
    }

    /// What the configuration promises.
    pub(super) const fn promises(&self) -> &'a Promises {
        &self.snapshot.promises
    }

    /// Whom the sessions ask when they read.
    pub(super) fn read_rules(&self) -> impl Iterator<Item = ReadRule> + '_ {
        self.snapshot.sessions.iter().map(|session| session.reads)
    }

    /// Whether reads were answered with bare values.
    pub(super) fn has_values(&self) -> bool {
        self.history.iter().any(|operation| matches!(operation.closed, Some((_, Reply::Value { .. } | Reply::Values(_)))))
    }

    /// Whether every person asked one node only, from whatever device: then they meet one order of events.
    pub(super) fn stays_put(&self) -> bool {
        let mut asked: BTreeMap<&str, NodeId> = BTreeMap::new();
        self.history.iter().all(|operation| *asked.entry(&operation.author.0).or_insert(operation.node) == operation.node)
    }

    /// Whether nobody used two devices: what one of them was answered the other does not know.
    pub(super) fn has_one_device_each(&self) -> bool {
        let mut used: BTreeMap<&str, SessionId> = BTreeMap::new();
        self.history.iter().all(|operation| *used.entry(&operation.author.0).or_insert(operation.session) == operation.session)
    }

    /// Whether no answer to a person is of an older state than one before: reads at the leader, at one replica only, or at
    /// replicas that hold the position of all that was read before.
    #[cfg(feature = "catalogue")]
    pub(super) fn reads_forward(&self) -> bool {
        let promises = self.promises();
        let reads_many = self.operations().any(|(_, operation)| !operation.also.is_empty());
        let is_forward = |reads| match reads {
            _ if promises.linearizable => true,
            ReadRule::Leader if promises.honours_freshness => promises.linearizable_at_leader || self.has_first_leaders_only(),
            ReadRule::Home | ReadRule::Leader | ReadRule::Sticky => self.has_first_leaders_only() && promises.causal && self.stays_put(),
            // A read of several keys says no position.
            ReadRule::Token { is_shared } => {
                let is_carried = promises.honours_freshness && (is_shared || self.has_one_device_each());
                is_carried && self.has_first_leaders_only() && !reads_many
            }
            _ => false,
        };
        self.read_rules().all(is_forward)
    }

    /// Whether whoever is shown a write is shown what its author had written and read before: replicas apply it in that
    /// order, and a reader does not go back to one that lacks it.
    #[cfg(feature = "catalogue")]
    pub(super) fn shows_causes(&self) -> bool {
        let promises = self.promises();
        promises.linearizable || (promises.causal && self.reads_forward())
    }

    /// Whether no leadership has changed hands: what replicates asynchronously is then lost with nobody.
    pub(super) fn has_first_leaders_only(&self) -> bool {
        self.leaders().next().is_some() && self.nodes().all(|(_, replica)| replica.term.0 <= 1)
    }

    /// The operation of this number.
    #[cfg(feature = "catalogue")]
    pub(super) fn operation(&self, number: u64) -> Option<&'a OperationRecord> {
        self.history.get(usize::try_from(number).ok()?)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.history.is_cut()
    }

    /// Why the fate of writes cannot be told, in strategies that do not name them.
    pub(super) fn namelessness(&self) -> Option<String> {
        let is_nameless = |operation: &OperationRecord| matches!(operation.closed, Some((_, Reply::Written { dot: None, .. })));
        self.history.iter().any(is_nameless).then(|| "writes of this strategy have no names to be found by".to_owned())
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = (u64, &'a OperationRecord)> + '_ {
        self.history.iter().enumerate().map(|(number, operation)| (number as u64, operation))
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = (&'a NodeSnapshot, &'a ReplicaView)> + '_ {
        self.snapshot.nodes.iter().filter_map(|node| node.replica.as_ref().map(|replica| (node, replica)))
    }

    /// Those that hold data for the others: all but the spares, which stand outside of the group.
    pub(super) fn holders(&self) -> impl Iterator<Item = (&'a NodeSnapshot, &'a ReplicaView)> + '_ {
        self.nodes().filter(|(_, replica)| replica.role != Role::Spare)
    }

    /// The leaders that are up.
    pub(super) fn leaders(&self) -> impl Iterator<Item = (&'a NodeSnapshot, &'a ReplicaView)> + '_ {
        self.nodes().filter(|(_, replica)| replica.role == Role::Leader)
    }

    /// The replicas of a strategy without leaders: none of them answers for the others.
    pub(super) fn replicas(&self) -> impl Iterator<Item = &'a ReplicaView> + '_ {
        self.nodes().map(|(_, replica)| replica).filter(|replica| replica.role == Role::Replica)
    }

    /// Why the cluster is not quiet, if it is not.
    pub(super) fn unrest(&self) -> Option<String> {
        let in_flight = self.snapshot.in_flight_count;
        let pending: usize = self.leaders().map(|(_, replica)| replica.pending.len()).sum();
        let down = self.snapshot.nodes.iter().filter(|node| node.replica.is_none()).count();
        let behind = self.snapshot.nodes.iter().filter(|node| node.lag.is_some_and(|lag| lag.entry_count > 0)).count();
        let first = self.leaders().next().map(|(_, replica)| &replica.vector);
        let open: u32 = self.snapshot.sessions.iter().map(|session| session.open_count).sum();
        let storing = self.snapshot.nodes.iter().filter(|node| node.held_count > 0).count();
        let cut = self.snapshot.links.iter().filter(|link| link.is_cut).count();
        let is_exchanging =
            cut > 0 || self.leaders().any(|(_, replica)| replica.exchanges.iter().any(|one| one.phase != ExchangePhase::Equal));
        let apart = is_exchanging && self.leaders().any(|(_, replica)| Some(&replica.vector) != first);
        match () {
            () if down > 0 => Some(counted(down, "node is down", "nodes are down")),
            () if in_flight > 0 => Some(counted(in_flight as usize, "message is in flight", "messages are in flight")),
            () if open > 0 => Some(counted(open as usize, "request waits for an answer", "requests wait for an answer")),
            () if storing > 0 => Some(counted(storing, "node is writing to its store", "nodes are writing to their stores")),
            () if pending > 0 => Some(counted(pending, "write is pending", "writes are pending")),
            () if behind > 0 => Some(counted(behind, "follower is behind", "followers are behind")),
            () if apart && cut > 0 => Some(counted(cut, "link direction is cut", "link directions are cut")),
            () if apart => Some("the leaders have not exchanged everything yet".to_owned()),
            () => None,
        }
    }

    /// What a leader decided about the key of a write.
    pub(super) fn fate(replica: &ReplicaView, operation: &OperationRecord, dot: Dot) -> Option<Fate> {
        replica.records.get(&operation.key).and_then(|record| record.fates.get(&dot)).copied()
    }

    /// The record of a key at some leader.
    pub(super) fn record(&self, key: &Key) -> Option<&'a Decided> {
        self.leaders().find_map(|(_, replica)| replica.records.get(key))
    }

    /// Whether a write is ordered after another of its key: its client had seen that one or, where the strategy says that
    /// this counts, the leader that accepted it held that one. The answer tells what that leader held.
    pub(super) fn is_after(&self, later: &OperationRecord, dot: Dot) -> bool {
        let is_held = match &later.closed {
            Some((_, Reply::Written { context, dot: Some(own), .. })) => *own != dot && context.covers(dot),
            _ => false,
        };
        later.context.covers(dot) || (self.promises().follows_held && is_held)
    }

    /// An operation in words, with its time and what came of it.
    #[cfg(feature = "catalogue")]
    pub(crate) fn tell(operation: &OperationRecord) -> String {
        let shown = |value: &Option<_>| {
            value.as_ref().map_or_else(|| "nothing".to_owned(), |value: &crate::replication::delta::Value| value.to_string())
        };
        let outcome = match &operation.closed {
            Some((_, Reply::Value { value, .. })) => format!(" → {}", shown(value)),
            Some((_, Reply::Values(values))) => {
                let each = values.iter().map(|(key, value, _)| format!("{key} {}", shown(value)));
                format!(" → {}", each.collect::<Vec<_>>().join(", "))
            }
            Some((_, Reply::Refused(_))) => " (refused)".to_owned(),
            Some(_) => String::new(),
            None => " (outcome unknown)".to_owned(),
        };
        let ms = operation.invoked_at.0 / 1_000_000;
        format!("{}{outcome} at {ms} ms", Self::name(operation))
    }

    /// A write in words: "Ana: set eggs to 12".
    pub(super) fn name(operation: &OperationRecord) -> String {
        let author = &operation.author;
        match &operation.write {
            Some(Operation::Cart(item, LineChange::Add(count))) => format!("{author}: add {count} {item}"),
            Some(Operation::Cart(item, LineChange::Set(quantity, _))) => format!("{author}: set {item} to {quantity}"),
            Some(Operation::Cart(item, LineChange::Remove(_))) => format!("{author}: remove {item}"),
            Some(Operation::Put(value)) => format!("{author}: write {value} to {}", operation.key),
            Some(Operation::Delete) => format!("{author}: delete {}", operation.key),
            Some(Operation::SetMode(mode)) => format!("{author}: decide {} by {}", operation.key, mode.id()),
            Some(Operation::Rule(_) | Operation::Opaque(_)) => format!("{author}: write {}", operation.key),
            None => format!("{author}: read {}", operation.key),
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
