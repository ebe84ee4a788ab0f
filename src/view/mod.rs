//! Pure pictures and words: what the page shows, as plain data, tested without a browser. Every sentence shown
//! to a person stands here, except lesson prose, which stands in its scenario.
//!
//! Knows no DOM, no canvas, no Yew; colours appear only as roles.

pub mod branches;
pub mod breakpoint;
pub mod cart;
pub mod conflict;
pub mod describe;
#[cfg(feature = "catalogue")]
pub mod diagram;
pub mod difference;
pub mod draft;
pub mod events;
pub mod faults;
pub mod geometry;
pub mod handles;
pub mod lab;
pub mod names;
pub mod operations;
pub mod picker;
pub mod places;
pub mod quiet;
pub mod records;
pub mod replica;
#[cfg(feature = "catalogue")]
pub mod sequence;
pub mod settings;
#[cfg(feature = "catalogue")]
pub mod spacetime;
pub mod speed;
pub mod stage;
pub mod timeline;
pub mod verdicts;
pub mod words;
pub mod writers;

#[cfg(test)]
mod example;
