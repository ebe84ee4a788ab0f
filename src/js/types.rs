//! The types of options and answers, where the generator of bindings knows nothing of their shape. Kept by hand, checked
//! by `tsc` against real answers.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("types.d.ts");
