//! The carts below the stage, one card for each person.

use super::cart_card::CartCardView;
use crate::ui::message::Msg;
use crate::view::cart::CartCard;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct CartsProps {
    pub(crate) cards: Rc<Vec<CartCard>>,
    pub(crate) dispatch: Callback<Msg>,
}

/// All cards.
#[component]
pub(crate) fn Carts(props: &CartsProps) -> Html {
    let card = |card: &CartCard| {
        html! { <CartCardView key={card.session.0} card={Rc::new(card.clone())} dispatch={props.dispatch.clone()} /> }
    };
    html! {
        <section class="carts" aria-label="Carts">
            <h2 class="visually-hidden">{ "Carts" }</h2>
            <div class="cart-cards">{ for props.cards.iter().map(card) }</div>
        </section>
    }
}
