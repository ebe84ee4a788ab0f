//! Conflicts on a device: the versions with who and when, what was before, what was decided, and what became of every write.

use super::{Who, changes};
use crate::replication::causality::Dot;
use crate::replication::delta::{Delta, Item, Key, Mode, Operation};
use crate::replication::view::{Conflict, Content, Decided, Fate, Side};
use crate::view::conflict::{self, ConflictCard, FateLine, SideCard, card_of, contested, fate_line};
use crate::view::writers::Writers;
use crate::view::{describe, words};
use std::sync::Arc;

/// The latest fates of a key that are shown.
const SHOWN_FATES: usize = 12;

/// One key of the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyConflicts {
    /// The key.
    pub key: Key,
    /// Its name for people.
    pub title: String,
    /// How its conflicts are decided.
    pub mode: Mode,
    /// Its conflicts.
    pub conflicts: Vec<LabConflict>,
    /// What a reader sees.
    pub decided: String,
    /// What was kept and what was not, latest first.
    pub fates: Vec<FateLine>,
    /// Further ones.
    pub more_count: usize,
}

/// A conflict, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabConflict {
    /// The cart line; `None` for a note.
    pub item: Option<Item>,
    /// For the eye.
    pub card: ConflictCard,
    /// The versions.
    pub dots: Vec<Dot>,
}

/// Whether there is anything to say of a record; without its writes, since most have nothing.
#[must_use]
pub fn is_eventful(record: &Decided) -> bool {
    let is_uneventful = |fate: &Fate| matches!(fate, Fate::Visible | Fate::Superseded { .. });
    !record.conflicts.is_empty() || !record.fates.values().all(is_uneventful)
}

/// Everything about one key that was ever in conflict; `None` when it was not.
#[must_use]
pub fn of_key(key: &Key, record: &Decided, deltas: &[Arc<Delta>], who: &Who) -> Option<KeyConflicts> {
    let writers = Writers::of_deltas(deltas, &who.name);
    let in_conflict = contested(record);
    // The log of a key is in causal order: later writes stand later.
    let fate = |delta: &Arc<Delta>| fate_line(delta.dot, *record.fates.get(&delta.dot)?, &in_conflict, &writers);
    let mut fates: Vec<FateLine> = deltas.iter().rev().filter_map(fate).collect();
    if record.conflicts.is_empty() && fates.is_empty() {
        return None;
    }
    let more_count = fates.len().saturating_sub(SHOWN_FATES);
    fates.truncate(SHOWN_FATES);
    Some(KeyConflicts {
        key: key.clone(),
        title: title(key, record, deltas),
        mode: record.mode,
        conflicts: record.conflicts.iter().map(|conflict| shown(conflict, &writers, who)).collect(),
        decided: describe::content(&record.content),
        fates,
        more_count,
    })
}

/// The name of a key for people; of a note by its last text.
#[must_use]
pub fn title(key: &Key, record: &Decided, deltas: &[Arc<Delta>]) -> String {
    let text = match &record.content {
        Content::Plain(value) => Some(value.to_string()),
        Content::Absent | Content::Cart(_) | Content::Open => None,
    };
    let last =
        || deltas.iter().rev().find_map(|delta| if let Operation::Put(value) = &delta.operation { Some(value.to_string()) } else { None });
    changes::key_name(key, &text.or_else(last).unwrap_or_default())
}

fn shown(conflict: &Conflict, writers: &Writers, who: &Who) -> LabConflict {
    let card = card_of(conflict, |side| side_card(side, writers, who));
    LabConflict { item: conflict.item.clone(), card, dots: conflict.sides.iter().map(|side| side.dot).collect() }
}

fn side_card(side: &Side, writers: &Writers, who: &Who) -> SideCard {
    let origin = format!("{} · {}", who.author(&side.author.0), who.time(side.stamp.wall_ms));
    let card = conflict::side_card(side, origin, writers);
    match writers.get(side.dot).and_then(|writer| writer.operation.as_ref()) {
        Some(Operation::Delete) => SideCard { value: "deleted".to_owned(), ..card },
        _ => card,
    }
}

/// In one line, for the top of the card.
#[must_use]
pub fn summary(keys: &[KeyConflicts]) -> String {
    let all = || keys.iter().flat_map(|key| &key.conflicts);
    let open = all().filter(|conflict| conflict.card.is_open).count() as u64;
    match (all().count() as u64, open) {
        (0, _) => "No conflict: every write here had seen the one before it.".to_owned(),
        (count, 0) => format!("{}, decided without anybody.", words::count(count, "conflict", "conflicts")),
        (count, open) => format!("{}, {open} of them for you to decide.", words::count(count, "conflict", "conflicts")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lab::example::{self, NOTE, text};

    fn of(pair: &example::Pair, key: &str) -> Option<KeyConflicts> {
        let who = Who { name: example::ME.to_owned(), offset_ms: 0 };
        let key = Key::from(key);
        of_key(&key, &pair.device.view().records[&key], &pair.of(&key.0), &who)
    }

    #[test]
    fn both_sides_what_was_before_and_what_was_overruled() {
        let cart = of(&example::pair(), "cart").expect("eggs are in conflict");
        assert_eq!((cart.title.as_str(), cart.mode, cart.decided.as_str()), ("Cart", Mode::AddWins, "eggs 8, milk 2"));
        let card = &cart.conflicts[0].card;
        assert_eq!((card.subject.as_str(), card.base.as_str(), card.is_open), ("eggs", "6", false));
        let mut sides: Vec<_> = card.sides.iter().map(|side| (side.origin.as_str(), side.value.as_str(), side.quantity)).collect();
        sides.sort_unstable();
        assert_eq!(sides, [("Ana · 00:00:06", "removed", Some(0)), ("you · 00:00:05", "set to 8", Some(8))]);
        let lost: Vec<_> = cart.fates.iter().filter(|fate| fate.kind == "overruled").map(|fate| fate.text.as_str()).collect();
        assert_eq!(lost.len(), 1);
        assert!(lost[0].starts_with("Ana's removal of eggs was overruled by your eggs set to 8"), "{}", lost[0]);
        assert_eq!(summary(&[cart]), "1 conflict, decided without anybody.");
    }

    #[test]
    fn texts_of_a_note_wait_for_you() {
        let mut pair = example::pair();
        assert_eq!(of(&pair, NOTE), None);
        let says = |key: &str| is_eventful(&pair.device.view().records[&Key::from(key)]);
        assert!(!says(NOTE) && says("cart"));
        pair.meet();
        pair.write(false, NOTE, Operation::Delete);
        pair.write(true, NOTE, text("Buy nothing"));
        pair.meet();
        let note = of(&pair, NOTE).expect("in conflict");
        assert_eq!((note.title.as_str(), note.decided.as_str()), ("Note “Buy nothing”", "undecided"));
        let values: Vec<_> = note.conflicts[0].card.sides.iter().map(|side| side.value.as_str()).collect();
        assert_eq!((values, note.conflicts[0].card.base.as_str()), (vec!["deleted", "Buy nothing"], "Buy early"));
        assert_eq!(summary(&[note]), "1 conflict, 1 of them for you to decide.");
        assert!(summary(&[]).starts_with("No conflict"));
    }

    #[test]
    fn a_write_that_saw_both_ends_a_conflict() {
        let mut pair = example::pair();
        pair.write(false, "cart", example::set("eggs", 7));
        let cart = of(&pair, "cart");
        assert!(cart.is_none_or(|cart| cart.conflicts.is_empty()));
    }
}
