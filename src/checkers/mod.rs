//! Guarantees, one file and one line in `checkers!` each: what the clients saw and what the replicas hold goes in, a
//! verdict with its witness comes out. Knows nothing of how nodes work.

mod evidence;
#[cfg(feature = "catalogue")]
mod seen;
mod stale_reads;

use crate::replication::causality::Dot;
#[cfg(feature = "catalogue")]
use crate::replication::delta::Mode;
use crate::simulation::history::History;
use crate::simulation::snapshot::Snapshot;
pub use evidence::Evidence;
pub use stale_reads::{StaleRead, stale_read, stale_reads};

/// What a checker says of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its id.
    pub guarantee: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// Whether it holds; `None` while that cannot be said.
    pub holds: Option<bool>,
    /// Whether the configuration promises it.
    pub promised: bool,
    /// How often it is violated.
    pub violation_count: u32,
    /// The operations that show it, at most a few.
    pub witness: Vec<Witness>,
    /// Why nothing can be said yet.
    pub undecided_because: Option<String>,
}

/// What shows a violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// In words.
    pub sentence: String,
    /// Numbers of the operations in the history.
    pub operations: Vec<u64>,
    /// The writes concerned.
    pub dots: Vec<Dot>,
}

/// Witnesses that a verdict carries at most.
const MAX_WITNESSES: usize = 5;

/// One guarantee.
pub struct Checker {
    /// Its id.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// Whether the run has anything that it is about.
    applies: fn(&Evidence<'_>) -> bool,
    /// Whether a mode promises it, with the reservations that `checking` states.
    promised: fn(&Evidence<'_>) -> bool,
    judge: fn(&Evidence<'_>) -> Finding,
}

/// What a checker found.
enum Finding {
    Undecided(String),
    Violations(Vec<Witness>),
}

/// Makes of the lines below the modules and the list. A build without the catalogue holds only the checkers marked `#[all()]`
/// (the condition that is always met).
macro_rules! checkers {
    ($($(#[$built:meta])? $file:ident;)*) => {
        $(
            #[cfg(any(feature = "catalogue" $(, $built)?))]
            mod $file;
        )*

        /// Every checker, in the order of the panel.
        pub static ALL: &[&Checker] = &[$(
            #[cfg(any(feature = "catalogue" $(, $built)?))]
            &$file::CHECKER,
        )*];
    };
}

checkers! {
    #[all()] accounted_for;
    #[all()] no_lost_writes;
    #[all()] read_your_writes;
    monotonic_reads;
    monotonic_writes;
    writes_follow_reads;
    consistent_prefix;
    linearizable;
    staleness;
    #[all()] convergence;
}

/// Judges a run.
#[must_use]
pub fn judge(snapshot: &Snapshot, history: &History) -> Vec<Verdict> {
    let evidence = Evidence::collect(snapshot, history);
    ALL.iter().filter(|checker| (checker.applies)(&evidence)).map(|checker| checker.verdict(&evidence)).collect()
}

/// Ids of all that the configuration promises, whether or not the run has anything that they are about; `mode` is the one
/// that records begin in.
#[cfg(feature = "catalogue")]
#[must_use]
pub fn promised(snapshot: &Snapshot, history: &History, mode: Mode) -> Vec<&'static str> {
    let evidence = Evidence::collect(snapshot, history);
    let is_promised = |checker: &&Checker| (checker.promised)(&evidence);
    // Leaders without a record yet do not show their mode.
    let fits = |checker: &&Checker| checker.id != no_lost_writes::CHECKER.id || no_lost_writes::fits(&evidence, mode);
    ALL.iter().copied().filter(is_promised).filter(fits).map(|checker| checker.id).collect()
}

/// The checker of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Checker> {
    ALL.iter().copied().find(|checker| checker.id == id)
}

impl Checker {
    /// Judges a run by this guarantee alone; `None`: the run has nothing that it is about.
    #[must_use]
    pub fn judge(&self, snapshot: &Snapshot, history: &History) -> Option<Verdict> {
        let evidence = Evidence::collect(snapshot, history);
        (self.applies)(&evidence).then(|| self.verdict(&evidence))
    }

    fn verdict(&self, evidence: &Evidence<'_>) -> Verdict {
        let (holds, witness, undecided_because) = match (self.judge)(evidence) {
            Finding::Undecided(because) => (None, Vec::new(), Some(because)),
            Finding::Violations(witness) if witness.is_empty() && evidence.is_cut() => {
                (None, witness, Some("only the first operations are judged, and nothing was found in them".to_owned()))
            }
            Finding::Violations(witness) => (Some(witness.is_empty()), witness, None),
        };
        Verdict {
            guarantee: self.id,
            title: self.title,
            meaning: self.meaning,
            holds,
            promised: (self.promised)(evidence),
            violation_count: witness.len() as u32,
            witness: witness.into_iter().take(MAX_WITNESSES).collect(),
            undecided_because,
        }
    }
}

#[cfg(test)]
mod tests;
