//! The sans-I/O heart: what a replica knows, decides and says. Knows no network, queue, screen or browser.

pub mod causality;
pub mod clock;
pub mod delta;
pub mod hash;
pub mod ids;
pub mod note;
pub mod protocol;
pub mod random;
pub mod strategies;
pub mod time;
pub mod view;
