//! What needs no run of one's own: the list of scenarios, judging a history, measuring quorums.

use super::answer::plain;
use super::argument;
use super::error::{Code, Outcome, Problem};
use crate::histories::{self, FailedCas, Guarantee, Model, NullRead, Options, Value};
use crate::measure::{self, Config};
use crate::{json, limits, scenarios};
use serde_json::Value as Json;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// Every scenario, with its variants and what each is about.
///
/// # Errors
/// None by anything a caller does.
#[wasm_bindgen(unchecked_return_type = "Scenario[]")]
pub fn scenarios() -> Result<JsValue, JsValue> {
    let list = scenarios::ALL.iter().map(|scenario| json::scenarios::of_scenario(scenario)).collect();
    Ok(plain(&Json::Array(list))?)
}

/// Judges a history by one guarantee: JSON lines as Jepsen writes them, or an array of the same objects.
///
/// # Errors
/// `bad-argument`, `unknown-name`, `bad-history` (names the line and the field), `too-large`.
#[wasm_bindgen(unchecked_return_type = "HistoryVerdict")]
pub fn check(
    #[wasm_bindgen(unchecked_param_type = "string | readonly HistoryLine[]")] history: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "CheckOptions")] options: &JsValue,
) -> Result<JsValue, JsValue> {
    Ok(plain(&judged(history, options)?)?)
}

fn judged(history: &JsValue, options: &JsValue) -> Outcome<Json> {
    let (guarantee, understood, time_limit_ms) = check_options(options)?;
    let text = lines(history)?;
    let refused = |refused: histories::Refused| Problem::new(Code::BadHistory, format!("history: {refused}"));
    let history = histories::read(text.as_bytes()).map_err(refused)?;
    let until_ms = js_sys::Date::now() + time_limit_ms;
    let verdict = histories::judge(&history, guarantee, &understood, &mut || js_sys::Date::now() < until_ms).map_err(refused)?;
    Ok(json::history::verdict_on(&history, &verdict))
}

/// A history as JSON lines.
fn lines(history: &JsValue) -> Outcome<String> {
    if history.is_string() {
        return argument::text("history", history, limits::MAX_HISTORY_BYTES);
    }
    let Some(list) = history.dyn_ref::<js_sys::Array>() else {
        return Err(Problem::argument("history", "must be a text of JSON lines, or an array of operations"));
    };
    let mut text = String::new();
    for line in list.iter() {
        let left = limits::MAX_HISTORY_BYTES.saturating_sub(text.len() + 1);
        text.push_str(&argument::json_text("history", &line, left)?);
        text.push('\n');
    }
    Ok(text)
}

const CHECK_OPTIONS: [&str; 6] = ["guarantee", "model", "initial", "null_read", "failed_cas", "time_limit_ms"];
/// The longest time limit: an hour.
const MAX_TIME_LIMIT_MS: f64 = 3_600_000.0;

fn check_options(options: &JsValue) -> Outcome<(Guarantee, Options, f64)> {
    let mut options = argument::options("options", options, &CHECK_OPTIONS, limits::MAX_RECIPE_BYTES)?;
    let name = options.text("guarantee")?.ok_or_else(|| Problem::argument("guarantee", "is missing"))?;
    let guarantee = Guarantee::find(&name).ok_or_else(|| unknown("guarantee", &name, &Guarantee::ALL.map(|(_, id)| id)))?;
    let model = match options.text("model")? {
        Some(name) => Some(Model::find(&name).ok_or_else(|| unknown("model", &name, &Model::ALL.map(|(_, id)| id)))?),
        None => None,
    };
    let initial = options.any("initial").unwrap_or_default();
    let initial = Value::from_json(&initial).map_err(|reason| Problem::argument("initial", &reason))?;
    let is_unconstrained = one_of("null_read", options.text("null_read")?, ["observes-initial", "unconstrained"])?;
    let is_ignored = one_of("failed_cas", options.text("failed_cas")?, ["observes", "ignored"])?;
    let time_limit_ms = options.number("time_limit_ms", 0.0, MAX_TIME_LIMIT_MS)?.unwrap_or(60_000.0);
    let understood = Options {
        model,
        initial,
        null_read: if is_unconstrained { NullRead::Unconstrained } else { NullRead::ObservesInitial },
        failed_cas: if is_ignored { FailedCas::Ignored } else { FailedCas::Observes },
    };
    Ok((guarantee, understood, time_limit_ms))
}

/// Whether the second of two names was given; the first is the default.
fn one_of(field: &str, name: Option<String>, names: [&str; 2]) -> Outcome<bool> {
    match name {
        None => Ok(false),
        Some(name) if names.contains(&name.as_str()) => Ok(name == names[1]),
        Some(name) => Err(unknown(field, &name, &names)),
    }
}

/// A name that stands for nothing.
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> Problem {
    let shown: String = name.chars().take(limits::MAX_NAME_CHARS).collect();
    Problem::new(Code::UnknownName, format!("{what}: there is no {shown:?}; there are {}", known.join(", ")))
}

/// Leaderless timing through the real quorum code: how long reads and writes take, and how likely a read sees a write.
/// `options`: how many samples are drawn (100,000), and the seed (1).
///
/// # Errors
/// `bad-config` (names the field), `bad-argument`.
#[wasm_bindgen(unchecked_return_type = "Measured")]
pub fn measure(
    #[wasm_bindgen(unchecked_param_type = "MeasureConfig")] config: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "MeasureOptions")] options: &JsValue,
) -> Result<JsValue, JsValue> {
    Ok(plain(&measured(config, options)?)?)
}

fn measured(config: &JsValue, options: &JsValue) -> Outcome<Json> {
    let mut options = argument::options("options", options, &["samples", "seed"], limits::MAX_RECIPE_BYTES)?;
    let samples = options.whole("samples", 1, limits::MAX_MEASURE_SAMPLES)?.unwrap_or(100_000);
    let seed = options.seed("seed")?.unwrap_or(1);
    let text = argument::json_text("config", config, limits::MAX_RECIPE_BYTES)?;
    let config = Config::from_json(&text).map_err(|error| Problem::new(Code::BadConfig, error.to_string()))?;
    let report = measure::run(&config, samples, seed, |_| true);
    serde_json::to_value(&report).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}
