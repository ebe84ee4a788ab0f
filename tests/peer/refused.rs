//! Who is refused, told why, and logged; and that nobody else feels it.

use crate::device::{Device, now, run};
use crate::process::{PAGE, Peer, SECRET, folder};
use crate::raw::{Socket, closing, exchange, open, tcp};
use replicascope::limits;
use replicascope::offline::leader::{Act, Kind, LocalLeader, Options};
use replicascope::offline::storage::{Commit, Row, Step, Storage as _, Table};
use replicascope::peer::store::RedbStore;
use replicascope::replication::delta::{Author, Key, Operation, Value};
use replicascope::replication::random::{Purpose, Rng};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Instant;
use tokio_tungstenite::tungstenite::{Error, Message};

/// A peer with a device at work, which nothing of a test may disturb.
struct Watched {
    peer: Peer,
    device: Device,
}

impl Watched {
    fn start(name: &str) -> Self {
        Self::on(&folder(name))
    }

    fn on(place: &Path) -> Self {
        let peer = Peer::start(place, &[]);
        let mut device = Device::new("honest", 7);
        device.add();
        assert!(device.connect(peer.address));
        run(&mut [&mut device], "it is confirmed", |devices| devices[0].pending_count() == 0);
        Self { peer, device }
    }

    fn socket(&self) -> Socket {
        open(self.peer.address, Some(PAGE)).unwrap()
    }

    /// A socket that has shown the secret.
    fn friend(&self) -> Socket {
        let mut socket = self.socket();
        socket.send(Message::text(SECRET)).unwrap();
        socket
    }

    /// The device still has its connection, and gets its writes confirmed over it.
    fn is_unharmed(&mut self) {
        self.device.add();
        run(&mut [&mut self.device], "it is confirmed over the old connection", |devices| {
            assert!(devices[0].is_connected());
            devices[0].pending_count() == 0
        });
        assert!(self.peer.is_running());
        assert!(self.peer.told().iter().all(|line| !line.contains("panicked")), "{:?}", self.peer.told());
    }

    /// Closed with this code and these words; logged with the address.
    fn is_refused(&mut self, mut socket: Socket, code: u16, words: &[&str]) {
        let (found, reason) = closing(&mut socket);
        assert_eq!(found, code, "{reason}");
        assert!(words.iter().all(|word| reason.contains(word)), "{words:?} in {reason:?}");
        self.peer.until_told(&[&["refused 127.0.0.1:"], words].concat());
        self.is_unharmed();
    }
}

#[test]
fn a_wrong_secret() {
    let mut watched = Watched::start("wrong");
    for wrong in ["", "x", "correct horse battery stapl", "correct horse battery staple "] {
        let mut socket = watched.socket();
        socket.send(Message::text(wrong)).unwrap();
        // As a page does, it says more without waiting.
        socket.send(Message::binary(vec![1; 100])).unwrap();
        watched.is_refused(socket, 1008, &["wrong secret"]);
    }
    let told = watched.peer.told().join("\n");
    assert!(!told.contains("horse"), "secrets are not printed: {told}");
}

#[test]
fn a_long_secret() {
    let mut watched = Watched::start("long");
    let mut socket = watched.socket();
    socket.send(Message::text("a".repeat(limits::MAX_SECRET_BYTES + 1))).unwrap();
    watched.is_refused(socket, 1008, &["secret", "256 bytes"]);
}

#[test]
fn a_late_secret() {
    let mut watched = Watched::start("late");
    let socket = watched.socket();
    watched.is_refused(socket, 1013, &["no secret within 5 s"]);
}

#[test]
fn a_frame_in_place_of_the_secret() {
    let mut watched = Watched::start("frame");
    let mut socket = watched.socket();
    socket.send(Message::binary(vec![1, 0, 1, 0, 0, 0])).unwrap();
    watched.is_refused(socket, 1008, &["wrong secret"]);
}

#[test]
fn foreign_pages_and_what_names_no_page() {
    let mut watched = Watched::start("origin");
    for origin in
        ["http://evil.example", "http://page.example", "https://page.example:8080", "null", "http://page.example:8080.evil.example"]
    {
        let mut socket = open(watched.peer.address, Some(origin)).unwrap();
        // The secret is of no use to them, nor is it read.
        _ = socket.send(Message::text(SECRET));
        watched.is_refused(socket, 1008, &[origin, "--allow-origin"]);
    }
    match open(watched.peer.address, None).unwrap_err() {
        Error::Http(response) => assert_eq!(response.status(), 403),
        error => panic!("{error:?}"),
    }
    watched.peer.until_told(&["refused 127.0.0.1:", "no Origin"]);
    // A name that leads here for the moment: the origin fits the host, and is refused all the same.
    let rebound = "GET / HTTP/1.1\r\nHost: evil.example:7700\r\nOrigin: http://evil.example:7700\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    assert!(exchange(watched.peer.address, rebound.as_bytes()).contains("http://evil.example:7700"));
    watched.peer.until_told(&["refused", "http://evil.example:7700"]);
    watched.is_unharmed();
}

#[test]
fn a_page_that_the_peer_serves_itself_may_connect() {
    let watched = Watched::start("own");
    let mut socket = open(watched.peer.address, Some(&format!("http://{}", watched.peer.address))).unwrap();
    socket.send(Message::text(SECRET)).unwrap();
    assert!(matches!(socket.read().unwrap(), Message::Ping(_) | Message::Binary(_)), "it is greeted");
}

#[test]
fn oversized_messages() {
    let mut watched = Watched::start("oversized");
    let mut socket = watched.friend();
    socket.send(Message::binary(vec![1; limits::MAX_FRAME_BYTES + 1])).unwrap();
    watched.is_refused(socket, 1009, &["1048576 bytes"]);
    // One that only claims to be: 2⁶² bytes are to follow.
    let mut socket = watched.friend();
    let header = [&[0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0][..], &[1, 2, 3, 4], &[0; 64]].concat();
    socket.get_mut().write_all(&header).unwrap();
    watched.is_refused(socket, 1009, &["1048576 bytes"]);
    // Before the secret, too.
    let mut socket = watched.socket();
    socket.get_mut().write_all(&header).unwrap();
    watched.is_refused(socket, 1009, &["1048576 bytes"]);
}

#[test]
fn garbage() {
    let mut watched = Watched::start("garbage");
    let mut rng = Rng::stream(1, Purpose::Schedule, 0);
    for length in [0, 1, 3, 4, 5, 7, 50, 3_000] {
        let mut socket = watched.friend();
        let bytes = (0..length).map(|_| rng.below(256) as u8).collect::<Vec<_>>();
        // The first byte is the version: with another one a page is told to update.
        let bytes = if length > 0 { [&[1], &bytes[1..]].concat() } else { bytes };
        socket.send(Message::binary(bytes)).unwrap();
        watched.is_refused(socket, 1007, &["not a frame"]);
    }
    let mut socket = watched.friend();
    socket.send(Message::binary(vec![9; 20])).unwrap();
    watched.is_refused(socket, 1008, &["version 9", "reload to update"]);
    let mut socket = watched.friend();
    socket.send(Message::text("hello")).unwrap();
    watched.is_refused(socket, 1003, &["text"]);
}

#[test]
fn damaged_frames_of_a_device() {
    let mut watched = Watched::start("damaged");
    let frames = greeting_and_batch();
    let mut rng = Rng::stream(2, Purpose::Schedule, 0);
    for _ in 0..40 {
        let mut socket = watched.friend();
        for frame in &frames {
            let mut frame = frame.clone();
            let place = rng.below(frame.len() as u32) as usize;
            frame[place] ^= 1 + rng.below(255) as u8;
            _ = socket.send(Message::binary(frame));
        }
        let (code, reason) = closing(&mut socket);
        assert!(matches!(code, 1007 | 1008), "{code} {reason}");
    }
    watched.is_unharmed();
}

#[test]
fn what_is_no_web_socket() {
    let mut watched = Watched::start("no-socket");
    let mut socket = watched.friend();
    // A text frame without the mask that clients must use.
    socket.get_mut().write_all(&[0x81, 0x02, b'h', b'i']).unwrap();
    watched.is_refused(socket, 1002, &["not a WebSocket"]);
    for (request, answer) in [
        ("\x16\x03\x01\x02\x00\x01\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        (format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(100_000)), "HTTP/1.1 431"),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nOrigin: {PAGE}\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n"), "HTTP/1.1 400"),
    ] {
        let found = exchange(watched.peer.address, request.as_bytes());
        assert!(found.starts_with(answer), "{request:.40}: {found}");
    }
    watched.peer.until_told(&["refused", "not HTTP"]);
    watched.peer.until_told(&["refused", "not a WebSocket"]);
    watched.is_unharmed();
}

#[test]
fn a_flood_of_messages() {
    let mut watched = Watched::start("flood");
    let mut socket = watched.friend();
    let mut sent = 0;
    // Until it has no effect any more: the peer has stopped reading.
    while sent < 1_000_000 && socket.send(Message::Ping(vec![0; 8].into())).is_ok() {
        sent += 1;
    }
    watched.peer.until_told(&["refused 127.0.0.1:", "messages a second"]);
    watched.is_unharmed();
}

#[test]
fn a_flood_of_connections() {
    let mut watched = Watched::start("connections");
    let idle: Vec<_> = (0..limits::MAX_STRANGERS).map(|_| tcp(watched.peer.address).unwrap()).collect();
    let mut more = tcp(watched.peer.address).unwrap();
    assert_eq!(more.read(&mut [0; 1]).unwrap_or(0), 0, "it is closed at once");
    watched.peer.until_told(&["refused 127.0.0.1:", "too many connections"]);
    watched.is_unharmed();
    drop(idle);
    let mut other = Device::new("other", 8);
    crate::process::until("there is room again", || other.connect(watched.peer.address));
    run(&mut [&mut other, &mut watched.device], "it gets what there is", |devices| devices[0].items().len() == 2);
}

#[test]
fn a_flood_of_refusals_does_not_fill_the_log() {
    let mut watched = Watched::start("log");
    for _ in 0..300 {
        assert!(open(watched.peer.address, None).is_err());
    }
    watched.peer.until_told(&["more lines were left out"]);
    assert!(watched.peer.told().len() < 100, "{:?}", watched.peer.told());
    watched.is_unharmed();
}

/// The frames of a device that connects and has one write.
fn greeting_and_batch() -> Vec<Vec<u8>> {
    let mut device = Device::new("stranger", 9);
    device.add();
    let peer = Watched::start("recorded");
    let mut frames = Vec::new();
    let mut leader = LocalLeader::open(&Options::new(Kind::Device), Vec::new(), now(Instant::now()), 10).unwrap();
    let hub = leader.connect(now(Instant::now())).unwrap();
    let mut socket = peer.friend();
    write(&mut leader, "note");
    while frames.len() < 3 {
        while let Some(act) = leader.poll() {
            match act {
                Act::Commit(_) => leader.committed(),
                Act::Send(_, frame) => {
                    socket.send(Message::binary(frame.clone())).unwrap();
                    frames.push(frame);
                }
                Act::Answer(..) | Act::Tell(_) => {}
            }
        }
        if let Message::Binary(frame) = socket.read().unwrap() {
            leader.receive(now(Instant::now()), hub, &frame).unwrap();
        }
    }
    frames
}

fn write(leader: &mut LocalLeader, key: &str) {
    let operation = Operation::Put(Value::Text("text".into()));
    leader.write(now(Instant::now()), Key::from(key), operation, Default::default(), Author::from("you"));
}

/// A store with a write each of so many devices, so that every greeting of the peer is long.
fn crowded(place: &Path, count: u64) {
    let mut rows: Vec<Row> = Vec::new();
    for number in 1..=count {
        let mut leader = LocalLeader::open(&Options::new(Kind::Hub), Vec::new(), now(Instant::now()), 1_000 + number).unwrap();
        write(&mut leader, &format!("note {number}"));
        let Some(Act::Commit(Commit(steps))) = leader.poll() else { panic!("no commit") };
        for step in steps {
            match step {
                Step::Put(row) if row.table == Table::Log => rows.push(Row { key: number, ..row }),
                Step::Put(row) if number == 1 && row.table == Table::Meta => rows.push(row),
                _ => {}
            }
        }
    }
    let commit = Commit(rows.into_iter().map(Step::Put).collect());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { RedbStore::open(&place.join("data.redb")).unwrap().commit(&commit).await }).unwrap();
}

#[test]
fn a_reader_who_does_not_read() {
    let place = folder("slow");
    crowded(&place, 4_000);
    let mut watched = Watched::on(&place);
    let mut socket = watched.friend();
    let mut leader = LocalLeader::open(&Options::new(Kind::Device), Vec::new(), now(Instant::now()), 11).unwrap();
    leader.connect(now(Instant::now())).unwrap();
    let greeting = loop {
        match leader.poll().unwrap() {
            Act::Send(_, frame) => break frame,
            Act::Commit(_) => leader.committed(),
            Act::Answer(..) | Act::Tell(_) => {}
        }
    };
    // They are answered with all that the peer knows, which nobody reads; those that come together are answered once.
    for _ in 0..40_000 {
        if socket.send(Message::binary(greeting.clone())).is_err() {
            break;
        }
        // Slower than a flood.
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    watched.peer.until_told(&["refused 127.0.0.1:", "reads too slowly"]);
    watched.is_unharmed();
}
