//! Which run a host wants to see, by the address of its frame or by a message.

use crate::recipe::Recipe;
use crate::replication::time::SimTime;
use crate::scenarios;
use crate::scenarios::index::OPENING;
use crate::ui::hooks::page;
use crate::ui::opening::Reason;
use crate::ui::player::Player;

/// Which run a host wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    scenario: String,
    variant: String,
    seed: String,
    recipe: String,
    /// With the guide, and paused before its first step; otherwise the whole story is played.
    pub(super) is_lesson: bool,
}

impl Wanted {
    /// What the address asks for; nothing where it is no frame's.
    pub(crate) fn from_address() -> Option<Self> {
        let value = |name: &str| page::query(name).unwrap_or_default();
        page::is_embedded().then(|| Self { recipe: page::fragment(), ..Self::from_fields(value) })
    }

    /// What texts of these names ask for.
    pub(super) fn from_fields(text: impl Fn(&str) -> String) -> Self {
        Self {
            scenario: text("scenario"),
            variant: text("variant"),
            seed: text("seed"),
            recipe: text("recipe").trim_start_matches('#').to_owned(),
            is_lesson: text("view") == "lesson",
        }
    }

    /// The run: with a lesson's steps ahead, or with all of them behind and the time back at the start.
    pub(crate) fn open(&self) -> Result<Player, Reason> {
        let recipe = self.recipe()?;
        let scenario = recipe.scenario.as_deref().and_then(scenarios::find);
        let told = match scenario.filter(|_| !self.is_lesson && recipe.commands.is_empty()) {
            Some(scenario) => scenario.perform(recipe.clone()).map(|(session, _)| (session.recipe(), session.now())),
            None => None,
        };
        let Some((told, end)) = told else { return Player::open(recipe).map_err(|error| error.to_string()) };
        let mut player = Player::open(Recipe { open: None, ..told }).map_err(|error| error.to_string())?;
        player.session.run_until(end);
        player.session.seek(SimTime::ZERO);
        player.guide = player.guide.map(crate::ui::guide::Guide::closed);
        Ok(player)
    }

    fn recipe(&self) -> Result<Recipe, Reason> {
        let mut recipe = if self.recipe.is_empty() {
            let id = if self.scenario.is_empty() { OPENING } else { &self.scenario };
            let scenario = scenarios::find(id).ok_or_else(|| format!("There is no scenario \"{id}\"."))?;
            let variant = Some(self.variant.as_str()).filter(|variant| !variant.is_empty());
            scenario.recipe(variant).ok_or_else(|| format!("\"{}\" has no such variant.", scenario.title))?
        } else {
            let text = format!("#{}", self.recipe.trim_start_matches('#'));
            Recipe::parse(&text).map_err(|error| format!("This link cannot be opened: {error}"))?
        };
        if !self.seed.is_empty() {
            recipe.seed = self.seed.parse().map_err(|_| "The seed is no whole number below 2^64.".to_owned())?;
        }
        Ok(recipe)
    }
}
