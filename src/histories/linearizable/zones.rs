//! Plain reads and writes of unique values, in O(n log n) (Gibbons & Korach, "Testing shared memories", 1997, section 4).
//!
//! A write and the reads that return it make a *cluster*. Its *zone* lies between the first close and the last
//! invocation among them:
//!
//! ```text
//! write |----|                       forward zone: from the first close to the last invocation;
//! read           |---|               the value is in the register all that time
//!            [===]
//! write |------------|               backward zone: all overlap; the value need only be
//! read     |----|                    in the register at some moment of it
//!          [====]
//! ```
//!
//! A history is linearizable iff every read returns a write that had begun, no two forward zones overlap, and no
//! backward zone lies inside a forward one. A write of unknown outcome counts when it is read; it never closes.

use super::super::Finding;
use super::task::{Effect, INITIAL, Step, Symbol, Task};
use std::collections::BTreeMap;

/// Whether all steps are plain reads and writes of one key, and no value is written twice.
pub(super) fn apply(task: &Task) -> bool {
    let mut written = vec![INITIAL];
    for step in &task.steps {
        match &step.effect {
            Effect::Write(_, value) => written.push(*value),
            Effect::Shows(_) => {}
            Effect::Differs(..) | Effect::Cas(..) | Effect::Append(..) => return false,
        }
    }
    let count = written.len();
    written.sort_unstable();
    written.dedup();
    task.slot_count == 1 && written.len() == count
}

/// A moment: the line, or before all lines, or after them.
type At = i64;

/// A write with its reads. The places are those of steps.
#[derive(Default)]
struct Cluster {
    write: Option<usize>,
    first_close: Option<(At, usize)>,
    last_invoke: Option<(At, usize)>,
}

struct Zone {
    from: At,
    to: At,
    witness: Vec<usize>,
}

pub(super) fn judge(task: &Task) -> Finding {
    let clusters = clusters(&task.steps);
    if let Some(witness) = unexplained(&task.steps, &clusters) {
        return Finding::Violated(numbers(task, &witness));
    }
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    for (value, cluster) in &clusters {
        let zone = zone(*value, cluster);
        if zone.0 { forward.push(zone.1) } else { backward.push(zone.1) }
    }
    forward.sort_by_key(|zone| zone.from);
    let conflict = overlap(&forward).or_else(|| enclosed(&forward, &backward));
    conflict.map_or(Finding::Holds, |witness| Finding::Violated(numbers(task, &witness)))
}

fn numbers(task: &Task, places: &[usize]) -> Vec<usize> {
    places.iter().map(|place| task.steps[*place].operation).collect()
}

fn clusters(steps: &[Step]) -> BTreeMap<Symbol, Cluster> {
    let mut clusters: BTreeMap<Symbol, Cluster> = BTreeMap::from([(INITIAL, Cluster::default())]);
    for (place, step) in steps.iter().enumerate() {
        let value = match &step.effect {
            Effect::Write(_, value) => *value,
            Effect::Shows(values) => values.first().map_or(INITIAL, |(_, value)| *value),
            Effect::Differs(..) | Effect::Cas(..) | Effect::Append(..) => continue,
        };
        let cluster = clusters.entry(value).or_default();
        if matches!(step.effect, Effect::Write(..)) {
            cluster.write = Some(place);
        }
        let close = step.closed.map_or(At::MAX, At::from);
        if cluster.first_close.is_none_or(|(first, _)| close < first) {
            cluster.first_close = Some((close, place));
        }
        let invoke = At::from(step.invoked);
        if cluster.last_invoke.is_none_or(|(last, _)| invoke > last) {
            cluster.last_invoke = Some((invoke, place));
        }
    }
    clusters
}

/// A read of what nobody wrote, or of what is written only after its close.
fn unexplained(steps: &[Step], clusters: &BTreeMap<Symbol, Cluster>) -> Option<Vec<usize>> {
    clusters.iter().filter(|(value, _)| **value != INITIAL).find_map(|(_, cluster)| {
        let (close, place) = cluster.first_close?;
        match cluster.write {
            None => Some(vec![place]),
            Some(write) => (close < At::from(steps[write].invoked)).then(|| vec![write, place]),
        }
    })
}

/// The initial state was written before everything.
fn zone(value: Symbol, cluster: &Cluster) -> (bool, Zone) {
    let close = if value == INITIAL { Some((-1, usize::MAX)) } else { cluster.first_close };
    let (close, closing) = close.unwrap_or((-1, usize::MAX));
    let (invoke, invoking) = cluster.last_invoke.unwrap_or((-2, usize::MAX));
    let witness = [cluster.write.unwrap_or(usize::MAX), closing, invoking];
    let witness = witness.into_iter().filter(|place| *place != usize::MAX).collect();
    let is_forward = close < invoke;
    (is_forward, Zone { from: close.min(invoke), to: close.max(invoke), witness })
}

fn overlap(forward: &[Zone]) -> Option<Vec<usize>> {
    let pair = forward.windows(2).find(|pair| pair[1].from < pair[0].to)?;
    Some([pair[0].witness.as_slice(), &pair[1].witness].concat())
}

/// The forward zones do not overlap, so that only the last one that begins before a backward zone can enclose it.
fn enclosed(forward: &[Zone], backward: &[Zone]) -> Option<Vec<usize>> {
    backward.iter().find_map(|inner| {
        let before = forward.partition_point(|outer| outer.from < inner.from);
        let outer = &forward[before.checked_sub(1)?];
        (inner.to < outer.to).then(|| [outer.witness.as_slice(), &inner.witness].concat())
    })
}
