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
        // In a field of the type "search" the first Escape would only empty it.
        .set("type", "text")
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
    // Titles of works stay as they are.
    let is_work = term.source.starts_with(char::is_uppercase);
    let cite = tag("cite").text(term.source);
    let source = tag("p").class("quiet").text("Source: ").child(if is_work { cite.set("lang", "en") } else { cite });
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
    // The way to where that system's documentation says so.
    let doc = tag("a").set("href", called.doc).set("target", "_blank").set("rel", "noopener noreferrer").text(called.name);
    tag("div").key(called.system).child(tag("dt").text(called.system)).child(tag("dd").child(doc))
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A text whose terms lead to the glossary.
pub(super) fn terms(text: &str, say: &Say) -> Tag {
    terms_but(text, None, say)
}

/// The same, but for the term that the text is about. Other languages have the sentence as a whole, with its terms behind it:
/// a sentence in pieces cannot be translated. The style sheet shows the one that fits the page's language.
pub(super) fn terms_but(text: &str, own: Option<&str>, say: &Say) -> Tag {
    let stretches = glossary::stretches(text);
    let is_linked = |stretch: &Stretch<'_>| stretch.term.filter(|term| Some(term.id) != own);
    let used: Vec<&'static Term> = stretches.iter().filter_map(is_linked).collect();
    if used.is_empty() {
        return tag("span").text(text.to_owned());
    }
    let piece = |(index, stretch): (usize, &Stretch<'_>)| match is_linked(stretch) {
        Some(term) => link(term, stretch.text.to_owned(), say).key(index),
        None => tag("span").key(index).text(stretch.text.to_owned()),
    };
    let linked = tag("span").class("prose-linked").set("lang", "en").children(stretches.iter().enumerate().map(piece));
    let whole = tag("span").class("prose-whole").text(text.to_owned());
    let one = |term: &'static Term| tag("span").key(term.id).text(" ").child(link(term, term.name.to_owned(), say));
    let behind = tag("span").class("prose-terms").children(used.into_iter().map(one));
    tag("span").child(linked).child(whole).child(behind)
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
