//! Which leader is the home of a key, and whether it may still believe so.
//!
//! Homes start where the setting says; a promotion moves all of them to one leader in a new term. With fencing a home
//! leader accepts writes only under a lease (Gray & Cheriton, "Leases", 1989): a majority of the leaders confirmed its term,
//! in answer to a sign of life that is younger than the lease; and a new home waits one lease after a majority confirmed
//! its term, so that the old one has stopped by then. That rests on clocks that run at the same rate and do not jump.

use super::message::Beat;
use crate::replication::delta::Key;
use crate::replication::hash::Hasher;
use crate::replication::ids::{NodeId, Term};
use crate::replication::log::Epoch;
use crate::replication::time::{LocalTime, SimDuration};

/// The leadership that homes start under: everybody is at home where the setting says.
pub(super) const FIRST: Epoch = Epoch { term: Term(1), leader: None };

/// Where the homes of keys start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Spread over all leaders by a hash of the key.
    Spread {
        /// How many leaders there are.
        leader_count: u16,
    },
    /// All at one leader.
    At(NodeId),
}

impl Start {
    /// The home of a key at the start.
    #[must_use]
    pub fn home_of(self, key: &Key) -> NodeId {
        match self {
            Self::At(node) => node,
            Self::Spread { leader_count } => NodeId((Hasher::new(0).text(&key.0).digest().0 % u64::from(leader_count.max(1))) as u16),
        }
    }
}

/// The support that a home leader has from the others.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    length: SimDuration,
    peers: Vec<Peer>,
    epoch: Epoch,
    /// When a majority had confirmed the epoch, if it moved the homes.
    confirmed_at: Option<LocalTime>,
}

#[derive(Clone, Copy, Debug)]
struct Peer {
    node: NodeId,
    /// Its clock in its last sign of life.
    at: Option<LocalTime>,
    /// My clock in the last sign of life that it answered under my epoch.
    echo: Option<LocalTime>,
}

impl Lease {
    pub(super) fn new(length: SimDuration, peers: impl Iterator<Item = NodeId>, epoch: Epoch) -> Self {
        let peers = peers.map(|node| Peer { node, at: None, echo: None }).collect();
        Self { length, peers, epoch, confirmed_at: None }
    }

    /// A new leadership: support for the old one does not count.
    pub(super) fn renew(&mut self, epoch: Epoch) {
        self.epoch = epoch;
        self.confirmed_at = None;
        self.peers.iter_mut().for_each(|peer| peer.echo = None);
    }

    /// The signs of life that are due.
    pub(super) fn beats(&self, now: LocalTime) -> impl Iterator<Item = (NodeId, Beat)> + '_ {
        self.peers.iter().map(move |peer| (peer.node, Beat { epoch: self.epoch, at: now, echo: peer.at }))
    }

    pub(super) fn on_beat(&mut self, from: NodeId, beat: Beat, now: LocalTime) {
        let Some(peer) = self.peers.iter_mut().find(|peer| peer.node == from) else { return };
        peer.at = peer.at.max(Some(beat.at));
        if beat.epoch == self.epoch {
            // An echo from the future would be support for ever.
            peer.echo = peer.echo.max(beat.echo.filter(|echo| *echo <= now));
        }
        if self.confirmed_at.is_none() && self.supported_at().is_some() {
            self.confirmed_at = Some(now);
        }
    }

    /// My clock in the latest sign of life that a majority, I among them, had answered.
    fn supported_at(&self) -> Option<LocalTime> {
        let mut echoes: Vec<Option<LocalTime>> = self.peers.iter().map(|peer| peer.echo).collect();
        echoes.sort_unstable_by(|a, b| b.cmp(a));
        let needed = self.peers.len().div_ceil(2);
        if needed == 0 { Some(LocalTime(i64::MAX)) } else { echoes[needed - 1] }
    }

    /// Whether a home leader may accept writes now.
    pub(super) fn holds(&self, now: LocalTime) -> bool {
        let is_fresh = |at: LocalTime| now.0.saturating_sub(at.0) < self.length.0 as i64;
        let has_waited = self.epoch.leader.is_none() || self.peers.is_empty() || self.confirmed_at.is_some_and(|at| !is_fresh(at));
        has_waited && self.supported_at().is_some_and(is_fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: SimDuration = SimDuration(100);

    fn lease(peer_count: u16, epoch: Epoch) -> Lease {
        Lease::new(LENGTH, (1..=peer_count).map(NodeId), epoch)
    }

    fn echo(lease: &mut Lease, peer: u16, echo: i64, now: i64) {
        let beat = Beat { epoch: lease.epoch, at: LocalTime(now), echo: Some(LocalTime(echo)) };
        lease.on_beat(NodeId(peer), beat, LocalTime(now));
    }

    #[test]
    fn keys_spread_over_all_leaders_and_always_alike() {
        let start = Start::Spread { leader_count: 5 };
        let mut counts = [0; 5];
        for number in 0..1_000 {
            counts[start.home_of(&format!("k{number}").as_str().into()).index()] += 1;
        }
        assert!(counts.iter().all(|count| (150..250).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_majority_within_the_lease_is_needed() {
        let mut lease = lease(4, FIRST);
        echo(&mut lease, 1, 10, 20);
        assert!(!lease.holds(LocalTime(20)), "two of five");
        echo(&mut lease, 2, 15, 25);
        assert!(lease.holds(LocalTime(109)), "three of five, the oldest support from 10");
        assert!(!lease.holds(LocalTime(110)));
    }

    #[test]
    fn a_moved_home_waits_until_the_old_one_must_have_stopped() {
        let mut lease = lease(2, Epoch { term: Term(2), leader: Some(NodeId(0)) });
        echo(&mut lease, 1, 10, 30);
        assert!(!lease.holds(LocalTime(31)), "the majority may have supported the old home until 30");
        echo(&mut lease, 1, 120, 129);
        assert!(!lease.holds(LocalTime(129)));
        assert!(lease.holds(LocalTime(130)));
    }

    #[test]
    fn support_for_another_term_or_from_the_future_counts_nothing() {
        let mut lease = lease(2, FIRST);
        lease.on_beat(
            NodeId(1),
            Beat { epoch: Epoch { term: Term(2), leader: None }, at: LocalTime(5), echo: Some(LocalTime(5)) },
            LocalTime(6),
        );
        echo(&mut lease, 2, 1_000, 6);
        assert!(!lease.holds(LocalTime(6)));
    }

    #[test]
    fn alone_no_one_is_needed() {
        assert!(lease(0, FIRST).holds(LocalTime(0)));
        assert!(lease(0, Epoch { term: Term(2), leader: Some(NodeId(0)) }).holds(LocalTime(0)));
    }
}
