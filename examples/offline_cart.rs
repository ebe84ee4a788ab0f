//! Two devices edit one shopping cart without a connection, then meet. Each is a `LocalLeader`: replication without I/O, which
//! asks its host to store bytes (here in memory) and to carry frames (here by hand). `cargo run --example offline_cart`

use replicascope::offline::leader::{Act, Kind, LocalLeader, Now, Options, PeerId};
use replicascope::offline::memory::MemoryStorage;
use replicascope::replication::delta::{Key, LineChange, Operation};
use replicascope::replication::time::{LocalTime, SimTime};
use replicascope::replication::view::Content;
use std::fmt::Write as _;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A device, its store, and the frames that it wants to send.
struct Device {
    name: &'static str,
    leader: LocalLeader,
    store: MemoryStorage,
    outgoing: Vec<Vec<u8>>,
}

fn main() -> Outcome<()> {
    print!("{}", tell()?);
    Ok(())
}

/// Edits apart, meets, starts again, and tells what the carts show.
pub(crate) fn tell() -> Outcome<String> {
    let mut text = String::new();
    let mut phone = Device::open("phone", MemoryStorage::default(), 1)?;
    let mut laptop = Device::open("laptop", MemoryStorage::default(), 2)?;
    phone.edit("milk", LineChange::Add(2));
    laptop.edit("milk", LineChange::Add(1));
    laptop.edit("eggs", LineChange::Set(6, Vec::new()));
    writeln!(text, "apart:   phone {:?}, laptop {:?}", phone.cart(), laptop.cart())?;

    meet(&mut phone, &mut laptop)?;
    writeln!(text, "met:     phone {:?}, laptop {:?}", phone.cart(), laptop.cart())?;

    // Everything is in the store: a new leader on the same store goes on with it, under a new identity.
    let phone = Device::open("phone", phone.store, 3)?;
    writeln!(text, "started: phone {:?}", phone.cart())?;
    Ok(text)
}

impl Device {
    /// `entropy` must be random in earnest: the identity of the device's writes is drawn from it.
    fn open(name: &'static str, store: MemoryStorage, entropy: u64) -> Outcome<Self> {
        let leader = LocalLeader::open(&Options::new(Kind::Device), store.rows(), now(), entropy)?;
        let mut device = Self { name, leader, store, outgoing: Vec::new() };
        device.work();
        Ok(device)
    }

    /// Writes with the context of what is held here, as somebody who has just looked.
    fn edit(&mut self, item: &str, change: LineChange) {
        let key = Key::from("cart");
        let context = self.leader.context(&key);
        self.leader.write(now(), key, Operation::Cart(item.into(), change), context, self.name.into());
        self.work();
    }

    /// Does what the leader asks for.
    fn work(&mut self) {
        while let Some(act) = self.leader.poll() {
            match act {
                Act::Commit(commit) => {
                    self.store.apply(&commit);
                    self.leader.committed();
                }
                Act::Send(_, frame) => self.outgoing.push(frame),
                Act::Answer(..) | Act::Tell(_) => {}
            }
        }
    }

    fn receive(&mut self, from: PeerId, frames: Vec<Vec<u8>>) -> Outcome<()> {
        for frame in frames {
            self.leader.receive(now(), from, &frame)?;
            self.work();
        }
        Ok(())
    }

    fn cart(&self) -> Vec<(String, u32)> {
        let view = self.leader.view();
        match view.records.get(&Key::from("cart")).map(|record| &record.content) {
            Some(Content::Cart(lines)) => lines.iter().map(|(item, line)| (item.to_string(), line.quantity)).collect(),
            _ => Vec::new(),
        }
    }
}

/// Connects two devices and carries frames until neither has more to say.
fn meet(one: &mut Device, other: &mut Device) -> Outcome<()> {
    let connect = |device: &mut Device| device.leader.connect(now()).map_err(|refusal| format!("{refusal:?}"));
    let (to_other, to_one) = (connect(one)?, connect(other)?);
    one.work();
    other.work();
    while !one.outgoing.is_empty() || !other.outgoing.is_empty() {
        other.receive(to_one, std::mem::take(&mut one.outgoing))?;
        one.receive(to_other, std::mem::take(&mut other.outgoing))?;
    }
    Ok(())
}

/// A host tells the real time, and lets alarm clocks ring by `LocalLeader::tick`.
const fn now() -> Now {
    Now { steady: SimTime::from_ms(1_000), wall: LocalTime(1_700_000_000_000_000_000) }
}
