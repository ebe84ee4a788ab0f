//! The leader at work: one task that owns it and its store. Connections send it events and get frames to send.

use super::log::Log;
use super::queue::Queue;
use super::refusal::Refusal;
use super::store::RedbStore;
use crate::limits;
use crate::offline::leader::{Act, LocalLeader, Now, PeerId};
use crate::offline::storage::{Commit, Storage, StorageError};
use crate::replication::note::{Alarm, Note};
use crate::replication::time::{LocalTime, SimTime};
use hyper::body::Bytes;
use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep_until;

/// What connections tell. Each has a number of its own: the leader uses its names for them again.
pub(super) enum Event {
    Join(u64, Link),
    Frame(u64, Bytes),
    Leave(u64),
}

/// A connection that has shown the secret.
pub(super) struct Link {
    pub(super) address: SocketAddr,
    pub(super) queue: Queue,
    /// Told when the hub ends it.
    pub(super) end: oneshot::Sender<Refusal>,
}

/// The time as a leader wants it.
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { steady: SimTime(nanoseconds(self.0.elapsed())), wall: LocalTime(nanoseconds(wall).min(i64::MAX as u64) as i64) }
    }

    fn instant(&self, at: SimTime) -> tokio::time::Instant {
        (self.0 + Duration::from_nanos(at.0)).into()
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

type Saving = JoinHandle<Result<(), StorageError>>;

pub(super) struct Hub {
    leader: LocalLeader,
    store: RedbStore,
    clock: Clock,
    log: Arc<Log>,
    links: BTreeMap<u64, (PeerId, Link)>,
    saving: Option<Saving>,
    /// Events taken since the commit under way began.
    events_meanwhile: usize,
}

impl Hub {
    pub(super) fn new(leader: LocalLeader, store: RedbStore, clock: Clock, log: Arc<Log>) -> Self {
        Self { leader, store, clock, log, links: BTreeMap::new(), saving: None, events_meanwhile: 0 }
    }

    /// Works until all who could send events are gone, and what they sent is durable, or until the store fails.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Event>) -> Result<(), StorageError> {
        loop {
            self.settle();
            let has_room = self.events_meanwhile < limits::MAX_EVENTS_PER_COMMIT;
            let wake = self.leader.next_wake().map(|at| self.clock.instant(at));
            tokio::select! {
                saved = saved(&mut self.saving) => {
                    saved?;
                    self.saving = None;
                    self.leader.committed();
                }
                event = inbox.recv(), if has_room => match event {
                    Some(event) => self.on_event(event),
                    None => break,
                },
                () = at(wake) => self.leader.tick(self.clock.now()),
            }
        }
        while self.saving.is_some() {
            saved(&mut self.saving).await?;
            self.saving = None;
            self.leader.committed();
            self.settle();
        }
        Ok(())
    }

    /// Does what there is to do, until that is a commit.
    fn settle(&mut self) {
        while self.saving.is_none() {
            match self.leader.poll() {
                Some(Act::Commit(commit)) => self.save(commit),
                Some(Act::Send(peer, frame)) => self.send(peer, frame),
                Some(Act::Tell(note)) => self.tell(&note),
                // Nobody here asks.
                Some(Act::Answer(..)) => {}
                None => return,
            }
        }
    }

    fn save(&mut self, commit: Commit) {
        let mut store = self.store.clone();
        self.events_meanwhile = 0;
        self.saving = Some(tokio::spawn(async move { store.commit(&commit).await }));
    }

    fn on_event(&mut self, event: Event) {
        self.events_meanwhile += usize::from(self.saving.is_some());
        match event {
            Event::Join(number, link) => match self.leader.connect(self.clock.now()) {
                Ok(peer) => drop(self.links.insert(number, (peer, link))),
                Err(_) => drop(link.end.send(Refusal::Full)),
            },
            Event::Frame(number, frame) => {
                let Some((peer, _)) = self.links.get(&number) else { return };
                if let Err(problem) = self.leader.receive(self.clock.now(), *peer, &frame) {
                    self.end(number, Refusal::Frame(problem));
                }
            }
            Event::Leave(number) => self.end(number, Refusal::Gone),
        }
    }

    fn end(&mut self, number: u64, refusal: Refusal) {
        if let Some((peer, link)) = self.links.remove(&number) {
            self.leader.disconnect(self.clock.now(), peer);
            // One that left by itself does not listen.
            drop(link.end.send(refusal));
        }
    }

    fn link(&self, is: impl Fn(PeerId) -> bool) -> Option<(u64, &Link)> {
        self.links.iter().find(|(_, (peer, _))| is(*peer)).map(|(number, (_, link))| (*number, link))
    }

    fn send(&mut self, peer: PeerId, frame: Vec<u8>) {
        if let Some((number, link)) = self.link(|own| own == peer)
            && !link.queue.push(frame)
        {
            self.end(number, Refusal::Slow);
        }
    }

    /// What a person should know; what else notes tell shows at the devices.
    fn tell(&self, note: &Note) {
        let name =
            |node: u16| self.link(|peer| peer.site().0 == node).map_or_else(|| "a device".to_owned(), |(_, link)| link.address.to_string());
        match note {
            Note::Alarm(Alarm::HashesDiffer(node)) => {
                self.log.tell(&format!("alarm: the data of {} differs from what is stored here", name(node.0)))
            }
            Note::Alarm(Alarm::DotReused(dot)) => {
                let stopped = self.links.values().filter(|(peer, _)| self.leader.is_stopped(*peer));
                let addresses: Vec<String> = stopped.map(|(_, link)| link.address.to_string()).collect();
                self.log.tell(&format!(
                    "alarm: two different writes are both number {} of replica {:x}; stopped: {}",
                    dot.counter,
                    dot.replica.0,
                    addresses.join(", ")
                ));
            }
            Note::Amnesia(node) => {
                self.log.tell(&format!("{} knows writes of this peer that its data file does not hold: the file went back", name(node.0)))
            }
            Note::Told("collected", sentence) => self.log.tell(&format!("{sentence}; {} are held", self.leader.node().deltas().len())),
            _ => {}
        }
    }
}

async fn saved(saving: &mut Option<Saving>) -> Result<(), StorageError> {
    match saving {
        Some(saving) => saving.await.unwrap_or_else(|error| Err(StorageError::Unavailable(error.to_string()))),
        None => pending().await,
    }
}

async fn at(wake: Option<tokio::time::Instant>) {
    match wake {
        Some(wake) => sleep_until(wake).await,
        None => pending().await,
    }
}
