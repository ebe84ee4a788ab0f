//! Conflicts for the eye: both sides, what was before, what was decided, and what became of every write.

use super::names::Names;
use super::writers::Writers;
use super::{describe, words};
use crate::replication::IS_OPENING_ALONE;
use crate::replication::causality::Dot;
use crate::replication::delta::{LineChange, Operation};
use crate::replication::ids::NodeId;
use crate::replication::view::{Conflict, Decided, Fate, Side, SideValue};
use crate::simulation::snapshot::Snapshot;
use std::collections::BTreeSet;

/// Writes of whose fate is told at first; the latest, when there are more.
pub const MOST_FATES: usize = 100;

/// The conflicts of one replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictView {
    /// The replica that they are shown at.
    pub node: NodeId,
    /// Its name.
    pub place: String,
    /// The conflicts.
    pub conflicts: Vec<ConflictCard>,
    /// What a reader sees there.
    pub decided: String,
    /// What became of the writes that matter.
    pub fates: Vec<FateLine>,
    /// Writes that matter as well, asked for earlier: how many.
    pub earlier_count: u64,
    /// Writes that a later one had seen and replaced: how many.
    pub superseded_count: u64,
}

/// One conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictCard {
    /// What it is about.
    pub subject: String,
    /// "two writes, neither had seen the other".
    pub nature: String,
    /// The versions.
    pub sides: Vec<SideCard>,
    /// What stood there before.
    pub base: String,
    /// Whether a person has to decide.
    pub is_open: bool,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideCard {
    /// Where, who and when.
    pub origin: String,
    /// What.
    pub value: String,
    /// The quantity it stands for; `None` when it is not one cart line.
    pub quantity: Option<u32>,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FateLine {
    /// Its id, for styling: kept, discarded, overruled or open.
    pub kind: &'static str,
    /// The sign before it.
    pub sign: &'static str,
    /// The sentence.
    pub text: String,
}

/// Which replica's conflicts to show: the selected one's, else the most recent device's or leader's that has any.
#[must_use]
pub fn focus(snapshot: &Snapshot, selected: Option<NodeId>, names: &Names) -> Option<NodeId> {
    let has_conflict = |node: &&crate::simulation::snapshot::NodeSnapshot| {
        node.replica.as_ref().is_some_and(|replica| replica.records.values().any(|record| !record.conflicts.is_empty()))
    };
    let fitting = || snapshot.nodes.iter().filter(has_conflict);
    let chosen = selected.filter(|wanted| fitting().any(|node| node.node == *wanted));
    chosen.or_else(|| fitting().max_by_key(|node| (names.is_device(node.site), std::cmp::Reverse(node.node))).map(|node| node.node))
}

/// The conflicts at `node`, or what is decided there when it has none. Of more than `most` writes that matter, the latest are told.
#[must_use]
pub fn at(node: NodeId, snapshot: &Snapshot, names: &Names, writers: &Writers, most: usize) -> Option<ConflictView> {
    let replica = snapshot.nodes.get(node.index())?.replica.as_ref()?;
    let records: Vec<&Decided> = replica.records.values().collect();
    let conflicts = records.iter().flat_map(|record| &record.conflicts).map(|conflict| card(conflict, names, writers)).collect();
    let decided = records.iter().map(|record| describe::content(&record.content)).collect::<Vec<_>>().join("; ");
    let (fates, earlier_count) = match IS_OPENING_ALONE {
        true => (records.iter().flat_map(|record| fates(record, writers)).collect(), 0),
        false => {
            let dropped = dropped(snapshot, writers);
            let left_out = dropped.len().saturating_sub(most);
            let (fates, earlier_count) = latest_fates(&records, most - (dropped.len() - left_out), writers);
            (dropped.into_iter().skip(left_out).chain(fates).collect(), earlier_count + left_out as u64)
        }
    };
    let all = records.iter().flat_map(|record| record.fates.values());
    let superseded_count = all.filter(|fate| matches!(fate, Fate::Superseded { .. })).count() as u64;
    Some(ConflictView { node, place: names.node(node), conflicts, decided, fates, earlier_count, superseded_count })
}

/// Writes that replicas had and dropped, such as a former leader's; each once.
fn dropped(snapshot: &Snapshot, writers: &Writers) -> Vec<FateLine> {
    let replicas = snapshot.nodes.iter().filter_map(|node| node.replica.as_ref());
    let mut told = BTreeSet::new();
    let all = replicas.flat_map(|replica| &replica.discarded).filter(|lost| told.insert(lost.dot));
    let line = |lost| FateLine { kind: "discarded", sign: "✕", text: format!("{}.", super::replica::discarded(lost, writers)) };
    all.map(line).collect()
}

/// One conflict for the eye.
#[must_use]
pub fn card(conflict: &Conflict, names: &Names, writers: &Writers) -> ConflictCard {
    card_of(conflict, |side| side_card(side, origin(side, names, writers), writers))
}

/// The same wherever it is shown.
pub fn card_of(conflict: &Conflict, side: impl Fn(&Side) -> SideCard) -> ConflictCard {
    let subject = conflict.item.as_ref().map_or("the whole value", |item| &item.0).to_owned();
    let nature = match conflict.sides.len() {
        2 => "two writes, neither had seen the other".to_owned(),
        count => format!("{count} writes that had not seen each other"),
    };
    let sides = conflict.sides.iter().map(side).collect();
    ConflictCard { subject, nature, sides, base: describe::base_value(&conflict.base), is_open: conflict.is_open }
}

fn origin(side: &Side, names: &Names, writers: &Writers) -> String {
    let clock = words::clock(side.stamp.wall_ms);
    let author = if describe::is_you(&side.author.0) { "you" } else { &side.author.0 };
    let site = writers.get(side.dot).and_then(|writer| writer.asked).map(|(node, _)| names.site(names.site_of(node)).to_owned());
    site.map_or_else(|| format!("{author} · {clock}"), |site| format!("{site} · {author} · {clock}"))
}

/// One version, of this origin.
#[must_use]
pub fn side_card(side: &Side, origin: String, writers: &Writers) -> SideCard {
    let quantity = match &side.value {
        SideValue::Absent => Some(0),
        SideValue::Quantity(quantity) => Some(*quantity),
        SideValue::Cart(_) | SideValue::Plain(_) => None,
    };
    let operation = writers.get(side.dot).and_then(|writer| writer.operation.as_ref());
    let value = match (operation, quantity) {
        (Some(Operation::Cart(_, LineChange::Add(count))), Some(quantity)) => format!("+{count}, making {quantity}"),
        _ => describe::side_value(&side.value),
    };
    SideCard { origin, value, quantity }
}

/// What was kept and what was not, whose and why.
fn fates(record: &Decided, writers: &Writers) -> Vec<FateLine> {
    let contested = contested(record);
    record.fates.iter().filter_map(|(dot, fate)| fate_line(*dot, *fate, &contested, writers)).collect()
}

/// The same of all records: the latest by when they were asked for, in the order of their dots, and how many there were before.
fn latest_fates(records: &[&Decided], most: usize, writers: &Writers) -> (Vec<FateLine>, u64) {
    let contested: Vec<Dot> = records.iter().flat_map(|record| contested(record)).collect();
    let matter = |(dot, fate): &(&Dot, &Fate)| matters(**dot, **fate, &contested);
    let mut writes: Vec<(&Dot, &Fate)> = records.iter().flat_map(|record| &record.fates).filter(matter).collect();
    let earlier_count = keep_latest(&mut writes, most, writers);
    (writes.into_iter().filter_map(|(dot, fate)| fate_line(*dot, *fate, &contested, writers)).collect(), earlier_count)
}

/// Returns how many go.
fn keep_latest(writes: &mut Vec<(&Dot, &Fate)>, most: usize, writers: &Writers) -> u64 {
    let Some(gone) = writes.len().checked_sub(most).filter(|gone| *gone > 0) else { return 0 };
    let asked_at = |dot: Dot| writers.get(dot).and_then(|writer| writer.asked).map(|(_, at)| at);
    let mut times: Vec<_> = writes.iter().map(|(dot, _)| (asked_at(**dot), **dot)).collect();
    times.sort_unstable();
    match times.get(gone) {
        Some(first) => writes.retain(|(dot, _)| (asked_at(**dot), **dot) >= *first),
        None => writes.clear(),
    }
    gone as u64
}

/// The versions in conflict.
#[must_use]
pub fn contested(record: &Decided) -> Vec<Dot> {
    record.conflicts.iter().flat_map(|conflict| &conflict.sides).map(|side| side.dot).collect()
}

/// Whether what became of a write is worth a line. Superseded ones had been seen by a later one: no loss, no line.
fn matters(dot: Dot, fate: Fate, contested: &[Dot]) -> bool {
    match fate {
        Fate::Visible => contested.contains(&dot),
        Fate::Superseded { .. } => false,
        Fate::Discarded { .. } | Fate::Overruled { .. } | Fate::Open | Fate::Tentative | Fate::Opaque => true,
    }
}

/// What became of one write, if that is worth a line.
#[must_use]
pub fn fate_line(dot: Dot, fate: Fate, contested: &[Dot], writers: &Writers) -> Option<FateLine> {
    if !matters(dot, fate, contested) {
        return None;
    }
    match fate {
        Fate::Superseded { .. } => None,
        Fate::Visible => Some(FateLine { kind: "kept", sign: "✓", text: format!("{} is kept.", describe::write_of(dot, writers)) }),
        Fate::Discarded { by, reason } => Some(lost("discarded", "discarded in favour of", dot, by, reason, writers)),
        Fate::Overruled { by, reason } => Some(lost("overruled", "overruled by", dot, by, reason, writers)),
        Fate::Open => Some(waits(dot, "waits for a decision", writers)),
        Fate::Tentative => Some(waits(dot, "waits for the key's home leader", writers)),
        Fate::Opaque => Some(waits(dot, "is of a newer version of this software: kept and passed on", writers)),
    }
}

fn waits(dot: Dot, how: &str, writers: &Writers) -> FateLine {
    FateLine { kind: "open", sign: "?", text: format!("{} {how}.", describe::write_of(dot, writers)) }
}

fn lost(kind: &'static str, how: &str, dot: Dot, by: Dot, reason: crate::replication::view::Reason, writers: &Writers) -> FateLine {
    let (lost, winner) = (describe::write_of(dot, writers), describe::write_of_inside(by, writers));
    FateLine { kind, sign: "✕", text: format!("{lost} was {how} {winner}: {}.", words::reason(reason)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::delta::Item;
    use crate::replication::ids::SessionId;
    use crate::replication::protocol::Reply;
    use crate::replication::time::SimTime;
    use crate::simulation::history::{History, OperationRecord};
    use crate::view::example;

    fn history() -> History {
        let written = |dot: Dot, author: &str, node, change| OperationRecord {
            session: SessionId(0),
            author: author.into(),
            node: NodeId(node),
            key: "cart".into(),
            also: Vec::new(),
            is_unknown: false,
            write: Some(Operation::Cart(Item::from("eggs"), change)),
            context: crate::replication::causality::VersionVector::new(),
            invoked_at: SimTime::from_ms(115),
            closed: Some((
                SimTime::from_ms(120),
                Reply::Written {
                    version: dot.counter,
                    dot: Some(dot),
                    context: crate::replication::causality::VersionVector::new(),
                    token: crate::replication::protocol::Token::default(),
                },
            )),
        };
        let operations = vec![
            written(example::ANAS, "Ana", 0, LineChange::Set(12, Vec::new())),
            written(example::YOURS, "you", 4, LineChange::Remove(Vec::new())),
        ];
        operations.into_iter().collect()
    }

    #[test]
    fn an_overruled_removal_is_told_with_its_author_and_reason() {
        let (setup, snapshot) = example::cluster();
        let names = Names::new(&setup);
        let writers = Writers::collect(&history(), &snapshot);
        let node = focus(&snapshot, None, &names).expect("a conflict");
        assert_eq!(node, NodeId(4), "the device comes first");
        let view = at(node, &snapshot, &names, &writers, MOST_FATES).expect("up");
        assert_eq!(view.conflicts[0].subject, "eggs");
        assert_eq!(view.conflicts[0].sides[1].origin, "Oregon · Ana · 00:00:00.120");
        assert_eq!(view.conflicts[0].base, "6");
        let texts: Vec<_> = view.fates.iter().map(|fate| fate.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Ana's eggs set to 12 is kept.",
                "Your removal of eggs was overruled by Ana's eggs set to 12: the removal had not seen that write, and add-wins removes only what was seen."
            ]
        );
    }

    #[test]
    fn of_many_writes_the_latest_are_told() {
        let (setup, mut snapshot) = example::cluster();
        let names = Names::new(&setup);
        let mut records = history().iter().cloned().collect::<Vec<_>>();
        let (yours, anas) = (records[1].clone(), records[0].clone());
        let mut fates = std::collections::BTreeMap::new();
        for number in 0..300_u64 {
            // Later ones have smaller counters.
            let dot = Dot { counter: 1_000 - number, ..example::YOURS };
            fates.insert(dot, Fate::Discarded { by: example::ANAS, reason: crate::replication::view::Reason::OlderStamp });
            let mut record = yours.clone();
            (record.invoked_at, record.write) = (SimTime::from_ms(200 + number), anas.write.clone());
            if let Some((_, Reply::Written { dot: written, .. })) = &mut record.closed {
                *written = Some(dot);
            }
            records.push(record);
        }
        let replica = snapshot.nodes[2].replica.as_mut().expect("up");
        replica.records.values_mut().for_each(|record| (record.conflicts, record.fates) = (Vec::new(), fates.clone()));
        let writers = Writers::collect(&records.into_iter().collect(), &snapshot);
        let told = |most| at(NodeId(2), &snapshot, &names, &writers, most).expect("up");
        let (some, all) = (told(MOST_FATES), told(usize::MAX));
        assert_eq!((some.fates.len(), some.earlier_count), (MOST_FATES, 200));
        assert_eq!((all.fates.len(), all.earlier_count), (300, 0));
        assert_eq!(some.fates, all.fates[..MOST_FATES], "the smallest counters are the latest here");
    }

    #[test]
    fn the_selected_replica_is_shown_only_if_it_has_a_conflict() {
        let (setup, mut snapshot) = example::cluster();
        let names = Names::new(&setup);
        assert_eq!(focus(&snapshot, Some(NodeId(2)), &names), Some(NodeId(2)));
        snapshot.nodes[2].replica = None;
        assert_eq!(focus(&snapshot, Some(NodeId(2)), &names), Some(NodeId(4)));
    }
}
