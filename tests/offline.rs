//! The local leader outside of the simulation: bytes between leaders, rows in stores, and what must survive.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod lab;

use lab::Lab;
use replicascope::offline::leader::{Act, Kind, LocalLeader, Now, Options};
use replicascope::offline::storage::StorageError;
use replicascope::replication::causality::VersionVector;
use replicascope::replication::delta::{Item, LineChange, Mode, Operation};
use replicascope::replication::ids::RequestId;
use replicascope::replication::note::Alarm;
use replicascope::replication::protocol::{Refusal, Reply};
use replicascope::replication::rules::Rules;
use replicascope::replication::time::{LocalTime, SimDuration, SimTime};

#[test]
fn two_devices_and_a_hub_end_equal_and_confirmed() {
    let mut lab = Lab::new(1);
    let hub = lab.add("cloud", Kind::Hub);
    let (phone, laptop) = (lab.add("you", Kind::Device), lab.add("Ana", Kind::Device));
    lab.edit(phone, "milk", LineChange::Add(2));
    lab.edit(laptop, "eggs", LineChange::Set(6, Vec::new()));
    lab.run_ms(50);
    assert_eq!(lab.view(phone).pending.len(), 1, "nobody holds it yet");
    lab.link(phone, hub);
    lab.link(laptop, hub);
    lab.run_ms(2_000);
    assert_eq!(lab.cart(phone), [("eggs".to_owned(), 6), ("milk".to_owned(), 2)]);
    assert_eq!(lab.cart(laptop), lab.cart(phone));
    assert_eq!(lab.view(phone).pending.len(), 0);
    lab.settled().unwrap();
}

#[test]
fn other_devices_confirm_nothing() {
    let mut lab = Lab::new(2);
    let (a, b) = (lab.add("you", Kind::Device), lab.add("Ana", Kind::Device));
    lab.link(a, b);
    lab.edit(a, "milk", LineChange::Add(1));
    lab.run_ms(1_000);
    assert_eq!(lab.cart(b), [("milk".to_owned(), 1)]);
    assert_eq!(lab.view(a).pending.len(), 1, "a tab is no datacenter (rule R8)");
}

#[test]
fn a_restart_finds_everything_and_writes_under_a_new_id() {
    let mut lab = Lab::new(3);
    let device = lab.add("you", Kind::Device);
    lab.edit(device, "milk", LineChange::Add(1));
    lab.run_ms(100);
    let before = lab.leader(device).replica_id();
    lab.crash(device);
    lab.restart(device);
    assert_eq!(lab.cart(device), [("milk".to_owned(), 1)]);
    lab.edit(device, "milk", LineChange::Add(1));
    lab.run_ms(100);
    assert_ne!(lab.leader(device).replica_id(), before, "rule R3");
    assert_eq!(lab.cart(device), [("milk".to_owned(), 2)]);
}

#[test]
fn what_the_store_had_not_completed_was_never_acknowledged() {
    let mut lab = Lab::new(4);
    let device = lab.add("you", Kind::Device);
    lab.run_ms(50);
    lab.edit(device, "milk", LineChange::Add(1));
    lab.crash(device);
    lab.restart(device);
    lab.run_ms(100);
    assert_eq!((lab.cart(device), lab.acknowledged_count()), (Vec::new(), 0));
}

#[test]
fn a_store_that_fails_twice_still_refuses_what_was_asked() {
    let now = Now { steady: SimTime::ZERO, wall: LocalTime(0) };
    let mut leader = LocalLeader::open(&Options::new(Kind::Device), Vec::new(), now, 1).unwrap();
    let add = || Operation::Cart(Item("milk".into()), LineChange::Add(1));
    let asked = [0; 2].map(|_| leader.write(now, lab::cart_key(), add(), VersionVector::default(), "you".into()));
    // Two that learn of it on their own, before the leader is polled.
    leader.failed(StorageError::Fenced);
    leader.failed(StorageError::Unavailable("gone".to_owned()));
    let late = leader.write(now, lab::cart_key(), add(), VersionVector::default(), "you".into());
    let refused = |act| match act {
        Act::Answer(request, Reply::Refused(Refusal::Unavailable)) => request,
        act => panic!("{act:?}"),
    };
    let told: Vec<RequestId> = std::iter::from_fn(|| leader.poll()).map(refused).collect();
    assert_eq!(told, [asked[0], asked[1], late]);
    assert_eq!(leader.failure(), Some(&StorageError::Fenced));
}

#[test]
fn the_home_accepts_one_of_two_concurrent_writes_and_lists_the_other() {
    let mut lab = Lab::new(5);
    let hub = lab.add("cloud", Kind::Hub);
    let (a, b) = (lab.add("you", Kind::Device), lab.add("Ana", Kind::Device));
    lab.set_mode(a, Mode::Home);
    lab.link(a, hub);
    lab.link(b, hub);
    lab.run_ms(1_000);
    lab.unlink(a, hub);
    lab.edit(a, "eggs", LineChange::Set(3, Vec::new()));
    lab.run_ms(100);
    assert_eq!(lab.cart(a), [("eggs".to_owned(), 3)], "what the device has is shown as tentative while the home has not spoken");
    lab.edit(b, "eggs", LineChange::Set(12, Vec::new()));
    lab.run_ms(1_000);
    lab.link(a, hub);
    lab.run_ms(2_000);
    lab.settled().unwrap();
    assert_eq!(lab.cart(a), [("eggs".to_owned(), 12)]);
    let fates: Vec<String> = lab.fates(a).into_iter().map(|fate| format!("{fate:?}")).collect();
    assert!(fates.iter().any(|fate| fate.contains("RejectedByHome")), "{fates:?}");
}

/// Two replicas that know the same, one of which holds another quantity than was written.
fn with_a_corrupted_payload(rules: Rules) -> (Lab, usize) {
    let mut lab = Lab::new(6);
    let device = |lab: &mut Lab, name: &str| {
        let mut options = Options::new(Kind::Device);
        (options.rules, options.handshake_every) = (rules, SimDuration::from_ms(300));
        lab.add_with(name, options)
    };
    let (a, b) = (device(&mut lab, "you"), device(&mut lab, "Ana"));
    lab.link(a, b);
    lab.edit(a, "milk", LineChange::Set(2, Vec::new()));
    lab.run_ms(1_000);
    let dot = lab.deltas(b)[0].dot;
    lab.corrupt(b, dot, Operation::Cart(Item::from("milk"), LineChange::Set(7, Vec::new())));
    lab.crash(b);
    lab.restart(b);
    lab.link(a, b);
    lab.run_ms(2_000);
    assert_eq!((lab.cart(a)[0].1, lab.cart(b)[0].1), (2, 7));
    (lab, b)
}

#[test]
fn a_corrupted_payload_raises_an_alarm_that_names_the_key() {
    let (lab, b) = with_a_corrupted_payload(Rules::default());
    assert!(matches!(lab.view(b).alarm, Some(Alarm::HashesDiffer(_))), "{:?}", lab.view(b).alarm);
    assert_eq!(lab.view(b).facts, [("differs from a peer in", "cart".to_owned())]);
}

#[test]
fn without_r11_a_corrupted_payload_stays_unnoticed() {
    let (lab, b) = with_a_corrupted_payload(Rules { end_on_equality: false, ..Rules::default() });
    assert_eq!(lab.view(b).alarm, None);
    assert!(lab.settled().is_err(), "and nothing but this test sees that the two differ");
}
