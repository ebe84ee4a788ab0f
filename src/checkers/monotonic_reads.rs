//! Monotonic reads. What it means exactly stands in `histories`.

use super::Checker;
use super::seen::{has_plain, judge};
use crate::histories::Guarantee;

pub(super) static CHECKER: Checker = Checker {
    id: "monotonic-reads",
    title: "Monotonic reads",
    meaning: "a person's reads of a record never go backwards in time",
    applies: has_plain,
    promised: |evidence| evidence.reads_forward(),
    judge: |evidence| judge(evidence, Guarantee::MonotonicReads),
};
