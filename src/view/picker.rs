//! The list of scenarios to choose from: by family, in the order of the course, narrowed by a search.

use crate::scenarios::Family;
use crate::scenarios::index::{Entry, INDEX};

/// The scenarios of one family that fit the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The family's name.
    pub title: &'static str,
    /// Its scenarios.
    pub entries: Vec<&'static Entry>,
}

/// What fits `search`; families without any are left out.
#[must_use]
pub fn groups(search: &str) -> Vec<Group> {
    let search = search.to_ascii_lowercase();
    let mut groups = Vec::new();
    for family in Family::ALL {
        let entries: Vec<&'static Entry> = INDEX.iter().filter(|entry| entry.family == family && fits(entry, &search)).collect();
        if !entries.is_empty() {
            groups.push(Group { title: family.title(), entries });
        }
    }
    groups
}

/// Whether every word of the search begins a word of the title, the summary or the family, or stands in the id: "ring" finds
/// rings, and nothing that brings.
fn fits(entry: &Entry, search: &str) -> bool {
    let texts = [entry.title, entry.summary, entry.family.title()];
    let begins = |text: &str, word: &str| {
        let text = text.to_ascii_lowercase();
        text.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.starts_with(word))
    };
    search.split_ascii_whitespace().all(|word| entry.id.contains(word) || texts.iter().any(|text| begins(text, word)))
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;

    fn ids(search: &str) -> Vec<&'static str> {
        groups(search).iter().flat_map(|group| &group.entries).map(|entry| entry.id).collect()
    }

    #[test]
    fn an_empty_search_shows_everything_in_the_order_of_the_course() {
        assert_eq!(ids("  "), INDEX.iter().map(|entry| entry.id).collect::<Vec<_>>());
        assert!(groups("").iter().all(|group| !group.entries.is_empty()));
    }

    #[test]
    fn every_word_must_stand_somewhere() {
        assert_eq!(ids("offline PHONE"), ["offline-leader"]);
        assert_eq!(ids("topology-ring"), ["topology-ring"]);
        assert_eq!(ids("ring leader"), ["topology-ring"], "a word is not found inside another");
        assert!(ids("lag effect").contains(&"consistent-prefix"), "the family counts");
        assert_eq!(ids("no such thing"), [""; 0]);
    }
}
