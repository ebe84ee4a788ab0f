//! A device: a local leader with its store in memory and a WebSocket, as a page has it. It does nothing between its turns.

use crate::process::{PAGE, SECRET, until};
use crate::raw::{self, Wire};
use replicascope::offline::leader::{Act, Kind, LocalLeader, Now, Options, PeerId};
use replicascope::offline::memory::MemoryStorage;
use replicascope::offline::storage::Row;
use replicascope::replication::causality::Dot;
use replicascope::replication::delta::{Author, Item, Key, LineChange, Operation, Value};
use replicascope::replication::ids::RequestId;
use replicascope::replication::protocol::Reply;
use replicascope::replication::time::{LocalTime, SimTime};
use replicascope::replication::view::{Content, ReplicaView};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Instant;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

/// Lines of one cart; then another one is begun.
const CART_LINES: usize = 40;

pub(crate) struct Device {
    name: &'static str,
    leader: LocalLeader,
    storage: MemoryStorage,
    started: Instant,
    socket: Option<(WebSocket<Box<dyn Wire>>, PeerId)>,
    asked: BTreeMap<RequestId, String>,
    written: BTreeMap<Dot, String>,
    count: usize,
}

pub(crate) fn now(started: Instant) -> Now {
    let elapsed = started.elapsed().as_nanos() as u64;
    Now { steady: SimTime(elapsed), wall: LocalTime(1_700_000_000_000_000_000 + elapsed as i64) }
}

/// What all carts of a replica hold.
pub(crate) fn items(view: &ReplicaView) -> BTreeMap<String, u32> {
    let lines = view.records.values().flat_map(|record| match &record.content {
        Content::Cart(lines) => lines.iter().map(|(item, line)| (item.to_string(), line.quantity)).collect(),
        _ => Vec::new(),
    });
    lines.collect()
}

impl Device {
    pub(crate) fn new(name: &'static str, entropy: u64) -> Self {
        Self::from_rows(name, entropy, Vec::new())
    }

    fn from_rows(name: &'static str, entropy: u64, rows: Vec<Row>) -> Self {
        let started = Instant::now();
        Self {
            name,
            leader: LocalLeader::open(&Options::new(Kind::Device), rows, now(started), entropy).unwrap(),
            storage: MemoryStorage::default(),
            started,
            socket: None,
            asked: BTreeMap::new(),
            written: BTreeMap::new(),
            count: 0,
        }
    }

    /// Connects as a page does; `false`: it did not come about.
    pub(crate) fn connect(&mut self, address: SocketAddr) -> bool {
        match raw::open(address, Some(PAGE)) {
            Ok(socket) => self.use_socket(socket),
            Err(_) => false,
        }
    }

    /// Shows the secret, and the greeting right behind it.
    pub(crate) fn use_socket(&mut self, mut socket: WebSocket<Box<dyn Wire>>) -> bool {
        socket.get_mut().set_blocking(false);
        let is_sent = accepted(socket.send(Message::text(SECRET)));
        let peer = self.leader.connect(now(self.started)).unwrap();
        self.socket = Some((socket, peer));
        is_sent
    }

    pub(crate) fn disconnect(&mut self) {
        if let Some((_, peer)) = self.socket.take() {
            self.leader.disconnect(now(self.started), peer);
        }
    }

    pub(crate) const fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    pub(crate) fn add(&mut self) -> String {
        let item = format!("{} {}", self.name, self.count);
        let cart = format!("cart {}", self.count / CART_LINES);
        self.write(&cart, Operation::Cart(Item::from(item.as_str()), LineChange::Add(1)), item.clone());
        item
    }

    /// A key of its own, with as long a text as there may be.
    pub(crate) fn add_note(&mut self) {
        let name = format!("{} {}", self.name, self.count);
        self.write(&name, Operation::Put(Value::Text("long ".repeat(200).into())), name.clone());
    }

    /// One note, again and again.
    pub(crate) fn rewrite_note(&mut self) {
        let name = format!("{} {}", self.name, self.count);
        self.write("note", Operation::Put(Value::Number(self.count as i64)), name);
    }

    fn write(&mut self, key: &str, operation: Operation, name: String) {
        self.count += 1;
        let key = Key::from(key);
        let context = self.leader.context(&key);
        let request = self.leader.write(now(self.started), key, operation, context, Author::from(self.name));
        self.asked.insert(request, name);
    }

    /// Everything that can be done without waiting.
    pub(crate) fn turn(&mut self) {
        self.leader.tick(now(self.started));
        self.read();
        while let Some(act) = self.leader.poll() {
            self.act(act);
        }
        if let Some((socket, _)) = &mut self.socket
            && !accepted(socket.flush())
        {
            self.disconnect();
        }
    }

    fn read(&mut self) {
        while let Some((socket, peer)) = &mut self.socket {
            match socket.read() {
                Ok(Message::Binary(frame)) => self.leader.receive(now(self.started), *peer, &frame).unwrap(),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => return self.disconnect(),
            }
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Commit(commit) => {
                self.storage.apply(&commit);
                self.leader.committed();
            }
            Act::Send(peer, frame) => {
                if let Some((socket, own)) = &mut self.socket
                    && *own == peer
                    && !accepted(socket.send(Message::binary(frame)))
                {
                    self.disconnect();
                }
            }
            Act::Answer(request, Reply::Written { dot: Some(dot), .. }) => {
                drop(self.written.insert(dot, self.asked.remove(&request).unwrap()))
            }
            Act::Answer(_, reply) => panic!("{reply:?}"),
            Act::Tell(_) => {}
        }
    }

    pub(crate) fn view(&self) -> ReplicaView {
        self.leader.view()
    }

    pub(crate) fn items(&self) -> BTreeMap<String, u32> {
        items(&self.view())
    }

    pub(crate) fn pending_count(&self) -> usize {
        self.view().pending.len()
    }

    /// What the peer has acknowledged.
    pub(crate) fn confirmed(&self) -> BTreeSet<String> {
        let pending: BTreeSet<Dot> = self.view().pending.into_iter().collect();
        self.written.iter().filter(|(dot, _)| !pending.contains(dot)).map(|(_, item)| item.clone()).collect()
    }
}

/// What would block is kept, and sent later.
fn accepted(result: Result<(), Error>) -> bool {
    match result {
        Err(Error::Io(error)) => error.kind() == std::io::ErrorKind::WouldBlock,
        result => result.is_ok(),
    }
}

/// Lets all of them work until it holds.
pub(crate) fn run(devices: &mut [&mut Device], what: &str, holds: impl Fn(&[&mut Device]) -> bool) {
    until(what, || {
        devices.iter_mut().for_each(|device| device.turn());
        holds(devices)
    });
}
