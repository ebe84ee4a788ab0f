//! Answers as plain data of JavaScript: objects, arrays, texts, numbers. What has 64 bits and no bound is text.

use super::error::{Code, Outcome, Problem};
use serde::Serialize as _;
use serde_json::Value as Json;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// Plain data of JavaScript.
pub(super) fn plain(value: &Json) -> Outcome<JsValue> {
    value.serialize(&Serializer::json_compatible()).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}
