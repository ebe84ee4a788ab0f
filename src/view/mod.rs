//! Pure pictures and words: what the page shows, as plain data, tested without a browser. Every sentence shown
//! to a person stands here, except lesson prose, which stands in its scenario.
//!
//! Knows no DOM, no canvas, no Yew; colours appear only as roles.

pub mod branches;
pub mod breakpoint;
pub mod cart;
#[cfg(feature = "catalogue")]
pub mod charts;
#[cfg(feature = "catalogue")]
pub mod compare;
pub mod conflict;
#[cfg(feature = "catalogue")]
pub mod course;
pub mod describe;
#[cfg(feature = "catalogue")]
pub mod diagram;
pub mod difference;
pub mod draft;
pub mod events;
pub mod faults;
pub mod geometry;
#[cfg(feature = "catalogue")]
pub mod glossary;
pub mod handles;
pub mod lab;
#[cfg(feature = "catalogue")]
pub mod lanes;
#[cfg(feature = "catalogue")]
pub mod marks;
pub mod names;
pub mod operations;
pub mod picker;
pub mod places;
pub mod quiet;
pub mod records;
#[cfg(feature = "catalogue")]
pub mod remedy;
pub mod replica;
#[cfg(feature = "catalogue")]
pub mod search;
#[cfg(feature = "catalogue")]
pub mod sequence;
pub mod settings;
#[cfg(feature = "catalogue")]
pub mod spacetime;
pub mod speed;
pub mod stage;
pub mod timeline;
#[cfg(feature = "catalogue")]
pub mod trace;
pub mod verdicts;
pub mod words;
pub mod writers;

#[cfg(test)]
mod example;
