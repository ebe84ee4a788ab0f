//! A device as a file: what comes back, what stays behind, and what is refused.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod lab;

use lab::Lab;
use replicascope::offline::device_file;
use replicascope::offline::leader::{Kind, LocalLeader, Now, Options};
use replicascope::offline::storage::StorageError;
use replicascope::replication::delta::LineChange;
use replicascope::replication::time::{LocalTime, SimTime};

fn exported() -> (Lab, usize, Vec<u8>) {
    let mut lab = Lab::new(8);
    let device = lab.add("you", Kind::Device);
    lab.edit(device, "milk", LineChange::Add(2));
    lab.run_ms(100);
    let file = device_file::encode(&lab.nodes[device].storage.rows());
    (lab, device, file)
}

#[test]
fn an_import_has_the_same_writes_and_is_another_store() {
    let (lab, device, file) = exported();
    let now = Now { steady: SimTime::ZERO, wall: LocalTime(0) };
    let rows = device_file::decode(&file).unwrap();
    let copy = LocalLeader::open(&Options::new(Kind::Device), rows, now, 99).unwrap();
    assert_eq!(copy.view().vector, lab.view(device).vector);
    assert_eq!(copy.view().pending, lab.view(device).pending, "what nobody confirmed is still to be pushed");
    assert_ne!(copy.store_id(), lab.leader(device).store_id());
    assert_eq!(copy.replica_id(), None, "it mints an identity of its own");
}

#[test]
fn a_file_that_is_damaged_is_refused_wherever_it_is() {
    let (_, _, file) = exported();
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 1;
        assert!(matches!(device_file::decode(&damaged), Err(StorageError::Damaged(_))), "byte {at}");
        assert!(matches!(device_file::decode(&file[..at]), Err(StorageError::Damaged(_))), "cut at {at}");
    }
    assert!(device_file::decode(&[]).is_err());
}
