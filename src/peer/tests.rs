//! Rule R4 at the peer: what it has acknowledged is in its file at that very moment. A store that answers too early is found out.

use super::hub::{Clock, Event, Hub, Link};
use super::log::Log;
use super::queue::{Queued, queue};
use super::store::RedbStore;
use crate::offline::leader::{Act, Kind, LocalLeader, Options, PeerId};
use crate::offline::memory::MemoryStorage;
use crate::offline::storage::Storage as _;
use crate::replication::delta::{Author, Item, Key, LineChange, Operation};
use hyper::body::Bytes;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

const WRITE_COUNT: usize = 12;
const NUMBER: u64 = 1;

/// A device beside the hub in the same program, without a socket in between.
struct Device {
    leader: LocalLeader,
    storage: MemoryStorage,
    clock: Clock,
    peer: PeerId,
    hub: mpsc::Sender<Event>,
}

impl Device {
    fn open(hub: mpsc::Sender<Event>) -> Self {
        let clock = Clock::start();
        let mut leader = LocalLeader::open(&Options::new(Kind::Device), Vec::new(), clock.now(), 5).expect("an empty store is sound");
        let peer = leader.connect(clock.now()).expect("it has room");
        Self { leader, storage: MemoryStorage::default(), clock, peer, hub }
    }

    fn write(&mut self, item: &str) {
        let key = Key::from("cart");
        let (context, operation) = (self.leader.context(&key), Operation::Cart(Item::from(item), LineChange::Add(1)));
        self.leader.write(self.clock.now(), key, operation, context, Author::from("phone"));
    }

    async fn settle(&mut self) {
        while let Some(act) = self.leader.poll() {
            match act {
                Act::Commit(commit) => {
                    self.storage.apply(&commit);
                    self.leader.committed();
                }
                Act::Send(_, frame) => {
                    self.hub.send(Event::Frame(NUMBER, frame.into())).await.unwrap_or_else(|_| unreachable!("the hub lives"))
                }
                Act::Answer(..) | Act::Tell(_) => {}
            }
        }
    }

    fn receive(&mut self, frame: &Bytes) {
        self.leader.receive(self.clock.now(), self.peer, frame).expect("a hub sends what can be read");
    }

    /// Lets both work until the hub has acknowledged all that was written.
    async fn until_confirmed(&mut self, frames: &mut Queued) {
        self.settle().await;
        while !self.leader.view().pending.is_empty() {
            self.receive(&frames.pop().await.expect("the hub answers"));
            self.settle().await;
        }
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("replicascope-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is a place for it");
    folder
}

/// How many writes a file holds, as it would be found after a kill at this moment.
async fn held(file: &Path, copy: &Path) -> usize {
    std::fs::copy(file, copy).expect("there is room");
    let rows = RedbStore::open(copy).expect("it opens").load().await.expect("it is sound");
    let leader = LocalLeader::open(&Options::new(Kind::Hub), rows, Clock::start().now(), 99).expect("its rows are sound");
    leader.node().deltas().len()
}

/// After each write: how many were acknowledged, and how many the file held then.
fn acknowledged_and_held(name: &str, spoil: impl FnOnce(RedbStore) -> RedbStore) -> Vec<(usize, usize)> {
    let folder = folder(name);
    let (file, copy) = (folder.join("data.redb"), folder.join("copy.redb"));
    let runtime = Builder::new_current_thread().enable_all().build().expect("the system has one");
    let found = runtime.block_on(async {
        let store = spoil(RedbStore::open(&file).expect("it opens"));
        let leader = LocalLeader::open(&Options::new(Kind::Hub), Vec::new(), Clock::start().now(), 7).expect("an empty store is sound");
        let (sender, inbox) = mpsc::channel(64);
        tokio::spawn(Hub::new(leader, store, Clock::start(), Arc::new(Log::new())).run(inbox));
        let ((queue, mut frames), (end, _ended)) = (queue(), oneshot::channel());
        let link = Link { address: ([127, 0, 0, 1], 1).into(), queue, end };
        assert!(sender.send(Event::Join(NUMBER, link)).await.is_ok());
        let mut device = Device::open(sender);
        let mut found = Vec::new();
        for count in 1..=WRITE_COUNT {
            device.write(&format!("item {count}"));
            device.until_confirmed(&mut frames).await;
            found.push((count, held(&file, &copy).await));
        }
        found
    });
    std::fs::remove_dir_all(&folder).expect("it is there");
    found
}

#[test]
fn what_is_acknowledged_is_in_the_file() {
    let found = acknowledged_and_held("durable", |store| store);
    assert!(found.iter().all(|(acknowledged, held)| held == acknowledged), "{found:?}");
}

#[test]
fn a_store_that_answers_before_its_file_has_it_is_found_out() {
    let found = acknowledged_and_held("hasty", RedbStore::hasty);
    assert!(found.iter().any(|(acknowledged, held)| held < acknowledged), "{found:?}");
}
