//! What the page opens with: the recipe in its address, or the opening scene.

use super::IS_WHOLE;
use super::hooks::page;
use super::player::Player;
use super::theme::Theme;
use crate::recipe::Recipe;
use crate::scenarios;
use crate::scenarios::index::{OPENING, OPENING_VARIANT};

/// Why something could not be opened, for the person.
pub(crate) type Reason = String;

/// The theme that the address asks for, in a frame, or that was chosen last time.
pub(crate) fn theme() -> Theme {
    #[cfg(feature = "catalogue")]
    if page::is_embedded() {
        return super::embed::Embed::theme();
    }
    Theme::stored()
}

/// The run that the address asks for; `None` when it asks for none.
pub(crate) fn from_address() -> Option<Result<Player, Reason>> {
    #[cfg(feature = "catalogue")]
    if let Some(wanted) = super::embed::Wanted::from_address() {
        return Some(wanted.open());
    }
    let fragment = page::fragment();
    if fragment.is_empty() || !IS_WHOLE {
        let id = page::query("scenario")?;
        return Some(from_scenario(&id, page::query("variant").as_deref()));
    }
    // A pasted recipe that the other program handed over stands there as it is.
    let json = js_sys::decode_uri_component(&fragment).ok().map(String::from).filter(|text| text.starts_with('{'));
    let text = json.unwrap_or_else(|| format!("#{fragment}"));
    Some(from_text(&text).map_err(|reason| format!("This link cannot be opened: {reason}")))
}

/// The runs to compare that the address names: a recipe's, or a scenario's.
#[cfg(feature = "catalogue")]
pub(crate) fn compared() -> Option<Recipe> {
    let fragment = page::fragment();
    if !fragment.is_empty() {
        return Recipe::from_link(&fragment).ok();
    }
    let variant = page::query("variant").filter(|variant| !variant.is_empty());
    let mut recipe = scenarios::find(&page::query("scenario")?)?.recipe(variant.as_deref())?;
    recipe.seed = page::query("seed").and_then(|seed| seed.parse().ok()).unwrap_or(recipe.seed);
    Some(recipe)
}

/// The run in a pasted link or recipe.
pub(crate) fn from_text(text: &str) -> Result<Player, Reason> {
    let recipe = Recipe::parse(text.trim()).map_err(|error| error.to_string())?;
    Player::open(recipe).map_err(|error| error.to_string())
}

/// A scenario, or a variant of it.
pub(crate) fn from_scenario(id: &str, variant: Option<&str>) -> Result<Player, Reason> {
    let scenario = scenarios::find(id).ok_or_else(|| format!("There is no scenario \"{id}\"."))?;
    let recipe = scenario.recipe(variant).ok_or_else(|| format!("\"{}\" has no such variant.", scenario.title))?;
    Player::open(recipe).map_err(|error| error.to_string())
}

/// What is shown when nothing else is asked for.
pub(crate) fn default_scene() -> Result<Player, Reason> {
    from_scenario(OPENING, Some(OPENING_VARIANT))
}

/// The recipe to share: the run with the moment at which it is paused.
pub(crate) fn shared(player: &Player) -> Recipe {
    if IS_WHOLE { player.session.recipe_with_branches() } else { player.session.recipe() }
}
