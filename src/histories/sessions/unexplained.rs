//! Reads of what nobody had written by then. No order explains one, so that a guarantee that judges it is violated.

use super::Rule;
use super::facts::{Facts, ReadFact};

/// Such a read, with the operation that makes it the guarantee's business.
pub(super) fn find(rule: Rule, facts: &Facts) -> Option<Vec<usize>> {
    let phantoms = facts.reads.iter().filter(|read| read.candidates.is_empty());
    phantoms.into_iter().find_map(|read| partner(rule, facts, read).map(|partner| vec![read.operation, partner]))
}

fn partner(rule: Rule, facts: &Facts, read: &ReadFact) -> Option<usize> {
    let own_writes = || facts.writes.iter().filter(|write| write.session == read.session);
    match rule {
        Rule::ReadYourWrites => {
            let is_earlier = |closed: Option<u32>| closed.is_some_and(|closed| closed < read.invoked);
            own_writes().find(|write| write.key == read.key && is_earlier(write.closed)).map(|write| write.operation)
        }
        Rule::MonotonicReads => {
            let is_apart = |other: &&ReadFact| other.closed < read.invoked || read.closed < other.invoked;
            let is_same = |other: &&ReadFact| (other.session, other.key) == (read.session, read.key);
            facts.reads.iter().filter(is_same).find(is_apart).map(|other| other.operation)
        }
        Rule::MonotonicWrites => None,
        Rule::WritesFollowReads => {
            own_writes().find(|write| write.operation == read.operation || read.closed < write.invoked).map(|write| write.operation)
        }
    }
}
