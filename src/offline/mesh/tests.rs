//! Several leaders on one channel that everybody hears.

use super::*;

/// A channel, and what came up and went down at each.
struct Room {
    meshes: Vec<Mesh>,
    now_ms: u64,
    heard: Vec<Vec<(Instance, String)>>,
    rng: Rng,
    loss_percent: u32,
    is_gone: Vec<bool>,
}

impl Room {
    fn new(members: &[(Role, Role)]) -> Self {
        let mesh = |(index, (role, seeks)): (usize, &(Role, Role))| {
            Mesh::new(MeshOptions { role: *role, seeks: *seeks, name: format!("m{index}") }, 77 + index as u64)
        };
        let meshes: Vec<Mesh> = members.iter().enumerate().map(mesh).collect();
        let count = meshes.len();
        Self {
            meshes,
            now_ms: 1,
            heard: vec![Vec::new(); count],
            rng: Rng::stream(5, Purpose::Schedule, 1),
            loss_percent: 0,
            is_gone: vec![false; count],
        }
    }

    fn devices(count: usize) -> Self {
        let mut room = Self::new(&vec![(Role::Device, Role::Device); count]);
        (0..count).for_each(|index| room.open(index));
        room
    }

    fn now(&self) -> SimTime {
        SimTime::from_ms(self.now_ms)
    }

    fn open(&mut self, index: usize) {
        let now = self.now();
        self.meshes[index].open(now);
    }

    fn run_ms(&mut self, for_ms: u64) {
        for _ in 0..for_ms / 10 {
            self.now_ms += 10;
            let now = self.now();
            for index in 0..self.meshes.len() {
                if !self.is_gone[index] {
                    self.meshes[index].tick(now);
                }
            }
            self.deliver();
        }
    }

    fn deliver(&mut self) {
        while let Some((from, act)) = (0..self.meshes.len()).find_map(|index| self.meshes[index].poll().map(|act| (index, act))) {
            match act {
                MeshAct::Post(bytes) => self.post(from, &bytes),
                MeshAct::Up(peer) => self.heard[from].push((peer, "up".to_owned())),
                MeshAct::Down(peer) => self.heard[from].push((peer, "down".to_owned())),
                MeshAct::Frame(peer, bytes) => self.heard[from].push((peer, String::from_utf8(bytes).expect("text"))),
            }
        }
    }

    fn post(&mut self, from: usize, bytes: &[u8]) {
        let now = self.now();
        for to in 0..self.meshes.len() {
            let is_lost = self.rng.chance(self.loss_percent * 10_000);
            if to != from && !self.is_gone[to] && !self.is_gone[from] && !is_lost {
                self.meshes[to].receive(now, bytes);
            }
        }
    }

    fn said(&self, index: usize) -> Vec<&str> {
        self.heard[index].iter().map(|(_, what)| what.as_str()).collect()
    }

    fn connected(&self, index: usize) -> usize {
        let mesh = &self.meshes[index];
        mesh.peers.keys().filter(|peer| mesh.number_of(**peer).is_some()).count()
    }
}

#[test]
fn each_pair_has_one_connection_and_it_carries_bytes_both_ways() {
    let mut room = Room::devices(3);
    room.run_ms(1_000);
    for index in 0..3 {
        assert_eq!(room.said(index), ["up", "up"]);
    }
    let (a, b) = (room.meshes[0].me, room.meshes[1].me);
    room.meshes[0].send(b, b"hello".to_vec());
    room.meshes[1].send(a, b"you too".to_vec());
    room.run_ms(20);
    assert_eq!(room.heard[1].last(), Some(&(a, "hello".to_owned())));
    assert_eq!(room.heard[0].last(), Some(&(b, "you too".to_owned())));
    assert_eq!(room.said(2).len(), 2, "what is for others is not heard");
    assert_eq!(room.meshes[0].name_of(b), Some("m1"));
}

#[test]
fn who_leaves_is_gone_at_once_and_who_dies_is_gone_in_a_while() {
    let mut room = Room::devices(3);
    room.run_ms(1_000);
    room.meshes[1].close();
    room.run_ms(20);
    assert_eq!(room.said(0), ["up", "up", "down"]);
    assert_eq!(room.said(1), ["up", "up", "down", "down"]);
    room.is_gone[2] = true;
    room.run_ms(9_000);
    assert_eq!(room.connected(0), 1, "silence is not death yet");
    room.run_ms(8_000);
    assert_eq!(room.connected(0), 0);
}

#[test]
fn who_was_frozen_is_connected_anew() {
    let mut room = Room::devices(2);
    room.run_ms(1_000);
    room.is_gone[1] = true;
    room.run_ms(20_000);
    room.is_gone[1] = false;
    room.run_ms(6_000);
    assert_eq!(room.said(0), ["up", "down", "up"]);
    assert_eq!((room.connected(0), room.connected(1)), (1, 1));
    let (a, b) = (room.meshes[0].me, room.meshes[1].me);
    room.meshes[1].send(a, b"back".to_vec());
    room.meshes[0].send(b, b"there".to_vec());
    room.run_ms(20);
    assert_eq!(room.heard[0].last(), Some(&(b, "back".to_owned())));
    assert_eq!(room.heard[1].last(), Some(&(a, "there".to_owned())));
}

#[test]
fn connections_come_about_although_most_is_lost() {
    let mut room = Room::devices(4);
    room.loss_percent = 60;
    room.run_ms(60_000);
    room.loss_percent = 0;
    room.run_ms(10_000);
    assert_eq!((0..4).map(|index| room.connected(index)).collect::<Vec<_>>(), [3, 3, 3, 3]);
}

#[test]
fn devices_connect_to_the_newest_hub_alone() {
    let mut room = Room::new(&[(Role::Device, Role::Hub), (Role::Device, Role::Hub), (Role::Hub, Role::Device), (Role::Hub, Role::Device)]);
    (0..3).for_each(|index| room.open(index));
    room.run_ms(2_000);
    assert_eq!((room.connected(0), room.connected(1), room.connected(2)), (1, 1, 2));
    room.is_gone[2] = true;
    room.open(3);
    room.run_ms(1_000);
    assert_eq!(room.said(0), ["up", "down", "up"], "the one that took over is believed at once");
    assert_eq!((room.connected(0), room.connected(3)), (1, 2));
}

#[test]
fn a_reset_ends_a_connection_and_another_follows() {
    let mut room = Room::devices(2);
    room.run_ms(1_000);
    let (now, b) = (room.now(), room.meshes[1].me);
    room.meshes[0].reset(now, b);
    room.run_ms(5_000);
    assert_eq!(room.said(1), ["up", "down", "up"]);
    assert_eq!((room.connected(0), room.connected(1)), (1, 1));
}

#[test]
fn garbage_is_counted_and_a_crowd_is_bounded() {
    let mut room = Room::devices(1);
    let now = room.now();
    room.meshes[0].receive(now, b"garbage");
    assert_eq!(room.meshes[0].malformed_count(), 1);
    for instance in 1..=2 * limits::MAX_MESH_PEERS as u64 {
        let content = Content::Presence { role: Role::Device, name: String::new() };
        room.meshes[0].receive(now, &envelope::encode(&Envelope { from: Instance(instance), to: None, content }));
    }
    assert_eq!(room.meshes[0].known_count(), limits::MAX_MESH_PEERS);
    assert_eq!(room.meshes[0].refused_count(), limits::MAX_MESH_PEERS as u64);
}
