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
//!
//! Where texts are appended, a read shows a start (a put, or the initial text) and appends, and so their order: all reads of
//! a key must fit its one order. To return a write *or something later* is there to *show* it, or to start with a put that is after it.
//! A text may lack what its reader is not owed, as a replica does that has not got everything; and whoever is shown a write of a
//! session is owed what that depends on, of the same key too. Each guarantee demands then that all of it is shown, not the latest alone.
//!
//! What is unknown demands nothing: a write of unknown outcome may come at any time after its invocation, so that it can stand
//! after others, but nothing has to stand after it. A failed write is not an own write. A read of what nobody had written, or what
//! was only written later, is explained by no order; it counts for the guarantees that judge that read.

mod cover;
pub(super) mod explain;
pub(super) mod facts;
pub(super) mod order;
mod own_writes;
mod propagation;
mod unexplained;

use super::format::{History, KeyId, SessionId};
use super::{Budget, Finding, Options};
use cover::Cover;
use explain::{Returned, explain};
use facts::{Facts, ReadFact, Seen};
use order::{Chain, NodeId, Order, Passed};
use std::collections::{BTreeMap, BTreeSet};

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
    facts.said(found)
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
    order_of_texts(facts, returned, order);
    match rule {
        Rule::ReadYourWrites => own_writes::demand(facts, returned, order),
        Rule::MonotonicReads => {
            let chains = chains_of_reads(facts, returned, order);
            let mut cover = Cover::new(facts);
            for (read, seen) in known(facts, returned) {
                if let Some(chain) = chains.get(&(read.session, read.key)) {
                    let passed = chain.until(read.invoked);
                    cover.look_at(seen).demand(passed, facts.start(seen), read.operation, order);
                }
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
pub(super) fn known<'f>(facts: &'f Facts, returned: &'f Returned) -> impl Iterator<Item = (&'f ReadFact, Seen)> {
    facts.reads.iter().zip(returned).filter_map(|(read, seen)| seen.map(|seen| (read, seen)))
}

/// The parts of a text are in the order in which it shows them. Of equal beginnings, once is enough.
pub(super) fn order_of_texts(facts: &Facts, returned: &Returned, order: &mut Order) {
    let mut longest: BTreeMap<KeyId, Seen> = BTreeMap::new();
    for (read, seen) in known(facts, returned).filter(|(_, seen)| !facts.parts(*seen).is_empty()) {
        let before = longest.entry(read.key).or_insert(seen);
        let equal = facts.shown(seen).zip(facts.shown(*before)).take_while(|(own, before)| own == before).count();
        let equal = if *before == seen { 0 } else { equal };
        let shown = || facts.shown(seen);
        shown().zip(shown().skip(1)).skip(equal.saturating_sub(1)).for_each(|(one, next)| order.add(one, next, read.operation));
        if facts.parts(seen).len() > facts.parts(*before).len() {
            *before = seen;
        }
    }
}

/// What each session's reads have shown of each key, each thing once.
fn chains_of_reads(facts: &Facts, returned: &Returned, order: &mut Order) -> Chains {
    let mut closing: Vec<(&ReadFact, Seen)> = known(facts, returned).collect();
    closing.sort_by_key(|(read, _)| read.closed);
    let mut passed: BTreeMap<_, (BTreeSet<NodeId>, Vec<Passed>)> = BTreeMap::new();
    for (read, seen) in closing {
        let (known, passed) = passed.entry((read.session, read.key)).or_default();
        let fresh = facts.shown(seen).filter(|node| known.insert(*node));
        passed.extend(fresh.map(|node| Passed { closed: read.closed, node, operation: read.operation }));
    }
    passed.into_iter().map(|(place, (_, passed))| (place, Chain::new(order, passed))).collect()
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
    for (read, seen) in known(facts, returned) {
        if let Some(write) = write_of.get(&read.operation) {
            order.add(facts.start(seen), *write, read.operation);
        }
    }
}
