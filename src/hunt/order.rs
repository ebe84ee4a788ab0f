//! What a page asks its worker to search.

use super::lines::{Fields, Lines, MessageError};
use super::{Hunt, HuntError, Subject, Target};
use crate::limits;
use crate::recipe::Recipe;
use crate::scenarios;
use std::ops::Range;

/// One search: a setting with what happens in it, a guarantee, seeds, faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The setting.
    pub recipe: Recipe,
    /// Whether the steps of the recipe's scenario are played in it, and not its commands alone.
    pub has_steps: bool,
    /// Id of the guarantee, or [`super::PROMISED`].
    pub guarantee: String,
    /// From the first seed to just before the last.
    pub seeds: Range<u64>,
    /// Faults that are drawn from each seed.
    pub faults: u32,
}

const KIND: &str = "search";

impl Order {
    /// As text.
    #[must_use]
    pub fn to_text(&self) -> String {
        Lines::of(KIND)
            .with("guarantee", &self.guarantee)
            .with("first_seed", self.seeds.start)
            .with("end_seed", self.seeds.end)
            .with("faults", self.faults)
            .with("has_steps", u8::from(self.has_steps))
            .with("recipe", self.recipe.to_json())
            .into_text()
    }

    /// From text.
    ///
    /// # Errors
    /// The field that is not as it should be.
    pub fn from_text(text: &str) -> Result<Self, MessageError> {
        let mut fields = Fields::new(text)?;
        if fields.kind != KIND {
            return Err(MessageError::new("message", "is no search"));
        }
        let guarantee = fields.sentence("guarantee")?;
        let first = fields.number("first_seed", u64::MAX)?;
        let end = fields.number("end_seed", u64::MAX)?;
        let faults = fields.number("faults", u64::from(limits::MAX_HUNT_FAULTS))? as u32;
        let has_steps = fields.flag("has_steps")?;
        let recipe = fields.text("recipe")?;
        fields.end()?;
        let recipe = Recipe::from_json(&recipe).map_err(|error| MessageError::new("recipe", error.to_string()))?;
        if end.saturating_sub(first) > limits::MAX_SEARCH_SEEDS {
            return Err(MessageError::new("end_seed", format!("at most {} seeds are searched", limits::MAX_SEARCH_SEEDS)));
        }
        Ok(Self { recipe, has_steps, guarantee, seeds: first..end, faults })
    }

    /// The search.
    ///
    /// # Errors
    /// What cannot be searched, and why.
    pub fn hunt(self) -> Result<Hunt, HuntError> {
        let scenario = self.recipe.scenario.as_deref().filter(|_| self.has_steps).and_then(scenarios::find);
        let subject = Subject { scenario, recipe: self.recipe };
        let target = Target { subjects: vec![subject], faults: self.faults, until: None };
        Hunt::new(target, &self.guarantee, self.seeds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::Outcome;

    fn order() -> Order {
        let scenario = scenarios::find("failover-lost-writes").expect("a scenario");
        let recipe = scenario.recipe(None).expect("a recipe");
        Order { recipe, has_steps: true, guarantee: "no-lost-writes".to_owned(), seeds: 3..40, faults: 0 }
    }

    #[test]
    fn an_order_comes_back_and_is_the_search_that_the_command_line_does() {
        let order = order();
        let read = Order::from_text(&order.to_text());
        assert_eq!(read.as_ref(), Ok(&order));
        let mut one = order.hunt().expect("a search");
        let scenario = scenarios::find("failover-lost-writes").expect("a scenario");
        let variant = scenario.variants.first().map(|variant| variant.id);
        let mut other = Hunt::new(Target::scenario(scenario, variant), "no-lost-writes", 3..40).expect("a search");
        let (one, other) = (one.run().clone(), other.run().clone());
        assert!(matches!(one, Outcome::Found(_)));
        assert_eq!(one, other);
    }

    #[test]
    fn what_is_damaged_is_refused_with_its_field() {
        let text = order().to_text();
        let refusal = |from: &str, to: &str| Order::from_text(&text.replacen(from, to, 1)).expect_err("wrong").field;
        assert_eq!(refusal("search", "find"), "message");
        assert_eq!(refusal("first_seed 3", "first_seed x"), "first_seed");
        assert_eq!(refusal("end_seed 40", "end_seed 1000004"), "end_seed");
        assert_eq!(refusal("faults 0", "faults 101"), "faults");
        assert_eq!(refusal("has_steps 1", "has_steps 2"), "has_steps");
        assert_eq!(refusal("recipe {", "recipe ["), "recipe");
        assert_eq!(refusal("guarantee", "guaranty"), "guarantee");
        for end in (0..text.len()).step_by(97).filter(|end| text.is_char_boundary(*end)) {
            assert!(Order::from_text(&text[..end]).is_err(), "cut at {end}");
        }
    }
}
