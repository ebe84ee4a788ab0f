//! Consistent prefix: no effect without its cause. What it means exactly stands in `histories`.

use super::Checker;
use super::seen::judge;
use crate::histories::Guarantee;

pub(super) static CHECKER: Checker = Checker {
    id: "consistent-prefix",
    title: "Consistent prefix",
    meaning: "a read of several records shows a state that once was: no effect without its cause",
    applies: |evidence| evidence.operations().any(|(_, operation)| !operation.also.is_empty()),
    // What two devices of one person wrote at two leaders has no order there.
    promised: |evidence| {
        let promises = evidence.promises();
        promises.linearizable || (promises.causal && (evidence.has_one_device_each() || evidence.stays_put()))
    },
    judge: |evidence| judge(evidence, Guarantee::ConsistentPrefix),
};
