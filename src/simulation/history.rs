//! What the clients saw: every operation with its start, end and outcome. Checkers read nothing else.
//!
//! Records stand in shared chunks, so that a checkpoint copies pointers only.

use super::latest::Latest;
use crate::limits;
use crate::replication::IS_OPENING_ALONE;
use crate::replication::causality::VersionVector;
use crate::replication::delta::{Author, Key, Operation};
use crate::replication::ids::{NodeId, SessionId};
use crate::replication::outside::Outside;
use crate::replication::protocol::Reply;
use crate::replication::time::SimTime;
use std::rc::Rc;

/// Records of a full chunk.
pub(super) const CHUNK_RECORDS: usize = 128;

/// One operation of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRecord {
    /// Who.
    pub session: SessionId,
    /// Name of the session.
    pub author: Author,
    /// The node that was asked.
    pub node: NodeId,
    /// Which key.
    pub key: Key,
    /// The other keys of a read of several.
    pub also: Vec<Key>,
    /// What was written; `None` for a read.
    pub write: Option<Operation>,
    /// What the session had seen of the key when it asked.
    pub context: VersionVector,
    /// When it was asked.
    pub invoked_at: SimTime,
    /// When the answer came, and which. `None`: still open, or the outcome stays unknown.
    pub closed: Option<(SimTime, Reply)>,
    /// Whether the client gave up waiting: a write may then have taken effect, or may do so later.
    pub is_unknown: bool,
}

impl OperationRecord {
    /// Whether this, asked before `other`, was complete when that began. What ends in the instant in which something else
    /// begins overlaps with it, but not within one session, which asks one thing after another.
    #[must_use]
    pub fn is_complete_before(&self, other: &Self) -> bool {
        let is_own = self.session == other.session;
        self.closed.as_ref().is_some_and(|(at, _)| *at < other.invoked_at || (is_own && *at == other.invoked_at))
    }
}

/// The operations of a run, in the order of asking; the position is the operation's number. Where there are too many, the first
/// and the latest ones are kept: those are judged, these are shown.
#[derive(Clone, Debug)]
pub struct History {
    chunks: Vec<Chunk>,
    most: usize,
    len: usize,
    /// So many are judged, once there are more than fit.
    judged: Option<usize>,
    latest: Outside<Latest>,
}

/// Records of a shared chunk.
pub(super) type Chunk = Rc<Vec<OperationRecord>>;

impl Default for History {
    fn default() -> Self {
        Self::bounded(limits::MAX_HISTORY_OPERATIONS, 0)
    }
}

impl History {
    /// An empty history that holds so many of the first operations at most, and about so many of the latest.
    #[must_use]
    pub fn bounded(most: usize, latest_max: usize) -> Self {
        Self { chunks: Vec::new(), most, len: 0, judged: None, latest: Outside::new(|| Latest::after(most, latest_max)) }
    }

    /// The number after the last one that was kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.latest.get().map_or(self.len, |latest| self.len + latest.count())
    }

    /// Whether there was none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether there were more operations than are judged.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.judged.is_some()
    }

    /// The operation of this number, if it is kept.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&OperationRecord> {
        match self.latest.get() {
            Some(latest) if number >= self.most => latest.get(number),
            _ => self.chunks.get(number / CHUNK_RECORDS)?.get(number % CHUNK_RECORDS),
        }
    }

    /// What is judged, in the order of asking: all operations, or the first of them.
    ///
    /// Once there are more than fit, the first ones end before any of them can have met one of those that are left out: a read
    /// that was still open then may show a write that nobody knows of.
    pub fn iter(&self) -> impl Iterator<Item = &OperationRecord> + Clone + '_ {
        self.chunks.iter().flat_map(|chunk| chunk.iter()).take(self.judged.unwrap_or(self.len))
    }

    /// All that are kept, in the order of asking.
    pub fn kept(&self) -> impl Iterator<Item = &OperationRecord> + '_ {
        let latest = self.latest.get().into_iter().flat_map(Latest::chunks);
        self.chunks.iter().chain(latest).flat_map(|chunk| chunk.iter())
    }

    /// The same with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u64, &OperationRecord)> + '_ {
        let latest = self.latest_from() as u64..;
        (0..self.len as u64).chain(latest).zip(self.kept())
    }

    /// The least number of the latest ones that are kept.
    #[must_use]
    pub fn latest_from(&self) -> usize {
        self.latest.get().map_or(self.len, Latest::from)
    }

    /// Whether one more operation fits; if not, notes that one was left out.
    pub fn has_room(&mut self) -> bool {
        if self.len < self.most {
            return true;
        }
        if IS_OPENING_ALONE {
            self.judged = Some(self.len);
        } else if self.judged.is_none() {
            let is_open = |record: &OperationRecord| record.closed.is_none() && !record.is_unknown;
            let first_open = self.iter().position(is_open);
            self.judged = Some(first_open.unwrap_or(self.len));
        }
        self.latest.get().is_some_and(Latest::has_room)
    }

    /// Adds an operation and says its number; `None` when there is no room (see [`History::has_room`]).
    pub fn push(&mut self, record: OperationRecord) -> Option<usize> {
        if !self.has_room() {
            return None;
        }
        if self.len == self.most {
            return self.latest.get_mut().map(|latest| latest.push(record));
        }
        if self.len.is_multiple_of(CHUNK_RECORDS) {
            self.chunks.push(Rc::new(Vec::with_capacity(CHUNK_RECORDS)));
        }
        let chunk = self.chunks.last_mut().expect("a chunk was added when the last one was full");
        Rc::make_mut(chunk).push(record);
        self.len += 1;
        Some(self.len - 1)
    }

    /// Lets go of the latest operations before the one of this number, as far as that saves memory; what is judged stays.
    pub(super) fn forget_before(&mut self, number: usize) {
        if let Some(latest) = self.latest.get_mut() {
            latest.forget_before(number);
        }
    }

    /// The operation of this number, to be changed.
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut OperationRecord> {
        match self.latest.get_mut() {
            Some(latest) if number >= self.most => latest.get_mut(number),
            _ => Rc::make_mut(self.chunks.get_mut(number / CHUNK_RECORDS)?).get_mut(number % CHUNK_RECORDS),
        }
    }
}

impl FromIterator<OperationRecord> for History {
    fn from_iter<I: IntoIterator<Item = OperationRecord>>(records: I) -> Self {
        let mut history = Self::default();
        for record in records {
            history.push(record);
        }
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::protocol::Refusal;

    fn read(at: u64) -> OperationRecord {
        OperationRecord {
            session: SessionId(0),
            author: "Ada".into(),
            node: NodeId(0),
            key: "cart".into(),
            write: None,
            context: VersionVector::new(),
            invoked_at: SimTime(at),
            closed: None,
            also: Vec::new(),
            is_unknown: false,
        }
    }

    #[test]
    fn numbers_are_positions_over_chunks() {
        let history: History = (0..1_000).map(read).collect();
        assert_eq!(history.len(), 1_000);
        assert!(history.iter().enumerate().all(|(number, record)| record.invoked_at.0 == number as u64));
        assert_eq!(history.get(777).map(|record| record.invoked_at), Some(SimTime(777)));
        assert_eq!(history.get(1_000), None);
    }

    fn answered(at: u64) -> OperationRecord {
        OperationRecord { closed: Some((SimTime(at + 1), Reply::Refused(Refusal::Full))), ..read(at) }
    }

    #[test]
    fn the_bound_is_kept_and_shown() {
        let mut history = History::bounded(3, 0);
        assert_eq!((0..5).map(|at| history.push(read(at))).collect::<Vec<_>>(), [Some(0), Some(1), Some(2), None, None]);
        assert!(history.is_cut());
    }

    #[test]
    fn the_first_and_the_latest_stay_under_their_numbers() {
        let mut history = History::bounded(300, 200);
        for number in 0..10_000 {
            assert_eq!(history.push(answered(number)), Some(number as usize));
            let kept: Vec<u64> = history.kept().map(|record| record.invoked_at.0).collect();
            assert!(kept.len() <= 300 + 200 + 2 * CHUNK_RECORDS);
            assert!(kept.iter().all(|at| history.get(*at as usize).is_some_and(|record| record.invoked_at.0 == *at)));
            assert!(history.numbered().all(|(number, record)| record.invoked_at.0 == number));
            let latest = number.saturating_sub(199)..=number;
            assert!((0..=number.min(299)).chain(latest).all(|number| kept.binary_search(&number).is_ok()), "of {number}");
        }
        assert!(history.is_cut() && history.iter().count() == 300);
        assert_eq!((history.get(5_000), history.get(10_000), history.len()), (None, None, 10_000));
        history.get_mut(9_999).expect("it is kept").node = NodeId(9);
        assert_eq!(history.get(9_999).map(|record| record.node), Some(NodeId(9)));
        assert!(history.get_mut(5_000).is_none());
    }

    #[test]
    fn what_was_open_when_operations_were_left_out_is_not_judged() {
        let mut history = History::bounded(300, 200);
        for number in 0..300 {
            history.push(if number == 290 { read(number) } else { answered(number) });
        }
        assert_eq!((history.is_cut(), history.iter().count()), (false, 300));
        history.push(answered(300));
        history.get_mut(290).expect("it is kept").closed = Some((SimTime(400), Reply::Refused(Refusal::Full)));
        assert_eq!((history.is_cut(), history.iter().count()), (true, 290), "it may have met what is not known");
    }

    #[test]
    fn a_copy_may_let_go_of_the_latest_and_still_go_on() {
        let mut history = History::bounded(300, 2_000);
        for number in 0..1_000 {
            history.push(answered(number));
        }
        let mut copy = history.clone();
        copy.forget_before(usize::MAX);
        assert!(copy.kept().count() <= 300 + CHUNK_RECORDS && copy.iter().count() == 300);
        for number in 1_000..1_500 {
            assert_eq!(copy.push(answered(number)), Some(number as usize));
            assert_eq!(copy.get(number as usize), Some(&answered(number)));
        }
        assert_eq!(history.kept().count(), 1_000, "the other keeps what it has");
    }

    #[test]
    fn closing_an_operation_leaves_a_copy_alone() {
        let mut history: History = (0..10).map(read).collect();
        let copy = history.clone();
        history.get_mut(4).expect("number 4 exists").node = NodeId(9);
        assert_eq!(history.get(4).map(|record| record.node), Some(NodeId(9)));
        assert_eq!(copy.get(4).map(|record| record.node), Some(NodeId(0)));
    }
}
