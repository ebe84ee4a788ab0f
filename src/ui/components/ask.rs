//! Deciding a conflict by hand: what was before, both sides, and what shall be.

use super::conflict::sides;
use super::dialog::DialogBox;
use crate::ui::app::Asked;
use crate::ui::message::{AskMsg, Msg, ShowMsg};
use crate::view::conflict::{ConflictCard, SideCard};
use web_sys::HtmlInputElement;
use yew::prelude::*;

pub(crate) struct AskProps {
    pub(crate) asked: Asked,
    pub(crate) dispatch: Callback<Msg>,
}

/// The dialog.
pub(crate) fn ask(props: &AskProps) -> Html {
    let on_close = props.dispatch.reform(|()| Msg::Show(ShowMsg::CloseDialog));
    let Asked { item, card, notice, .. } = &props.asked;
    html! {
        <DialogBox title={format!("Decide: {item}")} {on_close} testid="ask">
            <p class="notice" role="status" data-testid="ask-notice">{ notice.clone().unwrap_or_default() }</p>
            <div>{ for card.as_ref().map(|card| choices(card, props)) }</div>
        </DialogBox>
    }
}

fn choices(card: &ConflictCard, props: &AskProps) -> Html {
    let resolve = |quantity: u32| props.dispatch.reform(move |_: MouseEvent| Msg::Ask(AskMsg::Resolve(quantity)));
    let keep = |(index, side): (usize, &SideCard)| {
        let quantity = side.quantity.unwrap_or(0);
        let label = if quantity == 0 { "Keep the removal".to_owned() } else { format!("Keep {quantity}") };
        html! {
            <button key={index} type="button" class="button" onclick={resolve(quantity)} data-testid={format!("keep-{index}")}>
                { label }<span class="button-note">{ side.origin.clone() }</span>
            </button>
        }
    };
    let sum: u32 = card.sides.iter().filter_map(|side| side.quantity).fold(0, u32::saturating_add).min(crate::limits::MAX_QUANTITY);
    let is_removed_somewhere = card.sides.iter().any(|side| side.quantity == Some(0));
    html! {
        <div class="ask">
            <p>{ "Neither of these writes had seen the other. Before: " }<strong>{ card.base.clone() }</strong></p>
            { sides(&card.sides) }
            <div class="ask-choices">{ for card.sides.iter().enumerate().map(keep) }</div>
            <div class="ask-choices">
                <button type="button" class="button" onclick={resolve(sum)} disabled={is_removed_somewhere} data-testid="keep-sum">{ format!("Both together: {sum}") }</button>
                <button type="button" class="button" onclick={resolve(0)} disabled={is_removed_somewhere} data-testid="keep-none">{ "Remove the line" }</button>
            </div>
            <OtherQuantity first={sum.max(1)} dispatch={props.dispatch.clone()} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct OtherQuantityProps {
    first: u32,
    dispatch: Callback<Msg>,
}

/// Any quantity.
#[component]
fn OtherQuantity(props: &OtherQuantityProps) -> Html {
    let input = use_node_ref();
    let on_submit = {
        let (input, dispatch) = (input.clone(), props.dispatch.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let typed = input.cast::<HtmlInputElement>().and_then(|input| input.value().trim().parse().ok());
            if let Some(quantity) = typed {
                dispatch.emit(Msg::Ask(AskMsg::Resolve(quantity)));
            }
        })
    };
    html! {
        <form class="ask-other" onsubmit={on_submit}>
            <label class="inline-field"><span>{ "Another quantity" }</span>
                <input class="input input-number" ref={input} type="number" min="0" max="9999" required={true} value={props.first.to_string()}
                    data-testid="ask-quantity" /></label>
            <button type="submit" class="button button-main" data-testid="resolve">{ "Resolve" }</button>
        </form>
    }
}
