//! What a person may see of a node: records with the fate of every write that it still knows. Built on demand.

use super::Leaderless;
use super::cell::{Cell, Content as Held, Write};
use super::cells::Past;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::clock::Stamp;
use crate::replication::delta::{Key, Mode};
use crate::replication::hash::Hasher;
use crate::replication::ids::NodeId;
use crate::replication::view::{Conflict, Content, Decided, Fate, Reason, ReplicaView, Role, Side, SideValue};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Leaderless {
    pub(super) fn picture(&self) -> ReplicaView {
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

    fn records(&self) -> BTreeMap<Key, Decided> {
        let mut records: BTreeMap<Key, Decided> = self.cells.all().iter().map(|cell| ((*cell.key).clone(), decided(cell))).collect();
        for past in self.cells.past() {
            let record = records.entry((*past.was.key).clone()).or_insert_with(|| Decided::plain(Content::Absent, 0, BTreeMap::new()));
            for (dot, fate) in fates_of(past, self.cells.get(&past.was.key).map(|held| &**held)) {
                record.fates.entry(dot).or_insert(fate);
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
        (Held::Last(write), _) => Decided::plain(content(write), cell.version.0, BTreeMap::from([(write.dot, Fate::Visible)])),
        (Held::Siblings(_), [only]) => {
            let fates = BTreeMap::from([(only.dot, Fate::Visible)]);
            Decided { mode: Mode::Ask, content: content(only), conflicts: Vec::new(), fates, version: 0 }
        }
        (Held::Siblings(_), several) => Decided {
            mode: Mode::Ask,
            content: if several.is_empty() { Content::Absent } else { Content::Open },
            conflicts: if several.is_empty() { Vec::new() } else { vec![conflict(several)] },
            fates: several.iter().map(|write| (write.dot, Fate::Open)).collect(),
            version: 0,
        },
    }
}

fn conflict(siblings: &[Write]) -> Conflict {
    let side = |write: &Write| Side {
        dot: write.dot,
        author: write.author.clone(),
        stamp: Stamp { wall_ms: write.at.0 / 1_000_000, logical: 0 },
        value: write.value.clone().map_or(SideValue::Absent, SideValue::Plain),
    };
    let mut sides: Vec<Side> = siblings.iter().map(side).collect();
    sides.sort_by_key(|side| (side.stamp, side.dot));
    Conflict { item: None, base: SideValue::Absent, sides, is_open: true }
}

/// What became of the writes that went with a cell.
fn fates_of(past: &Past, held: Option<&Cell>) -> Vec<(Dot, Fate)> {
    if Rc::ptr_eq(&past.was, &past.by) {
        let held = held.filter(|held| !held.is_tombstone());
        return past.was.writes().iter().map(|write| (write.dot, fate_of_collected(write, &past.was, held))).collect();
    }
    let by = past.by.writes();
    let gone = past.was.writes().iter().filter(|write| by.iter().all(|held| held.dot != write.dot));
    gone.filter_map(|write| Some((write.dot, fate(write, &past.was, &past.by)?))).collect()
}

/// A deletion whose tombstone is gone: the key is as absent as it wanted, or something came back unhindered.
fn fate_of_collected(write: &Write, was: &Cell, held: Option<&Cell>) -> Fate {
    match held.and_then(|held| fate(write, was, held)) {
        None => Fate::Visible,
        Some(Fate::Discarded { by, .. }) => Fate::Discarded { by, reason: Reason::ArrivedEarlier },
        Some(other) => other,
    }
}

fn fate(write: &Write, was: &Cell, by: &Cell) -> Option<Fate> {
    let had_seen = |context: &VersionVector| context.covers(write.dot);
    if let Some(later) = by.writes().iter().find(|later| had_seen(&later.context)) {
        return Some(Fate::Superseded { by: later.dot });
    }
    let winner = by.writes().first()?.dot;
    let reason = if was.version == by.version { Reason::LowerId } else { Reason::OlderStamp };
    Some(Fate::Discarded { by: winner, reason })
}
