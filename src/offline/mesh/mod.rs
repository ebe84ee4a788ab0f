//! Connections between leaders over one channel that everybody hears (rule: the channel is a hint, the vector exchange
//! is the truth). Without I/O and without a clock.
//!
//! ```text
//! Presence ─→ all, every few seconds      the lesser instance opens:  Open(n) ─→  ←─ Accept(n)
//! Ping ─→ who is silent  ←─ Pong          then, both ways:            Frame(n, bytes)
//! ```
//! There is one connection for each pair. It begins and ends whole: bytes of an earlier one are never taken for the
//! current one's. A peer that says nothing for long is dead.

pub mod control;
pub mod envelope;
pub mod line;

use crate::limits;
use crate::replication::random::{Purpose, Rng};
use crate::replication::time::{SimDuration, SimTime};
use envelope::{Content, Envelope, Instance, Role};
use std::collections::{BTreeMap, VecDeque};

/// Presence is told this often, with up to a quarter more.
const PRESENCE_EVERY: SimDuration = SimDuration::from_ms(3_000);
/// A peer that was silent for so long is asked, and asked again.
const ASK_AFTER: SimDuration = SimDuration::from_ms(5_000);
/// A peer that was silent for so long is dead.
const DEAD_AFTER: SimDuration = SimDuration::from_ms(12_000);
/// An opening that was not answered is tried again.
const OPEN_AGAIN_AFTER: SimDuration = SimDuration::from_ms(1_500);
/// Answers to a presence wait for a random time up to this, so that many tabs do not answer at once.
const ANSWER_WITHIN_MS: u32 = 120;

/// No connection has it: "there is none between us".
const NO_NUMBER: u32 = 0;

/// What a leader on a channel is, and looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeshOptions {
    /// What it is.
    pub role: Role,
    /// What it connects to.
    pub seeks: Role,
    /// Its name, for people.
    pub name: String,
}

/// What is to be done, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeshAct {
    /// Put these bytes on the channel.
    Post(Vec<u8>),
    /// A connection is up.
    Up(Instance),
    /// It is gone.
    Down(Instance),
    /// Bytes came over it.
    Frame(Instance, Vec<u8>),
}

/// One leader's end of all its connections over a channel.
#[derive(Debug)]
pub struct Mesh {
    me: Instance,
    options: MeshOptions,
    rng: Rng,
    is_open: bool,
    peers: BTreeMap<Instance, Peer>,
    next_presence: SimTime,
    next_look: SimTime,
    acts: VecDeque<MeshAct>,
    malformed_count: u64,
    refused_count: u64,
}

#[derive(Debug)]
struct Peer {
    name: String,
    heard_at: SimTime,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Known, not connected. The lesser instance of the two opens, at this time.
    Known { opens_at: Option<SimTime> },
    /// `Open` was sent under this number; it is sent again at this time.
    Opening { number: u32, again_at: SimTime },
    /// Connected under this number.
    Connected { number: u32 },
}

impl Mesh {
    /// A leader that is not on the channel yet. `entropy` must be random.
    #[must_use]
    pub fn new(options: MeshOptions, entropy: u64) -> Self {
        let mut rng = Rng::stream(entropy, Purpose::Schedule, 0);
        Self {
            me: Instance(rng.bits() | 1),
            options,
            rng,
            is_open: false,
            peers: BTreeMap::new(),
            next_presence: SimTime::ZERO,
            next_look: SimTime::ZERO,
            acts: VecDeque::new(),
            malformed_count: 0,
            refused_count: 0,
        }
    }

    /// Comes onto the channel, and says so.
    pub fn open(&mut self, now: SimTime) {
        if !self.is_open {
            self.is_open = true;
            self.announce(now);
        }
    }

    /// Leaves the channel: all connections are gone.
    pub fn close(&mut self) {
        if self.is_open {
            self.post(None, Content::Bye);
            self.is_open = false;
            for (instance, peer) in std::mem::take(&mut self.peers) {
                if matches!(peer.state, State::Connected { .. }) {
                    self.acts.push_back(MeshAct::Down(instance));
                }
            }
        }
    }

    /// Whether it is on the channel.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Tells all that it is here: at the start, after a sleep, when the page becomes visible.
    pub fn announce(&mut self, now: SimTime) {
        if self.is_open {
            let (role, name) = (self.options.role, self.options.name.clone());
            self.post(None, Content::Presence { role, name });
            let jitter = PRESENCE_EVERY.0 / 4_000 * u64::from(self.rng.below(1_000));
            self.next_presence = now + SimDuration(PRESENCE_EVERY.0 + jitter);
            self.next_look = self.next_look.max(now);
        }
    }

    /// Something came over the channel. What is no envelope is ignored, and counted.
    pub fn receive(&mut self, now: SimTime, bytes: &[u8]) {
        let Ok(envelope) = envelope::decode(bytes) else {
            self.malformed_count += 1;
            return;
        };
        let is_for_me = envelope.to.is_none_or(|to| to == self.me);
        if !self.is_open || !is_for_me || envelope.from == self.me {
            return;
        }
        let from = envelope.from;
        if let Some(peer) = self.peers.get_mut(&from) {
            peer.heard_at = now;
        }
        match envelope.content {
            Content::Presence { role, name } => self.on_presence(now, from, role, name),
            Content::Bye => self.forget(from),
            Content::Open(number) => self.on_open(now, from, number),
            Content::Accept(number) => self.on_accept(from, number),
            Content::Frame(number, bytes) => self.on_frame(from, number, bytes),
            Content::Reset(number) => self.on_reset(now, from, number),
            Content::Ping => self.post(Some(from), Content::Pong),
            Content::Pong => {}
        }
    }

    fn on_presence(&mut self, now: SimTime, from: Instance, role: Role, name: String) {
        if role != self.options.seeks {
            return;
        }
        if role == Role::Hub {
            // There is one; a new one has taken over from the one before.
            let before: Vec<Instance> = self.peers.keys().copied().filter(|other| *other != from).collect();
            before.into_iter().for_each(|other| self.forget(other));
        }
        let answer_at = now + SimDuration::from_ms(u64::from(1 + self.rng.below(ANSWER_WITHIN_MS)));
        if let Some(peer) = self.peers.get_mut(&from) {
            peer.name = name;
        } else if self.admit(now, from, name) && self.me > from {
            // The other one opens, as soon as it knows of me.
            self.next_presence = self.next_presence.min(answer_at);
        }
        if self.me > from && self.number_of(from).is_none() {
            // It may still believe in a connection of ours.
            self.post(Some(from), Content::Reset(NO_NUMBER));
        }
        let opens = self.me < from;
        if let Some(peer) = self.peers.get_mut(&from)
            && matches!(peer.state, State::Known { opens_at: None })
            && opens
        {
            peer.state = State::Known { opens_at: Some(answer_at) };
        }
    }

    fn admit(&mut self, now: SimTime, from: Instance, name: String) -> bool {
        if self.peers.len() >= limits::MAX_MESH_PEERS {
            self.refused_count += 1;
            return false;
        }
        self.peers.insert(from, Peer { name, heard_at: now, state: State::Known { opens_at: None } });
        true
    }

    fn on_open(&mut self, now: SimTime, from: Instance, number: u32) {
        if !self.peers.contains_key(&from) && !self.admit(now, from, String::new()) {
            return;
        }
        let Some(peer) = self.peers.get_mut(&from) else { return };
        let before = std::mem::replace(&mut peer.state, State::Connected { number });
        if before != peer.state {
            if matches!(before, State::Connected { .. }) {
                self.acts.push_back(MeshAct::Down(from));
            }
            self.post(Some(from), Content::Accept(number));
            self.acts.push_back(MeshAct::Up(from));
        } else {
            self.post(Some(from), Content::Accept(number));
        }
    }

    fn on_accept(&mut self, from: Instance, accepted: u32) {
        let Some(peer) = self.peers.get_mut(&from) else { return };
        if matches!(peer.state, State::Opening { number, .. } if number == accepted) {
            peer.state = State::Connected { number: accepted };
            self.acts.push_back(MeshAct::Up(from));
        }
    }

    fn on_frame(&mut self, from: Instance, on: u32, bytes: Vec<u8>) {
        // The acceptance may have been lost on the way.
        self.on_accept(from, on);
        if self.number_of(from) == Some(on) {
            self.acts.push_back(MeshAct::Frame(from, bytes));
        } else {
            self.post(Some(from), Content::Reset(on));
        }
    }

    fn on_reset(&mut self, now: SimTime, from: Instance, on: u32) {
        if self.number_of(from).is_some_and(|number| on == number || on == NO_NUMBER) {
            self.acts.push_back(MeshAct::Down(from));
            self.reopen(now, from);
        }
    }

    fn reopen(&mut self, now: SimTime, from: Instance) {
        let opens_at = (self.me < from).then(|| now + OPEN_AGAIN_AFTER);
        if let Some(peer) = self.peers.get_mut(&from) {
            peer.state = State::Known { opens_at };
        }
    }

    fn number_of(&self, instance: Instance) -> Option<u32> {
        match self.peers.get(&instance)?.state {
            State::Connected { number } => Some(number),
            State::Known { .. } | State::Opening { .. } => None,
        }
    }

    fn forget(&mut self, instance: Instance) {
        if let Some(peer) = self.peers.remove(&instance)
            && matches!(peer.state, State::Connected { .. })
        {
            self.acts.push_back(MeshAct::Down(instance));
        }
    }

    /// Sends bytes over a connection; nothing happens if it is gone.
    pub fn send(&mut self, to: Instance, bytes: Vec<u8>) {
        if let Some(number) = self.number_of(to) {
            self.post(Some(to), Content::Frame(number, bytes));
        }
    }

    /// Ends a connection whose bytes were no messages. A new one follows.
    pub fn reset(&mut self, now: SimTime, instance: Instance) {
        if let Some(number) = self.number_of(instance) {
            self.post(Some(instance), Content::Reset(number));
            self.reopen(now, instance);
        }
    }

    fn post(&mut self, to: Option<Instance>, content: Content) {
        if self.is_open {
            self.acts.push_back(MeshAct::Post(envelope::encode(&Envelope { from: self.me, to, content })));
        }
    }

    /// When [`Mesh::tick`] is due next.
    #[must_use]
    pub fn next_wake(&self) -> Option<SimTime> {
        let opens = self.peers.values().filter_map(|peer| match peer.state {
            State::Known { opens_at } => opens_at,
            State::Opening { again_at, .. } => Some(again_at),
            State::Connected { .. } => None,
        });
        self.is_open.then(|| opens.chain([self.next_presence, self.next_look]).min()).flatten()
    }

    /// Does what is due.
    pub fn tick(&mut self, now: SimTime) {
        if !self.is_open {
            return;
        }
        if self.next_presence <= now {
            self.announce(now);
        }
        self.open_due(now);
        if self.next_look <= now {
            self.next_look = now + SimDuration::from_ms(2_000);
            self.look_after(now);
        }
    }

    fn open_due(&mut self, now: SimTime) {
        let is_due = |state: State| match state {
            State::Known { opens_at } => opens_at.is_some_and(|at| at <= now),
            State::Opening { again_at, .. } => again_at <= now,
            State::Connected { .. } => false,
        };
        let due: Vec<Instance> = self.peers.iter().filter(|(_, peer)| is_due(peer.state)).map(|(instance, _)| *instance).collect();
        for instance in due {
            let number = match self.peers.get(&instance).map(|peer| peer.state) {
                Some(State::Opening { number, .. }) => number,
                _ => self.rng.bits32().max(NO_NUMBER + 1),
            };
            if let Some(peer) = self.peers.get_mut(&instance) {
                peer.state = State::Opening { number, again_at: now + OPEN_AGAIN_AFTER };
            }
            self.post(Some(instance), Content::Open(number));
        }
    }

    fn look_after(&mut self, now: SimTime) {
        let silent: Vec<(Instance, SimDuration)> =
            self.peers.iter().map(|(instance, peer)| (*instance, now.since(peer.heard_at))).collect();
        for (instance, silence) in silent {
            if silence >= DEAD_AFTER {
                self.forget(instance);
            } else if silence >= ASK_AFTER {
                self.post(Some(instance), Content::Ping);
            }
        }
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Option<MeshAct> {
        self.acts.pop_front()
    }

    /// The name of a peer, as it said.
    #[must_use]
    pub fn name_of(&self, instance: Instance) -> Option<&str> {
        self.peers.get(&instance).map(|peer| peer.name.as_str()).filter(|name| !name.is_empty())
    }

    /// Who is known, connected or not.
    #[must_use]
    pub fn known_count(&self) -> usize {
        self.peers.len()
    }

    /// Messages that were none.
    #[must_use]
    pub const fn malformed_count(&self) -> u64 {
        self.malformed_count
    }

    /// Peers that were too many.
    #[must_use]
    pub const fn refused_count(&self) -> u64 {
        self.refused_count
    }
}

#[cfg(test)]
mod tests;
