//! The prose of a lesson is true of its run, step by step, and the guided mode can be left to play, taken back and
//! gone through again.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use replicascope::replication::delta::{Item, Key, Mode};
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

/// Plays the steps that all variants share, and says of each that it is true.
fn play_apart(variant: &str) -> (Lesson, Session) {
    let scenario = scenarios::find("offline-leader").unwrap();
    let mut session = Session::open(scenario.recipe(Some(variant)).unwrap()).unwrap();
    let mut lesson = Lesson::new(scenario, variant);
    assert!(lesson.is_reached(&session) && lesson.step().text.contains("milk 2 and eggs 6"));
    assert_eq!(carts(&session), ["eggs 6, milk 2"; 5]);

    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("goes offline") && lesson.step().text.contains("pending"));
    let touches_phone = |from: NodeId, to: NodeId| from.index() == PHONE || to.index() == PHONE;
    assert!(session.snapshot().links.iter().all(|link| link.is_cut == touches_phone(link.from, link.to)));
    assert_eq!((cart(&session, PHONE), replica(&session, PHONE).pending.len()), ("bread 1".to_owned(), 3));
    assert_eq!(carts(&session)[..PHONE], ["eggs 6, milk 2"; 4]);

    let before = session.journal().end();
    go_on(&mut lesson, &mut session);
    assert!(lesson.step().text.contains("replication lag"));
    assert_eq!(carts(&session)[..PHONE], ["eggs 12, milk 2"; 4]);
    assert_eq!(cart(&session, PHONE), "bread 1");
    let applied = first_applied(&session, before);
    assert!(applied[&NodeId(1)] < applied[&NodeId(2)] && applied[&NodeId(2)] < applied[&NodeId(3)], "{applied:?}");
    (lesson, session)
}

/// Whether the checker finds a write of this name lost.
fn is_lost(session: &Session, name: &str) -> bool {
    let verdict = session.verdicts().into_iter().find(|verdict| verdict.guarantee == "no-lost-writes").unwrap();
    verdict.witness.iter().any(|witness| witness.sentence.contains(name))
}

#[test]
fn every_step_tells_the_truth_in_every_variant() {
    // What the cart shows in the end, the write that is said to be lost, and what the last step says to press, with what it promises.
    let told = [
        ("add-wins", "Eggs 12 and bread 1", "bread 1, eggs 12", None, "last-write"),
        ("naive-union", "Milk 2, eggs 12 and bread 1", "bread 1, eggs 12, milk 2", Some("milk"), "last-write"),
        ("last-write", "Milk 2 and eggs 12", "eggs 12, milk 2", Some("bread"), "add-wins"),
        ("last-write-line", "Eggs 12 and bread 1", "bread 1, eggs 12", Some("eggs"), "last-write"),
        ("ask", "Eggs 12 and bread 1", "bread 1, eggs 12", None, "last-write"),
    ];
    assert_eq!(told.map(|(variant, ..)| variant).to_vec(), opening().0.variants.iter().map(|variant| variant.id).collect::<Vec<_>>());
    for (variant, right, shown, lost, next) in told {
        let (mut lesson, mut session) = play_apart(variant);
        go_on(&mut lesson, &mut session);
        let prediction = lesson.step().prediction.unwrap();
        assert_eq!(prediction.answers[prediction.right], right, "{variant}");

        go_on(&mut lesson, &mut session);
        let text = lesson.step().text;
        assert!(text.contains("that is a conflict"), "{variant}: {text}");
        assert_eq!(carts(&session), [shown; 5], "{variant}");
        let record = replica(&session, 0).records[&Key::from("cart")].clone();
        assert_eq!(record.conflicts.len(), 1, "{variant}: {:?}", record.conflicts);
        assert_eq!(record.conflicts[0].item, (!matches!(variant, "last-write" | "naive-union")).then(|| Item::from("eggs")), "{variant}");
        let phone = replica(&session, PHONE);
        assert_eq!((phone.pending.len(), phone.confirmed_count), (0, 3));
        assert!(
            (0..PHONE).all(|node| (replica(&session, node).vector, replica(&session, node).hash) == (phone.vector.clone(), phone.hash))
        );
        match lost {
            Some(lost) => assert!(text.contains("lost") && text.contains(lost) && is_lost(&session, lost), "{variant}: {text}"),
            None if variant == "ask" => assert!(text.contains("nothing is lost") && record.conflicts[0].is_open),
            None => {
                let overruled: Vec<Fate> = record.fates.values().copied().filter(|fate| matches!(fate, Fate::Overruled { .. })).collect();
                assert!(text.contains("overruled") && matches!(overruled[..], [Fate::Overruled { reason: Reason::AddWins, .. }]));
            }
        }

        go_on(&mut lesson, &mut session);
        assert_eq!(lesson.index() + 1, lesson.count());
        assert!(!lesson.enter_next(&mut session));
        let (mode, name) =
            if next == "add-wins" { (Mode::AddWins, "“Add-wins”") } else { (Mode::LastWrite, "“Last write (cart)”") };
        assert!(lesson.step().text.contains(name), "{variant}");
        session.submit(Command::Decide(mode)).unwrap();
        assert_eq!(is_lost(&session, "bread"), next == "last-write", "{variant}");
        if next == "add-wins" {
            assert!(lesson.step().text.contains("Press “Last write (cart)”, and you lose it again"));
            session.submit(Command::Decide(Mode::LastWrite)).unwrap();
            assert!(is_lost(&session, "bread"));
        }
    }
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
fn the_end_can_be_decided_again_and_the_last_write_loses_the_bread() {
    let mut session = opening().0.play(None).unwrap();
    for (mode, shown) in [("naive-union", "bread 1, eggs 12, milk 2"), ("last-write", "eggs 12, milk 2"), ("add-wins", "bread 1, eggs 12")]
    {
        session.submit(Command::Decide(Mode::from_id(mode).unwrap())).unwrap();
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
    assert_eq!((lesson.index(), session.commands().len()), (1, kept - 1));
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
