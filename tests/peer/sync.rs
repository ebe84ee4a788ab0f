//! Two devices through a peer.

use crate::device::{Device, run};
use crate::process::{Peer, folder};

fn all_have(devices: &[&mut Device], count: usize) -> bool {
    devices.iter().all(|device| device.items().len() == count && device.pending_count() == 0)
}

#[test]
fn two_devices_converge_and_are_confirmed() {
    let peer = Peer::start(&folder("converge"), &[]);
    let (mut phone, mut laptop) = (Device::new("phone", 1), Device::new("laptop", 2));
    for _ in 0..150 {
        phone.add();
        laptop.add();
    }
    phone.turn();
    assert_eq!(phone.pending_count(), 150, "nobody holds it yet");
    assert!(phone.connect(peer.address) && laptop.connect(peer.address));
    run(&mut [&mut phone, &mut laptop], "both have all, confirmed", |devices| all_have(devices, 300));
    let item = laptop.add();
    run(&mut [&mut phone, &mut laptop], "one more passes", |devices| all_have(devices, 301));
    assert_eq!(phone.items(), laptop.items());
    assert_eq!(phone.items()[&item], 1);
    assert!(phone.view().alarm.is_none() && laptop.view().alarm.is_none());
    assert!(peer.told().iter().all(|line| !line.contains("refused")), "{:?}", peer.told());
}

#[test]
fn a_device_that_comes_later_gets_what_the_peer_kept_through_a_restart() {
    let place = folder("later");
    let mut peer = Peer::start(&place, &[]);
    let mut phone = Device::new("phone", 3);
    (0..60).for_each(|_| drop(phone.add()));
    assert!(phone.connect(peer.address));
    run(&mut [&mut phone], "it is confirmed", |devices| all_have(devices, 60));
    assert!(peer.terminate().success(), "{:?}", peer.told());
    run(&mut [&mut phone], "it notices", |devices| !devices[0].is_connected());
    let peer = Peer::start(&place, &[]);
    let mut laptop = Device::new("laptop", 4);
    assert!(laptop.connect(peer.address));
    run(&mut [&mut laptop], "it has all", |devices| all_have(devices, 60));
    assert_eq!(laptop.items(), phone.items());
}

#[test]
fn what_all_have_is_collected_and_the_peer_says_how_much() {
    let place = folder("collected");
    let mut peer = Peer::start(&place, &[]);
    let (mut phone, mut laptop) = (Device::new("phone", 5), Device::new("laptop", 6));
    assert!(phone.connect(peer.address) && laptop.connect(peer.address));
    (0..150).for_each(|_| phone.rewrite_note());
    run(&mut [&mut phone, &mut laptop], "the peer has collected, and all know", |devices| {
        devices
            .iter()
            .all(|device| device.view().delta_count < 50 && device.view().vector.iter().map(|dot| dot.counter).sum::<u64>() == 150)
    });
    let line = peer.until_told(&["collected", "writes that every store has", "are held"]);
    assert!(line.starts_with("replicascope peer: collected 1"), "{line}");
    assert!(peer.terminate().success(), "{:?}", peer.told());
    // Who comes later, to a peer that has started again, gets what was kept.
    let peer = Peer::start(&place, &[]);
    let mut tablet = Device::new("tablet", 7);
    assert!(tablet.connect(peer.address));
    run(&mut [&mut tablet], "it has all", |devices| devices[0].view().vector == phone.view().vector);
    assert_eq!(tablet.view().records, phone.view().records);
    assert!(tablet.view().alarm.is_none());
}
