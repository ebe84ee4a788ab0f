//! What the page shows, drawn from the pictures of `view`: pictures in, wishes out.

mod alert;
mod ask;
mod cart_card;
mod conflict;
mod dialog;
mod events;
mod faults;
mod header;
mod help;
mod icon;
mod link_fault;
mod node_fault;
mod panel;
mod part;
mod replica;
mod replica_mark;
mod ribbon;
mod share;
mod stage;
mod stage_links;
mod track;
mod transport;
mod verdicts;

pub(crate) use alert::AlertBar;
pub(crate) use cart_card::carts;
pub(crate) use dialog::{Open, dialogs};
pub(crate) use header::Header;
pub(crate) use panel::PanelView;
pub(crate) use part::part;
pub(crate) use ribbon::RibbonView;
pub(crate) use share::Share;
pub(crate) use stage::Stage;
pub(crate) use transport::Transport;
