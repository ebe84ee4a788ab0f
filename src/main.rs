//! The page: mounts the application, and says so when it cannot go on.

use replicascope::ui::{App, mount_point, show_panics};

fn main() {
    show_panics();
    match mount_point() {
        Some(root) => yew::Renderer::<App>::with_root(root).render(),
        None => yew::Renderer::<App>::new().render(),
    };
}
