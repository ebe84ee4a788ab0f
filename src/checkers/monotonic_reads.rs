//! Monotonic reads. What it means exactly stands in `histories`.

use super::seen::{has_plain, judge};
use super::{Checker, Evidence};
use crate::histories::Guarantee;
use crate::simulation::setup::ReadRule;

pub(super) static CHECKER: Checker = Checker {
    id: "monotonic-reads",
    title: "Monotonic reads",
    meaning: "a person's reads of a record never go backwards in time",
    applies: has_plain,
    promised: reads_forward,
    judge: |evidence| judge(evidence, Guarantee::MonotonicReads),
};

/// Reads at the leader, at one replica only, or at replicas that hold the position of all that was read before.
fn reads_forward(evidence: &Evidence<'_>) -> bool {
    let promises = evidence.promises();
    let reads_many = evidence.operations().any(|(_, operation)| !operation.also.is_empty());
    let is_kept = |reads| match reads {
        _ if promises.linearizable => true,
        ReadRule::Leader if promises.honours_freshness => promises.linearizable_at_leader || evidence.has_first_leaders_only(),
        ReadRule::Home | ReadRule::Leader | ReadRule::Sticky => {
            evidence.has_first_leaders_only() && promises.causal && evidence.stays_put()
        }
        // A read of several keys says no position.
        ReadRule::Token { .. } => promises.honours_freshness && evidence.has_first_leaders_only() && !reads_many,
        _ => false,
    };
    evidence.read_rules().all(is_kept)
}
