//! The deltas of one key, with what every write and read needs of them kept up to date: the versions (deltas that no
//! later one had seen) and, per cart line, the dots of the add-wins map that survive.
//!
//! Deltas come in causal order (rule R6), so each can be taken in without looking at those before it again.

use super::IS_OPENING_ALONE;
use super::causality::{Dot, VersionVector};
use super::delta::{Delta, Item, LineChange, Operation};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The deltas of one key.
#[derive(Clone, Debug, Default)]
pub struct KeyLog {
    /// In the order of arrival.
    pub deltas: Vec<Arc<Delta>>,
    /// Their dots: the context of a reader.
    pub seen: VersionVector,
    /// What is no cart line: plain values, and the key's own mode.
    plain: Vec<Arc<Delta>>,
    lines: BTreeMap<Item, LineLog>,
}

/// One cart line.
#[derive(Clone, Debug, Default)]
struct LineLog {
    versions: Vec<Arc<Delta>>,
    /// In dot order.
    survivors: Vec<Survivor>,
}

/// A dot of the add-wins map that no write has dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// Its name.
    pub dot: Dot,
    /// What it adds, or sets the line to.
    pub share: Share,
}

/// What a surviving dot contributes to its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Adds to the quantity.
    Add(u32),
    /// The largest of these counts.
    Set(u32),
}

impl KeyLog {
    /// Takes a delta in.
    pub(super) fn push(&mut self, delta: Arc<Delta>) {
        self.seen.observe(delta.dot);
        match &delta.operation {
            Operation::Cart(item, change) => self.lines.entry(item.clone()).or_default().push(&delta, change),
            Operation::Put(_) | Operation::Delete | Operation::SetMode(_) => supersede(&mut self.plain, &delta),
            Operation::Rule(_) | Operation::Opaque(_) => {}
        }
        self.deltas.push(delta);
    }

    /// Whether it holds cart lines.
    #[must_use]
    pub fn is_cart(&self) -> bool {
        !self.lines.is_empty()
    }

    /// The versions on the line of `item` (`None`: of what is no line), in the order of their stamps.
    #[must_use]
    pub fn versions(&self, item: Option<&Item>) -> Vec<&Arc<Delta>> {
        let versions = match item {
            None => &self.plain[..],
            Some(item) => self.lines.get(item).map_or(&[][..], |line| &line.versions),
        };
        // They are few: another sort for another type would cost the page more than it saves.
        let mut ordered: Vec<&Arc<Delta>> = Vec::with_capacity(versions.len());
        for version in versions {
            let place = ordered.partition_point(|other| other.rank() <= version.rank());
            ordered.insert(place, version);
        }
        ordered
    }

    /// The surviving dots on the line of `item`, in dot order.
    #[must_use]
    pub fn survivors(&self, item: &Item) -> &[Survivor] {
        self.lines.get(item).map_or(&[], |line| &line.survivors)
    }

    /// The lines of the add-wins map that are there, with their quantities (Shapiro et al. 2011; see `modes::add_wins`).
    pub fn quantities(&self) -> impl Iterator<Item = (&Item, u32)> {
        self.lines.iter().filter(|(_, line)| !line.survivors.is_empty()).map(|(item, line)| (item, quantity(&line.survivors)))
    }
}

impl LineLog {
    fn push(&mut self, delta: &Arc<Delta>, change: &LineChange) {
        supersede(&mut self.versions, delta);
        if IS_OPENING_ALONE {
            return;
        }
        match change {
            LineChange::Add(count) => self.survive(delta.dot, Share::Add(*count)),
            LineChange::Set(quantity, observed) => {
                self.drop(observed);
                self.survive(delta.dot, Share::Set(*quantity));
            }
            LineChange::Remove(observed) => self.drop(observed),
        }
    }

    fn survive(&mut self, dot: Dot, share: Share) {
        let place = self.survivors.partition_point(|survivor| survivor.dot < dot);
        self.survivors.insert(place, Survivor { dot, share });
    }

    fn drop(&mut self, observed: &[Dot]) {
        if !observed.is_empty() {
            self.survivors.retain(|survivor| !observed.contains(&survivor.dot));
        }
    }
}

/// A delta comes in after all that its writer had seen.
fn supersede(versions: &mut Vec<Arc<Delta>>, delta: &Arc<Delta>) {
    versions.retain(|version| !delta.has_seen(version));
    versions.push(delta.clone());
}

/// quantity = largest surviving set + sum of surviving adds.
#[must_use]
pub fn quantity(survivors: &[Survivor]) -> u32 {
    let (mut largest_set, mut added) = (0_u32, 0_u32);
    for survivor in survivors {
        match survivor.share {
            Share::Add(count) => added = added.saturating_add(count),
            Share::Set(quantity) => largest_set = largest_set.max(quantity),
        }
    }
    largest_set.saturating_add(added)
}
