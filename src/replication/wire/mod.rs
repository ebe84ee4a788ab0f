//! The messages of the reconnect protocol as bytes, the same between tabs, to a native peer and over a channel that a
//! host brings along.
//!
//! A frame: major and minor version, the kind, what belongs to it, and the low half of an XXH64 over all before it. Another
//! major version is refused (rule R12). Nothing is allocated from a number before it was compared with what is there.

mod batch;
mod bytes;
mod dictionary;
mod operation;
mod state;

pub(crate) use bytes::{Reader, Writer};
pub(crate) use dictionary::KnownTexts;
pub(crate) use state::runs;

use super::delta::{Delta, Key};
use super::exchange::{ExchangeMessage, Hello, KeyHashes};
use super::ids::{NodeId, ReplicaId, StoreId, Term};
use super::log::Epoch;
use super::outside::Outside;
use crate::limits;
use std::sync::Arc;
use xxhash_rust::xxh64::xxh64;

/// Frames of another major version are not understood.
pub const MAJOR: u8 = 1;
/// Frames of a newer minor version are understood but for operations that are kept as they are.
pub const MINOR: u8 = 0;

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// They end early.
    #[error("the message ends early")]
    Short,
    /// They are more than a message may have.
    #[error("the message has more than {} bytes", limits::MAX_FRAME_BYTES)]
    Long,
    /// Something follows where nothing should.
    #[error("something follows after the end of the message")]
    Trailing,
    /// They are not what was sent.
    #[error("the checksum does not fit")]
    Checksum,
    /// The peer speaks another major version (rule R12).
    #[error("the other side speaks version {0} of the protocol and this one {MAJOR}: reload to update")]
    Version(u8),
    /// The hash chain inside a batch does not hold (rule R3).
    #[error("the hash chain of the writes is broken")]
    BrokenChain,
    /// A value that no sender writes.
    #[error("{0}")]
    Malformed(&'static str),
}

const HELLO: u8 = 1;
const BATCH: u8 = 2;
const ACK: u8 = 3;
const NACK: u8 = 4;
const DONE: u8 = 5;
const NOT_LEADER: u8 = 6;
const KEYS: u8 = 7;
const STATE: u8 = 8;

const ASKS_BACK: u8 = 1;
const IS_ROUTINE: u8 = 1 << 1;
const IS_DEVICE: u8 = 1 << 2;
const WRITES: u8 = 1 << 3;

/// A message as a frame.
#[must_use]
pub fn encode(message: &ExchangeMessage) -> Vec<u8> {
    let mut out = Writer(vec![MAJOR, MINOR]);
    match message {
        ExchangeMessage::Hello(hello) => {
            out.byte(HELLO);
            write_hello(&mut out, hello);
        }
        ExchangeMessage::Batch { round, deltas, .. } => {
            out.byte(BATCH);
            out.number(u64::from(*round));
            write_deltas(&mut out, deltas.iter());
        }
        ExchangeMessage::Ack { round, vector } | ExchangeMessage::Nack { round, vector } => {
            out.byte(if matches!(message, ExchangeMessage::Ack { .. }) { ACK } else { NACK });
            out.number(u64::from(*round));
            out.vector(vector);
        }
        ExchangeMessage::State(part) => {
            out.byte(STATE);
            if let Some(part) = part.get() {
                state::write(&mut out, part);
            }
        }
        ExchangeMessage::Done { vector, retired, sum, decided } => {
            out.byte(DONE);
            out.vector(vector);
            out.fixed(*retired);
            out.fixed(*sum);
            out.fixed(*decided);
        }
        ExchangeMessage::Keys(keys) => {
            out.byte(KEYS);
            out.number(keys.len() as u64);
            for KeyHashes { key, sum, decided } in keys {
                out.text(&key.0);
                out.fixed(*sum);
                out.fixed(*decided);
            }
        }
        ExchangeMessage::NotLeader(epoch) => {
            out.byte(NOT_LEADER);
            write_epoch(&mut out, *epoch);
        }
    }
    let checksum = checksum(&out.0);
    out.0.extend_from_slice(&checksum);
    out.0
}

/// The message of a frame.
///
/// # Errors
/// What is wrong with it.
pub fn decode(frame: &[u8]) -> Result<ExchangeMessage, WireError> {
    decode_with_deltas(frame, &mut KnownTexts::default()).map(|(message, _)| message)
}

/// The message of a frame, and of a batch its deltas as they came: what [`read_deltas`] reads.
pub(crate) fn decode_with_deltas<'a>(frame: &'a [u8], known: &mut KnownTexts) -> Result<(ExchangeMessage, &'a [u8]), WireError> {
    if frame.len() > limits::MAX_FRAME_BYTES {
        return Err(WireError::Long);
    }
    let (content, found) = frame.split_last_chunk::<4>().ok_or(WireError::Short)?;
    let mut reader = Reader(content);
    // The version first: another one may have another checksum.
    let major = reader.byte()?;
    if major != MAJOR {
        return Err(WireError::Version(major));
    }
    if checksum(content) != *found {
        return Err(WireError::Checksum);
    }
    let _minor = reader.byte()?;
    let (message, deltas) = read_message(&mut reader, known)?;
    if reader.is_empty() { Ok((message, deltas)) } else { Err(WireError::Trailing) }
}

fn checksum(content: &[u8]) -> [u8; 4] {
    (xxh64(content, 0) as u32).to_le_bytes()
}

fn read_message<'a>(reader: &mut Reader<'a>, known: &mut KnownTexts) -> Result<(ExchangeMessage, &'a [u8]), WireError> {
    let kind = reader.byte()?;
    if kind == BATCH {
        let (round, bytes) = (read_round(reader)?, reader.0);
        return Ok((ExchangeMessage::Batch { round, deltas: batch::read(reader, known)?, is_linked: true }, bytes));
    }
    Ok((read_other(reader, kind, known)?, &[]))
}

fn read_other(reader: &mut Reader<'_>, kind: u8, known: &mut KnownTexts) -> Result<ExchangeMessage, WireError> {
    match kind {
        HELLO => read_hello(reader).map(ExchangeMessage::Hello),
        ACK => Ok(ExchangeMessage::Ack { round: read_round(reader)?, vector: reader.vector()? }),
        NACK => Ok(ExchangeMessage::Nack { round: read_round(reader)?, vector: reader.vector()? }),
        DONE => {
            Ok(ExchangeMessage::Done { vector: reader.vector()?, retired: reader.fixed()?, sum: reader.fixed()?, decided: reader.fixed()? })
        }
        STATE => state::read(reader, known).map(|part| ExchangeMessage::State(Outside::new(|| Arc::new(part)))),
        KEYS => read_keys(reader).map(ExchangeMessage::Keys),
        NOT_LEADER => read_epoch(reader).map(ExchangeMessage::NotLeader),
        _ => Err(WireError::Malformed("an unknown kind of message")),
    }
}

fn read_keys(reader: &mut Reader<'_>) -> Result<Vec<KeyHashes>, WireError> {
    let count = reader.small(limits::MAX_COMPARED_KEYS)?;
    let key = |reader: &mut Reader<'_>| match reader.text()? {
        key if key.len() <= limits::MAX_NAME_BYTES => Ok(Key::from(key)),
        _ => Err(WireError::Malformed("a name is too long")),
    };
    (0..count).map(|_| Ok(KeyHashes { key: key(reader)?, sum: reader.fixed()?, decided: reader.fixed()? })).collect()
}

fn read_round(reader: &mut Reader<'_>) -> Result<u32, WireError> {
    u32::try_from(reader.number()?).map_err(|_| WireError::Malformed("a round is too large"))
}

fn write_hello(out: &mut Writer, hello: &Hello) {
    let flags =
        [(ASKS_BACK, hello.asks_back), (IS_ROUTINE, hello.is_routine), (IS_DEVICE, hello.is_device), (WRITES, hello.writes_as.is_some())];
    out.byte(flags.into_iter().filter(|(_, holds)| *holds).fold(0, |flags, (flag, _)| flags | flag));
    out.fixed(hello.store.0);
    write_epoch(out, hello.epoch);
    write_epoch(out, hello.receiver_epoch);
    out.vector(&hello.vector);
    out.number(hello.own.len() as u64);
    hello.own.iter().for_each(|id| out.fixed(id.0));
    if let Some(id) = hello.writes_as {
        out.fixed(id.0);
    }
    out.fixed(hello.retired);
}

fn read_hello(reader: &mut Reader<'_>) -> Result<Hello, WireError> {
    let flags = reader.byte()?;
    let has = |flag: u8| flags & flag != 0;
    Ok(Hello {
        store: StoreId(reader.fixed()?),
        epoch: read_epoch(reader)?,
        receiver_epoch: read_epoch(reader)?,
        vector: reader.vector()?,
        own: {
            let count = reader.small(limits::MAX_REPLICAS.min(reader.0.len() / 8))?;
            (0..count).map(|_| reader.fixed().map(ReplicaId)).collect::<Result<_, _>>()?
        },
        writes_as: if has(WRITES) { Some(ReplicaId(reader.fixed()?)) } else { None },
        retired: reader.fixed()?,
        asks_back: has(ASKS_BACK),
        is_routine: has(IS_ROUTINE),
        is_device: has(IS_DEVICE),
    })
}

fn write_epoch(out: &mut Writer, epoch: Epoch) {
    out.number(epoch.term.0);
    out.number(epoch.leader.map_or(0, |leader| 1 + u64::from(leader.0)));
}

fn read_epoch(reader: &mut Reader<'_>) -> Result<Epoch, WireError> {
    let term = Term(reader.number()?);
    let leader = match reader.small(1 + usize::from(u16::MAX))? {
        0 => None,
        leader => Some(NodeId(leader as u16 - 1)),
    };
    Ok(Epoch { term, leader })
}

/// Several deltas, no more than a batch may have.
pub(crate) fn write_deltas<'a>(out: &mut Writer, deltas: impl Iterator<Item = &'a Arc<Delta>>) {
    batch::write(out, &deltas.map(|delta| &**delta).collect::<Vec<_>>());
}

/// The deltas that [`write_deltas`] wrote.
pub(crate) fn read_deltas(reader: &mut Reader<'_>, known: &mut KnownTexts) -> Result<Vec<Arc<Delta>>, WireError> {
    batch::read(reader, known)
}

/// A single delta as bytes.
#[must_use]
pub fn encode_delta(delta: &Arc<Delta>) -> Vec<u8> {
    let mut out = Writer::default();
    batch::write(&mut out, &[&**delta]);
    out.0
}

/// The delta that [`encode_delta`] wrote.
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode_delta(bytes: &[u8]) -> Result<Arc<Delta>, WireError> {
    let mut reader = Reader(bytes);
    let mut deltas = batch::read(&mut reader, &mut KnownTexts::default())?;
    match (deltas.pop(), deltas.is_empty() && reader.is_empty()) {
        (Some(delta), true) => Ok(delta),
        _ => Err(WireError::Malformed("not exactly one write")),
    }
}
