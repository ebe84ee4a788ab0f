//! Measure: the search for an anomaly, and comparisons. State of the place; what it shows is drawn from `view`.

mod compare;
mod lane;
mod message;
mod search;
mod searcher;
mod serve;
mod shown;

pub(crate) use compare::Compare;
pub use message::{CompareMsg, LaneMsg};
pub use search::SearchMsg;
pub(crate) use search::{Found, Search, SearchView, Subject};
pub(crate) use serve::{is_worker, serve};
pub(crate) use shown::{CompareView, LaneView};
