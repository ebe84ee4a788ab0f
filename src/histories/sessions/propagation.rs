//! Propagation: whoever has seen a write must see what it depends on. A session has seen a write when a read returned it; from
//! then on, and in the same multi-key read, each other key shows what the writer had passed there, or something later.
//!
//! Of several writes of one author the last one invoked depends on the most, so that two per author are enough: the last,
//! and the last to another key.

use super::super::format::{KeyId, SessionId};
use super::cover::Cover;
use super::explain::Returned;
use super::facts::{Facts, ReadFact, Seen};
use super::order::Order;
use super::{Chains, known};
use std::collections::BTreeMap;

/// A write that an observer has seen.
#[derive(Clone, Copy)]
struct SeenWrite {
    invoked: u32,
    key: KeyId,
    /// The operation that showed it.
    because: usize,
}

/// What an observer has seen, by author.
#[derive(Default)]
struct Observer(BTreeMap<SessionId, [Option<SeenWrite>; 2]>);

impl Observer {
    fn add(&mut self, author: SessionId, seen: SeenWrite) {
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
    fn beside(&self, key: KeyId) -> impl Iterator<Item = (SessionId, SeenWrite)> + '_ {
        self.0.iter().filter_map(move |(author, seen)| Some((*author, seen.iter().flatten().copied().find(|seen| seen.key != key)?)))
    }
}

/// Adds what the chains of the authors demand of those who saw their writes.
pub(super) fn demand(facts: &Facts, returned: &Returned, chains: &Chains, order: &mut Order) {
    let mut of_session: BTreeMap<SessionId, Vec<(&ReadFact, Seen)>> = BTreeMap::new();
    for (read, seen) in known(facts, returned) {
        of_session.entry(read.session).or_default().push((read, seen));
    }
    let mut cover = Cover::new(facts);
    for reads in of_session.values() {
        for_session(facts, reads, chains, &mut cover, order);
    }
}

fn for_session(facts: &Facts, reads: &[(&ReadFact, Seen)], chains: &Chains, cover: &mut Cover<'_>, order: &mut Order) {
    let mut closing = reads.to_vec();
    closing.sort_by_key(|(read, _)| read.closed);
    let mut closing = closing.into_iter().peekable();
    let mut observer = Observer::default();
    // Reads stand in the order of their invocations, parts of one multi-key read together.
    for parts in reads.chunk_by(|a, b| a.0.operation == b.0.operation) {
        let invoked = parts[0].0.invoked;
        while let Some((read, seen)) = closing.next_if(|(read, _)| read.closed < invoked) {
            see(facts, &mut observer, read, seen);
        }
        let mut at_once = Observer::default();
        parts.iter().for_each(|(read, seen)| see(facts, &mut at_once, read, *seen));
        for (read, seen) in parts {
            let shown = cover.look_at(*seen);
            let own = own_text(facts, *seen);
            for (author, of_author) in observer.beside(read.key).chain(at_once.beside(read.key)).chain(own) {
                let passed = chains.get(&(author, read.key)).map_or(&[][..], |chain| chain.until(of_author.invoked));
                if !passed.is_empty() {
                    let witness = order.mark();
                    order.add(witness, facts.start(*seen), read.operation);
                    shown.demand(passed, witness, of_author.because, order);
                }
            }
        }
    }
}

/// Of a text, per author the write that depends on the most: it is owed what its author had passed on the same key.
fn own_text(facts: &Facts, seen: Seen) -> BTreeMap<SessionId, SeenWrite> {
    let mut last: BTreeMap<SessionId, SeenWrite> = BTreeMap::new();
    if facts.parts(seen).is_empty() {
        return last;
    }
    for write in facts.shown(seen).filter_map(|node| facts.writes.get(node as usize)) {
        let of_author = SeenWrite { invoked: write.invoked, key: write.key, because: write.operation };
        let known = last.entry(write.session).or_insert(of_author);
        if known.invoked < of_author.invoked {
            *known = of_author;
        }
    }
    last
}

fn see(facts: &Facts, observer: &mut Observer, read: &ReadFact, seen: Seen) {
    for write in facts.shown(seen).filter_map(|node| facts.writes.get(node as usize)) {
        observer.add(write.session, SeenWrite { invoked: write.invoked, key: write.key, because: read.operation });
    }
}
