//! The share dialog: a link that holds the whole run, and the recipe as text.

use super::dialog::dialog;
use crate::ui::IS_WHOLE;
use crate::ui::hooks::{clipboard, form, page};
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Msg, OpenMsg, ShowMsg};

/// What can be shared.
pub(crate) struct Share {
    /// The link, or why there is none.
    pub(crate) link: Result<String, String>,
    /// Whether other branches are too long for it.
    pub(crate) leaves_out: bool,
    /// The recipe as JSON.
    pub(crate) recipe: String,
    /// Whether copying worked, once tried.
    pub(crate) is_copied: Option<bool>,
}

/// The dialog.
pub(super) fn share(shown: &Share, say: &Say) -> Tag {
    let href = format!("data:application/json;charset=utf-8,{}", String::from(js_sys::encode_uri_component(&shown.recipe)));
    let download = tag("a").class("button").set("href", href).set("download", "replicascope.json").testid("download");
    let promise = "The link holds the whole run: setup, seed and every action. Nothing is sent anywhere.";
    let body = tag("div")
        .child(tag("p").class("quiet").text(promise))
        .maybe((IS_WHOLE && shown.leaves_out).then(left_out))
        .child(link_field(shown, say));
    #[cfg(not(feature = "catalogue"))]
    let body = body.child(tag("h3").text("Recipe")).child(tag("p").child(download.text("Download as JSON")));
    let body = body.child(paste_field(say));
    #[cfg(feature = "catalogue")]
    let body = body.child(super::export::exports(download, say));
    #[cfg(feature = "catalogue")]
    let body = body.child(super::embed_snippets::snippets(shown, say));
    dialog("Share this run", "share-dialog", body, say)
}

fn left_out() -> Tag {
    tag("p")
        .testid("left-out")
        .text("The link holds the branch on the stage alone: all of them are too long for one. The recipe, saved as a file, holds all.")
}

fn link_field(shown: &Share, say: &Say) -> Tag {
    let (link, heard) = (shown.link.clone(), say.clone());
    let on_copy = move |_: &web_sys::Event| {
        let heard = heard.clone();
        page::select("share-link");
        clipboard::copy(link.as_deref().ok()?, move |is_copied| heard.emit(Msg::Show(ShowMsg::Copied(is_copied))));
        None
    };
    let said = match shown.is_copied {
        None => "",
        Some(true) => "Copied.",
        Some(false) => "The browser does not allow copying here: the link is selected, press Ctrl+C.",
    };
    let text = shown.link.clone().unwrap_or_else(|reason| format!("No link: {reason}"));
    let field = tag("input").class("input").set("id", "share-link").flag("readonly", true).value(text).set("aria-label", "Link");
    let copy = button("button button-main").on(On::Click, say, on_copy).flag("disabled", shown.link.is_err());
    tag("div")
        .class("share-link")
        .child(field.testid("share-link"))
        .child(copy.testid("copy").text("Copy link"))
        .child(tag("p").class("quiet").set("role", "status").text(said))
}

fn paste_field(say: &Say) -> Tag {
    let on_submit = |event: &web_sys::Event| {
        let text = form::submitted(event);
        (!text.is_empty()).then_some(Msg::Open(OpenMsg::Text(text)))
    };
    let area = tag("textarea").class("input").set("rows", "3").set("spellcheck", "false").testid("paste");
    let label = tag("label").child(tag("span").text("Open a link or a recipe")).child(area);
    let open = tag("button").set("type", "submit").class("button").testid("open-paste").text("Open");
    tag("form").class("paste").on(On::Submit, say, on_submit).child(label).child(open)
}
