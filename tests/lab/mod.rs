//! A laboratory: local leaders with stores in memory, channels that carry real frames, and everything that can go wrong
//! with both, all drawn from one seed.

#![allow(dead_code, reason = "not every test binary needs everything")]

pub(crate) mod schedule;

use replicascope::offline::leader::{Act, Kind, LocalLeader, Now, Options, PeerId};
use replicascope::offline::memory::MemoryStorage;
use replicascope::offline::storage::{Commit, Row, Step};
use replicascope::replication::causality::Dot;
use replicascope::replication::delta::{Author, Delta, Item, Key, LineChange, Mode, Opaque, Operation};
use replicascope::replication::ids::RequestId;
use replicascope::replication::note::Note;
use replicascope::replication::protocol::Reply;
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::time::{LocalTime, SimDuration, SimTime};
use replicascope::replication::view::{Content, Fate, ReplicaView};
use replicascope::replication::wire;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One device or hub.
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) options: Options,
    pub(crate) leader: Option<LocalLeader>,
    pub(crate) storage: MemoryStorage,
    pub(crate) skew_ms: i64,
    under_way: Option<(u64, Commit)>,
    asked: BTreeMap<RequestId, Intent>,
    start_count: u64,
}

/// What a person asked for.
#[derive(Clone, Debug)]
struct Intent {
    key: Key,
}

/// A channel between two nodes.
struct Channel {
    ends: [(usize, PeerId); 2],
    /// In the order of sending: due, which end it goes to, bytes.
    flying: Vec<(u64, usize, Vec<u8>)>,
    is_stream: bool,
}

/// All of it.
pub(crate) struct Lab {
    pub(crate) nodes: Vec<Node>,
    channels: Vec<Channel>,
    pub(crate) rng: Rng,
    now_ms: u64,
    seed: u64,
    /// Whether new channels are datagrams that lose, double and reorder.
    pub(crate) is_datagram: bool,
    /// Every write that was acknowledged, by its dot.
    pub(crate) acknowledged: BTreeMap<Dot, Key>,
    /// A frame of an honest peer was refused.
    pub(crate) problem: Option<String>,
    /// Writes that were acknowledged without a name.
    pub(crate) unnamed_count: u32,
    /// Every delta that was ever seen in a store, whatever became of it.
    pub(crate) ever: BTreeMap<Dot, Arc<Delta>>,
    /// What nodes told.
    pub(crate) notes: Vec<(usize, Note)>,
}

pub(crate) fn cart_key() -> Key {
    Key::from("cart")
}

impl Lab {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            nodes: Vec::new(),
            channels: Vec::new(),
            rng: Rng::stream(seed, Purpose::Schedule, 7),
            now_ms: 1_000,
            seed,
            is_datagram: false,
            acknowledged: BTreeMap::new(),
            problem: None,
            unnamed_count: 0,
            ever: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: &str, kind: Kind) -> usize {
        let mut options = Options::new(kind);
        options.handshake_every = SimDuration::from_ms(300);
        self.add_with(name, options)
    }

    pub(crate) fn add_with(&mut self, name: &str, options: Options) -> usize {
        self.add_from(name, options, MemoryStorage::default())
    }

    pub(crate) fn add_from(&mut self, name: &str, options: Options, storage: MemoryStorage) -> usize {
        self.nodes.push(Node {
            name: name.to_owned(),
            options,
            leader: None,
            storage,
            skew_ms: 0,
            under_way: None,
            asked: BTreeMap::new(),
            start_count: 0,
        });
        let index = self.nodes.len() - 1;
        self.restart(index);
        index
    }

    fn now(&self, index: usize) -> Now {
        const MORNING_MS: i64 = 1_700_000_000_000;
        let wall_ms = MORNING_MS + self.now_ms as i64 + self.nodes[index].skew_ms;
        Now { steady: SimTime::from_ms(self.now_ms), wall: LocalTime(wall_ms * 1_000_000) }
    }

    pub(crate) fn leader(&self, index: usize) -> &LocalLeader {
        self.nodes[index].leader.as_ref().expect("it runs")
    }

    pub(crate) fn is_up(&self, index: usize) -> bool {
        self.nodes[index].leader.is_some()
    }

    /// The process dies: everything that the store had not completed is gone.
    pub(crate) fn crash(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        (node.leader, node.under_way) = (None, None);
        node.asked.clear();
        self.close(|ends| ends.iter().any(|(end, _)| *end == index));
    }

    pub(crate) fn restart(&mut self, index: usize) {
        if self.is_up(index) {
            return;
        }
        let now = self.now(index);
        let node = &mut self.nodes[index];
        node.start_count += 1;
        let entropy = self.seed.wrapping_mul(0x9e37_79b9) ^ (index as u64) << 32 ^ node.start_count << 16;
        node.leader = Some(LocalLeader::open(&node.options, node.storage.rows(), now, entropy).unwrap());
        // A write may be durable though nobody was told.
        self.record_all(index);
        self.drain(index);
    }

    pub(crate) fn record_all(&mut self, index: usize) {
        for delta in self.deltas(index) {
            self.ever.insert(delta.dot, delta);
        }
    }

    pub(crate) fn link(&mut self, a: usize, b: usize) {
        if self.is_linked(a, b) || !self.is_up(a) || !self.is_up(b) {
            return;
        }
        let mut end = |index: usize| {
            let now = self.now(index);
            (index, self.nodes[index].leader.as_mut().unwrap().connect(now).unwrap())
        };
        let ends = [end(a), end(b)];
        self.channels.push(Channel { ends, flying: Vec::new(), is_stream: !self.is_datagram });
        self.drain(a);
        self.drain(b);
    }

    pub(crate) fn is_linked(&self, a: usize, b: usize) -> bool {
        self.channels.iter().any(|channel| [a, b].iter().all(|one| channel.ends.iter().any(|(end, _)| end == one)))
    }

    pub(crate) fn unlink(&mut self, a: usize, b: usize) {
        self.close(|ends| [a, b].iter().all(|one| ends.iter().any(|(end, _)| end == one)));
    }

    fn close(&mut self, is_meant: impl Fn(&[(usize, PeerId); 2]) -> bool) {
        let (gone, kept): (Vec<Channel>, Vec<Channel>) =
            std::mem::take(&mut self.channels).into_iter().partition(|one| is_meant(&one.ends));
        self.channels = kept;
        for (index, peer) in gone.iter().flat_map(|channel| channel.ends) {
            let now = self.now(index);
            if let Some(leader) = &mut self.nodes[index].leader {
                leader.disconnect(now, peer);
                self.drain(index);
            }
        }
    }

    /// Everything on its way is lost, and both ends know it: a cut in the middle of whatever went on.
    pub(crate) fn reset(&mut self, a: usize, b: usize) {
        if self.is_linked(a, b) {
            self.unlink(a, b);
            self.link(a, b);
        }
    }

    pub(crate) fn edit(&mut self, index: usize, item: &str, change: LineChange) {
        self.write(index, cart_key(), Operation::Cart(Item::from(item), change));
    }

    pub(crate) fn set_mode(&mut self, index: usize, mode: Mode) {
        self.write(index, cart_key(), Operation::SetMode(mode));
    }

    pub(crate) fn write(&mut self, index: usize, key: Key, operation: Operation) {
        let now = self.now(index);
        let node = &mut self.nodes[index];
        let author = Author::from(node.name.as_str());
        let Some(leader) = &mut node.leader else { return };
        let context = leader.context(&key);
        let request = leader.write(now, key.clone(), operation, context, author);
        node.asked.insert(request, Intent { key });
        self.drain(index);
    }

    /// A peer of a newer minor version writes what this version does not know.
    pub(crate) fn write_of_newer_version(&mut self, index: usize) -> bool {
        let tag = 17 + (self.rng.below(3) as u8);
        let opaque = Opaque { tag, bytes: vec![tag, 1, 2].into() };
        let is_up = self.is_up(index);
        self.write(index, Key::from("note-1"), Operation::Opaque(opaque));
        is_up
    }

    /// What a node's store holds of a write is changed behind its back.
    pub(crate) fn corrupt(&mut self, index: usize, dot: Dot, operation: Operation) {
        let deltas = self.deltas(index);
        let sound = deltas.iter().find(|delta| delta.dot == dot).expect("it holds the write");
        let altered = Arc::new(Delta { operation, ..Delta::clone(sound) });
        let (sound, altered) = (wire::encode_delta(sound), wire::encode_delta(&altered));
        assert_eq!(sound.len(), altered.len(), "the row must keep its length");
        let row = |row: &Row| row.value.windows(sound.len()).position(|window| window == sound).map(|at| (row.clone(), at));
        let (mut row, at) = self.nodes[index].storage.rows().iter().find_map(row).expect("a row holds it");
        row.value[at..at + altered.len()].copy_from_slice(&altered);
        self.nodes[index].storage.apply(&Commit(vec![Step::Put(row)]));
    }

    /// Takes what a node wants done.
    fn drain(&mut self, index: usize) {
        loop {
            let Some(act) = self.nodes[index].leader.as_mut().and_then(LocalLeader::poll) else { return };
            match act {
                Act::Commit(commit) => {
                    let takes_ms = 1 + u64::from(self.rng.below(8));
                    self.nodes[index].under_way = Some((self.now_ms + takes_ms, commit));
                }
                Act::Send(peer, bytes) => self.send(index, peer, bytes),
                Act::Answer(request, reply) => self.on_answer(index, request, &reply),
                Act::Tell(note) => self.notes.push((index, note)),
            }
        }
    }

    fn on_answer(&mut self, index: usize, request: RequestId, reply: &Reply) {
        let asked = self.nodes[index].asked.remove(&request);
        match (reply, asked) {
            (Reply::Written { dot: Some(dot), .. }, Some(intent)) => {
                let written = self.leader(index).node().deltas().get(*dot).cloned();
                self.ever.extend(written.map(|delta| (*dot, delta)));
                self.acknowledged.insert(*dot, intent.key);
            }
            (Reply::Written { dot: None, .. }, Some(_)) => self.unnamed_count += 1,
            _ => {}
        }
    }

    fn send(&mut self, index: usize, peer: PeerId, bytes: Vec<u8>) {
        let Some(at) = self.channels.iter().position(|channel| channel.ends.contains(&(index, peer))) else { return };
        let to = if self.channels[at].ends[0] == (index, peer) { 1 } else { 0 };
        let due = self.now_ms + 1 + u64::from(self.rng.below(30));
        if self.channels[at].is_stream {
            let last = self.channels[at].flying.iter().filter(|(_, end, _)| *end == to).map(|(due, ..)| *due).max();
            self.channels[at].flying.push((due.max(last.unwrap_or(0)), to, bytes));
            return;
        }
        if self.rng.below(10) == 0 {
            return;
        }
        if self.rng.below(10) == 0 {
            let again = due + u64::from(self.rng.below(200));
            self.channels[at].flying.push((again, to, bytes.clone()));
        }
        self.channels[at].flying.push((due, to, bytes));
    }

    /// Lets time pass.
    pub(crate) fn run_ms(&mut self, ms: u64) {
        for _ in 0..ms {
            self.now_ms += 1;
            for index in 0..self.nodes.len() {
                self.complete_commit(index);
                let now = self.now(index);
                if let Some(leader) = &mut self.nodes[index].leader
                    && leader.next_wake().is_some_and(|at| at <= now.steady)
                {
                    leader.tick(now);
                    self.drain(index);
                }
            }
            self.deliver();
        }
    }

    fn complete_commit(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        if node.under_way.as_ref().is_none_or(|(due, _)| *due > self.now_ms) {
            return;
        }
        if let (Some((_, commit)), Some(leader)) = (node.under_way.take(), &mut node.leader) {
            node.storage.apply(&commit);
            leader.committed();
            self.drain(index);
        }
    }

    fn deliver(&mut self) {
        let mut at = 0;
        while at < self.channels.len() {
            let now_ms = self.now_ms;
            let next = self.channels[at].flying.iter().position(|(due, ..)| *due <= now_ms);
            let Some(next) = next else {
                at += 1;
                continue;
            };
            let (_, end, bytes) = self.channels[at].flying.remove(next);
            let (index, peer) = self.channels[at].ends[end];
            let now = self.now(index);
            if let Some(leader) = &mut self.nodes[index].leader {
                if let Err(problem) = leader.receive(now, peer, &bytes) {
                    self.problem = Some(format!("a frame was refused: {problem}"));
                }
                self.drain(index);
            }
        }
    }

    pub(crate) fn view(&self, index: usize) -> ReplicaView {
        self.leader(index).view()
    }

    /// The decided cart.
    pub(crate) fn cart(&self, index: usize) -> Vec<(String, u32)> {
        let view = self.view(index);
        match view.records.get(&cart_key()).map(|record| &record.content) {
            Some(Content::Cart(lines)) => lines.iter().map(|(item, line)| (item.to_string(), line.quantity)).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn fates(&self, index: usize) -> Vec<Fate> {
        self.view(index).records.get(&cart_key()).map(|record| record.fates.values().copied().collect()).unwrap_or_default()
    }

    pub(crate) fn acknowledged_count(&self) -> usize {
        self.acknowledged.len()
    }

    /// The deltas that a node holds.
    pub(crate) fn deltas(&self, index: usize) -> Vec<Arc<Delta>> {
        self.leader(index).node().deltas().arrived_from(0).to_vec()
    }

    /// Whether all nodes hold the same, quietly.
    pub(crate) fn settled(&self) -> Result<(), String> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        let kept = |index: usize| (self.leader(index).node().deltas().retired(), self.deltas(index).len());
        if let Some(index) = (1..self.nodes.len()).find(|index| kept(*index) != kept(0)) {
            return Err(format!("{} has collected other writes than {}", self.nodes[index].name, self.nodes[0].name));
        }
        let views: Vec<ReplicaView> = (0..self.nodes.len()).map(|index| self.view(index)).collect();
        for (index, view) in views.iter().enumerate() {
            let name = &self.nodes[index].name;
            if let Some(alarm) = view.alarm {
                let held: Vec<String> = views.iter().map(|view| format!("{} {:x} {:?}", view.vector, view.hash, content(view))).collect();
                return Err(format!("{name}: alarm {alarm:?}, {:?}\n{}", view.facts, held.join("\n")));
            }
            if view.vector != views[0].vector {
                return Err(format!("{name} knows {} and {} knows {}", view.vector, self.nodes[0].name, views[0].vector));
            }
            if view.hash != views[0].hash {
                return Err(format!("{name} has another hash"));
            }
            if content(view) != content(&views[0]) {
                return Err(format!("{name} decides otherwise: {:?} and {:?}", content(view), content(&views[0])));
            }
        }
        Ok(())
    }
}

/// Records without what differs by replica.
fn content(view: &ReplicaView) -> BTreeMap<Key, String> {
    let plain = |content: &Content| match content {
        Content::Cart(lines) => format!("{:?}", lines.iter().map(|(item, line)| (item, line.quantity, line.is_open)).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    };
    view.records.iter().map(|(key, record)| (key.clone(), format!("{} {:?}", plain(&record.content), record.fates))).collect()
}
