//! Scenarios, with their variants.

use super::entry;
use crate::scenarios::{Scenario, Variant};
use serde_json::{Value as Json, json};

/// A scenario as lists have it.
pub(crate) fn of_scenario(scenario: &Scenario) -> Json {
    let mut fields = entry(scenario.id, scenario.title, scenario.summary);
    fields["family"] = Json::from(scenario.family.id());
    fields["seed"] = Json::from(scenario.seed.to_string());
    let variant = |variant: &Variant| {
        json!({
            "id": variant.id,
            "title": variant.title,
            "guarantee": variant.about.map(|about| about.guarantee),
            "promised": variant.about.is_some_and(|about| about.promised),
            "assumption": variant.about.and_then(|about| about.assumption).map(|assumption| assumption.words),
        })
    };
    fields["variants"] = Json::Array(scenario.variants.iter().map(variant).collect());
    fields["constraints"] =
        Json::Array(scenario.constraints.iter().map(|constraint| entry(constraint.id, constraint.title, constraint.meaning)).collect());
    fields
}
