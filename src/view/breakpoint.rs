//! Breakpoints in words: what can be waited for, what a search has come to, and what was found.

use super::names::Names;
use super::operations;
use super::words;
use crate::checkers;
use crate::replication::ids::NodeId;
use crate::replication::time::SimTime;
use crate::scenarios::Scenario;
use crate::session::Session;
use crate::simulation::history::History;
use crate::watch::{Breakpoint, Found, Progress, Search};

/// Something that can be waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What.
    pub breakpoint: Breakpoint,
    /// "stale read", after "Run to the next".
    pub name: String,
}

/// What was found, or that nothing was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// A few words.
    pub title: String,
    /// What happened, in sentences.
    pub sentence: String,
    /// Its operations.
    pub operations: Vec<u64>,
    /// The nodes that it is about.
    pub nodes: Vec<NodeId>,
    /// Where on the page the proof stands.
    pub place: Option<Place>,
}

/// Parts of the page that show what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The conflict.
    Conflict,
    /// The guarantees.
    Verdicts,
    /// The events.
    Events,
}

/// All that can be waited for in a run of `scenario`.
#[must_use]
pub fn choices(scenario: Option<&Scenario>) -> Vec<Choice> {
    let plain = [
        (Breakpoint::StaleRead, "stale read"),
        (Breakpoint::Conflict, "conflict"),
        (Breakpoint::LostWrite, "lost write"),
        (Breakpoint::SplitBrain, "split brain (two leaders at once)"),
        (Breakpoint::Violation(None), "violated guarantee, any"),
    ];
    let plain = plain.map(|(breakpoint, name)| Choice { breakpoint, name: name.to_owned() });
    let constraints = scenario.map(|scenario| scenario.constraints).unwrap_or_default().iter().map(|one| (one.id, one.title));
    let guarantees = checkers::ALL.iter().map(|checker| (checker.id, checker.title)).chain(constraints);
    let chosen = guarantees
        .map(|(id, title)| Choice { breakpoint: Breakpoint::Violation(Some(id)), name: format!("violation: {}", title.to_lowercase()) });
    plain.into_iter().chain(chosen).collect()
}

/// A search on its way: "Searching: 12 000 events, at 3.2 s".
#[must_use]
pub fn going(search: &Search, session: &Session) -> String {
    let events = words::count(search.event_count(session), "event", "events");
    format!("Searching for a {}: {events}, now at {}", name(search.breakpoint()), words::time(session.now()))
}

/// What a search came to; nothing while it goes on.
#[must_use]
pub fn told(search: &Search, progress: &Progress, session: &Session, names: &Names) -> Option<Told> {
    let what = name(search.breakpoint());
    let nothing =
        |sentence: String| Told { title: format!("No {what}."), sentence, operations: Vec::new(), nodes: Vec::new(), place: None };
    let (events, now) = (words::count(search.event_count(session), "event", "events"), words::time(session.now()));
    match progress {
        Progress::Going => None,
        Progress::Ended => Some(nothing(format!("Nothing is left to happen: none came in {events}, up to the end at {now}."))),
        Progress::GivenUp => Some(nothing(format!("None came in {events}, up to {now}. Run again to search on from here."))),
        Progress::Found(found) => Some(self::found(found, session.now(), session.history(), names)),
    }
}

const fn name(breakpoint: Breakpoint) -> &'static str {
    match breakpoint {
        Breakpoint::StaleRead => "stale read",
        Breakpoint::Conflict => "conflict",
        Breakpoint::LostWrite => "lost write",
        Breakpoint::SplitBrain => "split brain",
        Breakpoint::Violation(_) => "violation",
    }
}

fn found(found: &Found, at: SimTime, history: &History, names: &Names) -> Told {
    let told = |title: &str, sentence: String, operations: Vec<u64>, place: Place| Told {
        title: format!("{title} at {}", words::time(at)),
        sentence,
        operations,
        nodes: Vec::new(),
        place: Some(place),
    };
    let line = |number: u64| operations::line(number, history, names).map(|line| line.text).unwrap_or_default();
    match found {
        Found::StaleRead { read, missed, age } => {
            let writes = words::count(missed.len() as u64, "newer write", "newer writes");
            let first = missed.first().map(|number| line(*number)).unwrap_or_default();
            let age = words::duration(age.0);
            let sentence = format!("{}. That misses {writes}; the first was complete for {age} when the read began: {first}.", line(*read));
            told("Stale read", sentence, missed.iter().take(1).chain([read]).copied().collect(), Place::Events)
        }
        Found::Conflict { node, key, item, operations } => {
            let what = item.as_ref().map_or_else(|| key.to_string(), |item| format!("{item} in {key}"));
            let sentence = format!("Two writes of {what} that had not seen each other met at {}.", names.node(*node));
            Told { nodes: vec![*node], ..told("Conflict", sentence, operations.clone(), Place::Conflict) }
        }
        Found::SideBySide { read, count } => {
            let sentence = format!("{}. The client is shown {count} versions: none of their writers had seen the others.", line(*read));
            told("Conflict", sentence, vec![*read], Place::Events)
        }
        Found::LostWrite { operations, dropped_at } => {
            let lost: Vec<String> = operations.iter().map(|number| line(*number)).collect();
            let how = match dropped_at {
                Some(node) => format!("{} dropped it: its successor never had it.", names.node(*node)),
                None => "All is quiet, it does not show, and no visible write had seen it.".to_owned(),
            };
            let sentence = format!("{}. The client was told so. {how}", lost.join("; "));
            Told { nodes: dropped_at.iter().copied().collect(), ..told("Lost write", sentence, operations.clone(), Place::Verdicts) }
        }
        Found::SplitBrain([one, other]) => {
            let sentence = format!("{} and {} both lead now.", names.node(*one), names.node(*other));
            Told { nodes: vec![*one, *other], ..told("Split brain", sentence, Vec::new(), Place::Events) }
        }
        Found::Violation { title, witness, .. } => {
            let sentence = format!("{}.", names.in_words(&witness.sentence));
            told(&format!("Violated: {}", title.to_lowercase()), sentence, witness.operations.clone(), Place::Verdicts)
        }
    }
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::scenarios;

    fn first(breakpoint: Breakpoint, id: &str, variant: &str) -> Told {
        let scenario = scenarios::find(id).expect("it is in the list");
        let mut session = Session::open(scenario.recipe(Some(variant)).expect("it has the variant")).expect("it can be run");
        let mut lesson = scenarios::Lesson::new(scenario, variant);
        while lesson.enter_next(&mut session) {
            lesson.run_until_reached(&mut session, scenarios::MAX_EVENTS_PER_STEP);
        }
        session.seek(SimTime::ZERO);
        let names = Names::new(session.setup());
        let mut search = Search::new(breakpoint, Some(scenario), &session);
        let progress = search.advance(&mut session, || true);
        told(&search, &progress, &session, &names).expect("it does not go on")
    }

    #[test]
    fn what_was_found_is_said_with_names_and_times() {
        let stale = first(Breakpoint::StaleRead, "split-brain", "fencing");
        assert!(stale.title.starts_with("Stale read at "), "{stale:?}");
        assert!(stale.sentence.contains("Caro reads") && stale.sentence.contains("1 newer write"), "{}", stale.sentence);
        assert_eq!(stale.operations.len(), 2);
        let split = first(Breakpoint::SplitBrain, "split-brain", "fencing");
        assert!(split.sentence.ends_with("both lead now.") && split.nodes.len() == 2, "{}", split.sentence);
        let lost = first(Breakpoint::LostWrite, "split-brain", "fencing");
        assert!(lost.sentence.contains("its successor never had it"), "{}", lost.sentence);
        assert_eq!(lost.place, Some(Place::Verdicts));
    }

    #[test]
    fn none_is_said_to_be_none() {
        let none = first(Breakpoint::LostWrite, "split-brain", "majority");
        assert_eq!((none.title.as_str(), none.place), ("No lost write.", None));
        assert!(none.sentence.contains("events"), "{}", none.sentence);
    }

    #[test]
    fn every_guarantee_and_constraint_can_be_waited_for() {
        let scenario = scenarios::find("split-brain");
        let choices = choices(scenario);
        assert_eq!(choices.len(), 5 + checkers::ALL.len() + 1);
        assert_eq!(choices.last().map(|one| one.name.as_str()), Some("violation: one order of the stock"));
    }
}
