//! Runs side by side on one clock: what is compared, where the clock stands, what differs.

use super::lane::Lane;
use super::message::{CompareMsg, LaneMsg};
use crate::compare::{self, Pair};
use crate::limits;
use crate::recipe::{Compared, Open, Recipe};
use crate::replication::time::SimTime;
use crate::scenarios::{self, Scenario};
use crate::ui::clock::Clock;
use crate::ui::hooks::page;
use crate::ui::hooks::size::Watch;
use crate::ui::markup::Say;
use crate::ui::painter::Palette;
use crate::view::compare::{self as view, Choice, Line};
use crate::view::speed::Speed;
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use yew::NodeRef;

/// Stages are drawn no narrower than this.
const LEAST_WIDTH: f64 = 260.0;
/// How long the page may play runs before it looks up.
const SLICE_MS: f64 = 12.0;
/// While the clock runs what the runs came to is judged this often.
const JUDGE_EVERY_MS: f64 = 400.0;
/// In reduced motion the clock goes to the next event this often.
const STEP_EVERY_US: u64 = 500_000;
/// The whole comparison takes about so long on the screen, at first.
const SCREEN_US: u64 = 20_000_000;

/// The comparison.
#[derive(Default)]
pub(crate) struct Compare {
    /// The first run with the setups of the others.
    recipe: Option<Recipe>,
    pub(super) lanes: Vec<Lane>,
    choices: Rc<Vec<Choice>>,
    pub(super) now: SimTime,
    /// Where the clock goes once the runs were played; `None`: to their end.
    opened_at: Option<SimTime>,
    pub(super) is_running: bool,
    pub(super) speed: Speed,
    waited_us: u64,
    pub(super) only_differing: bool,
    table: Rc<Vec<Line>>,
    judged_ms: f64,
    pub(super) width: f64,
    pub(crate) frame: NodeRef,
    watch: Option<Watch>,
    pub(crate) clock: Clock,
    pub(super) is_copied: Option<bool>,
    slice: Option<Timeout>,
}

impl Compare {
    /// Whether there is anything in it yet.
    pub(crate) const fn is_open(&self) -> bool {
        self.recipe.is_some()
    }

    /// Whether the clock runs.
    pub(crate) const fn is_running(&self) -> bool {
        self.is_running
    }

    /// Compares what the recipe holds; a recipe of one run alone is compared with another variant, or with itself.
    pub(crate) fn open(&mut self, mut recipe: Recipe, say: &Say) {
        if recipe.compare.is_empty() {
            recipe = with_counterpart(recipe);
        }
        self.opened_at = recipe.open.take().map(|open| open.at_ns).filter(|at| *at > SimTime::ZERO);
        self.recipe = Some(recipe);
        self.is_copied = None;
        self.play_all(say);
        self.draw();
    }

    /// Does what is asked, but for what concerns the rest of the page. Whether anything but the time is to be drawn.
    pub(crate) fn update(&mut self, msg: CompareMsg, say: &Say) -> bool {
        match msg {
            CompareMsg::Lane(index, msg) => self.change(index, msg, say),
            CompareMsg::Add => self.edit(say, |recipe| {
                let last = recipe.compare.last().cloned().unwrap_or_else(|| Compared::first_of(recipe));
                recipe.compare.push(last);
                recipe.compare.truncate(limits::MAX_COMPARED - 1);
            }),
            CompareMsg::Remove(index) => self.edit(say, |recipe| {
                if index > 0 && index <= recipe.compare.len() {
                    recipe.compare.remove(index - 1);
                }
            }),
            CompareMsg::Seed(seed) => self.edit(say, |recipe| recipe.seed = seed),
            CompareMsg::Slice => self.play_on(say),
            CompareMsg::Toggle => self.toggle(),
            CompareMsg::Step => self.go(self.lanes.iter().filter_map(|lane| lane.next_after(self.now)).min().unwrap_or(self.end())),
            CompareMsg::StepBack => self.go(self.lanes.iter().filter_map(|lane| lane.last_before(self.now)).max().unwrap_or_default()),
            CompareMsg::Seek(time) => self.go(time),
            CompareMsg::Speed(speed) => self.speed = speed,
            CompareMsg::OnlyDiffering(only) => self.only_differing = only,
            CompareMsg::Resized(width) => self.width = width,
            CompareMsg::Copied(is_copied) => self.is_copied = Some(is_copied),
            CompareMsg::Subject(_) | CompareMsg::Pair | CompareMsg::Alone(_) | CompareMsg::Copy => {}
        }
        self.draw();
        true
    }

    fn draw(&mut self) {
        let width = self.width.max(LEAST_WIDTH);
        self.lanes.iter_mut().for_each(|lane| lane.draw(width));
    }

    fn change(&mut self, index: usize, msg: LaneMsg, say: &Say) {
        let scenario = self.scenario();
        self.edit(say, |recipe| {
            let mut first = Compared::first_of(recipe);
            let made_of = first.clone();
            let Some(one) = (if index == 0 { Some(&mut first) } else { recipe.compare.get_mut(index - 1) }) else { return };
            match msg {
                LaneMsg::Choose(id) => {
                    if let Some(chosen) = view::chosen(scenario, &made_of, &id) {
                        *one = chosen;
                    }
                }
                LaneMsg::Dial(setting, value) => one.setup.dials.set(setting, value),
            }
            // Which variant it has become decides what it is called and which steps are played in it.
            if let Some(variant) = scenario.and_then(|scenario| compare::variant_of(scenario, one)) {
                one.variant = Some(variant.id.to_owned());
            }
            (recipe.variant, recipe.setup) = (first.variant, first.setup);
        });
    }

    fn edit(&mut self, say: &Say, edit: impl FnOnce(&mut Recipe)) {
        if let Some(recipe) = &mut self.recipe {
            edit(recipe);
            self.is_copied = None;
            self.opened_at = None;
            self.play_all(say);
        }
    }

    /// Plays all runs, from the start and to their ends, in slices.
    fn play_all(&mut self, say: &Say) {
        let Some(recipe) = &self.recipe else { return };
        self.choices = Rc::new(view::choices(self.scenario(), &recipe.setup));
        self.lanes = compare::runs(recipe).into_iter().map(Lane::new).collect();
        (self.is_running, self.now, self.table) = (false, SimTime::ZERO, Rc::default());
        self.play_on(say);
    }

    fn play_on(&mut self, say: &Say) {
        let until = page::now_ms() + SLICE_MS;
        while let Some(lane) = self.lanes.iter_mut().find(|lane| lane.is_playing()) {
            if page::now_ms() >= until {
                let say = say.clone();
                self.slice = Some(Timeout::new(0, move || say.emit(CompareMsg::Slice.into())));
                return;
            }
            lane.play();
        }
        self.slice = None;
        let end = self.end();
        let takes = |speed: &Speed| speed.advance(SCREEN_US).0 >= end.0;
        self.speed = (0..=Speed::LAST_INDEX).map(Speed::at).find(takes).unwrap_or_default();
        self.go(self.opened_at.unwrap_or(end));
    }

    /// Whether runs are still being played.
    pub(super) fn is_busy(&self) -> bool {
        self.slice.is_some()
    }

    fn toggle(&mut self) {
        self.is_running = !self.is_running && !self.is_busy();
        if self.is_running && self.now >= self.end() {
            self.seek(SimTime::ZERO);
        }
        self.judge();
    }

    /// To this time, paused.
    fn go(&mut self, time: SimTime) {
        self.is_running = false;
        self.seek(time);
        self.judge();
    }

    fn seek(&mut self, time: SimTime) -> bool {
        self.now = time.min(self.end());
        let now = self.now;
        let mut changed = false;
        for lane in &mut self.lanes {
            changed |= lane.seek(now);
        }
        changed
    }

    /// A frame of the screen. Whether anything but the time is to be drawn.
    pub(crate) fn on_frame(&mut self, passed_us: u64, is_motion_reduced: bool) -> bool {
        if !self.is_running {
            return false;
        }
        let mut changed = false;
        if is_motion_reduced {
            self.waited_us += passed_us;
            if self.waited_us < STEP_EVERY_US {
                return false;
            }
            self.waited_us = 0;
            let next = self.lanes.iter().filter_map(|lane| lane.next_after(self.now)).min();
            changed |= self.seek(next.unwrap_or(self.end()));
        } else {
            changed |= self.seek(self.now + self.speed.advance(passed_us));
        }
        if changed {
            self.draw();
        }
        if self.now >= self.end() {
            self.is_running = false;
            self.judge();
            return true;
        }
        if changed && page::now_ms() - self.judged_ms >= JUDGE_EVERY_MS {
            self.judge();
        }
        changed
    }

    fn judge(&mut self) {
        self.judged_ms = page::now_ms();
        let outcomes: Option<Vec<_>> = self.lanes.iter().map(Lane::outcome).collect();
        self.table = Rc::new(outcomes.map(|outcomes| view::table(self.scenario(), &outcomes)).unwrap_or_default());
    }

    /// When the last run is over.
    pub(super) fn end(&self) -> SimTime {
        self.lanes.iter().map(Lane::end).max().unwrap_or_default()
    }

    /// The scenario that the runs came from.
    pub(super) fn scenario(&self) -> Option<&'static Scenario> {
        scenarios::find(self.recipe.as_ref()?.scenario.as_deref()?)
    }

    pub(super) fn recipe(&self) -> Option<&Recipe> {
        self.recipe.as_ref()
    }

    pub(super) fn choices(&self) -> Rc<Vec<Choice>> {
        self.choices.clone()
    }

    pub(super) fn table(&self) -> Rc<Vec<Line>> {
        self.table.clone()
    }

    /// The link that holds it, opened where the clock stands, or why there is none.
    pub(crate) fn link(&self) -> Result<String, String> {
        let recipe = self.recipe.as_ref().ok_or("there is nothing to compare")?;
        let open = (self.now < self.end()).then_some(Open { at_ns: self.now, view: None, step: None });
        let link = Recipe { open, ..recipe.clone() }.to_link().map_err(|error| error.to_string())?;
        Ok(format!("{}?view=compare{link}", page::bare_address()))
    }

    /// One of its runs as it stands now, to be opened alone.
    pub(crate) fn alone(&self, index: usize) -> Option<Recipe> {
        self.lanes.get(index).and_then(Lane::recipe)
    }

    /// Follows the width of its stages.
    pub(crate) fn follow(&mut self, say: &Say) {
        if let Some(frame) = self.frame.cast().filter(|_| self.watch.is_none()) {
            let say = say.clone();
            self.watch = Watch::width(frame, move |width| say.emit(CompareMsg::Resized(width).into()));
        }
    }

    /// It is out of sight.
    pub(crate) fn leave(&mut self) {
        (self.is_running, self.watch) = (false, None);
    }

    /// Its messages and its clock.
    pub(crate) fn paint(&self, palette: &mut Palette) {
        for lane in &self.lanes {
            lane.paint(palette);
        }
        self.clock.show(self.now, self.end());
    }
}

/// The setups of a scenario's broken and fixed variant, or else of its first two; a run of somebody's own beside itself.
fn with_counterpart(recipe: Recipe) -> Recipe {
    let scenario = recipe.scenario.as_deref().and_then(scenarios::find).filter(|_| recipe.commands.is_empty());
    let pair = scenario.and_then(|scenario| {
        let Pair { broken, fixed } = compare::pair(scenario, recipe.variant.as_deref())?;
        compare::of_variants(scenario, &[broken.id, fixed.id])
    });
    let first_two = || {
        let ids: Vec<&str> = scenario?.variants.iter().take(2).map(|variant| variant.id).collect();
        compare::of_variants(scenario?, &ids).filter(|recipe| !recipe.compare.is_empty())
    };
    let first = Compared::first_of(&recipe);
    let is_variant = scenario.is_some_and(|scenario| compare::variant_of(scenario, &first).is_some());
    match pair.or_else(first_two).filter(|_| is_variant) {
        Some(found) => Recipe { seed: recipe.seed, ..found },
        None => Recipe { compare: vec![first], branches: Vec::new(), ..recipe },
    }
}
