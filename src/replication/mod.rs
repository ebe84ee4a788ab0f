//! The sans-I/O heart: what a replica knows, decides and says. Knows no network, queue, screen or browser.

/// Whether this is the page's first program, which knows the opening scene alone: what that scene has no use for (the home
/// leader's mode, the world outside of the simulation) is left out of it, so that it is small.
pub(crate) const IS_OPENING_ALONE: bool = cfg!(all(feature = "ui", not(feature = "catalogue"), not(feature = "lab")));

pub mod base;
pub mod causality;
pub mod clock;
pub mod collecting;
pub mod delta;
pub mod exchange;
pub mod hash;
pub mod ids;
pub mod key_log;
pub mod log;
pub mod modes;
pub mod note;
pub mod outside;
pub mod protocol;
pub mod random;
pub mod rules;
pub mod setting;
pub mod state;
pub mod store;
pub mod strategies;
pub mod time;
pub mod view;
pub mod wire;
pub mod writer;
