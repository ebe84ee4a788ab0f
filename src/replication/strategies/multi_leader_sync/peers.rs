//! Between sites: the leader's side of the reconnect protocol with each neighbouring site.

use super::{Arc, Attached, Change, Message, MultiLeaderSync, Out, Record, Timer, equality};
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Delta, Key};
use crate::replication::exchange::{Exchange, ExchangeMessage, Hello};
use crate::replication::ids::{NodeId, SiteId, StoreId};
use crate::replication::log::Epoch;
use crate::replication::note::{Alarm, ExchangeNote, Note};
use crate::replication::protocol::{Connection, Env};
use crate::replication::time::SimDuration;
use crate::replication::view::{ExchangePhase, Role};

impl MultiLeaderSync {
    pub(super) fn on_handshake_due(&mut self, env: &mut Env<'_>, out: &mut Out) {
        let every = self.config.handshake_every.0;
        let jitter = every / 4 * u64::from(env.rng.below(1_000)) / 1_000;
        out.set_timer(Timer::Handshake, SimDuration(every + jitter));
        self.collect(env, out);
        self.greet_all(env, out);
    }

    /// Greets every neighbouring site; one that does not answer is tried at its next node.
    pub fn greet_all(&mut self, env: &Env<'_>, out: &mut Out) {
        if self.role != Role::Leader {
            return;
        }
        let is_open = self.is_open();
        for index in 0..self.exchanges.len() {
            let exchange = &mut self.exchanges[index];
            if exchange.unanswered_count >= 2 && !is_open {
                let nodes: Vec<NodeId> = env.cluster.nodes_of(exchange.site).map(|member| member.node).collect();
                let position = nodes.iter().position(|node| *node == exchange.peer).map_or(0, |position| position + 1);
                exchange.peer = nodes[position % nodes.len()];
                exchange.unanswered_count = 0;
                exchange.is_down = false;
            }
            exchange.unanswered_count += 1;
            self.greet(index, true, out);
        }
    }

    pub(super) fn greet(&self, index: usize, asks_back: bool, out: &mut Out) {
        let exchange = &self.exchanges[index];
        if exchange.is_down || exchange.is_stopped {
            return;
        }
        let hello = Hello {
            store: self.store_id,
            epoch: self.epoch,
            receiver_epoch: exchange.epoch,
            vector: self.store.vector().clone(),
            own: self.own.clone(),
            writes_as: self.writer.replica,
            retired: self.store.retired(),
            is_device: self.me.is_device,
            asks_back,
            is_routine: exchange.phase == ExchangePhase::Equal,
        };
        out.send(exchange.peer, Message::Exchange(ExchangeMessage::Hello(hello)));
    }

    pub(super) fn on_peer_connection(&mut self, env: &mut Env<'_>, peer: NodeId, connection: Connection, out: &mut Out) {
        let site = env.cluster.members[peer.index()].site;
        if self.is_open() {
            // Nobody stays: what is known of a peer is known of this connection.
            self.exchanges.retain(|exchange| exchange.site != site);
            if connection == Connection::Up {
                self.exchanges.push(Exchange::new(site, peer));
            }
        }
        let Some(index) = self.exchange_with(site) else { return };
        if self.exchanges[index].peer != peer {
            return;
        }
        match connection {
            Connection::Down => self.exchanges[index].on_down(),
            Connection::Up => {
                self.exchanges[index].is_down = false;
                self.exchanges[index].phase = ExchangePhase::Apart;
                if self.role == Role::Leader {
                    self.greet(index, true, out);
                }
            }
        }
    }

    fn exchange_with(&self, site: SiteId) -> Option<usize> {
        self.exchanges.iter().position(|exchange| exchange.site == site)
    }

    pub(super) fn on_exchange(&mut self, env: &mut Env<'_>, from: NodeId, message: ExchangeMessage, out: &mut Out) {
        let site = env.cluster.members[from.index()].site;
        let Some(index) = self.exchange_with(site) else { return };
        if let ExchangeMessage::NotLeader(epoch) = message {
            if !self.is_open() {
                self.on_not_leader(index, epoch, out);
            }
            return;
        }
        if self.role != Role::Leader {
            out.send(from, Message::Exchange(ExchangeMessage::NotLeader(self.epoch)));
            return;
        }
        if let ExchangeMessage::Keys(keys) = &message {
            self.compare_keys(keys, out);
        }
        if self.exchanges[index].is_stopped {
            return;
        }
        match message {
            ExchangeMessage::Hello(hello) => self.on_hello(env, index, from, &hello, out),
            ExchangeMessage::Batch { round, deltas, is_linked } => self.on_batch(env, (index, from), round, (&deltas, is_linked), out),
            ExchangeMessage::Ack { round, vector } => self.on_ack(index, from, round, &vector, out),
            ExchangeMessage::Nack { round, vector } => self.on_nack(index, round, &vector, out),
            ExchangeMessage::Done { vector, retired, sum, decided } => {
                self.on_done(index, from, (&vector, retired), (sum, decided), out);
            }
            ExchangeMessage::State(part) => {
                if let Some(part) = part.get() {
                    self.on_state(env, (index, from), part, out);
                }
            }
            ExchangeMessage::NotLeader(_) | ExchangeMessage::Keys(_) => {}
        }
    }

    fn on_not_leader(&mut self, index: usize, epoch: Epoch, out: &mut Out) {
        let exchange = &mut self.exchanges[index];
        let Some(leader) = epoch.leader.filter(|_| epoch > exchange.epoch) else { return };
        exchange.epoch = epoch;
        exchange.peer = leader;
        exchange.is_down = false;
        if self.role == Role::Leader {
            self.greet(index, true, out);
        }
    }

    fn on_hello(&mut self, env: &mut Env<'_>, index: usize, from: NodeId, hello: &Hello, out: &mut Out) {
        if !self.is_open() {
            self.on_epoch(env, hello.receiver_epoch, out);
        }
        if self.role != Role::Leader {
            out.send(from, Message::Exchange(ExchangeMessage::NotLeader(self.epoch)));
            return;
        }
        self.check_amnesia(from, hello, out);
        self.hear(env, hello, out);
        if hello.epoch < self.exchanges[index].epoch {
            // A leader that was replaced: tell it, by the leadership that our greeting names.
            let current = std::mem::replace(&mut self.exchanges[index].peer, from);
            self.greet(index, false, out);
            self.exchanges[index].peer = current;
            return;
        }
        let pending_before = self.pending_at(index);
        let exchange = &mut self.exchanges[index];
        exchange.epoch = hello.epoch;
        exchange.peer = from;
        exchange.is_down = false;
        exchange.unanswered_count = 0;
        exchange.store = Some(hello.store);
        exchange.acknowledged = hello.vector.clone();
        exchange.restart_from(&hello.vector, self.config.rules.cursor_is_vector);
        exchange.compare_collected(hello, &self.store);
        self.open(index, out);
        self.tell_pending(index, pending_before, out);
        self.attach(hello, out);
        if hello.asks_back {
            self.greet(index, false, out);
        }
        self.pump(index, out);
    }

    /// A device in an open world is attached to the first peer that is no device, until that one is out of reach and another
    /// greets. What a peer says of itself is believed, also when it is less than before: then writes are pending again.
    fn attach(&mut self, hello: &Hello, out: &mut Out) {
        if !self.is_open() || !self.me.is_device {
            return;
        }
        if !self.config.rules.confirm_at_hub {
            return self.attach_to_anybody(&hello.vector, out);
        }
        if hello.is_device {
            return;
        }
        let is_in_reach = |store| self.exchanges.iter().any(|exchange| exchange.store == Some(store));
        if self.attached.as_ref().is_none_or(|attached| attached.store == hello.store || !is_in_reach(attached.store)) {
            self.set_attached(Attached { store: hello.store, acknowledged: hello.vector.clone() }, out);
        }
    }

    /// Rule R8 off: whoever holds a write confirms it.
    fn attach_to_anybody(&mut self, vector: &VersionVector, out: &mut Out) {
        let mut acknowledged = self.attached.take().map(|attached| attached.acknowledged).unwrap_or_default();
        acknowledged.merge(vector);
        self.set_attached(Attached { store: StoreId::default(), acknowledged }, out);
    }

    fn on_attached_ack(&mut self, index: usize, out: &mut Out) {
        if !self.config.rules.confirm_at_hub && self.is_open() {
            return self.attach_to_anybody(&self.exchanges[index].acknowledged.clone(), out);
        }
        let Some(attached) = &self.attached else { return };
        if self.exchanges[index].store == Some(attached.store) {
            let attached = Attached { acknowledged: self.exchanges[index].acknowledged.clone(), ..attached.clone() };
            self.set_attached(attached, out);
        }
    }

    fn set_attached(&mut self, attached: Attached, out: &mut Out) {
        if self.attached.as_ref() != Some(&attached) {
            out.persist(Record(vec![Change::Attached(attached.clone())]));
            self.attached = Some(attached);
        }
    }

    fn open(&mut self, index: usize, out: &mut Out) {
        let missing_count = self.exchanges[index].missing_count(&self.store) as u32;
        let exchange = &mut self.exchanges[index];
        if missing_count > 0 || exchange.phase == ExchangePhase::Apart {
            exchange.phase = ExchangePhase::Syncing;
            let site = exchange.site;
            out.note(|| Note::Exchange(site, ExchangeNote::Opened { missing_count }));
        }
    }

    /// A peer that knows more of an identity of mine than I do: my store went back (rule R9). It is pulled like
    /// anyone's; nothing is written under it again.
    fn check_amnesia(&mut self, from: NodeId, hello: &Hello, out: &mut Out) {
        if !self.config.rules.heed_amnesia {
            return;
        }
        let lost = |id: &&crate::replication::ids::ReplicaId| hello.vector.get(**id) > self.store.vector().get(**id);
        let Some(lost) = self.own.iter().find(lost).copied() else { return };
        if self.writer.replica == Some(lost) {
            self.writer.replica = None;
        }
        if !self.told_amnesia {
            self.told_amnesia = true;
            out.note(|| Note::Amnesia(from));
        }
    }

    fn on_batch(
        &mut self,
        env: &mut Env<'_>,
        (index, from): (usize, NodeId),
        round: u32,
        (deltas, is_linked): (&[Arc<Delta>], bool),
        out: &mut Out,
    ) {
        let mut changes = Vec::new();
        let alarm_before = self.alarm.take();
        let taken = self.ingest(env, (deltas, is_linked), &mut changes, out);
        let raised = self.alarm;
        self.alarm = raised.or(alarm_before);
        for run in deltas[..taken].chunk_by(|one, next| one.dot.replica == next.dot.replica) {
            self.exchanges[index].received(&run[run.len() - 1]);
        }
        self.rule_on(env, &keys_of(&deltas[..taken]), &mut changes, out);
        let is_new = !changes.is_empty();
        if is_new {
            out.persist(Record(changes));
        }
        let vector = self.store.vector().clone();
        let answer =
            if taken == deltas.len() { ExchangeMessage::Ack { round, vector } } else { self.on_hole(index, round, vector, raised, out) };
        out.send(from, Message::Exchange(answer));
        if is_new {
            self.ship(out);
            self.pump_news(out);
        }
    }

    fn on_hole(&mut self, index: usize, round: u32, vector: VersionVector, raised: Option<Alarm>, out: &mut Out) -> ExchangeMessage {
        let site = self.exchanges[index].site;
        if let Some(alarm) = raised {
            self.exchanges[index].is_stopped = true;
            out.note(|| Note::Alarm(alarm));
        }
        out.note(|| Note::Exchange(site, ExchangeNote::Hole));
        ExchangeMessage::Nack { round, vector }
    }

    fn on_ack(&mut self, index: usize, from: NodeId, round: u32, vector: &VersionVector, out: &mut Out) {
        let exchange = &mut self.exchanges[index];
        if exchange.peer != from || !exchange.is_current(round) {
            return;
        }
        let pending_before = self.pending_at(index);
        self.exchanges[index].acknowledge(vector);
        self.tell_pending(index, pending_before, out);
        self.on_attached_ack(index, out);
        self.pump(index, out);
    }

    fn on_nack(&mut self, index: usize, round: u32, vector: &VersionVector, out: &mut Out) {
        if self.exchanges[index].is_current(round) {
            self.exchanges[index].refused(vector, &self.store, self.config.rules.cursor_is_vector);
            self.pump(index, out);
        }
    }

    /// Equal vectors must have equal hashes, and equal decided values (rule R11).
    fn on_done(&mut self, index: usize, from: NodeId, (vector, retired): (&VersionVector, u64), (sum, decided): (u64, u64), out: &mut Out) {
        if vector != self.store.vector() || retired != self.store.retired() {
            return;
        }
        let is_decided_equal = decided == 0 || decided == self.decided_digest();
        let site = self.exchanges[index].site;
        if (sum == self.store.sum() && is_decided_equal) || !self.config.rules.end_on_equality {
            if self.exchanges[index].phase != ExchangePhase::Equal {
                self.exchanges[index].phase = ExchangePhase::Equal;
                out.note(|| Note::Exchange(site, ExchangeNote::Equal));
            }
        } else {
            let alarm = Alarm::HashesDiffer(from);
            self.alarm = Some(alarm);
            self.exchanges[index].is_stopped = true;
            out.note(|| Note::Alarm(alarm));
            out.send(from, Message::Exchange(ExchangeMessage::Keys(self.key_hashes())));
        }
    }

    /// Sends what is new at once, unless that waits for the next handshake.
    pub(super) fn pump_news(&mut self, out: &mut Out) {
        if self.config.exchange_every == SimDuration::ZERO {
            self.pump_all(out);
        }
    }

    fn pump_all(&mut self, out: &mut Out) {
        for index in 0..self.exchanges.len() {
            self.pump(index, out);
        }
    }

    pub(super) fn pump(&mut self, index: usize, out: &mut Out) {
        if self.role != Role::Leader {
            return;
        }
        let peer = self.exchanges[index].peer;
        let (is_open, store, mode) = (self.is_open(), &self.store, self.mode);
        for message in self.exchanges[index].pump(store, || equality::decided_digest(is_open, mode, store)) {
            out.send(peer, Message::Exchange(message));
        }
    }

    /// Whether the site of this exchange must hold our writes before they count as confirmed (rule R8): for a device
    /// the datacenter it is attached to, for a datacenter every other one.
    pub(super) fn is_required(&self, index: usize, is_device: impl Fn(SiteId) -> bool) -> bool {
        if self.me.is_device {
            let first_datacenter = self.exchanges.iter().position(|exchange| !is_device(exchange.site));
            return first_datacenter.unwrap_or(0) == index;
        }
        !is_device(self.exchanges[index].site)
    }

    /// Own writes that the site of this exchange does not hold, as far as known.
    fn pending_at(&self, index: usize) -> u32 {
        let (known, acknowledged) = (self.store.vector(), &self.exchanges[index].acknowledged);
        self.own.iter().map(|id| known.get(*id).saturating_sub(acknowledged.get(*id))).sum::<u64>() as u32
    }

    pub(super) fn own_dots(&self) -> impl Iterator<Item = Dot> + '_ {
        let counters = |replica: crate::replication::ids::ReplicaId| 1..=self.store.vector().get(replica);
        self.own.iter().flat_map(move |replica| counters(*replica).map(|counter| Dot { replica: *replica, counter }))
    }

    fn tell_pending(&self, index: usize, before: u32, out: &mut Out) {
        let site = self.exchanges[index].site;
        let pending_count = self.pending_at(index);
        match pending_count.cmp(&before) {
            std::cmp::Ordering::Less => out.note(|| Note::Exchange(site, ExchangeNote::Confirmed { pending_count })),
            std::cmp::Ordering::Greater => out.note(|| Note::Exchange(site, ExchangeNote::PendingAgain { pending_count })),
            std::cmp::Ordering::Equal => {}
        }
    }
}

/// The keys that these deltas write.
pub(super) fn keys_of(deltas: &[Arc<Delta>]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for delta in deltas {
        if keys.last() != Some(&delta.key) && !keys.contains(&delta.key) {
            keys.push(delta.key.clone());
        }
    }
    keys
}
