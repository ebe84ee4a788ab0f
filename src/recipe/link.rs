//! The fragment of a share link: `#v1.` and the recipe as postcard in URL-safe base64. Nothing of it reaches a server.

use super::{Recipe, RecipeError, bytes};
use crate::limits;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Ends the name of the version.
const DOT: char = '.';

pub(super) fn encode(recipe: &Recipe) -> Result<String, RecipeError> {
    let bytes = bytes::write(recipe);
    let link = format!("#v{}{DOT}{}", super::VERSION, URL_SAFE_NO_PAD.encode(bytes));
    check_length(&link)?;
    Ok(link)
}

/// Decodes without judging what the recipe says.
pub(super) fn decode(text: &str) -> Result<Recipe, RecipeError> {
    let fragment = fragment_of(text);
    check_length(fragment)?;
    let body = body_of(fragment)?;
    let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| RecipeError::Link("it is damaged (not base64)"))?;
    // Every element of a list takes at least one byte, so no list can be longer than what was sent,
    // whatever length is claimed.
    let (recipe, rest) = bytes::read::<Recipe>(&bytes).map_err(|_| RecipeError::Link("it is damaged or cut off"))?;
    if !rest.is_empty() {
        return Err(RecipeError::Link("something follows its end"));
    }
    Ok(recipe)
}

/// What follows the first `#`, or the whole text when there is none.
fn fragment_of(text: &str) -> &str {
    let text = text.trim();
    text.split_once('#').map_or(text, |(_, fragment)| fragment)
}

fn body_of(fragment: &str) -> Result<&str, RecipeError> {
    let versioned = fragment.strip_prefix('v').and_then(|rest| rest.split_once(DOT));
    let is_number = |name: &str| !name.is_empty() && name.len() < 10 && name.bytes().all(|byte| byte.is_ascii_digit());
    let (version, body) = versioned.filter(|(name, _)| is_number(name)).ok_or(RecipeError::Link("it does not begin with #v1."))?;
    if version != super::VERSION.to_string() {
        return Err(RecipeError::Version { found: version.to_owned() });
    }
    Ok(body)
}

fn check_length(fragment: &str) -> Result<(), RecipeError> {
    if fragment.len() <= limits::MAX_LINK_CHARS {
        return Ok(());
    }
    Err(RecipeError::TooLong { what: "link", unit: "characters", length: fragment.len(), most: limits::MAX_LINK_CHARS })
}
