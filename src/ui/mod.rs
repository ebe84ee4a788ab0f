//! The page: Yew components over the pure pictures of `view`. Wasm only.
//!
//! [`App`] owns the run; everything below it is a function of its properties. Knows no strategy by name.

mod app;
mod clock;
mod components;
mod guide;
mod hooks;
mod keys;
mod message;
mod opening;
mod painter;
mod panic;
mod player;
mod screen;
mod theme;

pub use app::App;
pub use panic::{drill_if_asked, show_panics};
