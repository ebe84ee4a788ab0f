//! The peer is killed again and again during traffic, and its disk is full.

use crate::device::{Device, items, now, run};
use crate::process::{Peer, folder, until};
use replicascope::offline::leader::{Kind, LocalLeader, Options};
use replicascope::offline::storage::Storage as _;
use replicascope::peer::store::RedbStore;
use replicascope::replication::delta::Key;
use replicascope::replication::view::ReplicaView;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const KILL_COUNT: usize = 20;

/// What the data file holds while no process has it open.
fn stored(place: &Path) -> ReplicaView {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let rows = runtime.block_on(async { RedbStore::open(&place.join("data.redb")).unwrap().load().await }).unwrap();
    let leader = LocalLeader::open(&Options::new(Kind::Hub), rows, now(Instant::now()), 99).unwrap();
    leader.view()
}

/// Both write, a few at a time, until so many more were acknowledged by the peer.
fn traffic(devices: &mut [&mut Device; 2], more: usize) {
    let target: usize = devices.iter().map(|device| device.confirmed().len()).sum::<usize>() + more;
    until("writes are acknowledged", || {
        for device in devices.iter_mut() {
            if device.pending_count() < 8 {
                device.add();
            }
            device.turn();
        }
        devices.iter().map(|device| device.confirmed().len()).sum::<usize>() >= target
    });
}

#[test]
fn nothing_acknowledged_is_lost_when_the_peer_is_killed() {
    let place = folder("kills");
    let (mut phone, mut laptop) = (Device::new("phone", 5), Device::new("laptop", 6));
    let mut asked = BTreeSet::new();
    for kill in 0..KILL_COUNT {
        let peer = Peer::start(&place, &[]);
        assert!(phone.connect(peer.address) && laptop.connect(peer.address));
        // Another number each time, so that kills hit other moments of a commit.
        traffic(&mut [&mut phone, &mut laptop], 3 + kill % 7);
        peer.kill();
        let confirmed: BTreeSet<String> = phone.confirmed().union(&laptop.confirmed()).cloned().collect();
        let stored = items(&stored(&place));
        for item in &confirmed {
            assert_eq!(stored.get(item), Some(&1), "kill {kill}: {item} was acknowledged");
        }
        assert!(stored.values().all(|quantity| *quantity == 1), "kill {kill}: {stored:?}");
        asked.extend(confirmed);
        run(&mut [&mut phone, &mut laptop], "both notice", |devices| devices.iter().all(|device| !device.is_connected()));
    }
    let peer = Peer::start(&place, &[]);
    assert!(phone.connect(peer.address) && laptop.connect(peer.address));
    run(&mut [&mut phone, &mut laptop], "outboxes are empty and all are equal", |devices| {
        devices.iter().all(|device| device.pending_count() == 0) && devices[0].items() == devices[1].items()
    });
    let held = phone.items();
    assert!(asked.iter().all(|item| held.get(item) == Some(&1)) && held.values().all(|quantity| *quantity == 1));
    assert!(phone.view().alarm.is_none() && laptop.view().alarm.is_none());
    peer.kill();
    assert_eq!(items(&stored(&place)), held, "and so is what the peer stored");
}

#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_peer_and_loses_nothing_acknowledged() {
    let place = folder("full");
    // A file may have 4 MiB; without the trap the system would kill the program that writes more.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8192; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_replicascope")]);
    let mut peer = Peer::start_with(limited, &place, &[]);
    let mut device = Device::new("phone", 16);
    assert!(device.connect(peer.address));
    until("it has no room", || {
        if device.pending_count() < 40 {
            device.add_note();
        }
        device.turn();
        !device.is_connected()
    });
    assert_eq!(peer.ended().code(), Some(1), "{:?}", peer.told());
    peer.until_told(&["data.redb", "storage is full"]);
    let (confirmed, stored) = (device.confirmed(), stored(&place));
    assert!(confirmed.len() > 100 && device.pending_count() > 0, "{}", confirmed.len());
    assert!(confirmed.iter().all(|note| stored.records.contains_key(&Key::from(note.as_str()))));
    let peer = Peer::start(&place, &[]);
    assert!(device.connect(peer.address));
    run(&mut [&mut device], "with room again the rest is confirmed", |devices| devices[0].pending_count() == 0);
}
