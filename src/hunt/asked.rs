//! Which violations count in a search, and who judges them.

use crate::checkers::{self, Checker, Verdict};
use crate::scenarios::Constraint;
use crate::session::Session;

/// What is asked for in place of one guarantee: any that the configuration promises.
pub const PROMISED: &str = "promised";

/// Who says whether a run violates something.
#[derive(Clone, Copy)]
pub(super) enum Judge {
    Checker(&'static Checker),
    /// One of the scenario that is searched.
    Constraint(&'static Constraint),
}

/// Which violations count.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    /// Those that this judge sees, promised or not.
    One(Judge),
    /// Those of any guarantee that is promised.
    Promises,
}

/// What is said of a run.
pub(super) struct Judged {
    /// Whether the run has anything that is asked about.
    pub(super) is_about: bool,
    /// Whether something cannot be said.
    pub(super) is_undecided: bool,
    /// The first violation that counts.
    pub(super) violated: Option<(Judge, Verdict)>,
}

impl Judge {
    /// `None`: the run has nothing that it is about.
    pub(super) fn judge(self, session: &Session) -> Option<Verdict> {
        let (snapshot, history) = (session.snapshot(), session.history());
        match self {
            Self::Checker(checker) => checker.judge(&snapshot, history),
            Self::Constraint(constraint) => Some(constraint.verdict(&snapshot, history)),
        }
    }
}

impl Asked {
    pub(super) fn judge(self, session: &Session) -> Judged {
        let verdicts: Vec<(Judge, Verdict)> = match self {
            Self::One(judge) => judge.judge(session).map(|verdict| (judge, verdict)).into_iter().collect(),
            Self::Promises => {
                let named = |verdict: Verdict| Some((Judge::Checker(checkers::find(verdict.guarantee)?), verdict));
                session.verdicts().into_iter().filter(|verdict| verdict.promised).filter_map(named).collect()
            }
        };
        Judged {
            // Another seed may promise more.
            is_about: !verdicts.is_empty() || matches!(self, Self::Promises),
            is_undecided: verdicts.iter().any(|(_, verdict)| verdict.holds.is_none()),
            violated: verdicts.into_iter().find(|(_, verdict)| is_violated(verdict)),
        }
    }
}

/// A violation counts only with something that shows it.
pub(super) fn is_violated(verdict: &Verdict) -> bool {
    verdict.holds == Some(false) && !verdict.witness.is_empty()
}
