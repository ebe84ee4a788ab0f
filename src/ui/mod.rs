//! The page: Yew components over the pure pictures of `view`. Wasm only.
//!
//! [`App`] owns the run; everything below it is drawn from `view`, in parts that are drawn again only
//! when what they show has changed. Knows no strategy by name.

mod aloud;
mod app;
#[cfg(feature = "catalogue")]
mod charts;
mod clock;
mod components;
#[cfg(feature = "catalogue")]
mod course;
#[cfg(feature = "catalogue")]
mod diagram;
#[cfg(feature = "catalogue")]
mod embed;
#[cfg(feature = "catalogue")]
mod export;
mod guide;
mod hooks;
mod kept;
mod keys;
#[cfg(feature = "lab")]
mod lab;
mod markup;
#[cfg(feature = "catalogue")]
mod measure;
mod message;
mod opening;
mod pace;
mod painter;
mod panic;
mod place;
mod player;
mod screen;
mod stamps;
mod theme;
mod time_keys;

pub use app::App;
#[cfg(feature = "catalogue")]
pub use charts::ChartsMsg;
#[cfg(feature = "catalogue")]
pub use course::CourseMsg;
#[cfg(feature = "catalogue")]
pub use diagram::DiagramMsg;
#[cfg(feature = "catalogue")]
pub use export::ExportMsg;
#[cfg(feature = "lab")]
pub use lab::{Lab, LabMsg};
#[cfg(feature = "catalogue")]
pub use measure::{CompareMsg, LaneMsg, SearchMsg};
pub use place::Place;

// What only the program with everything can do hangs on this constant, so that the other one does not carry it.
use crate::scenarios::index::IS_WHOLE;

/// Starts the application on the page, and says so when it cannot go on. In a worker it searches for the page instead.
pub fn start() {
    #[cfg(feature = "catalogue")]
    if measure::is_worker() {
        return measure::serve();
    }
    mount::<App>();
}

/// Starts the offline lab on the page instead.
#[cfg(feature = "lab")]
pub fn start_lab() {
    mount::<Lab>();
}

fn mount<C: yew::BaseComponent<Properties = ()>>() {
    panic::show_panics();
    match mount_point() {
        Some(root) => yew::Renderer::<C>::with_root(root).render(),
        None => yew::Renderer::<C>::new().render(),
    };
}

/// The fragment of an address that opens a pasted link or recipe; nothing when it is neither.
fn link_to(text: &str) -> Option<String> {
    let text = text.trim();
    match text.starts_with('{') {
        true => Some(format!("#{}", String::from(js_sys::encode_uri_component(text)))),
        false => text.find("#v").map(|start| text[start..].to_owned()),
    }
}

/// Where the page wants the application: its `#app` element, emptied of the word "Loading".
fn mount_point() -> Option<web_sys::Element> {
    let root = hooks::page::by_id("app")?;
    root.set_inner_html("");
    Some(root)
}
