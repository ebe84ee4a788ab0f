//! One replica in full, for the inspector.

use super::names::Names;
use super::writers::Writers;
use super::{describe, words};
use crate::replication::ids::NodeId;
use crate::replication::time::SimTime;
use crate::replication::view::{Content, Decided, Discarded, ReplicaView};
use crate::scenarios::index::IS_WHOLE;
use crate::simulation::snapshot::{NodeSnapshot, Snapshot};

/// What the inspector shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Which.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Names and values, top to bottom.
    pub facts: Vec<(&'static str, String)>,
    /// Writes that its peers do not hold durably yet.
    pub pending: Vec<String>,
    /// Writes that it dropped for good: which, and why.
    pub discarded: Vec<String>,
    /// Its data: line, quantity or value, marks.
    pub table: Vec<Row>,
    /// Set when something must never have happened.
    pub alarm: Option<String>,
}

/// One row of its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Key, or key and line.
    pub name: String,
    /// The value.
    pub value: String,
    /// "pending", "in conflict", "waits for you".
    pub marks: String,
}

/// Everything about `node`.
#[must_use]
pub fn inspect(node: NodeId, snapshot: &Snapshot, names: &Names, writers: &Writers) -> Option<Inspection> {
    let found = snapshot.nodes.get(node.index())?;
    let replica = found.replica.as_ref();
    Some(Inspection {
        node,
        name: names.node(node),
        facts: replica.map_or_else(|| vec![("State", "down".to_owned())], |replica| facts(found, replica, snapshot.now, names)),
        pending: replica.map_or_else(Vec::new, |replica| replica.pending.iter().map(|dot| describe::write_of(*dot, writers)).collect()),
        discarded: replica
            .filter(|_| IS_WHOLE)
            .map_or_else(Vec::new, |replica| replica.discarded.iter().map(|lost| discarded(lost, writers)).collect()),
        table: replica.map_or_else(Vec::new, |replica| replica.records.iter().flat_map(|(key, record)| rows(&key.0, record)).collect()),
        alarm: replica.and_then(|replica| replica.alarm).map(|alarm| words::sentence_case(&describe::alarm(alarm, names))),
    })
}

fn facts(node: &NodeSnapshot, replica: &ReplicaView, now: SimTime, names: &Names) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Role", words::role(replica.role).to_owned()),
        ("Term", replica.term.0.to_string()),
        ("Log position", replica.position.to_string()),
    ];
    if let Some(lag) = node.lag {
        let behind = format!("{} entries · {}", lag.entry_count, words::duration(lag.age.0));
        facts.push(("Behind", if lag.entry_count == 0 { "up to date".to_owned() } else { behind }));
    }
    if let Some(leader) = replica.leader.filter(|leader| *leader != node.node) {
        facts.push(("Follows", names.node(leader)));
    }
    let minted = replica.replica.map_or_else(|| "minted at its first write".to_owned(), |id| format!("{:016x}", id.0));
    facts.push(("Replica id", minted));
    let vector = replica.vector.to_string();
    facts.push(("Version vector", if vector.is_empty() { "nothing known".to_owned() } else { vector }));
    facts.push(("Hash", format!("{:016x}", replica.hash)));
    facts.push(("Writes held", replica.delta_count.to_string()));
    facts.push(("Own writes", format!("{} pending · {} confirmed", replica.pending.len(), replica.confirmed_count)));
    for exchange in &replica.exchanges {
        facts.push(("Exchange", format!("{}: {}", names.site(exchange.site), words::phase(exchange.phase))));
    }
    if node.skew_ms != 0 {
        facts.push(("Clock", format!("off by {} ms", node.skew_ms)));
    }
    if node.held_count > 0 {
        facts.push(("Waits for its store", words::count(u64::from(node.held_count), "effect", "effects")));
    }
    if IS_WHOLE {
        facts.extend(further_facts(node, replica, now, names));
    }
    facts
}

/// What only the catalogue's runs have: alarm clocks, nodes that stand still or are busy, and a strategy's own words.
fn further_facts(node: &NodeSnapshot, replica: &ReplicaView, now: SimTime, names: &Names) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(countdown) = &replica.countdown {
        let left = words::duration(countdown.until.since(now).0);
        facts.push(("Alarm clock", format!("{}: {left} left", countdown.label)));
    }
    if node.is_paused {
        facts.push(("State", "stands still".to_owned()));
    }
    if node.slowness != 1 {
        facts.push(("Speed", format!("{} times slower than usual", node.slowness)));
    }
    if node.line_count > 0 {
        facts.push(("In line", words::count(u64::from(node.line_count), "request or message waits", "requests and messages wait")));
    }
    if node.busy.0 > 0 {
        let share = node.busy.0.saturating_mul(100) / now.0.max(1);
        facts.push(("Worked", format!("{}, {share} % of the time", words::duration(node.busy.0))));
    }
    for (name, value) in &replica.facts {
        facts.push((name, names.in_words(value)));
    }
    facts
}

/// A write that a replica dropped, and why.
pub(super) fn discarded(lost: &Discarded, writers: &Writers) -> String {
    let what = match writers.get(lost.dot) {
        Some(_) => describe::write_of(lost.dot, writers),
        None => format!("{} write", describe::whose(&lost.author.0)),
    };
    format!("{what} to {}: {}", lost.key, lost.reason)
}

fn rows(key: &str, record: &Decided) -> Vec<Row> {
    let contested = |item| record.conflicts.iter().any(|conflict| conflict.item.as_ref().is_none_or(|one| Some(one) == item));
    match &record.content {
        Content::Cart(cart) => cart
            .iter()
            .map(|(item, line)| {
                let marks = [(line.is_open, "waits for you"), (contested(Some(item)), "in conflict"), (line.is_pending, "pending")];
                let marks: Vec<_> = marks.into_iter().filter(|(holds, _)| *holds).map(|(_, mark)| mark).collect();
                Row { name: item.to_string(), value: line.quantity.to_string(), marks: marks.join(", ") }
            })
            .collect(),
        content => {
            let marks = if record.conflicts.is_empty() { "" } else { "in conflict" };
            vec![Row { name: key.to_owned(), value: describe::content(content), marks: marks.to_owned() }]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::history::History;
    use crate::view::example;

    #[test]
    fn the_inspector_shows_the_phone_with_its_pending_write() {
        let (setup, snapshot) = example::cluster();
        let writers = Writers::collect(&History::default(), &snapshot);
        let seen = inspect(NodeId(4), &snapshot, &Names::new(&setup), &writers).expect("a node");
        assert_eq!(seen.pending, ["Your write"]);
        assert!(seen.facts.contains(&("Log position", "#3".to_owned())));
        assert!(seen.facts.contains(&("Exchange", "Oregon: syncing".to_owned())));
        assert!(seen.table.iter().any(|row| row.name == "bread" && row.marks == "pending"));
    }
}
