//! The outbox: what this device wrote and nobody has confirmed yet, and what was confirmed lately.

use super::{Who, changes::change};
use crate::replication::delta::Delta;
use crate::replication::view::ReplicaView;
use crate::view::words;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Lines of each list.
const SHOWN: usize = 8;

/// The outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// The oldest pending writes.
    pub pending: Vec<OutboxLine>,
    /// All pending writes: how many.
    pub pending_count: usize,
    /// The latest confirmed writes of this device, latest first.
    pub confirmed: Vec<OutboxLine>,
    /// All confirmed writes: how many.
    pub confirmed_count: u64,
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxLine {
    /// Its name.
    pub dot: String,
    /// What.
    pub what: String,
    /// When.
    pub at: String,
}

/// The outbox of a replica that holds `log`.
#[must_use]
pub fn outbox(view: &ReplicaView, log: &[Arc<Delta>], who: &Who) -> Outbox {
    let waiting: BTreeSet<_> = view.pending.iter().copied().collect();
    let line = |delta: &Arc<Delta>| OutboxLine { dot: delta.dot.to_string(), what: change(delta), at: who.time(delta.stamp.wall_ms) };
    let pending = log.iter().filter(|delta| waiting.contains(&delta.dot)).take(SHOWN).map(line).collect();
    let own = log.iter().rev().filter(|delta| *delta.author.0 == *who.name && !waiting.contains(&delta.dot));
    let shown = SHOWN.min(usize::try_from(view.confirmed_count).unwrap_or(SHOWN));
    Outbox { pending, pending_count: waiting.len(), confirmed: own.take(shown).map(line).collect(), confirmed_count: view.confirmed_count }
}

impl Outbox {
    /// "2 pending · 3 confirmed".
    #[must_use]
    pub fn summary(&self) -> String {
        format!("{} pending · {} confirmed", self.pending_count, self.confirmed_count)
    }

    /// What the pending ones wait for.
    #[must_use]
    pub fn waits_for(&self, is_offline: bool) -> String {
        let waiting = words::count(self.pending_count as u64, "write is safe on this device", "writes are safe on this device");
        match (self.pending_count, is_offline) {
            (0, _) => "Nothing waits: the cloud or the native peer holds durably what was written here.".to_owned(),
            (_, true) => format!("{waiting}, to leave when it is online again."),
            (_, false) => format!("{waiting}, and on the way."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lab::example;

    fn shown(pair: &example::Pair) -> Outbox {
        let who = Who { name: example::ME.to_owned(), offset_ms: 0 };
        outbox(&pair.device.view(), &pair.log(), &who)
    }

    #[test]
    fn a_write_is_pending_and_then_confirmed() {
        let mut pair = example::pair();
        let before = shown(&pair);
        assert_eq!(before.pending.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), ["Note: “Buy early”"]);
        assert!(before.waits_for(true).starts_with("1 write is safe on this device, to leave"));
        pair.meet();
        let after = shown(&pair);
        assert_eq!(after.summary(), "0 pending · 4 confirmed");
        assert_eq!(after.confirmed[0].what, "Note: “Buy early”");
        assert!(after.confirmed.iter().all(|line| !line.what.contains("removed")), "Ana's are not this device's");
    }

    #[test]
    fn a_long_outbox_shows_the_next_to_leave() {
        let mut pair = example::Pair::new();
        (1..=20).for_each(|quantity| pair.write(false, "cart", example::set("eggs", quantity)));
        let shown = shown(&pair);
        assert_eq!((shown.pending_count, shown.pending.len()), (20, SHOWN));
        assert_eq!(shown.pending[0].what, "eggs set to 1");
    }
}
