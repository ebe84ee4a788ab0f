//! One node that can be crashed, restarted, promoted, and whose clock can be skewed.

use crate::simulation::command::{Command, NodeCommand};
use crate::ui::message::Msg;
use crate::view::faults::NodeFault;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct NodeFaultRowProps {
    pub(crate) node: Rc<NodeFault>,
    pub(crate) dispatch: Callback<Msg>,
}

const MINUTE_MS: f64 = 60_000.0;

/// The node.
#[component]
pub(crate) fn NodeFaultRow(props: &NodeFaultRowProps) -> Html {
    let node = &props.node;
    let id = node.node;
    let say = |fault: NodeCommand| props.dispatch.reform(move |_: MouseEvent| Msg::Command(Command::Node { node: id, fault }));
    let (label, fault) = if node.is_up { ("Crash", NodeCommand::Crash) } else { ("Restart", NodeCommand::Restart) };
    let on_skew = props.dispatch.reform(move |event: Event| {
        let minutes = event.target_dyn_into::<HtmlInputElement>().map_or(0.0, |input| input.value_as_number());
        let ms = if minutes.is_finite() { (minutes * MINUTE_MS) as i64 } else { 0 };
        Msg::Command(Command::Node { node: id, fault: NodeCommand::Skew { ms } })
    });
    html! {
        <li class="fault" data-testid={format!("fault-node-{}", id.0)}>
            <h3>{ node.name.clone() }<span class="fault-state">{ if node.is_up { "" } else { "down" } }</span></h3>
            <div class="fault-buttons">
                <button type="button" class="button button-small" onclick={say(fault)} aria-label={format!("{label} {}", node.name)}
                    data-testid="crash">{ label }</button>
                <button type="button" class="button button-small" onclick={say(NodeCommand::Promote)} disabled={!node.can_lead}
                    aria-label={format!("Promote {}", node.name)} data-testid="promote">{ "Promote" }</button>
                <label class="inline-field"><span>{ "Clock off by, min" }</span>
                    <input class="input input-number" type="number" min="-1440" max="1440" step="any" onchange={on_skew}
                        value={(node.skew_ms as f64 / MINUTE_MS).to_string()} data-testid="skew" /></label>
            </div>
        </li>
    }
}
