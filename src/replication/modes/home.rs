//! The home leader of a key decides: its site *orders* the writes by rulings, which are themselves deltas. A write is
//! accepted when its writer had seen the last one accepted, and rejected otherwise. A write without a ruling is tentative.
//!
//! Decided is what the accepting ruling with the greatest (term, home, sequence) names, whatever came after it
//! without a ruling. Two sides that disagree about the home both accept; the greater term wins.

use super::line::Quantity;
use super::plain::value;
use super::{Causal, Folded, fold_without_home, group_by_line, surviving_dots};
use crate::replication::causality::Dot;
use crate::replication::delta::{Delta, Item, Operation, Ruling};
use crate::replication::view::{Content, Fate, Line, Reason};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The writes of one key and what their home said of them.
struct Ordered<'a> {
    writes: BTreeMap<Dot, &'a Arc<Delta>>,
    /// Accepting rulings in the order of the homes.
    accepted: Vec<Ruling>,
    rejected: BTreeMap<Dot, Ruling>,
}

impl<'a> Ordered<'a> {
    fn new(writes: &'a [Arc<Delta>], rulings: &[Arc<Delta>]) -> Self {
        let mut ordered = Self { writes: BTreeMap::new(), accepted: Vec::new(), rejected: BTreeMap::new() };
        for delta in writes {
            ordered.writes.insert(delta.dot, delta);
        }
        for ruling in in_order(rulings) {
            match ruling.accepts {
                true => ordered.accepted.push(ruling),
                false => drop(ordered.rejected.insert(ruling.of, ruling)),
            }
        }
        ordered
    }

    fn decided(&self) -> Option<&'a Arc<Delta>> {
        self.writes.get(&self.accepted.last()?.of).copied()
    }

    /// The accepted writes that `decided` had seen, in the order of the homes, and itself.
    fn history(&self, decided: &'a Arc<Delta>) -> Vec<&'a Arc<Delta>> {
        let mut history: Vec<&Arc<Delta>> = Vec::new();
        for delta in self.accepted.iter().filter_map(|ruling| self.writes.get(&ruling.of)) {
            if decided.has_seen(delta) && !history.iter().any(|known| known.dot == delta.dot) {
                history.push(delta);
            }
        }
        history.push(decided);
        history
    }
}

/// Whether a delta that is about to be ruled on is accepted: its writer had seen what the home accepted last.
#[must_use]
pub fn is_accepted(delta: &Delta, rulings: &[Arc<Delta>]) -> bool {
    last_accepted(rulings).is_none_or(|last| delta.dot == last || delta.context.covers(last))
}

fn last_accepted(rulings: &[Arc<Delta>]) -> Option<Dot> {
    in_order(rulings).into_iter().rfind(|ruling| ruling.accepts).map(|ruling| ruling.of)
}

/// Rulings in the order of the homes. A home whose store went back counts again from where it was: ties go by the name
/// of the ruling, the same everywhere.
fn in_order(rulings: &[Arc<Delta>]) -> Vec<Ruling> {
    let mut ordered: Vec<(Ruling, Dot)> = rulings.iter().filter_map(|delta| delta.ruling().map(|ruling| (*ruling, delta.dot))).collect();
    ordered.sort_unstable_by_key(|(ruling, dot)| (ruling.place(), *dot));
    ordered.into_iter().map(|(ruling, _)| ruling).collect()
}

pub(super) fn fold(writes: &[Arc<Delta>], rulings: &[Arc<Delta>]) -> Folded {
    let ordered = Ordered::new(writes, rulings);
    let causal = Causal::new(writes);
    let Some(decided) = ordered.decided() else {
        return all_tentative(&causal, writes);
    };
    let history = ordered.history(decided);
    let lines = lines(&history);
    let shows = |dot: Dot| if decided.item().is_some() { is_source(&lines, dot) } else { dot == decided.dot };
    let fates = causal.fates(|index| match causal.dot(index) {
        dot if shows(dot) => Fate::Visible,
        dot => fate(&ordered, &causal, index, dot, decided),
    });
    let content = if decided.item().is_some() { Content::Cart(shown(&lines, writes)) } else { value(decided) };
    Folded { content, conflicts: Vec::new(), fates }
}

/// The home has not spoken: what the last write says is shown, and nothing of it is certain.
fn all_tentative(causal: &Causal<'_>, writes: &[Arc<Delta>]) -> Folded {
    let latest = fold_without_home(crate::replication::delta::Mode::LastWrite, writes);
    let fate = |index: usize| causal.first_seer(index).map_or(Fate::Tentative, |later| Fate::Superseded { by: causal.dot(later) });
    Folded { content: latest.content, conflicts: Vec::new(), fates: causal.fates(fate) }
}

fn fate(ordered: &Ordered<'_>, causal: &Causal<'_>, index: usize, dot: Dot, decided: &Delta) -> Fate {
    let is_accepted = ordered.accepted.iter().any(|ruling| ruling.of == dot);
    match ordered.rejected.contains_key(&dot) {
        _ if decided.context.covers(dot) && is_accepted => Fate::Superseded { by: decided.dot },
        true if !is_accepted => Fate::Discarded { by: decided.dot, reason: Reason::RejectedByHome },
        _ if is_accepted => Fate::Discarded { by: decided.dot, reason: Reason::EarlierHome },
        _ => causal.first_seer(index).map_or(Fate::Tentative, |later| Fate::Superseded { by: causal.dot(later) }),
    }
}

fn lines(history: &[&Arc<Delta>]) -> BTreeMap<Item, Quantity> {
    let mut lines: BTreeMap<Item, Quantity> = BTreeMap::new();
    for delta in history {
        if let Operation::Cart(item, _) = &delta.operation {
            let line = lines.remove(item).unwrap_or_default();
            lines.insert(item.clone(), line.changed_by(delta));
        }
    }
    lines
}

fn is_source(lines: &BTreeMap<Item, Quantity>, dot: Dot) -> bool {
    lines.values().any(|line| line.sources.contains(&dot))
}

fn shown(lines: &BTreeMap<Item, Quantity>, writes: &[Arc<Delta>]) -> BTreeMap<Item, Line> {
    let groups = group_by_line(writes);
    let mut shown = BTreeMap::new();
    for (item, line) in lines.iter().filter(|(_, line)| line.quantity > 0) {
        let observed = groups.get(item).map(|group| surviving_dots(group, |_| true)).unwrap_or_default();
        shown.insert(item.clone(), Line { quantity: line.quantity, is_open: false, is_pending: false, observed });
    }
    shown
}
