//! How a person's action on the cart becomes a write: from what was seen, and with what was seen as its context.

use super::command::Action;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Item, Key, LineChange, Operation};
use crate::replication::protocol::Reply;
use crate::replication::view::{Content, Decided, Line};

/// What a read had shown.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) decided: Decided,
    pub(super) context: VersionVector,
}

/// A write of the cart.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) operation: Operation,
    pub(super) context: VersionVector,
}

/// The key that carts are kept under.
pub(super) fn cart_key() -> Key {
    "cart".into()
}

impl Seen {
    /// What the answer to a read shows; nothing when it is no such answer.
    pub(super) fn from_reply(reply: &Reply) -> Option<Self> {
        match reply {
            Reply::State { decided, context } => Some(Self { decided: (**decided).clone(), context: context.clone() }),
            Reply::Value { .. } | Reply::Values(_) | Reply::Siblings { .. } | Reply::Written { .. } | Reply::Refused(_) => None,
        }
    }

    fn line(&self, item: &Item) -> Option<&Line> {
        match &self.decided.content {
            Content::Cart(lines) => lines.get(item),
            Content::Absent | Content::Plain(_) | Content::Open => None,
        }
    }

    /// The dots that a set or remove of this line drops: those that were seen.
    fn observed(&self, item: &Item) -> Vec<Dot> {
        self.line(item).map_or_else(Vec::new, |line| line.observed.clone())
    }
}

/// The write that `action` means to somebody who has `seen` this. `None`: there is nothing to do.
pub(super) fn write_for(action: &Action, seen: &Seen) -> Option<Edit> {
    let item = action.item()?;
    let set_or_remove = |quantity: u32| match quantity {
        0 => LineChange::Remove(seen.observed(item)),
        _ => LineChange::Set(quantity, seen.observed(item)),
    };
    let change = match action {
        Action::Look | Action::Get { .. } | Action::GetMany { .. } | Action::Put { .. } | Action::PutIf { .. } | Action::Delete { .. } => {
            return None;
        }
        Action::Add { count, .. } => LineChange::Add(*count),
        Action::Set { quantity, .. } | Action::Resolve { quantity, .. } => set_or_remove(*quantity),
        Action::Decrease { .. } => set_or_remove(seen.line(item)?.quantity.saturating_sub(1)),
        Action::Remove { .. } => set_or_remove(0),
    };
    Some(Edit { operation: Operation::Cart(item.clone(), change), context: seen.context.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replication::delta::Mode;
    use crate::replication::ids::ReplicaId;
    use std::collections::BTreeMap;

    const DOT: Dot = Dot { replica: ReplicaId(7), counter: 3 };

    fn seen(quantity: u32) -> Seen {
        let line = Line { quantity, is_open: false, is_pending: false, observed: vec![DOT] };
        let content = Content::Cart(BTreeMap::from([("milk".into(), line)]));
        let decided = Decided { mode: Mode::AddWins, content, conflicts: Vec::new(), fates: BTreeMap::new(), version: 0 };
        Seen { decided, context: [DOT].into_iter().collect() }
    }

    fn change(action: &Action, quantity: u32) -> Option<LineChange> {
        match write_for(action, &seen(quantity))?.operation {
            Operation::Cart(_, change) => Some(change),
            other => panic!("not a cart write: {other:?}"),
        }
    }

    #[test]
    fn decrease_sets_one_less_and_removes_the_last() {
        let milk = || Action::Decrease { item: "milk".into() };
        assert_eq!(change(&milk(), 3), Some(LineChange::Set(2, vec![DOT])));
        assert_eq!(change(&milk(), 1), Some(LineChange::Remove(vec![DOT])));
        assert_eq!(change(&Action::Decrease { item: "tea".into() }, 3), None);
    }

    #[test]
    fn set_and_remove_name_what_was_observed_and_add_does_not() {
        let item: Item = "milk".into();
        assert_eq!(change(&Action::Set { item: item.clone(), quantity: 5 }, 2), Some(LineChange::Set(5, vec![DOT])));
        assert_eq!(change(&Action::Set { item: "tea".into(), quantity: 5 }, 2), Some(LineChange::Set(5, Vec::new())));
        assert_eq!(change(&Action::Remove { item: item.clone() }, 2), Some(LineChange::Remove(vec![DOT])));
        assert_eq!(change(&Action::Resolve { item: item.clone(), quantity: 0 }, 2), Some(LineChange::Remove(vec![DOT])));
        assert_eq!(change(&Action::Add { item, count: 2 }, 2), Some(LineChange::Add(2)));
    }

    #[test]
    fn the_context_is_what_was_seen() {
        let edit = write_for(&Action::Add { item: "tea".into(), count: 1 }, &seen(1)).expect("an add always writes");
        assert!(edit.context.covers(DOT));
    }
}
