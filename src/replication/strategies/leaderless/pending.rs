//! Requests that wait for their quorum at a coordinator: counts each replica once, and remembers the newest answer.

use super::cell::{Cell, Content};
use super::message::Draft;
use super::nodes::NodeSet;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::Key;
use crate::replication::ids::{NodeId, RequestId};
use crate::replication::protocol::{Reply, Token};
use std::rc::Rc;

/// What a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Answers to a read.
    Read,
    /// Acknowledgements of what a read is about to return.
    WriteBack,
    /// Versions, before a write.
    Versions,
    /// The dot of a write.
    Mint,
    /// Acknowledgements of a write.
    Write,
}

/// A request that waits for its quorum, or, once it is answered, for those who answer late.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// Stands in the messages of this stage.
    pub(super) number: u32,
    /// Stands in the timers; the same in every stage.
    pub(super) ticket: u32,
    pub(super) request: RequestId,
    /// What a read is about, where somebody else may have to be asked.
    pub(super) key: Option<Rc<Key>>,
    pub(super) stage: Stage,
    pub(super) is_answered: bool,
    /// Answers that are still missing.
    pub(super) missing_count: u16,
    pub(super) asked: NodeSet,
    /// The replicas that answered, or in whose place somebody did: a doubled answer counts once.
    pub(super) heard: NodeSet,
    /// For a write, what is written; for a read, all that the answers know together.
    pub(super) newest: Option<Rc<Cell>>,
    /// What most requests do without.
    pub(super) more: Option<Box<More>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct More {
    /// The write that waits for its version or dot.
    pub(super) draft: Option<Draft>,
    /// The dot of a sibling, and what its client has then seen.
    pub(super) written: Option<(Dot, VersionVector)>,
    /// Who held what.
    pub(super) answers: Vec<(NodeId, Option<Rc<Cell>>)>,
    /// Substitute, and for whom.
    pub(super) stand_ins: Vec<(NodeId, NodeId)>,
}

impl Pending {
    /// Whose answer an answer from `from` counts as.
    #[inline]
    pub(super) fn slot_of(&self, from: NodeId) -> NodeId {
        let stand_in = |more: &More| more.stand_ins.iter().find(|(substitute, _)| *substitute == from).map(|(_, home)| *home);
        self.more.as_ref().and_then(|more| stand_in(more)).unwrap_or(from)
    }

    pub(super) fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    pub(super) fn answers(&self) -> &[(NodeId, Option<Rc<Cell>>)] {
        self.more.as_ref().map_or(&[], |more| &more.answers)
    }

    /// The replicas whose answers were what the read is about to return.
    pub(super) fn up_to_date(&self) -> NodeSet {
        self.answers().iter().filter(|(_, held)| is_same(held.as_ref(), self.newest.as_ref())).map(|(node, _)| *node).collect()
    }

    pub(super) const fn is_write(&self) -> bool {
        matches!(self.stage, Stage::Write | Stage::Mint)
    }

    pub(super) fn reply(&self, keeps_siblings: bool) -> Reply {
        match self.newest.as_deref() {
            Some(cell) if self.stage == Stage::Write => self.written(cell),
            newest if keeps_siblings => siblings(newest),
            Some(Cell { version, content: Content::Last(write), .. }) => {
                Reply::Value { value: write.value.clone(), version: version.0, token: Token::default() }
            }
            _ => Reply::Value { value: None, version: 0, token: Token::default() },
        }
    }

    fn written(&self, cell: &Cell) -> Reply {
        let token = Token::default();
        match (&cell.content, self.more.as_ref().and_then(|more| more.written.clone())) {
            (Content::Last(write), _) => {
                let mut context = write.context.clone();
                context.observe(write.dot);
                Reply::Written { version: cell.version.0, dot: Some(write.dot), context, token }
            }
            (Content::Siblings(_), Some((dot, context))) => Reply::Written { version: dot.counter, dot: Some(dot), context, token },
            (Content::Siblings(siblings), None) => Reply::Written { version: 0, dot: None, context: siblings.seen().clone(), token },
        }
    }
}

/// Whether two answers say the same.
pub(super) fn is_same(one: Option<&Rc<Cell>>, other: Option<&Rc<Cell>>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one.standing(other) == super::cell::Standing::Same,
        _ => false,
    }
}

fn siblings(cell: Option<&Cell>) -> Reply {
    let values = cell.map_or(&[][..], Cell::writes).iter().map(|write| (write.dot, write.value.clone())).collect();
    let context = match cell.map(|cell| &cell.content) {
        Some(Content::Siblings(siblings)) => siblings.seen().clone(),
        _ => VersionVector::new(),
    };
    Reply::Siblings { values, context }
}
