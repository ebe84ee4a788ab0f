//! The replica tab: one replica in full.

use crate::replication::ids::NodeId;
use crate::ui::message::{Msg, ShowMsg};
use crate::view::names::Names;
use crate::view::replica::Inspection;
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

pub(crate) struct ReplicaTabProps {
    pub(crate) inspection: Option<Rc<Inspection>>,
    pub(crate) fingerprint: String,
    pub(crate) names: Rc<Names>,
    pub(crate) dispatch: Callback<Msg>,
}

/// The tab.
pub(crate) fn replica_tab(props: &ReplicaTabProps) -> Html {
    let on_change = props.dispatch.reform(|event: Event| {
        let value = event.target_dyn_into::<HtmlSelectElement>().and_then(|select| select.value().parse().ok());
        Msg::Show(ShowMsg::Node(NodeId(value.unwrap_or(0))))
    });
    let shown = props.inspection.as_ref().map(|inspection| inspection.node);
    html! {
        <div class="tab-body">
            <section class="block">
                <div class="block-head">
                    <h2>{ "Replica" }</h2>
                    <select class="select select-small" aria-label="Which replica" onchange={on_change} data-testid="inspect">
                        { for props.names.nodes().map(|node| html! {
                            <option key={node.0} value={node.0.to_string()} selected={shown == Some(node)}>{ props.names.node(node) }</option>
                        }) }
                    </select>
                </div>
                <div>{ for props.inspection.as_deref().map(body) }</div>
            </section>
            <section class="block">
                <h2>{ "Fingerprint of the run" }</h2>
                <p class="mono" data-testid="fingerprint">{ props.fingerprint.clone() }</p>
                <p class="quiet">{ "Two runs share it only if they did the same." }</p>
            </section>
        </div>
    }
}

fn body(seen: &Inspection) -> Html {
    let fact = |(index, (name, value)): (usize, &(&'static str, String))| {
        html! { <div key={index} class="fact"><dt>{ *name }</dt><dd class="mono">{ value.clone() }</dd></div> }
    };
    let pending = |(index, text): (usize, &String)| html! { <li key={index}>{ "↑ " }{ text.clone() }</li> };
    html! {
        <div class="inspection" data-testid="inspection">
            <p class="alarm">{ seen.alarm.clone().map(|alarm| format!("! {alarm}")).unwrap_or_default() }</p>
            <dl class="facts">{ for seen.facts.iter().enumerate().map(fact) }</dl>
            <h3>{ "Not confirmed yet" }</h3>
            <ul class="pending">{ for seen.pending.iter().enumerate().map(pending) }</ul>
            <p class="quiet">{ if seen.pending.is_empty() { "Nothing waits." } else { "" } }</p>
            <h3>{ "Data" }</h3>
            { table(seen) }
        </div>
    }
}

fn table(seen: &Inspection) -> Html {
    html! {
        <table class="data">
            <thead><tr><th scope="col">{ "Line" }</th><th scope="col">{ "Value" }</th><th scope="col">{ "State" }</th></tr></thead>
            <tbody>
                { for seen.table.iter().map(|row| html! {
                    <tr key={row.name.clone()}><th scope="row">{ row.name.clone() }</th><td class="mono">{ row.value.clone() }</td><td>{ row.marks.clone() }</td></tr>
                }) }
            </tbody>
        </table>
    }
}
