//! The event queue: by time, ties by order of scheduling. Heap entries are two words; payloads wait in a slab.
//!
//! What was cancelled never reaches the front, so the time of the next event is always true.
//! Knows nothing of what it holds.

use super::heap::Heap;
use crate::replication::time::SimTime;

/// Bits of a key that name the slot; the sequence number stands above them, the time above that.
const SLOT_BITS: u32 = 24;
const SLOT_MASK: u128 = (1 << SLOT_BITS) - 1;
/// Cancelled entries that may wait in the heap before it is cleaned as a whole.
const CANCELLED_MAX: usize = 64;
/// No slot is vacant.
const NO_SLOT: u32 = u32::MAX;

/// Where a scheduled payload waits, for cancelling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u32);

/// What was taken off the front. Its payload still waits, to be taken out whole or in part without copying.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    /// When.
    pub(super) at: SimTime,
    /// The how-manieth that was ever scheduled.
    pub(super) sequence: u64,
    /// Where the payload waits.
    pub(super) ticket: Ticket,
}

/// Where a payload waits.
#[derive(Clone, Debug)]
enum Slot<T> {
    Full(T),
    /// What was cancelled leaves its slot empty until its key is gone; then the slot is vacant, and names the next such.
    Empty(u32),
}

/// Payloads in the order of their times.
#[derive(Clone, Debug)]
pub(super) struct Queue<T> {
    heap: Heap,
    slots: Vec<Slot<T>>,
    /// The first vacant slot.
    vacant: u32,
    next_sequence: u64,
    cancelled_count: usize,
}

impl<T> Queue<T> {
    pub(super) const fn new() -> Self {
        Self { heap: Heap::new(), slots: Vec::new(), vacant: NO_SLOT, next_sequence: 0, cancelled_count: 0 }
    }

    /// Schedules `payload` for `at`.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn push(&mut self, at: SimTime, payload: T) -> Ticket {
        let slot = self.occupy(payload);
        let key = (u128::from(at.0) << 64) | u128::from((self.next_sequence << SLOT_BITS) | u64::from(slot));
        self.next_sequence += 1;
        self.heap.push(key);
        Ticket(slot)
    }

    #[cfg_attr(not(feature = "ui"), inline(always))]
    fn occupy(&mut self, payload: T) -> u32 {
        let slot = self.vacant;
        if let Some(place) = self.slots.get_mut(slot as usize)
            && let Slot::Empty(next) = *place
        {
            self.vacant = next;
            // A vacant slot holds nothing that would have to be dropped.
            std::mem::forget(std::mem::replace(place, Slot::Full(payload)));
            return slot;
        }
        let slot = self.slots.len() as u32;
        assert!(u128::from(slot) <= SLOT_MASK, "the queue holds more events than it has slots");
        self.slots.push(Slot::Full(payload));
        slot
    }

    /// Takes the next one off the front. Its payload must be taken out with [`Queue::take`].
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn pop(&mut self) -> Option<Due> {
        let key = self.heap.pop()?;
        if self.cancelled_count > 0 {
            self.clean_front();
        }
        Some(Due { at: time_of(key), sequence: (key as u64) >> SLOT_BITS, ticket: Ticket(slot_of(key)) })
    }

    /// The payload of what was just taken off the front.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn payload_mut(&mut self, ticket: Ticket) -> Option<&mut T> {
        self.slots[ticket.0 as usize].payload_mut()
    }

    /// Takes the payload of what was just taken off the front, and frees its place.
    #[cfg_attr(not(feature = "ui"), inline(always))]
    pub(super) fn take(&mut self, ticket: Ticket) -> Option<T> {
        let freed = Slot::Empty(std::mem::replace(&mut self.vacant, ticket.0));
        std::mem::replace(&mut self.slots[ticket.0 as usize], freed).payload()
    }

    /// When the next one is due.
    #[inline]
    pub(super) fn next_at(&self) -> Option<SimTime> {
        self.heap.first().map(time_of)
    }

    /// Forgets a payload that is still scheduled.
    pub(super) fn cancel(&mut self, ticket: Ticket) {
        if self.slots[ticket.0 as usize].empty().is_none() {
            return;
        }
        self.cancelled_count += 1;
        self.clean_front();
        if self.cancelled_count > CANCELLED_MAX.max(self.heap.len() / 2) {
            self.clean_all();
        }
    }

    /// Takes out all for which `is_wanted` says so, in the order of scheduling.
    pub(super) fn take_where(&mut self, is_wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let mut taken: Vec<u128> = Vec::new();
        for key in self.heap.iter() {
            if self.slots[slot_of(key) as usize].payload_ref().is_some_and(&is_wanted) {
                // Without the time.
                taken.push(key & u128::from(u64::MAX));
            }
        }
        taken.sort_unstable();
        let payloads = taken.into_iter().filter_map(|key| self.slots[slot_of(key) as usize].empty()).collect();
        self.clean_all();
        payloads
    }

    /// All that is scheduled with its time, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (SimTime, &T)> {
        self.heap.iter().filter_map(|key| self.slots[slot_of(key) as usize].payload_ref().map(|payload| (time_of(key), payload)))
    }

    fn clean_front(&mut self) {
        while let Some(key) = self.heap.first() {
            let slot = slot_of(key);
            if self.slots[slot as usize].payload_ref().is_some() {
                return;
            }
            self.heap.pop();
            self.take(Ticket(slot));
            self.cancelled_count -= 1;
        }
    }

    fn clean_all(&mut self) {
        let (slots, vacant) = (&mut self.slots, &mut self.vacant);
        self.heap.retain(|key| {
            let slot = &mut slots[slot_of(*key) as usize];
            let stays = slot.payload_ref().is_some();
            if !stays {
                *slot = Slot::Empty(std::mem::replace(vacant, slot_of(*key)));
            }
            stays
        });
        self.cancelled_count = 0;
    }
}

impl<T> Slot<T> {
    /// Takes the payload out; the slot does not become vacant by that.
    fn empty(&mut self) -> Option<T> {
        std::mem::replace(self, Self::Empty(NO_SLOT)).payload()
    }

    fn payload(self) -> Option<T> {
        if let Self::Full(payload) = self { Some(payload) } else { None }
    }

    const fn payload_ref(&self) -> Option<&T> {
        if let Self::Full(payload) = self { Some(payload) } else { None }
    }

    const fn payload_mut(&mut self) -> Option<&mut T> {
        if let Self::Full(payload) = self { Some(payload) } else { None }
    }
}

const fn slot_of(key: u128) -> u32 {
    (key & SLOT_MASK) as u32
}

const fn time_of(key: u128) -> SimTime {
    SimTime((key >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::random::{Purpose, Rng};

    fn next(queue: &mut Queue<u32>) -> Option<(u64, u32)> {
        let due = queue.pop()?;
        Some((due.at.0, queue.take(due.ticket).expect("what is due has a payload")))
    }

    fn drain(queue: &mut Queue<u32>) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| next(queue)).collect()
    }

    #[test]
    fn ties_keep_the_order_of_scheduling() {
        let mut queue = Queue::new();
        for (at, payload) in [(5, 1), (3, 2), (5, 3), (3, 4), (0, 5)] {
            queue.push(SimTime(at), payload);
        }
        assert_eq!(drain(&mut queue), [(0, 5), (3, 2), (3, 4), (5, 1), (5, 3)]);
    }

    #[test]
    fn it_agrees_with_a_sorted_list_under_random_use() {
        let mut rng = Rng::stream(1, Purpose::Schedule, 0);
        let mut queue = Queue::new();
        let mut model: Vec<(u64, u32, Ticket)> = Vec::new();
        for payload in 0..20_000 {
            match rng.below(8) {
                0..=3 => {
                    let at = u64::from(rng.below(1_000));
                    model.push((at, payload, queue.push(SimTime(at), payload)));
                }
                4 if !model.is_empty() => {
                    let (.., ticket) = model.remove(rng.below(model.len() as u32) as usize);
                    queue.cancel(ticket);
                }
                5 if rng.chance(20_000) => {
                    let taken = queue.take_where(|payload| payload % 3 == 0);
                    let (gone, kept): (Vec<_>, Vec<_>) = model.into_iter().partition(|(_, payload, _)| payload % 3 == 0);
                    assert_eq!(taken, gone.iter().map(|(_, payload, _)| *payload).collect::<Vec<_>>());
                    model = kept;
                }
                _ => {
                    let first = model.iter().min_by_key(|(at, payload, _)| (*at, *payload)).copied();
                    assert_eq!(queue.next_at().map(|at| at.0), first.map(|(at, ..)| at));
                    assert_eq!(next(&mut queue), first.map(|(at, payload, _)| (at, payload)));
                    model.retain(|(_, payload, _)| Some(*payload) != first.map(|(_, payload, _)| payload));
                }
            }
            assert_eq!(queue.iter().count(), model.len());
        }
    }

    #[test]
    fn cancelled_entries_do_not_pile_up() {
        let mut queue = Queue::new();
        for n in 0..10_000_u32 {
            let ticket = queue.push(SimTime(1_000_000 + u64::from(n)), n);
            queue.push(SimTime(u64::from(n)), n);
            queue.cancel(ticket);
            next(&mut queue);
        }
        assert!(queue.slots.len() <= 2 * CANCELLED_MAX + 2, "{} slots", queue.slots.len());
    }
}
