//! The page: mounts the application.

use replicascope::ui::{App, show_panics};

fn main() {
    show_panics();
    yew::Renderer::<App>::new().render();
}
