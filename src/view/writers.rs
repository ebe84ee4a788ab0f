//! Whose write is which: names writes by author, place and time, as far as the clients know.

use super::names::Names;
use crate::replication::causality::Dot;
use crate::replication::delta::{Author, Delta, Operation};
use crate::replication::ids::NodeId;
use crate::replication::protocol::Reply;
use crate::replication::time::SimTime;
use crate::simulation::history::History;
use crate::simulation::snapshot::Snapshot;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of one write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// Who.
    pub author: Author,
    /// What, where the client's record tells.
    pub operation: Option<Operation>,
    /// At which node and when it was asked for, where the client's record tells.
    pub asked: Option<(NodeId, SimTime)>,
}

/// Every write whose author is known. A long history is looked through only when somebody asks for a write.
#[derive(Clone, Debug, Default)]
pub struct Writers {
    /// From what replicas show.
    shown: BTreeMap<Dot, Writer>,
    history: History,
    answered: OnceCell<BTreeMap<Dot, Writer>>,
}

impl Writers {
    /// From the answers that clients got, and from what replicas show of versions in conflict.
    #[must_use]
    pub fn collect(history: &History, snapshot: &Snapshot) -> Self {
        let mut shown = BTreeMap::new();
        let records = snapshot.nodes.iter().filter_map(|node| node.replica.as_ref()).flat_map(|replica| replica.records.values());
        for side in records.flat_map(|record| &record.conflicts).flat_map(|conflict| &conflict.sides) {
            shown.insert(side.dot, Writer { author: side.author.clone(), operation: None, asked: None });
        }
        Self { shown, history: history.clone(), answered: OnceCell::new() }
    }

    /// From the writes themselves, where they are at hand; those of `me` are yours.
    #[must_use]
    pub fn of_deltas<'a>(deltas: impl IntoIterator<Item = &'a Arc<Delta>>, me: &str) -> Self {
        let mut shown = BTreeMap::new();
        for delta in deltas {
            let author = if *delta.author.0 == *me { Author::from("you") } else { delta.author.clone() };
            shown.insert(delta.dot, Writer { author, operation: Some(delta.operation.clone()), asked: None });
        }
        Self { shown, ..Self::default() }
    }

    /// The write named `dot`.
    #[must_use]
    pub fn get(&self, dot: Dot) -> Option<&Writer> {
        self.answered.get_or_init(|| answered(&self.history)).get(&dot).or_else(|| self.shown.get(&dot))
    }

    /// Where and when, for people: "Oregon · 184.2 ms".
    #[must_use]
    pub fn place(&self, dot: Dot, names: &Names) -> Option<String> {
        let (node, at) = self.get(dot)?.asked?;
        Some(format!("{} · {}", names.site(names.site_of(node)), super::words::time(at)))
    }
}

fn answered(history: &History) -> BTreeMap<Dot, Writer> {
    let mut answered = BTreeMap::new();
    for operation in history.kept() {
        if let Some((_, Reply::Written { dot: Some(dot), .. })) = &operation.closed {
            let asked = Some((operation.node, operation.invoked_at));
            answered.insert(*dot, Writer { author: operation.author.clone(), operation: operation.write.clone(), asked });
        }
    }
    answered
}
