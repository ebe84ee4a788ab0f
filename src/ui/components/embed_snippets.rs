//! Lines of HTML to paste into another page, which show the run there: as a frame, and as the element of `www/embed.js`.

use super::share::Share;
use crate::ui::hooks::{clipboard, page};
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, ShowMsg};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// Both, or nothing where there is no link.
pub(super) fn snippets(shown: &Share, say: &Say) -> Tag {
    let lines = shown.link.as_deref().ok().and_then(|link| link.split_once('#')).map(|(address, recipe)| {
        let home = address.split('?').next().unwrap_or_default();
        tag("div")
            .child(tag("h3").text("Embed"))
            .child(snippet("embed-element", "As an element, which has the height and theme that fit", element(home, recipe), say))
            .child(snippet("embed-frame", "As a frame, where scripts are not allowed", frame(home, recipe), say))
    });
    tag("div").class("embed-snippets").maybe(lines)
}

fn element(home: &str, recipe: &str) -> String {
    let home_folder = home.rsplit_once('/').map_or(home, |(folder, _)| folder);
    format!(
        "<script src=\"{home_folder}/embed.js\" async></script>\n<replica-scope recipe=\"{recipe}\" controls>\n  \
        <a href=\"{home}#{recipe}\">Open this run in Replicascope</a>\n</replica-scope>"
    )
}

fn frame(home: &str, recipe: &str) -> String {
    format!(
        "<iframe src=\"{home}?embed=1&amp;view=stage&amp;theme=auto#{recipe}\" title=\"Replicascope\" width=\"100%\" height=\"640\" \
        loading=\"lazy\" sandbox=\"allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox\"></iframe>"
    )
}

/// Selects the lines, for those whose browser does not allow copying here.
fn select(id: &str) {
    if let Some(field) = page::by_id(id) {
        // A text area has a `select` just as an input has.
        field.unchecked_into::<HtmlInputElement>().select();
    }
}

fn snippet(id: &'static str, what: &'static str, text: String, say: &Say) -> Tag {
    let (copied, heard) = (text.clone(), say.clone());
    let on_copy = move |_: &web_sys::Event| {
        let heard = heard.clone();
        select(id);
        clipboard::copy(&copied, move |is_copied| heard.emit(Msg::Show(ShowMsg::Copied(is_copied))));
        None
    };
    let field = tag("textarea").class("input mono").set("id", id).set("rows", "3").flag("readonly", true).set("spellcheck", "false");
    let label = tag("label").child(tag("span").text(what)).child(field.value(text).testid(id));
    let copy = button("button").on(On::Click, say, on_copy).set("aria-label", format!("Copy: {what}")).text("Copy");
    tag("div").class("paste").child(label).child(copy)
}
