//! Replicascope: database replication that you can watch, break and check.
//!
//! The replication code is written once, without I/O ([`replication`]), and runs in a seeded simulation
//! ([`simulation`]), in a browser, and in anyone's program. ARCHITECTURE.md is the map.

pub mod checkers;
#[cfg(feature = "catalogue")]
pub mod compare;
pub mod histories;
#[cfg(feature = "catalogue")]
pub mod hunt;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub mod js;
#[cfg(any(feature = "cli", feature = "js"))]
mod json;
pub mod limits;
pub mod measure;
pub mod offline;
#[cfg(feature = "catalogue")]
pub mod presets;
pub mod recipe;
pub mod replication;
pub mod scenarios;
pub mod session;
pub mod simulation;
pub mod view;
pub mod watch;

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
#[cfg(all(feature = "peer", not(target_arch = "wasm32")))]
pub mod peer;
#[cfg(feature = "ui")]
pub mod ui;

// The code in the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
