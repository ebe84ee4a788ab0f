//! The course: which lesson opens where, what is noted on the way, and what comes after the last step; and the way to the glossary.

use super::App;
use crate::scenarios;
use crate::ui::components::LessonEnd;
use crate::ui::course::CourseMsg;
use crate::ui::hooks::page;
use crate::ui::message::Dialog;
use crate::ui::opening::{self, Reason};
use crate::ui::player::{Goal, Player};
use crate::view::course::{self, Place};
use crate::view::glossary;

impl App {
    pub(super) fn on_course(&mut self, msg: CourseMsg) -> bool {
        match msg {
            CourseMsg::Open(id) => {
                // The address keeps the program that knows the course.
                page::rename(&format!("?view=learn&scenario={id}"));
                let opened = self.open_lesson(id);
                self.on_opened(opened);
            }
            CourseMsg::Variant(variant) => {
                let Some(player) = &self.player else { return false };
                let Some(id) = player.scenario.map(|scenario| scenario.id) else { return false };
                let seed = player.session.seed();
                page::rename(&format!("?view=learn&scenario={id}&variant={variant}"));
                self.on_opened(open_with(id, variant, seed));
            }
            CourseMsg::AskReset(is_asked) => self.course.ask_reset(is_asked),
            CourseMsg::Reset => self.course.reset(),
        }
        true
    }

    /// Opens the glossary at a term.
    pub(super) fn on_term(&mut self, id: &str) -> bool {
        let Some(term) = glossary::find(id) else { return false };
        self.dialog = Some(Dialog::Glossary);
        self.search = term.name.to_owned();
        true
    }

    /// The page that is asked for the course, and for no lesson of it, begins with it.
    pub(super) fn open_course_of_address(&mut self) {
        let is_asked = page::query("view").as_deref() == Some("learn") && page::query("scenario").is_none();
        if is_asked && page::fragment().is_empty() && self.embed.is_none() {
            self.course.open();
            self.dialog = Some(Dialog::Course);
        }
    }

    /// The lesson that is open.
    pub(super) fn lesson(&self) -> Option<&'static str> {
        self.player.as_ref().and_then(|player| player.scenario).map(|scenario| scenario.id)
    }

    /// A lesson where it was left, or at its start.
    fn open_lesson(&mut self, id: &str) -> Result<Player, Reason> {
        let scenario = scenarios::find(id).ok_or_else(|| format!("There is no lesson \"{id}\"."))?;
        match course::left_at(scenario, self.course.read()) {
            Some((variant, step)) => {
                let mut player = opening::from_scenario(id, Some(variant))?;
                player.go_to_step(step);
                Ok(player)
            }
            None => opening::from_scenario(id, None),
        }
    }

    /// After everything that happened: notes how far the lesson is. A frame in somebody else's page stores nothing.
    pub(super) fn follow_course(&mut self) {
        if self.embed.is_some() {
            return;
        }
        if let Some(place) = self.player.as_ref().and_then(place) {
            self.course.note(place);
        }
    }

    /// What comes after the lesson: once its last step is reached, and from then on in free play.
    pub(super) fn lesson_end(&self, player: &Player) -> Option<LessonEnd> {
        let scenario = player.scenario.filter(|_| self.embed.is_none())?;
        let (step, count, _) = player.guide.as_ref()?.progress();
        if step < count || player.running == Some(Goal::Step) {
            return None;
        }
        let variant = player.variant.as_deref().or(scenario.variants.first().map(|variant| variant.id))?;
        Some(LessonEnd {
            to_try: course::to_try(scenario.id)?,
            pair: course::pair(scenario, variant),
            beside: self.pair_words(),
            next: course::after(scenario.id).map(|entry| (entry.id, entry.title)),
        })
    }
}

/// Where a person is in a lesson. Opening one and looking at its first step begins nothing.
fn place(player: &Player) -> Option<Place> {
    let scenario = player.scenario?;
    let guide = player.guide.as_ref().filter(|guide| !guide.is_closed())?;
    let (step, count, answer) = guide.progress();
    let variant = player.variant.as_deref().map_or_else(|| scenario.variants.first(), |id| scenario.variant(id))?.id;
    let is_last = step == count && player.running != Some(Goal::Step);
    (step > 1 || answer.is_some() || is_last).then_some(Place { scenario: scenario.id, variant, step, is_last, answer })
}

fn open_with(id: &str, variant: &str, seed: u64) -> Result<Player, Reason> {
    let recipe = scenarios::find(id).and_then(|scenario| scenario.recipe(Some(variant)));
    let mut recipe = recipe.ok_or_else(|| format!("\"{id}\" has no variant \"{variant}\"."))?;
    recipe.seed = seed;
    Player::open(recipe).map_err(|error| error.to_string())
}
