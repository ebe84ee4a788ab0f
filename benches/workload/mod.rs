//! The reference workload, for the native bench and for the one in wasm: a leaderless register (strategy `leaderless`) with N = 3 and
//! W = R = 2, ten clients in a closed loop, each message with its own exponential delay of 1 ms. Once through the real
//! engine and strategy, once as a bare binary-heap loop that does the same by hand.

use replicascope::replication::delta::Mode;
use replicascope::replication::ids::SiteId;
use replicascope::replication::random::{Purpose, Rng};
use replicascope::replication::setting::Dials;
use replicascope::replication::strategies::leaderless::{self, Leaderless};
use replicascope::simulation::dials;
use replicascope::simulation::engine::Engine;
use replicascope::simulation::journal::Trace;
use replicascope::simulation::setup::{Latency, Link, ReadRule, Session, Setup, Site, SiteKind, Wire, WireKind, Workload};
use replicascope::simulation::{Options, Simulation, registry};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

const CLIENT_COUNT: u16 = 10;
const REPLICA_COUNT: u16 = 3;
/// Mean of the 2nd of 3 sums of two exponentials of mean 1 ms.
pub(crate) const EXACT_LATENCY_MS: f64 = 1.824_07;
/// What the ring of the measured runs keeps; printed beside the memory that it costs.
pub(crate) const RING_ENTRIES: usize = 50_000;
/// What the history of the measured runs keeps.
pub(crate) const HISTORY_OPERATIONS: usize = 10_000;

/// The trace of this name.
pub(crate) fn trace_named(name: &str) -> Option<Trace> {
    [("ring", Trace::Ring), ("full", Trace::Full), ("off", Trace::Off)]
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, trace)| trace)
}

/// Runs so many events through the engine.
pub(crate) fn engine_run(trace: Trace, seed: u64, event_count: u64) -> Box<dyn Engine> {
    let options = Options { trace, journal_entries_max: RING_ENTRIES, history_operations_max: HISTORY_OPERATIONS };
    let mut engine = engine(seed, options);
    assert!((0..event_count).all(|_| engine.step()), "a closed loop never ends");
    engine
}

/// The engine of the strategy alone, as a library uses it; the page's engine of all strategies costs some more.
pub(crate) fn engine(seed: u64, options: Options) -> Box<dyn Engine> {
    let setup = setup();
    let config = registry::configure::<Leaderless>(&setup).expect("the setup is sound");
    Box::new(Simulation::<Leaderless>::new(&setup, seed, config, options))
}

/// Ten clients, each a site of its own, and one site of three replicas.
pub(crate) fn setup() -> Setup {
    let latency = Latency::Exponential { base_us: 0, mean_us: 1_000 };
    let wire = Wire { kind: WireKind::Datagram, latency, loss_per_million: 0, duplicate_per_million: 0 };
    let replicas = Site { name: "replicas".into(), kind: SiteKind::Datacenter, node_count: REPLICA_COUNT, spare_count: 0 };
    let client = |index: u16| Site { name: format!("client {index}").into(), kind: SiteKind::Client, node_count: 1, spare_count: 0 };
    let session = |index: u16| Session {
        author: format!("client {index}").as_str().into(),
        site: SiteId(index),
        access: None,
        workload: Workload::Alternate { key: "x".into() },
        reads: ReadRule::Home,
    };
    Setup {
        strategy: "leaderless".to_owned(),
        sites: std::iter::once(replicas).chain((1..=CLIENT_COUNT).map(client)).collect(),
        links: (1..=CLIENT_COUNT).map(|index| Link { a: SiteId(0), b: SiteId(index), wire, back: None }).collect(),
        inside: wire,
        sessions: (1..=CLIENT_COUNT).map(session).collect(),
        mode: Mode::LastWrite,
        cart: Vec::new(),
        dials: Dials::default().with(&dials::PERSIST, 0).with(&leaderless::REQUEST_TIMEOUT, 0).with(&leaderless::TELL_QUORUMS, 0),
    }
}

/// A message of the bare loop.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Bare {
    at: u64,
    sequence: u64,
    operation: u32,
    client: u16,
    replica: u16,
    is_reply: bool,
    is_write: bool,
    version: u64,
    value: u64,
}

impl Ord for Bare {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

impl PartialOrd for Bare {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A client of the bare loop.
#[derive(Clone, Copy, Default)]
struct BareClient {
    operation: u32,
    heard_count: u16,
    is_write: bool,
    newest: (u64, u64),
    started_at: u64,
}

struct BareLoop {
    rng: Rng,
    heap: BinaryHeap<Reverse<Bare>>,
    sequence: u64,
    clients: [BareClient; CLIENT_COUNT as usize],
    cells: [(u64, u64); REPLICA_COUNT as usize],
    latency_sum: u64,
    operation_count: u64,
}

impl BareLoop {
    fn send(&mut self, now: u64, mut message: Bare) {
        message.at = now + (-libm::log(self.rng.unit()) * 1e6) as u64;
        message.sequence = self.sequence;
        self.sequence += 1;
        self.heap.push(Reverse(message));
    }

    fn start(&mut self, now: u64, client: u16) {
        let state = &mut self.clients[client as usize];
        let is_write = !state.is_write;
        *state = BareClient { operation: state.operation + 1, heard_count: 0, is_write, newest: (0, 0), started_at: now };
        let (operation, version) = (state.operation, now << 6 | u64::from(client));
        for replica in 0..REPLICA_COUNT {
            let value = self.sequence;
            self.send(now, Bare { at: 0, sequence: 0, operation, client, replica, is_reply: false, is_write, version, value });
        }
    }

    fn deliver(&mut self, message: Bare) {
        if !message.is_reply {
            let cell = &mut self.cells[message.replica as usize];
            if message.is_write {
                *cell = (*cell).max((message.version, message.value));
            }
            let (version, value) = *cell;
            return self.send(message.at, Bare { is_reply: true, version, value, ..message });
        }
        let client = &mut self.clients[message.client as usize];
        if client.operation != message.operation {
            return;
        }
        client.heard_count += 1;
        client.newest = client.newest.max((message.version, message.value));
        if client.heard_count == 2 {
            self.latency_sum += message.at - client.started_at;
            self.operation_count += 1;
            self.start(message.at, message.client);
        }
    }
}

/// Runs so many events through the bare loop.
pub(crate) fn bare_run(seed: u64, event_count: u64) -> u64 {
    let mut bare = BareLoop {
        rng: Rng::stream(seed, Purpose::Latency, 0),
        heap: BinaryHeap::new(),
        sequence: 0,
        clients: [BareClient::default(); CLIENT_COUNT as usize],
        cells: [(0, 0); REPLICA_COUNT as usize],
        latency_sum: 0,
        operation_count: 0,
    };
    for client in 0..CLIENT_COUNT {
        bare.start(0, client);
    }
    let mut delivered = 0;
    while delivered < event_count {
        let Some(Reverse(message)) = bare.heap.pop() else { break };
        bare.deliver(message);
        delivered += 1;
    }
    let mean_ms = bare.latency_sum as f64 / bare.operation_count as f64 / 1e6;
    assert!(event_count < 1_000_000 || (mean_ms / EXACT_LATENCY_MS - 1.0).abs() < 0.01, "the bare loop is wrong: {mean_ms} ms");
    delivered
}
