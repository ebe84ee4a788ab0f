//! A server is taken out of a one-way ring, as in MySQL: the one before it is pointed at the one after it. What the
//! removed server wrote and is still on its way round then has nobody who would drop it.
//!
//! The leaving leader takes in nothing more, hands on what it has, and only then tells its neighbours whom it sent to;
//! the one that sends to it takes that over, from the position where the leaving one stopped. So nothing is lost or
//! overtaken.

use super::link::Link;
use super::{Message, MultiLeaderForward, Out, Record};
use crate::replication::ids::NodeId;
use crate::replication::note::Note;

/// One leader sends to another one from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bypass {
    /// Instead of to this one.
    pub left: NodeId,
    /// To this one.
    pub next: NodeId,
    /// What the one that left had taken in of the link.
    pub position: u64,
}

impl MultiLeaderForward {
    pub(super) fn leave(&mut self, out: &mut Out) {
        if self.has_left || self.target().is_none() || self.links.len() < 2 {
            return out.note(|| Note::Told("cannot-leave", "is asked to leave, which only a member of a one-way ring can".to_owned()));
        }
        self.has_left = true;
        out.persist(Record::Left);
        out.note(|| Note::Told("left", "leaves the ring".to_owned()));
        self.tell_bypass(out);
    }

    /// The one neighbour that a member of a one-way ring sends to.
    fn target(&self) -> Option<&Link> {
        let is_ring = self.config.forwarding == super::Forwarding::OneWayRing;
        self.links.iter().find(|link| is_ring && link.is_target)
    }

    /// Once all is handed on, tells whom it sent to, until somebody has taken over.
    pub(super) fn tell_bypass(&self, out: &mut Out) {
        let Some(target) = self.target().filter(|target| self.has_left && target.unacknowledged().next().is_none()) else { return };
        for link in self.links.iter().filter(|_| !self.is_bypassed) {
            out.send(link.node, Message::Bypass { next: target.node, position: link.received() });
        }
    }

    pub(super) fn on_bypass(&mut self, from: NodeId, next: NodeId, position: u64, out: &mut Out) {
        let bypass = Bypass { left: from, next, position };
        let is_done = self.bypasses.contains(&bypass);
        let is_ours = self.target().is_some_and(|target| target.node == from) && self.links.iter().any(|link| link.node == next);
        if is_ours {
            out.persist(Record::Bypass(bypass));
            self.bypass(bypass);
            out.note(|| Note::Told("bypassed", format!("sends to {next} instead of {from}, which has left")));
        }
        if is_ours || is_done {
            out.send(from, Message::Bypassed);
            self.pump(out);
        }
    }

    /// Turns a link over to another neighbour. Also how a restart does it again.
    pub(super) fn bypass(&mut self, bypass: Bypass) {
        let of = |node: NodeId| move |link: &&mut Link| link.node == node;
        let Some(rest) = self.links.iter_mut().find(of(bypass.left)).map(|link| link.turn_over(bypass.position)) else { return };
        if let Some(link) = self.links.iter_mut().find(of(bypass.next)) {
            link.take_over(rest);
        }
        self.bypasses.push(bypass);
    }

    pub(super) fn on_bypassed(&mut self) {
        self.is_bypassed = true;
    }
}
