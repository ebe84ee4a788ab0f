//! One link that can be cut, slowed and made to lose.

use crate::simulation::command::{Command, LinkCommand};
use crate::simulation::setup::Wire;
use crate::ui::message::Msg;
use crate::view::faults::{Direction, LinkFault, can_lose, latency_ms, with_latency};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct LinkFaultRowProps {
    pub(crate) link: Rc<LinkFault>,
    pub(crate) dispatch: Callback<Msg>,
}

/// The link.
#[component]
pub(crate) fn LinkFaultRow(props: &LinkFaultRowProps) -> Html {
    let link = &props.link;
    let direction = |(index, direction): (usize, &Direction)| {
        let Direction { from, to, name, is_cut } = direction.clone();
        let command = if is_cut { LinkCommand::Heal { from, to } } else { LinkCommand::Cut { from, to } };
        let on_click = props.dispatch.reform(move |_| Msg::Command(Command::Link(command.clone())));
        let label = if is_cut { format!("Heal {name}") } else { format!("Cut {name}") };
        html! {
            <button key={index} type="button" class="button button-small" aria-pressed={is_cut.to_string()} onclick={on_click}>{ label }</button>
        }
    };
    html! {
        <li class="fault">
            <h3>{ link.name.clone() }<span class="fault-state">{ link.words.clone() }</span></h3>
            <div class="fault-buttons">{ for link.directions.iter().enumerate().map(direction) }</div>
            <div class="fault-dials">{ dials(props) }</div>
        </li>
    }
}

fn dials(props: &LinkFaultRowProps) -> Html {
    let wire = props.link.wire;
    let Some((a, b)) = props.link.sites else { return html! { <span></span> } };
    let tune = |change: fn(Wire, f64) -> Wire| {
        props.dispatch.reform(move |event: Event| {
            let value = event.target_dyn_into::<HtmlInputElement>().map_or(0.0, |input| input.value_as_number());
            let value = if value.is_finite() { value.max(0.0) } else { 0.0 };
            Msg::Command(Command::Link(LinkCommand::Tune { a, b, wire: change(wire, value) }))
        })
    };
    let on_latency = tune(|wire, ms| with_latency(wire, ms as u64));
    let on_loss = tune(|wire, percent| Wire { loss_per_million: (percent.min(100.0) * 10_000.0) as u32, ..wire });
    html! {
        <div class="dials">
            <label class="inline-field"><span>{ "Latency, ms" }</span>
                <input class="input input-number" type="number" min="0" max="60000" value={latency_ms(&wire).to_string()} onchange={on_latency} /></label>
            <label class="inline-field" title={if can_lose(&wire) { "" } else { "A stream sends lost data again: loss is delay" }}>
                <span>{ "Loss, %" }</span>
                <input class="input input-number" type="number" min="0" max="100" step="any" disabled={!can_lose(&wire)}
                    value={(f64::from(wire.loss_per_million) / 10_000.0).to_string()} onchange={on_loss} /></label>
        </div>
    }
}
