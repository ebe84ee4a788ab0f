//! Verdicts for the eye: a mark, a name, a meaning, and the sentence that proves it.

use crate::checkers::Verdict;

/// One guarantee as judged so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictCard {
    /// The guarantee's id.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it means, in a line.
    pub meaning: &'static str,
    /// The mark: ✓ ✕ or ….
    pub sign: &'static str,
    /// holds, violated or undecided; for styling and for those who do not see the mark.
    pub state: &'static str,
    /// Whether the strategy promises it at all.
    pub promise: &'static str,
    /// The proof, or why it is undecided.
    pub witness: Vec<String>,
}

/// Every verdict, violated ones first.
#[must_use]
pub fn cards(verdicts: &[Verdict]) -> Vec<VerdictCard> {
    let (mut violated, other): (Vec<VerdictCard>, Vec<VerdictCard>) = verdicts.iter().map(card).partition(|card| card.state == "violated");
    violated.extend(other);
    violated
}

fn card(verdict: &Verdict) -> VerdictCard {
    let (sign, state) = match verdict.holds {
        Some(true) => ("✓", "holds"),
        Some(false) => ("✕", "violated"),
        None => ("…", "undecided"),
    };
    let sentences = verdict.witness.iter().take(3).map(|witness| witness.sentence.clone());
    let more = verdict.violation_count.saturating_sub(3);
    let rest = (verdict.holds == Some(false) && more > 0).then(|| format!("and {more} more"));
    VerdictCard {
        id: verdict.guarantee,
        title: verdict.title,
        meaning: verdict.meaning,
        sign,
        state,
        promise: if verdict.promised { "promised here" } else { "not promised here" },
        witness: sentences.chain(rest).chain(verdict.undecided_because.clone().filter(|_| verdict.holds.is_none())).collect(),
    }
}
