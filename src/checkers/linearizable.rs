//! Linearizability: as if there were one copy. What it means exactly stands in `histories`.

use super::Checker;
use super::seen::{has_plain, judge};
use crate::histories::Guarantee;
use crate::simulation::setup::ReadRule;

pub(super) static CHECKER: Checker = Checker {
    id: "linearizable",
    title: "Linearizable",
    meaning: "the system behaves as if there were one copy of each record",
    applies: has_plain,
    promised: |evidence| {
        let promises = evidence.promises();
        let asks_leader = |reads| matches!(reads, ReadRule::Leader);
        promises.linearizable || (promises.linearizable_at_leader && evidence.read_rules().all(asks_leader))
    },
    judge: |evidence| judge(evidence, Guarantee::Linearizable),
};
