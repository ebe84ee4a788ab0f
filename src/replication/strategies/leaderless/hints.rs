//! Sloppy quorums and hinted hand-off (Dynamo, DeCandia et al. 2007, section 4.6): a replica that leaves a request
//! unanswered is suspected; other nodes keep what is meant for it, stand in for it, and hand it over when it is back.

use super::cell::{Cell, Standing};
use super::message::{Beside, Kept, Message};
use super::nodes::NodeSet;
use super::pending::Stage;
use super::replica::age;
use super::{Leaderless, Out, Record, Timer};
use crate::limits;
use crate::replication::delta::Key;
use crate::replication::ids::NodeId;
use crate::replication::note::Note;
use crate::replication::protocol::Env;
use crate::replication::time::{LocalTime, SimDuration};
use std::rc::Rc;

/// Hints offered at once to one node.
const HAND_OVER_MAX: usize = 64;
/// After this many times the delay of suspicion a suspect gets another chance.
const TRUST_AFTER: u64 = 10;

/// A write kept for somebody else.
#[derive(Clone, Debug)]
pub struct Hint {
    /// For whom.
    pub home: NodeId,
    /// What.
    pub cell: Rc<Cell>,
    /// Since when, by the keeper's clock.
    pub since: LocalTime,
}

/// All that a node keeps for others: one hint for each node and key, in order.
#[derive(Clone, Debug, Default)]
pub struct Hints(Vec<Hint>);

impl Hints {
    /// Whether nothing is kept.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All hints.
    pub fn iter(&self) -> impl Iterator<Item = &Hint> {
        self.0.iter()
    }

    /// What is kept of a key.
    pub fn about<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a Hint> {
        self.0.iter().filter(move |hint| *hint.cell.key == *key)
    }

    fn place(&self, home: NodeId, key: &Key) -> Result<usize, usize> {
        self.0.binary_search_by(|hint| (hint.home, &*hint.cell.key).cmp(&(home, key)))
    }

    /// Keeps a hint, merged with what was kept; `false`: there is no room.
    pub fn keep(&mut self, home: NodeId, cell: &Rc<Cell>, since: LocalTime) -> bool {
        match self.place(home, &cell.key) {
            Ok(index) => self.0[index].cell = Cell::merged(&self.0[index].cell, cell),
            Err(_) if self.0.len() >= limits::MAX_HINTS => return false,
            Err(index) => self.0.insert(index, Hint { home, cell: Rc::clone(cell), since }),
        }
        true
    }

    /// Drops the hint for `home` about the key of `cell`, unless more than `cell` is kept.
    pub fn drop(&mut self, home: NodeId, cell: &Cell) -> bool {
        let is_covered = |index: &usize| matches!(cell.standing(&self.0[*index].cell), Standing::Same | Standing::Older);
        let found = self.place(home, &cell.key).ok().filter(is_covered);
        found.map(|index| self.0.remove(index)).is_some()
    }
}

impl Leaderless {
    /// Nobody answered for long enough: whoever is silent is suspected, and others are asked in its place.
    pub(super) fn on_suspect(&mut self, env: &mut Env<'_>, ticket: u32, out: &mut Out) {
        let Some(index) = self.pending.iter().position(|pending| pending.ticket == ticket) else { return };
        let pending = &self.pending[index];
        let silent = pending.asked.without(pending.heard);
        let (stage, is_answered) = (pending.stage, pending.is_answered);
        self.suspect(silent, out);
        match stage {
            Stage::Read | Stage::Versions if !is_answered => self.ask_others_to_read(env, index, silent, out),
            Stage::Write | Stage::WriteBack => {
                if let Some(cell) = self.pending[index].newest.clone() {
                    self.ask_others_to_write(env, index, silent, &cell, out);
                }
            }
            Stage::Read | Stage::Versions | Stage::Mint => {}
        }
        let is_over = |pending: &super::pending::Pending| pending.ticket == ticket && pending.is_answered;
        if let Some(index) = self.pending.iter().position(is_over) {
            self.close(index, out);
        }
    }

    fn ask_others_to_read(&mut self, env: &mut Env<'_>, index: usize, silent: NodeSet, out: &mut Out) {
        let pending = &self.pending[index];
        let Some(key) = pending.key.clone() else { return };
        let others = self.config.ring.homes(&key).without(pending.asked);
        let more = self.choose(env, &key, others, silent.len());
        if self.config.is_sloppy {
            self.read_at_substitutes(index, &key, silent, out);
        }
        if !more.is_empty() {
            self.read_at(env, index, &key, more, out);
        }
    }

    fn ask_others_to_write(&mut self, env: &mut Env<'_>, index: usize, silent: NodeSet, cell: &Rc<Cell>, out: &mut Out) {
        let ticket = self.pending[index].ticket;
        if self.config.is_sloppy {
            self.keep_for(env, index, silent, cell, out);
        }
        // The hint of this very node may have completed the request.
        let Some(index) = self.pending.iter().position(|pending| pending.ticket == ticket && !pending.is_answered) else { return };
        let others = self.config.ring.homes(&cell.key).without(self.pending[index].asked);
        let more = self.choose(env, &cell.key, others, silent.len());
        if !more.is_empty() {
            self.write_at(env, index, cell, more, out);
        }
    }

    fn suspect(&mut self, silent: NodeSet, out: &mut Out) {
        let news = silent.without(self.suspected);
        if !news.is_empty() {
            self.suspected = self.suspected.and(news);
            out.note(|| Note::Told("suspected", format!("counts as out of reach: {}", news.names())));
            out.set_timer(Timer::Trust, SimDuration(self.config.suspect_after.0.saturating_mul(TRUST_AFTER)));
        }
    }

    /// A stream broke or came up.
    pub(super) fn on_reach(&mut self, env: &Env<'_>, peer: NodeId, is_up: bool, out: &mut Out) {
        if is_up {
            self.suspected = self.suspected.without(NodeSet::only(peer));
            self.hand_over(env, peer, out);
        } else if self.config.suspects() {
            self.suspect(NodeSet::only(peer).within(self.config.everybody()), out);
        }
    }

    /// Asks substitutes what they keep for replicas out of reach.
    pub(super) fn read_at_substitutes(&mut self, index: usize, key: &Rc<Key>, homes: NodeSet, out: &mut Out) {
        for home in homes.iter() {
            if let Some(substitute) = self.substitute(index, key, home) {
                self.pending[index].more().stand_ins.push((substitute, home));
                out.send(substitute, Message::Read(self.pending[index].number, Rc::clone(key)));
            }
        }
    }

    fn stand_ins(&self, index: usize) -> &[(NodeId, NodeId)] {
        self.pending[index].more.as_ref().map_or(&[], |more| &more.stand_ins)
    }

    /// A node outside of the key's replicas that stands in for `home` and for nobody else in this request.
    fn substitute(&self, index: usize, key: &Key, home: NodeId) -> Option<NodeId> {
        let taken = self.stand_ins(index);
        if taken.iter().any(|(_, other)| *other == home) {
            return None;
        }
        let is_free = |node: &NodeId| *node != self.me && !self.suspected.contains(*node) && taken.iter().all(|(other, _)| other != node);
        self.config.ring.substitutes(key).find(is_free)
    }

    /// Has a write kept for replicas out of reach: by substitutes, or where there are none by a replica, which then
    /// counts only for itself.
    pub(super) fn keep_for(&mut self, env: &Env<'_>, index: usize, homes: NodeSet, cell: &Rc<Cell>, out: &mut Out) {
        for home in homes.without(NodeSet::only(env.me)).iter() {
            let number = self.pending[index].number;
            if self.stand_ins(index).iter().any(|(_, other)| *other == home) {
                continue;
            }
            let substitute = self.substitute(index, &cell.key, home);
            if let Some(substitute) = substitute {
                self.pending[index].more().stand_ins.push((substitute, home));
            }
            let is_reachable = |node: &NodeId| *node != home && !self.suspected.contains(*node);
            let own = || self.is_replica.then_some(env.me);
            let replica = || own().or_else(|| self.config.ring.homes(&cell.key).iter().find(is_reachable));
            match substitute.or_else(replica) {
                Some(keeper) if keeper == env.me => {
                    self.keep(env, home, cell, out);
                }
                Some(keeper) => out.send(keeper, Beside::Keep(number, Kept { home, cell: Rc::clone(cell) }).into()),
                None => {}
            }
        }
    }

    fn keep(&mut self, env: &Env<'_>, home: NodeId, cell: &Rc<Cell>, out: &mut Out) -> bool {
        let is_first = self.hints.is_empty();
        if !self.hints.keep(home, cell, env.local_clock) {
            return false;
        }
        out.persist(Record::Hint(Rc::new(Hint { home, cell: Rc::clone(cell), since: env.local_clock })));
        out.note(|| Note::Told("hint-kept", format!("keeps {} for {home}", cell.key)));
        if is_first {
            out.set_timer(Timer::Hints, self.config.suspect_after);
        }
        true
    }

    pub(super) fn on_keep(&mut self, env: &Env<'_>, from: NodeId, number: u32, kept: &Kept, out: &mut Out) {
        if self.keep(env, kept.home, &kept.cell, out) {
            out.send(from, Beside::KeptHere(number).into());
        }
    }

    /// A hint is durable: counts for the replica that it is meant for, if hints count and the keeper is none itself.
    pub(super) fn on_kept_here(&mut self, env: &mut Env<'_>, from: NodeId, number: u32, out: &mut Out) {
        let stands_in = |pending: &super::pending::Pending| pending.number == number && pending.slot_of(from) != from;
        if self.config.hints_count && self.pending.iter().any(stands_in) {
            self.on_answer(env, from, number, None, out);
        }
    }

    /// Offers what is kept for `home`.
    fn hand_over(&self, env: &Env<'_>, home: NodeId, out: &mut Out) {
        let is_fresh = |hint: &&Hint| hint.home == home && age(hint.since, env.local_clock) <= self.config.hint_window;
        for hint in self.hints.iter().filter(is_fresh).take(HAND_OVER_MAX) {
            out.send(home, Beside::HandOver(Rc::clone(&hint.cell)).into());
        }
    }

    /// Offers every hint once more, and drops those that are too old.
    pub(super) fn on_hints(&mut self, env: &Env<'_>, out: &mut Out) {
        let is_old = |hint: &&Hint| age(hint.since, env.local_clock) > self.config.hint_window;
        for hint in self.hints.iter().filter(is_old).cloned().collect::<Vec<_>>() {
            self.drop_hint(hint.home, &hint.cell, "hint-dropped", "drops its old hint about", out);
        }
        let homes: NodeSet = self.hints.iter().map(|hint| hint.home).collect();
        homes.iter().for_each(|home| self.hand_over(env, home, out));
        if !self.hints.is_empty() {
            out.set_timer(Timer::Hints, self.config.suspect_after);
        }
    }

    fn drop_hint(&mut self, home: NodeId, cell: &Rc<Cell>, name: &'static str, what: &str, out: &mut Out) {
        if self.hints.drop(home, cell) {
            out.persist(Record::HintGone(home, Rc::clone(cell)));
            out.note(|| Note::Told(name, format!("{what} {} for {home}", cell.key)));
        }
    }

    /// The replica is back and has it.
    pub(super) fn on_taken_over(&mut self, from: NodeId, cell: &Rc<Cell>, out: &mut Out) {
        self.drop_hint(from, cell, "hint-delivered", "handed over", out);
    }
}
