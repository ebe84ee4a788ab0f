//! The add-wins map of this project: two local leaders, a device and a hub, with everything but a network and a disk.

use crate::workload::{Cart, Edit, edits};
use replicascope::offline::leader::{Act, Kind, LocalLeader, Now, Options, PeerId};
use replicascope::offline::storage::Commit;
use replicascope::replication::delta::{Author, Item, Key, LineChange, Operation};
use replicascope::replication::protocol::{Freshness, Reply, Request};
use replicascope::replication::time::{LocalTime, SimTime};
use std::collections::VecDeque;

/// A leader and what it asked to be done.
pub struct Replica {
    leader: LocalLeader,
    now_ms: u64,
    peer: Option<PeerId>,
    /// The store: what was committed, as it came.
    commits: Vec<Commit>,
    sent: VecDeque<Vec<u8>>,
    sent_bytes: usize,
    accepted_count: usize,
}

/// Wall clocks start here.
const START_MS: u64 = 1_700_000_000_000;

const fn now(ms: u64) -> Now {
    Now { steady: SimTime(ms * 1_000_000), wall: LocalTime((START_MS + ms) as i64 * 1_000_000) }
}

impl Replica {
    /// A new one.
    #[must_use]
    pub fn new(kind: Kind, entropy: u64) -> Self {
        let options = Options { explains: false, ..Options::new(kind) };
        let leader = LocalLeader::open(&options, Vec::new(), now(0), entropy).expect("an empty store");
        let mut replica = Self { leader, now_ms: 0, peer: None, commits: Vec::new(), sent: VecDeque::new(), sent_bytes: 0, accepted_count: 0 };
        replica.act();
        replica
    }

    /// Does what the leader asks; commits are durable at once.
    fn act(&mut self) {
        while let Some(act) = self.leader.poll() {
            match act {
                Act::Commit(commit) => {
                    self.commits.push(commit);
                    self.leader.committed();
                }
                Act::Send(_, frame) => {
                    self.sent_bytes += frame.len();
                    self.sent.push_back(frame);
                }
                Act::Answer(_, Reply::Written { .. }) => self.accepted_count += 1,
                Act::Answer(..) | Act::Tell(_) => {}
            }
        }
    }

    /// Makes all edits, one after the other.
    pub fn edit_all(&mut self, edits: &[Edit]) {
        let (key, author) = (Key::from("cart"), Author::from("somebody"));
        for edit in edits {
            self.now_ms += u64::from(edit.pause_ms);
            let change = edit.quantity.map_or_else(|| LineChange::Remove(Vec::new()), |quantity| LineChange::Set(quantity, Vec::new()));
            let operation = Operation::Cart(Item::from(edit.item.as_str()), change);
            let context = self.leader.context(&key);
            self.leader.write(now(self.now_ms), key.clone(), operation, context, author.clone());
            self.act();
        }
    }

    fn connect(&mut self) {
        self.peer = Some(self.leader.connect(now(self.now_ms)).expect("there is room"));
        self.act();
    }

    /// Whether there was anything to receive.
    fn receive_from(&mut self, other: &mut Self) -> bool {
        let Some(frame) = other.sent.pop_front() else { return false };
        let peer = self.peer.expect("connected");
        self.leader.receive(now(self.now_ms), peer, &frame).expect("a frame of our own");
        self.act();
        true
    }

    /// The cart as it is read.
    #[must_use]
    pub fn cart(&self) -> Cart {
        let log = self.leader.node().deltas().key(&Key::from("cart"));
        log.into_iter().flat_map(|log| log.quantities()).map(|(item, quantity)| (item.to_string(), quantity)).collect()
    }

    /// Lines and sum of quantities: a read of the whole cart.
    fn read(&self) -> (usize, u64) {
        let log = self.leader.node().deltas().key(&Key::from("cart"));
        log.into_iter().flat_map(|log| log.quantities()).fold((0, 0), |(lines, sum), (_, quantity)| (lines + 1, sum + u64::from(quantity)))
    }

    /// Bytes of all rows written so far.
    #[must_use]
    pub fn stored_bytes(&self) -> usize {
        use replicascope::offline::storage::Step;
        let size = |step: &Step| if let Step::Put(row) = step { row.value.len() } else { 0 };
        self.commits.iter().flat_map(|commit| &commit.0).map(size).sum()
    }
}

/// Two replicas.
pub struct Pair {
    device: Replica,
    hub: Replica,
}

impl Pair {
    /// Both after their edits, never connected so far.
    #[must_use]
    pub fn apart(seed: u64) -> Self {
        let (mut device, mut hub) = (Replica::new(Kind::Device, 2 * seed), Replica::new(Kind::Hub, 2 * seed + 1));
        device.edit_all(&edits(seed, 0));
        hub.edit_all(&edits(seed, 1));
        let now_ms = device.now_ms.max(hub.now_ms);
        (device.now_ms, hub.now_ms) = (now_ms, now_ms);
        Self { device, hub }
    }

    /// Connects them and lets them talk until both fall silent. Returns what a read of each finds.
    pub fn sync(&mut self) -> [(usize, u64); 2] {
        self.device.connect();
        self.hub.connect();
        loop {
            let heard = self.hub.receive_from(&mut self.device);
            if !self.device.receive_from(&mut self.hub) && !heard {
                break;
            }
        }
        [self.device.read(), self.hub.read()]
    }

    /// The cart, which must be the same at both.
    ///
    /// # Panics
    /// It is not, or something is missing.
    #[must_use]
    pub fn cart(&self) -> Cart {
        let (device, hub) = (&self.device.leader.node().deltas(), &self.hub.leader.node().deltas());
        assert_eq!(device.vector(), hub.vector(), "both know the same");
        assert_eq!(device.sum(), hub.sum(), "both hold the same");
        assert_eq!(device.len(), self.device.accepted_count + self.hub.accepted_count, "nothing is missing");
        assert_eq!(self.device.cart(), self.hub.cart(), "both read the same");
        assert!(self.device.leader.view().pending.is_empty(), "all is confirmed");
        self.device.cart()
    }

    /// Bytes of all frames so far.
    #[must_use]
    pub const fn sent_bytes(&self) -> usize {
        self.device.sent_bytes + self.hub.sent_bytes
    }

    /// Bytes of all rows so far.
    #[must_use]
    pub fn stored_bytes(&self) -> usize {
        self.device.stored_bytes() + self.hub.stored_bytes()
    }
}

/// What a request costs the node alone: a write with nothing stored and nothing sent.
pub fn edit_all_in_node(edits: &[Edit]) -> usize {
    let mut replica = Replica::new(Kind::Device, 1);
    replica.edit_all(edits);
    let _ = Request::Read { key: Key::from("cart"), freshness: Freshness::Any };
    replica.accepted_count
}
