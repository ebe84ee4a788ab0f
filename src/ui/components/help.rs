//! The help: keys, signs, and the rules of the page.

use super::dialog::dialog;
use super::icon::svg;
use crate::replication::protocol::MessageKind;
use crate::ui::IS_WHOLE;
use crate::ui::markup::{Say, Tag, tag};
use crate::ui::{keys, time_keys};
use crate::view::stage::{Form, glyph};
use crate::view::words;

const KINDS: [MessageKind; 14] = [
    MessageKind::Batch,
    MessageKind::Replicate,
    MessageKind::Acknowledge,
    MessageKind::Nack,
    MessageKind::Hello,
    MessageKind::Done,
    MessageKind::Read,
    MessageKind::Write,
    MessageKind::Heartbeat,
    MessageKind::Vote,
    MessageKind::Snapshot,
    MessageKind::Repair,
    MessageKind::Hint,
    MessageKind::Hash,
];

const RULES: [&str; 5] = [
    "Changing a cart, going online, healing and restarting let time run until everything has settled; then it pauses. What you break shows at once. While you are stepping, it stays paused.",
    "While nothing but heartbeats is in flight, time passes ten times faster.",
    "Acting in the past opens a branch; both futures are kept.",
    "Pending: not yet durable where it must be. Confirmed: it is.",
    "Times are relative to the run. The events tab tells everything that the picture shows.",
];

/// The dialog.
pub(super) fn help(say: &Say) -> Tag {
    let key = |(key, meaning): &(&'static str, &'static str)| {
        let name = tag("dt").child(tag("kbd").text(*key));
        tag("div").key(*key).class("fact").child(name).child(tag("dd").text(*meaning))
    };
    let known = keys::TABLE.iter().chain(time_keys::TABLE.iter().filter(|_| IS_WHOLE));
    #[cfg(feature = "catalogue")]
    let known = known.chain(&super::diagram::KEY_TABLE);
    #[cfg(feature = "catalogue")]
    let more = Some(super::glossary::glossary_button(say));
    #[cfg(not(feature = "catalogue"))]
    let more = None;
    let body = tag("div")
        .maybe(more)
        .child(tag("h3").text("Keys"))
        .child(tag("dl").class("facts").children(known.map(key)))
        .child(tag("h3").text("Messages"))
        .child(tag("ul").class("glyphs").children(KINDS.into_iter().map(kind)))
        .child(tag("h3").text("Rules of the page"))
        .child(tag("ul").class("rules").children(RULES.into_iter().map(|rule| tag("li").text(rule))));
    dialog("Help", "help-dialog", body, say)
}

fn kind(kind: MessageKind) -> Tag {
    let (form, letter, tone) = glyph(kind);
    let disc = |radius: &'static str| tag("circle").set("cx", "12").set("cy", "12").set("r", radius);
    let outline = match form {
        Form::Disc | Form::Ring => disc("9"),
        Form::Dot => disc("3"),
        Form::Diamond => tag("path").set("d", "M12 1l11 11-11 11-11-11z"),
        Form::Triangle => tag("path").set("d", "M12 2l10 19H2z"),
        Form::Square => tag("path").set("d", "M3 3h18v18H3z"),
    };
    let class = format!("glyph glyph-{}{}", tone.id(), if form == Form::Ring { " glyph-hollow" } else { "" });
    let letter = tag("text").set("x", "12").set("y", "16").text(letter);
    let picture = svg(class, "0 0 24 24", "24").child(outline).child(letter);
    tag("li").key(words::message(kind)).child(picture).child(tag("span").text(words::message(kind)))
}
