//! The list of notes: each is one key with a text.

use crate::limits;
use crate::replication::delta::{Key, Mode};
use crate::replication::view::{Content, Decided, ReplicaView};
use std::collections::BTreeSet;

const PREFIX: &str = "note-";

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its key.
    pub key: Key,
    /// Its text; empty while several versions wait for a person.
    pub text: String,
    /// Not durable yet.
    pub is_saving: bool,
    /// Not confirmed yet.
    pub is_pending: bool,
    /// Versions met that had not seen each other.
    pub is_conflict: bool,
    /// Waits for a person.
    pub is_open: bool,
    /// How its conflicts are decided.
    pub mode: Mode,
}

/// All notes, in the order in which they were begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Those that are shown.
    pub notes: Vec<Note>,
    /// How many more there are.
    pub more_count: usize,
}

/// The key of a new note: keys sort by the moment at which it was begun.
#[must_use]
pub fn new_key(wall_ms: u64, entropy: u32) -> Key {
    Key::from(format!("{PREFIX}{wall_ms:013}-{entropy:x}").as_str())
}

/// When a note was begun, if the key is one of a note.
#[must_use]
pub fn created_at(key: &Key) -> Option<u64> {
    key.0.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()
}

/// The notes of a replica. `saving` holds the keys of writes that are not durable yet.
#[must_use]
pub fn notes(view: &ReplicaView, saving: &BTreeSet<Key>) -> Notes {
    let pending: BTreeSet<_> = view.pending.iter().collect();
    let shown = view.records.iter().filter(|(key, record)| created_at(key).is_some() && record.content != Content::Absent);
    let mut notes: Vec<Note> = shown
        .map(|(key, record)| Note {
            key: key.clone(),
            text: text(record),
            is_saving: saving.contains(key),
            is_pending: record.fates.keys().any(|dot| pending.contains(dot)),
            is_conflict: !record.conflicts.is_empty(),
            is_open: record.content == Content::Open,
            mode: record.mode,
        })
        .collect();
    let more_count = notes.len().saturating_sub(limits::MAX_SHOWN_NOTES);
    notes.drain(..more_count);
    Notes { notes, more_count }
}

fn text(record: &Decided) -> String {
    match &record.content {
        Content::Plain(value) => value.to_string(),
        Content::Absent | Content::Cart(_) | Content::Open => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lab::example::{self, NOTE, text};

    #[test]
    fn a_new_note_sorts_after_the_others() {
        let keys = [new_key(9, 0xffff), new_key(10, 1), new_key(1_760_000_000_000, 0)];
        assert!(keys.is_sorted());
        assert_eq!(keys.map(|key| created_at(&key)), [Some(9), Some(10), Some(1_760_000_000_000)]);
        assert_eq!(created_at(&Key::from("cart")), None);
    }

    #[test]
    fn a_note_is_pending_until_it_is_confirmed() {
        let mut pair = example::pair();
        let note = |pair: &example::Pair| notes(&pair.device.view(), &BTreeSet::new()).notes;
        assert_eq!(note(&pair).len(), 1, "the cart is no note");
        assert!(note(&pair)[0].is_pending);
        pair.meet();
        assert!(!note(&pair)[0].is_pending && note(&pair)[0].text == "Buy early");
        let saving = BTreeSet::from([Key::from(NOTE)]);
        assert!(notes(&pair.device.view(), &saving).notes[0].is_saving);
    }

    #[test]
    fn two_texts_wait_for_a_person_and_a_deleted_note_is_gone() {
        let mut pair = example::pair();
        pair.meet();
        pair.write(false, NOTE, text("Buy late"));
        pair.write(true, NOTE, text("Buy nothing"));
        pair.meet();
        let open = notes(&pair.device.view(), &BTreeSet::new()).notes;
        assert!(open[0].is_open && open[0].is_conflict && open[0].text.is_empty());
        pair.write(false, NOTE, crate::replication::delta::Operation::Delete);
        assert!(notes(&pair.device.view(), &BTreeSet::new()).notes.is_empty());
    }

    #[test]
    fn of_too_many_the_oldest_are_not_shown() {
        let mut pair = example::Pair::new();
        for index in 0..limits::MAX_SHOWN_NOTES as u64 + 2 {
            pair.write(false, &new_key(index, 0).0, text("x"));
        }
        let shown = notes(&pair.device.view(), &BTreeSet::new());
        assert_eq!((shown.notes.len(), shown.more_count), (limits::MAX_SHOWN_NOTES, 2));
        assert_eq!(shown.notes[0].key, new_key(2, 0));
    }
}
