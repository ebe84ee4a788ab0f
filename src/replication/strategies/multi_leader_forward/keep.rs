//! What one leader keeps of one key: the versions that no other had seen, which of them shows, and all that were
//! applied, so that every write can be told its fate. The same function of the same log at every start.

use super::message::{Event, Payload, Place, Write};
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::clock::Stamp;
use crate::replication::view::{Conflict, Content, Decided, Fate, Reason, Side, SideValue};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How an arriving write becomes the one that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// A later arrival overwrites.
    Arrival,
    /// Versions that others had seen are dropped; the latest timestamp of the others shows.
    LastWrite {
        /// Whether equal timestamps are decided by the higher id; else by arrival.
        by_id: bool,
    },
}

/// What became of an applied write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Applied {
    /// Versions here that it had not seen, nor they it.
    pub(super) conflicts: Vec<Dot>,
    /// Something here had seen it.
    pub(super) is_dominated: bool,
    /// It shows now.
    pub(super) is_shown: bool,
}

/// One key.
#[derive(Clone, Debug, Default)]
pub(super) struct Keep {
    /// Versions that no other had seen, in the order of arrival.
    frontier: Vec<Arc<Event>>,
    shown: Option<Arc<Event>>,
    /// All that the versions here had seen, and they themselves.
    vector: VersionVector,
    /// Everything applied, in order.
    history: Vec<Arc<Event>>,
}

impl Keep {
    /// The write that shows.
    pub(super) fn shown(&self) -> Option<&Write> {
        self.shown.as_deref().and_then(written)
    }

    /// The name of the write that shows.
    pub(super) fn shown_dot(&self) -> Option<Dot> {
        self.shown.as_ref().map(|event| event.dot)
    }

    /// What a write accepted here has seen.
    pub(super) const fn vector(&self) -> &VersionVector {
        &self.vector
    }

    /// The write of this name, if it was applied.
    pub(super) fn get(&self, dot: Dot) -> Option<&Write> {
        self.history.iter().rev().find(|event| event.dot == dot).and_then(|event| written(event))
    }

    /// The place of the write that shows.
    pub(super) fn place(&self) -> Place {
        self.shown().and_then(|write| write.place).unwrap_or_default()
    }

    /// Applies a write that is new here.
    pub(super) fn apply(&mut self, event: &Arc<Event>, write: &Write, choice: Choice) -> Applied {
        let is_dominated = self.vector.covers(event.dot);
        let mut applied = Applied { is_dominated, ..Applied::default() };
        self.history.push(event.clone());
        if !is_dominated {
            self.frontier.retain(|known| !write.context.covers(known.dot));
            applied.conflicts = self.frontier.iter().map(|known| known.dot).collect();
            self.frontier.push(event.clone());
            self.vector.merge(&write.context);
            self.vector.observe(event.dot);
        }
        self.choose(event, write, choice);
        applied.is_shown = self.shown_dot() == Some(event.dot);
        applied
    }

    /// Applies a write that went round and came again: in order of arrival it overwrites once more.
    pub(super) fn apply_again(&mut self, event: &Arc<Event>, write: &Write, choice: Choice) {
        if choice == Choice::Arrival {
            self.choose(event, write, choice);
        }
    }

    fn choose(&mut self, event: &Arc<Event>, write: &Write, choice: Choice) {
        match choice {
            Choice::Arrival if write.place < self.shown().and_then(|shown| shown.place) => {}
            Choice::Arrival => self.shown = Some(event.clone()),
            Choice::LastWrite { by_id } => {
                // Of equals the last one, which arrived last.
                self.shown = self.frontier.iter().max_by_key(|known| rank(known, by_id)).cloned();
            }
        }
    }

    /// What a person may see of the key.
    pub(super) fn decided(&self, choice: Choice) -> Decided {
        let content = self.shown().and_then(|write| write.value.clone()).map_or(Content::Absent, Content::Plain);
        let mut decided = Decided::plain(content, self.shown().and_then(|write| write.place).map_or(0, Place::version), self.fates(choice));
        if self.frontier.len() > 1 {
            decided.conflicts.push(self.conflict());
        }
        decided
    }

    fn fates(&self, choice: Choice) -> BTreeMap<Dot, Fate> {
        self.history.iter().map(|event| (event.dot, self.fate(event, choice))).collect()
    }

    fn fate(&self, event: &Event, choice: Choice) -> Fate {
        let Some(shown) = self.shown.as_ref().filter(|shown| shown.dot != event.dot) else { return Fate::Visible };
        let has_seen = |later: &Event| later.dot != event.dot && written(later).is_some_and(|write| write.context.covers(event.dot));
        if has_seen(shown) {
            return Fate::Superseded { by: shown.dot };
        }
        if let (Choice::LastWrite { .. }, Some(later)) = (choice, self.history.iter().find(|later| has_seen(later))) {
            return Fate::Superseded { by: later.dot };
        }
        Fate::Discarded { by: shown.dot, reason: reason(event, shown, choice) }
    }

    fn conflict(&self) -> Conflict {
        let is_base =
            |event: &&Arc<Event>| self.frontier.iter().all(|side| written(side).is_some_and(|write| write.context.covers(event.dot)));
        let mut sides: Vec<Side> = self.frontier.iter().filter_map(|event| written(event).map(|write| side(event.dot, write))).collect();
        sides.sort_unstable_by_key(|side| (side.stamp, side.dot));
        let base = self.history.iter().rev().find(is_base).and_then(|event| written(event)).map_or(SideValue::Absent, side_value);
        Conflict { item: None, base, sides, is_open: false }
    }
}

fn side(dot: Dot, write: &Write) -> Side {
    Side { dot, author: write.author.clone(), stamp: Stamp { wall_ms: write.stamp_ms, logical: 0 }, value: side_value(write) }
}

fn side_value(write: &Write) -> SideValue {
    write.value.clone().map_or(SideValue::Absent, SideValue::Plain)
}

const fn written(event: &Event) -> Option<&Write> {
    match &event.payload {
        Payload::Write(write) => Some(write),
        Payload::Home(_) => None,
    }
}

/// The order of last write wins: the home's order where there is one, then timestamps, then ids.
fn rank(event: &Event, by_id: bool) -> (Option<Place>, i64, Option<Dot>) {
    let write = written(event);
    (write.and_then(|write| write.place), write.map_or(0, |write| write.stamp_ms), by_id.then_some(event.dot))
}

fn reason(loser: &Event, winner: &Event, choice: Choice) -> Reason {
    let (lost, won) = (rank(loser, false), rank(winner, false));
    match choice {
        _ if lost.0 < won.0 => Reason::EarlierHome,
        Choice::LastWrite { .. } if lost.1 < won.1 => Reason::OlderStamp,
        Choice::LastWrite { by_id: true } => Reason::LowerId,
        Choice::LastWrite { by_id: false } | Choice::Arrival => Reason::ArrivedEarlier,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::delta::Value;
    use crate::replication::ids::ReplicaId;
    use crate::replication::time::SimTime;

    const BY_ID: Choice = Choice::LastWrite { by_id: true };

    fn dot(replica: u64, counter: u64) -> Dot {
        Dot { replica: ReplicaId(replica), counter }
    }

    fn event(name: Dot, stamp_ms: i64, seen: &[Dot]) -> Arc<Event> {
        let context = seen.iter().copied().collect();
        let value = Some(Value::Number(name.counter as i64));
        let write = Write { key: "x".into(), value, author: "Ada".into(), stamp_ms, context, place: None };
        Arc::new(Event { dot: name, causes: VersionVector::new(), accepted_at: SimTime::ZERO, payload: Payload::Write(write) })
    }

    fn keep(events: &[&Arc<Event>], choice: Choice) -> Keep {
        let mut keep = Keep::default();
        for event in events {
            keep.apply(event, written(event).expect("a write"), choice);
        }
        keep
    }

    #[test]
    fn a_version_that_another_had_seen_is_dropped_on_arrival() {
        let (first, second) = (event(dot(1, 1), 9, &[]), event(dot(2, 1), 5, &[dot(1, 1)]));
        let mut late = keep(&[&second], BY_ID);
        let applied = late.apply(&first, written(&first).expect("a write"), BY_ID);
        assert_eq!(applied, Applied { conflicts: vec![], is_dominated: true, is_shown: false });
        assert_eq!(late.decided(BY_ID).fates[&dot(1, 1)], Fate::Superseded { by: dot(2, 1) });
        assert_eq!(
            keep(&[&second, &first], Choice::Arrival).shown_dot(),
            Some(dot(1, 1)),
            "without vectors the cause overwrites its effect"
        );
    }

    #[test]
    fn any_order_of_arrival_ends_alike_even_when_clocks_contradict_what_was_seen() {
        // c had seen a but its clock is behind; b is concurrent with both and between them.
        let (a, b, c) = (event(dot(1, 1), 30, &[]), event(dot(2, 1), 20, &[]), event(dot(3, 1), 10, &[dot(1, 1)]));
        for order in [[&a, &b, &c], [&a, &c, &b], [&b, &a, &c], [&b, &c, &a], [&c, &a, &b], [&c, &b, &a]] {
            let decided = keep(&order, BY_ID).decided(BY_ID);
            assert_eq!(decided.fates[&dot(2, 1)], Fate::Visible, "{order:?}");
            assert_eq!(decided.fates[&dot(1, 1)], Fate::Superseded { by: dot(3, 1) });
            assert_eq!(decided.fates[&dot(3, 1)], Fate::Discarded { by: dot(2, 1), reason: Reason::OlderStamp });
            assert_eq!(decided.conflicts[0].sides.len(), 2);
        }
    }

    #[test]
    fn equal_timestamps_need_the_id_to_agree() {
        let (a, b) = (event(dot(1, 1), 5, &[]), event(dot(2, 1), 5, &[]));
        assert_eq!(keep(&[&a, &b], BY_ID).shown_dot(), keep(&[&b, &a], BY_ID).shown_dot());
        let by_arrival = Choice::LastWrite { by_id: false };
        assert_ne!(keep(&[&a, &b], by_arrival).shown_dot(), keep(&[&b, &a], by_arrival).shown_dot());
    }
}
