//! Causes and effects, tracked from what leaders tell as it happens: what a leader had applied when it accepted a write
//! are that write's causes. Knows no vectors.

use replicascope::replication::causality::Dot;
use replicascope::replication::ids::NodeId;
use replicascope::replication::note::Note;
use replicascope::simulation::journal::{Happening, Journal};
use std::collections::{BTreeMap, BTreeSet};

/// The first write that was applied before one of its causes.
pub(super) fn effect_before_cause(journal: &Journal) -> Option<String> {
    let mut applied: BTreeMap<NodeId, BTreeSet<Dot>> = BTreeMap::new();
    let mut causes: BTreeMap<Dot, BTreeSet<Dot>> = BTreeMap::new();
    for entry in journal.iter() {
        let Happening::Noted(node, note) = entry.happening else { continue };
        let here = applied.entry(node).or_default();
        match &*note {
            Note::Accepted(dot) => {
                causes.insert(*dot, here.clone());
                here.insert(*dot);
            }
            Note::Applied(dot) => {
                let missing = causes.get(dot).and_then(|causes| causes.difference(here).next());
                if let Some(cause) = missing {
                    return Some(format!("{node} applied {dot} before its cause {cause} at {:?}", entry.at));
                }
                here.insert(*dot);
            }
            _ => {}
        }
    }
    None
}
