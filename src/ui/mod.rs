//! The page: Yew components over the pure pictures of `view`. Wasm only.
//!
//! [`App`] owns the run; everything below it is drawn from `view`, in parts that are drawn again only
//! when what they show has changed. Knows no strategy by name.

mod app;
mod clock;
mod components;
mod guide;
mod hooks;
mod keys;
mod markup;
mod message;
mod opening;
mod painter;
mod panic;
mod player;
mod screen;
mod theme;

pub use app::App;
pub use panic::show_panics;

/// Where the page wants the application: its `#app` element, emptied of the word "Loading".
#[must_use]
pub fn mount_point() -> Option<web_sys::Element> {
    let root = hooks::page::by_id("app")?;
    root.set_inner_html("");
    Some(root)
}
