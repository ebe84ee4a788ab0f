//! That a read shows what it owes: each of these writes is among the parts of its text, or is not after what it starts with.
//! A plain read is all start.

use super::facts::{Facts, Seen};
use super::order::{Link, NodeId, Order};

/// The parts of the read that is looked at.
pub(super) struct Cover<'f> {
    facts: &'f Facts,
    is_part: Vec<bool>,
    parts: &'f [NodeId],
}

impl<'f> Cover<'f> {
    pub(super) fn new(facts: &'f Facts) -> Self {
        Self { facts, is_part: vec![false; facts.state_count()], parts: &[] }
    }

    pub(super) fn look_at(&mut self, seen: Seen) -> &Self {
        self.parts.iter().for_each(|part| self.is_part[*part as usize] = false);
        self.parts = self.facts.parts(seen);
        self.parts.iter().for_each(|part| self.is_part[*part as usize] = true);
        self
    }

    fn has(&self, node: NodeId) -> bool {
        self.is_part[node as usize]
    }

    /// All that was passed is shown by the read whose start this is, or stands for.
    pub(super) fn demand(&self, passed: &[Link], start: NodeId, because: usize, order: &mut Order) {
        let missing_count = passed.iter().take_while(|link| !self.has(link.node)).count();
        let (missing, others) = passed.split_at(missing_count);
        missing.last().into_iter().for_each(|link| order.add(link.mark, start, because));
        for link in others.iter().filter(|link| !self.has(link.node) && link.node != start) {
            let witness = order.mark();
            order.add(link.node, witness, link.operation);
            order.add(witness, start, because);
        }
    }
}
