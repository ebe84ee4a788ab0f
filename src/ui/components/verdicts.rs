//! The verdicts tab: each guarantee with its mark, its meaning and its proof.

use crate::ui::IS_WHOLE;
use crate::ui::markup::{Say, Tag, button, tag};
use crate::ui::message::{Msg, ShowMsg};
use crate::view::verdicts::{VerdictCard, WitnessLine};

/// The tab.
pub(super) fn verdicts_tab(cards: &[VerdictCard], say: &Say) -> Tag {
    let block = tag("section")
        .class("block")
        .child(tag("h2").text("Guarantees, judged from what clients saw"))
        .child(tag("ul").class("verdicts").children(cards.iter().map(|one| card(one, say))));
    tag("div").class("tab-body").child(block)
}

fn card(card: &VerdictCard, say: &Say) -> Tag {
    let sign = tag("span").class("verdict-sign").set("role", "img").set("aria-label", card.state).text(card.sign);
    let proof = card.witness.iter().enumerate().map(|(index, line)| witness(line, card, say).key(index));
    let words = tag("div")
        .class("verdict-words")
        .child(title(card, say).child(tag("span").class("promise").text(card.promise)))
        .child(meaning(card, say))
        .child(tag("ul").class("witness").children(proof));
    let verdict = tag("li").key(card.id).class(format!("verdict verdict-{}", card.state)).testid(format!("verdict-{}", card.id));
    verdict.set("data-state", card.state).child(sign).child(words)
}

/// A sentence, and the way to the moment that it is about.
fn witness(line: &WitnessLine, card: &VerdictCard, say: &Say) -> Tag {
    let show = (IS_WHOLE && !line.operations.is_empty()).then(|| {
        let proof = ShowMsg::Proof(card.id, format!("{}: {}", card.title, line.sentence), line.operations.clone());
        let show = button("button button-small").on_click(say, Msg::Show(proof)).testid("show-proof");
        show.set("aria-label", format!("Show: {}", line.sentence)).text("Show")
    });
    tag("li").class("proof").child(tag("span").text(line.sentence.clone())).child(tag("div").maybe(show))
}

#[cfg(feature = "catalogue")]
fn title(card: &VerdictCard, say: &Say) -> Tag {
    tag("h3").child(super::glossary::guarantee(card.id, card.title, say))
}

#[cfg(feature = "catalogue")]
fn meaning(card: &VerdictCard, say: &Say) -> Tag {
    tag("p").class("quiet").child(super::glossary::terms_but(card.meaning, Some(card.id), say))
}

#[cfg(not(feature = "catalogue"))]
fn meaning(card: &VerdictCard, _: &Say) -> Tag {
    tag("p").class("quiet").text(card.meaning)
}

#[cfg(not(feature = "catalogue"))]
fn title(card: &VerdictCard, _: &Say) -> Tag {
    tag("h3").text(card.title)
}
