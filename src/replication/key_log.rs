//! The deltas of one key, with what every write and read needs of them kept up to date: the versions (deltas that no
//! later one had seen) and, per cart line, the dots of the add-wins map that survive.
//!
//! Deltas come in causal order (rule R6), so each can be taken in without looking at those before it again.

use super::IS_OPENING_ALONE;
use super::causality::{Dot, VersionVector};
use super::delta::{Delta, Item, LineChange, Operation};
use std::sync::Arc;
use xxhash_rust::xxh64::xxh64;

/// The deltas of one key.
#[derive(Clone, Debug, Default)]
pub struct KeyLog {
    /// In the order of arrival.
    pub deltas: Vec<Arc<Delta>>,
    /// Their dots: the context of a reader.
    pub seen: VersionVector,
    /// What is no cart line: plain values, and the key's own mode.
    plain: Vec<Version>,
    settings: Vec<Arc<Delta>>,
    lines: Lines,
}

/// The lines of a cart.
#[derive(Clone, Debug, Default)]
struct Lines {
    lines: Vec<LineLog>,
    /// Their places, in the order of the items.
    order: Vec<u32>,
    /// Each at the first free entry from where the hash of its item points; a power of two, no more than half full. Every
    /// delta looks its line up, and comparing names down a tree is most of the work of a merge. The opening scene, whose
    /// lines are few, does without.
    table: Vec<Entry>,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// Its place plus one; 0 where the entry is free.
    place: u32,
    /// The upper half of the hash of its item: names are compared only where these are equal.
    tag: u32,
}

/// One cart line.
#[derive(Clone, Debug)]
struct LineLog {
    item: Item,
    versions: Vec<Version>,
    /// In dot order.
    survivors: Vec<Survivor>,
}

/// A delta that no later one had seen: its name, and its place among the deltas of the key. What comes in is compared with
/// names alone; the deltas themselves may have left the cache long ago.
#[derive(Clone, Copy, Debug)]
struct Version {
    dot: Dot,
    place: u32,
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
        let place = self.deltas.len() as u32;
        match &delta.operation {
            Operation::Cart(item, change) => self.lines.line(item).push(&delta, place, change),
            Operation::Put(_) | Operation::Delete => supersede(&mut self.plain, &delta, place),
            Operation::SetMode(_) => {
                supersede(&mut self.plain, &delta, place);
                self.settings.push(delta.clone());
            }
            Operation::Rule(_) | Operation::Opaque(_) => {}
        }
        self.deltas.push(delta);
    }

    /// What the writers of these deltas had seen counts as seen too: it may have been collected (rule R10).
    pub(super) fn see_what_was_seen(&mut self, is_meant: impl Fn(&Delta) -> bool) {
        for delta in self.deltas.iter().filter(|delta| is_meant(delta)) {
            self.seen.merge(&delta.context);
        }
    }

    /// Whether it holds cart lines.
    #[must_use]
    pub fn is_cart(&self) -> bool {
        !self.lines.order.is_empty()
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
        for version in versions.iter().map(|version| &self.deltas[version.place as usize]) {
            let place = ordered.partition_point(|other| other.rank() <= version.rank());
            ordered.insert(place, version);
        }
        ordered
    }

    /// The deltas that set the key's own mode.
    #[must_use]
    pub fn settings(&self) -> &[Arc<Delta>] {
        &self.settings
    }

    /// The surviving dots on the line of `item`, in dot order.
    #[must_use]
    pub fn survivors(&self, item: &Item) -> &[Survivor] {
        self.lines.get(item).map_or(&[], |line| &line.survivors)
    }

    /// The lines of the add-wins map that are there, with their quantities (Shapiro et al. 2011; see `modes::add_wins`).
    pub fn quantities(&self) -> impl Iterator<Item = (&Item, u32)> {
        self.lines.iter().filter(|line| !line.survivors.is_empty()).map(|line| (&line.item, quantity(&line.survivors)))
    }
}

impl Lines {
    fn iter(&self) -> impl Iterator<Item = &LineLog> {
        self.order.iter().map(|place| &self.lines[*place as usize])
    }

    /// The place of the line of `item`, or the entry of the table for it and its tag.
    fn find(&self, item: &Item) -> Result<usize, (usize, u32)> {
        let hash = xxh64(item.0.as_bytes(), 0);
        let (mut index, tag) = (hash as usize, (hash >> 32) as u32);
        loop {
            index &= self.table.len() - 1;
            let entry = self.table[index];
            let Some(place) = (entry.place as usize).checked_sub(1) else { return Err((index, tag)) };
            if entry.tag == tag && self.lines[place].item == *item {
                return Ok(place);
            }
            index += 1;
        }
    }

    fn get(&self, item: &Item) -> Option<&LineLog> {
        if IS_OPENING_ALONE {
            return self.lines.iter().find(|line| line.item == *item);
        }
        if self.table.is_empty() { None } else { self.find(item).ok().map(|place| &self.lines[place]) }
    }

    /// The line of `item`, a new one if need be.
    fn line(&mut self, item: &Item) -> &mut LineLog {
        let place = match IS_OPENING_ALONE {
            true => self.lines.iter().position(|line| line.item == *item).unwrap_or_else(|| self.add(item)),
            false => self.find_or_add(item),
        };
        &mut self.lines[place]
    }

    fn find_or_add(&mut self, item: &Item) -> usize {
        if 2 * self.lines.len() >= self.table.len() {
            self.grow();
        }
        self.find(item).unwrap_or_else(|(free, tag)| {
            let place = self.add(item);
            self.table[free] = Entry { place: place as u32 + 1, tag };
            place
        })
    }

    fn add(&mut self, item: &Item) -> usize {
        let place = self.lines.len();
        let rank = self.order.partition_point(|other| self.lines[*other as usize].item < *item);
        self.order.insert(rank, place as u32);
        self.lines.push(LineLog { item: item.clone(), versions: Vec::new(), survivors: Vec::new() });
        place
    }

    fn grow(&mut self) {
        self.table = vec![Entry::default(); (2 * self.table.len()).max(8)];
        for place in 0..self.lines.len() {
            if let Err((free, tag)) = self.find(&self.lines[place].item) {
                self.table[free] = Entry { place: place as u32 + 1, tag };
            }
        }
    }
}

impl LineLog {
    fn push(&mut self, delta: &Delta, place: u32, change: &LineChange) {
        supersede(&mut self.versions, delta, place);
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
fn supersede(versions: &mut Vec<Version>, delta: &Delta, place: u32) {
    versions.retain(|version| !delta.context.covers(version.dot));
    versions.push(Version { dot: delta.dot, place });
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
