//! One person's cart, with everything they can do to it.

use super::icon::{Shape, icon};
use crate::replication::ids::SessionId;
use crate::simulation::command::{Action, Command, LinkCommand};
use crate::ui::message::{AskMsg, Msg};
use crate::view::cart::{CartCard, CartLine};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct CartCardProps {
    pub(crate) card: Rc<CartCard>,
    pub(crate) dispatch: Callback<Msg>,
}

/// The card.
#[component]
pub(crate) fn CartCardView(props: &CartCardProps) -> Html {
    let card = &props.card;
    let class = if card.device.is_some() { "card cart cart-device" } else { "card cart" };
    let line = |line: &CartLine| {
        html! { <CartLineView key={line.item.clone()} session={card.session} line={line.clone()} is_usable={card.is_usable} dispatch={props.dispatch.clone()} /> }
    };
    html! {
        <article class={class} aria-label={format!("Cart: {}", card.title)} data-testid={format!("cart-{}", card.session.0)}
            data-pending-count={card.pending_count.to_string()}>
            <header class="cart-head">
                <h3>{ card.title.clone() }</h3>
                { offline_toggle(card, &props.dispatch) }
            </header>
            <div class="cart-state">
                <p class={format!("chip tone-{}", card.tone.id())} data-testid="state">{ card.state.clone() }</p>
                <p class="counts" data-testid="counts">{ card.counts.clone() }</p>
            </div>
            <ul class="cart-lines">{ for card.lines.iter().map(line) }</ul>
            <p class="cart-empty">{ if card.lines.is_empty() && card.is_usable { "The cart is empty." } else { "" } }</p>
            <p class="cart-trouble" role="status">{ card.trouble.clone().unwrap_or_default() }</p>
            <footer class="cart-foot">
                <AddItem session={card.session} is_usable={card.is_usable} dispatch={props.dispatch.clone()} />
            </footer>
        </article>
    }
}

fn offline_toggle(card: &CartCard, dispatch: &Callback<Msg>) -> Html {
    let content = card.device.map(|site| {
        let (label, command) =
            if card.is_offline { ("Go online", LinkCommand::Reconnect(site)) } else { ("Take offline", LinkCommand::Disconnect(site)) };
        let on_click = dispatch.reform(move |_| Msg::Command(Command::Link(command.clone())));
        html! {
            <button type="button" class="button button-device" onclick={on_click} data-testid="offline-toggle" title="O"
                data-offline={card.is_offline.to_string()}>{ label }</button>
        }
    });
    html! { <div class="cart-link">{ for content }</div> }
}

#[derive(Properties, PartialEq)]
struct CartLineProps {
    session: SessionId,
    line: CartLine,
    is_usable: bool,
    dispatch: Callback<Msg>,
}

/// A line: less, how many, more, out; and a decision where one is due.
#[component]
fn CartLineView(props: &CartLineProps) -> Html {
    let CartLineProps { session, line, is_usable, dispatch } = props;
    let (session, is_off) = (*session, !is_usable);
    let act = |action: fn(&str) -> Action| {
        let item = line.item.clone();
        dispatch.reform(move |_: MouseEvent| Msg::Act(session, action(&item)))
    };
    let less = act(|item| Action::Decrease { item: item.into() });
    let more = act(|item| Action::Add { item: item.into(), count: 1 });
    let remove = act(|item| Action::Remove { item: item.into() });
    let class = classes!("cart-line", line.is_conflict.then_some("cart-line-conflict"));
    let item = line.item.clone();
    html! {
        <li class={class} data-testid={format!("line-{item}")} data-quantity={line.quantity.to_string()} data-pending={line.is_pending.to_string()}
            data-open={line.is_open.to_string()} data-conflict={line.is_conflict.to_string()}>
            <span class="cart-item">
                <span class="cart-name">{ item.clone() }</span>
                <span class="marks">
                    <span class="mark-conflict" title="in conflict">{ if line.is_conflict { "⚑" } else { "" } }</span>
                    <span class="mark-pending" title="not confirmed yet">{ if line.is_pending { "↑ pending" } else { "" } }</span>
                </span>
                { decide(props) }
            </span>
            <span class="cart-buttons">
                <button type="button" class="button button-icon" onclick={less} disabled={is_off || line.quantity == 0}
                    aria-label={format!("One {item} less")} data-testid="less">{ icon(Shape::Minus) }</button>
                <Quantity {session} item={item.clone()} quantity={line.quantity} is_usable={*is_usable} dispatch={dispatch.clone()} />
                <button type="button" class="button button-icon" onclick={more} disabled={is_off} aria-label={format!("One {item} more")}
                    data-testid="more">{ icon(Shape::Plus) }</button>
                <button type="button" class="button button-icon button-quiet" onclick={remove} disabled={is_off || line.quantity == 0}
                    aria-label={format!("Remove {item}")} title={format!("Remove {item}")} data-testid="remove">{ icon(Shape::Close) }</button>
            </span>
        </li>
    }
}

fn decide(props: &CartLineProps) -> Html {
    let (session, item) = (props.session, props.line.item.clone());
    let on_click = props.dispatch.reform(move |_| Msg::Ask(AskMsg::Open(session, item.clone())));
    html! {
        <span class="cart-decide">
            if props.line.is_open {
                <button type="button" class="button button-conflict" onclick={on_click} data-testid="decide">{ "Decide…" }</button>
            }
        </span>
    }
}

#[derive(Properties, PartialEq)]
struct QuantityProps {
    session: SessionId,
    item: String,
    quantity: u32,
    is_usable: bool,
    dispatch: Callback<Msg>,
}

/// The quantity, to be typed over.
#[component]
fn Quantity(props: &QuantityProps) -> Html {
    let input = use_node_ref();
    // What was typed must not stay when the cart says otherwise.
    use_effect_with((input.clone(), props.quantity), |(input, quantity)| {
        if let Some(input) = input.cast::<HtmlInputElement>() {
            input.set_value(&quantity.to_string());
        }
    });
    let on_change = {
        let (dispatch, session, item, shown) = (props.dispatch.clone(), props.session, props.item.clone(), props.quantity);
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            match input.value().trim().parse::<u32>() {
                Ok(0) => dispatch.emit(Msg::Act(session, Action::Remove { item: item.as_str().into() })),
                Ok(quantity) if quantity != shown => dispatch.emit(Msg::Act(session, Action::Set { item: item.as_str().into(), quantity })),
                _ => input.set_value(&shown.to_string()),
            }
        })
    };
    html! {
        <input class="input quantity" ref={input} type="number" min="0" max="9999" onchange={on_change} disabled={!props.is_usable}
            aria-label={format!("Quantity of {}", props.item)} data-testid="quantity" />
    }
}

#[derive(Properties, PartialEq)]
struct AddItemProps {
    session: SessionId,
    is_usable: bool,
    dispatch: Callback<Msg>,
}

/// A new line.
#[component]
fn AddItem(props: &AddItemProps) -> Html {
    let input = use_node_ref();
    let on_submit = {
        let (input, dispatch, session) = (input.clone(), props.dispatch.clone(), props.session);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let item = input.value().trim().to_lowercase();
            if !item.is_empty() {
                dispatch.emit(Msg::Act(session, Action::Add { item: item.as_str().into(), count: 1 }));
                input.set_value("");
            }
        })
    };
    html! {
        <form class="add-item" onsubmit={on_submit}>
            <input class="input" ref={input} placeholder="Add an item" aria-label="Add an item" maxlength="64" disabled={!props.is_usable}
                data-testid="add-item" />
            <button type="submit" class="button" disabled={!props.is_usable} data-testid="add">{ "Add" }</button>
        </form>
    }
}
