//! Records and what was decided about them, as plain data: of a replica in a run, and of a local leader.

use super::names;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Item, Value};
use crate::replication::ids::ReplicaId;
use crate::replication::view::{Conflict, Content, Decided, Fate, Line, Side, SideValue};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The name of a replica: 16 hexadecimal digits.
pub(super) fn replica(replica: ReplicaId) -> String {
    format!("{:016x}", replica.0)
}

/// The name of a write: the replica that accepted it, and the how-manieth of its writes.
pub(super) fn dot(dot: Dot) -> String {
    format!("{}:{}", replica(dot.replica), dot.counter)
}

/// Counters by replica.
pub(super) fn vector(vector: &VersionVector) -> Json {
    Json::Object(vector.iter().map(|dot| (replica(dot.replica), Json::from(dot.counter))).collect())
}

/// A number or a text. A number that JavaScript cannot hold exactly is a text.
pub(super) fn value(value: &Value) -> Json {
    const EXACT: u64 = 1 << 53;
    match value {
        Value::Number(number) if number.unsigned_abs() < EXACT => Json::from(*number),
        Value::Number(number) => Json::from(number.to_string()),
        Value::Text(text) => Json::from(&**text),
    }
}

/// What a reader sees of a record, and how it came to be.
pub(super) fn decided(decided: &Decided) -> Json {
    let plain = if let Content::Plain(plain) = &decided.content { value(plain) } else { Json::Null };
    let cart = if let Content::Cart(lines) = &decided.content { cart(lines) } else { Json::Null };
    json!({
        "mode": decided.mode.id(),
        "value": plain,
        "cart": cart,
        "open": decided.content == Content::Open || decided.conflicts.iter().any(|conflict| conflict.is_open),
        "conflicts": decided.conflicts.iter().map(conflict).collect::<Vec<_>>(),
        "fates": Json::Object(decided.fates.iter().map(|(name, own)| (dot(*name), fate(*own))).collect()),
    })
}

/// Quantities by item.
pub(super) fn cart(lines: &BTreeMap<Item, Line>) -> Json {
    Json::Object(lines.iter().map(|(item, line)| (item.0.to_string(), Json::from(line.quantity))).collect())
}

fn conflict(conflict: &Conflict) -> Json {
    json!({
        "item": conflict.item.as_ref().map(|item| item.0.to_string()),
        "base": side_value(&conflict.base),
        "sides": conflict.sides.iter().map(side).collect::<Vec<_>>(),
        "open": conflict.is_open,
    })
}

fn side(side: &Side) -> Json {
    json!({ "dot": dot(side.dot), "author": &*side.author.0, "at_ms": side.stamp.wall_ms, "value": side_value(&side.value) })
}

fn side_value(side: &SideValue) -> Json {
    match side {
        SideValue::Absent => Json::Null,
        SideValue::Quantity(quantity) => Json::from(*quantity),
        SideValue::Cart(lines) => {
            let line = |(item, quantity): (&Item, &u32)| (item.0.to_string(), Json::from(*quantity));
            Json::Object(lines.iter().map(line).collect::<Map<_, _>>())
        }
        SideValue::Plain(plain) => value(plain),
    }
}

fn fate(fate: Fate) -> Json {
    let mut fields = json!({ "fate": names::fate(fate) });
    match fate {
        Fate::Superseded { by } => fields["by"] = Json::from(dot(by)),
        Fate::Discarded { by, reason } | Fate::Overruled { by, reason } => {
            fields["by"] = Json::from(dot(by));
            fields["reason"] = Json::from(names::reason(reason));
        }
        Fate::Visible | Fate::Open | Fate::Tentative | Fate::Opaque => {}
    }
    fields
}
