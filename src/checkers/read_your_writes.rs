//! Read your writes: a read never returns something older than the session's own latest acknowledged write to the key
//! (Terry et al. 1994).

use super::{Checker, Evidence, Finding, Witness};
use crate::replication::causality::Dot;
use crate::replication::delta::Key;
use crate::replication::ids::SessionId;
use crate::replication::protocol::Reply;
use crate::simulation::setup::ReadRule;
use std::collections::BTreeMap;

pub(super) static CHECKER: Checker = Checker {
    id: "read-your-writes",
    title: "Read your writes",
    meaning: "each person sees their own acknowledged writes",
    applies: |_| true,
    promised: is_promised,
    judge,
};

/// Reads at the leader, or at a replica that holds the position of the own write. A session that keeps to one leader sees
/// what that one took. Where leaderships change hands only what is never lost counts.
fn is_promised(evidence: &Evidence<'_>) -> bool {
    let promises = evidence.promises();
    let is_lasting = evidence.has_first_leaders_only();
    let is_kept = |reads| match reads {
        _ if promises.linearizable => true,
        ReadRule::Leader if promises.honours_freshness => promises.linearizable_at_leader || is_lasting,
        ReadRule::Token { is_shared } => {
            promises.honours_freshness && (promises.keeps_writes || is_lasting) && (is_shared || evidence.has_one_device_each())
        }
        // Plain values of several leaders are overwritten by whatever a rule prefers.
        ReadRule::Home | ReadRule::Leader => is_lasting && evidence.stays_put() && (promises.honours_freshness || !evidence.has_values()),
        _ => false,
    };
    evidence.read_rules().all(is_kept)
}

fn judge(evidence: &Evidence<'_>) -> Finding {
    let mut own: BTreeMap<(SessionId, &Key), Vec<(u64, Dot)>> = BTreeMap::new();
    let mut witness = Vec::new();
    let mut bare_count = 0;
    for (number, operation) in evidence.operations() {
        let place = (operation.session, &operation.key);
        match &operation.closed {
            Some((_, Reply::Written { dot: Some(dot), .. })) => own.entry(place).or_default().push((number, *dot)),
            Some((_, Reply::State { context, .. })) => {
                let missing = own.get(&place).into_iter().flatten().find(|(_, dot)| !context.covers(*dot));
                if let Some((write, dot)) = missing {
                    let own = evidence.writes.get(dot).map(|(_, own)| Evidence::name(own)).unwrap_or_default();
                    let sentence = format!("{} at {} does not show: {own}", Evidence::name(operation), operation.invoked_at.in_ms());
                    witness.push(Witness { sentence, operations: vec![*write, number], dots: vec![*dot] });
                }
            }
            Some((_, Reply::Value { .. })) => bare_count += 1,
            _ => {}
        }
    }
    if bare_count > 0 && witness.is_empty() {
        return bare(evidence);
    }
    Finding::Violations(witness)
}

/// Plain reads name no writes: judged by their values.
#[cfg(feature = "catalogue")]
fn bare(evidence: &Evidence<'_>) -> Finding {
    super::seen::judge(evidence, crate::histories::Guarantee::ReadYourWrites)
}

#[cfg(not(feature = "catalogue"))]
fn bare(_evidence: &Evidence<'_>) -> Finding {
    Finding::Undecided("reads of this strategy do not say which writes they show".to_owned())
}
