//! What a delta does, as bytes: a number for the kind in the low half of a byte, and what belongs to it.
//!
//! A newer minor version writes its own operations under [`OPAQUE`] with a tag and a length, so that this version
//! can keep and pass them on (rule R12).

use super::WireError;
use super::batch::Names;
use super::bytes::{Reader, Writer};
use super::dictionary::{Replicas, Texts};
use crate::limits;
use crate::replication::causality::Dot;
use crate::replication::delta::{Delta, Item, LineChange, Mode, Opaque, Operation, Ruling, Value};
use crate::replication::ids::Term;
use std::sync::Arc;

const NUMBER: u8 = 0;
const TEXT: u8 = 1;
const DELETE: u8 = 2;
const MODE: u8 = 3;
const ADD: u8 = 4;
const SET: u8 = 5;
const REMOVE: u8 = 6;
const RULE: u8 = 7;
const OPAQUE: u8 = 8;

/// In the high half: this many observed dots follow, all of the delta's own writer, or (the last) of anybody.
const OWN_DOTS_MAX: usize = 14;
const ANYBODYS: u8 = 15;

pub(super) fn write(out: &mut Writer, delta: &Delta, texts: &mut Texts<'_>, replicas: &mut Replicas) {
    match &delta.operation {
        Operation::Put(Value::Number(number)) => {
            out.byte(NUMBER);
            out.signed(*number);
        }
        Operation::Put(Value::Text(text)) => {
            out.byte(TEXT);
            out.text(text);
        }
        Operation::Delete => out.byte(DELETE),
        Operation::SetMode(mode) => {
            out.byte(MODE);
            out.byte(Mode::ALL.iter().position(|known| known == mode).unwrap_or(0) as u8);
        }
        Operation::Cart(_, change) => write_line(out, delta.dot, (texts.next_position(), change), replicas),
        Operation::Rule(ruling) => write_ruling(out, ruling, replicas),
        Operation::Opaque(opaque) => {
            out.byte(OPAQUE);
            out.byte(opaque.tag);
            out.bytes(&opaque.bytes);
        }
    }
}

fn write_line(out: &mut Writer, dot: Dot, (item, change): (u64, &LineChange), replicas: &mut Replicas) {
    let (kind, quantity, observed): (u8, Option<u32>, &[Dot]) = match change {
        LineChange::Add(count) => (ADD, Some(*count), &[]),
        LineChange::Set(quantity, observed) => (SET, Some(*quantity), observed),
        LineChange::Remove(observed) => (REMOVE, None, observed),
    };
    let is_own = |other: &Dot| other.replica == dot.replica && other.counter < dot.counter;
    let are_own = observed.len() <= OWN_DOTS_MAX && observed.iter().all(is_own);
    out.byte(kind | if are_own { (observed.len() as u8) << 4 } else { ANYBODYS << 4 });
    out.number(item);
    if let Some(quantity) = quantity {
        out.number(u64::from(quantity));
    }
    if are_own {
        observed.iter().for_each(|other| out.number(dot.counter - other.counter));
        return;
    }
    out.number(observed.len() as u64);
    for other in observed {
        out.number(replicas.position(other.replica));
        out.number(other.counter);
    }
}

fn write_ruling(out: &mut Writer, ruling: &Ruling, replicas: &mut Replicas) {
    out.byte(RULE | u8::from(ruling.accepts) << 4);
    out.number(replicas.position(ruling.of.replica));
    out.number(ruling.of.counter);
    out.number(ruling.term.0);
    out.fixed(ruling.home);
    out.number(ruling.sequence);
}

pub(super) fn read(reader: &mut Reader<'_>, dot: Dot, names: &Names<'_>) -> Result<Operation, WireError> {
    let head = reader.byte()?;
    match head & 0x0f {
        NUMBER => Ok(Operation::Put(Value::Number(reader.signed()?))),
        TEXT => Ok(Operation::Put(Value::Text(Arc::from(bounded_text(reader)?)))),
        DELETE => Ok(Operation::Delete),
        MODE => {
            let mode = Mode::ALL.get(usize::from(reader.byte()?)).copied();
            mode.map(Operation::SetMode).ok_or(WireError::Malformed("an unknown mode"))
        }
        kind @ (ADD | SET | REMOVE) => read_line(reader, kind, dot, usize::from(head >> 4), names),
        RULE => Ok(Operation::Rule(Ruling {
            of: names.dot(reader)?,
            accepts: head >> 4 == 1,
            term: Term(reader.number()?),
            home: reader.fixed()?,
            sequence: reader.number()?,
        })),
        OPAQUE => {
            let tag = reader.byte()?;
            let bytes = reader.bytes()?;
            let is_bounded = bytes.len() <= limits::MAX_OPAQUE_BYTES;
            if is_bounded {
                Ok(Operation::Opaque(Opaque { tag, bytes: bytes.into() }))
            } else {
                Err(WireError::Malformed("an operation is too long"))
            }
        }
        _ => Err(WireError::Malformed("an unknown kind of operation")),
    }
}

fn bounded_text<'a>(reader: &mut Reader<'a>) -> Result<&'a str, WireError> {
    let text = reader.text()?;
    if text.chars().count() <= limits::MAX_TEXT_CHARS { Ok(text) } else { Err(WireError::Malformed("a text is too long")) }
}

fn read_line(reader: &mut Reader<'_>, kind: u8, dot: Dot, own_count: usize, names: &Names<'_>) -> Result<Operation, WireError> {
    let item = Item(names.text(reader)?);
    let quantity = if kind == REMOVE { 0 } else { reader.small(limits::MAX_QUANTITY as usize)? as u32 };
    if kind != REMOVE && quantity == 0 {
        return Err(WireError::Malformed("a quantity of nothing"));
    }
    let observed = if own_count <= OWN_DOTS_MAX { read_own(reader, dot, own_count)? } else { read_anybodys(reader, names)? };
    let change = match kind {
        ADD => LineChange::Add(quantity),
        SET => LineChange::Set(quantity, observed),
        _ => LineChange::Remove(observed),
    };
    Ok(Operation::Cart(item, change))
}

fn read_own(reader: &mut Reader<'_>, dot: Dot, count: usize) -> Result<Vec<Dot>, WireError> {
    let before = |back: u64| dot.counter.checked_sub(back).ok_or(WireError::Malformed("a write before the first"));
    (0..count).map(|_| Ok(Dot { counter: before(reader.number()?)?, ..dot })).collect()
}

fn read_anybodys(reader: &mut Reader<'_>, names: &Names<'_>) -> Result<Vec<Dot>, WireError> {
    let count = reader.small(limits::MAX_DELTAS.min(reader.0.len()))?;
    (0..count).map(|_| names.dot(reader)).collect()
}
