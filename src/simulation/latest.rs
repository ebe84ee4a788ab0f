//! The latest operations of a run that has more than are judged: to be shown, in shared chunks, the oldest of which go.

use super::history::{CHUNK_RECORDS, Chunk, OperationRecord};
use std::collections::VecDeque;
use std::rc::Rc;

/// A window over the operations after the first ones.
#[derive(Clone, Debug)]
pub(super) struct Latest {
    chunks: VecDeque<Chunk>,
    /// Chunks before these, which went already.
    gone_count: usize,
    /// All that ever came.
    count: usize,
    /// The number of the first that ever came.
    start: usize,
    most: usize,
}

impl Latest {
    /// Holds about `most`, the first of which has the number `start`.
    pub(super) const fn after(start: usize, most: usize) -> Self {
        Self { chunks: VecDeque::new(), gone_count: 0, count: 0, start, most }
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }

    pub(super) const fn has_room(&self) -> bool {
        self.most > 0
    }

    /// The least number that is held.
    pub(super) const fn from(&self) -> usize {
        self.start + self.gone_count * CHUNK_RECORDS
    }

    pub(super) fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.chunks.iter()
    }

    pub(super) fn get(&self, number: usize) -> Option<&OperationRecord> {
        let place = number.checked_sub(self.from())?;
        self.chunks.get(place / CHUNK_RECORDS)?.get(place % CHUNK_RECORDS)
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut OperationRecord> {
        let place = number.checked_sub(self.from())?;
        Rc::make_mut(self.chunks.get_mut(place / CHUNK_RECORDS)?).get_mut(place % CHUNK_RECORDS)
    }

    /// Adds an operation and says its number.
    pub(super) fn push(&mut self, record: OperationRecord) -> usize {
        if self.count.is_multiple_of(CHUNK_RECORDS) {
            self.chunks.push_back(Rc::new(Vec::with_capacity(CHUNK_RECORDS)));
        }
        let chunk = self.chunks.back_mut().expect("a chunk was added when the last one was full");
        Rc::make_mut(chunk).push(record);
        self.count += 1;
        let number = self.start + self.count - 1;
        self.forget_before((number + 1).saturating_sub(self.most));
        number
    }

    /// Lets go of full chunks that have nothing from `number` on.
    pub(super) fn forget_before(&mut self, number: usize) {
        // The last one is being filled.
        while self.chunks.len() > 1 && self.from() + CHUNK_RECORDS <= number {
            self.chunks.pop_front();
            self.gone_count += 1;
        }
    }
}
