//! The carts below the stage, one card for each person.

use super::cart_card::CartCardView;
use crate::ui::message::Msg;
use crate::view::cart::CartCard;
use std::rc::Rc;
use yew::prelude::*;

/// All cards.
pub(crate) fn carts(cards: &[CartCard], dispatch: &Callback<Msg>) -> Html {
    let card = |card: &CartCard| {
        html! { <CartCardView key={card.session.0} card={Rc::new(card.clone())} dispatch={dispatch.clone()} /> }
    };
    html! {
        <section class="carts" aria-label="Carts">
            <h2 class="visually-hidden">{ "Carts" }</h2>
            <div class="cart-cards">{ for cards.iter().map(card) }</div>
        </section>
    }
}
