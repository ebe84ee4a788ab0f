//! What the page shows, drawn from the pictures of `view`: pictures in, wishes out.

mod alert;
mod ask;
mod branches;
mod cart_card;
#[cfg(feature = "catalogue")]
mod charts;
#[cfg(feature = "catalogue")]
mod compare;
#[cfg(feature = "catalogue")]
mod compare_table;
mod conflict;
#[cfg(feature = "catalogue")]
mod course;
#[cfg(feature = "catalogue")]
mod diagram;
mod dialog;
#[cfg(feature = "catalogue")]
mod embed;
#[cfg(feature = "catalogue")]
mod embed_snippets;
mod events;
#[cfg(feature = "catalogue")]
mod export;
mod faults;
mod flight_fault;
#[cfg(feature = "catalogue")]
mod glossary;
mod grips;
mod handle;
mod header;
mod help;
mod icon;
mod link_fault;
mod node_fault;
mod panel;
mod part;
mod partition;
mod picker;
mod places;
mod record_card;
mod replica;
mod replica_mark;
mod ribbon;
#[cfg(feature = "catalogue")]
mod search;
mod settings;
mod share;
mod stage;
mod stage_links;
mod time_bar;
mod track;
mod transport;
mod verdicts;
mod wires;

pub(crate) use alert::AlertBar;
#[cfg(feature = "lab")]
pub(crate) use ask::{ask, labelled, number_input};
pub(crate) use branches::Branches;
pub(crate) use cart_card::carts;
#[cfg(feature = "catalogue")]
pub(crate) use charts::ChartsView;
#[cfg(feature = "lab")]
pub(crate) use conflict::sides;
#[cfg(feature = "catalogue")]
pub(crate) use course::{CourseShown, LessonEnd};
#[cfg(feature = "catalogue")]
pub(crate) use diagram::{Chosen, DiagramView, Drawn};
#[cfg(feature = "lab")]
pub(crate) use dialog::dialog;
pub(crate) use dialog::{Open, dialogs};
#[cfg(feature = "catalogue")]
pub(crate) use embed::{EmbedTop, EmbedVerdicts};
pub(crate) use grips::id as grip_id;
pub(crate) use header::Header;
#[cfg(feature = "lab")]
pub(crate) use header::{brand, places, theme_switch};
#[cfg(feature = "lab")]
pub(crate) use icon::{Shape, icon};
pub(crate) use panel::PanelView;
#[cfg(feature = "lab")]
pub(crate) use part::Draw;
#[cfg(feature = "lab")]
pub(crate) use part::keyed_part;
pub(crate) use part::part;
pub(crate) use record_card::records;
pub(crate) use ribbon::RibbonView;
pub(crate) use share::Share;
pub(crate) use stage::{Editing, Stage};
pub(crate) use time_bar::TimeBar;
pub(crate) use transport::Transport;
