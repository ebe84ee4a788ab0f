//! Snapshots: everything up to one position of the log, sent part by part to a node whose log does not reach that far;
//! the log follows from there (Raft §7).

use super::durable::{Cell, Image, Record};
use super::message::{Chunk, Message};
use super::state::State;
use super::{Out, SingleLeader};
use crate::replication::delta::Key;
use crate::replication::ids::{Lsn, NodeId};
use crate::replication::log::Epoch;
use crate::replication::protocol::Env;
use std::rc::Rc;

/// A snapshot on its way to one node, as the leader knows it.
#[derive(Clone, Debug)]
pub(super) struct Copying {
    head: Rc<Image>,
    cells: Rc<Vec<(Key, Cell)>>,
    /// The part that is under way.
    pub(super) index: u32,
    pub(super) count: u32,
    index_at_beat: Option<u32>,
}

impl Copying {
    pub(super) fn lsn(&self) -> Lsn {
        self.head.lsn
    }
}

/// A snapshot that arrives.
#[derive(Clone, Debug)]
pub(super) struct Arriving {
    epoch: Epoch,
    lsn: Lsn,
    next: u32,
    cells: Vec<(Key, Cell)>,
}

impl SingleLeader {
    /// Begins to send a snapshot of what is applied now.
    pub(super) fn start_copy(&mut self, index: usize, out: &mut Out) {
        let lsn = self.state.applied;
        let runs = self.kept.log.runs().iter().copied().filter(|(first, _)| *first <= lsn).collect();
        let head = Image {
            lsn,
            chain: self.kept.log.chain_at(lsn).unwrap_or_default(),
            runs: Rc::new(runs),
            members: self.kept.members_at(lsn).clone(),
            cells: Vec::new(),
        };
        let cells: Vec<(Key, Cell)> = self.state.iter().map(|(key, cell)| (key.clone(), cell.clone())).collect();
        let count = cells.len().div_ceil(self.config.chunk_keys).max(1) as u32;
        let progress = &mut self.lead.followers[index];
        let node = progress.node;
        progress.copying = Some(Copying { head: Rc::new(head), cells: Rc::new(cells), index: 0, count, index_at_beat: None });
        Self::tell(out, "copy-begun", || format!("sends {node} a snapshot at {lsn}"));
        self.send_chunk(index, out);
    }

    /// Sends the part that is due.
    pub(super) fn send_chunk(&self, index: usize, out: &mut Out) {
        let progress = &self.lead.followers[index];
        let Some(copying) = progress.copying.as_ref().filter(|_| !self.down.contains(&progress.node)) else { return };
        let first = copying.index as usize * self.config.chunk_keys;
        let cells = copying.cells.iter().skip(first).take(self.config.chunk_keys).cloned().collect();
        let (head, count) = (Rc::clone(&copying.head), copying.count);
        out.send(progress.node, Message::Chunk(Chunk { epoch: self.kept.epoch, head, index: copying.index, count, cells }));
    }

    /// What did not move for a heartbeat is sent again.
    pub(super) fn resend_chunks(&mut self, out: &mut Out) {
        for index in 0..self.lead.followers.len() {
            let Some(copying) = &mut self.lead.followers[index].copying else { continue };
            if copying.index_at_beat.replace(copying.index) == Some(copying.index) {
                self.send_chunk(index, out);
            }
        }
    }

    /// A part arrived there.
    pub(super) fn on_chunk_taken(&mut self, env: &mut Env<'_>, from: NodeId, taken: (Epoch, Lsn, u32), out: &mut Out) {
        let (epoch, lsn, part) = taken;
        if !self.leads(epoch) {
            return;
        }
        let Some(index) = self.lead.followers.iter().position(|progress| progress.node == from) else { return };
        let progress = &mut self.lead.followers[index];
        progress.hear(0, env.local_clock);
        let Some(copying) = progress.copying.as_mut().filter(|copying| (copying.lsn(), copying.index) == (lsn, part)) else { return };
        copying.index += 1;
        if copying.index < copying.count {
            return self.send_chunk(index, out);
        }
        progress.copying = None;
        progress.matched(lsn, lsn);
        progress.sent = lsn;
        Self::tell(out, "copy-done", || format!("has sent {from} the snapshot at {lsn}; the log follows"));
        self.reconnect(env, from, out);
        self.advance(env, out);
        self.watch_joining(env, out);
    }

    /// Part of a snapshot arrives here.
    pub(super) fn on_chunk(&mut self, env: &mut Env<'_>, from: NodeId, chunk: &Chunk, out: &mut Out) {
        if self.ignores(from, chunk.epoch, out) {
            return;
        }
        self.hear_leader(env, from, chunk.epoch, out);
        let lsn = chunk.head.lsn;
        let fresh = || Arriving { epoch: chunk.epoch, lsn, next: 0, cells: Vec::new() };
        let mut arriving = match self.follow.arriving.take() {
            Some(arriving) if (arriving.epoch, arriving.lsn) == (chunk.epoch, lsn) => arriving,
            _ => fresh(),
        };
        if chunk.index > arriving.next {
            // A part before it is missing: it will be sent again.
            self.follow.arriving = Some(arriving);
            return;
        }
        if chunk.index == arriving.next {
            arriving.cells.extend(chunk.cells.iter().cloned());
            arriving.next += 1;
        }
        if arriving.next == chunk.count {
            let cells = std::mem::take(&mut arriving.cells);
            self.install(Image { cells, ..Image::clone(&chunk.head) }, out);
        }
        self.follow.arriving = Some(arriving);
        out.send(from, Message::ChunkTaken(chunk.epoch, lsn, chunk.index));
        self.apply_more(env, out);
    }

    /// Becomes what the snapshot holds, unless its own log already reaches there.
    fn install(&mut self, image: Image, out: &mut Out) {
        let lsn = image.lsn;
        let written_by = image.runs.last().map(|(_, epoch)| *epoch).unwrap_or_default();
        self.follow.verified = self.follow.verified.max(lsn);
        if self.kept.log.epoch_at(lsn) == Some(written_by) {
            return;
        }
        self.keep(Record::Install(Rc::new(image)), out);
        self.state = State::rebuilt(&self.kept, lsn);
        self.commit = lsn;
        self.stable = lsn;
        self.is_caught_up = false;
        self.settle_waiting(out);
        self.see_group(out);
    }
}
