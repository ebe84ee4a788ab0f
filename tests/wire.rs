//! Messages between leaders as bytes: nothing is lost on the way, damage is refused, and the bytes of version 1 are pinned.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod notebook;

use notebook::{Notebook, sync};
use replicascope::replication::base::End;
use replicascope::replication::causality::{Dot, VersionVector};
use replicascope::replication::delta::{Delta, Item, LineChange, Mode, Opaque, Operation, Ruling, Value};
use replicascope::replication::exchange::{ExchangeMessage, Hello, KeyHashes};
use replicascope::replication::hash::Digest;
use replicascope::replication::ids::{NodeId, ReplicaId, StoreId, Term};
use replicascope::replication::log::Epoch;
use replicascope::replication::outside::Outside;
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::state::{Settled, StatePart};
use replicascope::replication::wire::{WireError, decode, decode_delta, encode, encode_delta};
use std::sync::Arc;

fn operation(rng: &mut Rng) -> Operation {
    let item = Item::from(["milk", "milkshake", "eggs", "Käse", "Käsekuchen"][rng.below(5) as usize]);
    match rng.below(12) {
        0 => Operation::Put(Value::Number(rng.bits() as i64)),
        1 => Operation::Put(Value::Text("déjà vu".into())),
        2 => Operation::Delete,
        3 => Operation::SetMode(Mode::ALL[rng.below(6) as usize]),
        4 => Operation::Opaque(Opaque { tag: 17, bytes: vec![1, 2, 3].into() }),
        5 => Operation::Rule(Ruling {
            of: Dot { replica: ReplicaId(10), counter: 1 },
            accepts: rng.below(2) == 0,
            term: Term(3),
            home: rng.bits(),
            sequence: 9,
        }),
        6 | 7 => Operation::Cart(item, LineChange::Add(1 + rng.below(9))),
        8 | 9 => Operation::Cart(item, LineChange::Remove(Vec::new())),
        _ => Operation::Cart(item, LineChange::Set(1 + rng.below(9_999), Vec::new())),
    }
}

/// Three replicas that write and pull at random.
fn random_deltas(seed: u64) -> Vec<Arc<Delta>> {
    let mut rng = Rng::stream(seed, Purpose::Schedule, 11);
    let mut replicas =
        [Notebook::new(10, "you", &[("milk", 2)]), Notebook::new(20, "Ana", &[("milk", 2)]), Notebook::new(30, "Ben", &[("milk", 2)])];
    for _ in 0..60 {
        let at = rng.below(3) as usize;
        replicas[at].now_ms += i64::from(rng.below(3)) - 1;
        replicas[at].write(operation(&mut rng));
        if rng.below(4) == 0 {
            let mut other = replicas[(at + 1) % 3].clone();
            sync(&mut replicas[at], &mut other);
            replicas[(at + 1) % 3] = other;
        }
    }
    replicas[0].store.arrived_from(0).to_vec()
}

#[test]
fn random_batches_come_back_as_they_were() {
    for seed in 0..500 {
        let deltas = random_deltas(seed);
        for deltas in deltas.chunks(100) {
            let batch = ExchangeMessage::Batch { round: 7, deltas: deltas.to_vec(), is_linked: true };
            assert_eq!(decode(&encode(&batch)).as_ref(), Ok(&batch), "seed {seed}");
        }
        for delta in &deltas {
            assert_eq!(decode_delta(&encode_delta(delta)).as_ref(), Ok(delta), "seed {seed}");
        }
    }
}

fn vector() -> VersionVector {
    [Dot { replica: ReplicaId(u64::MAX), counter: 300 }, Dot { replica: ReplicaId(2), counter: 1 }].into_iter().collect()
}

fn hello() -> ExchangeMessage {
    ExchangeMessage::Hello(Hello {
        store: StoreId(0x0102_0304_0506_0708),
        epoch: Epoch { term: Term(1), leader: Some(NodeId(0)) },
        receiver_epoch: Epoch::default(),
        vector: vector(),
        own: vec![ReplicaId(2), ReplicaId(5)],
        writes_as: Some(ReplicaId(5)),
        retired: 77,
        asks_back: true,
        is_routine: false,
        is_device: true,
    })
}

fn others() -> Vec<ExchangeMessage> {
    vec![
        hello(),
        ExchangeMessage::Ack { round: 3, vector: vector() },
        ExchangeMessage::Nack { round: u32::MAX, vector: VersionVector::new() },
        ExchangeMessage::Done { vector: vector(), retired: 77, sum: u64::MAX, decided: 5 },
        ExchangeMessage::Keys(vec![KeyHashes { key: "cart".into(), sum: 1, decided: 2 }]),
        ExchangeMessage::NotLeader(Epoch { term: Term(9), leader: None }),
        state(),
    ]
}

/// A part with writers of which something was kept and of which nothing was, and with deltas that are no chain any more.
fn state() -> ExchangeMessage {
    let mut you = Notebook::new(10, "you", &[]);
    (1..=9).for_each(|count| you.edit("milk", LineChange::Add(count)));
    let deltas: Vec<Arc<Delta>> =
        you.store.arrived_from(0).iter().filter(|delta| ![2, 5, 6].contains(&delta.dot.counter)).cloned().collect();
    let end = |counter: u64| End { counter, sum: u64::MAX - counter, chain: Digest(counter << 40) };
    let settled = vec![
        Settled { replica: ReplicaId(10), end: end(9), kept: vec![1, 3, 4, 7, 8, 9] },
        Settled { replica: ReplicaId(u64::MAX), end: end(1 << 40), kept: Vec::new() },
        Settled { replica: ReplicaId(5), end: end(70_000), kept: vec![70_000] },
    ];
    ExchangeMessage::State(Outside::new(|| {
        Arc::new(StatePart { round: 4, stamp: 0x0807_0605_0403_0201, index: 1, count: 3, settled, deltas })
    }))
}

#[test]
fn a_part_of_a_state_that_contradicts_itself_is_refused() {
    let ExchangeMessage::State(sound) = state() else { unreachable!() };
    let sound = sound.get().unwrap().clone();
    let refused = |part: StatePart| decode(&encode(&ExchangeMessage::State(Outside::new(|| Arc::new(part))))).is_err();
    let with = |kept: Vec<u64>| StatePart { settled: vec![Settled { kept, ..sound.settled[0].clone() }], ..StatePart::clone(&sound) };
    assert!(!refused(with(vec![9])));
    assert!(refused(with(vec![10])), "beyond the end");
    assert!(refused(with(vec![0])), "no write has this counter");
    assert!(refused(with(vec![2, 2])), "twice");
    assert!(refused(StatePart { index: 3, ..StatePart::clone(&sound) }), "beyond the last part");
    assert!(refused(StatePart { count: u32::MAX, ..StatePart::clone(&sound) }), "too many parts");
}

#[test]
fn every_message_comes_back_as_it_was() {
    for message in others() {
        assert_eq!(decode(&encode(&message)).as_ref(), Ok(&message));
    }
}

/// These bytes are in stores and in other people's pages: a change of them is another version.
#[test]
fn the_bytes_of_version_1_are_pinned() {
    let hex = |message: &ExchangeMessage| encode(message).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut you = Notebook::new(10, "you", &[]);
    you.edit("milk", LineChange::Add(2));
    you.edit("milk", LineChange::Set(5, Vec::new()));
    you.edit("eggs", LineChange::Remove(Vec::new()));
    let batch = ExchangeMessage::Batch { round: 1, deltas: you.store.arrived_from(0).to_vec(), is_linked: true };
    let pinned = include_str!("wire/version-1.txt");
    let found: String = others().iter().chain([&batch]).map(|message| hex(message) + "\n").collect();
    assert_eq!(found, pinned);
}

#[test]
fn another_major_version_is_refused_with_what_to_do() {
    let mut frame = encode(&hello());
    frame[0] = 2;
    assert_eq!(decode(&frame), Err(WireError::Version(2)));
    assert!(WireError::Version(2).to_string().contains("reload to update"));
}

#[test]
fn a_newer_minor_version_is_understood() {
    let mut frame = encode(&hello());
    frame[1] = 9;
    let end = frame.len() - 4;
    let checksum = (xxhash_rust::xxh64::xxh64(&frame[..end], 0) as u32).to_le_bytes();
    frame[end..].copy_from_slice(&checksum);
    assert_eq!(decode(&frame), Ok(hello()));
}

#[test]
fn damage_is_refused() {
    let batch = ExchangeMessage::Batch { round: 7, deltas: random_deltas(1)[..20].to_vec(), is_linked: true };
    for message in others().iter().chain([&batch]) {
        let frame = encode(message);
        for length in 0..frame.len() {
            assert!(decode(&frame[..length]).is_err(), "cut after {length}");
        }
        for at in 1..frame.len() {
            let mut damaged = frame.clone();
            damaged[at] ^= 0x40;
            assert_eq!(decode(&damaged), Err(WireError::Checksum), "byte {at}");
        }
    }
}

/// Whatever arrives under a right checksum is decoded or refused: no panic, and no allocation beyond the bytes that came.
#[test]
fn made_up_frames_are_decoded_or_refused() {
    let mut rng = Rng::stream(1, Purpose::Schedule, 12);
    let sound: Vec<Vec<u8>> = others()
        .iter()
        .map(encode)
        .chain((0..8).map(|seed| encode(&ExchangeMessage::Batch { round: 1, deltas: random_deltas(seed)[..30].to_vec(), is_linked: true })))
        .collect();
    let mut accepted = 0;
    for _ in 0..200_000 {
        let mut frame = sound[rng.below(sound.len() as u32) as usize].clone();
        frame.truncate(frame.len() - 4);
        for _ in 0..=rng.below(4) {
            let at = 2 + rng.below(frame.len() as u32 - 2) as usize;
            match rng.below(3) {
                0 => frame[at] = rng.bits() as u8,
                1 => frame.truncate(at.max(3)),
                _ => frame.insert(at, rng.bits() as u8),
            }
        }
        let checksum = (xxhash_rust::xxh64::xxh64(&frame, 0) as u32).to_le_bytes();
        frame.extend(checksum);
        accepted += u32::from(decode(&frame).is_ok());
    }
    assert!(accepted > 1_000, "the mutations are so wild that only the first check is tested: {accepted}");
}
