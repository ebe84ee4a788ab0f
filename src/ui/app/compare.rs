//! The comparison: what opens it, and what it asks of the rest of the page.

use super::App;
use crate::compare;
use crate::recipe::Recipe;
use crate::ui::hooks::{clipboard, page};
use crate::ui::measure::CompareMsg;
use crate::ui::opening;
use crate::ui::place::Place;
use crate::ui::player::Player;

impl App {
    /// Whether anything but the time is to be drawn.
    pub(super) fn on_compare(&mut self, msg: CompareMsg) -> bool {
        match msg {
            CompareMsg::Subject(id) => {
                let recipe = crate::scenarios::find(&id).and_then(|scenario| scenario.recipe(None)).or_else(|| self.on_stage());
                self.compare_with(recipe);
            }
            CompareMsg::Pair => {
                let player = self.player.as_ref();
                let recipe = player.and_then(|player| player.scenario?.recipe(player.variant.as_deref()));
                let seed = player.map(|player| player.session.seed());
                self.compare_with(recipe.map(|recipe| Recipe { seed: seed.unwrap_or(recipe.seed), ..recipe }));
                self.go_to(Place::Compare);
            }
            CompareMsg::Alone(index) => self.open_alone(index),
            CompareMsg::Copy => {
                let Ok(link) = self.compare.link() else { return false };
                page::select("compare-link");
                let say = self.say.clone();
                clipboard::copy(&link, move |is_copied| say.emit(CompareMsg::Copied(is_copied).into()));
                return false;
            }
            msg => return self.compare.update(msg, &self.say),
        }
        true
    }

    /// A frame of the screen while runs are compared.
    pub(super) fn on_compare_frame(&mut self, at_ms: f64) -> bool {
        let passed_us = (self.passed_ms(at_ms) * 1_000.0) as u64;
        self.compare.on_frame(passed_us, self.is_motion_reduced)
    }

    /// What the address compares, also where it does not say so beside its link.
    pub(super) fn open_from_address(&mut self) {
        self.open_compared(opening::compared());
        self.fill_comparison();
    }

    /// The comparison is where the page is: it holds something.
    pub(super) fn fill_comparison(&mut self) {
        if self.place == Place::Compare && !self.compare.is_open() {
            let recipe = opening::compared().or_else(|| self.on_stage());
            self.compare_with(recipe);
        }
    }

    /// What was opened may be a comparison.
    pub(super) fn open_compared(&mut self, recipe: Option<Recipe>) {
        if let Some(recipe) = recipe.filter(|recipe| !recipe.compare.is_empty()) {
            self.compare_with(Some(recipe));
            self.place = Place::Compare;
        }
    }

    fn compare_with(&mut self, recipe: Option<Recipe>) {
        if let Some(recipe) = recipe {
            self.compare.open(recipe, &self.say);
        }
    }

    /// The run on the stage as far as it was played; a scenario that nobody has touched, with its steps.
    fn on_stage(&self) -> Option<Recipe> {
        let player = self.player.as_ref()?;
        let mut recipe = player.session.recipe();
        recipe.commands.truncate(player.session.applied_count());
        recipe.open = None;
        Some(recipe)
    }

    fn open_alone(&mut self, index: usize) {
        let Some(recipe) = self.compare.alone(index) else { return };
        let link = recipe.to_link();
        self.on_opened(Player::open(recipe).map_err(|error| error.to_string()));
        if let Ok(link) = link {
            page::rename(&format!("{}{link}", page::bare_address()));
        }
    }

    /// The words of the button that compares the broken and the fixed variant of what is on the stage.
    pub(super) fn pair_words(&self) -> Option<String> {
        let player = self.player.as_ref()?;
        let pair = compare::pair(player.scenario?, player.variant.as_deref())?;
        Some(format!("Compare broken and fixed: {} and {}", pair.broken.title, pair.fixed.title))
    }
}
