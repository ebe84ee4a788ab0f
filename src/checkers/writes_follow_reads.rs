//! Writes follow reads. What it means exactly stands in `histories`.

use super::Checker;
use super::seen::{has_plain, judge};
use crate::histories::Guarantee;

pub(super) static CHECKER: Checker = Checker {
    id: "writes-follow-reads",
    title: "Writes follow reads",
    meaning: "a write comes after what its writer had read, and is seen with it",
    applies: has_plain,
    promised: |evidence| evidence.shows_causes(),
    judge: |evidence| judge(evidence, Guarantee::WritesFollowReads),
};
