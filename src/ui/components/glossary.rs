//! The glossary as a dialog, and terms as links to it wherever a text uses them.

use super::dialog::dialog;
use crate::ui::hooks::form;
use crate::ui::markup::{On, Say, Tag, button, tag};
use crate::ui::message::{Dialog, Msg, ShowMsg};
use crate::view::glossary::{self, Called, Stretch, Term};

/// The dialog, narrowed to what fits the search.
pub(super) fn glossary(search: &str, say: &Say) -> Tag {
    let found = glossary::search(search);
    let field = tag("input")
        .class("input")
        .set("type", "search")
        .set("id", "glossary-search")
        .set("placeholder", "A word, or what a system calls it")
        .set("aria-label", "Search the glossary")
        .set("autocomplete", "off")
        .flag("autofocus", true)
        .value(search.to_owned())
        .on(On::Input, say, |event| Some(Msg::Show(ShowMsg::Search(form::text(event)))))
        .testid("glossary-search");
    let told = match found.len() {
        0 => "No term fits this search.".to_owned(),
        1 => "1 term".to_owned(),
        count => format!("{count} terms"),
    };
    let told = tag("p").class("quiet").set("role", "status").testid("glossary-told").text(told);
    let terms = tag("div").class("glossary-terms").children(found.into_iter().map(|term| entry(term, say)));
    dialog("Glossary", "glossary-dialog", tag("div").child(field).child(told).child(terms), say)
}

fn entry(term: &'static Term, say: &Say) -> Tag {
    let called = tag("dl").class("glossary-called").children(term.called.iter().map(called));
    let source = tag("p").class("quiet").text(format!("Source: {}", term.source));
    tag("article")
        .key(term.id)
        .class("glossary-term")
        .testid(format!("glossary-{}", term.id))
        .child(tag("h3").text(capital(term.name)))
        .child(terms_but(term.definition, Some(term.id), say))
        .child(called)
        .child(source)
}

fn called(called: &'static Called) -> Tag {
    let doc = tag("a").set("href", called.doc).set("target", "_blank").set("rel", "noopener noreferrer");
    let doc = doc.set("aria-label", format!("Documentation of {}", called.system)).text("doc");
    let name = tag("dd").text(format!("{} ", called.name)).child(doc);
    tag("div").key(called.system).child(tag("dt").text(called.system)).child(name)
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A text whose terms lead to the glossary.
pub(super) fn terms(text: &str, say: &Say) -> Tag {
    terms_but(text, None, say)
}

/// The same, but for the term that the text is about.
fn terms_but(text: &str, own: Option<&str>, say: &Say) -> Tag {
    let stretch = |(index, Stretch { text, term }): (usize, Stretch<'_>)| match term.filter(|term| Some(term.id) != own) {
        Some(term) => link(term, text.to_owned(), say).key(index),
        None => tag("span").key(index).text(text.to_owned()),
    };
    tag("span").children(glossary::stretches(text).into_iter().enumerate().map(stretch))
}

/// The name of a guarantee, which leads to the glossary where that knows it.
pub(super) fn guarantee(id: &str, title: &'static str, say: &Say) -> Tag {
    glossary::find(id).map_or_else(|| tag("span").text(title), |term| link(term, title.to_owned(), say))
}

fn link(term: &'static Term, text: String, say: &Say) -> Tag {
    let link = button("term").on_click(say, Msg::Term(term.id)).set("title", term.definition);
    link.set("data-term", term.id).set("aria-haspopup", "dialog").text(text)
}

/// The way to the whole glossary.
pub(super) fn glossary_button(say: &Say) -> Tag {
    let open = button("button").on_click(say, Msg::Show(ShowMsg::Dialog(Dialog::Glossary)));
    open.testid("glossary").text("Glossary")
}
