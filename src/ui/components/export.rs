//! The part of the Share dialog that saves files and opens them.

use crate::ui::export::{Export, ExportMsg};
use crate::ui::hooks::file;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::Msg;

/// Saving, the recipe by `download`, and opening a file.
pub(super) fn exports(download: Tag, say: &Say) -> Tag {
    let save = |what: Export| {
        let testid = format!("export{}", what.ending().replace('.', "-"));
        button("button button-small")
            .key(testid.clone())
            .on_click(say, Msg::Export(ExportMsg::Save(what)))
            .testid(testid)
            .text(what.title())
    };
    let on_change = |event: &web_sys::Event| Some(Msg::Export(ExportMsg::Import(file::chosen(event)?)));
    let field = tag("input").set("type", "file").set("accept", ".json,.txt,application/json,text/plain").testid("import-file");
    let label = tag("label").child(tag("span").text("Open a file with a link or a recipe")).child(field.on(On::Change, say, on_change));
    tag("section")
        .class("exports")
        .child(tag("h3").text("Save as a file"))
        .child(
            tag("div")
                .class("export-buttons")
                .child(tag("span").child(download.class("button button-small").text("Recipe (JSON)")))
                .child(tag("span").class("export-others").children(Export::ALL.into_iter().map(save))),
        )
        .child(tag("h3").text("Open"))
        .child(label)
        .child(tag("p").class("quiet").text("A file can also be dropped anywhere on the page."))
}
