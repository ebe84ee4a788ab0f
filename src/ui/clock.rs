//! The two things that change with every frame besides the canvas: the time and the cursor of the track.

use super::IS_WHOLE;
use crate::replication::time::SimTime;
use crate::view::timeline;
use crate::view::words;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::NodeRef;

/// Where they are on the page.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Clock {
    /// The time in words.
    pub(crate) time: NodeRef,
    /// The range input of the track.
    pub(crate) scrub: NodeRef,
}

impl Clock {
    /// Shows `now` on a track that ends at `extent`. Past the virtual DOM, which does not know these values.
    pub(crate) fn show(&self, now: SimTime, extent: SimTime) {
        let words = words::time(now);
        if let Some(time) = self.time.cast::<HtmlElement>() {
            // The same text node all the time: another one would be laid out from scratch.
            if IS_WHOLE && let Some(text) = time.first_child() {
                text.set_node_value(Some(&words));
            } else {
                time.set_text_content(Some(&words));
            }
            drop(time.set_attribute("data-ns", &now.0.to_string()));
        }
        if let Some(scrub) = self.scrub.cast::<HtmlInputElement>() {
            let place = timeline::place(now, extent).to_string();
            drop(scrub.set_attribute("aria-valuetext", &words));
            if scrub.value() != place {
                scrub.set_value(&place);
            }
        }
    }
}
