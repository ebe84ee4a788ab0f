//! A node that a client asks: it names the write, asks the replicas, waits for a quorum (Gifford, "Weighted Voting",
//! 1979), and answers. Keeps nothing but the requests under way.

use super::cell::{Cell, Content, Version, Write};
use super::message::{Beside, Draft, Message, Minted};
use super::nodes::NodeSet;
use super::pending::{Pending, Stage, is_same};
use super::{Leaderless, Out, Timer};
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Author, Key, Value};
use crate::replication::hash::Hasher;
use crate::replication::ids::{NodeId, ReplicaId, RequestId};
use crate::replication::note::Note;
use crate::replication::protocol::{Env, Refusal, Reply};
use crate::replication::random::mix;
use crate::replication::time::SimDuration;
use std::rc::Rc;
use std::sync::Arc;

/// Requests that one coordinator has under way; more are refused as full.
const PENDING_MAX: usize = 1_024;

impl Leaderless {
    pub(super) fn on_read(&mut self, env: &mut Env<'_>, request: RequestId, key: Key, out: &mut Out) {
        let key = self.share_key(key);
        if let Some(index) = self.open(request, Stage::Read, self.config.read_quorum, out) {
            self.send_reads(env, index, key, out);
        }
    }

    pub(super) fn on_write(&mut self, env: &mut Env<'_>, request: RequestId, draft: Draft, out: &mut Out) {
        let stage = match () {
            () if self.config.keeps_siblings => Stage::Mint,
            () if self.config.versions_by_quorum => Stage::Versions,
            () => Stage::Write,
        };
        let quorum = if stage == Stage::Versions { self.config.read_quorum } else { self.config.write_quorum };
        let Some(index) = self.open(request, stage, quorum, out) else { return };
        match stage {
            Stage::Mint => self.send_mint(env, index, draft, out),
            Stage::Versions => {
                let key = Rc::clone(&draft.key);
                self.pending[index].more().draft = Some(draft);
                self.send_reads(env, index, key, out);
            }
            Stage::Write | Stage::Read | Stage::WriteBack => {
                let version = self.clock_version(env);
                let cell = self.name(env, draft, version);
                self.send_writes(env, index, cell, out);
            }
        }
    }

    /// Notes a request that waits for `quorum` answers.
    fn open(&mut self, request: RequestId, stage: Stage, quorum: u16, out: &mut Out) -> Option<usize> {
        if self.pending.len() >= PENDING_MAX {
            let Some(answered) = self.pending.iter().position(|pending| pending.is_answered) else {
                out.reply(request, Reply::Refused(Refusal::Full));
                return None;
            };
            self.close(answered, out);
        }
        let number = self.next_number();
        self.pending.push(Pending {
            number,
            ticket: number,
            request,
            key: None,
            stage,
            is_answered: false,
            missing_count: quorum,
            asked: NodeSet::NONE,
            heard: NodeSet::NONE,
            newest: None,
            more: None,
        });
        if self.config.request_timeout > SimDuration::ZERO {
            out.set_timer(Timer::Expire(number), self.config.request_timeout);
        }
        Some(self.pending.len() - 1)
    }

    const fn next_number(&mut self) -> u32 {
        let number = self.next_number;
        self.next_number = self.next_number.wrapping_add(1);
        number
    }

    fn share_key(&mut self, key: Key) -> Rc<Key> {
        match &self.last_key {
            Some(last) if Arc::ptr_eq(&last.0, &key.0) || **last == key => Rc::clone(last),
            _ => Rc::clone(self.last_key.insert(Rc::new(key))),
        }
    }

    /// The draft of a client's write.
    pub(super) fn draft(&mut self, key: Key, value: Option<Value>, author: Author, context: VersionVector) -> Draft {
        Draft { key: self.share_key(key), value, author, context }
    }

    /// The next version by this coordinator's clock: never the same twice.
    fn clock_version(&mut self, env: &Env<'_>) -> Version {
        let mut clock = u64::try_from(env.local_clock.0).unwrap_or(0);
        if self.config.clock_tick_ns > 1 {
            clock /= self.config.clock_tick_ns;
        }
        self.last_clock = clock.max(self.last_clock + 1);
        Version::new(self.last_clock, self.config.ties_by_node.then_some(env.me))
    }

    /// Gives a draft its name and version.
    fn name(&mut self, env: &Env<'_>, draft: Draft, version: Version) -> Rc<Cell> {
        let replica = self.writer_for(&draft.author);
        let dot = self.next_dot(replica);
        let write = Write { dot, value: draft.value, author: draft.author, context: draft.context, at: env.local_clock };
        Rc::new(Cell { key: draft.key, version, content: Content::Last(write) })
    }

    pub(super) const fn next_dot(&mut self, replica: ReplicaId) -> Dot {
        self.dot_count += 1;
        Dot { replica, counter: self.dot_count }
    }

    /// One identity for each author: a vector that names a client's last write then covers its own earlier ones, which
    /// it has seen, and none of another client, which it has not.
    fn writer_for(&mut self, author: &Author) -> ReplicaId {
        match &self.last_writer {
            Some((last, writer)) if Arc::ptr_eq(&last.0, &author.0) || last == author => *writer,
            _ => {
                let writer = ReplicaId(mix(self.identity.0 ^ Hasher::new(0).text(&author.0).digest().0));
                self.last_writer = Some((author.clone(), writer));
                writer
            }
        }
    }

    /// Asks as many replicas as the settings say.
    fn send_reads(&mut self, env: &mut Env<'_>, index: usize, key: Rc<Key>, out: &mut Out) {
        let homes = self.config.ring.homes(&key);
        let chance = self.config.repair_chance_percent;
        let asks_all = self.config.reads_all || (chance > 0 && env.rng.below(100) < chance);
        let targets = if asks_all { homes } else { self.choose(env, &key, homes, self.pending[index].missing_count) };
        if self.config.suspects() {
            self.pending[index].key = Some(Rc::clone(&key));
        }
        if self.config.is_sloppy {
            self.read_at_substitutes(index, &key, targets.within(self.suspected), out);
        }
        self.read_at(env, index, &key, targets, out);
    }

    pub(super) fn read_at(&mut self, env: &mut Env<'_>, index: usize, key: &Rc<Key>, targets: NodeSet, out: &mut Out) {
        let pending = &mut self.pending[index];
        pending.asked = pending.asked.and(targets);
        let (number, ticket) = (pending.number, pending.ticket);
        for replica in targets.without(NodeSet::only(env.me)).iter() {
            out.send(replica, Message::Read(number, Rc::clone(key)));
        }
        self.watch(ticket, out);
        if targets.contains(env.me) {
            let held = self.held(key);
            self.on_answer(env, env.me, number, held, out);
        }
    }

    /// Sends a write, or a write-back, to those that are not known to have it.
    fn send_writes(&mut self, env: &mut Env<'_>, index: usize, cell: Rc<Cell>, out: &mut Out) {
        let homes = self.config.ring.homes(&cell.key).without(self.pending[index].heard);
        let targets = if self.config.writes_all { homes } else { self.choose(env, &cell.key, homes, self.pending[index].missing_count) };
        self.pending[index].newest = Some(Rc::clone(&cell));
        self.pending[index].asked = self.pending[index].heard;
        if self.config.is_sloppy {
            self.keep_for(env, index, targets.within(self.suspected), &cell, out);
        }
        self.write_at(env, index, &cell, targets, out);
    }

    pub(super) fn write_at(&mut self, env: &mut Env<'_>, index: usize, cell: &Rc<Cell>, targets: NodeSet, out: &mut Out) {
        let pending = &mut self.pending[index];
        pending.asked = pending.asked.and(targets);
        let (number, ticket) = (pending.number, pending.ticket);
        for replica in targets.without(NodeSet::only(env.me)).iter() {
            out.send(replica, Message::Write(number, Rc::clone(cell)));
        }
        self.watch(ticket, out);
        if targets.contains(env.me) {
            self.take(env, cell, out);
            self.on_answer(env, env.me, number, None, out);
        }
    }

    fn watch(&self, ticket: u32, out: &mut Out) {
        if self.config.suspects() {
            out.set_timer(Timer::Suspect(ticket), self.config.suspect_after);
        }
    }

    /// Just enough of `among`: those that are not suspected first; drawn, or in the order of the ring after oneself.
    pub(super) fn choose(&self, env: &mut Env<'_>, key: &Key, among: NodeSet, count: u16) -> NodeSet {
        let ring = &self.config.ring;
        let mut order: Vec<NodeId> = ring.around(ring.place(key)).filter(|node| among.contains(*node)).collect();
        if self.config.draws_quorum {
            for end in (1..order.len()).rev() {
                order.swap(end, env.rng.below(end as u32 + 1) as usize);
            }
        } else if let Some(place) = order.iter().position(|node| *node == env.me) {
            order[..=place].rotate_right(1);
        }
        let (suspected, well): (Vec<NodeId>, Vec<NodeId>) = order.into_iter().partition(|node| self.suspected.contains(*node));
        well.into_iter().chain(suspected).take(usize::from(count)).collect()
    }

    /// An answer: goes on when it completes the quorum. One to a request that is over finds nothing and changes nothing.
    #[inline(always)]
    pub(super) fn on_answer(&mut self, env: &mut Env<'_>, from: NodeId, number: u32, held: Option<Rc<Cell>>, out: &mut Out) {
        let Some(index) = self.pending.iter().position(|pending| pending.number == number) else { return };
        let pending = &mut self.pending[index];
        let slot = pending.slot_of(from);
        if pending.heard.contains(slot) {
            return;
        }
        pending.heard = pending.heard.with(slot);
        if !self.is_brief {
            return self.on_answer_with_care(env, index, from, held, out);
        }
        Cell::gather(&mut pending.newest, held);
        pending.missing_count = pending.missing_count.saturating_sub(1);
        if pending.missing_count == 0 {
            self.finish(index, out);
        }
    }

    /// Answers, and that is all.
    #[inline(never)]
    fn finish(&mut self, index: usize, out: &mut Out) {
        self.note_quorum(index);
        let done = self.pending.swap_remove(index);
        out.reply(done.request, done.reply(false));
    }

    /// The same with second phases, late answers, timers and notes in mind.
    #[inline(never)]
    fn on_answer_with_care(&mut self, env: &mut Env<'_>, index: usize, from: NodeId, held: Option<Rc<Cell>>, out: &mut Out) {
        let pending = &mut self.pending[index];
        if self.config.keeps_answers() && matches!(pending.stage, Stage::Read) {
            pending.more().answers.push((from, held.clone()));
        }
        if pending.is_answered {
            return self.on_late_answer(env, index, held, out);
        }
        Cell::gather(&mut pending.newest, held);
        pending.missing_count = pending.missing_count.saturating_sub(1);
        if pending.missing_count == 0 {
            self.on_quorum(env, index, from, out);
        }
    }

    fn on_quorum(&mut self, env: &mut Env<'_>, index: usize, last: NodeId, out: &mut Out) {
        let stage = self.pending[index].stage;
        match stage {
            Stage::Versions => self.write_after_versions(env, index, out),
            Stage::Read if self.config.writes_back && self.write_back(env, index, last, out) => {}
            Stage::Read | Stage::Write | Stage::WriteBack | Stage::Mint => self.answer(env, index, last, out),
        }
    }

    /// The read quorum's highest version is known: the write gets the one after it.
    fn write_after_versions(&mut self, env: &mut Env<'_>, index: usize, out: &mut Out) {
        let is_lasting = self.config.has_lasting_versions;
        let pending = &mut self.pending[index];
        let count = |version: Version| if is_lasting { version.count() } else { version.clock() };
        let highest = pending.newest.take().map_or(0, |cell| count(cell.version));
        let Some(draft) = pending.more().draft.take() else { return };
        self.enter(index, Stage::Write, self.config.write_quorum);
        // Two writes of this coordinator may have asked before either was written: they must not share a version.
        self.last_clock = (highest + 1).max(self.last_clock + 1);
        let version = match is_lasting {
            true => Version::of_start(self.last_clock, self.start, env.me),
            false => Version::new(self.last_clock, Some(env.me)),
        };
        let cell = self.name(env, draft, version);
        self.send_writes(env, index, cell, out);
    }

    /// Begins the second phase of a read; `false`: a write quorum has the value already.
    fn write_back(&mut self, env: &mut Env<'_>, index: usize, last: NodeId, out: &mut Out) -> bool {
        let pending = &self.pending[index];
        let Some(newest) = pending.newest.clone() else { return false };
        let holders = pending.up_to_date().within(self.config.ring.homes(&newest.key));
        let missing_count = self.config.write_quorum.saturating_sub(holders.len());
        if missing_count == 0 {
            return false;
        }
        self.tell_quorum(index, last, out);
        out.note(|| Note::Told("write-back", format!("writes {} back before it answers", newest.key)));
        self.enter(index, Stage::WriteBack, missing_count);
        self.pending[index].heard = holders;
        self.send_writes(env, index, newest, out);
        true
    }

    /// The next stage: answers to the one before do not count any more.
    fn enter(&mut self, index: usize, stage: Stage, missing_count: u16) {
        let number = self.next_number();
        let pending = &mut self.pending[index];
        (pending.number, pending.stage, pending.missing_count) = (number, stage, missing_count);
        (pending.heard, pending.asked) = (NodeSet::NONE, NodeSet::NONE);
        if let Some(more) = &mut pending.more {
            more.stand_ins.clear();
        }
    }

    /// Tells the client, and repairs those that were found stale.
    fn answer(&mut self, env: &mut Env<'_>, index: usize, last: NodeId, out: &mut Out) {
        self.tell_quorum(index, last, out);
        self.note_quorum(index);
        let pending = &mut self.pending[index];
        out.reply(pending.request, pending.reply(self.config.keeps_siblings));
        pending.is_answered = true;
        let waits = match pending.stage {
            Stage::Read => self.config.repairs,
            Stage::Write | Stage::WriteBack => self.config.is_sloppy,
            Stage::Versions | Stage::Mint => false,
        };
        let is_complete = pending.asked.without(pending.heard).is_empty();
        if self.config.repairs {
            self.repair(env, index, out);
        }
        if !waits || is_complete {
            self.close(index, out);
        }
    }

    #[inline(always)]
    fn note_quorum(&mut self, index: usize) {
        let pending = &self.pending[index];
        *(if pending.is_write() { &mut self.last_write_quorum } else { &mut self.last_read_quorum }) = pending.heard;
    }

    fn on_late_answer(&mut self, env: &mut Env<'_>, index: usize, held: Option<Rc<Cell>>, out: &mut Out) {
        let pending = &mut self.pending[index];
        if pending.stage == Stage::Read {
            Cell::gather(&mut pending.newest, held);
            if self.config.repairs {
                self.repair(env, index, out);
            }
        }
        let pending = &self.pending[index];
        if pending.asked.without(pending.heard).is_empty() {
            self.close(index, out);
        }
    }

    /// Sends what the answers know together to those that did not know all of it.
    fn repair(&mut self, env: &mut Env<'_>, index: usize, out: &mut Out) {
        let pending = &mut self.pending[index];
        let Some(newest) = pending.newest.clone() else { return };
        let homes = self.config.ring.homes(&newest.key);
        let mut stale = NodeSet::NONE;
        for (node, held) in pending.more.iter_mut().flat_map(|more| &mut more.answers) {
            if homes.contains(*node) && !is_same(held.as_ref(), Some(&newest)) {
                stale = stale.with(*node);
                *held = Some(Rc::clone(&newest));
            }
        }
        for node in stale.iter() {
            out.note(|| Note::Told("read-repaired", format!("repairs {} at {node}", newest.key)));
            if node == env.me {
                self.take(env, &newest, out);
            } else {
                out.send(node, Beside::Repair(Rc::clone(&newest)).into());
            }
        }
    }

    /// Forgets a request.
    pub(super) fn close(&mut self, index: usize, out: &mut Out) {
        let closed = self.pending.swap_remove(index);
        if self.config.request_timeout > SimDuration::ZERO {
            out.cancel_timer(Timer::Expire(closed.ticket));
        }
        if self.config.suspects() {
            out.cancel_timer(Timer::Suspect(closed.ticket));
        }
    }

    /// The quorum does not come together. What a write has begun may still take effect.
    pub(super) fn on_expire(&mut self, ticket: u32, out: &mut Out) {
        let Some(index) = self.pending.iter().position(|pending| pending.ticket == ticket) else { return };
        let pending = &self.pending[index];
        if !pending.is_answered {
            let refusal = if pending.is_write() { Refusal::Unknown } else { Refusal::Unavailable };
            out.reply(pending.request, Reply::Refused(refusal));
            let (heard, missing_count) = (pending.heard, pending.missing_count);
            out.note(|| Note::Told("quorum-missed", format!("gives up: heard [{}], {missing_count} more needed", heard.names())));
        }
        self.close(index, out);
    }

    fn tell_quorum(&self, index: usize, last: NodeId, out: &mut Out) {
        if !self.config.tells_quorums {
            return;
        }
        let pending = &self.pending[index];
        out.note(|| {
            let what = if pending.is_write() { "write" } else { "read" };
            let key = pending.newest.as_ref().map_or_else(String::new, |cell| format!(" of {}", cell.key));
            Note::Told("quorum-completed", format!("completes a {what}{key} with [{}], {last} last", pending.heard.names()))
        });
    }

    /// Siblings: one of the replicas gives the write its dot and takes it first.
    fn send_mint(&mut self, env: &mut Env<'_>, index: usize, draft: Draft, out: &mut Out) {
        let homes = self.config.ring.homes(&draft.key);
        let ticket = self.pending[index].ticket;
        if homes.contains(env.me) {
            let context = draft.context.clone();
            let minted = self.mint(env, &draft, out);
            return self.on_dot(env, index, env.me, &minted, context, out);
        }
        let order = || self.config.ring.around(self.config.ring.place(&draft.key)).filter(|node| homes.contains(*node));
        let Some(first) = order().find(|node| !self.suspected.contains(*node)).or_else(|| order().next()) else { return };
        let number = self.pending[index].number;
        self.pending[index].asked = NodeSet::only(first);
        self.pending[index].more().draft = Some(draft.clone());
        out.send(first, Beside::Mint(number, draft).into());
        self.watch(ticket, out);
    }

    /// The replica gave the dot: the others follow.
    pub(super) fn on_minted(&mut self, env: &mut Env<'_>, from: NodeId, number: u32, minted: &Minted, out: &mut Out) {
        let is_it = |pending: &Pending| pending.number == number && pending.stage == Stage::Mint && !pending.is_answered;
        let Some(index) = self.pending.iter().position(is_it) else { return };
        let context = self.pending[index].more().draft.take().map(|draft| draft.context).unwrap_or_default();
        self.on_dot(env, index, from, minted, context, out);
    }

    fn on_dot(&mut self, env: &mut Env<'_>, index: usize, from: NodeId, minted: &Minted, context: VersionVector, out: &mut Out) {
        if let Content::Siblings(siblings) = &minted.cell.content {
            self.pending[index].more().written = Some((minted.dot, siblings.context_after(minted.dot, context)));
        }
        self.enter(index, Stage::Write, self.config.write_quorum.saturating_sub(1));
        self.pending[index].heard = NodeSet::only(from);
        let needs_more = self.pending[index].missing_count > 0;
        self.send_writes(env, index, Rc::clone(&minted.cell), out);
        if !needs_more {
            self.answer(env, index, from, out);
        }
    }
}
