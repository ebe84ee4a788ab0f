//! Stale reads: how many newer completed writes a read missed (k), and for how long the first of them had been complete
//! when it began (t). Against the order of versions, so only where the strategy keeps one per key.

use crate::replication::delta::Key;
use crate::replication::protocol::Reply;
use crate::replication::time::{SimDuration, SimTime};
use crate::simulation::history::{History, OperationRecord};
use std::collections::BTreeMap;

/// A read that misses writes which were complete before it began.
pub struct StaleRead {
    /// Its number in the history.
    pub read: u64,
    /// Numbers of the writes that it misses, the one that was complete first at the front.
    pub missed: Vec<u64>,
    /// How long that one had been complete when the read began.
    pub age: SimDuration,
}

/// The stale reads of a history. Strategies without an order of versions show none.
#[must_use]
pub fn stale_reads(history: &History) -> Vec<StaleRead> {
    let mut written: BTreeMap<&Key, Vec<(u64, &OperationRecord, u64)>> = BTreeMap::new();
    let mut stale = Vec::new();
    // What was asked later cannot have been complete: one pass, in the order of asking.
    for (number, operation) in (0..).zip(history.iter()) {
        match &operation.closed {
            Some((_, Reply::Written { version, .. })) => written.entry(&operation.key).or_default().push((number, operation, *version)),
            Some((_, Reply::Value { version, .. })) => {
                let known = written.get(&operation.key).into_iter().flatten();
                let missed = known.filter(|(_, write, newer)| newer > version && write.is_complete_before(operation));
                let mut missed: Vec<(SimTime, u64)> =
                    missed.filter_map(|(number, write, _)| Some((write.closed.as_ref()?.0, *number))).collect();
                missed.sort_unstable();
                let Some((first, _)) = missed.first() else { continue };
                let age = operation.invoked_at.since(*first);
                stale.push(StaleRead { read: number, missed: missed.iter().map(|(_, number)| *number).collect(), age });
            }
            _ => {}
        }
    }
    stale
}

/// The read of this number, if it is stale: the same as [`stale_reads`] tells of it, as soon as it is answered.
#[must_use]
pub fn stale_read(history: &History, number: u64) -> Option<StaleRead> {
    let index = usize::try_from(number).ok()?;
    let read = history.get(index)?;
    let Some((_, Reply::Value { version, .. })) = &read.closed else { return None };
    let misses = |(number, write): (u64, &OperationRecord)| match &write.closed {
        Some((at, Reply::Written { version: newer, .. })) if newer > version && write.key == read.key && write.is_complete_before(read) => {
            Some((*at, number))
        }
        _ => None,
    };
    let mut missed: Vec<(SimTime, u64)> = history.numbered().take_while(|(other, _)| *other < number).filter_map(misses).collect();
    missed.sort_unstable();
    let (first, _) = missed.first()?;
    let age = read.invoked_at.since(*first);
    Some(StaleRead { read: number, missed: missed.iter().map(|(_, number)| *number).collect(), age })
}
