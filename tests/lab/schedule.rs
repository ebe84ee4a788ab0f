//! A random history of local leaders: edits in every mode, cut and mended channels, crashes, stores that go back, cloned
//! stores, skewed clocks, peers of a newer minor version. At the end everything is joined, and then all must be equal
//! and every acknowledged write accounted for.

use super::{Lab, cart_key};
use replicascope::offline::leader::Kind;
use replicascope::offline::leader::Options;
use replicascope::offline::rows;
use replicascope::replication::causality::Dot;
use replicascope::replication::delta::{Delta, Item, Key, LineChange, Mode, Operation};
use replicascope::replication::key_log::KeyLog;
use replicascope::replication::modes;
use replicascope::replication::note::Note;
use replicascope::replication::rules::Rules;
use replicascope::replication::time::SimDuration;
use replicascope::replication::view::{Content, Fate};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How often the interesting things happened, over many histories.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: u64,
    pub(crate) conflicts: u64,
    pub(crate) crashes: u64,
    pub(crate) rollbacks: u64,
    pub(crate) clones: u64,
    pub(crate) resets: u64,
    pub(crate) destroyed: u64,
    pub(crate) amnesias: u64,
    pub(crate) opaque: u64,
    pub(crate) holes: u64,
    pub(crate) rejected: u64,
    pub(crate) confirmed: u64,
    /// Deltas that were collected at the end, at the hub.
    pub(crate) collected: u64,
    /// Histories in which something was.
    pub(crate) collections: u64,
}

/// What a history may contain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) rules: Rules,
    /// Whether stores may go back or be cloned.
    pub(crate) loses_stores: bool,
    /// Two of what devices attach to collect by themselves; else one.
    pub(crate) has_two_hubs: bool,
}

/// One history.
pub(crate) struct History<'a> {
    lab: Lab,
    limits: Limits,
    tally: &'a mut Tally,
    backups: Vec<replicascope::offline::memory::MemoryStorage>,
    destroyed: BTreeSet<Dot>,
}

const ITEMS: [&str; 3] = ["milk", "eggs", "bread"];

impl<'a> History<'a> {
    /// The history of `seed`, run to its end and judged.
    pub(crate) fn run(seed: u64, limits: Limits, tally: &'a mut Tally) -> Result<(), String> {
        let mut history = Self { lab: Lab::new(seed), limits, tally, backups: Vec::new(), destroyed: BTreeSet::new() };
        history.begin();
        if !limits.loses_stores {
            history.greet_hubs()?;
        }
        for _ in 0..30 + history.draw(40) {
            history.step()?;
        }
        history.join();
        history.settle()?;
        history.judge()?;
        if history.draw(2) == 0 {
            history.write_once_more();
            history.lab.run_ms(500);
            history.settle()?;
            history.judge_kept()?;
        }
        history.count_collected();
        Ok(())
    }

    fn draw(&mut self, bound: u32) -> u32 {
        self.lab.rng.below(bound)
    }

    fn node(&mut self) -> usize {
        let count = self.lab.nodes.len() as u32;
        self.draw(count) as usize
    }

    fn begin(&mut self) {
        self.lab.is_datagram = self.draw(2) == 0;
        let mode = Mode::ALL[self.draw(6) as usize];
        let count = 2 + self.draw(5);
        let collects_from = self.draw(4);
        for index in 0..count {
            let mut options = Options::new(if self.is_hub(index as usize) { Kind::Hub } else { Kind::Device });
            (options.mode, options.rules, options.handshake_every) = (mode, self.limits.rules, SimDuration::from_ms(300));
            options.collects_from = 1 + collects_from as usize;
            let node = self.lab.add_with(["cloud", "you", "Ana", "Ben", "Cleo", "Dan"][index as usize], options);
            self.backups.push(self.lab.nodes[node].storage.clone());
        }
        self.lab.run_ms(30);
    }

    const fn is_hub(&self, index: usize) -> bool {
        index == 0 || (index == 1 && self.limits.has_two_hubs)
    }

    /// A hub waits for those that it knows, also after a crash: once its store has their names.
    fn greet_hubs(&mut self) -> Result<(), String> {
        let count = self.lab.nodes.len();
        let hubs: Vec<usize> = (0..count).filter(|index| self.is_hub(*index)).collect();
        let pairs: Vec<(usize, usize)> = hubs.iter().flat_map(|hub| (hub + 1..count).map(|other| (other, *hub))).collect();
        pairs.iter().for_each(|(other, hub)| self.lab.link(*other, *hub));
        for _ in 0..100 {
            self.lab.run_ms(20);
            if hubs.iter().all(|hub| awaited_count(&self.lab.nodes[*hub].storage) >= count - 1) {
                pairs.iter().for_each(|(other, hub)| self.lab.unlink(*other, *hub));
                return Ok(());
            }
        }
        Err("a device does not get through to a hub".to_owned())
    }

    fn step(&mut self) -> Result<(), String> {
        let index = self.node();
        match self.draw(24) {
            0..8 => self.edit(index),
            8 => self.note(index),
            9 => self.opaque(index),
            10..14 => {
                let other = self.node();
                if index != other {
                    self.lab.link(index, other);
                }
            }
            14 => {
                let other = self.node();
                self.lab.unlink(index, other);
            }
            15 => {
                let other = self.node();
                self.tally.resets += u64::from(self.lab.is_linked(index, other));
                self.lab.reset(index, other);
            }
            16 => self.crash(index),
            17 => self.lab.restart(index),
            18 => self.lab.nodes[index].skew_ms = i64::from(self.lab.rng.below(1_200_000)) - 600_000,
            19 if self.draw(4) == 0 => {
                let mode = Mode::ALL[self.draw(6) as usize];
                self.lab.set_mode(index, mode);
            }
            20 => self.backups[index] = self.lab.nodes[index].storage.clone(),
            21 if self.limits.loses_stores => self.roll_back(index),
            23 if self.draw(4) == 0 => self.gather(),
            22 if self.limits.loses_stores && self.draw(4) == 0 => self.clone_store(index),
            _ => {
                let ms = 1 + u64::from(self.draw(120));
                self.lab.run_ms(ms);
                self.check_confirmed()?;
            }
        }
        Ok(())
    }

    /// All meet at the hub, and one who has seen everything writes: now there is something to collect.
    fn gather(&mut self) {
        for index in 0..self.lab.nodes.len() {
            self.lab.restart(index);
            self.lab.link(index, 0);
        }
        self.lab.run_ms(400);
        self.write_once_more();
        let ms = 200 + u64::from(self.draw(500));
        self.lab.run_ms(ms);
    }

    /// Somebody who has seen everything writes every key.
    fn write_once_more(&mut self) {
        let index = self.node();
        self.edit(index);
        self.note(index);
    }

    fn edit(&mut self, index: usize) {
        let item = ITEMS[self.draw(3) as usize];
        let count = 1 + self.draw(9);
        let change = match self.draw(5) {
            0 | 1 => LineChange::Add(count),
            2 | 3 => LineChange::Set(count, Vec::new()),
            _ => LineChange::Remove(Vec::new()),
        };
        self.lab.edit(index, item, change);
    }

    fn note(&mut self, index: usize) {
        let key = Key::from(["note-1", "note-2"][self.draw(2) as usize]);
        let operation = match self.draw(3) {
            0 => Operation::Delete,
            _ => Operation::Put(replicascope::replication::delta::Value::Number(i64::from(self.draw(100)))),
        };
        self.lab.write(index, key, operation);
    }

    /// A write of a newer minor version.
    fn opaque(&mut self, index: usize) {
        self.tally.opaque += u64::from(self.lab.write_of_newer_version(index));
    }

    fn crash(&mut self, index: usize) {
        self.tally.crashes += u64::from(self.lab.is_up(index));
        self.lab.crash(index);
    }

    /// The store goes back to an older backup. What no other store holds is destroyed with it.
    fn roll_back(&mut self, index: usize) {
        self.crash(index);
        self.tally.rollbacks += 1;
        let lost = self.lab.nodes[index].storage.clone();
        self.lab.nodes[index].storage = self.backups[index].clone();
        self.list_destroyed(&lost);
        self.lab.restart(index);
    }

    /// Somebody copies a store and starts a second device from it.
    fn clone_store(&mut self, index: usize) {
        if self.lab.nodes.len() < 7 {
            self.tally.clones += 1;
            let options = self.lab.nodes[index].options.clone();
            let storage = self.lab.nodes[index].storage.clone();
            let clone = self.lab.add_from("clone", options, storage);
            self.backups.push(self.lab.nodes[clone].storage.clone());
        }
    }

    fn list_destroyed(&mut self, lost: &replicascope::offline::memory::MemoryStorage) {
        let held: BTreeSet<Dot> = self.lab.nodes.iter().flat_map(|node| dots(&node.storage)).collect();
        let gone: Vec<Dot> = dots(lost).into_iter().filter(|dot| !held.contains(dot)).collect();
        self.tally.destroyed += gone.len() as u64;
        self.destroyed.extend(gone);
    }

    /// Rule R8: what a device calls confirmed is in the store of the hub.
    fn check_confirmed(&mut self) -> Result<(), String> {
        if self.tally.rollbacks + self.tally.clones > 0 && self.limits.loses_stores {
            // After a hub's store went back, a device learns of it with the next greeting only.
            return Ok(());
        }
        let hubs = (0..self.lab.nodes.len()).filter(|index| self.is_hub(*index));
        let held: BTreeSet<Dot> = hubs.flat_map(|hub| dots(&self.lab.nodes[hub].storage)).collect();
        for index in 1..self.lab.nodes.len() {
            if !self.lab.is_up(index) || self.is_hub(index) {
                continue;
            }
            let view = self.lab.view(index);
            let own = self.lab.leader(index).node().own_writes();
            let confirmed = own.into_iter().filter(|dot| !view.pending.contains(dot) && self.lab.acknowledged.contains_key(dot));
            for dot in confirmed {
                self.tally.confirmed += 1;
                if !held.contains(&dot) {
                    return Err(format!("{} calls {dot} confirmed, and the hub does not hold it", self.lab.nodes[index].name));
                }
            }
        }
        Ok(())
    }

    fn join(&mut self) {
        for index in 0..self.lab.nodes.len() {
            self.lab.restart(index);
            for other in 0..index {
                self.lab.link(index, other);
            }
        }
    }

    fn settle(&mut self) -> Result<(), String> {
        let mut problem = Ok(());
        for _ in 0..60 {
            self.lab.run_ms(200);
            problem = self.lab.settled().and_then(|()| self.nothing_pending());
            if problem.is_ok() || matches!(&problem, Err(text) if text.contains("alarm")) {
                break;
            }
        }
        problem
    }

    fn judge(&mut self) -> Result<(), String> {
        self.tally.acknowledged += self.lab.acknowledged.len() as u64;
        if self.lab.unnamed_count > 0 {
            return Err(format!("{} acknowledged deletions have no name and are nowhere", self.lab.unnamed_count));
        }
        for (_, note) in &self.lab.notes {
            match note {
                Note::Conflict { .. } => self.tally.conflicts += 1,
                Note::Amnesia(_) => self.tally.amnesias += 1,
                Note::Exchange(_, replicascope::replication::note::ExchangeNote::Hole) => self.tally.holes += 1,
                _ => {}
            }
        }
        self.judge_kept()
    }

    /// What is held at the end says all that there is to say of what was ever written.
    fn judge_kept(&mut self) -> Result<(), String> {
        for index in 0..self.lab.nodes.len() {
            self.accounted_for(index)?;
            self.replay(index)?;
        }
        if self.limits.loses_stores { Ok(()) } else { self.decided_as_from_all() }
    }

    fn count_collected(&mut self) {
        let collected_count = self.lab.leader(0).node().deltas().collected_count();
        self.tally.collected += collected_count;
        self.tally.collections += u64::from(collected_count > 0);
    }

    /// What is held is decided, in every mode but the home's, as everything that was ever written would be.
    fn decided_as_from_all(&mut self) -> Result<(), String> {
        (0..self.lab.nodes.len()).for_each(|index| self.lab.record_all(index));
        let mut all: BTreeMap<Key, Vec<Arc<Delta>>> = BTreeMap::new();
        for delta in self.lab.ever.values() {
            all.entry(delta.key.clone()).or_default().push(delta.clone());
        }
        let store = self.lab.leader(0).node().deltas();
        for (key, deltas) in all {
            let held = store.key(&key).map(|log| writes(&log.deltas)).unwrap_or_default();
            for mode in Mode::ALL.into_iter().filter(|mode| *mode != Mode::Home) {
                let (from_all, from_held) = (modes::decide(mode, &writes(&deltas)), modes::decide(mode, &held));
                if (&from_all.content, &from_all.conflicts) != (&from_held.content, &from_held.conflicts) {
                    return Err(format!(
                        "{key} under {mode:?} is decided to {:?} from all and {:?} from what is kept",
                        (from_all.content, from_all.conflicts),
                        (from_held.content, from_held.conflicts)
                    ));
                }
            }
        }
        Ok(())
    }

    fn accounted_for(&mut self, index: usize) -> Result<(), String> {
        let view = self.lab.view(index);
        for (dot, key) in &self.lab.acknowledged {
            if self.destroyed.contains(dot) {
                continue;
            }
            match view.records.get(key).and_then(|record| record.fates.get(dot)) {
                None if self.is_replaced(index, *dot, key) => {}
                None => return Err(format!("{}: {dot} in {key} is lost", self.lab.nodes[index].name)),
                Some(Fate::Discarded { .. }) => self.tally.rejected += 1,
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Whether a write was collected and something that is held had seen it.
    fn is_replaced(&self, index: usize, dot: Dot, key: &Key) -> bool {
        let store = self.lab.leader(index).node().deltas();
        let has_seen = |log: &KeyLog| log.deltas.iter().any(|delta| delta.context.covers(dot));
        store.is_collected(dot) && store.key(key).is_some_and(has_seen)
    }

    /// The add-wins map that is kept up to date equals the fold of all operations in causal order.
    fn replay(&self, index: usize) -> Result<(), String> {
        let Some(log) = self.lab.leader(index).node().deltas().key(&cart_key()) else { return Ok(()) };
        let kept: BTreeMap<Item, u32> = log.quantities().map(|(item, quantity)| (item.clone(), quantity)).collect();
        let writes: Vec<_> = log.deltas.iter().filter(|delta| delta.item().is_some()).cloned().collect();
        let folded: BTreeMap<Item, u32> = match modes::decide(Mode::AddWins, &writes).content {
            Content::Cart(lines) => lines.into_iter().map(|(item, line)| (item, line.quantity)).collect(),
            _ => BTreeMap::new(),
        };
        if kept == folded { Ok(()) } else { Err(format!("{kept:?} is kept and {folded:?} follows from the writes")) }
    }

    fn nothing_pending(&self) -> Result<(), String> {
        for (index, node) in self.lab.nodes.iter().enumerate() {
            let pending = self.lab.view(index).pending;
            if !pending.is_empty() {
                return Err(format!("{} still waits for {} confirmations", node.name, pending.len()));
            }
        }
        Ok(())
    }
}

/// The stores that a hub waits for, as far as that is durable.
fn awaited_count(storage: &replicascope::offline::memory::MemoryStorage) -> usize {
    rows::durable(storage.rows()).expect("the store is sound").stores.get().map_or(0, Vec::len)
}

/// The writes that a store knows: those that it holds, and those that it has collected.
fn dots(storage: &replicascope::offline::memory::MemoryStorage) -> BTreeSet<Dot> {
    let durable = rows::durable(storage.rows()).expect("the store is sound");
    let base = durable.base.get().cloned().flatten().as_deref().cloned().unwrap_or_default();
    let settled = base.ends().flat_map(|(replica, end)| (1..=end.counter).map(move |counter| Dot { replica, counter }));
    durable.entries.iter().map(|entry| entry.payload.dot).chain(settled).collect()
}

/// Without the key's own mode and without what is not understood.
fn writes(deltas: &[Arc<Delta>]) -> Vec<Arc<Delta>> {
    let is_write = |delta: &&Arc<Delta>| matches!(delta.operation, Operation::Put(_) | Operation::Delete | Operation::Cart(..));
    deltas.iter().filter(is_write).cloned().collect()
}
