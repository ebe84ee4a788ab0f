//! Breakpoints on scenarios that have what is waited for, and on those that do not.

use super::*;
use crate::checkers::stale_reads;
use crate::replication::time::SimTime;
use crate::scenarios;
use crate::simulation::history::History;

const FIRST: &str = "";

/// A scenario with all its steps done, back at its start.
fn played(id: &str, variant: &str) -> (&'static Scenario, Session) {
    let scenario = scenarios::find(id).expect("it is in the list");
    let variant = if variant == FIRST { scenario.variants[0].id } else { variant };
    let mut session = Session::open(scenario.recipe(Some(variant)).expect("it has the variant")).expect("it can be run");
    let mut lesson = scenarios::Lesson::new(scenario, variant);
    lesson.run_until_reached(&mut session, scenarios::MAX_EVENTS_PER_STEP);
    while lesson.enter_next(&mut session) {
        lesson.run_until_reached(&mut session, scenarios::MAX_EVENTS_PER_STEP);
    }
    session.seek(SimTime::ZERO);
    (scenario, session)
}

fn next(breakpoint: Breakpoint, scenario: &'static Scenario, session: &mut Session) -> Progress {
    Search::new(breakpoint, Some(scenario), session).advance(session, || true)
}

fn first(breakpoint: Breakpoint, id: &str, variant: &str) -> (Progress, Session) {
    let (scenario, mut session) = played(id, variant);
    let progress = next(breakpoint, scenario, &mut session);
    (progress, session)
}

#[test]
fn a_stale_read_is_found_with_the_event_that_answers_it() {
    let (scenario, mut session) = played("split-brain", "fencing");
    let Progress::Found(Found::StaleRead { read, missed, .. }) = next(Breakpoint::StaleRead, scenario, &mut session) else {
        panic!("Caro reads the past")
    };
    let stale = stale_reads(session.history());
    assert_eq!(stale.iter().map(|one| (one.read, one.missed.clone())).collect::<Vec<_>>(), [(read, missed)]);
    session.step_back();
    assert!(stale_reads(session.history()).is_empty(), "an event earlier it was not there");
}

#[test]
fn reads_are_judged_alone_as_they_are_all_together() {
    let mut count = 0;
    for scenario in scenarios::ALL {
        let (_, mut session) = played(scenario.id, FIRST);
        session.seek(session.horizon());
        let history = session.history();
        let together: Vec<_> = stale_reads(history).into_iter().map(|one| (one.read, one.missed, one.age)).collect();
        count += together.len();
        // Where only the first few are judged, the latest are looked through all the same.
        let mut cut = History::bounded(5, 10_000);
        for record in history.iter() {
            cut.push(record.clone()).expect("there is room");
        }
        for history in [history, &cut] {
            let alone = (0..history.len() as u64).filter_map(|number| stale_read(history, number));
            assert_eq!(alone.map(|one| (one.read, one.missed, one.age)).collect::<Vec<_>>(), together, "{}", scenario.id);
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn two_leaders_are_found_when_the_second_one_begins() {
    let (progress, mut session) = first(Breakpoint::SplitBrain, "split-brain", "no-fencing");
    let Progress::Found(Found::SplitBrain(nodes)) = progress else { panic!("{progress:?}") };
    assert_eq!(nodes, [NodeId(0), NodeId(1)]);
    let promoted = |session: &Session| {
        let is_promotion = |entry: &Entry| matches!(&entry.happening, Happening::Noted(_, note) if matches!(**note, Note::Promoted(_)));
        session.journal().iter().filter(is_promotion).count()
    };
    let count = promoted(&session);
    session.step_back();
    assert_eq!(promoted(&session) + 1, count, "an event earlier the second one was not told yet");
}

#[test]
fn leaders_of_different_sites_are_no_split_brain() {
    let (progress, _) = first(Breakpoint::SplitBrain, "offline-leader", FIRST);
    assert!(matches!(progress, Progress::Ended | Progress::GivenUp), "{progress:?}");
}

#[test]
fn a_lost_write_is_found_where_it_is_dropped() {
    let (progress, session) = first(Breakpoint::LostWrite, "split-brain", "fencing");
    let Progress::Found(Found::LostWrite { operations, dropped_at }) = progress else { panic!("{progress:?}") };
    assert_eq!(dropped_at, Some(NodeId(0)));
    let record = session.history().get(operations[0] as usize).expect("it is in the history");
    assert!(matches!(record.closed, Some((_, Reply::Written { .. }))), "its client was told that it is done");
}

#[test]
fn the_next_one_is_another_one() {
    let (scenario, mut session) = played("split-brain", "fencing");
    assert!(matches!(next(Breakpoint::SplitBrain, scenario, &mut session), Progress::Found(_)));
    let at = session.position();
    let again = next(Breakpoint::SplitBrain, scenario, &mut session);
    assert!(!matches!(again, Progress::Found(_)), "{again:?}");
    assert!(session.position() > at);
}

#[test]
fn a_chosen_guarantee_is_waited_for_and_others_are_not() {
    let chosen = Breakpoint::Violation(Some("constraint:one-order"));
    let (progress, session) = first(chosen, "split-brain", "fencing");
    let Progress::Found(Found::Violation { guarantee, witness, .. }) = progress else { panic!("{progress:?}") };
    assert_eq!((guarantee, witness.operations.len()), ("constraint:one-order", 2));
    let (any, earlier) = first(Breakpoint::Violation(None), "split-brain", "fencing");
    assert!(matches!(any, Progress::Found(Found::Violation { .. })), "{any:?}");
    assert!(earlier.position() <= session.position());
}

#[test]
fn a_search_says_so_when_nothing_comes_and_goes_in_slices() {
    let (scenario, mut session) = played("split-brain", "majority");
    let mut search = Search::new(Breakpoint::LostWrite, Some(scenario), &session);
    let mut slices = 0_u64;
    let progress = loop {
        let mut left = 1_000;
        let progress = search.advance(&mut session, || {
            left -= 1;
            left > 0
        });
        slices += 1;
        if progress != Progress::Going {
            break progress;
        }
    };
    assert!(matches!(progress, Progress::Ended | Progress::GivenUp), "{progress:?}");
    let done = search.event_count(&session) + session.applied_count() as u64;
    assert_eq!(slices, done / 1_000 + 1, "each slice does as much as it may");
}

#[test]
fn a_conflict_is_found_once_where_it_is_met_first() {
    let (scenario, mut session) = played("write-conflict-lww", FIRST);
    let Progress::Found(Found::Conflict { operations, .. }) = next(Breakpoint::Conflict, scenario, &mut session) else {
        panic!("two leaders took a write each")
    };
    assert!(!operations.is_empty());
    let noted = |session: &Session| {
        let is_conflict = |entry: &Entry| matches!(&entry.happening, Happening::Noted(_, note) if matches!(**note, Note::Conflict { .. }));
        session.journal().iter().filter(is_conflict).count()
    };
    assert_eq!(noted(&session), 1);
    session.step_back();
    assert_eq!(noted(&session), 0);
}

#[test]
fn a_client_that_is_shown_siblings_has_met_a_conflict() {
    let (progress, session) = first(Breakpoint::Conflict, "siblings", FIRST);
    let Progress::Found(Found::SideBySide { read, count }) = progress else { panic!("{progress:?}") };
    let record = session.history().get(read as usize).expect("it is in the history");
    assert!(count > 1 && record.closed.as_ref().is_some_and(|(at, _)| *at == session.now()), "{record:?}");
}

#[test]
fn what_was_there_before_does_not_count() {
    let (scenario, mut session) = played("split-brain", "fencing");
    session.seek(session.horizon());
    for breakpoint in [Breakpoint::StaleRead, Breakpoint::LostWrite, Breakpoint::SplitBrain, Breakpoint::Violation(None)] {
        let progress = next(breakpoint, scenario, &mut session);
        assert!(!matches!(progress, Progress::Found(_)), "{breakpoint:?}: {progress:?}");
        session.seek(session.commands().last().map_or(SimTime::ZERO, |last| last.at_ns));
        session.seek(session.horizon());
    }
}
