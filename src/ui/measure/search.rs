//! The search for an anomaly: what is asked for, who searches, how it stands.

use super::searcher::Searcher;
use crate::hunt::{Finding, Order, Report};
use crate::limits;
use crate::recipe::Recipe;
use crate::scenarios::{self, Scenario, Variant};
use crate::session::Session;
use crate::ui::hooks::page;
use crate::ui::markup::Say;
use crate::ui::message::Msg;
use crate::ui::player::Player;
use crate::view::search::{self as view, Choice, Told};
use std::ops::Range;

/// What can be asked of the search.
#[derive(Clone)]
pub enum SearchMsg {
    /// This setting: "stage", or scenario and variant with a space between them.
    Subject(String),
    /// This guarantee.
    Guarantee(String),
    /// From this seed.
    First(u64),
    /// So many seeds.
    Count(u64),
    /// So many faults drawn from each seed.
    Faults(u64),
    /// Search.
    Start,
    /// Stop.
    Cancel,
    /// The worker says something.
    Heard(String),
    /// The worker failed, or has said nothing for too long.
    Failed,
    /// The page itself goes on.
    Slice,
    /// The finding as the run on the stage.
    Open,
    /// Copy its link.
    Copy,
    /// It was copied, or could not be.
    Copied(bool),
}

impl From<SearchMsg> for Msg {
    fn from(msg: SearchMsg) -> Self {
        Self::Search(msg)
    }
}

/// Which setting is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// That of the run on the stage.
    Stage,
    /// A scenario's variant, by its place in its list.
    Variant(&'static str, &'static str),
}

/// The search.
pub(crate) struct Search {
    subject: Subject,
    guarantee: Option<String>,
    first: u64,
    count: u64,
    faults: u32,
    searcher: Option<Searcher>,
    /// Whether the page itself searched last.
    is_on_page: bool,
    began_ms: f64,
    told: Option<Told>,
    found: Option<Box<Finding>>,
    /// Name of the guarantee and seeds of the search that is told of.
    asked: (String, Range<u64>),
    is_copied: Option<bool>,
}

/// What the search shows.
#[derive(PartialEq)]
pub(crate) struct SearchView {
    pub(crate) subject: Subject,
    /// What "the run on the stage" is.
    pub(crate) stage: String,
    /// What happens in each run.
    pub(crate) what_happens: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) guarantee: String,
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) faults: u32,
    pub(crate) is_running: bool,
    /// Whether the page itself searches.
    pub(crate) is_on_page: bool,
    pub(crate) told: Option<Told>,
    pub(crate) found: Option<Found>,
}

/// A finding to open.
#[derive(PartialEq)]
pub(crate) struct Found {
    /// Its link, or why there is none.
    pub(crate) link: Result<String, String>,
    pub(crate) is_copied: Option<bool>,
}

/// A setting with what happens in it.
struct Setting {
    scenario: Option<&'static Scenario>,
    variant: Option<&'static Variant>,
    recipe: Recipe,
    has_steps: bool,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            subject: Subject::Stage,
            guarantee: None,
            first: 0,
            count: 1_000,
            faults: 0,
            searcher: None,
            is_on_page: false,
            began_ms: 0.0,
            told: None,
            found: None,
            asked: (String::new(), 0..0),
            is_copied: None,
        }
    }
}

impl Search {
    /// Does what is asked, but for [`SearchMsg::Open`] and [`SearchMsg::Copy`].
    pub(crate) fn update(&mut self, msg: SearchMsg, player: &Player, say: &Say) {
        match msg {
            SearchMsg::Subject(name) => {
                self.subject = Subject::named(&name);
                self.guarantee = None;
            }
            SearchMsg::Guarantee(id) => self.guarantee = Some(id),
            SearchMsg::First(first) => self.first = first,
            SearchMsg::Count(count) => self.count = count.clamp(1, limits::MAX_SEARCH_SEEDS),
            SearchMsg::Faults(faults) => self.faults = faults.min(u64::from(limits::MAX_HUNT_FAULTS)) as u32,
            SearchMsg::Start => self.start(player, say),
            SearchMsg::Cancel => self.cancel(),
            SearchMsg::Heard(text) => self.hear(&text, say),
            SearchMsg::Failed => self.replace(say),
            SearchMsg::Slice => {
                if let Some(report) = self.searcher.as_mut().and_then(|searcher| searcher.slice(say)) {
                    self.tell(report);
                }
            }
            SearchMsg::Copied(is_copied) => self.is_copied = Some(is_copied),
            SearchMsg::Open | SearchMsg::Copy => {}
        }
    }

    /// What was found.
    pub(crate) fn finding(&self) -> Option<&Finding> {
        self.found.as_deref()
    }

    fn start(&mut self, player: &Player, say: &Say) {
        let setting = self.subject.setting(player);
        let guarantee = self.guarantee(&setting);
        let seeds = self.first..self.first.saturating_add(self.count);
        let title = setting.choices().into_iter().find(|choice| choice.id == guarantee).map_or("", |choice| choice.title);
        self.asked = (title.to_owned(), seeds.clone());
        let order = Order { recipe: setting.recipe, has_steps: setting.has_steps, guarantee, seeds, faults: self.faults };
        (self.found, self.is_copied, self.began_ms) = (None, None, page::now_ms());
        match Searcher::start(order, say) {
            Ok(searcher) => {
                self.take(searcher);
                self.tell(Report::Ready);
            }
            Err(reason) => self.tell(Report::Refused(reason)),
        }
    }

    fn take(&mut self, searcher: Searcher) {
        self.is_on_page = !searcher.is_worker();
        self.searcher = Some(searcher);
    }

    fn cancel(&mut self) {
        if self.searcher.take().is_some() {
            self.stop("Cancelled.");
        }
    }

    /// It is over without an outcome: how far it came is still told.
    fn stop(&mut self, why: &str) {
        let so_far = self.told.take().map(|told| told.headline).unwrap_or_default();
        self.told = Some(Told { state: "stopped", headline: format!("{why} {so_far}"), notes: Vec::new(), parts: Vec::new() });
    }

    /// Whatever the worker says is checked as if a stranger had sent it.
    fn hear(&mut self, text: &str, say: &Say) {
        let Some(searcher) = &mut self.searcher else { return };
        searcher.is_heard(say);
        match Report::from_text(text) {
            Ok(Report::Ready) => searcher.order(),
            Ok(report) => self.tell(report),
            Err(error) => self.tell(Report::Broken(error.to_string())),
        }
    }

    fn replace(&mut self, say: &Say) {
        let Some(searcher) = self.searcher.take() else { return };
        match searcher.replace(say) {
            Some(Ok(searcher)) => self.take(searcher),
            Some(Err(reason)) => self.tell(Report::Refused(reason)),
            None => self.stop("The worker that searched is gone or says nothing any more."),
        }
    }

    fn tell(&mut self, report: Report) {
        let ms = page::now_ms() - self.began_ms;
        let (title, seeds) = &self.asked;
        self.told = Some(view::told(&report, title, seeds, ms));
        match report {
            Report::Ready | Report::Searching { .. } | Report::Shrinking { .. } => return,
            Report::Found(finding) => self.found = Some(finding),
            _ => {}
        }
        self.searcher = None;
    }

    fn guarantee(&self, setting: &Setting) -> String {
        self.guarantee.clone().unwrap_or_else(|| view::preferred(setting.variant).to_owned())
    }

    /// What it shows beside this run.
    pub(crate) fn view(&self, player: &Player) -> SearchView {
        let setting = self.subject.setting(player);
        let found = self.found.as_ref().map(|finding| Found {
            link: finding.recipe.to_link().map(|link| format!("{}{link}", page::bare_address())).map_err(|error| error.to_string()),
            is_copied: self.is_copied,
        });
        SearchView {
            subject: self.subject,
            stage: player.scenario.map_or("a run of your own", |scenario| scenario.title).to_owned(),
            what_happens: setting.what_happens(),
            choices: setting.choices(),
            guarantee: self.guarantee(&setting),
            first: self.first,
            count: self.count,
            faults: self.faults,
            is_running: self.searcher.is_some(),
            is_on_page: self.is_on_page,
            told: self.told.clone(),
            found,
        }
    }
}

impl Subject {
    /// The one of this name in the list.
    fn named(name: &str) -> Self {
        let parts = name.split_once(' ').and_then(|(id, variant)| {
            let scenario = scenarios::find(id)?;
            Some(Self::Variant(scenario.id, scenario.variant(variant)?.id))
        });
        parts.unwrap_or(Self::Stage)
    }

    /// Its name in the list.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Stage => "stage".to_owned(),
            Self::Variant(id, variant) => format!("{id} {variant}"),
        }
    }

    fn setting(self, player: &Player) -> Setting {
        let chosen = match self {
            Self::Stage => None,
            Self::Variant(id, variant) => {
                scenarios::find(id).and_then(|scenario| Setting::of_variant(scenario, scenario.variant(variant)?))
            }
        };
        chosen.unwrap_or_else(|| Setting::of_stage(player))
    }
}

impl Setting {
    fn of_variant(scenario: &'static Scenario, variant: &'static Variant) -> Option<Self> {
        Some(Self { scenario: Some(scenario), variant: Some(variant), recipe: scenario.recipe(Some(variant.id))?, has_steps: true })
    }

    /// What was done to it is done with each seed; a scenario to which nothing was done yet is played by its steps.
    fn of_stage(player: &Player) -> Self {
        let mut recipe = player.session.recipe();
        (recipe.open, recipe.branches) = (None, Vec::new());
        recipe.commands.truncate(player.session.applied_count());
        let has_steps = player.scenario.is_some() && recipe.commands.is_empty();
        let scenario = player.scenario;
        let variant = scenario.zip(player.variant.as_deref()).and_then(|(scenario, id)| scenario.variant(id));
        // What a variant is about is not said of other settings.
        let variant = variant.filter(|_| player.original == *player.session.setup());
        Self { scenario, variant, recipe, has_steps }
    }

    fn choices(&self) -> Vec<Choice> {
        Session::open(self.recipe.clone()).map(|session| view::choices(&session, self.scenario, self.variant)).unwrap_or_default()
    }

    fn what_happens(&self) -> String {
        view::what_happens(self.has_steps, self.recipe.commands.len())
    }
}
