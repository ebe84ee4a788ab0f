//! Recipes: whatever arrives is read or refused, never a panic; and a recipe rebuilds its run exactly.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use replicascope::limits;
use replicascope::recipe::{Open, Recipe, RecipeError, TimedCommand};
use replicascope::replication::delta::Mode;
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::strategies::HEARTBEAT_EVERY;
use replicascope::replication::strategies::multi_leader_sync::HANDSHAKE_EVERY;
use replicascope::replication::time::SimTime;
use replicascope::scenarios;
use replicascope::session::{Position, Session};
use replicascope::simulation::command::{Action, Command, LinkCommand, NodeCommand};

fn base() -> Recipe {
    scenarios::find("offline-leader").unwrap().recipe(None).unwrap()
}

/// The same with so many events that checkpoints are taken, thinned and used.
fn busy() -> Recipe {
    let mut recipe = base();
    recipe.setup.dials.set(&HEARTBEAT_EVERY, 4);
    recipe.setup.dials.set(&HANDSHAKE_EVERY, 20);
    recipe
}

fn any_command() -> impl Strategy<Value = Command> {
    let item = prop_oneof![Just("milk"), Just("eggs"), Just("bread")];
    let act = (0_u16..3, item, 0_u32..6).prop_map(|(session, item, count)| {
        let item = item.into();
        let action = match count {
            0 => Action::Look,
            1 => Action::Remove { item },
            2 => Action::Decrease { item },
            3 => Action::Resolve { item, quantity: 2 },
            4 => Action::Set { item, quantity: 7 },
            _ => Action::Add { item, count },
        };
        Command::Act { session: SessionId(session), action }
    });
    let link = (0_u16..3, any::<bool>()).prop_map(|(site, cuts)| {
        Command::Link(if cuts { LinkCommand::Disconnect(SiteId(site)) } else { LinkCommand::Reconnect(SiteId(site)) })
    });
    let fault = prop_oneof![
        Just(NodeCommand::Crash),
        Just(NodeCommand::Restart),
        Just(NodeCommand::Promote),
        (-5_000_i64..5_000).prop_map(|ms| NodeCommand::Skew { ms })
    ];
    let node = (0_u16..5, fault).prop_map(|(node, fault)| Command::Node { node: NodeId(node), fault });
    prop_oneof![6 => act, 3 => link, 2 => node, 1 => (0..5_usize).prop_map(|mode| Command::Decide(Mode::ALL[mode]))]
}

fn any_recipe() -> impl Strategy<Value = Recipe> {
    let timed = (0_u64..3_000_000_000, 0_u64..50, any_command());
    let open = proptest::option::of((0_u64..limits::MAX_RUN_NS, proptest::option::of("[a-z]{1,8}"), proptest::option::of(any::<u32>())));
    (any::<u64>(), proptest::collection::vec(timed, 0..12), open).prop_map(|(seed, mut commands, open)| {
        commands.sort_by_key(|(at, event, _)| (*at, *event));
        let commands = commands.into_iter().map(|(at, event, command)| TimedCommand { at_ns: SimTime(at), event, command }).collect();
        let open = open.map(|(at, view, step)| Open { at_ns: SimTime(at), view, step });
        Recipe { seed, commands, open, ..base() }
    })
}

/// Whatever is accepted can be run: it passes its own check and survives both ways of writing.
fn accepted_is_sound(outcome: Result<Recipe, RecipeError>) {
    match outcome {
        Ok(recipe) => {
            recipe.check().unwrap();
            assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn json_and_links_come_back_as_they_were(recipe in any_recipe()) {
        prop_assert_eq!(&Recipe::parse(&recipe.to_json()).unwrap(), &recipe);
        let link = recipe.to_link().unwrap();
        prop_assert!(link.starts_with("#v1.") && link.len() <= limits::MAX_LINK_CHARS);
        prop_assert_eq!(&Recipe::parse(&link).unwrap(), &recipe);
        prop_assert_eq!(&Recipe::parse(&format!("https://example.org/a?seed=9{link}")).unwrap(), &recipe);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        accepted_is_sound(Recipe::parse(&text));
        accepted_is_sound(Recipe::from_link(&format!("#v1.{text}")));
        accepted_is_sound(Recipe::from_json(&format!("{{{text}}}")));
    }

    #[test]
    fn any_bytes_in_a_link_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        accepted_is_sound(Recipe::from_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(bytes))));
    }

    #[test]
    fn a_link_with_changed_bytes_is_read_or_refused(
        recipe in any_recipe(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let link = recipe.to_link().unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(&link[4..]).unwrap();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        accepted_is_sound(Recipe::from_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(bytes))));
    }

    #[test]
    fn json_with_changed_numbers_is_read_or_refused(recipe in any_recipe(), which in any::<prop::sample::Index>(), number in any::<i64>()) {
        let json = recipe.to_json();
        let digits: Vec<usize> = json.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
        let at = digits[which.index(digits.len())];
        accepted_is_sound(Recipe::from_json(&format!("{}{number}{}", &json[..at], &json[at + 1..])));
    }
}

/// The problem that `change` makes, as a person reads it.
fn refused(change: impl FnOnce(&mut Recipe)) -> String {
    let mut recipe = base();
    change(&mut recipe);
    let told = recipe.check().unwrap_err().to_string();
    assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap_err().to_string(), told);
    assert!(recipe.to_link().is_err());
    told
}

fn timed(at: u64, event: u64) -> TimedCommand {
    TimedCommand { at_ns: SimTime(at), event, command: Command::Link(LinkCommand::HealAll) }
}

#[test]
fn refusals_name_the_field() {
    assert!(refused(|recipe| recipe.version = 2).starts_with("version: "));
    assert!(refused(|recipe| recipe.setup.strategy = "nonesuch".to_owned()).starts_with("setup.strategy: "));
    assert!(refused(|recipe| recipe.setup.sites[1].node_count = 9_999).starts_with("setup.sites[1].node_count: "));
    assert!(refused(|recipe| recipe.scenario = Some("x".repeat(65))).starts_with("scenario: "));
    assert!(refused(|recipe| recipe.commands = vec![timed(5, 0), timed(4, 0)]).starts_with("commands[1]: "));
    assert!(refused(|recipe| recipe.commands = vec![timed(5, 3), timed(5, 2)]).starts_with("commands[1]: "));
    assert!(refused(|recipe| recipe.commands = vec![timed(limits::MAX_RUN_NS + 1, 0)]).starts_with("commands[0].at_ns: "));
    assert!(refused(|recipe| recipe.commands = vec![timed(0, 0); limits::MAX_COMMANDS + 1]).starts_with("commands: "));
    let nobody = Command::Act { session: SessionId(9), action: Action::Look };
    assert!(
        refused(|recipe| recipe.commands = vec![TimedCommand { command: nobody, ..timed(0, 0) }]).starts_with("commands[0].act.session: ")
    );
    let skew = Command::Node { node: NodeId(0), fault: NodeCommand::Skew { ms: i64::MIN } };
    assert!(refused(|recipe| recipe.commands = vec![TimedCommand { command: skew, ..timed(0, 0) }]).starts_with("commands[0].node."));
    let late = Open { at_ns: SimTime(limits::MAX_RUN_NS + 1), ..Open::default() };
    assert!(refused(|recipe| recipe.open = Some(late)).starts_with("open.at_ns: "));
}

#[test]
fn json_refusals_name_line_and_column() {
    let json = base().to_json();
    let unknown = json.replacen("\"setup\"", "\"surprise\": 1,\n  \"setup\"", 1);
    let told = Recipe::from_json(&unknown).unwrap_err().to_string();
    assert!(told.starts_with("line 5, column ") && told.contains("surprise"), "{told}");
    assert!(Recipe::from_json(&json[..json.len() / 2]).unwrap_err().to_string().starts_with("line "));
    assert!(Recipe::from_json(&format!("{json} x")).is_err());
    let number_seed = json.replacen("\"seed\": \"7\"", "\"seed\": 7", 1);
    assert_ne!(number_seed, json);
    assert!(Recipe::from_json(&number_seed).is_err());
}

#[test]
fn a_seed_keeps_all_of_its_64_bits() {
    let recipe = Recipe { seed: u64::MAX, ..base() };
    assert!(recipe.to_json().contains("\"seed\": \"18446744073709551615\""));
    assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap().seed, u64::MAX);
    for bad in ["", "-1", "+7", " 7", "7.0", "18446744073709551616"] {
        let json = base().to_json().replacen("\"seed\": \"7\"", &format!("\"seed\": \"{bad}\""), 1);
        assert!(Recipe::from_json(&json).is_err(), "{bad:?}");
    }
}

#[test]
fn another_version_is_told_before_its_unknown_fields() {
    let json = r#"{"version": 2, "what_is_new": true}"#;
    assert_eq!(Recipe::from_json(json).unwrap_err(), RecipeError::Version { found: "2".to_owned() });
    assert_eq!(Recipe::from_link("#v2.AAAA").unwrap_err(), RecipeError::Version { found: "2".to_owned() });
    assert!(matches!(Recipe::from_link("#hello").unwrap_err(), RecipeError::Link(_)));
}

#[test]
fn what_is_too_long_is_refused_before_it_is_decoded() {
    let long = format!("#v1.{}", "A".repeat(limits::MAX_LINK_CHARS));
    assert!(matches!(Recipe::from_link(&long).unwrap_err(), RecipeError::TooLong { .. }));
    let long = " ".repeat(limits::MAX_RECIPE_BYTES + 1);
    assert!(matches!(Recipe::from_json(&long).unwrap_err(), RecipeError::TooLong { .. }));
    let many = Recipe { commands: vec![timed(0, 0); limits::MAX_COMMANDS], ..base() };
    many.check().unwrap();
    let longer = Recipe { commands: vec![TimedCommand { at_ns: SimTime(1 << 40), ..timed(0, 0) }; limits::MAX_COMMANDS], ..base() };
    assert!(matches!(longer.to_link().unwrap_err(), RecipeError::TooLong { .. }));
}

/// Every length in a link is claimed by the link itself: 2^40 of anything is refused, and at once.
#[test]
fn a_link_that_claims_a_huge_list_is_refused() {
    let claim = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20];
    let link = base().to_link().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(&link[4..]).unwrap();
    for at in 0..bytes.len() {
        let mut forged = bytes[..at].to_vec();
        forged.extend(claim);
        forged.extend(&bytes[at + 1..]);
        accepted_is_sound(Recipe::from_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(&forged))));
        forged.truncate(at + claim.len());
        assert!(Recipe::from_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(&forged))).is_err(), "at byte {at}");
    }
    let followed = [bytes, vec![0]].concat();
    assert!(Recipe::from_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(followed))).is_err());
}

/// One thing that a person does to a session.
#[derive(Clone, Debug)]
enum Deed {
    Submit(Command),
    Steps(u8),
    StepBack,
    Run(u64),
    Seek(u64),
    SeekMarked(prop::sample::Index),
    Switch(prop::sample::Index),
    Truncate(prop::sample::Index),
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let time = 0_u64..2_500_000_000;
    prop_oneof![
        6 => any_command().prop_map(Deed::Submit),
        4 => (1_u8..60).prop_map(Deed::Steps),
        2 => Just(Deed::StepBack),
        3 => (0_u64..400_000_000).prop_map(Deed::Run),
        2 => time.prop_map(Deed::Seek),
        2 => any::<prop::sample::Index>().prop_map(Deed::SeekMarked),
        2 => any::<prop::sample::Index>().prop_map(Deed::Switch),
        1 => any::<prop::sample::Index>().prop_map(Deed::Truncate),
    ]
}

/// A fresh replay of a session's recipe, at the same place.
fn replayed(session: &Session) -> Session {
    let mut fresh = Session::open(Recipe::parse(&session.recipe().to_json()).unwrap()).unwrap();
    assert_eq!((fresh.now(), fresh.event_count()), (SimTime::ZERO, 0), "a recipe opens at its start");
    fresh.seek_event(session.position());
    fresh
}

fn assert_same(session: &Session, other: &Session, what: &str) {
    assert_eq!(other.position(), session.position(), "{what}");
    assert_eq!(other.fingerprint(), session.fingerprint(), "{what}");
    assert_eq!(other.snapshot(), session.snapshot(), "{what}");
    assert_eq!(other.flights(), session.flights(), "{what}");
    assert!(other.journal().iter().eq(session.journal().iter()), "{what}");
    assert!(other.history().iter().eq(session.history().iter()), "{what}");
}

fn apply(session: &mut Session, deed: &Deed, marks: &mut Vec<Position>) {
    match deed {
        Deed::Submit(command) => session.submit(command.clone()).unwrap(),
        Deed::Steps(count) => (0..*count).for_each(|_| _ = session.step()),
        Deed::StepBack => _ = session.step_back(),
        Deed::Run(ns) => session.run_until(SimTime(session.now().0 + ns)),
        Deed::Seek(time) => session.seek(SimTime(*time)),
        Deed::SeekMarked(mark) if !marks.is_empty() => session.seek_event(*mark.get(marks)),
        Deed::Truncate(mark) if !marks.is_empty() => {
            session.truncate_commands(*mark.get(marks));
            marks.retain(|mark| *mark <= session.position());
        }
        Deed::Switch(index) => {
            session.switch_branch(index.index(session.branches().len()));
            marks.clear();
        }
        Deed::SeekMarked(_) | Deed::Truncate(_) => {}
    }
    if matches!(deed, Deed::Submit(_)) {
        marks.retain(|mark| *mark < session.position());
    }
    marks.push(session.position());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn every_place_is_rebuilt_from_the_recipe(deeds in proptest::collection::vec(any_deed(), 1..40)) {
        let mut session = Session::open(busy()).unwrap();
        let mut marks = Vec::new();
        for deed in &deeds {
            apply(&mut session, deed, &mut marks);
            prop_assert_eq!(session.branches().iter().filter(|branch| branch.is_active).count(), 1);
            prop_assert!(session.horizon() >= session.now());
        }
        session.recipe().check().unwrap();
        assert_same(&session, &replayed(&session), "a fresh replay");
    }

    #[test]
    fn recipes_from_outside_replay_alike_however_they_are_played(recipe in any_recipe(), stops in proptest::collection::vec(0_u64..3_000_000_000, 1..12)) {
        let mut session = Session::open(Recipe { setup: busy().setup, ..recipe }).unwrap();
        for stop in &stops {
            session.seek(SimTime(*stop));
            prop_assert_eq!(session.now(), SimTime(*stop));
        }
        session.recipe().check().unwrap();
        assert_same(&session, &replayed(&session), "a fresh replay");
    }

    #[test]
    fn back_and_forth_shows_the_same(recipe in any_recipe(), there in 1_000_000_u64..600_000_000, back in 0_u64..600_000_000) {
        let recipe = Recipe { setup: busy().setup, ..recipe };
        let mut session = Session::open(recipe.clone()).unwrap();
        session.seek(SimTime(there));
        let mut other = Session::open(recipe).unwrap();
        other.seek(SimTime(there));
        other.seek(SimTime(back));
        other.seek(SimTime(there));
        assert_same(&session, &other, "back and forth");
        let end = session.position();
        while other.step_back() {}
        assert_eq!((other.now(), other.event_count()), (SimTime::ZERO, 0));
        other.seek_event(end);
        assert_same(&session, &other, "step by step to the start");
    }
}

/// Fails when a step back goes further than one thing.
#[test]
fn a_step_back_undoes_one_step() {
    let mut session = Session::open(base()).unwrap();
    session.run_until(SimTime::from_ms(1_500));
    session.submit(Command::Link(LinkCommand::Disconnect(SiteId(2)))).unwrap();
    let mut trail = Vec::new();
    for _ in 0..200 {
        trail.push((session.event_count() + session.applied_count() as u64, session.fingerprint()));
        if !session.step() {
            break;
        }
    }
    for place in trail.iter().rev() {
        session.step_back();
        assert_eq!((session.event_count() + session.applied_count() as u64, session.fingerprint()), *place);
    }
}

#[test]
fn acting_in_the_past_keeps_the_old_future() {
    let buy = |item: &str| Command::Act { session: SessionId(0), action: Action::Add { item: item.into(), count: 1 } };
    let mut session = Session::open(base()).unwrap();
    session.run_until(SimTime::from_ms(100));
    session.submit(buy("tea")).unwrap();
    session.run_until(SimTime::from_ms(1_000));
    let (old_end, old_print) = (session.position(), session.fingerprint());
    session.seek(SimTime::from_ms(84));
    session.submit(buy("salt")).unwrap();
    session.run_until(SimTime::from_ms(1_000));
    let branches = session.branches();
    assert_eq!(
        branches.iter().map(|branch| (&*branch.name, branch.is_active)).collect::<Vec<_>>(),
        [("branch 1 · from the start", false), ("branch 2 · from 84.0 ms", true)]
    );
    assert_eq!(session.commands().len(), 1);
    assert_ne!(session.fingerprint(), old_print);
    session.switch_branch(0);
    session.seek_event(old_end);
    assert_eq!(session.fingerprint(), old_print);
    session.switch_branch(7);
    assert!(session.branches()[0].is_active);
}

/// Acting where logged commands still lie ahead, even at this very moment, must not put the new one behind them.
#[test]
fn acting_before_a_logged_command_of_the_same_moment_opens_a_branch() {
    let mut session = Session::open(Recipe { commands: vec![timed(0, 0)], ..base() }).unwrap();
    session.submit(Command::Link(LinkCommand::Disconnect(SiteId(2)))).unwrap();
    assert_eq!((session.branches().len(), session.commands().len(), session.applied_count()), (2, 1, 1));
    assert_same(&session, &replayed(&session), "a fresh replay");
}

#[test]
fn truncating_keeps_what_was_commanded_before_the_place() {
    let mut session = Session::open(base()).unwrap();
    session.submit(Command::Link(LinkCommand::Disconnect(SiteId(2)))).unwrap();
    let here = session.position();
    let print = session.fingerprint();
    session.submit(Command::Decide(Mode::Ask)).unwrap();
    session.run_until(SimTime::from_ms(700));
    session.truncate_commands(here);
    assert_eq!((session.commands().len(), session.position(), session.horizon()), (1, here, here.at));
    assert_eq!(session.fingerprint(), print);
}

#[test]
fn a_run_never_exceeds_its_longest_time_and_says_so() {
    let mut recipe = base();
    recipe.setup.dials.set(&HANDSHAKE_EVERY, 60_000);
    recipe.setup.dials.set(&HEARTBEAT_EVERY, 60_000);
    let mut session = Session::open(recipe).unwrap();
    session.run_until(SimTime(u64::MAX));
    assert_eq!(session.now(), SimTime(limits::MAX_RUN_NS));
    assert!(session.is_at_limit() && !session.step());
    session.seek(SimTime::from_ms(1));
    assert!(!session.is_at_limit());
}

/// A log written by hand may name events loosely; once played, it names them exactly and stays in order.
#[test]
fn a_loosely_written_log_becomes_exact_when_it_is_played() {
    let at = 300_000_000;
    for event in [0, 999_999] {
        let mut session = Session::open(Recipe { commands: vec![timed(at, event); 2], ..base() }).unwrap();
        session.seek(SimTime(at));
        session.submit(Command::Decide(Mode::Ask)).unwrap();
        let places: Vec<(SimTime, u64)> = session.commands().iter().map(|timed| (timed.at_ns, timed.event)).collect();
        assert_eq!(places, [(SimTime(at), session.event_count()); 3]);
        session.recipe().check().unwrap();
        assert_same(&session, &replayed(&session), "a fresh replay");
    }
}

/// Copies of the engine that belong to another future must not come back: neither those from before a command was
/// given in the past, nor those from before a branch was switched.
#[test]
fn checkpoints_of_another_future_are_never_used() {
    let buy = |item: &str| Command::Act { session: SessionId(0), action: Action::Add { item: item.into(), count: 1 } };
    let mut session = Session::open(busy()).unwrap();
    session.run_until(SimTime::from_ms(4_000));
    assert!(session.event_count() > 4_000, "too few events for this test: {}", session.event_count());
    session.seek(SimTime::from_ms(700));
    session.submit(buy("tea")).unwrap();
    session.run_until(SimTime::from_ms(4_000));
    session.seek(SimTime::from_ms(500));
    session.submit(buy("salt")).unwrap();
    session.run_until(SimTime::from_ms(4_000));
    let logs: Vec<Vec<TimedCommand>> = (0..3)
        .map(|branch| {
            session.switch_branch(branch);
            session.commands().to_vec()
        })
        .collect();
    assert_eq!(logs.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1, 1]);
    for branch in [0, 1, 2, 1, 0, 2, 0] {
        session.switch_branch(branch);
        assert_eq!(session.commands(), logs[branch]);
        for ms in [3_900, 600, 2_000, 3_999, 900, 4_000] {
            session.seek(SimTime::from_ms(ms));
            assert_same(&session, &replayed(&session), &format!("branch {branch} at {ms} ms"));
        }
    }
}

/// Among events of one moment a step back does not move the clock, so that the time alone does not tell that acting
/// here is acting in the past.
#[test]
fn acting_between_events_of_one_moment_forgets_the_old_ones() {
    let mut recipe = busy();
    let constant = |us| replicascope::simulation::setup::Latency::Constant { us };
    recipe.setup.inside.latency = constant(1_000);
    recipe.setup.links.iter_mut().for_each(|link| link.wire.latency = constant(1_000));
    let mut session = Session::open(recipe).unwrap();
    let mut acted = 0;
    for _ in 0..3_000 {
        let before = session.position();
        session.step();
        if session.now() == before.at && acted < 8 {
            session.step_back();
            session.submit(Command::Node { node: NodeId(acted % 5), fault: NodeCommand::Crash }).unwrap();
            acted += 1;
        }
    }
    assert_eq!(acted, 8, "no two events at one moment");
    for ms in [100, 1, 50, 200] {
        session.seek(SimTime::from_ms(ms));
        assert_same(&session, &replayed(&session), "a fresh replay");
    }
}

#[test]
fn branches_are_bounded() {
    let mut session = Session::open(base()).unwrap();
    for round in 0..3 * limits::MAX_BRANCHES as u64 {
        session.run_until(SimTime::from_ms(500));
        session.seek(SimTime::from_ms(round + 1));
        session.submit(Command::Decide(Mode::Ask)).unwrap();
        assert!(session.branches().len() <= limits::MAX_BRANCHES);
    }
    assert_same(&session, &replayed(&session), "a fresh replay");
}

#[test]
fn restarting_forgets_commands_and_branches() {
    let mut session = Session::open(base()).unwrap();
    session.run_until(SimTime::from_ms(300));
    session.submit(Command::Decide(Mode::Ask)).unwrap();
    session.restart(99);
    assert_eq!((session.seed(), session.commands().len(), session.branches().len(), session.event_count()), (99, 0, 1, 0));
    assert_eq!(session.fingerprint(), Session::open(Recipe { seed: 99, ..base() }).unwrap().fingerprint());
}
