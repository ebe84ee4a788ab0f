//! A cluster in a box: a seeded network delivers the messages of real protocol code and injects faults.
//! Knows no strategy by name outside `registry`.

pub mod command;
pub mod engine;
pub mod history;
pub mod journal;
pub mod setup;
pub mod snapshot;
