//! What would have prevented a violation: the variants that keep the guarantee, from what the scenarios say of themselves.

use crate::scenarios::{self, Scenario, Variant};

/// Remedies that are named at most.
const MOST: usize = 3;

/// A variant that keeps the guarantee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Its scenario.
    pub scenario: &'static str,
    /// Its id.
    pub variant: &'static str,
    /// What it is called; with its scenario where that is another one.
    pub title: String,
    /// Under which condition it keeps it; `None`: always.
    pub assumption: Option<&'static str>,
    /// Whether it is the same scenario, with something changed.
    pub is_same: bool,
}

impl Remedy {
    /// Where it opens.
    #[must_use]
    pub fn address(&self) -> String {
        format!("?scenario={}&variant={}", self.scenario, self.variant)
    }
}

/// The remedies for a violation of `guarantee`, those of its own scenario first; without one, those of others.
#[must_use]
pub fn remedies(guarantee: &str, scenario: Option<&Scenario>) -> Vec<Remedy> {
    let own: Vec<Remedy> = scenario.into_iter().flat_map(|scenario| kept(scenario, guarantee, true)).collect();
    if !own.is_empty() {
        return own.into_iter().take(MOST).collect();
    }
    let others = scenarios::ALL.iter().filter(|other| scenario.is_none_or(|own| own.id != other.id));
    let mut others: Vec<(bool, Remedy)> = others
        .flat_map(|other| {
            let is_near = scenario.is_some_and(|own| own.family == other.family);
            kept(other, guarantee, false).into_iter().map(move |remedy| (!is_near, remedy))
        })
        .collect();
    // Of the same family first; one of each scenario says enough.
    others.sort_by_key(|(is_far, _)| *is_far);
    others.dedup_by_key(|(_, remedy)| remedy.scenario);
    others.into_iter().map(|(_, remedy)| remedy).take(MOST).collect()
}

fn kept(scenario: &Scenario, guarantee: &str, is_same: bool) -> Vec<Remedy> {
    let keeps = |variant: &&Variant| variant.about.as_ref().is_some_and(|about| about.promised && about.guarantee == guarantee);
    let remedy = |variant: &Variant| Remedy {
        scenario: scenario.id,
        variant: variant.id,
        title: if is_same { variant.title.to_owned() } else { format!("{}: {}", scenario.title, variant.title) },
        assumption: variant.about.as_ref().and_then(|about| about.assumption.as_ref()).map(|assumption| assumption.words),
        is_same,
    };
    scenario.variants.iter().filter(keeps).map(remedy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_variant_has_a_remedy_that_opens() {
        let mut broken_count = 0;
        for scenario in scenarios::ALL {
            for about in scenario.variants.iter().filter_map(|variant| variant.about.as_ref()).filter(|about| !about.promised) {
                broken_count += 1;
                let found = remedies(about.guarantee, Some(scenario));
                assert!(!found.is_empty(), "{}: nothing keeps {}", scenario.id, about.guarantee);
                for remedy in found {
                    let there = scenarios::find(remedy.scenario).and_then(|scenario| scenario.recipe(Some(remedy.variant)));
                    assert!(there.is_some(), "{} does not open", remedy.address());
                }
            }
        }
        assert!(broken_count > 10, "{broken_count} broken variants");
    }

    #[test]
    fn a_fixed_pair_comes_before_other_scenarios() {
        let pairs = scenarios::ALL.iter().filter(|scenario| {
            let about =
                |promised| scenario.variants.iter().filter_map(|one| one.about.as_ref()).filter(move |one| one.promised == promised);
            about(false).any(|broken| about(true).any(|kept| kept.guarantee == broken.guarantee))
        });
        let mut count = 0;
        for scenario in pairs {
            let broken = scenario.variants.iter().filter_map(|one| one.about.as_ref()).find(|one| !one.promised);
            let found = broken.map(|broken| remedies(broken.guarantee, Some(scenario))).unwrap_or_default();
            assert!(found.iter().all(|remedy| remedy.is_same == (remedy.scenario == scenario.id)));
            count += usize::from(found.first().is_some_and(|remedy| remedy.is_same));
        }
        assert!(count > 5, "{count} pairs");
        assert_eq!(remedies("no-such-guarantee", None), []);
    }
}
