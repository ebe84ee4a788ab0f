//! What goes wrong, as `Error` objects with a stable `code`. The table of codes is in the package's README.

use crate::recipe::RecipeError;
use crate::simulation::setup::SetupError;
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The stable part of an error. Codes are only ever added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// An argument has the wrong type, is out of range, or has an unknown field.
    BadArgument,
    /// No scenario, variant, guarantee, model or mode has this name.
    UnknownName,
    /// Not a recipe, or one that cannot be run.
    BadRecipe,
    /// Not a share link, or a damaged one.
    BadLink,
    /// Not a history.
    BadHistory,
    /// Not a configuration of a measurement.
    BadConfig,
    /// Well-formed, but the run or the leader does not do it.
    Refused,
    /// Too long, or a bound is reached.
    TooLarge,
    /// Called from inside of itself.
    Busy,
    /// Our own mistake.
    Internal,
}

impl Code {
    const fn text(self) -> &'static str {
        match self {
            Self::BadArgument => "bad-argument",
            Self::UnknownName => "unknown-name",
            Self::BadRecipe => "bad-recipe",
            Self::BadLink => "bad-link",
            Self::BadHistory => "bad-history",
            Self::BadConfig => "bad-config",
            Self::Refused => "refused",
            Self::TooLarge => "too-large",
            Self::Busy => "busy",
            Self::Internal => "internal",
        }
    }
}

/// A code and a sentence.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    code: Code,
    message: String,
}

/// What everything here returns.
pub(super) type Outcome<T> = Result<T, Problem>;

impl Problem {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// An argument, or a field of one, that cannot be used.
    pub(super) fn argument(name: &str, expected: &str) -> Self {
        Self::new(Code::BadArgument, format!("{name}: {expected}"))
    }
}

impl From<Problem> for JsValue {
    fn from(problem: Problem) -> Self {
        let error = js_sys::Error::new(&problem.message);
        // A fresh error takes any field.
        drop(Reflect::set(&error, &"code".into(), &problem.code.text().into()));
        error.into()
    }
}

impl From<RecipeError> for Problem {
    fn from(error: RecipeError) -> Self {
        let code = match error {
            RecipeError::TooLong { .. } => Code::TooLarge,
            RecipeError::Link(_) => Code::BadLink,
            RecipeError::Json { .. } | RecipeError::Version { .. } | RecipeError::Invalid(_) => Code::BadRecipe,
        };
        Self::new(code, error.to_string())
    }
}

impl From<SetupError> for Problem {
    fn from(error: SetupError) -> Self {
        Self::new(Code::Refused, error.to_string())
    }
}
