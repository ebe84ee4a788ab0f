//! What callers pass, looked at before it is used: plain data as JSON, bounded; texts, numbers, seeds.

use super::error::{Code, Outcome, Problem};
use crate::limits;
use js_sys::{JSON, JsString};
use serde_json::{Map, Value as Json};
use wasm_bindgen::{JsCast, JsValue};

/// A text of at most so many bytes, as UTF-16 at most as many units.
pub(super) fn text(name: &str, value: &JsValue, bytes_max: usize) -> Outcome<String> {
    let text = value.dyn_ref::<JsString>().ok_or_else(|| Problem::argument(name, "must be a text"))?;
    let too_long = || Problem::new(Code::TooLarge, format!("{name}: at most {bytes_max} bytes"));
    if text.length() as usize > bytes_max {
        return Err(too_long());
    }
    Some(String::from(text)).filter(|text| text.len() <= bytes_max).ok_or_else(too_long)
}

/// A short text must be one in Unicode: what is none would become another text, and two could become the same.
pub(super) fn well_formed(name: &str, text: &JsValue) -> Outcome<()> {
    let is_good = text.dyn_ref::<JsString>().is_some_and(JsString::is_valid_utf16);
    if is_good { Ok(()) } else { Err(Problem::argument(name, "holds half of a character: a surrogate without the other")) }
}

/// Plain data as JSON text of at most so many bytes.
pub(super) fn json_text(name: &str, value: &JsValue, bytes_max: usize) -> Outcome<String> {
    let unreadable = || Problem::argument(name, "must be plain data");
    let json = JSON::stringify(value).map_err(|_| unreadable())?;
    if !json.is_string() {
        // `undefined` and functions have no JSON.
        return Err(unreadable());
    }
    text(name, &json, bytes_max)
}

/// An object of options with these fields at most; `undefined` has none.
pub(super) fn options(name: &str, value: &JsValue, known: &[&str], bytes_max: usize) -> Outcome<Options> {
    if value.is_undefined() {
        return Ok(Options(Map::new()));
    }
    let text = json_text(name, value, bytes_max)?;
    let value = serde_json::from_str(&text).map_err(|error| Problem::argument(name, &error.to_string()))?;
    let Json::Object(fields) = value else { return Err(Problem::argument(name, "must be an object")) };
    match fields.keys().find(|field| !known.contains(&field.as_str())) {
        Some(field) => Err(Problem::argument(name, &format!("has no field {field:?}; there are {}", known.join(", ")))),
        None => Ok(Options(fields)),
    }
}

/// The fields of an object, each taken out by its type. A missing one and `null` are the same.
pub(super) struct Options(Map<String, Json>);

impl Options {
    pub(super) fn any(&mut self, name: &str) -> Option<Json> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Outcome<Option<String>> {
        match self.any(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::argument(name, "must be a text")),
        }
    }

    pub(super) fn number(&mut self, name: &str, least: f64, most: f64) -> Outcome<Option<f64>> {
        let Some(value) = self.any(name) else { return Ok(None) };
        let number = value.as_f64().filter(|number| (least..=most).contains(number));
        number.map(Some).ok_or_else(|| Problem::argument(name, &format!("must be a number from {least} to {most}")))
    }

    pub(super) fn whole(&mut self, name: &str, least: u64, most: u64) -> Outcome<Option<u64>> {
        let Some(value) = self.any(name) else { return Ok(None) };
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && (least as f64..=most as f64).contains(number));
        let number = number.map(|number| number as u64);
        number.map(Some).ok_or_else(|| Problem::argument(name, &format!("must be a whole number from {least} to {most}")))
    }

    /// 64 bits: as a decimal text, or as a number that is exact.
    pub(super) fn seed(&mut self, name: &str) -> Outcome<Option<u64>> {
        let seed = match self.any(name) {
            None => return Ok(None),
            Some(Json::String(text)) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            Some(Json::Number(number)) => number.as_u64().filter(|number| *number < 1 << 53),
            Some(_) => None,
        };
        let expected = "must be a decimal text from \"0\" to \"18446744073709551615\", or a whole number below 2^53";
        seed.map(Some).ok_or_else(|| Problem::argument(name, expected))
    }
}

/// A time of a run, in milliseconds.
pub(super) fn time_ns(name: &str, value: &JsValue) -> Outcome<u64> {
    let most = limits::MAX_RUN_NS / 1_000_000;
    let ms = value.as_f64().filter(|ms| (0.0..=most as f64).contains(ms));
    ms.map(|ms| (ms * 1e6) as u64).ok_or_else(|| Problem::argument(name, &format!("must be a number of milliseconds from 0 to {most}")))
}
