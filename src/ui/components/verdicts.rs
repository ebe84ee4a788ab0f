//! The verdicts tab: each guarantee with its mark, its meaning and its proof.

use crate::ui::markup::{Tag, tag};
use crate::view::verdicts::VerdictCard;

/// The tab.
pub(super) fn verdicts_tab(cards: &[VerdictCard]) -> Tag {
    let block = tag("section")
        .class("block")
        .child(tag("h2").text("Guarantees, judged from what clients saw"))
        .child(tag("ul").class("verdicts").children(cards.iter().map(card)));
    tag("div").class("tab-body").child(block)
}

fn card(card: &VerdictCard) -> Tag {
    let sentence = |(index, text): (usize, &String)| tag("li").key(index).text(text.clone());
    let sign = tag("span").class("verdict-sign").set("role", "img").set("aria-label", card.state).text(card.sign);
    let words = tag("div")
        .class("verdict-words")
        .child(tag("h3").text(card.title).child(tag("span").class("promise").text(card.promise)))
        .child(tag("p").class("quiet").text(card.meaning))
        .child(tag("ul").class("witness").children(card.witness.iter().enumerate().map(sentence)));
    let verdict = tag("li").key(card.id).class(format!("verdict verdict-{}", card.state)).testid(format!("verdict-{}", card.id));
    verdict.set("data-state", card.state).child(sign).child(words)
}
