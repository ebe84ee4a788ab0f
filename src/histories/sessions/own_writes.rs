//! Read your writes: a read shows the session's latest acknowledged write to the key, or what is later; a text, all of them.

use super::super::format::{KeyId, SessionId};
use super::cover::Cover;
use super::explain::Returned;
use super::facts::{Facts, WriteFact};
use super::order::{Chain, NodeId, Order, Passed};
use super::{Chains, known};
use std::collections::BTreeMap;

pub(super) fn demand(facts: &Facts, returned: &Returned, order: &mut Order) {
    let mut own: BTreeMap<(SessionId, KeyId), OwnWrites<'_>> = BTreeMap::new();
    for (write, node) in facts.writes.iter().zip(0..) {
        if let Some(closed) = write.closed {
            own.entry((write.session, write.key)).or_default().0.push((closed, write, node));
        }
    }
    own.values_mut().for_each(|writes| writes.0.sort_unstable_by_key(|(closed, _, node)| (*closed, *node)));
    let texts = chains_of_texts(facts, order);
    let mut cover = Cover::new(facts);
    for (read, seen) in known(facts, returned) {
        let Some(writes) = own.get(&(read.session, read.key)) else { continue };
        let shown = cover.look_at(seen);
        let start = facts.start(seen);
        match texts.get(&(read.session, read.key)) {
            Some(chain) => shown.demand(chain.until(read.invoked), start, read.operation, order),
            None => writes.latest(read.invoked).for_each(|write| order.add(write, start, read.operation)),
        }
    }
}

fn chains_of_texts(facts: &Facts, order: &mut Order) -> Chains {
    let mut passed: BTreeMap<_, Vec<Passed>> = BTreeMap::new();
    for (write, node) in facts.writes.iter().zip(0..).filter(|(write, _)| write.is_of_text) {
        if let Some(closed) = write.closed {
            passed.entry((write.session, write.key)).or_default().push(Passed { closed, node, operation: write.operation });
        }
    }
    passed.into_iter().map(|(place, passed)| (place, Chain::new(order, passed))).collect()
}

/// A session's acknowledged writes to a key by the time of their close.
#[derive(Default)]
struct OwnWrites<'f>(Vec<(u32, &'f WriteFact, NodeId)>);

impl OwnWrites<'_> {
    /// The latest that were complete before this line; several only if the session's processes overlapped.
    fn latest(&self, line: u32) -> impl Iterator<Item = NodeId> + '_ {
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
