//! The texts and replica ids of one batch, each written once. Texts are sorted and written as what they add to the
//! one before.

use super::WireError;
use super::bytes::{Reader, Writer};
use crate::limits;
use crate::replication::ids::ReplicaId;
use std::collections::BTreeMap;
use std::sync::Arc;
use xxhash_rust::xxh64::xxh64;

/// So many are looked through faster than they are looked up.
const FEW: usize = 8;

/// The texts of a batch, and where each that is named stands, in the order in which they are.
pub(super) struct Texts<'a> {
    sorted: Vec<&'a str>,
    positions: std::vec::IntoIter<u32>,
}

impl<'a> Texts<'a> {
    /// `named` has all that will be named, in that order.
    pub(super) fn new(named: &[&'a str]) -> Self {
        // Most texts differ in their first bytes, and numbers are compared faster than texts.
        let mut order: Vec<(u128, u32)> = named.iter().zip(0..).map(|(text, index)| (beginning(text), index)).collect();
        order.sort_unstable_by(|(one, at), (other, other_at)| {
            one.cmp(other).then_with(|| named[*at as usize].cmp(named[*other_at as usize]))
        });
        let mut sorted: Vec<&str> = Vec::with_capacity(named.len());
        let mut positions = vec![0; named.len()];
        for (_, index) in order {
            let text = named[index as usize];
            if sorted.last() != Some(&text) {
                sorted.push(text);
            }
            positions[index as usize] = sorted.len() as u32 - 1;
        }
        Self { sorted, positions: positions.into_iter() }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.number(self.sorted.len() as u64);
        let mut before = "";
        for text in &self.sorted {
            let shared = shared_bytes(before, text);
            write_lengths(out, shared, text.len() - shared);
            out.0.extend_from_slice(&text.as_bytes()[shared..]);
            before = text;
        }
    }

    /// Where the text that is named now stands.
    pub(super) fn next_position(&mut self) -> u64 {
        self.positions.next().map_or(0, u64::from)
    }
}

/// Orders texts as far as it goes.
fn beginning(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}

/// Lengths below this share one byte.
const LONG: usize = 15;

fn write_lengths(out: &mut Writer, shared: usize, own: usize) {
    out.byte((shared.min(LONG) << 4 | own.min(LONG)) as u8);
    for length in [shared, own] {
        if length >= LONG {
            out.number((length - LONG) as u64);
        }
    }
}

fn read_lengths(reader: &mut Reader<'_>) -> Result<(usize, usize), WireError> {
    let both = usize::from(reader.byte()?);
    let mut length = |low: usize| if low < LONG { Ok(low) } else { reader.small(limits::MAX_NAME_BYTES).map(|more| LONG + more) };
    Ok((length(both >> 4)?, length(both & LONG)?))
}

/// As many bytes as both begin with, without cutting a character.
fn shared_bytes(before: &str, text: &str) -> usize {
    let shared = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    (0..=shared).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Texts that came before: most batches name the same ones again, and two that are shared need not be compared. Forgets what
/// it has no room for.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownTexts(Vec<Option<Arc<str>>>);

impl KnownTexts {
    /// A power of two; each text has [`KnownTexts::PLACES`] of them, from where its hash points.
    const ROOM: usize = 4_096;
    const PLACES: usize = 4;

    /// With room; the default remembers nothing.
    pub(crate) fn with_room() -> Self {
        Self(vec![None; Self::ROOM])
    }

    /// `text`, shared with others that are equal.
    pub(crate) fn share(&mut self, text: &str) -> Arc<str> {
        if self.0.is_empty() {
            return Arc::from(text);
        }
        let first = xxh64(text.as_bytes(), 0) as usize;
        for step in 0..Self::PLACES {
            match &mut self.0[(first + step) % Self::ROOM] {
                Some(known) if **known == *text => return known.clone(),
                Some(_) => {}
                free => return free.insert(Arc::from(text)).clone(),
            }
        }
        self.0[first % Self::ROOM].insert(Arc::from(text)).clone()
    }
}

/// The texts that a batch brings.
pub(super) fn read_texts(reader: &mut Reader<'_>, known: &mut KnownTexts) -> Result<Vec<Arc<str>>, WireError> {
    let count = reader.small(3 * limits::MAX_BATCH_DELTAS)?;
    let mut texts: Vec<Arc<str>> = Vec::with_capacity(count);
    let mut text = String::new();
    for _ in 0..count {
        let (shared, own) = read_lengths(reader)?;
        if !text.is_char_boundary(shared) {
            return Err(WireError::Malformed("a text begins inside a character"));
        }
        text.truncate(shared);
        text.push_str(reader.text_of(own)?);
        if text.len() > limits::MAX_NAME_BYTES {
            return Err(WireError::Malformed("a name is too long"));
        }
        texts.push(known.share(&text));
    }
    Ok(texts)
}

/// The replica ids of a batch, in the order in which they came up.
#[derive(Default)]
pub(super) struct Replicas {
    ids: Vec<ReplicaId>,
    /// Of those that are more than a few.
    positions: BTreeMap<ReplicaId, u64>,
}

impl Replicas {
    pub(super) fn position(&mut self, id: ReplicaId) -> u64 {
        if let Some(position) = self.ids.iter().take(FEW).position(|known| *known == id) {
            return position as u64;
        }
        let next = self.ids.len() as u64;
        let position = if self.ids.len() < FEW { next } else { *self.positions.entry(id).or_insert(next) };
        if position == next {
            self.ids.push(id);
        }
        position
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.number(self.ids.len() as u64);
        for id in &self.ids {
            out.fixed(id.0);
        }
    }
}

pub(super) fn read_replicas(reader: &mut Reader<'_>) -> Result<Vec<ReplicaId>, WireError> {
    let count = reader.small(limits::MAX_REPLICAS.min(reader.0.len() / 8))?;
    (0..count).map(|_| reader.fixed().map(ReplicaId)).collect()
}
