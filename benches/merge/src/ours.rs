//! The add-wins map of this project: two local leaders, a device and a hub, with everything but a network and a disk.

use crate::workload::{Cart, Edit, edits};
use replicascope::limits;
use replicascope::offline::leader::{Act, Kind, LocalLeader, Now, Options, PeerId};
use replicascope::offline::storage::{Commit, Step};
use replicascope::replication::delta::{Author, Item, Key, LineChange, Mode, Operation};
use replicascope::replication::ids::{NodeId, RequestId, SiteId};
use replicascope::replication::protocol::{Cluster, Effect, Env, Member, Outbox, Protocol, Reply, Request};
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::rules::Rules;
use replicascope::replication::strategies::multi_leader_sync::{Config, Durable, MultiLeaderSync, OpenWorld};
use replicascope::replication::time::{LocalTime, SimDuration, SimTime};
use std::collections::VecDeque;
use std::sync::Arc;

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

impl Edit {
    fn operation(&self) -> Operation {
        let change = self.quantity.map_or_else(|| LineChange::Remove(Vec::new()), |quantity| LineChange::Set(quantity, Vec::new()));
        Operation::Cart(Item::from(self.item.as_str()), change)
    }
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
        let mut replica =
            Self { leader, now_ms: 0, peer: None, commits: Vec::new(), sent: VecDeque::new(), sent_bytes: 0, accepted_count: 0 };
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
            let context = self.leader.context(&key);
            self.leader.write(now(self.now_ms), key.clone(), edit.operation(), context, author.clone());
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

/// All edits at a leader that stores them, with nobody to send them to. Returns how many it accepted.
#[must_use]
pub fn edit_all_stored(edits: &[Edit]) -> usize {
    let mut replica = Replica::new(Kind::Device, 1);
    replica.edit_all(edits);
    replica.accepted_count
}

/// The same at the node alone: records and answers are made, and dropped.
#[must_use]
pub fn edit_all_in_node(edits: &[Edit]) -> usize {
    let node_id = NodeId(0);
    let member = Member { node: node_id, site: SiteId(0), is_device: true, is_client: false, is_spare: false, leads_first: true };
    let cluster = Cluster { members: vec![member], exchanges: Vec::new() };
    let mut rng = Rng::stream(1, Purpose::Node, 0);
    let mut out: Outbox<MultiLeaderSync> = Outbox::new(false);
    let mut env = Env { now: SimTime(0), local_clock: now(0).wall, me: node_id, cluster: &cluster, rng: &mut rng };
    let mut node = MultiLeaderSync::on_start(&config(), &mut env, &Durable::default(), &mut out);
    let (key, author) = (Key::from("cart"), Author::from("somebody"));
    let (mut accepted_count, mut ms) = (0, 0);
    for (edit, request) in edits.iter().zip(1..) {
        ms += u64::from(edit.pause_ms);
        (env.now, env.local_clock) = (now(ms).steady, now(ms).wall);
        let context = node.context_of(&key);
        let asked = Request::Write { key: key.clone(), operation: edit.operation(), condition: None, context, author: author.clone() };
        node.on_request(&mut env, RequestId(request), asked, &mut out);
        let is_accepted = |effect: Effect<_>| matches!(effect, Effect::Reply(_, reply) if matches!(*reply, Reply::Written { .. }));
        accepted_count += out.drain().map(is_accepted).filter(|is_accepted| *is_accepted).count();
    }
    accepted_count
}

fn config() -> Arc<Config> {
    Arc::new(Config {
        mode: Mode::AddWins,
        home: None,
        cart: Vec::new(),
        handshake_every: SimDuration::from_ms(3_000),
        exchange_every: SimDuration::ZERO,
        heartbeat_every: SimDuration::from_ms(3_600_000),
        rules: Rules::default(),
        open: Some(OpenWorld { deltas_max: limits::MAX_LOCAL_DELTAS, key_deltas_max: limits::MAX_DELTAS, collects_from: limits::MIN_COLLECTED }),
    })
}
