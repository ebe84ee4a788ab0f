//! Measure: the search for an anomaly, and comparisons. State of the place; what it shows is drawn from `view`.

mod search;
mod searcher;
mod serve;

pub use search::SearchMsg;
pub(crate) use search::{Found, Search, SearchView, Subject};
pub(crate) use serve::{is_worker, serve};
