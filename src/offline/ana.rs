//! Ana, a simulated second person: what she does to a cart, so that one page alone has somebody to disagree with.

use crate::replication::delta::{Item, LineChange, Operation};
use crate::replication::view::{Content, Line};
use std::collections::BTreeMap;

/// What she buys.
const WISHES: [&str; 4] = ["eggs", "bread", "apples", "coffee"];

/// Her next edit of a cart, the `turn`-th: a typed quantity, something new, a removal, in turns.
#[must_use]
pub fn edit(cart: Option<&Content>, turn: u64) -> Operation {
    let empty = BTreeMap::new();
    let lines = match cart {
        Some(Content::Cart(lines)) => lines,
        _ => &empty,
    };
    let at = |lines: &BTreeMap<Item, Line>| {
        lines.iter().nth(turn as usize % lines.len().max(1)).map(|(item, line)| (item.clone(), line.clone()))
    };
    match (turn % 3, at(lines)) {
        (0, Some((item, line))) => Operation::Cart(item, LineChange::Set(line.quantity + 2, line.observed)),
        (2, Some((item, line))) if lines.len() > 1 => Operation::Cart(item, LineChange::Remove(line.observed)),
        _ => Operation::Cart(Item::from(WISHES[turn as usize % WISHES.len()]), LineChange::Add(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart(lines: &[(&str, u32)]) -> Content {
        let line = |quantity| Line { quantity, is_open: false, is_pending: false, observed: Vec::new() };
        Content::Cart(lines.iter().map(|(item, quantity)| (Item::from(*item), line(*quantity))).collect())
    }

    #[test]
    fn she_types_a_quantity_adds_and_removes_in_turns() {
        let cart = cart(&[("bread", 1), ("milk", 2)]);
        assert_eq!(edit(Some(&cart), 0), Operation::Cart(Item::from("bread"), LineChange::Set(3, Vec::new())));
        assert_eq!(edit(Some(&cart), 1), Operation::Cart(Item::from("bread"), LineChange::Add(1)));
        assert_eq!(edit(Some(&cart), 2), Operation::Cart(Item::from("bread"), LineChange::Remove(Vec::new())));
    }

    #[test]
    fn she_never_empties_a_cart_nor_needs_one() {
        assert!(matches!(edit(Some(&cart(&[("milk", 1)])), 2), Operation::Cart(_, LineChange::Add(1))));
        assert!(matches!(edit(None, 0), Operation::Cart(_, LineChange::Add(1))));
    }
}
