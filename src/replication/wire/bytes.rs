//! Numbers, texts and vectors as bytes: varints (groups of seven bits, the least first), zigzag for signed ones,
//! lengths before texts. Whatever is read may be damaged or made up: every length is compared with what is there
//! before anything is allocated from it.

use super::WireError;
use crate::limits;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::ids::ReplicaId;

/// Appends to a buffer.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

/// Takes from the front of a slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    #[inline]
    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    #[inline]
    pub(crate) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    /// Eight bytes: for what is random, and would be longer in groups of seven bits.
    pub(crate) fn fixed(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn vector(&mut self, vector: &VersionVector) {
        self.number(vector.replica_count() as u64);
        for dot in vector.iter() {
            self.dot(dot);
        }
    }

    pub(crate) fn dot(&mut self, dot: Dot) {
        self.fixed(dot.replica.0);
        self.number(dot.counter);
    }
}

impl<'a> Reader<'a> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, WireError> {
        let (first, rest) = self.0.split_first().ok_or(WireError::Short)?;
        self.0 = rest;
        Ok(*first)
    }

    #[inline]
    pub(crate) fn number(&mut self) -> Result<u64, WireError> {
        let first = self.byte()?;
        if first < 0x80 { Ok(u64::from(first)) } else { self.long_number(first) }
    }

    fn long_number(&mut self, first: u8) -> Result<u64, WireError> {
        let mut number = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            let group = u64::from(byte & 0x7f);
            if group << shift >> shift != group {
                break;
            }
            number |= group << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(WireError::Malformed("a number has too many digits"))
    }

    #[inline]
    pub(crate) fn signed(&mut self) -> Result<i64, WireError> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(crate) fn fixed(&mut self) -> Result<u64, WireError> {
        let (bytes, rest) = self.0.split_first_chunk::<8>().ok_or(WireError::Short)?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*bytes))
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(WireError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        let length = self.small(self.0.len())?;
        self.take(length)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, WireError> {
        let length = self.small(self.0.len())?;
        self.text_of(length)
    }

    pub(crate) fn text_of(&mut self, length: usize) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.take(length)?).map_err(|_| WireError::Malformed("a text is not UTF-8"))
    }

    /// A number of things of which no more than `most` may come.
    pub(crate) fn small(&mut self, most: usize) -> Result<usize, WireError> {
        let number = self.number()?;
        usize::try_from(number).ok().filter(|number| *number <= most).ok_or(WireError::Malformed("a count is too large"))
    }

    pub(crate) fn flag(&mut self) -> Result<bool, WireError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::Malformed("neither yes nor no")),
        }
    }

    pub(crate) fn dot(&mut self) -> Result<Dot, WireError> {
        Ok(Dot { replica: ReplicaId(self.fixed()?), counter: self.number()? })
    }

    pub(crate) fn vector(&mut self) -> Result<VersionVector, WireError> {
        let count = self.small(limits::MAX_REPLICAS)?;
        let mut vector = VersionVector::new();
        let mut before = None;
        for _ in 0..count {
            let dot = self.dot()?;
            if before >= Some(dot.replica) {
                return Err(WireError::Malformed("a vector out of order"));
            }
            before = Some(dot.replica);
            vector.observe(dot);
        }
        Ok(vector)
    }
}
