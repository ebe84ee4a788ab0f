//! The four session guarantees (Terry et al., "Session guarantees for weakly consistent replicated data", 1994), judged
//! by what clients saw.
//!
//! There is one order of the writes of each key. Where writes have versions, those are it. Elsewhere it is *inferred*: a guarantee is
//! violated when no order explains the reads that respects real time (a write that completed before another was
//! invoked is before it) and what the guarantee itself demands:
//!
//! - *read your writes*: a read returns the session's own latest acknowledged write to the key, or a later one;
//! - *monotonic reads*: of two reads of a key by one session, the later returns the same write or a later one;
//! - *monotonic writes*: an acknowledged write is before the session's next writes to the key; and whoever has read one
//!   of a session's writes reads, of each other key, what that session had written there before, or something later;
//! - *writes follow reads*: a write is after what its session had read of the key; and whoever has read it reads, of
//!   each other key, what its session had read there before, or something later.
//!
//! All demands are of the form "not after", so that they can be met together iff they have no cycle. The guarantees are
//! independent: that a reader goes backwards on one key is the business of monotonic reads alone.
//! What is unknown demands nothing: a write of unknown outcome may come at any time after its invocation, so that it can stand
//! after others, but nothing has to stand after it. A failed write is not an own write. A read of what nobody had written, or what
//! was only written later, is explained by no order; it counts for the guarantees that judge that read.

pub(super) mod explain;
pub(super) mod facts;
pub(super) mod order;
mod propagation;
mod unexplained;

use super::format::{History, KeyId, SessionId};
use super::{Budget, Finding, Options};
use explain::{Returned, explain};
use facts::{Facts, ReadFact, WriteFact};
use order::{Chain, Order, Passed};
use std::collections::BTreeMap;

/// Which of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    ReadYourWrites,
    MonotonicReads,
    MonotonicWrites,
    WritesFollowReads,
}

/// Chains of one thing per session and key.
type Chains = BTreeMap<(SessionId, KeyId), Chain>;

pub(super) fn find(rule: Rule, history: &History, options: &Options, budget: &mut Budget<'_>) -> Finding {
    let facts = Facts::collect(history, options);
    if let Some(because) = facts.too_large() {
        return Finding::Undecided(because);
    }
    if let Some(witness) = unexplained::find(rule, &facts) {
        return Finding::Violated(witness);
    }
    let found = match rule {
        // Keys have nothing to do with each other.
        Rule::ReadYourWrites | Rule::MonotonicReads => facts.split().iter().fold(Finding::Holds, |found, part| match found {
            Finding::Violated(_) => found,
            _ => found.and(find_in(rule, part, budget)),
        }),
        Rule::MonotonicWrites | Rule::WritesFollowReads => find_in(rule, &facts, budget),
    };
    match found {
        Finding::Holds if facts.has_texts => {
            Finding::Undecided("reads of appended texts are judged by linearizable and no-lost-writes only".to_owned())
        }
        found => found,
    }
}

fn find_in(rule: Rule, facts: &Facts, budget: &mut Budget<'_>) -> Finding {
    let writes = Order::of_writes(facts);
    let mut judge = |returned: &Returned, budget: &mut Budget<'_>| {
        if !budget() {
            return Finding::out_of_time();
        }
        let mut order = writes.clone();
        demand(rule, facts, returned, &mut order);
        order.contradiction(facts).map_or(Finding::Holds, Finding::Violated)
    };
    explain(facts, &mut judge, budget)
}

/// Adds what the guarantee demands.
fn demand(rule: Rule, facts: &Facts, returned: &Returned, order: &mut Order) {
    match rule {
        Rule::ReadYourWrites => read_your_writes(facts, returned, order),
        Rule::MonotonicReads => {
            let chains = chains_of_reads(facts, returned, order);
            for (read, node) in known(facts, returned) {
                let mark = chains.get(&(read.session, read.key)).and_then(|chain| chain.before(read.invoked));
                mark.into_iter().for_each(|mark| order.add(mark, node, read.operation));
            }
        }
        Rule::MonotonicWrites => {
            let chains = chains_of_writes(facts, order);
            own_key(facts, &chains, order);
            propagation::demand(facts, returned, &chains, order);
        }
        Rule::WritesFollowReads => {
            let chains = chains_of_reads(facts, returned, order);
            own_key(facts, &chains, order);
            cas_follows_its_read(facts, returned, order);
            propagation::demand(facts, returned, &chains, order);
        }
    }
}

/// Reads of which it is known what they returned.
fn known<'f>(facts: &'f Facts, returned: &'f Returned) -> impl Iterator<Item = (&'f ReadFact, u32)> {
    facts.reads.iter().zip(returned).filter_map(|(read, node)| node.map(|node| (read, node)))
}

fn chains_of_reads(facts: &Facts, returned: &Returned, order: &mut Order) -> Chains {
    let mut passed: BTreeMap<_, Vec<Passed>> = BTreeMap::new();
    for (read, node) in known(facts, returned) {
        let one = Passed { closed: read.closed, node, operation: read.operation };
        passed.entry((read.session, read.key)).or_default().push(one);
    }
    passed.into_iter().map(|(place, passed)| (place, Chain::new(order, passed))).collect()
}

fn chains_of_writes(facts: &Facts, order: &mut Order) -> Chains {
    let mut passed: BTreeMap<_, Vec<Passed>> = BTreeMap::new();
    for (write, node) in facts.writes.iter().zip(0..) {
        if let Some(closed) = write.closed {
            passed.entry((write.session, write.key)).or_default().push(Passed { closed, node, operation: write.operation });
        }
    }
    passed.into_iter().map(|(place, passed)| (place, Chain::new(order, passed))).collect()
}

/// A write is after what its session has passed on the same key.
fn own_key(facts: &Facts, chains: &Chains, order: &mut Order) {
    for (write, node) in facts.writes.iter().zip(0..) {
        let mark = chains.get(&(write.session, write.key)).and_then(|chain| chain.before(write.invoked));
        mark.into_iter().for_each(|mark| order.add(mark, node, write.operation));
    }
}

fn cas_follows_its_read(facts: &Facts, returned: &Returned, order: &mut Order) {
    let write_of: BTreeMap<usize, u32> = facts.writes.iter().zip(0..).map(|(write, node)| (write.operation, node)).collect();
    for (read, node) in known(facts, returned) {
        if let Some(write) = write_of.get(&read.operation) {
            order.add(node, *write, read.operation);
        }
    }
}

fn read_your_writes(facts: &Facts, returned: &Returned, order: &mut Order) {
    let mut own: BTreeMap<(SessionId, KeyId), OwnWrites<'_>> = BTreeMap::new();
    for (write, node) in facts.writes.iter().zip(0..) {
        if let Some(closed) = write.closed {
            own.entry((write.session, write.key)).or_default().0.push((closed, write, node));
        }
    }
    own.values_mut().for_each(|writes| writes.0.sort_by_key(|(closed, ..)| *closed));
    for (read, node) in known(facts, returned) {
        if let Some(writes) = own.get(&(read.session, read.key)) {
            writes.latest(read.invoked).for_each(|write| order.add(write, node, read.operation));
        }
    }
}

/// A session's acknowledged writes to a key by the time of their close.
#[derive(Default)]
struct OwnWrites<'f>(Vec<(u32, &'f WriteFact, u32)>);

impl OwnWrites<'_> {
    /// The latest that were complete before this line; several only if the session's processes overlapped.
    fn latest(&self, line: u32) -> impl Iterator<Item = u32> + '_ {
        let complete = &self.0[..self.0.partition_point(|(closed, ..)| *closed < line)];
        let mut last_invoked = 0;
        let newest = complete.iter().rev().take_while(move |(closed, write, _)| {
            let is_latest = *closed > last_invoked;
            last_invoked = last_invoked.max(write.invoked);
            is_latest
        });
        newest.map(|(_, _, node)| *node)
    }
}
