//! Broken and fixed: the variant of a lesson that keeps what another one violates, from what they say of themselves.

use crate::scenarios::Scenario;

/// The other half of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The other variant.
    pub variant: &'static str,
    /// What switching to it is called.
    pub label: String,
    /// Whether one of the two violates what the other keeps.
    pub is_fix: bool,
}

/// What stands against a variant: one with the opposite claim about the same guarantee, first the nearest after it; where
/// there is none, the next variant. `None`: it is the only one.
#[must_use]
pub fn pair(scenario: &'static Scenario, variant: &str) -> Option<Pair> {
    let here = scenario.variants.iter().position(|one| one.id == variant)?;
    let (before, after) = scenario.variants.split_at(here);
    let (this, after) = after.split_first()?;
    let mut others = after.iter().chain(before);
    let Some(other) = others.clone().find(|other| other.is_counterpart_of(this)) else {
        return others.next().map(|other| Pair { variant: other.id, label: format!("Another way: {}", other.title), is_fix: false });
    };
    let is_fixed = other.about.is_some_and(|about| about.promised);
    let label = if is_fixed { format!("See it fixed: {}", other.title) } else { format!("See it broken: {}", other.title) };
    Some(Pair { variant: other.id, label, is_fix: true })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios;

    fn label(id: &str, variant: &str) -> Option<(&'static str, String)> {
        scenarios::find(id).and_then(|scenario| pair(scenario, variant)).map(|pair| (pair.variant, pair.label))
    }

    #[test]
    fn what_is_broken_is_shown_fixed_and_the_other_way_round() {
        let fixed = "See it fixed: Read from the leader after a write".to_owned();
        assert_eq!(label("read-your-writes", "any-follower"), Some(("leader-after-write", fixed)));
        assert_eq!(label("quorum-overlap", "hole"), Some(("overlap", "See it fixed: w = 2, r = 2 of 3".to_owned())));
        assert_eq!(label("quorum-overlap", "overlap"), Some(("hole", "See it broken: w = 2, r = 1 of 3".to_owned())));
        assert_eq!(label("leader-bottleneck", "writes-more").map(|(id, _)| id), Some("reads"), "after the last comes the first");
        assert_eq!(label("quorum-overlap", "no-such"), None);
    }

    #[test]
    fn a_pair_differs_in_what_it_says_of_one_guarantee() {
        let mut count = 0;
        for scenario in scenarios::ALL {
            for variant in scenario.variants {
                let Some(found) = pair(scenario, variant.id) else {
                    assert_eq!(scenario.variants.len(), 1, "{} {}", scenario.id, variant.id);
                    continue;
                };
                let other = scenario.variant(found.variant).expect("a variant of the same lesson");
                assert_ne!(other.id, variant.id);
                assert_eq!(found.is_fix, other.is_counterpart_of(variant));
                count += usize::from(found.is_fix);
            }
        }
        assert!(count > 60, "{count} halves of pairs");
    }
}
