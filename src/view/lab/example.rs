//! A device for tests, made by a real leader: a cart that you and Ana changed without having seen each other, and a note.

use crate::offline::leader::{Act, Kind, LocalLeader, Now, Options};
use crate::replication::delta::{Author, Delta, Item, Key, LineChange, Operation, Value};
use crate::replication::time::{LocalTime, SimTime};
use crate::replication::view::ReplicaView;
use std::sync::Arc;

pub(crate) const NOTE: &str = "note-0001760000000-1";
pub(crate) const ME: &str = "Device 1";

/// Two leaders that have met, in memory.
pub(crate) struct Pair {
    pub(crate) device: LocalLeader,
    pub(crate) cloud: LocalLeader,
    ms: u64,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let open = |kind, entropy| LocalLeader::open(&Options::new(kind), Vec::new(), now(1_000), entropy).expect("a new store");
        Self { device: open(Kind::Device, 7), cloud: open(Kind::Hub, 8), ms: 1_000 }
    }

    pub(crate) fn write(&mut self, is_ana: bool, key: &str, operation: Operation) {
        self.ms += 1_000;
        let (leader, author) = if is_ana { (&mut self.cloud, "Ana") } else { (&mut self.device, ME) };
        let key = Key::from(key);
        let context = leader.context(&key);
        leader.write(now(self.ms), key, operation, context, Author::from(author));
        drop(acts(leader));
    }

    /// Lets both exchange all that they have.
    pub(crate) fn meet(&mut self) {
        self.ms += 1_000;
        let at = now(self.ms);
        let (up, down) = (self.device.connect(at).expect("room"), self.cloud.connect(at).expect("room"));
        for _ in 0..20 {
            for frame in acts(&mut self.device) {
                self.cloud.receive(at, down, &frame).expect("a message");
            }
            for frame in acts(&mut self.cloud) {
                self.device.receive(at, up, &frame).expect("a message");
            }
        }
        self.device.disconnect(at, up);
        self.cloud.disconnect(at, down);
    }

    pub(crate) fn log(&self) -> Vec<Arc<Delta>> {
        self.device.node().deltas().arrived_from(0).to_vec()
    }

    pub(crate) fn of(&self, key: &str) -> Vec<Arc<Delta>> {
        self.device.node().deltas().key(&Key::from(key)).map(|log| log.deltas.clone()).unwrap_or_default()
    }
}

fn now(ms: u64) -> Now {
    Now { steady: SimTime::from_ms(ms), wall: LocalTime(ms as i64 * 1_000_000) }
}

/// Commits all, and hands out what is to be sent.
fn acts(leader: &mut LocalLeader) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let Some(act) = leader.poll() {
        match act {
            Act::Commit(_) => leader.committed(),
            Act::Send(_, frame) => frames.push(frame),
            Act::Answer(..) | Act::Tell(_) => {}
        }
    }
    frames
}

pub(crate) fn set(item: &str, quantity: u32) -> Operation {
    Operation::Cart(Item::from(item), LineChange::Set(quantity, Vec::new()))
}

pub(crate) fn remove(item: &str) -> Operation {
    Operation::Cart(Item::from(item), LineChange::Remove(Vec::new()))
}

pub(crate) fn text(text: &str) -> Operation {
    Operation::Put(Value::Text(text.into()))
}

/// Six eggs in both; you set them to 8, and Ana removed them; a note only here.
pub(crate) fn pair() -> Pair {
    let mut pair = Pair::new();
    pair.write(false, "cart", set("eggs", 6));
    pair.write(false, "cart", set("milk", 2));
    pair.meet();
    pair.write(false, "cart", set("eggs", 8));
    pair.write(true, "cart", remove("eggs"));
    pair.meet();
    pair.write(false, NOTE, text("Buy early"));
    pair
}

pub(crate) fn device() -> ReplicaView {
    pair().device.view()
}
