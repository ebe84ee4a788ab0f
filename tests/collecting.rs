//! What may be collected (rule R10), and what two replicas become that have not collected the same.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod notebook;

use notebook::{Notebook, sync};
use replicascope::limits;
use replicascope::replication::causality::{Dot, VersionVector};
use replicascope::replication::collecting::{dispensable, dispensable_of_key};
use replicascope::replication::delta::{Delta, Item, Key, LineChange, Mode, Operation};
use replicascope::replication::ids::ReplicaId;
use replicascope::replication::modes;
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::state::{Incoming, State, Unjoinable, join, parts};
use replicascope::replication::store::DeltaStore;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn deltas(notebook: &Notebook) -> Vec<Arc<Delta>> {
    notebook.store.arrived_from(0).to_vec()
}

/// The same notebook after what may go is gone.
fn collected(notebook: &Notebook, settled: &VersionVector) -> (Notebook, BTreeSet<Dot>) {
    let gone = dispensable(Mode::AddWins, &notebook.store, settled);
    let mut after = notebook.clone();
    after.store = without(&notebook.store, &gone, settled);
    (after, gone)
}

fn without(store: &DeltaStore, gone: &BTreeSet<Dot>, settled: &VersionVector) -> DeltaStore {
    rebuilt(store.arrived_from(0).iter().filter(|delta| !gone.contains(&delta.dot)), store.base_at(settled))
}

fn rebuilt<'a>(deltas: impl Iterator<Item = &'a Arc<Delta>>, base: replicascope::replication::base::Base) -> DeltaStore {
    let mut store = DeltaStore::default();
    deltas.for_each(|delta| store.apply(delta.clone()));
    store.stand_on(Arc::new(base));
    store
}

fn told(from: &DeltaStore, to: &DeltaStore) -> State {
    let mut incoming = Incoming::default();
    let mut parts: Vec<_> = parts(from, to.vector()).into_iter().map(Arc::new).collect();
    // In any order, and some twice.
    parts.reverse();
    let last = parts.pop().unwrap();
    assert!(parts.iter().chain(&parts).all(|part| incoming.take(part).is_none()));
    incoming.take(&last).unwrap()
}

/// What `to` becomes when it hears of what `from` collected.
fn joined(to: &DeltaStore, from: &DeltaStore) -> DeltaStore {
    let Some(joined) = join(to, &told(from, to)).unwrap() else { return to.clone() };
    let held = to.arrived_from(0).iter().chain(&joined.news).filter(|delta| !joined.gone.contains(&delta.dot));
    rebuilt(held, joined.base)
}

fn change(rng: &mut Rng) -> Operation {
    let item = Item::from(["milk", "eggs", "bread"][rng.below(3) as usize]);
    let change = match rng.below(4) {
        0 => LineChange::Add(1 + rng.below(9)),
        1 | 2 => LineChange::Set(1 + rng.below(9), Vec::new()),
        _ => LineChange::Remove(Vec::new()),
    };
    if rng.below(20) == 0 { Operation::SetMode(Mode::ALL[rng.below(5) as usize]) } else { Operation::Cart(item, change) }
}

/// Three replicas that write and meet at random.
fn write_and_meet(rng: &mut Rng, replicas: &mut [Notebook; 3]) {
    for _ in 0..4 + rng.below(12) {
        let at = rng.below(3) as usize;
        replicas[at].now_ms += i64::from(rng.below(5)) - 2;
        replicas[at].write(change(rng));
        if rng.below(3) == 0 {
            let mut other = replicas[(at + 1) % 3].clone();
            sync(&mut replicas[at], &mut other);
            replicas[(at + 1) % 3] = other;
        }
    }
}

fn meet_all(replicas: &mut [Notebook; 3]) {
    for (a, b) in [(0, 1), (1, 2), (0, 1)] {
        let mut other = replicas[b].clone();
        sync(&mut replicas[a], &mut other);
        replicas[b] = other;
    }
}

fn three() -> [Notebook; 3] {
    [Notebook::new(10, "you", &[]), Notebook::new(20, "Ana", &[]), Notebook::new(30, "Ben", &[])]
}

/// Without the key's own mode, which would hide the others.
fn decided(mode: Mode, store: &DeltaStore) -> modes_of_cart::Told {
    let log = store.key(&Key::from("cart")).map(|log| log.deltas.clone()).unwrap_or_default();
    let writes: Vec<Arc<Delta>> = log.into_iter().filter(|delta| delta.item().is_some()).collect();
    let decided = modes::decide(mode, &writes);
    (decided.content, decided.conflicts)
}

mod modes_of_cart {
    use replicascope::replication::view::{Conflict, Content};
    pub(crate) type Told = (Content, Vec<Conflict>);
}

/// Whatever is written afterwards by those who held everything, the fold of what was kept is the fold of everything.
#[test]
fn what_is_kept_is_decided_as_everything_would_be_for_ever() {
    let mut gone_count = 0;
    for seed in 0..3_000 {
        let mut rng = Rng::stream(seed, Purpose::Schedule, 21);
        let mut all = three();
        let mut kept = three();
        for _ in 0..3 {
            // The same writes at replicas that collect and at replicas that do not.
            let mut same = rng.clone();
            write_and_meet(&mut rng, &mut all);
            write_and_meet(&mut same, &mut kept);
            for replicas in [&mut all, &mut kept] {
                meet_all(replicas);
                replicas[0].write(Operation::Cart(Item::from("milk"), LineChange::Set(3, Vec::new())));
                meet_all(replicas);
            }
            for mode in Mode::ALL.into_iter().filter(|mode| *mode != Mode::Home) {
                assert_eq!(decided(mode, &kept[0].store), decided(mode, &all[0].store), "seed {seed}, {mode:?}");
            }
            // What was written since has seen all that is settled.
            let settled = kept[0].store.vector().clone();
            if rng.below(2) == 0 {
                let mut same = rng.clone();
                write_and_meet(&mut rng, &mut all);
                write_and_meet(&mut same, &mut kept);
            }
            let (after, gone) = collected(&kept[0], &settled);
            gone_count += gone.len();
            if !gone.is_empty() {
                for (replica, all) in kept.iter_mut().zip(&all) {
                    replica.store = joined(&replica.store, &after.store);
                    assert_eq!((replica.store.retired(), replica.store.sum()), (after.store.retired(), all.store.sum()), "seed {seed}");
                    assert_eq!(replica.store.vector(), all.store.vector());
                }
            }
        }
    }
    assert!(gone_count > 10_000, "{gone_count}");
}

#[test]
fn what_is_not_settled_or_still_in_conflict_stays() {
    let [mut you, mut ana, _] = three();
    you.edit("milk", LineChange::Set(1, Vec::new()));
    let early = you.store.vector().clone();
    you.edit("milk", LineChange::Set(2, Vec::new()));
    assert!(dispensable(Mode::AddWins, &you.store, &early).is_empty(), "the first is the last that is settled");
    assert_eq!(dispensable(Mode::AddWins, &you.store, you.store.vector()), BTreeSet::from([you.dot(1)]));
    assert!(dispensable(Mode::Home, &you.store, you.store.vector()).is_empty(), "the home orders all");
    ana.edit("milk", LineChange::Set(9, Vec::new()));
    sync(&mut you, &mut ana);
    assert!(dispensable(Mode::AddWins, &you.store, you.store.vector()).is_empty(), "nobody has seen both");
    let settled: VersionVector = [you.dot(2)].into_iter().collect();
    assert!(dispensable(Mode::AddWins, &you.store, &settled).is_empty(), "Ana had not seen what is settled");
    you.write(Operation::Opaque(replicascope::replication::delta::Opaque { tag: 17, bytes: vec![1].into() }));
    you.edit("milk", LineChange::Set(4, Vec::new()));
    assert!(dispensable(Mode::AddWins, &you.store, you.store.vector()).is_empty(), "what is not understood is not judged");
}

#[test]
fn a_key_with_too_many_deltas_is_left_alone() {
    let mut you = Notebook::new(10, "you", &[]);
    for count in 0..limits::MAX_COLLECTED_KEY_DELTAS as u32 {
        you.edit("milk", LineChange::Set(1 + count % 9, Vec::new()));
    }
    let log = deltas(&you);
    let settled = you.store.vector().clone();
    assert_eq!(dispensable_of_key(Mode::AddWins, &log, &settled).len(), log.len() - 1);
    you.edit("milk", LineChange::Set(1, Vec::new()));
    assert!(dispensable_of_key(Mode::AddWins, &deltas(&you), you.store.vector()).is_empty());
}

/// The order in which replicas hear of each other does not matter, and hearing twice changes nothing.
#[test]
fn a_join_is_the_same_in_every_order() {
    let mut different_count = 0;
    for seed in 0..1_000 {
        let mut rng = Rng::stream(seed, Purpose::Schedule, 22);
        let mut replicas = three();
        write_and_meet(&mut rng, &mut replicas);
        meet_all(&mut replicas);
        replicas[0].write(Operation::Cart(Item::from("milk"), LineChange::Set(3, Vec::new())));
        meet_all(&mut replicas);
        write_and_meet(&mut rng, &mut replicas);
        replicas.iter_mut().for_each(|replica| replica.write(Operation::Cart(Item::from("eggs"), LineChange::Set(2, Vec::new()))));
        // Each collects by itself, what it alone holds: too early, but they must agree all the same.
        let stores = replicas.each_ref().map(|replica| {
            let some: VersionVector = replica
                .store
                .vector()
                .iter()
                .map(|dot| Dot { counter: 1.max(dot.counter - u64::from(rng.below(6) == 0)), ..dot })
                .collect();
            let closed = closed(&replica.store, &some);
            let gone: BTreeSet<Dot> =
                dispensable(Mode::AddWins, &replica.store, &closed).into_iter().filter(|_| rng.below(4) > 0).collect();
            without(&replica.store, &gone, &closed)
        });
        let kept =
            |store: &DeltaStore| -> BTreeMap<Dot, u64> { store.arrived_from(0).iter().map(|delta| (delta.dot, delta.chain.0)).collect() };
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let settled = |store: &DeltaStore| store.base().unwrap().vector();
        let ends: Vec<DeltaStore> = orders.map(|[a, b, c]| joined(&joined(&stores[a], &stores[b]), &stores[c])).to_vec();
        for end in &ends {
            // What is settled nowhere travels as ever; up to there all are equal.
            let base = end.base().unwrap();
            let up_to = |store: &DeltaStore| kept(store).into_iter().filter(|(dot, _)| base.covers(*dot)).collect::<Vec<_>>();
            assert_eq!(up_to(end), up_to(&ends[0]), "seed {seed}");
            assert_eq!(settled(end), settled(&ends[0]), "seed {seed}");
            assert_eq!(end.base(), ends[0].base(), "seed {seed}");
            assert_eq!(end.retired(), ends[0].retired(), "seed {seed}");
        }
        different_count += u64::from(stores[0].retired() != stores[1].retired());
        let twice = joined(&ends[0], &stores[1]);
        assert_eq!(kept(&twice), kept(&ends[0]));
    }
    assert!(different_count > 300, "{different_count}");
}

/// The largest part of `vector` in which nothing stands without its causes.
fn closed(store: &DeltaStore, vector: &VersionVector) -> VersionVector {
    let mut closed = VersionVector::new();
    for delta in store.arrived_from(0) {
        let follows = delta.previous == closed.get(delta.dot.replica);
        if follows && vector.covers(delta.dot) && closed.covers_all(&delta.deps) {
            closed.observe(delta.dot);
        }
    }
    closed
}

#[test]
fn a_state_in_many_parts_arrives_whole() {
    let mut hub = Notebook::new(1, "hub", &[]);
    for writer in 0..250_u64 {
        let mut other = Notebook::new(100 + writer, "you", &[]);
        sync(&mut hub, &mut other);
        other.edit(&format!("item {}", writer % 120), LineChange::Set(1, Vec::new()));
        other.edit(&format!("item {}", writer % 120), LineChange::Set(2, Vec::new()));
        sync(&mut hub, &mut other);
    }
    let (after, gone) = collected(&hub, hub.store.vector());
    assert_eq!((gone.len(), after.store.len()), (380, 120));
    assert!(parts(&after.store, &VersionVector::new()).len() >= 5);
    let empty = DeltaStore::default();
    let new = joined(&empty, &after.store);
    assert_eq!((new.sum(), new.retired(), new.vector()), (hub.store.sum(), after.store.retired(), hub.store.vector()));
    assert_eq!(new.collected_count(), 380);
    assert!(parts(&after.store, hub.store.vector()).iter().all(|part| part.deltas.is_empty()), "who has all is told names only");
}

#[test]
fn nothing_is_given_away_for_another_content() {
    let [mut you, mut ana, _] = three();
    you.edit("milk", LineChange::Set(1, Vec::new()));
    you.edit("milk", LineChange::Set(2, Vec::new()));
    sync(&mut you, &mut ana);
    let (after, gone) = collected(&you, you.store.vector());
    assert_eq!(gone.len(), 1);
    let mut state = told(&after.store, &ana.store);
    assert!(join(&ana.store, &state).unwrap().is_some());
    // The same names, and other content under them.
    let mut impostor = Notebook::new(10, "you", &[]);
    impostor.edit("eggs", LineChange::Set(7, Vec::new()));
    impostor.edit("milk", LineChange::Set(2, Vec::new()));
    let refused = join(&impostor.store, &told(&after.store, &impostor.store)).unwrap_err();
    assert_eq!(refused, Unjoinable::Forged(Dot { replica: ReplicaId(10), counter: 2 }));
    // A kept write that the receiver lacks has to come along.
    state = told(&after.store, &DeltaStore::default());
    state.deltas.clear();
    assert_eq!(join(&DeltaStore::default(), &state).unwrap_err(), Unjoinable::Unsound);
}

/// What was seen through collected writes stays seen: a later remove covers them.
#[test]
fn a_reader_has_seen_what_was_collected() {
    let mut you = Notebook::new(10, "you", &[]);
    let mut ana = Notebook::new(20, "Ana", &[]);
    ana.edit("milk", LineChange::Set(1, Vec::new()));
    sync(&mut you, &mut ana);
    you.edit("milk", LineChange::Set(2, Vec::new()));
    let seen = you.context();
    let (after, gone) = collected(&you, you.store.vector());
    assert_eq!(gone, BTreeSet::from([ana.dot(1)]));
    assert_eq!(after.context(), seen);
    assert!(after.store.is_collected(ana.dot(1)) && !after.store.is_collected(you.dot(1)));
}

/// Who is told of more and more that never ends does not keep it all.
#[test]
fn a_state_that_is_too_large_is_thrown_away() {
    let kept: Vec<u64> = (1..=1_000).collect();
    let end = replicascope::replication::base::End { counter: 1_000, ..Default::default() };
    let settled = vec![replicascope::replication::state::Settled { replica: ReplicaId(1), end, kept }; limits::MAX_STATE_WRITERS];
    let part = |index: u32| {
        Arc::new(replicascope::replication::state::StatePart {
            round: 0,
            stamp: 1,
            index,
            count: 10,
            settled: settled.clone(),
            deltas: Vec::new(),
        })
    };
    let mut incoming = Incoming::default();
    assert!((0..10).all(|index| incoming.take(&part(index)).is_none()), "a million kept deltas");
    let mut small = (*part(0)).clone();
    (small.stamp, small.count) = (2, 1);
    assert!(incoming.take(&Arc::new(small)).is_some());
}
