//! A part of what a replica has collected, as bytes (rule R10). Kept deltas are no chain any more: they go in runs, each of
//! which follows within itself as a batch does.

use super::WireError;
use super::batch;
use super::bytes::{Reader, Writer};
use super::dictionary::KnownTexts;
use crate::limits;
use crate::replication::base::End;
use crate::replication::causality::Dot;
use crate::replication::delta::Delta;
use crate::replication::hash::Digest;
use crate::replication::ids::ReplicaId;
use crate::replication::state::{Settled, StatePart};
use std::sync::Arc;

/// Bytes of the shortest entry of a writer.
const MIN_SETTLED_BYTES: usize = 26;

pub(super) fn write(out: &mut Writer, part: &StatePart) {
    out.number(u64::from(part.round));
    out.fixed(part.stamp);
    out.number(u64::from(part.index));
    out.number(u64::from(part.count));
    out.number(part.settled.len() as u64);
    part.settled.iter().for_each(|settled| write_settled(out, settled));
    let runs = runs(part.deltas.iter());
    out.number(runs.len() as u64);
    let mut deltas = part.deltas.iter().map(|delta| &**delta);
    for length in runs {
        batch::write(out, &deltas.by_ref().take(length).collect::<Vec<_>>());
    }
}

pub(super) fn read(reader: &mut Reader<'_>, known: &mut KnownTexts) -> Result<StatePart, WireError> {
    let round = super::read_round(reader)?;
    let stamp = reader.fixed()?;
    let index = reader.small(limits::MAX_STATE_PARTS)? as u32;
    let count = reader.small(limits::MAX_STATE_PARTS)? as u32;
    if index >= count {
        return Err(WireError::Malformed("a part beyond the last"));
    }
    let writers = reader.small(limits::MAX_STATE_WRITERS.min(reader.0.len() / MIN_SETTLED_BYTES))?;
    let settled = (0..writers).map(|_| read_settled(reader)).collect::<Result<_, _>>()?;
    let mut deltas = Vec::new();
    for _ in 0..reader.small(limits::MAX_BATCH_DELTAS)? {
        deltas.extend(batch::read(reader, known)?);
        if deltas.len() > limits::MAX_BATCH_DELTAS {
            return Err(WireError::Malformed("a part has too many writes"));
        }
    }
    Ok(StatePart { round, stamp, index, count, settled, deltas })
}

/// Each counter as what it is more than the one before.
fn write_settled(out: &mut Writer, Settled { replica, end, kept }: &Settled) {
    out.dot(Dot { replica: *replica, counter: end.counter });
    out.fixed(end.sum);
    out.fixed(end.chain.0);
    out.number(kept.len() as u64);
    let mut before = 0;
    for counter in kept {
        out.number(counter - before);
        before = *counter;
    }
}

fn read_settled(reader: &mut Reader<'_>) -> Result<Settled, WireError> {
    let replica = ReplicaId(reader.fixed()?);
    let end = End { counter: reader.number()?, sum: reader.fixed()?, chain: Digest(reader.fixed()?) };
    let mut before = 0_u64;
    let mut next = |reader: &mut Reader<'_>| {
        let counter = before.checked_add(reader.number()?).filter(|counter| before < *counter && *counter <= end.counter);
        before = counter.ok_or(WireError::Malformed("a kept write is out of its range"))?;
        Ok(before)
    };
    let count = reader.small(limits::MAX_STATE_KEPT.min(reader.0.len()))?;
    let kept = (0..count).map(|_| next(reader)).collect::<Result<_, WireError>>()?;
    Ok(Settled { replica, end, kept })
}

/// The lengths of the pieces in which each delta follows on its writer's delta before it in the piece, if there is one.
pub(crate) fn runs<'a>(deltas: impl Iterator<Item = &'a Arc<Delta>>) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut ends: Vec<Dot> = Vec::new();
    for delta in deltas {
        let end = ends.iter().position(|end| end.replica == delta.dot.replica);
        let follows = end.is_none_or(|end| ends[end].counter == delta.previous);
        match lengths.last_mut().filter(|_| follows) {
            Some(length) => *length += 1,
            None => {
                lengths.push(1);
                ends.clear();
            }
        }
        match end.filter(|_| follows) {
            Some(end) => ends[end] = delta.dot,
            None => ends.push(delta.dot),
        }
    }
    lengths
}
