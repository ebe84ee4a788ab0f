//! The glossary: the field's words, exactly and plainly, where they come from, and what real systems call the same thing.
//! Also finds them in any text of the page, so that each is linked from where it is used.

mod conflicts;
mod leading;
mod quorums;
mod seen;
mod systems;

/// A word and its meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Term {
    /// Its name in addresses; a guarantee has the id of its checker.
    pub id: &'static str,
    /// The word.
    pub name: &'static str,
    /// Other forms and names under which texts use it.
    pub aliases: &'static [&'static str],
    /// What it means.
    pub definition: &'static str,
    /// Where it comes from, or is explained best.
    pub source: &'static str,
    /// What real systems call it.
    pub called: &'static [Called],
}

/// What a system calls it.
#[derive(Debug, PartialEq, Eq)]
pub struct Called {
    /// The system.
    pub system: &'static str,
    /// Its word.
    pub name: &'static str,
    /// The page of its documentation that says so.
    pub doc: &'static str,
}

/// A stretch of a text: plain, or a use of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch<'a> {
    /// The text.
    pub text: &'a str,
    /// The term that it names.
    pub term: Option<&'static Term>,
}

/// All terms, by subject.
pub fn all() -> impl Iterator<Item = &'static Term> + Clone {
    [leading::TERMS, seen::TERMS, conflicts::TERMS, quorums::TERMS].into_iter().flatten()
}

/// The term of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Term> {
    all().find(|term| term.id == id)
}

impl Term {
    fn forms(&self) -> impl Iterator<Item = &'static str> {
        [self.name].into_iter().chain(self.aliases.iter().copied())
    }

    /// How well it fits a search of lower-case words: 0 is the very word; `None`: not at all.
    fn fit(&self, search: &str) -> Option<u8> {
        if self.forms().any(|form| form.eq_ignore_ascii_case(search)) {
            return Some(0);
        }
        let holds = |text: &str| search.split_ascii_whitespace().all(|word| text.to_lowercase().contains(word));
        if self.forms().any(holds) {
            return Some(1);
        }
        let systems = || self.called.iter().map(|called| format!("{} {}", called.system, called.name));
        if systems().any(|text| holds(&text)) {
            return Some(2);
        }
        holds(self.definition).then_some(3)
    }
}

/// What fits a search, the best first; everything, by name, for an empty one.
#[must_use]
pub fn search(text: &str) -> Vec<&'static Term> {
    let text = text.trim().to_lowercase();
    let mut found: Vec<(u8, &'static Term)> = all().filter_map(|term| Some((term.fit(&text)?, term))).collect();
    found.sort_unstable_by_key(|(fit, term)| (*fit, term.name.to_lowercase()));
    found.into_iter().map(|(_, term)| term).collect()
}

/// The text in stretches; the first use of each term is linked, the longest form where several begin at a place.
#[must_use]
pub fn stretches(text: &str) -> Vec<Stretch<'_>> {
    let mut stretches = Vec::new();
    let mut linked: Vec<&'static str> = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let is_start = text[..at].chars().next_back().is_none_or(|letter| !is_of_word(letter));
        let used = if is_start { used_at(&text[at..]) } else { None };
        match used {
            Some((term, length)) if linked.contains(&term.id) => at += length,
            Some((term, length)) => {
                if from < at {
                    stretches.push(Stretch { text: &text[from..at], term: None });
                }
                stretches.push(Stretch { text: &text[at..at + length], term: Some(term) });
                linked.push(term.id);
                at += length;
                from = at;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if from < text.len() {
        stretches.push(Stretch { text: &text[from..], term: None });
    }
    stretches
}

/// The term that a text begins with, and how long its form is.
fn used_at(text: &str) -> Option<(&'static Term, usize)> {
    let begins = |form: &str| {
        let length = form.len();
        let is_it = text.get(..length).is_some_and(|start| start.eq_ignore_ascii_case(form));
        // A plural is the same word.
        let rest = if is_it { &text[length..] } else { "" };
        let plural = usize::from(rest.starts_with('s') && !rest[1..].starts_with(is_of_word));
        let is_whole = !text.get(length + plural..).unwrap_or("").starts_with(is_of_word);
        (is_it && is_whole).then_some(length + plural)
    };
    let longest = |term: &'static Term| term.forms().filter_map(begins).max().map(|length| (term, length));
    all().filter_map(longest).max_by_key(|(_, length)| *length)
}

const fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkers;
    use crate::scenarios;
    use crate::simulation::registry;
    use std::collections::BTreeSet;

    fn linked(text: &str) -> Vec<(&str, &'static str)> {
        stretches(text).into_iter().filter_map(|stretch| Some((stretch.text, stretch.term?.id))).collect()
    }

    #[test]
    fn ids_and_forms_are_unique_and_every_fact_names_its_page() {
        let (mut ids, mut forms) = (BTreeSet::new(), BTreeSet::new());
        for term in all() {
            assert!(ids.insert(term.id), "{} twice", term.id);
            for form in term.forms() {
                assert!(forms.insert(form.to_lowercase()), "{form} means two things");
            }
            assert!(term.definition.ends_with('.') && !term.source.is_empty(), "{}", term.id);
            for called in term.called {
                assert!(called.doc.starts_with("https://") && !called.name.is_empty(), "{}: {}", term.id, called.system);
            }
            let systems: BTreeSet<&str> = term.called.iter().map(|called| called.system).collect();
            assert_eq!(systems.len(), term.called.len(), "{}: a system says two things", term.id);
        }
        assert!(ids.len() > 50);
    }

    #[test]
    fn the_longest_form_is_linked_once_and_only_as_a_whole_word() {
        assert_eq!(linked("A sloppy quorum is no quorum."), [("sloppy quorum", "sloppy-quorum"), ("quorum", "quorum")]);
        assert_eq!(linked("Leaders, leaders"), [("Leaders", "leader")]);
        assert_eq!(linked("misleader, leadership, dot-com, 2dots, termite"), []);
        assert_eq!(linked("(replication lag)"), [("replication lag", "replication-lag")]);
        assert_eq!(linked("\u{e9}pouse \u{201c}LSN\u{201d} \u{2013}"), [("LSN", "lsn")]);
        for text in ["", "a", "An \u{1f600} hint", "No word of the field"] {
            assert_eq!(stretches(text).iter().map(|stretch| stretch.text).collect::<String>(), text);
        }
    }

    #[test]
    fn a_search_finds_the_very_word_first_and_what_systems_call_it() {
        let first = |text: &str| search(text).first().map(|term| term.id);
        assert_eq!(first("QUORUM"), Some("quorum"));
        assert_eq!(first("oplog"), Some("replication-log"));
        assert_eq!(first("mongodb primary"), Some("leader"));
        assert!(search("no such thing at all").is_empty());
        assert_eq!(search(" ").len(), all().count());
    }

    #[test]
    fn every_guarantee_that_is_judged_has_its_term() {
        for id in checkers::ALL.iter().map(|checker| checker.id) {
            assert!(find(id).is_some(), "no term for {id}");
        }
    }

    /// The texts that link terms; what none of them uses is found by its name.
    #[test]
    fn most_terms_are_met_outside_of_the_glossary_and_all_are_found_in_it() {
        let mut used: BTreeSet<&str> = checkers::ALL.iter().map(|checker| checker.id).collect();
        let mut read = |text: &str| used.extend(linked(text).into_iter().map(|(_, id)| id));
        for scenario in scenarios::ALL {
            scenario.variants.iter().flat_map(|variant| (scenario.steps)(variant.id)).for_each(|step| read(step.text));
        }
        registry::settings().for_each(|setting| read(setting.meaning));
        let unused: Vec<&str> = all().map(|term| term.id).filter(|id| !used.contains(id)).collect();
        assert!(unused.len() < all().count() / 4, "not used: {unused:?}");
        for term in all() {
            assert_eq!(search(term.name).first().map(|found| found.id), Some(term.id));
        }
    }
}
