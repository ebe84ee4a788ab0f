//! Things with a beginning and an end, found by time without a look at all of them: they stand in blocks in the order
//! of their beginnings, and each block knows how long its longest one lasts.

use crate::replication::time::SimTime;
use std::collections::VecDeque;

/// Things of a full block.
const BLOCK: usize = 256;

/// Something that lasts.
pub trait Lasting {
    /// When it began.
    fn from(&self) -> SimTime;
    /// When it ended; `None`: it has not.
    fn to(&self) -> Option<SimTime>;
}

/// Where one of them stands; stays the same when older ones are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    block: u64,
    index: usize,
}

#[derive(Clone, Debug)]
struct Block<T> {
    held: Vec<T>,
    open_count: usize,
    last_end: SimTime,
}

/// All of them.
#[derive(Clone, Debug)]
pub struct Index<T> {
    blocks: VecDeque<Block<T>>,
    dropped_blocks: u64,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self { blocks: VecDeque::new(), dropped_blocks: 0 }
    }
}

impl<T: Lasting> Index<T> {
    /// How many it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.held.len()).sum()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Adds one that begins no earlier than those before it.
    pub fn push(&mut self, one: T) -> Spot {
        if self.blocks.back().is_none_or(|block| block.held.len() >= BLOCK) {
            self.blocks.push_back(Block { held: Vec::with_capacity(BLOCK), open_count: 0, last_end: SimTime::ZERO });
        }
        let block_number = self.dropped_blocks + self.blocks.len() as u64 - 1;
        let block = self.blocks.back_mut().expect("one was added where there was none with room");
        match one.to() {
            Some(end) => block.last_end = block.last_end.max(end),
            None => block.open_count += 1,
        }
        block.held.push(one);
        Spot { block: block_number, index: block.held.len() - 1 }
    }

    /// Ends one that was open, as `end` does it. Nothing happens where it is gone or has ended.
    pub fn close(&mut self, spot: Spot, end: impl FnOnce(&mut T)) {
        let Some(index) = spot.block.checked_sub(self.dropped_blocks) else { return };
        let Some(block) = self.blocks.get_mut(index as usize) else { return };
        let Some(one) = block.held.get_mut(spot.index).filter(|one| one.to().is_none()) else { return };
        end(one);
        if let Some(ended) = one.to() {
            block.open_count -= 1;
            block.last_end = block.last_end.max(ended);
        }
    }

    /// The one that stands there.
    #[must_use]
    pub fn get(&self, spot: Spot) -> Option<&T> {
        self.blocks.get(spot.block.checked_sub(self.dropped_blocks)? as usize)?.held.get(spot.index)
    }

    /// Lets go of the oldest blocks until at most `most` are held.
    pub fn keep(&mut self, most: usize) {
        let mut held = self.len();
        while held > most {
            let Some(oldest) = self.blocks.pop_front() else { break };
            held -= oldest.held.len();
            self.dropped_blocks += 1;
        }
    }

    /// Lets go of the oldest blocks all of whose things had ended before `time`.
    pub fn forget_before(&mut self, time: SimTime) {
        while self.blocks.front().is_some_and(|oldest| oldest.open_count == 0 && oldest.last_end < time) {
            self.blocks.pop_front();
            self.dropped_blocks += 1;
        }
    }

    /// Those that last at some moment from `from` to `to`, in the order of their beginnings. Looks at one number for
    /// each block, and at the blocks that matter.
    pub fn within(&self, from: SimTime, to: SimTime) -> impl Iterator<Item = &T> + '_ {
        let is_begun = |block: &Block<T>| block.held.first().is_some_and(|one| one.from() <= to);
        let end = self.blocks.partition_point(is_begun);
        let blocks = self.blocks.range(..end).filter(move |block| block.open_count > 0 || block.last_end >= from);
        let lasts = move |one: &&T| one.from() <= to && one.to().is_none_or(|end| end >= from);
        blocks.flat_map(|block| &block.held).filter(lasts)
    }

    /// At most how many last at some moment from `from` to `to`: those of the blocks that matter.
    #[must_use]
    pub fn count_within(&self, from: SimTime, to: SimTime) -> usize {
        let end = self.blocks.partition_point(|block| block.held.first().is_some_and(|one| one.from() <= to));
        self.blocks.range(..end).filter(|block| block.open_count > 0 || block.last_end >= from).map(|block| block.held.len()).sum()
    }

    /// The beginning of the one that stands `back` places before the last that begins up to `time`.
    #[must_use]
    pub fn begun_before(&self, time: SimTime, back: usize) -> Option<SimTime> {
        let mut left = back;
        for block in self.blocks.iter().rev() {
            let count = block.held.partition_point(|one| one.from() <= time);
            match count.checked_sub(left + 1) {
                Some(index) => return Some(block.held[index].from()),
                None => left -= count,
            }
        }
        None
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Stay(u64, Option<u64>);

    impl Lasting for Stay {
        fn from(&self) -> SimTime {
            SimTime(self.0)
        }
        fn to(&self) -> Option<SimTime> {
            self.1.map(SimTime)
        }
    }

    proptest! {
        #[test]
        fn finds_what_a_look_at_all_finds(lengths in prop::collection::vec((0_u64..5, prop::option::of(0_u64..400)), 0..1_500),
            from in 0_u64..4_000, span in 0_u64..1_000) {
            let mut index = Index::default();
            let mut all = Vec::new();
            let mut at = 0;
            for (step, length) in lengths {
                at += step;
                let spot = index.push(Stay(at, None));
                if let Some(length) = length {
                    index.close(spot, |stay| stay.1 = Some(at + length));
                }
                all.push(Stay(at, length.map(|length| at + length)));
            }
            let to = from + span;
            let found: Vec<Stay> = index.within(SimTime(from), SimTime(to)).cloned().collect();
            all.retain(|stay| stay.0 <= to && stay.1.is_none_or(|end| end >= from));
            prop_assert_eq!(&found, &all);
            prop_assert!(index.count_within(SimTime(from), SimTime(to)) >= found.len());
        }
    }

    #[test]
    fn what_had_ended_goes_and_what_lasts_stays() {
        let filled = |open: u64| {
            let mut index = Index::default();
            for at in 0..1_000 {
                index.push(Stay(at, (at != open).then_some(at + 10)));
            }
            index
        };
        let mut index = filled(u64::MAX);
        index.forget_before(SimTime(700));
        assert!((300..=600).contains(&index.len()), "{}", index.len());
        assert_eq!(index.within(SimTime(700), SimTime(700)).count(), 11);
        let mut index = filled(300);
        index.forget_before(SimTime(5_000));
        assert_eq!(index.within(SimTime(5_000), SimTime(5_000)).count(), 1, "the one that has not ended");
    }

    #[test]
    fn the_oldest_go_first_and_places_stay() {
        let mut index = Index::default();
        let spots: Vec<Spot> = (0..1_000).map(|at| index.push(Stay(at, None))).collect();
        index.keep(600);
        assert!(index.len() <= 600 && index.len() > 300, "{}", index.len());
        assert_eq!(index.get(spots[999]), Some(&Stay(999, None)));
        assert_eq!(index.get(spots[0]), None);
        index.close(spots[0], |_| panic!("it is gone"));
        assert_eq!(index.begun_before(SimTime(900), 100), Some(SimTime(800)));
        assert_eq!(index.begun_before(SimTime(900), 900), None);
    }
}
