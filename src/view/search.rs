//! The search for an anomaly in words: what can be asked for under a setting and what of it is promised there, how the search
//! stands, and what it found.

use super::words;
use crate::checkers;
use crate::hunt::{Finding, PROMISED, Report, Size, Tally};
use crate::scenarios::{Scenario, Variant};
use crate::session::Session;
use std::ops::Range;

/// A guarantee to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// How it stands with it under the setting.
    pub promise: String,
}

/// How a search stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// One of "searching", "shrinking", "found", "none", "stopped".
    pub state: &'static str,
    /// What there is to say, in one or two sentences.
    pub headline: String,
    /// What there is to say beyond that.
    pub notes: Vec<String>,
    /// How large the run was and is, by part.
    pub parts: Vec<Part>,
}

/// How many parts of one kind a run had and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Of which kind.
    pub name: &'static str,
    /// How many there were; `None` while that is not known.
    pub before: Option<usize>,
    /// How many are left.
    pub after: usize,
}

/// Everything that can be asked for under the setting that `session` runs, whatever was done in it so far.
#[must_use]
pub fn choices(session: &Session, scenario: Option<&'static Scenario>, variant: Option<&Variant>) -> Vec<Choice> {
    let promised = checkers::promised(&session.snapshot(), session.history(), session.setup().mode);
    let any = Choice {
        id: PROMISED,
        title: "Any guarantee that is promised",
        meaning: "A promise that is broken is a bug of the strategy.",
        promise: "whatever the setting promises".to_owned(),
    };
    let checkers = checkers::ALL.iter().map(|checker| Choice {
        id: checker.id,
        title: checker.title,
        meaning: checker.meaning,
        promise: promise(checker.id, promised.contains(&checker.id), variant),
    });
    let constraints = scenario.into_iter().flat_map(|scenario| scenario.constraints).map(|constraint| Choice {
        id: constraint.id,
        title: constraint.title,
        meaning: constraint.meaning,
        promise: promise(constraint.id, false, variant),
    });
    std::iter::once(any).chain(checkers).chain(constraints).collect()
}

/// What happens in each run.
#[must_use]
pub fn what_happens(has_steps: bool, command_count: usize) -> String {
    match (has_steps, command_count) {
        (true, _) => "Each run plays the steps of the lesson.".to_owned(),
        (false, 0) => "Each run does what the people of the setting do by themselves.".to_owned(),
        (false, count) => {
            format!("Each run does what was done on the stage so far: {}.", words::count(count as u64, "command", "commands"))
        }
    }
}

/// What is asked for when a person has not chosen: what the variant is about.
#[must_use]
pub fn preferred(variant: Option<&Variant>) -> &'static str {
    variant.and_then(|variant| variant.about).map_or(PROMISED, |about| about.guarantee)
}

/// What a variant is about is said there, with its condition; the rest is what the strategy promises.
fn promise(id: &str, is_promised: bool, variant: Option<&Variant>) -> String {
    match variant.and_then(|variant| variant.about).filter(|about| about.guarantee == id) {
        Some(about) => match about.assumption {
            Some(assumption) if about.promised => format!("promised while {}", assumption.words),
            _ if about.promised => "promised here".to_owned(),
            _ => "not kept here".to_owned(),
        },
        None if is_promised => "promised here".to_owned(),
        None => "not promised here".to_owned(),
    }
}

/// How a search for the guarantee named `title` among `seeds` stands after `ms` milliseconds.
#[must_use]
pub fn told(report: &Report, title: &str, seeds: &Range<u64>, ms: f64) -> Told {
    let took = seconds(ms);
    let told = |state, headline: String| Told { state, headline, notes: Vec::new(), parts: Vec::new() };
    match report {
        Report::Ready => told("searching", "The search begins.".to_owned()),
        Report::Searching { seed, tally } => {
            let runs = words::count(tally.searched, "run", "runs");
            told("searching", format!("Seed {seed}: {runs} so far, {took}."))
        }
        Report::Shrinking { size, tally } => Told {
            parts: parts(None, *size),
            ..told("shrinking", format!("Found. Parts are left out: {} so far, {took}.", words::count(tally.shrunk, "run", "runs")))
        },
        Report::Found(finding) => found(finding, &took),
        Report::NotFound(tally) => {
            let runs = words::count(tally.searched, "run", "runs");
            let last = seeds.end.saturating_sub(1).max(seeds.start);
            Told {
                notes: doubts(*tally),
                ..told("none", format!("None found in {runs}, seeds {} to {last}: no violation of “{title}”. {took}.", seeds.start))
            }
        }
        Report::Stopped(seed, tally) => {
            let runs = words::count(tally.searched, "run", "runs");
            Told {
                notes: doubts(*tally),
                ..told("none", format!("None found before seed {seed}, where the {runs} allowed were done. {took}."))
            }
        }
        Report::NothingToJudge => told(
            "stopped",
            format!("Nothing to judge: no run of this setting has anything that “{title}” is about. Choose another guarantee."),
        ),
        Report::Refused(reason) => told("stopped", format!("This cannot be searched: {reason}.")),
        Report::Broken(place) => told("stopped", format!("The search came to an end by a bug of the page: {place}")),
    }
}

fn found(finding: &Finding, took: &str) -> Told {
    let promised = if finding.promised { ", although it is promised" } else { ", which was not promised" };
    let Tally { searched, shrunk, .. } = finding.tally;
    let minimal =
        if finding.is_minimal { "No part can be left out alone." } else { "More parts may be left out: the runs allowed were done." };
    let ran = format!("{}, {shrunk} more to leave parts out, {took}.", words::count(searched, "run", "runs"));
    Told {
        state: "found",
        headline: format!("“{}” is violated with seed {}{promised}.", finding.title, finding.seed),
        notes: finding.sentences.iter().cloned().chain([format!("{ran} {minimal}")]).collect(),
        parts: parts(Some(finding.before), finding.after),
    }
}

/// That none was found proves nothing.
fn doubts(tally: Tally) -> Vec<String> {
    let undecided = (tally.undecided > 0).then(|| {
        let runs = words::count(tally.undecided, "run", "runs");
        format!("Of {runs} it cannot be said: they end before it can be judged, or hold what cannot be judged.")
    });
    let proof = "That is no proof: other seeds, faults or people may still violate it.".to_owned();
    std::iter::once(proof).chain(undecided).collect()
}

fn parts(before: Option<Size>, after: Size) -> Vec<Part> {
    let part = |name, count: fn(&Size) -> usize| Part { name, before: before.as_ref().map(count), after: count(&after) };
    vec![
        part("Nodes", |size| size.nodes),
        part("People", |size| size.clients),
        part("Operations", |size| size.operations),
        part("Faults, repairs included", |size| size.faults),
    ]
}

fn seconds(ms: f64) -> String {
    format!("{} s", words::rounded(ms.max(0.0) / 1_000.0, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::Order;
    use crate::scenarios;

    fn choices_of(id: &str, variant: &str) -> Vec<Choice> {
        let scenario = scenarios::find(id).expect("a scenario");
        let recipe = scenario.recipe(Some(variant)).expect("a variant");
        choices(&Session::open(recipe).expect("a run"), Some(scenario), scenario.variant(variant))
    }

    fn promise_of(choices: &[Choice], id: &str) -> String {
        choices.iter().find(|choice| choice.id == id).map(|choice| choice.promise.clone()).unwrap_or_default()
    }

    #[test]
    fn every_guarantee_says_whether_it_is_promised_there() {
        let asynchronous = choices_of("failover-lost-writes", "asynchronous");
        assert_eq!(asynchronous.len(), checkers::ALL.len() + 1);
        assert_eq!(promise_of(&asynchronous, "no-lost-writes"), "not kept here");
        assert_eq!(promise_of(&asynchronous, "linearizable"), "not promised here");
        assert_eq!(promise_of(&asynchronous, "convergence"), "promised here");
        assert_eq!(promise_of(&choices_of("failover-lost-writes", "majority"), "no-lost-writes"), "promised here");
    }

    /// Where a variant is about something else, what is said of lost writes before a run is what its verdict says after it.
    #[test]
    fn what_is_promised_of_writes_before_a_run_is_promised_after_it() {
        let mut said = [0, 0];
        for scenario in scenarios::ALL {
            for variant in scenario.variants.iter().filter(|variant| variant.about.is_none_or(|about| about.guarantee != "no-lost-writes"))
            {
                let session = scenario.play(Some(variant.id)).expect("a run");
                let after = session.verdicts().iter().any(|verdict| verdict.guarantee == "no-lost-writes" && verdict.promised);
                let before = promise_of(&choices_of(scenario.id, variant.id), "no-lost-writes") == "promised here";
                // Two concurrent writes on one line are what add-wins makes no promise of.
                let is_said = before == after || (before && session.setup().mode == crate::replication::delta::Mode::AddWins);
                assert!(is_said, "{} {}: before {before}, after {after}", scenario.id, variant.id);
                said[usize::from(before)] += 1;
            }
        }
        assert!(said.iter().all(|count| *count >= 5), "{said:?}");
    }

    #[test]
    fn a_condition_and_constraints_are_said_too() {
        let mut conditional = 0;
        for scenario in scenarios::ALL {
            for variant in scenario.variants {
                let choices = choices_of(scenario.id, variant.id);
                assert_eq!(choices.len(), 1 + checkers::ALL.len() + scenario.constraints.len(), "{}", scenario.id);
                let preferred = preferred(Some(variant));
                assert!(choices.iter().any(|choice| choice.id == preferred), "{} {}: {preferred}", scenario.id, variant.id);
                conditional += usize::from(promise_of(&choices, preferred).starts_with("promised while "));
            }
        }
        assert!(conditional > 0);
    }

    #[test]
    fn none_found_is_no_proof() {
        let tally = Tally { searched: 40, undecided: 1, shrunk: 0 };
        let told = told(&Report::NotFound(tally), "Convergence", &(10..50), 1_540.0);
        assert_eq!(told.headline, "None found in 40 runs, seeds 10 to 49: no violation of “Convergence”. 1.5 s.");
        assert_eq!((told.state, told.notes.len()), ("none", 2));
        assert!(told.notes[0].starts_with("That is no proof"), "{:?}", told.notes);
    }

    #[test]
    fn a_finding_is_told_with_its_proof_and_its_size() {
        let scenario = scenarios::find("failover-lost-writes").expect("a scenario");
        let recipe = scenario.recipe(None).expect("a recipe");
        let order = Order { recipe, has_steps: true, guarantee: "no-lost-writes".to_owned(), seeds: 0..100, faults: 0 };
        let mut hunt = order.hunt().expect("a search");
        hunt.run();
        let told = told(&Report::of(&hunt), "?", &(0..100), 0.0);
        assert_eq!(told.state, "found");
        assert!(told.headline.starts_with("“No lost writes” is violated with seed "), "{}", told.headline);
        assert!(told.headline.ends_with(", which was not promised."), "{}", told.headline);
        assert!(told.notes.len() >= 2, "{:?}", told.notes);
        assert!(told.parts.iter().all(|part| part.before.is_some_and(|before| before >= part.after)), "{:?}", told.parts);
    }
}
