//! What it says at its start, and what it does not start with.

use crate::device::{Device, run};
use crate::process::{Peer, SECRET, folder};
use std::path::Path;
use std::process::{Command, Output};

fn start(place: &Path, arguments: &[&str]) -> Output {
    std::fs::write(place.join("secret"), SECRET).unwrap();
    Command::new(env!("CARGO_BIN_EXE_replicascope"))
        .args(["peer", "--data", "data.redb", "--secret-file", "secret"])
        .args(arguments)
        .current_dir(place)
        .output()
        .unwrap()
}

fn assert_refused(output: &Output, words: &[&str]) {
    let line = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{line}");
    assert!(output.stdout.is_empty() && line.lines().count() == 1, "{line}");
    assert!(words.iter().all(|word| line.contains(word)), "{words:?} in {line:?}");
    assert!(!line.contains(SECRET), "{line}");
}

#[test]
fn data_that_another_process_has_open() {
    let place = folder("locked");
    let _peer = Peer::start(&place, &[]);
    assert_refused(&start(&place, &["--listen", "127.0.0.1:0"]), &["data.redb", "another process has the file open"]);
}

#[test]
fn a_port_that_is_taken() {
    let peer = Peer::start(&folder("port"), &[]);
    let address = peer.address.to_string();
    assert_refused(&start(&folder("port-2"), &["--listen", &address]), &["--listen", &address, "in use"]);
}

#[test]
fn data_that_is_none_or_damaged() {
    let place = folder("damaged-data");
    std::fs::write(place.join("data.redb"), "this is a letter to my aunt\n".repeat(500)).unwrap();
    assert_refused(&start(&place, &["--listen", "127.0.0.1:0"]), &["data.redb", "damaged"]);
    std::fs::remove_file(place.join("data.redb")).unwrap();
    let mut peer = Peer::start(&place, &[]);
    let mut device = Device::new("phone", 14);
    (0..200).for_each(|_| drop(device.add()));
    assert!(device.connect(peer.address));
    run(&mut [&mut device], "it is confirmed", |devices| devices[0].pending_count() == 0);
    assert!(peer.terminate().success());
    // Every occurrence of a word that devices wrote: one at least for each batch.
    let mut bytes = std::fs::read(place.join("data.redb")).unwrap();
    let places: Vec<usize> = bytes.windows(5).enumerate().filter(|(_, word)| word == b"phone").map(|(place, _)| place).collect();
    assert!(places.len() >= 2);
    places.into_iter().for_each(|place| bytes[place] = b'q');
    std::fs::write(place.join("data.redb"), bytes).unwrap();
    assert_refused(&start(&place, &["--listen", "127.0.0.1:0"]), &["data.redb", "damaged"]);
}

#[test]
fn a_folder_that_is_not_there() {
    assert_refused(&start(&folder("nowhere"), &["--data", "none/data.redb"]), &["cannot be used multiple times"]);
    let place = folder("nowhere-2");
    std::fs::write(place.join("secret"), SECRET).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_replicascope"))
        .args(["peer", "--data", "none/data.redb", "--secret-file", "secret"])
        .current_dir(&place)
        .output()
        .unwrap();
    assert_refused(&output, &["none/data.redb", "No such file"]);
}

#[test]
fn plain_http_for_other_machines_says_what_will_be_missing() {
    let peer = Peer::start(&folder("plain"), &["--listen", "0.0.0.0:0"]);
    peer.until_told(&["without --cert", "Web Locks", "service worker"]);
}

#[test]
fn it_ends_when_asked_to_and_says_so_to_pages() {
    let mut peer = Peer::start(&folder("end"), &["--json"]);
    let mut device = Device::new("phone", 15);
    device.add();
    assert!(device.connect(peer.address));
    run(&mut [&mut device], "it is confirmed", |devices| devices[0].pending_count() == 0);
    let mut socket = crate::raw::open(peer.address, Some(crate::process::PAGE)).unwrap();
    let status = peer.terminate();
    assert_eq!(status.code(), Some(0), "{:?}", peer.told());
    assert_eq!(crate::raw::closing(&mut socket), (1001, "the peer ends".to_owned()));
}
