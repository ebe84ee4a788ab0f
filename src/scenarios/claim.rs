//! What a scenario claims: the guarantee that a variant breaks or keeps, under which assumption, and what a run shows.

use super::Scenario;
use super::metrics::Metrics;
use crate::checkers::{Verdict, Witness};
use crate::replication::note::Note;
use crate::session::Session;
use crate::simulation::history::{History, OperationRecord};
use crate::simulation::journal::Happening;
use crate::simulation::setup::Setup;
use crate::simulation::snapshot::Snapshot;

/// What a variant is about.
#[derive(Clone, Copy)]
pub struct About {
    /// Id of a checker, or of a constraint of the scenario.
    pub guarantee: &'static str,
    /// Whether it is kept on every seed under the assumption; else the scenario's own seed violates it.
    pub promised: bool,
    /// Under which condition it is kept.
    pub assumption: Option<Assumption>,
}

/// The condition under which a fix works.
#[derive(Clone, Copy)]
pub struct Assumption {
    /// In words: "the lag stays below the window".
    pub words: &'static str,
    /// Whether a run met it.
    pub is_met: fn(&Outcome<'_>) -> bool,
    /// A change that leaves it: the scenario's own seed then violates the guarantee.
    pub outside: Option<fn(&mut Setup)>,
}

/// Something that must be true of the data or of what clients were told.
pub struct Constraint {
    /// Its name in verdicts: `constraint:` and a name.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// What violates it.
    pub violations: fn(&Snapshot, &History) -> Vec<Witness>,
}

/// Something that a run must show.
pub struct Expectation {
    /// In words.
    pub claim: &'static str,
    /// On which seeds.
    pub scope: Scope,
    /// The variants that it is about; empty: all.
    pub variants: &'static [&'static str],
    /// Whether a run that was played to its end shows it.
    pub holds: fn(&Outcome<'_>) -> bool,
}

/// On which seeds a claim is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On every seed.
    General,
    /// On the scenario's own.
    Pinned,
}

/// A run that was played to its end.
pub struct Outcome<'a> {
    /// The run.
    pub session: &'a Session,
    /// The cluster at its end.
    pub snapshot: Snapshot,
    /// What the checkers say, constraints of the scenario included.
    pub verdicts: Vec<Verdict>,
    /// What was measured.
    pub metrics: Metrics,
}

/// What a claim came to; `None`: it is about another seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The claim.
    pub claim: String,
    /// Whether it held.
    pub held: Option<bool>,
}

impl About {
    /// About a guarantee that the variant does not keep.
    #[must_use]
    pub const fn broken(guarantee: &'static str) -> Option<Self> {
        Some(Self { guarantee, promised: false, assumption: None })
    }

    /// About a guarantee that the variant keeps on every seed.
    #[must_use]
    pub const fn kept(guarantee: &'static str) -> Option<Self> {
        Some(Self { guarantee, promised: true, assumption: None })
    }

    /// About a guarantee that the variant keeps as long as the assumption holds.
    #[must_use]
    pub const fn kept_while(guarantee: &'static str, assumption: Assumption) -> Option<Self> {
        Some(Self { guarantee, promised: true, assumption: Some(assumption) })
    }
}

impl<'a> Outcome<'a> {
    /// Judges and measures a run.
    #[must_use]
    pub fn of(scenario: Option<&Scenario>, session: &'a Session) -> Self {
        let snapshot = session.snapshot();
        let verdicts = verdicts(scenario, session);
        let metrics = Metrics::of(session, &verdicts);
        Self { session, snapshot, verdicts, metrics }
    }

    /// What a checker or constraint says; `None`: undecided or unknown.
    #[must_use]
    pub fn holds(&self, guarantee: &str) -> Option<bool> {
        self.verdicts.iter().find(|verdict| verdict.guarantee == guarantee)?.holds
    }

    /// The operations of the session of this number, in order.
    pub fn operations(&self, session: u16) -> impl Iterator<Item = &'a OperationRecord> + '_ {
        self.session.history().iter().filter(move |operation| operation.session.0 == session)
    }

    /// How many notes were told for which this says so.
    #[must_use]
    pub fn count_notes(&self, is_it: impl Fn(&Note) -> bool) -> usize {
        let notes = self.session.journal().iter_from(self.session.journal().dropped_count());
        notes.filter(|entry| matches!(&entry.happening, Happening::Noted(_, note) if is_it(note))).count()
    }

    /// How often a strategy told this ([`Note::Told`]).
    #[must_use]
    pub fn count_told(&self, name: &str) -> usize {
        self.count_notes(|note| matches!(note, Note::Told(told, _) if *told == name))
    }
}

/// What the checkers say of a run, and how it stands with the constraints of its scenario.
#[must_use]
pub fn verdicts(scenario: Option<&Scenario>, session: &Session) -> Vec<Verdict> {
    let snapshot = session.snapshot();
    let mut verdicts = session.verdicts();
    let constraints = scenario.map_or(&[] as &[Constraint], |scenario| scenario.constraints);
    verdicts.extend(constraints.iter().map(|constraint| constraint.verdict(&snapshot, session.history())));
    verdicts
}

impl Scenario {
    /// What the claims about a run's variant came to.
    #[must_use]
    pub fn claims(&self, outcome: &Outcome<'_>, variant: &str, seed: u64) -> Vec<Claimed> {
        let is_about = |expectation: &&Expectation| expectation.variants.is_empty() || expectation.variants.contains(&variant);
        let expected = self.expectations.iter().filter(is_about).map(|expectation| Claimed {
            claim: expectation.claim.to_owned(),
            held: (expectation.scope == Scope::General || seed == self.seed).then(|| (expectation.holds)(outcome)),
        });
        let about = self.variant(variant).and_then(|variant| variant.about);
        expected.chain(about.map(|about| self.declared(about, outcome, seed))).collect()
    }

    /// A promise is kept on every seed that meets its assumption; a broken variant is shown on the scenario's own.
    fn declared(&self, about: About, outcome: &Outcome<'_>, seed: u64) -> Claimed {
        let holds = outcome.holds(about.guarantee);
        let is_met = about.assumption.is_none_or(|assumption| (assumption.is_met)(outcome));
        match about.promised {
            true => Claimed {
                claim: match about.assumption {
                    Some(assumption) => format!("{} holds while {}", about.guarantee, assumption.words),
                    None => format!("{} holds", about.guarantee),
                },
                held: is_met.then_some(holds == Some(true)),
            },
            false => {
                Claimed { claim: format!("{} is violated", about.guarantee), held: (seed == self.seed).then_some(holds == Some(false)) }
            }
        }
    }
}

impl Constraint {
    /// What is said of a run.
    #[must_use]
    pub fn verdict(&self, snapshot: &Snapshot, history: &History) -> Verdict {
        let witness = (self.violations)(snapshot, history);
        Verdict {
            guarantee: self.id,
            title: self.title,
            meaning: self.meaning,
            holds: Some(witness.is_empty()),
            promised: false,
            violation_count: witness.len() as u32,
            witness,
            undecided_because: None,
        }
    }
}
