//! The replication log of one site and how a leader ships it to its followers: by log sequence number, with the
//! consistency check of Raft (Ongaro & Ousterhout 2014, §5.3): an append names the entry before it.
//!
//! A log keeps one order. What a follower must truncate is handed back to the caller, who decides what it means:
//! single-leader strategies list it as lost, multi-leader ones keep the data and hand it to the new leader.

use super::ids::{Lsn, NodeId, Term};
use super::time::SimTime;

/// One leadership: a term and who claimed it. Ordered, so that two claims of one term have a winner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    /// The term.
    pub term: Term,
    /// Who leads in it.
    pub leader: Option<NodeId>,
}

/// One entry of a replication log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// Under which leadership it was appended.
    pub epoch: Epoch,
    /// When the leader appended it.
    pub at: SimTime,
    /// What it carries.
    pub payload: T,
}

/// Entries in one order; the first has [`Lsn`] 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationLog<T> {
    entries: Vec<Entry<T>>,
}

impl<T> Default for ReplicationLog<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T: Clone> ReplicationLog<T> {
    /// The position of the last entry; 0 when empty.
    #[must_use]
    pub fn last(&self) -> Lsn {
        Lsn(self.entries.len() as u64)
    }

    /// Appends an entry and returns its position.
    pub fn append(&mut self, entry: Entry<T>) -> Lsn {
        self.entries.push(entry);
        self.last()
    }

    /// The entries after `position`.
    #[must_use]
    pub fn after(&self, position: Lsn) -> &[Entry<T>] {
        let start = self.entries.len().min(position.0 as usize);
        &self.entries[start..]
    }

    /// The entry at `position`.
    #[must_use]
    pub fn get(&self, position: Lsn) -> Option<&Entry<T>> {
        self.entries.get((position.0 as usize).checked_sub(1)?)
    }

    /// The leadership of the entry at `position`; that of position 0 is the default.
    #[must_use]
    pub fn epoch_at(&self, position: Lsn) -> Option<Epoch> {
        if position == Lsn(0) { Some(Epoch::default()) } else { self.get(position).map(|entry| entry.epoch) }
    }

    /// Removes everything after `position` and hands it back.
    pub fn truncate_after(&mut self, position: Lsn) -> Vec<Entry<T>> {
        let start = self.entries.len().min(position.0 as usize);
        self.entries.split_off(start)
    }

    /// Takes in what a leader sent.
    ///
    /// # Errors
    /// The position after which the leader should try again, when the entry before the first is not the leader's.
    pub fn accept(&mut self, append: &Append<T>) -> Result<Accepted<T>, Lsn> {
        if self.epoch_at(append.previous) != Some(append.previous_epoch) {
            return Err(self.last().min(Lsn(append.previous.0.saturating_sub(1))));
        }
        let mut accepted = Accepted { position: append.previous, appended_after: self.last(), truncated: Vec::new() };
        for entry in &append.entries {
            let next = accepted.position.next();
            if self.epoch_at(next).is_some_and(|epoch| epoch != entry.epoch) {
                accepted.truncated.extend(self.truncate_after(accepted.position));
            }
            if self.last() < next {
                accepted.appended_after = accepted.appended_after.min(accepted.position);
                self.append(entry.clone());
            }
            accepted.position = next;
        }
        let is_foreign = self.epoch_at(accepted.position.next()).is_some_and(|epoch| epoch < append.epoch);
        if accepted.position == append.end && is_foreign {
            // What lies behind the leader's end was appended by a leader before it.
            accepted.truncated.extend(self.truncate_after(accepted.position));
        }
        accepted.appended_after = accepted.appended_after.min(self.last());
        Ok(accepted)
    }
}

/// A leader's message to one follower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append<T> {
    /// The sender's leadership.
    pub epoch: Epoch,
    /// The position before the first entry.
    pub previous: Lsn,
    /// The leadership of the entry there.
    pub previous_epoch: Epoch,
    /// What follows.
    pub entries: Vec<Entry<T>>,
    /// The end of the leader's log.
    pub end: Lsn,
}

/// What a follower did with an append.
#[derive(Clone, Debug)]
pub struct Accepted<T> {
    /// Up to here its log is the leader's.
    pub position: Lsn,
    /// Entries after this position are new here.
    pub appended_after: Lsn,
    /// Entries that had to go.
    pub truncated: Vec<Entry<T>>,
}

/// Entries in one append at most.
const MAX_APPEND_ENTRIES: usize = 100;

/// What a leader knows of its followers' positions.
#[derive(Clone, Debug, Default)]
pub struct Followers {
    progress: Vec<Progress>,
}

#[derive(Clone, Debug)]
struct Progress {
    node: NodeId,
    /// Acknowledged as durable.
    matched: Lsn,
    /// Sent, maybe lost.
    sent: Lsn,
    /// `matched` at the last heartbeat, to notice that nothing moves.
    matched_at_beat: Lsn,
}

impl Followers {
    /// Followers of which nothing is known yet but that they may hold the log up to `guess`.
    pub fn new(nodes: impl Iterator<Item = NodeId>, guess: Lsn) -> Self {
        let start = |node| Progress { node, matched: Lsn(0), sent: guess, matched_at_beat: Lsn(0) };
        Self { progress: nodes.map(start).collect() }
    }

    /// The followers.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.progress.iter().map(|progress| progress.node)
    }

    /// The position that every follower acknowledged.
    #[must_use]
    pub fn least_matched(&self) -> Option<Lsn> {
        self.progress.iter().map(|progress| progress.matched).min()
    }

    /// The position that `node` acknowledged as durable.
    #[must_use]
    pub fn matched_by(&self, node: NodeId) -> Lsn {
        self.progress.iter().find(|progress| progress.node == node).map_or(Lsn(0), |progress| progress.matched)
    }

    /// The next append for `node`: what it was not sent yet, or an empty sign of life.
    pub fn next_for<T: Clone>(&mut self, node: NodeId, log: &ReplicationLog<T>, epoch: Epoch) -> Option<Append<T>> {
        let progress = self.progress.iter_mut().find(|progress| progress.node == node)?;
        let previous = progress.sent.min(log.last());
        let entries: Vec<Entry<T>> = log.after(previous).iter().take(MAX_APPEND_ENTRIES).cloned().collect();
        progress.sent = Lsn(previous.0 + entries.len() as u64);
        let previous_epoch = log.epoch_at(previous).unwrap_or_default();
        Some(Append { epoch, previous, previous_epoch, entries, end: log.last() })
    }

    /// Whether `node` has not been sent everything.
    #[must_use]
    pub fn lacks<T: Clone>(&self, node: NodeId, log: &ReplicationLog<T>) -> bool {
        self.progress.iter().any(|progress| progress.node == node && progress.sent < log.last())
    }

    /// `node` holds the leader's log up to `position`.
    pub fn matched(&mut self, node: NodeId, position: Lsn) {
        if let Some(progress) = self.progress.iter_mut().find(|progress| progress.node == node) {
            progress.matched = progress.matched.max(position);
            progress.sent = progress.sent.max(position);
        }
    }

    /// `node` asks for everything after `position`.
    pub fn retry(&mut self, node: NodeId, position: Lsn) {
        if let Some(progress) = self.progress.iter_mut().find(|progress| progress.node == node) {
            progress.sent = position;
        }
    }

    /// A heartbeat is due: what was sent since the last one without an acknowledgement counts as lost.
    pub fn on_beat(&mut self) {
        for progress in &mut self.progress {
            if progress.sent > progress.matched && progress.matched == progress.matched_at_beat {
                progress.sent = progress.matched;
            }
            progress.matched_at_beat = progress.matched;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(term: u64) -> Epoch {
        Epoch { term: Term(term), leader: Some(NodeId(term as u16)) }
    }

    fn log(entries: &[(u64, char)]) -> ReplicationLog<char> {
        let mut log = ReplicationLog::default();
        for (term, payload) in entries {
            log.append(Entry { epoch: epoch(*term), at: SimTime::ZERO, payload: *payload });
        }
        log
    }

    fn letters(log: &ReplicationLog<char>) -> String {
        log.after(Lsn(0)).iter().map(|entry| entry.payload).collect()
    }

    fn append(from: &ReplicationLog<char>, term: u64, previous: u64, count: usize) -> Append<char> {
        let previous = Lsn(previous);
        let entries = from.after(previous).iter().take(count).cloned().collect();
        Append { epoch: epoch(term), previous, previous_epoch: from.epoch_at(previous).unwrap_or_default(), entries, end: from.last() }
    }

    #[test]
    fn a_follower_takes_what_follows_and_ignores_what_it_has() {
        let leader = log(&[(1, 'a'), (1, 'b'), (1, 'c')]);
        let mut follower = log(&[(1, 'a')]);
        assert_eq!(follower.accept(&append(&leader, 1, 1, 2)).expect("it follows").position, Lsn(3));
        let again = follower.accept(&append(&leader, 1, 0, 2)).expect("an old append");
        assert_eq!((again.position, again.truncated.len()), (Lsn(2), 0), "an overtaken append takes nothing away");
        assert_eq!(letters(&follower), "abc");
    }

    #[test]
    fn a_gap_is_refused_with_the_position_to_retry_after() {
        let leader = log(&[(1, 'a'), (1, 'b'), (1, 'c')]);
        assert_eq!(log(&[(1, 'a')]).accept(&append(&leader, 1, 2, 1)).err(), Some(Lsn(1)));
    }

    #[test]
    fn the_tail_of_an_older_leadership_is_handed_back() {
        let leader = log(&[(1, 'a'), (2, 'x')]);
        let mut old = log(&[(1, 'a'), (1, 'b'), (1, 'c')]);
        assert_eq!(old.accept(&append(&leader, 2, 2, 0)).err(), Some(Lsn(1)), "the entry before is another");
        let accepted = old.accept(&append(&leader, 2, 1, 1)).expect("the common prefix");
        assert_eq!(accepted.truncated.iter().map(|entry| entry.payload).collect::<String>(), "bc");
        assert_eq!(letters(&old), "ax");
    }

    #[test]
    fn a_tail_behind_the_new_leaders_end_goes_too() {
        let leader = log(&[(1, 'a')]);
        let mut old = log(&[(1, 'a'), (1, 'b')]);
        let accepted = old.accept(&append(&leader, 2, 1, 0)).expect("the prefix matches");
        assert_eq!((accepted.truncated.len(), letters(&old).as_str()), (1, "a"));
        let mut same_term = log(&[(2, 'a'), (2, 'b')]);
        let overtaken = append(&log(&[(2, 'a')]), 2, 1, 0);
        assert_eq!(same_term.accept(&overtaken).expect("an overtaken heartbeat").truncated.len(), 0);
    }

    #[test]
    fn what_is_not_acknowledged_for_a_whole_beat_is_sent_again() {
        let leader = log(&[(1, 'a'), (1, 'b')]);
        let mut followers = Followers::new([NodeId(7)].into_iter(), Lsn(0));
        assert_eq!(followers.next_for(NodeId(7), &leader, epoch(1)).expect("known").entries.len(), 2);
        followers.on_beat();
        assert_eq!(followers.next_for(NodeId(7), &leader, epoch(1)).expect("known").entries.len(), 2, "nothing moved: again");
        followers.matched(NodeId(7), Lsn(2));
        followers.on_beat();
        assert_eq!(followers.next_for(NodeId(7), &leader, epoch(1)).expect("known").entries.len(), 0);
    }
}
