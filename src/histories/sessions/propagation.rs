//! Propagation: whoever has seen a write must see what it depends on. A session has seen a write when a read returned it; from
//! then on, and in the same multi-key read, each other key shows what the writer had passed there, or something later.
//!
//! Of several writes of one author the last one invoked depends on the most, so that two per author are enough: the last,
//! and the last to another key.

use super::super::format::{KeyId, SessionId};
use super::explain::Returned;
use super::facts::{Facts, ReadFact};
use super::order::{NodeId, Order};
use super::{Chains, known};
use std::collections::BTreeMap;

/// A write that an observer has seen.
#[derive(Clone, Copy)]
struct Seen {
    invoked: u32,
    key: KeyId,
    /// The read that showed it.
    read: usize,
}

/// What an observer has seen, by author.
#[derive(Default)]
struct Observer(BTreeMap<SessionId, [Option<Seen>; 2]>);

impl Observer {
    fn add(&mut self, author: SessionId, seen: Seen) {
        let [last, other] = self.0.entry(author).or_default();
        match *last {
            Some(old) if old.invoked >= seen.invoked => {
                if old.key != seen.key && other.is_none_or(|other| other.invoked < seen.invoked) {
                    *other = Some(seen);
                }
            }
            Some(old) if old.key != seen.key => (*last, *other) = (Some(seen), Some(old)),
            _ => *last = Some(seen),
        }
    }

    /// Per author the last write to a key other than this one.
    fn beside(&self, key: KeyId) -> impl Iterator<Item = (SessionId, Seen)> + '_ {
        self.0.iter().filter_map(move |(author, seen)| Some((*author, seen.iter().flatten().copied().find(|seen| seen.key != key)?)))
    }
}

/// Adds what the chains of the authors demand of those who saw their writes.
pub(super) fn demand(facts: &Facts, returned: &Returned, chains: &Chains, order: &mut Order) {
    let mut of_session: BTreeMap<SessionId, Vec<(&ReadFact, NodeId)>> = BTreeMap::new();
    for (read, node) in known(facts, returned) {
        of_session.entry(read.session).or_default().push((read, node));
    }
    for reads in of_session.values() {
        for_session(facts, reads, chains, order);
    }
}

fn for_session(facts: &Facts, reads: &[(&ReadFact, NodeId)], chains: &Chains, order: &mut Order) {
    let mut closing = reads.to_vec();
    closing.sort_by_key(|(read, _)| read.closed);
    let mut closing = closing.into_iter().peekable();
    let mut observer = Observer::default();
    // Reads stand in the order of their invocations, parts of one multi-key read together.
    for parts in reads.chunk_by(|a, b| a.0.operation == b.0.operation) {
        let invoked = parts[0].0.invoked;
        while let Some((read, node)) = closing.next_if(|(read, _)| read.closed < invoked) {
            see(facts, &mut observer, read, node);
        }
        let mut at_once = Observer::default();
        parts.iter().for_each(|(read, node)| see(facts, &mut at_once, read, *node));
        for (read, node) in parts {
            for (author, seen) in observer.beside(read.key).chain(at_once.beside(read.key)) {
                if let Some(mark) = chains.get(&(author, read.key)).and_then(|chain| chain.before(seen.invoked)) {
                    let witness = order.mark();
                    order.add(mark, witness, seen.read);
                    order.add(witness, *node, read.operation);
                }
            }
        }
    }
}

fn see(facts: &Facts, observer: &mut Observer, read: &ReadFact, node: NodeId) {
    if let Some(write) = facts.writes.get(node as usize) {
        observer.add(write.session, Seen { invoked: write.invoked, key: write.key, read: read.operation });
    }
}
