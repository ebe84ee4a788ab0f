//! Keys for breakpoints, branches, undo and the handles of the stage.

use super::keys;
use super::message::{Dialog, Msg, ShowMsg, TimeMsg};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// The keys and what they do, for the help.
pub(crate) const TABLE: [(&str, &str); 7] = [
    ("Ctrl+Z, Ctrl+Y", "take back what you did last, do it again"),
    (".", "run to the next breakpoint, or stop the search"),
    ("B", "the tree of branches"),
    ("L", "the course: all lessons, and where to go on"),
    ("G", "the glossary"),
    ("M", "pause and go to the messages in flight on the stage"),
    ("Arrows, Enter", "on the stage: to the next link, node or message, and what can happen to it"),
];

/// What `event` asks for, if anything.
pub(super) fn meaning(event: &KeyboardEvent) -> Option<Msg> {
    let is_typing = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| target.closest("input:not([type=range], [type=checkbox]), textarea, select").ok().flatten().is_some());
    if event.default_prevented() || event.alt_key() || is_typing || keys::has_dialog() {
        return None;
    }
    let is_command = event.ctrl_key() || event.meta_key();
    let msg = match (is_command, event.key().to_lowercase().as_str()) {
        (true, "z") if event.shift_key() => TimeMsg::Redo,
        (true, "z") => TimeMsg::Undo,
        (true, "y") => TimeMsg::Redo,
        (false, ".") => TimeMsg::Search,
        (false, "b") => return Some(Msg::Show(ShowMsg::Dialog(Dialog::Branches))),
        #[cfg(feature = "catalogue")]
        (false, "l") => return Some(Msg::Show(ShowMsg::Dialog(Dialog::Course))),
        #[cfg(feature = "catalogue")]
        (false, "g") => return Some(Msg::Show(ShowMsg::Dialog(Dialog::Glossary))),
        (false, "m") => TimeMsg::ToMessages,
        _ => return None,
    };
    Some(Msg::time(msg))
}
