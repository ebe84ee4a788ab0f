//! A panic must not leave a dead page: it says where it stopped and shows the recipe to report.

use super::hooks::page;
use std::cell::RefCell;

thread_local! {
    static RECIPE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Remembers the run as it is now, for the message of a later panic.
pub(crate) fn remember(recipe: String) {
    RECIPE.with(|cell| {
        if let Ok(mut kept) = cell.try_borrow_mut() {
            *kept = recipe;
        }
    });
}

/// From now on a panic fills the page's `#panic` element.
pub(crate) fn show_panics() {
    yew::set_custom_panic_hook(Box::new(|info| {
        let message = info.to_string();
        web_sys::console::error_1(&message.as_str().into());
        let recipe = RECIPE.with(|cell| cell.try_borrow().map(|kept| kept.clone()).unwrap_or_default());
        show(&message, &recipe);
    }));
}

fn show(message: &str, recipe: &str) {
    let Some(region) = page::by_id("panic") else { return };
    drop(region.remove_attribute("hidden"));
    for (id, text) in [("panic-message", message), ("panic-recipe", recipe)] {
        if let Some(element) = page::by_id(id) {
            element.set_text_content(Some(text));
        }
    }
}

/// The address `?panic-drill` stops the page on purpose, so that a test (or a doubtful person) sees what a panic shows.
pub(crate) fn drill_if_asked() {
    let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    assert!(search != "?panic-drill", "a drill, asked for by the address");
}
