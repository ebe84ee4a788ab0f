//! What is to run: a scenario by its id, a recipe from a file or standard input, or a share link.

use super::{Problem, input};
pub(super) use crate::compare::Run as Job;
use crate::limits;
use crate::recipe::{Recipe, RecipeError};
use crate::scenarios::{self, Scenario};
use std::path::Path;

/// What was named.
pub(super) enum Target {
    Scenario(&'static Scenario),
    /// With the name that messages call it.
    Recipe(String, Box<Recipe>),
}

/// Finds what `text` names.
pub(super) fn resolve(text: &str) -> Result<Target, Problem> {
    if let Some(scenario) = scenarios::find(text) {
        return Ok(Target::Scenario(scenario));
    }
    let is_file = text == "-" || Path::new(text).exists();
    if !is_file && is_link(text) {
        let recipe = Recipe::from_link(text).map_err(|error| refused("link", &error))?;
        return Ok(Target::Recipe("link".to_owned(), Box::new(recipe)));
    }
    if !is_file && !text.contains(['.', '/', '\\']) {
        return Err(Problem(format!("{text:?} is neither a scenario (see `list scenarios`) nor a file nor a link")));
    }
    let name = input::name_of(text);
    let bytes = input::read(text, limits::MAX_RECIPE_BYTES)?;
    let content = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Problem(format!("{name}: line {line}: not UTF-8"))
    })?;
    let is_text_of_link = is_link(content.trim());
    let recipe = if is_text_of_link { Recipe::from_link(content.trim()) } else { Recipe::from_json(&content) };
    Ok(Target::Recipe(name.to_owned(), Box::new(recipe.map_err(|error| refused(name, &error))?)))
}

/// A share link, its fragment, or a URL with one.
fn is_link(text: &str) -> bool {
    let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment);
    let version = fragment.strip_prefix('v').and_then(|rest| rest.split_once('.')).map(|(version, _)| version);
    let is_version = version.is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()));
    !text.starts_with('{') && (is_version || text.starts_with('#') || (text.contains("://") && text.contains('#')))
}

fn refused(name: &str, error: &RecipeError) -> Problem {
    Problem(format!("{name}: {error}"))
}

/// The runs of a scenario: of these variants, or of all.
pub(super) fn variants(scenario: &'static Scenario, ids: &[&str]) -> Result<Vec<Job>, Problem> {
    let known: Vec<&str> = scenario.variants.iter().map(|variant| variant.id).collect();
    let chosen = if ids.is_empty() { &known } else { ids };
    let job = |id: &&str| {
        let unknown = || Problem(format!("--variant: {} has no variant {id:?}; there are {}", scenario.id, known.join(", ")));
        let recipe = scenario.recipe(Some(id)).ok_or_else(unknown)?;
        Ok(Job { name: format!("{} {id}", scenario.id), scenario: Some(scenario), recipe })
    };
    chosen.iter().map(job).collect()
}
