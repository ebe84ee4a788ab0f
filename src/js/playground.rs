//! A run that a program steers.

use super::answer::plain;
use super::argument;
use super::error::{Code, Outcome, Problem};
use super::functions::unknown;
use super::{journal, snapshot};
use crate::recipe::Recipe;
use crate::replication::time::SimTime;
use crate::scenarios::claim::{self, Claimed};
use crate::scenarios::ending::Ending;
use crate::scenarios::{self, Scenario};
use crate::session::Session;
use crate::simulation::command::Command;
use crate::{json, limits};
use serde_json::{Value as Json, json};
use std::cell::{RefCell, RefMut};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A run that a program steers: made from a scenario, a recipe or a share link.
#[wasm_bindgen]
pub struct Playground {
    session: RefCell<Session>,
    scenario: Option<&'static Scenario>,
}

const OPTIONS: [&str; 5] = ["scenario", "variant", "recipe", "link", "seed"];

#[wasm_bindgen]
impl Playground {
    /// Rests at the start of the run.
    ///
    /// # Errors
    /// `bad-argument`, `unknown-name`, `bad-recipe`, `bad-link`, `too-large`.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(unchecked_param_type = "PlaygroundOptions")] options: &JsValue) -> Result<Self, JsValue> {
        let (scenario, recipe) = chosen(options)?;
        let session = Session::open(recipe).map_err(Problem::from)?;
        Ok(Self { session: RefCell::new(session), scenario })
    }

    /// Goes to just after the next event or logged command. `false` when nothing is left to happen.
    ///
    /// # Errors
    /// None by anything a caller does.
    pub fn step(&self) -> Result<bool, JsValue> {
        Ok(self.session()?.step())
    }

    /// Runs up to a time, in milliseconds of the run, and rests there. Returns where it stands: earlier only where so
    /// much happens that the longest run is reached.
    ///
    /// # Errors
    /// `bad-argument`.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(&self, #[wasm_bindgen(unchecked_param_type = "number")] ms: &JsValue) -> Result<f64, JsValue> {
        let time = SimTime(argument::time_ns("ms", ms)?);
        let mut session = self.session()?;
        run(&mut session, time);
        Ok(session.now().as_ms())
    }

    /// Goes to a time, forward or back. Returns where it stands.
    ///
    /// # Errors
    /// `bad-argument`.
    pub fn seek(&self, #[wasm_bindgen(unchecked_param_type = "number")] ms: &JsValue) -> Result<f64, JsValue> {
        let time = SimTime(argument::time_ns("ms", ms)?);
        let mut session = self.session()?;
        session.seek(time);
        run(&mut session, time);
        Ok(session.now().as_ms())
    }

    /// Plays to the end: all steps of the scenario's lesson, or, for a bare recipe, until its network is quiet. What was
    /// done before is not kept. Returns what the scenario claims, and whether it held.
    ///
    /// # Errors
    /// None by anything a caller does.
    #[wasm_bindgen(unchecked_return_type = "Performed")]
    pub fn perform(&self) -> Result<JsValue, JsValue> {
        let (is_complete, claims) = self.performed()?;
        let claims: Vec<Json> = claims.iter().map(|claimed| json!({ "claim": claimed.claim, "held": claimed.held })).collect();
        let metrics = json::verdicts::metrics(&scenarios::Outcome::of(self.scenario, &*self.session()?).metrics);
        Ok(plain(&json!({ "complete": is_complete, "expectations": claims, "metrics": metrics }))?)
    }

    /// Acts now. In the past this opens a new branch; the old future is kept.
    ///
    /// # Errors
    /// `bad-argument` (no command), `refused` (names the field that does not fit the run).
    pub fn submit(&self, #[wasm_bindgen(unchecked_param_type = "Command")] command: &JsValue) -> Result<(), JsValue> {
        let text = argument::json_text("command", command, limits::MAX_RECIPE_BYTES)?;
        let command = Command::from_json(&text).map_err(|error| Problem::argument("command", &error.to_string()))?;
        Ok(self.session()?.submit(command).map_err(Problem::from)?)
    }

    /// The cluster as it is now: nodes with what they hold, links, sessions, messages in flight, and the fingerprint.
    ///
    /// # Errors
    /// None by anything a caller does.
    #[wasm_bindgen(unchecked_return_type = "Snapshot")]
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        Ok(plain(&snapshot::snapshot(&*self.session()?))?)
    }

    /// What happened up to now. `since`: the number of the first entry that is wanted, such as `end` of an answer before.
    ///
    /// # Errors
    /// `bad-argument`.
    #[wasm_bindgen(unchecked_return_type = "Journal")]
    pub fn journal(&self, #[wasm_bindgen(unchecked_optional_param_type = "JournalOptions")] options: &JsValue) -> Result<JsValue, JsValue> {
        let mut options = argument::options("options", options, &["since"], limits::MAX_RECIPE_BYTES)?;
        let since = options.whole("since", 0, (1 << 53) - 1)?.unwrap_or(0);
        Ok(plain(&journal::journal(&*self.session()?, since))?)
    }

    /// What the checkers say of the run up to now, and how it stands with the constraints of its scenario.
    ///
    /// # Errors
    /// None by anything a caller does.
    #[wasm_bindgen(unchecked_return_type = "Verdict[]")]
    pub fn verdicts(&self) -> Result<JsValue, JsValue> {
        let verdicts = claim::verdicts(self.scenario, &*self.session()?);
        Ok(plain(&Json::Array(verdicts.iter().map(json::verdicts::verdict).collect()))?)
    }

    /// Setup, seed and commands: what rebuilds the run, here, on the page and on the command line.
    ///
    /// # Errors
    /// None by anything a caller does.
    #[wasm_bindgen(unchecked_return_type = "Recipe")]
    pub fn recipe(&self) -> Result<JsValue, JsValue> {
        let text = self.session()?.recipe().to_json();
        js_sys::JSON::parse(&text)
    }

    /// The same as the fragment of a share link.
    ///
    /// # Errors
    /// `too-large`: the run has too many commands for a link.
    pub fn link(&self) -> Result<String, JsValue> {
        Ok(self.session()?.recipe().to_link().map_err(Problem::from)?)
    }
}

impl Playground {
    fn session(&self) -> Outcome<RefMut<'_, Session>> {
        self.session.try_borrow_mut().map_err(|_| Problem::new(Code::Busy, "this Playground is at work"))
    }

    fn performed(&self) -> Outcome<(bool, Vec<Claimed>)> {
        let mut session = self.session()?;
        let mut recipe = session.recipe();
        recipe.open = None;
        let Some(scenario) = self.scenario else {
            let mut ending = Ending::of(&recipe, None);
            let mut is_complete = true;
            while let Some(time) = ending.goes_on_to(&session).filter(|_| is_complete) {
                is_complete = run(&mut session, time);
            }
            return Ok((is_complete, Vec::new()));
        };
        recipe.commands.clear();
        let variant = recipe.variant.clone().unwrap_or_default();
        let unplayable = || Problem::new(Code::Internal, "the scenario cannot be played");
        let (played, is_complete) = scenario.perform(recipe).ok_or_else(unplayable)?;
        let claims = scenario.claims(&scenarios::Outcome::of(Some(scenario), &played), &variant, played.seed());
        *session = played;
        Ok((is_complete, claims))
    }
}

/// Runs to a time; `false`: too much happened.
fn run(session: &mut Session, time: SimTime) -> bool {
    while session.now() < time && session.event_count() < limits::MAX_RUN_EVENTS {
        session.run_until(time);
    }
    session.now() >= time
}

fn chosen(options: &JsValue) -> Outcome<(Option<&'static Scenario>, Recipe)> {
    let mut options = argument::options("options", options, &OPTIONS, 2 * limits::MAX_RECIPE_BYTES)?;
    let seed = options.seed("seed")?;
    let variant = options.text("variant")?;
    let (scenario, mut recipe) = match (options.text("scenario")?, options.any("recipe"), options.text("link")?) {
        (Some(id), None, None) => {
            let known: Vec<&str> = scenarios::ALL.iter().map(|scenario| scenario.id).collect();
            let scenario = scenarios::find(&id).ok_or_else(|| unknown("scenario", &id, &known))?;
            let known: Vec<&str> = scenario.variants.iter().map(|variant| variant.id).collect();
            let recipe = scenario.recipe(variant.as_deref());
            (Some(scenario), recipe.ok_or_else(|| unknown("variant", variant.as_deref().unwrap_or_default(), &known))?)
        }
        (None, Some(recipe), None) => (None, Recipe::from_json(&text_of(recipe))?),
        (None, None, Some(link)) => (None, Recipe::from_link(&link)?),
        _ => return Err(Problem::argument("options", "must have exactly one of scenario, recipe and link")),
    };
    if scenario.is_none() && variant.is_some() {
        return Err(Problem::argument("variant", "only scenarios have variants"));
    }
    recipe.seed = seed.unwrap_or(recipe.seed);
    Ok((scenario, recipe))
}

/// A recipe as an object, or as the text of a file.
fn text_of(recipe: Json) -> String {
    match recipe {
        Json::String(text) => text,
        recipe => recipe.to_string(),
    }
}
