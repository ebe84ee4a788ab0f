//! The prose of a lesson is true of its run, step by step, and the guided mode can be left to play, taken back and
//! gone through again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use replicascope::replication::delta::{Item, Key};
use replicascope::replication::ids::{NodeId, SessionId};
use replicascope::replication::note::Note;
use replicascope::replication::time::SimTime;
use replicascope::replication::view::{Content, Fate, Reason, ReplicaView};
use replicascope::scenarios::lesson::Lesson;
use replicascope::scenarios::{self, MAX_EVENTS_PER_STEP, Scenario};
use replicascope::session::Session;
use replicascope::simulation::command::{Action, Command};
use replicascope::simulation::journal::Happening;
use std::collections::BTreeMap;

const PHONE: usize = 4;

fn opening() -> (&'static Scenario, Session) {
    let scenario = scenarios::find("offline-leader").unwrap();
    (scenario, Session::open(scenario.recipe(None).unwrap()).unwrap())
}

fn replica(session: &Session, node: usize) -> ReplicaView {
    session.snapshot().nodes[node].replica.clone().unwrap()
}

fn cart(session: &Session, node: usize) -> String {
    let record = &replica(session, node).records[&Key::from("cart")];
    let Content::Cart(lines) = &record.content else { panic!("no cart") };
    let lines: Vec<String> = lines.iter().map(|(item, line)| format!("{item} {}", line.quantity)).collect();
    lines.join(", ")
}

fn carts(session: &Session) -> Vec<String> {
    (0..5).map(|node| cart(session, node)).collect()
}

/// When each node noted the first write of another since `from`.
fn first_applied(session: &Session, from: u64) -> BTreeMap<NodeId, SimTime> {
    let mut first = BTreeMap::new();
    for entry in session.journal().iter_from(from) {
        if let Happening::Noted(node, note) = &entry.happening
            && matches!(**note, Note::Applied(_))
        {
            first.entry(*node).or_insert(entry.at);
        }
    }
    first
}

/// Enters the next step and plays until it is reached.
fn go_on(lesson: &mut Lesson, session: &mut Session) {
    assert!(lesson.enter_next(session));
    assert!(lesson.run_until_reached(session, MAX_EVENTS_PER_STEP), "stuck at: {}", lesson.step().text);
}

#[test]
fn every_step_tells_the_truth() {
    let (scenario, mut session) = opening();
    let mut lesson = Lesson::new(scenario, scenario.variants[0].id);
    assert!(lesson.is_reached(&session) && lesson.step().text.contains("milk 2 and eggs 6"));
    assert_eq!(carts(&session), ["eggs 6, milk 2"; 5]);

    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("goes offline"));
    let touches_phone = |from: NodeId, to: NodeId| from.index() == PHONE || to.index() == PHONE;
    assert!(session.snapshot().links.iter().all(|link| link.is_cut == touches_phone(link.from, link.to)));

    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("pending"));
    assert_eq!((cart(&session, PHONE), replica(&session, PHONE).pending.len()), ("bread 1".to_owned(), 3));
    assert_eq!(carts(&session)[..PHONE], ["eggs 6, milk 2"; 4]);

    let before = session.journal().end();
    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("replication lag"));
    assert_eq!(carts(&session)[..PHONE], ["eggs 12, milk 2"; 4]);
    assert_eq!(cart(&session, PHONE), "bread 1");
    let applied = first_applied(&session, before);
    assert!(applied[&NodeId(1)] < applied[&NodeId(2)] && applied[&NodeId(2)] < applied[&NodeId(3)], "{applied:?}");

    go_on(&mut lesson, &mut session);
    let prediction = lesson.step().prediction.unwrap();
    assert_eq!(prediction.answers[prediction.right], "Eggs 12 and bread 1");

    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("version vector"));
    assert_eq!(cart(&session, PHONE), "bread 1");

    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("That is a conflict"));

    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("all five agree") && lesson.step().text.contains("overruled"));
    assert_eq!(carts(&session), ["bread 1, eggs 12"; 5]);
    let record = replica(&session, 0).records[&Key::from("cart")].clone();
    let overruled: Vec<Fate> =
        record.fates.values().copied().filter(|fate| matches!(fate, Fate::Overruled { .. } | Fate::Discarded { .. })).collect();
    assert!(matches!(overruled[..], [Fate::Overruled { reason: Reason::AddWins, .. }]), "{overruled:?}");
    assert_eq!(record.conflicts.iter().map(|conflict| conflict.item.clone()).collect::<Vec<_>>(), [Some(Item::from("eggs"))]);

    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("confirmed"));
    let phone = replica(&session, PHONE);
    assert_eq!((phone.pending.len(), phone.confirmed_count), (0, 3));
    assert!((0..PHONE).all(|node| (replica(&session, node).vector, replica(&session, node).hash) == (phone.vector.clone(), phone.hash)));

    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("lose one yourself") && lesson.step().text.contains("Last write (cart)"));
    assert_eq!(lesson.index() + 1, lesson.count());
    assert!(!lesson.enter_next(&mut session));
}

/// Nothing is hidden: the overruled removal is a lost write by the book, and accounted for.
#[test]
fn the_verdicts_at_the_end_are_honest() {
    let expected = [("add-wins", false), ("naive-union", false), ("last-write", false), ("last-write-line", false), ("ask", true)];
    for (variant, loses_nothing) in expected {
        let session = opening().0.play(Some(variant)).unwrap();
        let held: BTreeMap<&str, Option<bool>> = session.verdicts().iter().map(|verdict| (verdict.guarantee, verdict.holds)).collect();
        let told = ["convergence", "accounted-for", "read-your-writes", "no-lost-writes"].map(|guarantee| held[guarantee]);
        assert_eq!(told, [Some(true), Some(true), Some(true), Some(loses_nothing)], "{variant}");
        let broken: Vec<&str> = session
            .verdicts()
            .iter()
            .filter(|verdict| verdict.promised && verdict.holds == Some(false))
            .map(|verdict| verdict.guarantee)
            .collect();
        assert_eq!(broken, [""; 0], "{variant}: a promise was broken");
    }
}

/// Without the naive union's milk, its lesson would be that nothing happened.
#[test]
fn the_naive_union_is_caught_bringing_the_milk_back() {
    let session = opening().0.play(Some("naive-union")).unwrap();
    let lost = session.verdicts().into_iter().find(|verdict| verdict.guarantee == "no-lost-writes").unwrap();
    assert!(lost.witness.iter().any(|witness| witness.sentence.contains("remove milk")), "{lost:?}");
}

#[test]
fn the_end_can_be_decided_again_and_the_last_write_loses_the_bread_as_the_last_step_says() {
    let mut session = opening().0.play(None).unwrap();
    for (mode, shown) in [("naive-union", "bread 1, eggs 12, milk 2"), ("last-write", "eggs 12, milk 2"), ("add-wins", "bread 1, eggs 12")]
    {
        session.submit(Command::Decide(replicascope::replication::delta::Mode::from_id(mode).unwrap())).unwrap();
        assert_eq!(carts(&session), [shown; 5], "{mode}");
        let lost = session.verdicts().into_iter().find(|verdict| verdict.guarantee == "no-lost-writes").unwrap();
        let is_bread_lost = lost.witness.iter().any(|witness| witness.sentence.contains("bread"));
        assert_eq!(is_bread_lost, mode == "last-write", "{mode}: {lost:?}");
    }
}

#[test]
fn a_run_that_was_left_to_play_does_not_strand_the_lesson() {
    let (scenario, mut session) = opening();
    let mut lesson = Lesson::new(scenario, scenario.variants[0].id);
    while lesson.index() + 1 < lesson.count() {
        assert!(lesson.enter_next(&mut session));
        session.run_until(SimTime(session.now().0 + 3_000_000_000));
        assert!(lesson.run_until_reached(&mut session, MAX_EVENTS_PER_STEP), "stuck at: {}", lesson.step().text);
    }
    assert_eq!(carts(&session), ["bread 1, eggs 12"; 5]);
}

#[test]
fn back_undoes_exactly_one_step_and_next_repeats_it() {
    let (scenario, mut session) = opening();
    let mut lesson = Lesson::new(scenario, scenario.variants[0].id);
    let mut trail = Vec::new();
    while lesson.index() + 1 < lesson.count() {
        trail.push((session.position(), session.fingerprint(), session.commands().len()));
        go_on(&mut lesson, &mut session);
    }
    let end = session.fingerprint();
    for (position, fingerprint, command_count) in trail.iter().rev() {
        assert!(lesson.back(&mut session));
        assert_eq!((session.position(), session.fingerprint(), session.commands().len()), (*position, *fingerprint, *command_count));
    }
    assert!(!lesson.back(&mut session));
    while lesson.index() + 1 < lesson.count() {
        go_on(&mut lesson, &mut session);
    }
    assert_eq!(session.fingerprint(), end);
    assert_eq!(session.branches().len(), 1);
}

/// What a person did between two steps is forgotten by Back, and only that.
#[test]
fn back_forgets_what_was_done_since_the_step_was_entered() {
    let (scenario, mut session) = opening();
    let mut lesson = Lesson::new(scenario, scenario.variants[0].id);
    go_on(&mut lesson, &mut session);
    go_on(&mut lesson, &mut session);
    let kept = session.commands().len();
    session.submit(Command::Act { session: SessionId(2), action: Action::Look }).unwrap();
    assert!(lesson.back(&mut session));
    assert_eq!((lesson.index(), session.commands().len()), (1, kept - 3));
}

#[test]
fn every_scenario_is_sound() {
    for scenario in scenarios::ALL {
        assert_eq!(scenarios::find(scenario.id).unwrap().id, scenario.id);
        assert!(scenario.recipe(Some("no such variant")).is_none());
        for variant in scenario.variants {
            let recipe = scenario.recipe(Some(variant.id)).unwrap();
            recipe.check().unwrap();
            assert_eq!((recipe.scenario.as_deref(), recipe.variant.as_deref()), (Some(scenario.id), Some(variant.id)));
        }
        for step in (scenario.steps)(scenario.variants[0].id) {
            assert!(step.actions.iter().all(|action| action.check(&(scenario.setup)()).is_ok()));
            assert!(step.prediction.is_none_or(|prediction| prediction.right < prediction.answers.len()));
            assert!(!step.text.is_empty() && !step.text.contains("  "), "{}", step.text);
        }
    }
}

#[test]
fn the_first_minute_of_many_seeds_ends_alike() {
    let (scenario, _) = opening();
    for seed in 0..200 {
        let mut recipe = scenario.recipe(None).unwrap();
        recipe.seed = seed;
        let mut session = Session::open(recipe).unwrap();
        let mut lesson = Lesson::new(scenario, scenario.variants[0].id);
        while lesson.index() + 1 < lesson.count() {
            go_on(&mut lesson, &mut session);
        }
        assert_eq!(carts(&session), ["bread 1, eggs 12"; 5], "seed {seed}");
    }
}
