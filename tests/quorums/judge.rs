//! What must be true when a schedule has healed. Judged from what clients sent and got.

use super::{Promise, Tally};
use replicascope::replication::causality::{Dot, VersionVector};
use replicascope::replication::delta::{Key, Operation, Value};
use replicascope::replication::note::Note;
use replicascope::replication::protocol::Reply;
use replicascope::replication::view::{Content, Fate, ReplicaView, Role};
use replicascope::simulation::history::{History, OperationRecord};
use replicascope::simulation::journal::{Happening, Journal};
use replicascope::simulation::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};

fn replicas(snapshot: &Snapshot) -> impl Iterator<Item = &ReplicaView> {
    snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).filter(|replica| replica.role == Role::Replica)
}

/// Whether all is quiet and, if that is promised, equal. Replicas of a key are those that hold it: on a ring not all do.
pub(crate) fn settled(snapshot: &Snapshot, promise: Promise) -> Result<(), String> {
    if snapshot.nodes.iter().any(|node| node.replica.is_none()) {
        return Err("a node is still down".to_owned());
    }
    if snapshot.sessions.iter().any(|session| session.open_count > 0) {
        return Err("a client still waits".to_owned());
    }
    if promise == Promise::Linearizable {
        return Ok(());
    }
    for key in ["x", "y"].map(Key::from) {
        let mut shown: Vec<(&Content, BTreeSet<Dot>)> = Vec::new();
        for record in replicas(snapshot).filter_map(|replica| replica.records.get(&key)) {
            let is_shown = |fate: &Fate| matches!(fate, Fate::Visible | Fate::Open);
            shown.push((&record.content, record.fates.iter().filter(|(_, fate)| is_shown(fate)).map(|(dot, _)| *dot).collect()));
        }
        if shown.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(format!("replicas differ about {key}: {shown:?}"));
        }
        let holders = shown.len() as u64;
        let is_hinted = replicas(snapshot).any(|replica| replica.facts.iter().any(|(name, _)| *name == "hints"));
        if is_hinted {
            return Err("hints are still kept".to_owned());
        }
        if holders > 0 && holders < 3 {
            return Err(format!("only {holders} replicas hold {key}"));
        }
    }
    Ok(())
}

/// Wing and Gong's search with Lowe's memory, per key: small histories only.
pub(crate) fn linearizable(history: &History) -> Result<(), String> {
    for key in ["x", "y"].map(Key::from) {
        let operations: Vec<Step> = history.iter().filter(|operation| operation.key == key).filter_map(step).collect();
        unique_versions(history, &key)?;
        if operations.len() > 60 {
            return Err("too many operations to judge".to_owned());
        }
        let mut search = Search { operations: &operations, seen: BTreeSet::new() };
        if !search.explains(0, None) {
            return Err(format!("no order explains {key}: {operations:?}"));
        }
    }
    Ok(())
}

/// A version names one write.
fn unique_versions(history: &History, key: &Key) -> Result<(), String> {
    let mut known: BTreeMap<u64, Value> = BTreeMap::new();
    for operation in history.iter().filter(|operation| operation.key == *key) {
        let named = match (&operation.write, &operation.closed) {
            (Some(Operation::Put(value)), Some((_, Reply::Written { version, .. }))) => Some((*version, value)),
            (None, Some((_, Reply::Value { value: Some(value), version, .. }))) => Some((*version, value)),
            _ => None,
        };
        let Some((version, value)) = named else { continue };
        let first = known.entry(version).or_insert_with(|| value.clone());
        if first != value {
            return Err(format!("version {version} of {key} was given twice, to {first} and {value}"));
        }
    }
    Ok(())
}

#[derive(Debug)]
struct Step {
    from: u64,
    /// `u64::MAX`: it may take effect at any later time, or never.
    to: u64,
    writes: Option<Value>,
    reads: Option<Value>,
}

fn step(operation: &OperationRecord) -> Option<Step> {
    let from = operation.invoked_at.0;
    match (&operation.write, &operation.closed) {
        (Some(Operation::Put(value)), Some((at, Reply::Written { .. }))) => {
            Some(Step { from, to: at.0, writes: Some(value.clone()), reads: None })
        }
        // What was refused did not happen.
        (Some(_), Some((_, Reply::Refused(_)))) => None,
        (Some(Operation::Put(value)), None) => Some(Step { from, to: u64::MAX, writes: Some(value.clone()), reads: None }),
        (None, Some((at, Reply::Value { value, .. }))) => Some(Step { from, to: at.0, writes: None, reads: value.clone() }),
        _ => None,
    }
}

struct Search<'a> {
    operations: &'a [Step],
    seen: BTreeSet<(u64, Option<Value>)>,
}

impl Search<'_> {
    /// Whether the operations that are not done can follow, the register being `value`.
    fn explains(&mut self, done: u64, value: Option<Value>) -> bool {
        let open = || self.operations.iter().enumerate().filter(move |(index, _)| done >> index & 1 == 0);
        if open().all(|(_, step)| step.to == u64::MAX) {
            return true;
        }
        if !self.seen.insert((done, value.clone())) {
            return false;
        }
        let first_end = open().map(|(_, step)| step.to).min().unwrap_or(u64::MAX);
        let next: Vec<usize> = open().filter(|(_, step)| step.from <= first_end).map(|(index, _)| index).collect();
        next.into_iter().any(|index| match &self.operations[index].writes {
            Some(written) => self.explains(done | 1 << index, Some(written.clone())),
            None => self.operations[index].reads == value && self.explains(done | 1 << index, value.clone()),
        })
    }
}

/// Every acknowledged write shows, or something that shows had seen it; and nothing shows that something shown had seen,
/// or that an acknowledged deletion had.
pub(crate) fn nothing_lost(snapshot: &Snapshot, history: &History) -> Result<(), String> {
    for key in ["x", "y"].map(Key::from) {
        let writes: Vec<&OperationRecord> = history.iter().filter(|one| one.key == key && one.write.is_some()).collect();
        let Some(record) = replicas(snapshot).find_map(|replica| replica.records.get(&key)) else {
            let is_acknowledged = |one: &&OperationRecord| matches!(one.closed, Some((_, Reply::Written { .. })));
            return writes.iter().find(|one| is_acknowledged(one)).map_or(Ok(()), |one| Err(format!("nobody has {one:?}")));
        };
        let dot_of = |one: &OperationRecord| match &one.closed {
            Some((_, Reply::Written { dot, .. })) => *dot,
            _ => None,
        };
        // What showed writes had seen: by their values, which are unique, or for deletions and the like by their dots.
        let sides = record.conflicts.iter().flat_map(|conflict| &conflict.sides);
        let mut shown: BTreeMap<Dot, Option<&VersionVector>> = BTreeMap::new();
        for (dot, fate) in &record.fates {
            if matches!(fate, Fate::Visible | Fate::Open) {
                let by_dot = writes.iter().find(|one| dot_of(one) == Some(*dot));
                shown.insert(*dot, by_dot.map(|one| &one.context));
            }
        }
        let value_of = |dot: Dot| match &record.content {
            Content::Plain(value) => Some(value.clone()),
            _ => sides.clone().find(|side| side.dot == dot).and_then(|side| match &side.value {
                replicascope::replication::view::SideValue::Plain(value) => Some(value.clone()),
                _ => None,
            }),
        };
        for (dot, context) in &mut shown {
            let value = value_of(*dot);
            let is_it = |one: &&&OperationRecord| value.is_some() && one.write == value.clone().map(Operation::Put);
            *context = context.or_else(|| writes.iter().find(is_it).map(|one| &one.context));
        }
        let deletions = writes.iter().filter(|one| one.write == Some(Operation::Delete) && dot_of(one).is_some());
        for deletion in deletions {
            if let Some(dot) = shown.keys().find(|dot| deletion.context.covers(**dot)) {
                return Err(format!("{dot} is back although it was deleted"));
            }
        }
        let has_unnamed_deletion = shown.values().any(Option::is_none);
        for (dot, one) in writes.iter().filter_map(|one| Some((dot_of(one)?, one))) {
            let is_seen = shown.values().flatten().any(|context| context.covers(dot));
            if !shown.contains_key(&dot) && !is_seen && !has_unnamed_deletion {
                return Err(format!("lost: {dot} {:?} of {}; shown {shown:?}", one.write, one.author));
            }
            if shown.contains_key(&dot) && is_seen {
                return Err(format!("{dot} shows although something that shows had seen it"));
            }
        }
    }
    Ok(())
}

pub(crate) fn count_history(history: &History, tally: &mut Tally) {
    for operation in history.iter() {
        match &operation.closed {
            Some((_, Reply::Written { .. })) => tally.acknowledged += 1,
            Some((_, Reply::Value { .. })) => tally.reads += 1,
            Some((_, Reply::Siblings { values, .. })) => {
                tally.reads += 1;
                tally.siblings += u64::from(values.len() > 1);
            }
            _ => tally.unknown += u64::from(operation.is_unknown),
        }
    }
}

pub(crate) fn count_journal(journal: &Journal, tally: &mut Tally) {
    for entry in journal.iter() {
        match entry.happening {
            Happening::Dropped { .. } => tally.dropped += 1,
            Happening::Noted(_, note) => match &*note {
                Note::Told("read-repaired", _) => tally.repairs += 1,
                Note::Told("hint-delivered", _) => tally.hints += 1,
                Note::Told("tree-compared", _) => tally.trees += 1,
                Note::Told("write-back", _) => tally.write_backs += 1,
                _ => {}
            },
            _ => {}
        }
    }
}
