//! What a leader holds, as plain data, and what callers give it.

use crate::js::error::{Outcome, Problem};
use crate::js::{argument, records};
use crate::limits;
use crate::offline::leader::LocalLeader;
use crate::replication::causality::{Dot, VersionVector};
use crate::replication::delta::{Delta, Key, Mode, Operation, Value};
use crate::replication::ids::ReplicaId;
use crate::replication::modes;
use crate::replication::view::{Content, Decided};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};

/// The largest whole number that JavaScript holds exactly.
const MAX_NUMBER: f64 = 9_007_199_254_740_991.0;

/// A text, or a whole number.
pub(super) fn value(value: &JsValue) -> Outcome<Value> {
    if let Some(number) = value.as_f64() {
        let is_exact = number.fract() == 0.0 && number.abs() <= MAX_NUMBER;
        let problem = || Problem::argument("value", "a number must be whole, and below 2^53");
        return is_exact.then_some(Value::Number(number as i64)).ok_or_else(problem);
    }
    if !value.is_string() {
        return Err(Problem::argument("value", "must be a text or a whole number"));
    }
    let text = argument::text("value", value, 4 * limits::MAX_TEXT_CHARS)?;
    argument::well_formed("value", value)?;
    if text.chars().count() > limits::MAX_TEXT_CHARS {
        return Err(Problem::argument("value", &format!("must have at most {} characters", limits::MAX_TEXT_CHARS)));
    }
    Ok(Value::Text(text.into()))
}

/// Counters by replica, as [`held`] gave them.
pub(super) fn context(context: &JsValue) -> Outcome<VersionVector> {
    let unfit = || Problem::argument("context", "must be what get(key) gave as context");
    if context.is_undefined() || context.is_string() || context.dyn_ref::<js_sys::Array>().is_some() {
        return Err(unfit());
    }
    let text = argument::json_text("context", context, limits::MAX_RECIPE_BYTES)?;
    let fields: Map<String, Json> = serde_json::from_str(&text).map_err(|_| unfit())?;
    if fields.len() > limits::MAX_REPLICAS {
        return Err(unfit());
    }
    let mut vector = VersionVector::new();
    for (name, counter) in &fields {
        let is_name = name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let replica = u64::from_str_radix(name, 16).ok().filter(|_| is_name).ok_or_else(unfit)?;
        let counter = counter.as_u64().filter(|counter| (1..1 << 53).contains(counter)).ok_or_else(unfit)?;
        vector.observe(Dot { replica: ReplicaId(replica), counter });
    }
    Ok(vector)
}

fn deltas<'a>(leader: &'a LocalLeader, key: &Key) -> &'a [Arc<Delta>] {
    leader.node().deltas().key(key).map_or(&[], |log| &log.deltas)
}

/// What a leader holds of a key.
pub(super) fn held(leader: &LocalLeader, mode: Mode, key: &Key) -> Json {
    let deltas = deltas(leader, key);
    let decided = (!deltas.is_empty()).then(|| records::decided(&modes::decide(mode, deltas)));
    json!({
        "key": &*key.0,
        "versions": versions(deltas),
        "context": records::vector(&leader.context(key)),
        "decided": decided,
    })
}

/// The plain versions that no later one had seen, oldest stamp first.
fn versions(deltas: &[Arc<Delta>]) -> Vec<Json> {
    let is_value = |delta: &&Arc<Delta>| matches!(delta.operation, Operation::Put(_) | Operation::Delete);
    let values: Vec<&Arc<Delta>> = deltas.iter().filter(is_value).collect();
    // Deltas come in causal order: only later ones can have seen one.
    let is_seen = |index: usize| values[index + 1..].iter().any(|later| later.has_seen(values[index]));
    let mut versions: Vec<&Arc<Delta>> = (0..values.len()).filter(|index| !is_seen(*index)).map(|index| values[index]).collect();
    versions.sort_unstable_by_key(|delta| delta.rank());
    versions.into_iter().map(|delta| version(delta)).collect()
}

fn version(delta: &Delta) -> Json {
    let value = if let Operation::Put(value) = &delta.operation { records::value(value) } else { Json::Null };
    json!({
        "value": value,
        "deleted": delta.operation == Operation::Delete,
        "dot": records::dot(delta.dot),
        "at": delta.stamp.wall_ms,
        "author": &*delta.author.0,
    })
}

/// Own writes that are not confirmed.
pub(super) fn pending(leader: &LocalLeader) -> Json {
    let named = |dot: &Dot| {
        let delta = leader.node().deltas().get(*dot);
        json!({
            "dot": records::dot(*dot),
            "key": delta.map(|delta| delta.key.0.to_string()),
            "at": delta.map(|delta| delta.stamp.wall_ms),
        })
    };
    Json::Array(leader.view().pending.iter().map(named).collect())
}

fn cart(leader: &LocalLeader, mode: Mode, key: &Key) -> Decided {
    let deltas = deltas(leader, key);
    if deltas.is_empty() { Decided::plain(Content::Absent, 0, BTreeMap::new()) } else { modes::decide(mode, deltas) }
}

/// The lines of a cart.
pub(super) fn items(leader: &LocalLeader, mode: Mode, key: &Key) -> Json {
    match cart(leader, mode, key).content {
        Content::Cart(lines) => records::cart(&lines),
        Content::Absent | Content::Plain(_) | Content::Open => Json::Object(Map::new()),
    }
}

/// The quantity on a line; 0 when there is none.
pub(super) fn quantity(leader: &LocalLeader, mode: Mode, key: &Key, item: &str) -> u32 {
    match cart(leader, mode, key).content {
        Content::Cart(lines) => lines.get(&item.into()).map_or(0, |line| line.quantity),
        Content::Absent | Content::Plain(_) | Content::Open => 0,
    }
}
