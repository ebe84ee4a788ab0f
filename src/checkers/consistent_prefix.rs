//! Consistent prefix: no effect without its cause. What it means exactly stands in `histories`.

use super::Checker;
use super::seen::judge;
use crate::histories::Guarantee;

pub(super) static CHECKER: Checker = Checker {
    id: "consistent-prefix",
    title: "Consistent prefix",
    meaning: "a read of several records shows a state that once was: no effect without its cause",
    applies: |evidence| evidence.operations().any(|(_, operation)| !operation.also.is_empty()),
    promised: |evidence| evidence.promises().linearizable || evidence.promises().causal,
    judge: |evidence| judge(evidence, Guarantee::ConsistentPrefix),
};
