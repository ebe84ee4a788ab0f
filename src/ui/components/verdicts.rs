//! The verdicts tab: each guarantee with its mark, its meaning and its proof.

use crate::view::verdicts::VerdictCard;
use yew::prelude::*;

/// The tab.
pub(super) fn verdicts_tab(cards: &[VerdictCard]) -> Html {
    html! {
        <div class="tab-body">
            <section class="block">
                <h2>{ "Guarantees, judged from what clients saw" }</h2>
                <ul class="verdicts">{ for cards.iter().map(card) }</ul>
            </section>
        </div>
    }
}

fn card(card: &VerdictCard) -> Html {
    let sentence = |(index, text): (usize, &String)| html! { <li key={index}>{ text.clone() }</li> };
    html! {
        <li key={card.id} class={format!("verdict verdict-{}", card.state)} data-testid={format!("verdict-{}", card.id)} data-state={card.state}>
            <span class="verdict-sign" role="img" aria-label={card.state}>{ card.sign }</span>
            <div class="verdict-words">
                <h3>{ card.title }<span class="promise">{ card.promise }</span></h3>
                <p class="quiet">{ card.meaning }</p>
                <ul class="witness">{ for card.witness.iter().enumerate().map(sentence) }</ul>
            </div>
        </li>
    }
}
