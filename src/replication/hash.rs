//! Content hashes: XXH64 over a fixed, portable byte order. Against accidents, not against forgers.

use super::IS_OPENING_ALONE;
use xxhash_rust::xxh64::xxh64;

/// A 64-bit content hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u64);

/// Collects what is hashed. Numbers go in little-endian, texts with their length first.
///
/// What is hashed here is short: it is put together first and hashed at once, which is several times faster than feeding
/// the hash number by number.
#[derive(Clone)]
pub struct Hasher {
    seed: u64,
    buffer: [u8; ROOM],
    length: usize,
    /// What did not fit any more, with all before it.
    before: Vec<u8>,
}

/// Longer than most deltas.
const ROOM: usize = 256;

impl Hasher {
    /// Starts from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, buffer: [0; ROOM], length: 0, before: Vec::new() }
    }

    /// Adds a number.
    #[inline]
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.append(&number.to_le_bytes());
        self
    }

    /// Adds numbers, one after the other.
    #[inline]
    pub fn numbers<const COUNT: usize>(&mut self, numbers: [u64; COUNT]) -> &mut Self {
        if IS_OPENING_ALONE {
            numbers.into_iter().for_each(|number| self.append(&number.to_le_bytes()));
            return self;
        }
        match self.buffer.get_mut(self.length..self.length + 8 * COUNT) {
            Some(place) => {
                for (place, number) in place.chunks_exact_mut(8).zip(numbers) {
                    place.copy_from_slice(&number.to_le_bytes());
                }
                self.length += 8 * COUNT;
            }
            None => numbers.into_iter().for_each(|number| self.spill(&number.to_le_bytes())),
        }
        self
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Adds bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64);
        self.append(bytes);
        self
    }

    fn append(&mut self, bytes: &[u8]) {
        match self.buffer.get_mut(self.length..self.length + bytes.len()) {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.length += bytes.len();
            }
            None => self.spill(bytes),
        }
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        self.before.extend_from_slice(&self.buffer[..self.length]);
        self.before.extend_from_slice(bytes);
        self.length = 0;
    }

    /// The hash of all that was added.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let rest = &self.buffer[..self.length];
        if self.before.is_empty() {
            return Digest(xxh64(rest, self.seed));
        }
        let mut whole = self.before.clone();
        whole.extend_from_slice(rest);
        Digest(xxh64(&whole, self.seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_all_bytes_in_a_row() {
        for length in [0, 1, 100, ROOM - 17, ROOM - 16, ROOM - 15, ROOM, 3 * ROOM] {
            let text: Vec<u8> = (0..length).map(|index| index as u8).collect();
            let found = Hasher::new(7).number(1).bytes(&text).bytes(&text).digest();
            let mut row = 1_u64.to_le_bytes().to_vec();
            for _ in 0..2 {
                row.extend_from_slice(&(length as u64).to_le_bytes());
                row.extend_from_slice(&text);
            }
            assert_eq!(found.0, xxh64(&row, 7), "{length} bytes");
        }
    }
}
