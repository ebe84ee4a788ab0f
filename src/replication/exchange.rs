//! The reconnect protocol between the leaders of two sites, seen from one of them. The receiver's version vector is
//! the only cursor (rule R5); an interruption anywhere needs no clean-up; the end is checked on equality (rule R11).
//!
//! HELLO ⇄ BATCH → ACK / NACK → DONE; where the two have not collected the same (rule R10), STATE → ACK comes first. Knows deltas and vectors, no roles and no store.

use super::causality::VersionVector;
use super::delta::{Delta, Key};
use super::ids::{NodeId, ReplicaId, SiteId, StoreId};
use super::log::Epoch;
use super::outside::Outside;
use super::state::{self, Incoming, State, StatePart};
use super::store::DeltaStore;
use super::view::ExchangePhase;
use crate::limits;
use std::collections::VecDeque;
use std::sync::Arc;

/// A message of the exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeMessage {
    /// "This is what I know."
    Hello(Hello),
    /// Deltas in causal order.
    Batch {
        /// The sender's round: answers to an earlier one are stale.
        round: u32,
        /// The deltas.
        deltas: Vec<Arc<Delta>>,
        /// Whether each chain hash is known to follow from that of its writer's delta before it in this batch. Decoding
        /// computes them from each other: they need not be computed again.
        is_linked: bool,
    },
    /// Everything up to here is durable at the sender of this.
    Ack {
        /// The round of the batch.
        round: u32,
        /// All that is known, and durable.
        vector: VersionVector,
    },
    /// The batch does not follow on what is known: restart from here.
    Nack {
        /// The round of the batch.
        round: u32,
        /// All that is known.
        vector: VersionVector,
    },
    /// "I have sent all I have."
    Done {
        /// All that is known.
        vector: VersionVector,
        /// Hash of what was collected; see [`Hello::retired`].
        retired: u64,
        /// The sum of all delta hashes, collected or not.
        sum: u64,
        /// Hash of all decided values; 0 where the sender does not tell.
        decided: u64,
    },
    /// "This is what I have collected, and what I kept" (rule R10). Goes before all deltas while it differs.
    State(Outside<Arc<StatePart>>),
    /// What hashes differ in: for each key the sum of its delta hashes, and the hash of its decided value.
    Keys(Vec<KeyHashes>),
    /// "I do not lead my site; this one does."
    NotLeader(Epoch),
}

/// The lowest rung of the ladder that leads from unequal hashes to the key (rule R11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHashes {
    /// The key.
    pub key: Key,
    /// The sum of its delta hashes.
    pub sum: u64,
    /// The hash of its decided value.
    pub decided: u64,
}

/// The opening of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The sender's store.
    pub store: StoreId,
    /// The sender's leadership of its site.
    pub epoch: Epoch,
    /// The newest leadership of the receiver's site that the sender has heard of.
    pub receiver_epoch: Epoch,
    /// All that the sender knows, durable.
    pub vector: VersionVector,
    /// All identities that the sender's store ever wrote under (rule R9).
    pub own: Vec<ReplicaId>,
    /// The identity that the sender writes under now, once minted: all its other ones are retired (rule R10).
    pub writes_as: Option<ReplicaId>,
    /// Hash of what the sender has collected (rule R10); 0 when nothing.
    pub retired: u64,
    /// Whether the sender is a person's device.
    pub is_device: bool,
    /// Whether the sender wants a HELLO back.
    pub asks_back: bool,
    /// Whether the sender believes that nothing is to be exchanged: a mere sign of life.
    pub is_routine: bool,
}

/// One leader's end of an exchange.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The other site.
    pub site: SiteId,
    /// Its leader, as far as known.
    pub peer: NodeId,
    /// Its store, once it has greeted.
    pub store: Option<StoreId>,
    /// The newest leadership of that site heard of.
    pub epoch: Epoch,
    /// What its leader acknowledged as durable.
    pub acknowledged: VersionVector,
    /// Where the exchange is.
    pub phase: ExchangePhase,
    /// HELLOs in a row without any answer.
    pub unanswered_count: u32,
    /// Whether the stream to the peer is known to be broken.
    pub is_down: bool,
    /// Whether the peer was stopped after an alarm.
    pub is_stopped: bool,
    /// Goes up with every restart from a vector.
    round: u32,
    /// What the peer has or was sent.
    sent: VersionVector,
    /// Position in the store's order of arrival before which nothing is left to send.
    cursor: usize,
    batches_in_flight: usize,
    done_for: Option<usize>,
    collected: Outside<Collected>,
}

/// What is known and told of what was collected (rule R10).
#[derive(Clone, Debug, Default)]
struct Collected {
    /// What the peer has collected, as it said last; see [`Hello::retired`].
    theirs: u64,
    /// What is to be told, and to what these parts answer: the own hash and the peer's.
    offer: VecDeque<StatePart>,
    offered_for: (u64, u64),
    incoming: Incoming,
}

impl Collected {
    /// The peer greeted. What is already being told is not begun again.
    fn compare(&mut self, hello: &Hello, store: &DeltaStore) {
        self.theirs = hello.retired;
        if self.theirs == store.retired() || store.retired() == 0 {
            self.offer.clear();
            return;
        }
        let pair = (store.retired(), self.theirs);
        if self.offered_for != pair || (self.offer.is_empty() && hello.asks_back) {
            self.offered_for = pair;
            self.offer = state::parts(store, &hello.vector);
        }
    }

    /// The peer knows no more than this. Where it lacks something settled, it has not collected what was collected here,
    /// whatever it greeted with before: without being told it could not follow the chains of what is left.
    fn doubt(&mut self, vector: &VersionVector, store: &DeltaStore) {
        if store.base().is_some_and(|base| !vector.covers_all(&base.vector())) {
            self.theirs = 0;
            self.offered_for = (store.retired(), self.theirs);
            self.offer = state::parts(store, vector);
        }
    }
}

impl Exchange {
    /// An exchange with `site`, nothing known yet.
    #[must_use]
    pub fn new(site: SiteId, peer: NodeId) -> Self {
        Self {
            site,
            peer,
            store: None,
            epoch: Epoch::default(),
            acknowledged: VersionVector::new(),
            phase: ExchangePhase::Apart,
            unanswered_count: 0,
            is_down: false,
            is_stopped: false,
            round: 0,
            sent: VersionVector::new(),
            cursor: 0,
            batches_in_flight: 0,
            done_for: None,
            collected: Outside::default(),
        }
    }

    /// The peer greeted: what it has collected may differ from what was collected here.
    pub fn compare_collected(&mut self, hello: &Hello, store: &DeltaStore) {
        if let Some(collected) = self.collected.get_mut() {
            collected.compare(hello, store);
        }
    }

    /// The peer refused a batch, and knows no more than `vector`: start over from there.
    pub fn refused(&mut self, vector: &VersionVector, store: &DeltaStore, follows_vector: bool) {
        self.restart_from(vector, follows_vector);
        if let Some(collected) = self.collected.get_mut() {
            collected.doubt(vector, store);
        }
    }

    /// Takes in a part of what the peer has collected; all of it once the last has come.
    pub fn take_state(&mut self, part: &Arc<StatePart>) -> Option<State> {
        self.collected.get_mut()?.incoming.take(part)
    }

    /// The store's order of arrival is another one.
    pub fn on_rewritten(&mut self) {
        self.cursor = 0;
        self.done_for = None;
        if let Some(collected) = self.collected.get_mut() {
            collected.offer.clear();
        }
    }

    /// What to send of what was collected, while that differs: no delta goes before.
    fn pump_state(&mut self, store: &DeltaStore) -> Option<Vec<ExchangeMessage>> {
        let collected = self.collected.get_mut().filter(|collected| collected.theirs != store.retired())?;
        let mut messages = Vec::new();
        while self.batches_in_flight < limits::MAX_BATCHES_IN_FLIGHT {
            let Some(part) = collected.offer.pop_front() else { break };
            self.batches_in_flight += 1;
            let part = StatePart { round: self.round, ..part };
            messages.push(ExchangeMessage::State(Outside::new(|| Arc::new(part))));
        }
        Some(messages)
    }

    /// The peer said what it knows: start over from there. Without `follows_vector` (rule R5 off) the sender trusts
    /// its own memory of what it sent.
    pub fn restart_from(&mut self, vector: &VersionVector, follows_vector: bool) {
        self.round = self.round.wrapping_add(1);
        self.batches_in_flight = 0;
        self.done_for = None;
        if follows_vector {
            self.sent = vector.clone();
            self.cursor = 0;
        }
    }

    /// Whether an answer to `round` is to the current one.
    #[must_use]
    pub const fn is_current(&self, round: u32) -> bool {
        self.round == round
    }

    /// The stream broke: what is in flight is gone.
    pub fn on_down(&mut self) {
        self.phase = ExchangePhase::Apart;
        self.is_down = true;
        self.batches_in_flight = 0;
    }

    /// The peer sent `delta`, after all of the same writer before it: no need to send them back.
    pub fn received(&mut self, delta: &Delta) {
        self.sent.observe(delta.dot);
        self.acknowledged.observe(delta.dot);
    }

    /// A batch was acknowledged.
    pub fn acknowledge(&mut self, vector: &VersionVector) {
        self.batches_in_flight = self.batches_in_flight.saturating_sub(1);
        self.acknowledged.merge(vector);
    }

    /// The number of deltas that the peer has not been sent.
    #[must_use]
    pub fn missing_count(&self, store: &DeltaStore) -> usize {
        store.unknown_count(self.cursor, &self.sent)
    }

    /// What to send now: batches up to the window, then DONE once everything was acknowledged.
    pub fn pump(&mut self, store: &DeltaStore, decided: impl FnOnce() -> u64) -> Vec<ExchangeMessage> {
        let mut messages = Vec::new();
        if self.phase == ExchangePhase::Apart || self.is_stopped {
            return messages;
        }
        if let Some(messages) = self.pump_state(store) {
            return messages;
        }
        while self.batches_in_flight < limits::MAX_BATCHES_IN_FLIGHT {
            let deltas = self.next_batch(store);
            if deltas.is_empty() {
                break;
            }
            self.batches_in_flight += 1;
            self.phase = ExchangePhase::Syncing;
            messages.push(ExchangeMessage::Batch { round: self.round, deltas, is_linked: false });
        }
        if self.batches_in_flight == 0 && self.done_for != Some(store.len()) {
            self.done_for = Some(store.len());
            messages.push(ExchangeMessage::Done {
                vector: store.vector().clone(),
                retired: store.retired(),
                sum: store.sum(),
                decided: decided(),
            });
        }
        messages
    }

    fn next_batch(&mut self, store: &DeltaStore) -> Vec<Arc<Delta>> {
        let (mut deltas, mut bytes) = (Vec::new(), 0);
        for delta in store.arrived_from(self.cursor) {
            let is_known = self.sent.covers(delta.dot);
            if !is_known {
                bytes += delta.bytes_most();
                if deltas.len() == limits::MAX_BATCH_DELTAS || (bytes > limits::MAX_BATCH_BYTES && !deltas.is_empty()) {
                    break;
                }
                self.sent.observe(delta.dot);
                deltas.push(delta.clone());
            }
            self.cursor += 1;
        }
        deltas
    }
}
