//! Collecting what every replica has (rule R10) at local leaders with stores and frames: who is waited for, what becomes of
//! stores, and of those who come late.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod lab;

use lab::{Lab, cart_key};
use replicascope::limits;
use replicascope::offline::leader::{Kind, Options};
use replicascope::offline::memory::MemoryStorage;
use replicascope::offline::rows;
use replicascope::offline::storage::Table;
use replicascope::replication::delta::{Key, LineChange, Mode, Operation, Value};
use replicascope::replication::note::Note;
use replicascope::replication::time::SimDuration;

const HUB: usize = 0;
const YOU: usize = 1;
const ANA: usize = 2;

/// A hub and two devices, connected; the hub collects from `collects_from` deltas on.
fn three(seed: u64, collects_from: usize) -> Lab {
    let mut lab = Lab::new(seed);
    for (name, kind) in [("cloud", Kind::Hub), ("you", Kind::Device), ("Ana", Kind::Device)] {
        let mut options = Options::new(kind);
        (options.handshake_every, options.collects_from) = (SimDuration::from_ms(300), collects_from);
        lab.add_with(name, options);
    }
    link_all(&mut lab);
    lab.run_ms(1_000);
    lab
}

fn link_all(lab: &mut Lab) {
    (1..lab.nodes.len()).for_each(|index| lab.link(index, HUB));
}

fn set(lab: &mut Lab, index: usize, count: u32) {
    lab.edit(index, "milk", LineChange::Set(count, Vec::new()));
    lab.run_ms(100);
}

fn held_count(lab: &Lab, index: usize) -> usize {
    lab.leader(index).node().deltas().len()
}

fn stored_bytes(storage: &MemoryStorage) -> usize {
    storage.rows().iter().filter(|row| row.table == Table::Log).map(|row| row.value.len()).sum()
}

#[test]
fn the_log_really_shrinks_in_every_store_and_a_restart_finds_it_so() {
    let mut lab = three(1, limits::MIN_COLLECTED);
    let mut most_bytes = 0;
    for count in 1..=limits::MIN_COLLECTED as u32 + 20 {
        set(&mut lab, 1 + count as usize % 2, count);
        most_bytes = most_bytes.max(stored_bytes(&lab.nodes[HUB].storage));
    }
    set(&mut lab, ANA, 8);
    lab.run_ms(2_000);
    lab.settled().unwrap();
    for index in [HUB, YOU, ANA] {
        assert!(held_count(&lab, index) <= 20, "{} holds {}", lab.nodes[index].name, held_count(&lab, index));
        let bytes = stored_bytes(&lab.nodes[index].storage);
        assert!(bytes * 3 < most_bytes, "{bytes} of {most_bytes} bytes");
        let durable = rows::durable(lab.nodes[index].storage.rows()).unwrap();
        assert_eq!(durable.entries.len(), held_count(&lab, index));
        lab.crash(index);
        lab.restart(index);
    }
    link_all(&mut lab);
    lab.run_ms(1_000);
    lab.settled().unwrap();
    assert_eq!(lab.cart(YOU), [("milk".to_owned(), 8)]);
    assert_eq!(lab.view(YOU).pending.len(), 0, "what was confirmed stays confirmed");
    let said = |index: usize, words: &str| {
        lab.notes.iter().any(|(at, note)| *at == index && matches!(note, Note::Told("collected", text) if text.contains(words)))
    };
    assert!(said(HUB, "collected 1") && said(ANA, "no longer keeps 1"), "{:?}", lab.notes);
}

#[test]
fn who_is_away_is_waited_for() {
    let mut lab = three(2, 1);
    lab.crash(ANA);
    (1..=20).for_each(|count| set(&mut lab, YOU, count));
    lab.run_ms(2_000);
    assert_eq!(held_count(&lab, HUB), 20, "Ana has not said that she has them");
    lab.restart(ANA);
    link_all(&mut lab);
    lab.run_ms(2_000);
    lab.settled().unwrap();
    assert_eq!(held_count(&lab, HUB), 1);
    // A hub that starts again waits until all have spoken again.
    lab.crash(HUB);
    lab.crash(ANA);
    lab.restart(HUB);
    lab.link(YOU, HUB);
    (1..=5).for_each(|count| set(&mut lab, YOU, count));
    lab.run_ms(2_000);
    assert_eq!(held_count(&lab, HUB), 6);
}

#[test]
fn a_device_joins_anew_from_empty_where_the_hub_has_collected() {
    let mut lab = three(3, 1);
    for count in 1..=30 {
        set(&mut lab, YOU, count);
        lab.write(ANA, Key::from("note-1"), Operation::Put(Value::Number(i64::from(count))));
    }
    lab.run_ms(2_000);
    assert!(lab.leader(HUB).node().deltas().collected_count() >= 50);
    let new = lab.add("Ben", Kind::Device);
    lab.edit(new, "eggs", LineChange::Add(2));
    lab.run_ms(50);
    lab.link(new, HUB);
    lab.run_ms(2_000);
    lab.settled().unwrap();
    assert_eq!(lab.cart(new), [("eggs".to_owned(), 2), ("milk".to_owned(), 30)]);
    assert_eq!(lab.view(new).pending.len(), 0);
    set(&mut lab, new, 31);
    lab.run_ms(1_000);
    assert_eq!(lab.cart(YOU), [("eggs".to_owned(), 2), ("milk".to_owned(), 31)]);
    lab.settled().unwrap();
}

/// It missed writes that are collected by now, and it has a write of its own that nobody has.
#[test]
fn a_device_that_expired_and_comes_back_loses_nothing_and_brings_nothing_back() {
    let mut lab = three(4, 1);
    set(&mut lab, YOU, 1);
    lab.edit(YOU, "bread", LineChange::Set(4, Vec::new()));
    lab.run_ms(1_000);
    lab.unlink(ANA, HUB);
    lab.edit(ANA, "eggs", LineChange::Set(6, Vec::new()));
    lab.run_ms(100);
    lab.edit(YOU, "bread", LineChange::Remove(Vec::new()));
    (2..=20).for_each(|count| set(&mut lab, YOU, count));
    lab.run_ms(1_000);
    assert!(held_count(&lab, HUB) > 15, "Ana is waited for");
    lab.nodes[HUB].skew_ms = limits::STORE_EXPIRES_AFTER_MS + 1;
    // The hub hears of the one that is there, and of the other no more.
    lab.run_ms(2_000);
    assert!(held_count(&lab, HUB) < 5, "{}", held_count(&lab, HUB));
    lab.link(ANA, HUB);
    lab.run_ms(2_000);
    lab.settled().unwrap();
    assert_eq!(lab.cart(ANA), [("eggs".to_owned(), 6), ("milk".to_owned(), 20)]);
    assert_eq!(lab.view(ANA).pending.len(), 0);
}

#[test]
fn a_store_that_goes_back_behind_what_was_collected_takes_it_up_again() {
    let mut lab = three(5, 1);
    set(&mut lab, YOU, 1);
    lab.run_ms(1_000);
    let backups: Vec<MemoryStorage> = lab.nodes.iter().map(|node| node.storage.clone()).collect();
    (2..=20).for_each(|count| set(&mut lab, YOU, count));
    lab.run_ms(2_000);
    lab.settled().unwrap();
    for back in [ANA, HUB, YOU] {
        lab.crash(back);
        lab.nodes[back].storage = backups[back].clone();
        lab.restart(back);
        lab.edit(back, "eggs", LineChange::Add(1));
        lab.run_ms(20);
        link_all(&mut lab);
        lab.run_ms(3_000);
        lab.settled().unwrap();
    }
    assert_eq!(lab.cart(HUB), [("eggs".to_owned(), 3), ("milk".to_owned(), 20)]);
}

/// Two devices that are together and never saw the hub again hold what it has collected, and one tells the other.
#[test]
fn a_device_passes_on_what_was_collected() {
    let mut lab = three(6, 1);
    (1..=20).for_each(|count| set(&mut lab, YOU, count));
    lab.run_ms(2_000);
    let friend = lab.add("Ben", Kind::Device);
    lab.crash(HUB);
    lab.link(friend, ANA);
    lab.run_ms(2_000);
    assert_eq!(lab.cart(friend), [("milk".to_owned(), 20)]);
    assert_eq!(held_count(&lab, friend), 1);
    assert_eq!(lab.leader(friend).node().deltas().sum(), lab.leader(ANA).node().deltas().sum());
}

#[test]
fn a_key_of_the_home_is_kept_whole() {
    let mut lab = Lab::new(7);
    for (name, kind) in [("cloud", Kind::Hub), ("you", Kind::Device)] {
        let mut options = Options::new(kind);
        (options.handshake_every, options.collects_from, options.mode) = (SimDuration::from_ms(300), 1, Mode::Home);
        lab.add_with(name, options);
    }
    link_all(&mut lab);
    (1..=10).for_each(|count| set(&mut lab, YOU, count));
    lab.run_ms(2_000);
    lab.settled().unwrap();
    assert_eq!(held_count(&lab, HUB), 20, "ten writes and ten rulings");
    assert_eq!(lab.view(YOU).records[&cart_key()].fates.len(), 20);
}
