//! The page in a frame of another one (`?embed=1`): which run it opens, and what it says of it. The script of the frame
//! (`www/frame.js`) alone speaks with the host; between it and this program go two events of the document,
//! `replicascope:ask` and `replicascope:tell`, each with a plain object as its `detail`. Nothing is stored here, and the
//! address stays as it is.

use super::hooks::listen::Listener;
use super::hooks::page;
use super::message::Msg;
use super::opening::Reason;
use super::player::{Goal, Player};
use super::theme::Theme;
use crate::checkers::Verdict;
use crate::recipe::Recipe;
use crate::replication::time::SimTime;
use crate::scenarios;
use crate::scenarios::index::OPENING;
use js_sys::{Object, Reflect};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, CustomEventInit};

/// What the frame's script asks for.
#[derive(Clone)]
pub enum EmbedMsg {
    /// Say again what is there: the script came later than the program.
    Hello,
    /// Play, from the start again if the end is reached.
    Play,
    /// Pause.
    Pause,
    /// To a time of the run.
    Seek(SimTime),
    /// Another run, or another view of this one: whether the space-time diagram belongs to it.
    Set(Wanted, bool),
    /// Light, dark, or as the system has it.
    Theme(Theme),
    /// Nobody sees the frame: time stands still.
    Hide,
    /// Somebody does.
    Show,
}

/// Which run a host wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    scenario: String,
    variant: String,
    seed: String,
    recipe: String,
    /// With the guide, and paused before its first step; otherwise the whole story is played.
    is_lesson: bool,
}

/// A frame of another page.
#[derive(Default)]
pub(crate) struct Embed {
    wanted: Wanted,
    /// Whether the space-time diagram is shown.
    pub(crate) has_diagram: bool,
    /// Where the story ends.
    end: SimTime,
    /// What played when the frame went out of sight.
    hidden: Option<Option<Goal>>,
    step: Option<Step>,
    stepped_ms: f64,
    verdicts: Rc<Vec<Told>>,
    judged_ms: f64,
    judged_event: Option<u64>,
}

/// A verdict as it was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The guarantee's id.
    pub(crate) guarantee: &'static str,
    /// Its name.
    pub(crate) title: &'static str,
    /// Whether it holds.
    pub(crate) holds: Option<bool>,
    /// Whether it is promised.
    pub(crate) promised: bool,
}

/// Where the run stood when that was told last.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Step {
    at: SimTime,
    event: u64,
    is_playing: bool,
    number: usize,
    count: usize,
}

/// While a run plays, its steps are told this often at most, and its verdicts judged.
const STEP_EVERY_MS: f64 = 100.0;
const JUDGE_EVERY_MS: f64 = 250.0;

impl Wanted {
    /// What the address asks for; nothing where it is no frame's.
    pub(crate) fn from_address() -> Option<Self> {
        let value = |name| page::query(name).unwrap_or_default();
        page::is_embedded().then(|| Self {
            scenario: value("scenario"),
            variant: value("variant"),
            seed: value("seed"),
            recipe: page::fragment(),
            is_lesson: value("view") == "lesson",
        })
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
        player.guide = player.guide.map(super::guide::Guide::closed);
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

impl Embed {
    /// The frame, where the page is one.
    pub(crate) fn from_address() -> Option<Self> {
        let has_diagram = page::query("view").as_deref() == Some("diagram");
        Some(Self { wanted: Wanted::from_address()?, has_diagram, ..Self::default() })
    }

    /// The theme that the address names.
    pub(crate) fn theme() -> Theme {
        Theme::named(&page::query("theme").unwrap_or_default()).unwrap_or_default()
    }

    /// Another run is wanted. Whether it is another one.
    pub(crate) fn want(&mut self, wanted: Wanted) -> bool {
        let is_new = self.wanted != wanted;
        self.wanted = wanted;
        is_new
    }

    /// The verdicts, as told last.
    pub(crate) fn verdicts(&self) -> Rc<Vec<Told>> {
        self.verdicts.clone()
    }

    /// A run was opened.
    pub(crate) fn opened(&mut self, player: &Player) {
        // A run of somebody's own goes on and on after what was done to it.
        let (horizon, last) = (player.session.horizon(), player.session.commands().last().map(|timed| timed.at_ns));
        self.end = if last.is_some_and(|last| last >= horizon) { SimTime::ZERO } else { horizon };
        self.step = None;
        self.verdicts = Rc::default();
        self.judged_event = None;
        self.tell_ready(player);
    }

    /// Says what there is.
    pub(crate) fn tell_ready(&self, player: &Player) {
        let text = |text: Option<&str>| JsValue::from_str(text.unwrap_or_default());
        tell(
            "ready",
            &[
                ("scenario", text(player.scenario.map(|scenario| scenario.id))),
                ("variant", text(player.variant.as_deref())),
                // A number of JavaScript does not hold 64 bits.
                ("seed", text(Some(&player.session.seed().to_string()))),
                ("title", text(Some(player.scenario.map_or("A run of your own", |scenario| scenario.title)))),
                ("end_ms", ms(player.session.horizon())),
            ],
        );
    }

    /// The story is played to its end, not on and on.
    pub(crate) fn stop_at_end(&self, player: &mut Player, before: SimTime) {
        if before < self.end && player.session.now() >= self.end && player.is_playing() {
            player.running = None;
            player.session.seek(self.end);
        }
    }

    /// Plays; from the start where the story is over.
    pub(crate) fn play(&mut self, player: &mut Player) {
        if self.end > SimTime::ZERO && player.session.now() >= self.end {
            player.session.seek(SimTime::ZERO);
        }
        match &mut self.hidden {
            Some(before) => *before = Some(Goal::Endless),
            None => player.running = Some(Goal::Endless),
        }
    }

    /// Pauses.
    pub(crate) const fn pause(&mut self, player: &mut Player) {
        player.running = None;
        if let Some(before) = &mut self.hidden {
            *before = None;
        }
    }

    /// Out of sight, or back.
    pub(crate) const fn see(&mut self, is_seen: bool, player: &mut Player) {
        match (is_seen, self.hidden) {
            (false, None) => self.hidden = Some(player.running.take()),
            (true, Some(before)) => {
                self.hidden = None;
                if player.running.is_none() {
                    player.running = before;
                }
            }
            (true, None) | (false, Some(_)) => {}
        }
    }

    /// Tells the host where the run stands, and what has become of the guarantees. Whether these have changed.
    pub(crate) fn follow(&mut self, player: &Player, judge: impl FnOnce() -> Vec<Verdict>) -> bool {
        let now_ms = page::now_ms();
        let is_playing = player.is_playing();
        let ribbon = player.guide.as_ref().filter(|_| self.wanted.is_lesson).map(super::guide::Guide::ribbon);
        let (number, count) = ribbon.map_or((0, 0), |ribbon| (ribbon.number, ribbon.count));
        let step = Step { at: player.session.now(), event: player.session.event_count(), is_playing, number, count };
        // A pause, and a step of the guide, is told at once.
        let is_due = self.step.is_none_or(|told| told.is_playing != is_playing || told.number != number) || !is_playing;
        if self.step != Some(step) && (is_due || now_ms - self.stepped_ms >= STEP_EVERY_MS) {
            self.step = Some(step);
            self.stepped_ms = now_ms;
            step.tell();
        }
        if self.judged_event == Some(step.event) || is_playing && now_ms - self.judged_ms < JUDGE_EVERY_MS {
            return false;
        }
        self.judged_event = Some(step.event);
        self.judged_ms = now_ms;
        self.judged(judge().iter().map(Told::new).collect())
    }

    fn judged(&mut self, now: Vec<Told>) -> bool {
        let is_new = *self.verdicts != now;
        for told in now.iter().filter(|told| !self.verdicts.contains(told)) {
            told.tell();
        }
        if is_new {
            self.verdicts = Rc::new(now);
        }
        is_new
    }
}

impl Told {
    fn new(verdict: &Verdict) -> Self {
        Self { guarantee: verdict.guarantee, title: verdict.title, holds: verdict.holds, promised: verdict.promised }
    }

    fn tell(&self) {
        let holds = self.holds.map_or(JsValue::NULL, JsValue::from_bool);
        tell("verdict", &[("guarantee", self.guarantee.into()), ("holds", holds), ("promised", self.promised.into())]);
    }
}

impl Step {
    fn tell(self) {
        tell(
            "step",
            &[
                ("at_ms", ms(self.at)),
                ("event", (self.event as f64).into()),
                ("playing", self.is_playing.into()),
                ("number", (self.number as f64).into()),
                ("count", (self.count as f64).into()),
            ],
        );
    }
}

/// A run that cannot be opened, so that another one is shown.
pub(crate) fn tell_not_opened(reason: &str) {
    tell("error", &[("code", "not-opened".into()), ("message", reason.into())]);
}

/// Hears what the frame's script asks for.
pub(crate) fn listen(send: impl Fn(Msg) + 'static) -> Option<Listener> {
    let document = page::document()?;
    Listener::new(document.into(), "replicascope:ask", move |event| {
        let detail = event.dyn_ref::<CustomEvent>().map(CustomEvent::detail);
        if let Some(msg) = detail.and_then(|detail| asked(&detail)) {
            send(Msg::Embed(msg));
        }
    })
}

fn asked(detail: &JsValue) -> Option<EmbedMsg> {
    let field = |name: &str| Reflect::get(detail, &name.into()).ok();
    let text = |name: &str| field(name).and_then(|value| value.as_string()).unwrap_or_default();
    Some(match text("type").as_str() {
        "hello" => EmbedMsg::Hello,
        "play" => EmbedMsg::Play,
        "pause" => EmbedMsg::Pause,
        "hide" => EmbedMsg::Hide,
        "show" => EmbedMsg::Show,
        "theme" => EmbedMsg::Theme(Theme::named(&text("theme"))?),
        "seek" => {
            let ms = field("ms").and_then(|value| value.as_f64()).filter(|ms| *ms >= 0.0)?;
            EmbedMsg::Seek(SimTime((ms * 1e6) as u64))
        }
        "set" => {
            let wanted = Wanted {
                scenario: text("scenario"),
                variant: text("variant"),
                seed: text("seed"),
                recipe: text("recipe").trim_start_matches('#').to_owned(),
                is_lesson: text("view") == "lesson",
            };
            EmbedMsg::Set(wanted, text("view") == "diagram")
        }
        _ => return None,
    })
}

fn ms(time: SimTime) -> JsValue {
    (time.0 as f64 / 1e6).into()
}

/// An event of the document for the frame's script. One that cannot be made is not missed: the page works without.
fn tell(kind: &str, fields: &[(&str, JsValue)]) {
    let detail = Object::new();
    for (name, value) in [("type", JsValue::from_str(kind))].iter().chain(fields) {
        drop(Reflect::set(&detail, &(*name).into(), value));
    }
    let init = CustomEventInit::new();
    init.set_detail(&detail);
    if let (Some(document), Ok(event)) = (page::document(), CustomEvent::new_with_event_init_dict("replicascope:tell", &init)) {
        drop(document.dispatch_event(&event));
    }
}
