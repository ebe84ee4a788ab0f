//! Stale reads one by one, as they are answered: the newest versions that were complete before each read began. What
//! `checkers::stale_reads` finds in a whole history, here without looking back at all of it.

use crate::replication::delta::Key;
use crate::replication::ids::SessionId;
use crate::replication::protocol::Reply;
use crate::replication::time::{SimDuration, SimTime};
use crate::simulation::history::OperationRecord;
use std::collections::BTreeMap;

/// When each version of a key was complete, and for whom.
#[derive(Clone, Debug, Default)]
pub struct Staleness(BTreeMap<Key, Versions>);

/// By version, then number of the write.
type Versions = BTreeMap<(u64, u64), (SimTime, SessionId)>;

impl Staleness {
    /// Takes in an operation that was just answered; says for how long a read's first missed write had been complete.
    pub fn on_answer(&mut self, number: u64, record: &OperationRecord) -> Option<SimDuration> {
        match &record.closed {
            Some((at, Reply::Written { version, .. })) => {
                self.0.entry(record.key.clone()).or_default().insert((*version, number), (*at, record.session));
                None
            }
            Some((_, Reply::Value { version, .. })) => {
                let newer = self.0.get(&record.key)?.range((version.checked_add(1)?, 0)..);
                let is_complete =
                    |at: SimTime, session: SessionId| at < record.invoked_at || (session == record.session && at == record.invoked_at);
                let missed = newer.filter(|(_, (at, session))| is_complete(*at, *session)).map(|(_, (at, _))| *at);
                missed.min().map(|first| record.invoked_at.since(first))
            }
            _ => None,
        }
    }
}
