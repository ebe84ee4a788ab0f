//! The page's dialog as the browser's modal one: it keeps the focus inside, and the focus goes back where it was.

use super::page;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

/// Where the focus was before a dialog came up.
#[derive(Default)]
pub(crate) struct Modal {
    before: Option<HtmlElement>,
}

impl Modal {
    /// Opens a dialog that has come onto the page, or gives the focus back when there is none any more.
    pub(crate) fn follow(&mut self) {
        let Some(document) = page::document() else { return };
        let dialog = document.query_selector("dialog").ok().flatten().and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok());
        match dialog {
            Some(dialog) if !dialog.open() => {
                // Elements of a drawing can have the focus too, and are no HTML elements.
                let focused = || document.active_element().map(JsCast::unchecked_into);
                self.before = self.before.take().or_else(focused);
                drop(dialog.show_modal());
            }
            Some(_) => {}
            None => {
                if let Some(before) = self.before.take() {
                    drop(before.focus());
                }
            }
        }
    }
}
