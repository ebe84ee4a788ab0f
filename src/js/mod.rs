//! The JavaScript package: a run to steer ([`playground`]), the local leader ([`leader`]), lists and judgements
//! ([`functions`]). Options in, plain data out, errors with a code. Wasm only.
//!
//! Two rules keep callers from breaking it. No JavaScript of theirs runs while anything here is borrowed: arguments
//! are plain data by the time they come here (`package/index.js` copies them), and what calls back does so with empty
//! hands. And whatever comes in is bounded and checked before anything is allocated from it.

mod answer;
mod argument;
mod error;
pub mod functions;
mod journal;
pub mod leader;
mod names;
pub mod playground;
mod records;
mod snapshot;
mod types;
