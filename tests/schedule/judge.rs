//! What must be true when a schedule has healed. Judged from what clients sent and got, not from what replicas say
//! about themselves.

use super::Tally;
use replicascope::replication::causality::{Dot, VersionVector};
use replicascope::replication::delta::{Item, Key, Mode, Operation};
use replicascope::replication::note::{ExchangeNote, Note};
use replicascope::replication::protocol::Reply;
use replicascope::replication::view::{Content, Decided, Fate, ReplicaView, Role};
use replicascope::simulation::history::{History, OperationRecord};
use replicascope::simulation::journal::{Happening, Journal};
use replicascope::simulation::snapshot::Snapshot;
use std::collections::BTreeMap;

/// Whether all is quiet and equal; otherwise what is not.
pub(crate) fn settled(snapshot: &Snapshot) -> Result<(), String> {
    let replicas = || snapshot.nodes.iter().map(|node| node.replica.as_ref());
    if replicas().any(|replica| replica.is_none()) {
        return Err("a node is still down".to_owned());
    }
    if let Some(alarm) = replicas().flatten().find_map(|replica| replica.alarm) {
        return Err(format!("alarm: {alarm:?}"));
    }
    let first = replicas().flatten().next().ok_or("no node")?;
    for (index, replica) in replicas().flatten().enumerate() {
        if replica.vector != first.vector {
            return Err(format!("n{index} knows {} and n0 knows {}", replica.vector, first.vector));
        }
        if replica.hash != first.hash || replica.delta_count != first.delta_count {
            return Err(format!("n{index} and n0 have equal vectors but different data"));
        }
        if replica.role == Role::Leader && !replica.pending.is_empty() {
            return Err(format!("n{index} still has {} pending writes", replica.pending.len()));
        }
    }
    one_leader_each(snapshot)?;
    same_position(snapshot)
}

fn one_leader_each(snapshot: &Snapshot) -> Result<(), String> {
    let mut leaders: BTreeMap<u16, u32> = BTreeMap::new();
    for node in &snapshot.nodes {
        let leads = node.replica.as_ref().is_some_and(|replica| replica.role == Role::Leader);
        *leaders.entry(node.site.0).or_default() += u32::from(leads);
    }
    leaders.iter().find(|(_, count)| **count != 1).map_or(Ok(()), |(site, count)| Err(format!("site {site} has {count} leaders")))
}

fn same_position(snapshot: &Snapshot) -> Result<(), String> {
    let behind = snapshot.nodes.iter().find(|node| node.lag.is_some_and(|lag| lag.entry_count > 0));
    behind.map_or(Ok(()), |node| Err(format!("{} is behind its leader", node.node)))
}

/// Acknowledged writes with their names.
pub(crate) fn acknowledged(history: &History) -> impl Iterator<Item = (Dot, &OperationRecord)> {
    history.iter().filter_map(|operation| match &operation.closed {
        Some((_, Reply::Written { dot: Some(dot), .. })) => Some((*dot, operation)),
        _ => None,
    })
}

/// All oracles on a settled cluster.
pub(crate) fn judge(snapshot: &Snapshot, history: &History, has_lost_answers: bool) -> Result<(), String> {
    if history.is_cut() {
        return Err("the history was cut: the schedule is too long to judge".to_owned());
    }
    let replicas: Vec<&ReplicaView> = snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).collect();
    let key = Key::from("cart");
    let decided = |replica: &ReplicaView| replica.records.get(&key).map(|record| (content(record), record.fates.clone()));
    let first = decided(replicas[0]);
    if replicas.iter().any(|replica| decided(replica) != first) {
        return Err("the decided carts differ".to_owned());
    }
    let Some(record) = replicas[0].records.get(&key) else { return Ok(()) };
    let writes: BTreeMap<Dot, &OperationRecord> = acknowledged(history).collect();
    accounted_for(record, &writes)?;
    if has_lost_answers { Ok(()) } else { concurrent_exactly(record, &writes) }
}

/// The cart without what differs by replica: whose writes are pending there.
fn content(record: &Decided) -> BTreeMap<Item, (u32, bool)> {
    let Content::Cart(lines) = &record.content else { return BTreeMap::new() };
    lines.iter().map(|(item, line)| (item.clone(), (line.quantity, line.is_open))).collect()
}

/// Every acknowledged write is known, and its fate is true of what clients had really seen.
fn accounted_for(record: &Decided, writes: &BTreeMap<Dot, &OperationRecord>) -> Result<(), String> {
    let had_seen = |later: &Dot, earlier: Dot| writes.get(later).is_none_or(|operation| operation.context.covers(earlier));
    for (dot, operation) in writes {
        let who = || format!("{dot} by {} at {:?}", operation.author, operation.invoked_at);
        match record.fates.get(dot) {
            None => return Err(format!("lost: {}", who())),
            Some(Fate::Superseded { by }) if !had_seen(by, *dot) => return Err(format!("{}: {by} had not seen it", who())),
            Some(Fate::Discarded { by, .. } | Fate::Overruled { by, .. }) if !record.fates.contains_key(by) => {
                return Err(format!("{}: lost against nobody", who()));
            }
            Some(Fate::Open) if record.mode != Mode::Ask => return Err(format!("{}: open under {:?}", who(), record.mode)),
            Some(_) => {}
        }
    }
    Ok(())
}

/// A line is in conflict exactly when clients wrote it without having seen each other.
fn concurrent_exactly(record: &Decided, writes: &BTreeMap<Dot, &OperationRecord>) -> Result<(), String> {
    if !matches!(record.mode, Mode::LastWriteLine | Mode::AddWins | Mode::Ask) {
        return Ok(());
    }
    let mut lines: BTreeMap<&Item, Vec<(Dot, &VersionVector)>> = BTreeMap::new();
    for (dot, operation) in writes {
        if let Some(Operation::Cart(item, _)) = &operation.write {
            lines.entry(item).or_default().push((*dot, &operation.context));
        }
    }
    for (item, line) in lines {
        let is_version = |dot: Dot| !line.iter().any(|(_, context)| context.covers(dot));
        let versions = line.iter().filter(|(dot, _)| is_version(*dot)).count();
        let reported =
            record.conflicts.iter().find(|conflict| conflict.item.as_ref() == Some(item)).map_or(1, |conflict| conflict.sides.len());
        if versions != reported {
            return Err(format!("{item}: {versions} concurrent versions by what clients saw, {reported} reported"));
        }
    }
    Ok(())
}

/// Adds what the journal tells.
pub(crate) fn count_journal(journal: &Journal, tally: &mut Tally) {
    for entry in journal.iter() {
        match entry.happening {
            Happening::Dropped { .. } => tally.dropped += 1,
            Happening::Noted(_, note) => count_note(&note, tally),
            Happening::Sent { .. } | Happening::Delivered { .. } | Happening::Answered(..) | Happening::Commanded(_) => {}
        }
    }
}

fn count_note(note: &Note, tally: &mut Tally) {
    match note {
        Note::Conflict { .. } => tally.conflicts += 1,
        Note::Promoted(_) => tally.promotions += 1,
        Note::TailHandedOver(_) => tally.hand_overs += 1,
        Note::Exchange(_, ExchangeNote::Hole) => tally.holes += 1,
        Note::Exchange(_, ExchangeNote::PendingAgain { .. }) => tally.pending_again += 1,
        _ => {}
    }
}
