//! Which two variants of a scenario show a guarantee broken and kept.

use crate::scenarios::{Scenario, Variant};

/// Two variants about one guarantee.
#[derive(Clone, Copy)]
pub struct Pair {
    /// The one that violates it.
    pub broken: &'static Variant,
    /// The one that keeps it.
    pub fixed: &'static Variant,
}

/// The pair that a variant belongs to, or else the scenario's first. `None`: nothing is both broken and kept there.
#[must_use]
pub fn pair(scenario: &'static Scenario, variant: Option<&str>) -> Option<Pair> {
    let own = variant.and_then(|id| scenario.variant(id));
    own.into_iter().chain(scenario.variants).find_map(|variant| of(scenario, variant))
}

fn of(scenario: &'static Scenario, variant: &'static Variant) -> Option<Pair> {
    let about = variant.about?;
    let other = scenario.variants.iter().find(|other| other.is_counterpart_of(variant))?;
    Some(if about.promised { Pair { broken: other, fixed: variant } } else { Pair { broken: variant, fixed: other } })
}
