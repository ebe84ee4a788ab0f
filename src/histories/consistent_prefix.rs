//! Consistent prefix (Terry, "Replicated data consistency explained through baseball", 2013): a multi-key read shows a
//! state that one sequence of all writes went through.
//!
//! The sequence keeps each session's order of writes, puts a write after what its session had read, and, for writes
//! of one key, keeps real time or the known versions; writes of different keys are bound by nothing else. Each multi-key read
//! is a *cut* of it: after the writes that it returned, before every write that is after those on its keys. So for a write `x` of
//! a key of which a cut returned `v`, either `x` is before `v`, or the cut is before `x`: a polygraph (Papadimitriou,
//! "The serializability of concurrent database updates", 1979). What only one of the two leaves possible is forced; the rest is
//! searched, and a topological order that meets all of them ends the search. Without multi-key reads there is nothing to judge.

use super::format::{Function, History, KeyId, Operation, Outcome};
use super::sessions::explain::{Returned, explain};
use super::sessions::facts::{Facts, Seen};
use super::sessions::order::{Chain, NodeId, Order, Passed};
use super::sessions::{known, order_of_texts};
use super::{Budget, Finding, Options};
use crate::limits;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

pub(super) fn find(history: &History, options: &Options, budget: &mut Budget<'_>) -> Finding {
    let facts = Facts::collect(history, options);
    if let Some(because) = facts.too_large() {
        return Finding::Undecided(because);
    }
    if let Some(phantom) = facts.reads.iter().find(|read| read.is_many && read.candidates.is_empty()) {
        return Finding::Violated(vec![phantom.operation]);
    }
    let is_judged = |operation: &Operation| operation.function == Function::ReadMany && operation.outcome == Outcome::Ok;
    if !history.operations.iter().any(is_judged) {
        return Finding::Holds;
    }
    let writes = Order::of_writes(&facts);
    let mut judge = |returned: &Returned, budget: &mut Budget<'_>| {
        let mut puzzle = Puzzle::new(&facts, returned, writes.clone());
        puzzle.solve(budget)
    };
    facts.said(explain(&facts, &mut judge, budget))
}

/// A write and a cut: either the write is before what the cut returned of its key, or the cut is before the write.
#[derive(Clone, Copy)]
struct Choice {
    cut: NodeId,
    returned: NodeId,
    write: NodeId,
    read: usize,
}

struct Puzzle<'f> {
    facts: &'f Facts,
    order: Order,
    choices: Vec<Choice>,
    cuts: BTreeSet<NodeId>,
}

impl<'f> Puzzle<'f> {
    fn new(facts: &'f Facts, returned: &Returned, mut order: Order) -> Self {
        order_of_texts(facts, returned, &mut order);
        keep_sessions(facts, returned, &mut order);
        let mut puzzle = Self { facts, order, choices: Vec::new(), cuts: BTreeSet::new() };
        let mut shown: BTreeMap<usize, Vec<(KeyId, Seen)>> = BTreeMap::new();
        for (read, seen) in known(facts, returned).filter(|(read, _)| read.is_many) {
            shown.entry(read.operation).or_default().push((read.key, seen));
        }
        let of_key = writes_that_count(facts);
        for (read, shown) in shown {
            let cut = puzzle.order.mark();
            puzzle.cuts.insert(cut);
            for (key, seen) in shown {
                let returned = facts.start(seen);
                facts.shown(seen).for_each(|node| puzzle.order.add(node, cut, read));
                let shown: BTreeSet<NodeId> = facts.shown(seen).collect();
                let others = of_key.get(&key).into_iter().flatten().filter(|write| !shown.contains(write));
                puzzle.choices.extend(others.map(|write| Choice { cut, returned, write: *write, read }));
            }
        }
        puzzle
    }

    fn solve(&mut self, budget: &mut Budget<'_>) -> Finding {
        if self.order.node_count() > limits::MAX_ORDER_NODES {
            return Finding::Undecided(format!("more than {} places in one order of all keys", limits::MAX_ORDER_NODES));
        }
        // Orders still to be looked at; each is a branch of a choice.
        let mut branches = vec![self.order.clone()];
        let mut contradictions = Vec::new();
        while let Some(order) = branches.pop() {
            self.order = order;
            match self.force(budget) {
                Forced::OutOfTime => return Finding::out_of_time(),
                Forced::Contradiction(operations) => contradictions.extend(operations),
                Forced::Open(sorted) => match self.unmet(&sorted) {
                    None => return Finding::Holds,
                    Some(choice) => branches.extend([self.with_cut_first(choice), self.with_write_first(choice)]),
                },
            }
        }
        contradictions.sort_unstable();
        contradictions.dedup();
        Finding::Violated(contradictions)
    }

    fn with_write_first(&self, choice: Choice) -> Order {
        let mut order = self.order.clone();
        order.add(choice.write, choice.returned, choice.read);
        order
    }

    fn with_cut_first(&self, choice: Choice) -> Order {
        let mut order = self.order.clone();
        order.add(choice.cut, choice.write, choice.read);
        order
    }

    /// Adds what only one side of a choice leaves possible, until nothing is left to add.
    fn force(&mut self, budget: &mut Budget<'_>) -> Forced {
        loop {
            if !budget() {
                return Forced::OutOfTime;
            }
            let Some(sorted) = sorted(&self.order, self.facts, &self.cuts) else {
                return Forced::Contradiction(self.order.contradiction(self.facts).unwrap_or_default());
            };
            let reach = Reach::new(&self.order, &sorted);
            let mut has_added = false;
            for Choice { cut, returned, write, read } in &self.choices {
                let must_follow = reach.has(*returned, *write);
                let must_precede = reach.has(*write, *cut);
                if must_follow && !reach.has(*cut, *write) {
                    self.order.add(*cut, *write, *read);
                    has_added = true;
                }
                if must_precede && !reach.has(*write, *returned) {
                    self.order.add(*write, *returned, *read);
                    has_added = true;
                }
            }
            if !has_added {
                return Forced::Open(sorted);
            }
        }
    }

    /// A choice that this order does not meet.
    fn unmet(&self, sorted: &[NodeId]) -> Option<Choice> {
        let mut place = vec![0; sorted.len()];
        for (index, node) in sorted.iter().enumerate() {
            place[*node as usize] = index;
        }
        let at = |node: NodeId| place[node as usize];
        self.choices.iter().copied().find(|choice| at(choice.returned) < at(choice.write) && at(choice.write) < at(choice.cut))
    }
}

enum Forced {
    Contradiction(Vec<usize>),
    /// A topological order of what is forced.
    Open(Vec<NodeId>),
    OutOfTime,
}

/// Session order of writes, and each write after what its session had read.
fn keep_sessions(facts: &Facts, returned: &Returned, order: &mut Order) {
    let mut passed: BTreeMap<u32, Vec<Passed>> = BTreeMap::new();
    for (write, node) in facts.writes.iter().zip(0..) {
        if let Some(closed) = write.closed {
            passed.entry(write.session).or_default().push(Passed { closed, node, operation: write.operation });
        }
    }
    let write_of: BTreeMap<usize, NodeId> = facts.writes.iter().zip(0..).map(|(write, node)| (write.operation, node)).collect();
    for (read, seen) in known(facts, returned) {
        // What a text ends with is after all its parts.
        let Some(node) = facts.shown(seen).last() else { continue };
        passed.entry(read.session).or_default().push(Passed { closed: read.closed, node, operation: read.operation });
        // A cas writes after its own read.
        write_of.get(&read.operation).into_iter().for_each(|write| order.add(node, *write, read.operation));
    }
    let chains: BTreeMap<u32, Chain> = passed.into_iter().map(|(session, passed)| (session, Chain::new(order, passed))).collect();
    for (write, node) in facts.writes.iter().zip(0..) {
        let mark = chains.get(&write.session).and_then(|chain| chain.before(write.invoked));
        mark.into_iter().for_each(|mark| order.add(mark, node, write.operation));
    }
}

/// Writes by key. One of unknown outcome that nobody read may as well stand after everything.
fn writes_that_count(facts: &Facts) -> BTreeMap<KeyId, Vec<NodeId>> {
    let read: BTreeSet<NodeId> = facts.reads.iter().flat_map(|read| &read.candidates).flat_map(|seen| facts.shown(*seen)).collect();
    let mut of_key: BTreeMap<KeyId, Vec<NodeId>> = BTreeMap::new();
    for (write, node) in facts.writes.iter().zip(0..) {
        if write.closed.is_some() || read.contains(&node) {
            of_key.entry(write.key).or_default().push(node);
        }
    }
    of_key
}

/// A topological order, cuts as early as they can stand; `None`: there is a cycle.
fn sorted(order: &Order, facts: &Facts, cuts: &BTreeSet<NodeId>) -> Option<Vec<NodeId>> {
    let count = order.node_count() as NodeId;
    let mut before_count = vec![0_u32; count as usize];
    (0..count).flat_map(|node| order.successors(node)).for_each(|node| before_count[node as usize] += 1);
    let rank = |node: NodeId| match facts.writes.get(node as usize) {
        Some(write) => write.invoked.max(1),
        None if cuts.contains(&node) => 0,
        None => 1,
    };
    let free = (0..count).filter(|node| before_count[*node as usize] == 0);
    let mut ready: BinaryHeap<Reverse<(u32, NodeId)>> = free.map(|node| Reverse((rank(node), node))).collect();
    let mut sorted = Vec::new();
    while let Some(Reverse((_, node))) = ready.pop() {
        sorted.push(node);
        for next in order.successors(node) {
            before_count[next as usize] -= 1;
            if before_count[next as usize] == 0 {
                ready.push(Reverse((rank(next), next)));
            }
        }
    }
    (sorted.len() == count as usize).then_some(sorted)
}

/// Which node reaches which.
struct Reach {
    words: usize,
    bits: Vec<u64>,
}

impl Reach {
    fn new(order: &Order, sorted: &[NodeId]) -> Self {
        let words = sorted.len().div_ceil(64);
        let mut reach = Self { words, bits: vec![0; words * sorted.len()] };
        for node in sorted.iter().rev() {
            for next in order.successors(*node) {
                reach.absorb(*node as usize, next as usize);
            }
        }
        reach
    }

    fn absorb(&mut self, node: usize, next: usize) {
        let (to, from) = (node * self.words, next * self.words);
        for word in 0..self.words {
            self.bits[to + word] |= self.bits[from + word];
        }
        self.bits[to + next / 64] |= 1 << (next % 64);
    }

    fn has(&self, node: NodeId, other: NodeId) -> bool {
        let other = other as usize;
        self.bits[node as usize * self.words + other / 64] >> (other % 64) & 1 == 1
    }
}
