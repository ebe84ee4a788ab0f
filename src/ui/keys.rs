//! Keys of the whole page. Where a control has the focus, its own keys come first.

use super::IS_WHOLE;
use super::hooks::page;
use super::message::{Dialog, GuideMsg, Msg, RunMsg, ShowMsg};
use super::time_keys;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// The keys and what they do, for the help.
pub(crate) const TABLE: [(&str, &str); 7] = [
    ("Space", "play or pause"),
    ("→  ←", "step to the next event, step back"),
    ("Enter or N", "next step of the guide"),
    ("O", "take your device offline or online"),
    ("Tab, Enter", "move to a replica on the stage, inspect it"),
    ("S", "choose a scenario"),
    ("?", "this help"),
];

/// What `event` asks for, if anything.
pub(crate) fn meaning(event: &KeyboardEvent) -> Option<Msg> {
    if IS_WHOLE
        && has("main.play")
        && let Some(msg) = time_keys::meaning(event)
    {
        return Some(msg);
    }
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || has_dialog() {
        return None;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_in = |selector: &str| target.as_ref().is_some_and(|target| target.closest(selector).ok().flatten().is_some());
    if is_in("input, select, textarea") {
        return None;
    }
    let presses = is_in("button, a, summary, [role=button]");
    let arrows = is_in("[role=tablist], [role=radiogroup]");
    #[cfg(feature = "catalogue")]
    if let Some(msg) = compare_key(&event.key(), presses) {
        return Some(msg);
    }
    if IS_WHOLE && !has(".transport") && !matches!(event.key().as_str(), "?" | "s" | "S") {
        return None;
    }
    match event.key().as_str() {
        " " if !presses => Some(Msg::Run(RunMsg::Toggle)),
        "ArrowRight" if !arrows => Some(Msg::Run(RunMsg::Step)),
        "ArrowLeft" if !arrows => Some(Msg::Run(RunMsg::StepBack)),
        "Enter" if !presses => Some(Msg::Guide(GuideMsg::Next)),
        "n" | "N" => Some(Msg::Guide(GuideMsg::Next)),
        "?" => Some(Msg::Show(ShowMsg::Dialog(Dialog::Help))),
        "s" | "S" => Some(Msg::Show(ShowMsg::Dialog(Dialog::Scenarios))),
        "o" | "O" => Some(Msg::ToggleDevice),
        _ => None,
    }
}

/// The keys of the time, where runs are compared.
#[cfg(feature = "catalogue")]
fn compare_key(key: &str, presses: bool) -> Option<Msg> {
    use super::measure::CompareMsg;
    let wish = match key {
        " " if !presses => CompareMsg::Toggle,
        "ArrowRight" => CompareMsg::Step,
        "ArrowLeft" => CompareMsg::StepBack,
        _ => return None,
    };
    has(".compare-transport").then(|| wish.into())
}

/// Whether a dialog is open: it has the keys to itself.
pub(super) fn has_dialog() -> bool {
    has("dialog[open]")
}

/// Whether the page has such an element.
fn has(selector: &str) -> bool {
    page::document().is_some_and(|document| document.query_selector(selector).ok().flatten().is_some())
}
