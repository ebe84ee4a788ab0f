//! Plain keys in the multi-leader with offline devices: several at one moment, conditions, exchange by period.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use replicascope::replication::delta::{Key, Mode, Value};
use replicascope::replication::ids::{SessionId, SiteId};
use replicascope::replication::protocol::{Refusal, Reply};
use replicascope::replication::setting::Dials;
use replicascope::replication::strategies::EXCHANGE_EVERY;
use replicascope::replication::time::SimTime;
use replicascope::replication::view::Content;
use replicascope::simulation::command::{Action, Command};
use replicascope::simulation::engine::Engine;
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use replicascope::simulation::{dials, registry};

fn setup(mode: Mode, dials: Dials) -> Setup {
    let wire = Wire { kind: WireKind::Stream, latency: Latency::Constant { us: 20_000 }, loss_per_million: 0, duplicate_per_million: 0 };
    let site = |name: &str| Site { name: name.into(), kind: SiteKind::Datacenter, node_count: 1, spare_count: 0 };
    let session = |site: u16| Session {
        author: ["Ada", "Ben"][usize::from(site)].into(),
        site: SiteId(site),
        access: None,
        workload: Workload::Idle,
        reads: ReadRule::Home,
    };
    Setup {
        strategy: "multi-leader-sync".to_owned(),
        sites: vec![site("east"), site("west")],
        links: vec![Link { a: SiteId(0), b: SiteId(1), wire, back: None }],
        inside: wire,
        sessions: vec![session(0), session(1)],
        mode,
        cart: Vec::new(),
        dials: dials.with(&dials::PERSIST, 0),
    }
}

fn run(setup: &Setup) -> Box<dyn Engine> {
    registry::build(setup, 1).unwrap()
}

fn until(engine: &mut dyn Engine, ms: u64) {
    while engine.next_event_at().is_some_and(|at| at <= SimTime::from_ms(ms)) {
        engine.step();
    }
    engine.rest_until(SimTime::from_ms(ms));
}

/// A person acts; the answer, which comes at once.
fn act(engine: &mut dyn Engine, person: u16, action: Action) -> Reply {
    engine.apply(&Command::Act { session: SessionId(person), action });
    let last = engine.history().iter().filter(|record| record.session.0 == person).last();
    last.and_then(|record| record.closed.clone()).unwrap().1
}

fn put(key: &str, number: i64) -> Action {
    Action::Put { key: key.into(), value: Value::Number(number) }
}

fn take(expected: Option<i64>, number: i64) -> Action {
    Action::PutIf { key: "stock".into(), expected: expected.map(Value::Number), value: Value::Number(number) }
}

#[test]
fn a_condition_holds_at_one_leader_only() {
    let mut engine = run(&setup(Mode::LastWrite, Dials::default()));
    assert!(matches!(act(&mut *engine, 0, take(Some(1), 0)), Reply::Refused(Refusal::Unmet)), "it was never written");
    assert!(matches!(act(&mut *engine, 0, take(None, 1)), Reply::Written { .. }));
    until(&mut *engine, 500);
    let answers = [0, 1].map(|person| act(&mut *engine, person, take(Some(1), 0)));
    assert!(answers.iter().all(|answer| matches!(answer, Reply::Written { .. })), "sold twice: {answers:?}");
    assert!(matches!(act(&mut *engine, 0, take(Some(1), 0)), Reply::Refused(Refusal::Unmet)));
    let cart = Action::PutIf { key: "cart".into(), expected: None, value: Value::Number(1) };
    assert!(matches!(act(&mut *engine, 0, cart), Reply::Refused(Refusal::Unsupported)));
}

#[test]
fn versions_that_wait_for_a_person_meet_no_condition() {
    let mut engine = run(&setup(Mode::Ask, Dials::default()));
    for person in [0, 1] {
        act(&mut *engine, person, put("stock", i64::from(person)));
    }
    until(&mut *engine, 500);
    assert!(matches!(act(&mut *engine, 0, take(Some(1), 0)), Reply::Refused(Refusal::Unmet)));
    let many = Action::GetMany { keys: vec!["stock".into()] };
    assert!(matches!(act(&mut *engine, 0, many), Reply::Refused(Refusal::Unsupported)));
}

#[test]
fn several_keys_are_read_at_one_moment_under_every_mode() {
    for mode in Mode::ALL {
        let mut engine = run(&setup(mode, Dials::default()));
        act(&mut *engine, 0, put("x", 1));
        let Reply::Values(values) = act(&mut *engine, 0, Action::GetMany { keys: vec!["x".into(), "y".into()] }) else {
            panic!("{mode:?}")
        };
        assert_eq!(values, [(Key::from("x"), Some(Value::Number(1)), 0), (Key::from("y"), None, 0)], "{mode:?}");
    }
}

/// When the other leader first shows a write made at 1,300 ms.
fn shown_after_ms(dials: Dials) -> u64 {
    let mut engine = run(&setup(Mode::LastWrite, dials));
    until(&mut *engine, 1_300);
    act(&mut *engine, 0, put("x", 1));
    let has_it = |engine: &dyn Engine| {
        let view = engine.snapshot().nodes[1].replica.clone().unwrap();
        view.records.get(&Key::from("x")).is_some_and(|record| record.content == Content::Plain(Value::Number(1)))
    };
    let shown = (1_301..20_000).find(|ms| {
        until(&mut *engine, *ms);
        has_it(&*engine)
    });
    shown.unwrap() - 1_300
}

#[test]
fn leaders_exchange_at_once_or_by_period() {
    assert_eq!(shown_after_ms(Dials::default()), 20);
    let waited = shown_after_ms(Dials::default().with(&EXCHANGE_EVERY, 4_000));
    assert!((500..5_500).contains(&waited), "{waited} ms");
}
