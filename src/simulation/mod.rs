//! A cluster in a box: a seeded network delivers the messages of real protocol code and injects faults.
//! Knows no strategy by name outside `registry`.

pub mod cluster;
pub mod command;
pub mod dials;
pub mod engine;
#[cfg(feature = "catalogue")]
pub mod forms;
pub mod history;
pub mod journal;
mod latest;
pub mod registry;
pub mod setup;
pub mod snapshot;
pub mod topology;

mod any;
mod chunk;
mod client;
mod edit;
mod faults;
mod heap;
mod interference;
mod latency;
mod line;
mod link;
mod network;
mod node;
mod observe;
mod queue;
mod routing;
mod sessions;
#[expect(clippy::module_inception, reason = "the type is the room's subject")]
mod simulation;
mod workload;
mod world;

pub use node::LOCAL_CLOCK_START;
pub use simulation::{Options, Simulation};
