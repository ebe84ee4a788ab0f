//! A set of nodes in one word: who was asked, who answered.

use crate::limits;
use crate::replication::ids::NodeId;

const _: () = assert!(limits::MAX_NODES <= u64::BITS as usize);

/// A set of nodes, iterated in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeSet(pub(super) u64);

impl NodeSet {
    /// Nobody.
    pub const NONE: Self = Self(0);

    /// One node alone.
    #[must_use]
    pub const fn only(node: NodeId) -> Self {
        Self(1 << node.0)
    }

    /// Whether `node` is in it.
    #[must_use]
    pub const fn contains(self, node: NodeId) -> bool {
        self.0 >> node.0 & 1 == 1
    }

    /// The same with `node`.
    #[must_use]
    pub const fn with(self, node: NodeId) -> Self {
        Self(self.0 | 1 << node.0)
    }

    /// The same with those of `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The same without those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those that are in `other` too.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// How many.
    #[must_use]
    pub const fn len(self) -> u16 {
        self.0.count_ones() as u16
    }

    /// Whether nobody is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its nodes, in order.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let node = NodeId(rest.trailing_zeros() as u16);
            rest &= rest - 1;
            Some(node)
        })
    }

    /// Its nodes in words: "n0 n2".
    #[must_use]
    pub fn names(self) -> String {
        self.iter().map(|node| node.to_string()).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<NodeId> for NodeSet {
    fn from_iter<I: IntoIterator<Item = NodeId>>(nodes: I) -> Self {
        nodes.into_iter().fold(Self::NONE, Self::with)
    }
}
