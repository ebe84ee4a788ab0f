//! Read your writes: a read never returns something older than the session's own latest acknowledged write to the key
//! (Terry et al. 1994).

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::causality::Dot;
use crate::replication::delta::Key;
use crate::replication::ids::SessionId;
use crate::replication::protocol::Reply;
use std::collections::BTreeMap;

pub(super) static CHECKER: Checker = Checker {
    id: "read-your-writes",
    title: "Read your writes",
    meaning: "each person sees their own acknowledged writes",
    promised: |_| false,
    judge,
};

fn judge(evidence: &Evidence<'_>) -> Finding {
    let mut own: BTreeMap<(SessionId, &Key), Vec<(u64, Dot)>> = BTreeMap::new();
    let mut witness = Vec::new();
    for (number, operation) in evidence.operations() {
        let place = (operation.session, &operation.key);
        match &operation.closed {
            Some((_, Reply::Written { dot: Some(dot), .. })) => own.entry(place).or_default().push((number, *dot)),
            Some((_, Reply::State { context, .. })) => {
                let missing = own.get(&place).into_iter().flatten().find(|(_, dot)| !context.covers(*dot));
                if let Some((write, dot)) = missing {
                    let sentence = format!("{} at {:.1} ms read without the own write before it", operation.author, operation.invoked_at.as_ms());
                    witness.push(Witness { sentence, operations: vec![*write, number], dots: vec![*dot] });
                }
            }
            _ => {}
        }
    }
    Finding::Violations(witness)
}
