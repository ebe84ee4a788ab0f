//! The whole cart as one value: last write wins drops every other version whole; naive union keeps every item that
//! any version holds (quantity = maximum), which brings removed items back. Shown for what it breaks.

use super::line::{Quantity, is_remove};
use super::{Causal, Folded, surviving_dots};
use crate::replication::causality::Dot;
use crate::replication::delta::{Delta, Item, LineChange, Mode, Operation};
use crate::replication::view::{Conflict, Content, Fate, Line, Reason, Side, SideValue};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The cart as the writer of one version left it.
#[derive(Clone, Debug, Default)]
struct Cart {
    /// Lines ever touched; removed ones with quantity 0.
    lines: BTreeMap<Item, Quantity>,
    /// Writes that a decision before this version had dropped, and for which winner.
    dropped: BTreeMap<Dot, (Dot, Reason)>,
}

pub(super) fn fold(mode: Mode, deltas: &[Arc<Delta>]) -> Folded {
    let causal = Causal::new(deltas);
    let mut carts = vec![Cart::default(); deltas.len()];
    for index in causal.order() {
        let mut cart = seen_cart(mode, &causal, &carts, &causal.frontier(Some(index)));
        let delta = causal.delta(index);
        if let Some(item) = delta.item() {
            let line = cart.lines.get(item).cloned().unwrap_or_default();
            cart.lines.insert(item.clone(), line.changed_by(delta));
        }
        carts[index] = cart;
    }
    let versions = causal.frontier(None);
    let seen = seen_cart(mode, &causal, &carts, &versions);
    let fates = causal.fates(|index| fate(&causal, &seen, index));
    let conflicts = conflict(mode, &causal, &carts, &versions).into_iter().collect();
    Folded { content: Content::Cart(shown_lines(&seen, deltas)), conflicts, fates }
}

/// What a reader sees when these are the versions.
fn seen_cart(mode: Mode, causal: &Causal<'_>, carts: &[Cart], versions: &[usize]) -> Cart {
    match versions {
        [] => Cart::default(),
        [one] => carts[*one].clone(),
        several if mode == Mode::NaiveUnion => union(carts, several),
        several => latest_cart(causal, carts, several),
    }
}

fn union(carts: &[Cart], versions: &[usize]) -> Cart {
    let mut united = Cart::default();
    for version in versions {
        for (item, line) in &carts[*version].lines {
            match united.lines.get(item) {
                Some(kept) if kept.quantity >= line.quantity => {}
                _ => {
                    united.lines.insert(item.clone(), line.clone());
                }
            }
        }
        for (dot, why) in &carts[*version].dropped {
            united.dropped.insert(*dot, *why);
        }
    }
    united
}

fn latest_cart(causal: &Causal<'_>, carts: &[Cart], versions: &[usize]) -> Cart {
    let Some(winner) = causal.latest(versions) else { return Cart::default() };
    let Cart { lines, dropped: before } = &carts[winner];
    let mut dropped = BTreeMap::new();
    // What the winner itself had seen and kept was not dropped.
    let mut note = |dot: &Dot, why: (Dot, Reason)| {
        if !lines.values().any(|line| line.sources.contains(dot)) {
            dropped.insert(*dot, why);
        }
    };
    before.iter().for_each(|(dot, why)| note(dot, *why));
    for loser in versions.iter().copied().filter(|version| *version != winner) {
        let why = (causal.dot(winner), causal.reason(loser, winner));
        carts[loser].dropped.iter().for_each(|(dot, why)| note(dot, *why));
        carts[loser].lines.values().flat_map(|line| &line.sources).for_each(|dot| note(dot, why));
    }
    Cart { lines: lines.clone(), dropped }
}

fn fate(causal: &Causal<'_>, seen: &Cart, index: usize) -> Fate {
    let delta = causal.delta(index);
    let line = delta.item().and_then(|item| seen.lines.get(item));
    let is_source = line.is_some_and(|line| line.sources.contains(&delta.dot));
    let is_gone = line.is_none_or(|line| line.quantity == 0);
    if is_source {
        return Fate::Visible;
    }
    if let Some(later) = first_on_line(causal, index) {
        return Fate::Superseded { by: causal.dot(later) };
    }
    if let Some((by, reason)) = seen.dropped.get(&delta.dot) {
        return Fate::Discarded { by: *by, reason: *reason };
    }
    if is_remove(delta) && is_gone {
        return Fate::Visible;
    }
    let winner = line.and_then(|line| line.sources.last()).copied();
    winner.map_or(Fate::Visible, |by| Fate::Overruled { by, reason: overruled_because(delta, line) })
}

/// The first later write on the same line whose writer had seen this one.
fn first_on_line(causal: &Causal<'_>, index: usize) -> Option<usize> {
    let delta = causal.delta(index);
    let later = causal.order().into_iter().filter(|later| *later != index);
    later.filter(|later| causal.delta(*later).item() == delta.item()).find(|later| causal.reaches(*later, index))
}

fn overruled_because(delta: &Delta, line: Option<&Quantity>) -> Reason {
    let shown = line.map_or(0, |line| line.quantity);
    match delta.operation {
        Operation::Cart(_, LineChange::Remove(_)) => Reason::UnionKeeps,
        Operation::Cart(_, LineChange::Set(quantity, _)) if quantity == shown => Reason::SameQuantity,
        Operation::Cart(_, LineChange::Set(..) | LineChange::Add(_)) | Operation::Put(_) | Operation::Delete => Reason::LowerQuantity,
        Operation::SetMode(_) | Operation::Rule(_) | Operation::Opaque(_) => Reason::LowerQuantity,
    }
}

fn shown_lines(cart: &Cart, deltas: &[Arc<Delta>]) -> BTreeMap<Item, Line> {
    let groups = super::group_by_line(deltas);
    let observed = |item: &Item| groups.get(item).map(|group| surviving_dots(group, |_| true)).unwrap_or_default();
    let mut shown = BTreeMap::new();
    for (item, line) in cart.lines.iter().filter(|(_, line)| line.quantity > 0) {
        shown.insert(item.clone(), Line { quantity: line.quantity, is_open: false, is_pending: false, observed: observed(item) });
    }
    shown
}

fn conflict(mode: Mode, causal: &Causal<'_>, carts: &[Cart], versions: &[usize]) -> Option<Conflict> {
    if versions.len() < 2 {
        return None;
    }
    let value = |cart: &Cart| {
        let mut quantities = BTreeMap::new();
        for (item, line) in cart.lines.iter().filter(|(_, line)| line.quantity > 0) {
            quantities.insert(item.clone(), line.quantity);
        }
        SideValue::Cart(quantities)
    };
    let side = |index: &usize| {
        let delta = causal.delta(*index);
        Side { dot: delta.dot, author: delta.author.clone(), stamp: delta.stamp, value: value(&carts[*index]) }
    };
    let base = value(&seen_cart(mode, causal, carts, &causal.base(versions)));
    Some(Conflict { item: None, base, sides: versions.iter().map(side).collect(), is_open: false })
}
