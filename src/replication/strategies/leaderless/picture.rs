//! What a person may see of a node: records with the fate of every write that it still knows. Built on demand.

use super::Leaderless;
use super::cell::{Cell, Content as Held, Write};
use super::cells::Past;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::clock::Stamp;
use crate::replication::delta::{Key, Mode};
use crate::replication::hash::Hasher;
use crate::replication::ids::{NodeId, ReplicaId};
use crate::replication::view::{Conflict, Content, Decided, Fate, Reason, ReplicaView, Role, Side, SideValue};
use std::cmp::Ordering;
use std::collections::BTreeMap;

impl Leaderless {
    pub(super) fn picture(&self) -> ReplicaView {
        let mut view = self.sketch();
        let mut past: BTreeMap<&Key, Vec<&Past>> = BTreeMap::new();
        for was in self.cells.past() {
            past.entry(was.key()).or_default().push(was);
        }
        for (key, record) in &mut view.records {
            let cell = self.cells.get(key).map(|cell| &**cell);
            record.fates = cell.map(fates).unwrap_or_default();
            if let Some(past) = past.get(key) {
                add_past(record, cell, past);
            }
        }
        view
    }

    /// All but what became of each write.
    pub(super) fn sketch(&self) -> ReplicaView {
        ReplicaView {
            replica: Some(self.identity),
            delta_count: self.cells.all().len() as u64,
            hash: if self.is_replica { self.hash_of_cells() } else { 0 },
            is_partial: !self.config.ring.is_whole(),
            records: self.records(),
            facts: self.facts(),
            ..ReplicaView::empty(if self.is_replica { Role::Replica } else { Role::Coordinator })
        }
    }

    pub(super) fn hash_of_cells(&self) -> u64 {
        let mut hasher = Hasher::new(0);
        for held in self.cells.all() {
            hasher.number(held.hash());
        }
        hasher.digest().0
    }

    /// Every key of which anything is known, be it that it is gone.
    fn records(&self) -> BTreeMap<Key, Decided> {
        let held = self.cells.all().iter().map(|cell| ((*cell.key).clone(), decided(cell)));
        let mut records: BTreeMap<Key, Decided> = held.collect();
        for was in self.cells.past() {
            if !records.contains_key(was.key()) {
                records.insert(was.key().clone(), Decided::plain(Content::Absent, 0, BTreeMap::new()));
            }
        }
        records
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        let mut add = |name, value: String| {
            if !value.is_empty() {
                facts.push((name, value));
            }
        };
        add("last write quorum", self.last_write_quorum.names());
        add("last read quorum", self.last_read_quorum.names());
        add("out of reach", self.suspected.names());
        let mut hints: BTreeMap<NodeId, u32> = BTreeMap::new();
        self.hints.iter().for_each(|hint| *hints.entry(hint.home).or_default() += 1);
        add("hints", hints.iter().map(|(home, count)| format!("{count} for {home}")).collect::<Vec<_>>().join(", "));
        let siblings = self.cells.all().iter().map(|cell| cell.writes().len()).max().unwrap_or(0);
        add("most siblings", if siblings > 1 { siblings.to_string() } else { String::new() });
        let forgotten = self.cells.forgotten_count();
        add("overwritten, not listed", if forgotten > 0 { forgotten.to_string() } else { String::new() });
        facts
    }
}

fn decided(cell: &Cell) -> Decided {
    let writes = cell.writes();
    let content = |write: &Write| write.value.clone().map_or(Content::Absent, Content::Plain);
    match (&cell.content, writes) {
        (Held::Last(write), _) => Decided::plain(content(write), cell.version.0, BTreeMap::new()),
        (Held::Siblings(_), siblings) => Decided {
            mode: Mode::Ask,
            content: match siblings {
                [] => Content::Absent,
                [only] => content(only),
                _ => Content::Open,
            },
            conflicts: if siblings.len() > 1 { vec![conflict(siblings)] } else { Vec::new() },
            fates: BTreeMap::new(),
            version: 0,
        },
    }
}

/// What became of the writes that a cell holds.
fn fates(cell: &Cell) -> BTreeMap<Dot, Fate> {
    let writes = cell.writes();
    let fate = if writes.len() > 1 { Fate::Open } else { Fate::Visible };
    writes.iter().map(|write| (write.dot, fate)).collect()
}

fn conflict(siblings: &[Write]) -> Conflict {
    let side = |write: &Write| Side {
        dot: write.dot,
        author: write.author.clone(),
        stamp: Stamp { wall_ms: write.at.0 / 1_000_000, logical: 0 },
        value: write.value.clone().map_or(SideValue::Absent, SideValue::Plain),
    };
    let mut sides: Vec<Side> = siblings.iter().map(side).collect();
    sides.sort_unstable_by_key(|side| (side.stamp, side.dot));
    Conflict { item: None, base: SideValue::Absent, sides, is_open: true }
}

/// A write, and what its client had seen.
type Name<'a> = (Dot, &'a VersionVector);

/// Adds what became of the writes that do not show any more.
fn add_past(record: &mut Decided, held: Option<&Cell>, past: &[&Past]) {
    // Newest first: the last thing that went from an absent key is its deletion, whose tombstone was collected.
    let newest = held.map(|cell| (cell.version, cell.names())).or_else(|| past.last().map(|was| (was.version(), was.names())));
    let Some((version, names)) = newest else { return };
    let Some((winner, _)) = names.first().copied() else { return };
    if held.is_none() {
        record.fates.insert(winner, Fate::Visible);
    }
    let later = Later::new(names.into_iter().chain(past.iter().rev().flat_map(|was| was.names())).collect());
    for was in past.iter().rev() {
        for (dot, _) in was.names() {
            record.fates.entry(dot).or_insert_with(|| fate(dot, was.version().cmp(&version), &later, winner));
        }
    }
}

/// A version above the one that shows is a deletion whose tombstone was collected before something older came back.
fn fate(dot: Dot, against_newest: Ordering, later: &Later<'_>, winner: Dot) -> Fate {
    let reason = match against_newest {
        Ordering::Less => Reason::OlderStamp,
        Ordering::Equal => Reason::LowerId,
        Ordering::Greater => Reason::ArrivedEarlier,
    };
    match later.first_to_see(dot) {
        Some(by) => Fate::Superseded { by },
        None => Fate::Discarded { by: winner, reason },
    }
}

/// Writes, newest first, and for each replica which of them was the first to have seen how many of its writes: a thousand
/// overwritten writes are not to be compared with each other.
struct Later<'a> {
    names: Vec<Name<'a>>,
    steps: BTreeMap<ReplicaId, Vec<(u64, Dot)>>,
}

impl<'a> Later<'a> {
    fn new(names: Vec<Name<'a>>) -> Self {
        let mut steps: BTreeMap<ReplicaId, Vec<(u64, Dot)>> = BTreeMap::new();
        for (name, seen) in &names {
            for Dot { replica, counter } in seen.iter() {
                let steps = steps.entry(replica).or_default();
                if steps.last().is_none_or(|(most, _)| *most < counter) {
                    steps.push((counter, *name));
                }
            }
        }
        Self { names, steps }
    }

    /// The newest other write whose client had seen `dot`.
    fn first_to_see(&self, dot: Dot) -> Option<Dot> {
        let steps = self.steps.get(&dot.replica)?;
        let first = steps.get(steps.partition_point(|(counter, _)| *counter < dot.counter))?.1;
        if first != dot {
            return Some(first);
        }
        self.names.iter().find(|(name, seen)| *name != dot && seen.covers(dot)).map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_to_have_seen_a_write_is_the_one_that_looking_through_all_of_them_finds() {
        let mut state = 1_u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..200 {
            let dot = |draw: &mut dyn FnMut(u64) -> u64| Dot { replica: ReplicaId(draw(3)), counter: 1 + draw(9) };
            let count = draw(12);
            let made: Vec<(Dot, VersionVector)> =
                (0..count).map(|_| (dot(&mut draw), (0..draw(4)).map(|_| dot(&mut draw)).collect())).collect();
            let names: Vec<Name<'_>> = made.iter().map(|(name, seen)| (*name, seen)).collect();
            let later = Later::new(names.clone());
            for dot in (0..3).flat_map(|replica| (1..11).map(move |counter| Dot { replica: ReplicaId(replica), counter })) {
                let naive = names.iter().find(|(name, seen)| *name != dot && seen.covers(dot)).map(|(name, _)| *name);
                assert_eq!(later.first_to_see(dot), naive, "{dot:?} in {made:?}");
            }
        }
    }
}
