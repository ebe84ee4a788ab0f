//! What goes wrong, as `Error` objects with a stable `code`. The table of codes is in the package's README.

use crate::offline::storage::StorageError;
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
    /// There is no store to be had.
    NoStorage,
    /// The store has no room.
    StorageFull,
    /// What is stored cannot be read.
    StorageDamaged,
    /// What is stored is of a newer version.
    StorageNewer,
    /// Another page holds an older version of the store open.
    StorageBlocked,
    /// Another page, or another call, has opened the same leader.
    TakenOver,
    /// The leader was closed.
    Closed,
    /// What came over a channel is no message.
    BadFrame,
    /// Not a file of a leader.
    BadFile,
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
            Self::NoStorage => "no-storage",
            Self::StorageFull => "storage-full",
            Self::StorageDamaged => "storage-damaged",
            Self::StorageNewer => "storage-newer",
            Self::StorageBlocked => "storage-blocked",
            Self::TakenOver => "taken-over",
            Self::Closed => "closed",
            Self::BadFrame => "bad-frame",
            Self::BadFile => "bad-file",
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

    /// The same problem under another code.
    pub(super) fn coded(self, code: Code) -> Self {
        Self { code, ..self }
    }

    /// Its code, as callers see it.
    pub(super) const fn code_text(&self) -> &'static str {
        self.code.text()
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

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        let code = match error {
            StorageError::Unavailable(_) => Code::NoStorage,
            StorageError::Full(_) => Code::StorageFull,
            StorageError::Fenced => Code::TakenOver,
            StorageError::Newer(_) => Code::StorageNewer,
            StorageError::Blocked => Code::StorageBlocked,
            StorageError::Damaged(_) => Code::StorageDamaged,
        };
        Self::new(code, error.to_string())
    }
}
