//! Who belongs to the group: voters count for majorities, learners only receive (a node that joins, or was replaced).

use crate::replication::ids::NodeId;
use crate::replication::protocol::Cluster;

/// The group, at one position of the log. Changes differ by one node (Ongaro 2014, dissertation, §4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Those who count for majorities, in order.
    pub voters: Vec<NodeId>,
    /// Those who only receive, in order.
    pub learners: Vec<NodeId>,
}

impl Members {
    /// All nodes of all sites that store something and are no spares.
    pub(super) fn initial(cluster: &Cluster) -> Self {
        let inside = cluster.members.iter().filter(|member| !member.is_client && !member.is_spare);
        Self { voters: inside.map(|member| member.node).collect(), learners: Vec::new() }
    }

    pub(super) fn is_voter(&self, node: NodeId) -> bool {
        self.voters.contains(&node)
    }

    pub(super) fn contains(&self, node: NodeId) -> bool {
        self.is_voter(node) || self.learners.contains(&node)
    }

    /// How many voters are more than half of them.
    pub(super) const fn majority(&self) -> usize {
        self.voters.len() / 2 + 1
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.voters.iter().chain(&self.learners).copied()
    }

    pub(super) fn with_voter(&self, node: NodeId) -> Self {
        let mut changed = self.without(node);
        changed.voters.push(node);
        changed.voters.sort_unstable();
        changed
    }

    pub(super) fn with_learner(&self, node: NodeId) -> Self {
        let mut changed = self.without(node);
        changed.learners.push(node);
        changed.learners.sort_unstable();
        changed
    }

    pub(super) fn without(&self, node: NodeId) -> Self {
        let keep = |nodes: &[NodeId]| nodes.iter().copied().filter(|other| *other != node).collect();
        Self { voters: keep(&self.voters), learners: keep(&self.learners) }
    }

    /// The number that at least a majority of the voters have reached, each by `reached`.
    pub(super) fn reached_by_majority(&self, reached: impl Fn(NodeId) -> u64) -> u64 {
        let mut numbers: Vec<u64> = self.voters.iter().map(|voter| reached(*voter)).collect();
        numbers.sort_unstable_by(|one, other| other.cmp(one));
        numbers.get(self.majority() - 1).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(voters: &[u16]) -> Members {
        Members { voters: voters.iter().copied().map(NodeId).collect(), learners: Vec::new() }
    }

    #[test]
    fn a_majority_is_more_than_half() {
        assert_eq!([1, 2, 3, 4, 5].map(|count| group(&(0..count).collect::<Vec<_>>()).majority()), [1, 2, 2, 3, 3]);
        let reached = |node: NodeId| [9, 4, 7, 1][node.index()];
        assert_eq!(group(&[0, 1, 2]).reached_by_majority(reached), 7);
        assert_eq!(group(&[0, 1, 2, 3]).reached_by_majority(reached), 4, "of four, three have it");
    }

    #[test]
    fn a_voter_becomes_a_learner_and_back() {
        let changed = group(&[0, 1, 2]).with_learner(NodeId(1));
        assert_eq!((changed.voters.len(), changed.is_voter(NodeId(1)), changed.contains(NodeId(1))), (2, false, true));
        assert_eq!(changed.with_voter(NodeId(1)), group(&[0, 1, 2]));
    }
}
