//! What can happen to a thing on the stage: the same controls as in the faults tab, for this one alone.

use super::dialog::dialog;
use super::flight_fault::flights_form;
use super::part::keyed_part;
use crate::ui::markup::{Say, Tag, tag};
use crate::view::handles::Held;
use yew::Html;

/// The dialog.
pub(super) fn handle(held: &Held, say: &Say) -> Tag {
    let (title, body) = match held {
        Held::Node(node) => ("Node", list(keyed_part(node.node.0, node.clone(), say))),
        Held::Link(link) => ("Link", link_body(link, say)),
        Held::Message(message, facts) => {
            let form = flights_form(tag("div").class("block-head"), list(keyed_part(message.message, message.clone(), say)), say);
            ("Message", tag("div").child(self::facts(facts)).child(form))
        }
        Held::Gone(why) => ("Message", tag("p").testid("handle-gone").text(why.clone())),
    };
    let hint = tag("p").class("quiet").text("Everything done here is recorded in the recipe and can be taken back with Ctrl+Z.");
    dialog(title, "handle-dialog", tag("div").child(body).child(hint), say)
}

fn link_body(link: &crate::view::faults::LinkFault, say: &Say) -> Tag {
    let is_inside = link.sites.is_some_and(|(a, b)| a == b);
    let note = is_inside.then(|| tag("p").class("quiet").text("Latency and loss are those of all links inside this site."));
    tag("div").child(list(keyed_part(link.name.clone(), link.clone(), say))).child(tag("div").maybe(note))
}

fn list(item: Html) -> Tag {
    tag("ul").class("faults").child(item)
}

fn facts(facts: &[(&'static str, String)]) -> Tag {
    let fact = |(name, said): &(&'static str, String)| {
        tag("div").key(*name).class("fact").child(tag("dt").text(*name)).child(tag("dd").text(said.clone()))
    };
    tag("dl").class("facts").testid("message-facts").children(facts.iter().map(fact))
}
