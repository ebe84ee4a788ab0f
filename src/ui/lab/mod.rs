//! The offline lab: the real local leader in this tab, its cart and notes, and everything that one can do to its links.
//! A page of its own ([`Lab`]), made of the same elements and parts as the main one.

mod app;
mod cart;
mod cloud;
mod conflicts;
mod connection;
mod decide;
mod devices;
mod entry;
mod held;
mod identity;
mod message;
mod modes;
mod native;
mod notes;
mod outbox;
mod storage;
mod told;
mod top;
mod tour;

pub use app::Lab;
pub use message::LabMsg;

use super::markup::{Tag, tag};
use crate::view::lab::links::Said;

/// A card with a heading.
fn card(class: &'static str, title: &'static str) -> Tag {
    tag("section").class(class).set("aria-label", title).child(tag("h2").text(title))
}

/// A sentence in its tone.
fn spoken(said: &Said) -> Tag {
    tag("p").class(format!("lab-said tone-{}", said.tone.id())).text(said.text.clone())
}

/// What stands behind a word, for those who want to know.
fn more(summary: &'static str, text: &'static str) -> Tag {
    tag("details").class("lab-more").child(tag("summary").text(summary)).child(tag("p").class("quiet").text(text))
}
