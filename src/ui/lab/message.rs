//! What can be asked of the offline lab.

use crate::offline::state::{Conditions, Event, Link};
use crate::replication::delta::{Item, Key};
use crate::ui::message::Msg;
use crate::view::lab::edit::Edit;

/// One wish, or news of the device.
#[derive(Clone)]
pub enum LabMsg {
    /// The device has something to say.
    Device(Event),
    /// A person edits.
    Edit(Edit),
    /// A line for a new item.
    Add(String),
    /// A new note with this text.
    NewNote(String),
    /// A note is being edited, or none is.
    EditNote(Option<Key>),
    /// Take the last edit back.
    Undo,
    /// A cart to start with.
    Fill,
    /// One link.
    Link(Link, bool),
    /// Both links.
    Online(bool),
    /// What the link to the cloud is like.
    Conditions(Conditions),
    /// Ana edits.
    Ana,
    /// Push what a device without a page holds.
    Adopt(u32),
    /// Look for such devices.
    FindOrphans,
    /// To a native peer: address and secret; or away from it.
    Native(Option<(String, String)>),
    /// Open the store again.
    Retry,
    /// Keep the device as a file.
    Export,
    /// Put a file in its place.
    Import(web_sys::File),
    /// What came of something that took a while: a sentence, or what went wrong.
    Done(Result<String, String>),
    /// Which key is compared under all modes.
    Choose(Key),
    /// A dialog.
    Dialog(LabDialog),
    /// The device is to be cleared; with `true` all devices and the cloud.
    Clear(bool),
    /// A note in conflict becomes this; `None` deletes it.
    Decide(Option<String>),
    /// The tour.
    Tour(TourMsg),
}

/// Dialogs.
#[derive(Clone, Debug, PartialEq)]
pub enum LabDialog {
    /// Decide a conflict on a key, and on which line of it.
    Decide(Key, Option<Item>),
    /// Clear this device, or with `true` everything?
    Clear(bool),
}

/// The tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TourMsg {
    /// Fold it away.
    Dismiss,
    /// Show it again.
    Reopen,
    /// From the start.
    Restart,
}

impl From<LabMsg> for Msg {
    fn from(msg: LabMsg) -> Self {
        Self::Lab(msg)
    }
}
