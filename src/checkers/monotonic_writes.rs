//! Monotonic writes. What it means exactly stands in `histories`.

use super::Checker;
use super::seen::{has_plain, judge};
use crate::histories::Guarantee;

pub(super) static CHECKER: Checker = Checker {
    id: "monotonic-writes",
    title: "Monotonic writes",
    meaning: "a person's writes are ordered, and seen, as they were issued",
    applies: has_plain,
    promised: |evidence| evidence.shows_causes(),
    judge: |evidence| judge(evidence, Guarantee::MonotonicWrites),
};
