//! Function components: properties in, wishes out.

mod alert;
mod ask;
mod cart_card;
mod carts;
mod conflict;
mod dialog;
mod dialogs;
mod events;
mod faults;
mod header;
mod help;
mod icon;
mod link_fault;
mod node_fault;
mod panel;
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
pub(crate) use carts::carts;
pub(crate) use dialogs::{DialogsProps, dialogs};
pub(crate) use header::Header;
pub(crate) use panel::PanelView;
pub(crate) use ribbon::RibbonView;
pub(crate) use stage::Stage;
pub(crate) use transport::Transport;
