//! Runs side by side in words: what each number is called, what each run came to, what differs; and what a run of a
//! comparison can be changed to.

use super::words;
use crate::checkers;
use crate::compare::{self, Cell, Row};
use crate::presets;
use crate::recipe::Compared;
use crate::scenarios::{Constraint, Outcome, Scenario};
use crate::simulation::registry;
use crate::simulation::setup::Setup;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name of the number, or the id of the guarantee.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What each run came to.
    pub cells: Vec<Shown>,
    /// Whether the runs differ in it.
    pub differs: bool,
    /// Whether it is a guarantee.
    pub is_guarantee: bool,
}

/// What one run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// In words.
    pub text: String,
    /// "number", "holds", "violated", "undecided" or "absent".
    pub state: &'static str,
}

/// What a run can be changed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Of which kind: "Variants", "Real systems", "Strategies".
    pub group: &'static str,
    /// Its name in messages: "variant", "preset" or "strategy", a space, the id.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Whether the cluster has room for it.
    pub fits: bool,
}

const NUMBERS: [(&str, &str, &str); 15] = [
    ("reads", "Reads answered", ""),
    ("read_ms_mean", "Time of a read, mean", " ms"),
    ("read_ms_p99", "Time of a read, one in a hundred takes longer", " ms"),
    ("writes", "Writes acknowledged", ""),
    ("write_ms_mean", "Time of a write, mean", " ms"),
    ("write_ms_p99", "Time of a write, one in a hundred takes longer", " ms"),
    ("failed", "Operations refused", ""),
    ("unknown", "Operations of unknown outcome", ""),
    ("stale_reads", "Stale reads", ""),
    ("stale_versions_most", "Most versions that a read was behind", ""),
    ("stale_ms_most", "Longest that a read was behind", " ms"),
    ("conflicts", "Conflicts", ""),
    ("lost_writes", "Lost writes", ""),
    ("write_gap_ms_most", "Longest without any acknowledged write", " ms"),
    ("busiest_node_percent", "Busiest node", " %"),
];

/// The table of what runs came to: guarantees first, since they are what is asked about.
#[must_use]
pub fn table(scenario: Option<&'static Scenario>, outcomes: &[Outcome<'_>]) -> Vec<Line> {
    let (numbers, guarantees): (Vec<Row>, Vec<Row>) =
        compare::rows(outcomes).into_iter().partition(|row| NUMBERS.iter().any(|(key, ..)| *key == row.key));
    guarantees.into_iter().chain(numbers).map(|row| line(scenario, &row)).collect()
}

/// How many rows differ, in a sentence.
#[must_use]
pub fn summary(table: &[Line]) -> String {
    let count = |is_guarantee| table.iter().filter(|line| line.differs && line.is_guarantee == is_guarantee).count() as u64;
    match (count(true), count(false)) {
        (0, 0) => "So far the runs do not differ in what is judged and measured.".to_owned(),
        (guarantees, numbers) => {
            let guarantees = words::count(guarantees, "guarantee", "guarantees");
            format!("The runs differ in {guarantees} and {}.", words::count(numbers, "number", "numbers"))
        }
    }
}

fn line(scenario: Option<&'static Scenario>, row: &Row) -> Line {
    let number = NUMBERS.iter().find(|(key, ..)| *key == row.key);
    let title = number.map_or_else(|| title(scenario, row.key), |(_, title, _)| *title);
    let unit = number.map_or("", |(.., unit)| *unit);
    Line {
        key: row.key,
        title,
        cells: row.cells.iter().map(|cell| shown(*cell, unit)).collect(),
        differs: row.differs(),
        is_guarantee: number.is_none(),
    }
}

fn title(scenario: Option<&'static Scenario>, id: &'static str) -> &'static str {
    let constraint = |one: &&Constraint| one.id == id;
    let own = scenario.and_then(|scenario| scenario.constraints.iter().find(constraint)).map(|constraint| constraint.title);
    own.or_else(|| checkers::find(id).map(|checker| checker.title)).unwrap_or(id)
}

fn shown(cell: Cell, unit: &str) -> Shown {
    let (text, state) = match cell {
        Cell::Number(number) if number.fract() == 0.0 => (format!("{}{unit}", words::rounded(number, 0)), "number"),
        Cell::Number(number) => (format!("{}{unit}", words::decimal(number, 2)), "number"),
        Cell::Judged { holds, promised, violation_count } => {
            let promised = if promised { ", promised" } else { "" };
            match holds {
                Some(true) => (format!("✓ holds{promised}"), "holds"),
                Some(false) => {
                    let times = words::count(u64::from(violation_count), "time", "times");
                    (format!("✕ violated {times}{promised}"), "violated")
                }
                None => (format!("… undecided{promised}"), "undecided"),
            }
        }
        Cell::Absent => ("– not judged".to_owned(), "absent"),
    };
    Shown { text, state }
}

/// What a run whose comparison begins with `first` can be changed to.
#[must_use]
pub fn choices(scenario: Option<&'static Scenario>, first: &Setup) -> Vec<Choice> {
    let choice = |group, id, title: &str, fits| Choice { group, id, title: title.to_owned(), fits };
    let variants = scenario.into_iter().flat_map(|scenario| scenario.variants);
    let variants = variants.map(|variant| choice("Variants", format!("variant {}", variant.id), variant.title, true));
    let presets = presets::ALL.iter().map(|preset| {
        let fits = compare::with_preset(first, preset).is_some();
        choice("Real systems", format!("preset {}", preset.id), preset.title, fits)
    });
    let strategies = registry::ALL.iter().map(|entry| {
        let fits = registry::build(&compare::with_strategy(first, entry.id), 0).is_ok();
        choice("Strategies", format!("strategy {}", entry.id), entry.title, fits)
    });
    variants.chain(presets).chain(strategies).collect()
}

/// What a choice makes of the first run. `None`: there is no such choice, or no room for it.
#[must_use]
pub fn chosen(scenario: Option<&'static Scenario>, first: &Compared, id: &str) -> Option<Compared> {
    let (kind, id) = id.split_once(' ')?;
    // A setup that is made of the first is played as the first is.
    let made = |setup| Compared { variant: first.variant.clone(), setup };
    match kind {
        "variant" => scenario?.recipe(Some(id)).as_ref().map(Compared::first_of),
        "preset" => compare::with_preset(&first.setup, presets::find(id)?).map(made),
        "strategy" => registry::find(id).map(|entry| made(compare::with_strategy(&first.setup, entry.id))),
        _ => None,
    }
}

/// The choice that this run is; `None`: it is one of its own.
#[must_use]
pub fn choice_of(scenario: Option<&'static Scenario>, first: &Setup, one: &Compared) -> Option<String> {
    let setup = &one.setup;
    let variant = scenario.and_then(|scenario| compare::variant_of(scenario, one)).map(|variant| format!("variant {}", variant.id));
    let preset = || compare::preset_of(first, setup).map(|preset| format!("preset {}", preset.id));
    let strategy = || (compare::with_strategy(first, &setup.strategy) == *setup).then(|| format!("strategy {}", setup.strategy));
    variant.or_else(preset).or_else(strategy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios;

    fn sessions() -> Vec<crate::session::Session> {
        let scenario = scenarios::find("failover-lost-writes").expect("a scenario");
        ["asynchronous", "majority"].map(|variant| scenario.play(Some(variant)).expect("a run")).into()
    }

    #[test]
    fn a_table_says_what_differs() {
        let scenario = scenarios::find("failover-lost-writes");
        let sessions = sessions();
        let outcomes: Vec<_> = sessions.iter().map(|session| Outcome::of(scenario, session)).collect();
        let table = table(scenario, &outcomes);
        let lost = table.iter().find(|line| line.key == "no-lost-writes").expect("it is judged");
        assert_eq!((lost.title, lost.differs, lost.is_guarantee), ("No lost writes", true, true));
        assert_eq!(lost.cells.iter().map(|cell| cell.state).collect::<Vec<_>>(), ["violated", "holds"]);
        assert_eq!(lost.cells[1].text, "✓ holds, promised");
        assert!(summary(&table).starts_with("The runs differ in "), "{}", summary(&table));
        let same: Vec<_> = sessions.iter().take(1).chain(sessions.iter().take(1)).map(|session| Outcome::of(scenario, session)).collect();
        let same = super::table(scenario, &same);
        assert!(same.iter().all(|line| !line.differs) && summary(&same).contains("do not differ"));
    }

    #[test]
    fn every_number_has_a_name_for_people() {
        let session = sessions().remove(0);
        let rows = compare::rows(&[Outcome::of(None, &session)]);
        let numbers: Vec<&str> = rows.iter().filter(|row| matches!(row.cells[0], Cell::Number(_))).map(|row| row.key).collect();
        assert_eq!(numbers, NUMBERS.map(|(key, ..)| key));
    }

    #[test]
    fn whole_numbers_keep_their_zeros() {
        let said = [0.0, 10.0, 1.5, 27.744].map(|number| shown(Cell::Number(number), " ms").text);
        assert_eq!(said, ["0 ms", "10 ms", "1.5 ms", "27.74 ms"]);
    }

    #[test]
    fn what_is_chosen_is_known_again() {
        let scenario = scenarios::find("quorum-overlap");
        let first = Compared::first_of(&scenario.and_then(|scenario| scenario.recipe(None)).expect("a recipe"));
        let choices = choices(scenario, &first.setup);
        assert!(choices.iter().filter(|choice| choice.fits).count() >= 6, "{choices:?}");
        for choice in choices.iter().filter(|choice| choice.fits) {
            let one = chosen(scenario, &first, &choice.id).expect("it fits");
            let known = choice_of(scenario, &first.setup, &one).expect("it is one of them");
            let again = chosen(scenario, &first, &known).expect("it fits");
            assert_eq!(again.setup, one.setup, "{} is known as {known}", choice.id);
            assert!(known == choice.id || choice.group != "Variants", "{} is known as {known}", choice.id);
        }
        assert!(["", "variant", "preset x", "strategy x", "dial 3"].iter().all(|id| chosen(scenario, &first, id).is_none()));
    }
}
