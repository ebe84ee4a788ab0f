//! The page: mounts the application.

use replicascope::ui::{App, drill_if_asked, show_panics};

fn main() {
    show_panics();
    yew::Renderer::<App>::new().render();
    drill_if_asked();
}
