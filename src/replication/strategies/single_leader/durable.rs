//! What a node's store holds, and the steps that change it. The running node keeps the same thing in memory and changes
//! it by the same steps, so that both agree by construction.

use super::log::{Entry, Log, Payload, dot_of};
use super::members::Members;
use crate::replication::causality::Dot;
use crate::replication::delta::{Author, Key, Value};
use crate::replication::ids::{Lsn, NodeId, Term};
use crate::replication::log::Epoch;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The vote of a node: never two in one term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ballot {
    /// The newest term heard of.
    pub term: Term,
    /// For whom it voted in that term.
    pub voted: Option<NodeId>,
}

/// What a node is to the group, as far as it knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Belongs to it.
    #[default]
    Member,
    /// Asks to be taken in.
    Joining,
    /// The same, although its own log says that it is in: that log is not the group's.
    Outsider,
    /// Asks to be taken out.
    Leaving,
    /// Does not belong to it.
    Out,
}

/// The latest write of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The value; `None` when it was deleted.
    pub value: Option<Value>,
    /// Its position.
    pub lsn: Lsn,
    /// Its name.
    pub dot: Dot,
}

/// A write that was dropped for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    /// Who wrote it.
    pub(super) author: Author,
    /// Which record.
    pub(super) key: Key,
}

/// Everything up to one position of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The position.
    pub lsn: Lsn,
    /// Hash of the log up to there.
    pub chain: u64,
    /// Which leadership wrote which stretch of it.
    pub runs: Rc<Vec<(Lsn, Epoch)>>,
    /// The group there.
    pub members: Members,
    /// The records.
    pub cells: Vec<(Key, Cell)>,
}

/// One durable step.
#[derive(Clone, Debug)]
pub enum Record {
    /// The very first start.
    Begin(Epoch, Members, Standing),
    /// A leadership heard of or taken, or a vote.
    Epoch(Epoch, Ballot),
    /// What the node is to the group.
    Standing(Standing),
    /// The log after this position is these entries.
    Log(Lsn, Vec<Rc<Entry>>),
    /// The log up to this position is kept as records only.
    Compact(Lsn),
    /// All is replaced by a snapshot.
    Install(Rc<Image>),
}

/// What a restart finds.
#[derive(Clone, Debug, Default)]
pub struct Durable {
    pub(super) has_begun: bool,
    pub(super) epoch: Epoch,
    pub(super) ballot: Ballot,
    pub(super) standing: Standing,
    pub(super) log: Log,
    /// The records at the log's base.
    pub(super) base: BTreeMap<Key, Cell>,
    /// The group from each position on; the first one stands at or before the log's base.
    pub(super) groups: Vec<(Lsn, Members)>,
    pub(super) discarded: BTreeMap<Dot, Lost>,
}

impl Durable {
    /// The group now: the last one in the log, acknowledged or not.
    pub(super) fn members(&self) -> &Members {
        static NOBODY: Members = Members { voters: Vec::new(), learners: Vec::new() };
        self.groups.last().map_or(&NOBODY, |(_, members)| members)
    }

    /// Where the group last changed.
    pub(super) fn members_since(&self) -> Lsn {
        self.groups.last().map_or(Lsn(0), |(lsn, _)| *lsn)
    }

    /// The group at a position.
    pub(super) fn members_at(&self, lsn: Lsn) -> &Members {
        self.groups.iter().rev().find(|(since, _)| *since <= lsn).map_or_else(|| self.members(), |(_, members)| members)
    }

    /// Takes one step.
    pub(super) fn take(&mut self, record: &Record) {
        match record {
            Record::Begin(epoch, members, standing) => {
                self.has_begun = true;
                (self.epoch, self.standing) = (*epoch, *standing);
                self.ballot = Ballot { term: epoch.term, voted: epoch.leader };
                self.groups = vec![(Lsn(0), members.clone())];
            }
            Record::Epoch(epoch, ballot) => (self.epoch, self.ballot) = (*epoch, *ballot),
            Record::Standing(standing) => self.standing = *standing,
            Record::Log(after, entries) => {
                self.truncate_after(*after);
                for entry in entries {
                    self.append(entry);
                }
            }
            Record::Compact(upto) => self.compact(*upto),
            Record::Install(image) => self.install(image),
        }
    }

    fn append(&mut self, entry: &Rc<Entry>) {
        let lsn = self.log.push(Rc::clone(entry));
        if let Payload::Members(members) = &entry.payload {
            self.groups.push((lsn, members.clone()));
        }
        if !self.discarded.is_empty() {
            // It came back through another leader.
            self.discarded.remove(&dot_of(entry.epoch, lsn));
        }
    }

    fn truncate_after(&mut self, lsn: Lsn) {
        for (lsn, entry) in self.log.truncate_after(lsn) {
            self.discard(lsn, &entry);
        }
        let last = self.log.last();
        while self.groups.len() > 1 && self.members_since() > last {
            self.groups.pop();
        }
    }

    fn discard(&mut self, lsn: Lsn, entry: &Entry) {
        if let Payload::Put { key, author, .. } = &entry.payload {
            self.discarded.insert(dot_of(entry.epoch, lsn), Lost { author: author.clone(), key: key.clone() });
        }
    }

    fn compact(&mut self, upto: Lsn) {
        for (lsn, entry) in self.log.after(self.log.base()).take_while(|(lsn, _)| *lsn <= upto) {
            if let Payload::Put { key, value, .. } = &entry.payload {
                self.base.insert(key.clone(), Cell { value: value.clone(), lsn, dot: dot_of(entry.epoch, lsn) });
            }
        }
        self.log.compact(upto);
        let base = self.log.base();
        while self.groups.get(1).is_some_and(|(since, _)| *since <= base) {
            self.groups.remove(0);
        }
    }

    /// What the snapshot's history does not hold is lost; it says for every position who wrote it.
    fn install(&mut self, image: &Image) {
        let written = |lsn: Lsn| {
            let runs = image.runs.partition_point(|(first, _)| *first <= lsn);
            runs.checked_sub(1).map(|index| image.runs[index].1).filter(|_| lsn <= image.lsn)
        };
        let lost: Vec<(Lsn, Rc<Entry>)> = self.log.truncate_after(self.log.base());
        for (lsn, entry) in lost.iter().filter(|(lsn, entry)| written(*lsn) != Some(entry.epoch)) {
            self.discard(*lsn, entry);
        }
        self.log.reset(image.lsn, image.chain, Rc::clone(&image.runs));
        self.base = image.cells.iter().cloned().collect();
        self.groups = vec![(image.lsn, image.members.clone())];
        self.discarded.retain(|dot, _| written(Lsn(dot.counter)).is_none_or(|epoch| dot_of(epoch, Lsn(dot.counter)) != *dot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::time::SimTime;

    fn epoch(term: u64) -> Epoch {
        Epoch { term: Term(term), leader: Some(NodeId(term as u16)) }
    }

    /// A store with a write of key `k<position>` per term.
    fn store(terms: &[u64]) -> Durable {
        let mut store = Durable::default();
        store.take(&Record::Begin(epoch(1), Members { voters: vec![NodeId(0)], learners: Vec::new() }, Standing::Member));
        for (index, term) in terms.iter().enumerate() {
            let payload = Payload::Put { key: format!("k{}", index + 1).as_str().into(), value: None, author: "Ada".into() };
            let entry = Entry::new(store.log.chain(), epoch(*term), SimTime::ZERO, payload);
            store.take(&Record::Log(store.log.last(), vec![entry]));
        }
        store
    }

    fn lost(store: &Durable) -> Vec<(u64, u64)> {
        store.discarded.keys().map(|dot| (dot.replica.0 & 0xff, dot.counter)).collect()
    }

    fn image(store: &Durable) -> Rc<Image> {
        let mut whole = store.clone();
        whole.take(&Record::Compact(store.log.last()));
        let cells = whole.base.into_iter().collect();
        let (chain, runs, members) = (store.log.chain(), Rc::clone(store.log.runs()), store.members().clone());
        Rc::new(Image { lsn: store.log.last(), chain, runs, members, cells })
    }

    #[test]
    fn what_is_truncated_is_listed_until_it_comes_back() {
        let mut old = store(&[1, 1, 1]);
        let tail: Vec<Rc<Entry>> = old.log.after(Lsn(1)).map(|(_, entry)| Rc::clone(entry)).collect();
        let new: Vec<Rc<Entry>> = store(&[1, 2]).log.after(Lsn(1)).map(|(_, entry)| Rc::clone(entry)).collect();
        old.take(&Record::Log(Lsn(1), new));
        assert_eq!(lost(&old), [(1, 2), (1, 3)]);
        old.take(&Record::Log(Lsn(1), tail));
        assert_eq!(lost(&old), [(2, 2)]);
    }

    #[test]
    fn a_snapshot_says_what_of_an_old_log_is_lost() {
        let leader = store(&[1, 2, 2, 2]);
        let mut old = store(&[1, 1, 1]);
        old.take(&Record::Install(image(&leader)));
        assert_eq!(lost(&old), [(1, 2), (1, 3)], "the first entry is the leader's too");
        assert_eq!((old.log.base(), old.log.chain(), old.base.len()), (Lsn(4), leader.log.chain(), 4));
        let mut behind = store(&[1, 2]);
        behind.take(&Record::Install(image(&leader)));
        assert_eq!(lost(&behind), []);
    }

    #[test]
    fn a_dropped_beginning_keeps_its_records_and_its_group() {
        let mut store = store(&[1, 1]);
        let group = Members { voters: vec![NodeId(0), NodeId(3)], learners: Vec::new() };
        let entry = Entry::new(store.log.chain(), epoch(1), SimTime::ZERO, Payload::Members(group.clone()));
        store.take(&Record::Log(Lsn(2), vec![entry]));
        store.take(&Record::Compact(Lsn(3)));
        assert_eq!((store.members(), store.log.len(), store.base.len()), (&group, 0, 2));
    }
}
