//! Which write each read returned. Where values are not unique, a guarantee is violated only if *no* choice explains the
//! reads: reads with one candidate are judged first, then choices are tried, the latest write first.

use super::super::{Budget, Finding};
use super::facts::{Facts, Seen};

/// What each read returned; `None`: left open, so that it demands nothing.
pub(in super::super) type Returned = Vec<Option<Seen>>;

/// Judges under every choice until one holds.
pub(in super::super) fn explain(
    facts: &Facts,
    judge: &mut dyn FnMut(&Returned, &mut Budget<'_>) -> Finding,
    budget: &mut Budget<'_>,
) -> Finding {
    let sole = |candidates: &[Seen]| if let [sole] = candidates { Some(*sole) } else { None };
    let mut returned: Returned = facts.reads.iter().map(|read| sole(&read.candidates)).collect();
    let unclear: Vec<usize> = (0..returned.len()).filter(|read| facts.reads[*read].candidates.len() > 1).collect();
    let certain = judge(&returned, budget);
    if unclear.is_empty() || certain != Finding::Holds {
        return certain;
    }
    let mut likely = returned.clone();
    for read in &unclear {
        likely[*read] = facts.reads[*read].candidates.first().copied();
    }
    if judge(&likely, budget) == Finding::Holds {
        return Finding::Holds;
    }
    try_choices(facts, &unclear, &mut returned, judge, budget)
}

/// Depth first: `places` holds, for each read chosen so far, which candidate it has.
fn try_choices(
    facts: &Facts,
    unclear: &[usize],
    returned: &mut Returned,
    judge: &mut dyn FnMut(&Returned, &mut Budget<'_>) -> Finding,
    budget: &mut Budget<'_>,
) -> Finding {
    let mut places: Vec<usize> = vec![0];
    let mut witness: Vec<usize> = unclear.iter().map(|read| facts.reads[*read].operation).collect();
    while let Some(place) = places.last().copied() {
        let read = unclear[places.len() - 1];
        let Some(candidate) = facts.reads[read].candidates.get(place) else {
            returned[read] = None;
            places.pop();
            if let Some(before) = places.last_mut() {
                *before += 1;
            }
            continue;
        };
        if !budget() {
            return Finding::out_of_time();
        }
        returned[read] = Some(*candidate);
        match judge(returned, budget) {
            Finding::Holds if places.len() == unclear.len() => return Finding::Holds,
            Finding::Holds => places.push(0),
            Finding::Violated(operations) => {
                witness.extend(operations);
                witness.sort_unstable();
                witness.dedup();
                if let Some(place) = places.last_mut() {
                    *place += 1;
                }
            }
            Finding::Undecided(because) => return Finding::Undecided(because),
        }
    }
    Finding::Violated(witness)
}
