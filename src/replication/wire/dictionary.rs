//! The texts and replica ids of one batch, each written once. Texts are sorted and written as what they add to the
//! one before.

use super::WireError;
use super::bytes::{Reader, Writer};
use crate::limits;
use crate::replication::ids::ReplicaId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The texts of a batch by position.
pub(super) struct Texts<'a>(Vec<&'a str>);

impl<'a> Texts<'a> {
    pub(super) fn new(mut texts: Vec<&'a str>) -> Self {
        texts.sort_unstable();
        texts.dedup();
        Self(texts)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.number(self.0.len() as u64);
        let mut before = "";
        for text in &self.0 {
            let shared = shared_bytes(before, text);
            out.number(shared as u64);
            out.text(&text[shared..]);
            before = text;
        }
    }

    /// Where `text`, which must be one of them, stands.
    pub(super) fn position(&self, text: &str) -> u64 {
        self.0.binary_search(&text).map_or(0, |position| position as u64)
    }
}

/// As many bytes as both begin with, without cutting a character.
fn shared_bytes(before: &str, text: &str) -> usize {
    let shared = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    (0..=shared).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The texts that a batch brings.
pub(super) fn read_texts(reader: &mut Reader<'_>) -> Result<Vec<Arc<str>>, WireError> {
    let count = reader.small(3 * limits::MAX_BATCH_DELTAS)?;
    let mut texts: Vec<Arc<str>> = Vec::with_capacity(count);
    let mut text = String::new();
    for _ in 0..count {
        let shared = reader.small(text.len())?;
        if !text.is_char_boundary(shared) {
            return Err(WireError::Malformed("a text begins inside a character"));
        }
        text.truncate(shared);
        text.push_str(reader.text()?);
        if text.len() > limits::MAX_NAME_BYTES {
            return Err(WireError::Malformed("a name is too long"));
        }
        texts.push(Arc::from(text.as_str()));
    }
    Ok(texts)
}

/// The replica ids of a batch, in the order in which they came up.
#[derive(Default)]
pub(super) struct Replicas {
    positions: BTreeMap<ReplicaId, u64>,
    ids: Vec<ReplicaId>,
}

impl Replicas {
    pub(super) fn position(&mut self, id: ReplicaId) -> u64 {
        let next = self.ids.len() as u64;
        let position = *self.positions.entry(id).or_insert(next);
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
