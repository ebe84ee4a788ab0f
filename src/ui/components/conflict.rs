//! The conflict tab: both sides, the policy, what was decided, and what became of every write.

use crate::replication::delta::Mode;
use crate::simulation::command::Command;
use crate::ui::message::{Msg, ShowMsg};
use crate::view::conflict::{ConflictCard, ConflictView, FateLine, SideCard};
use crate::view::names::Names;
use crate::view::words;
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

pub(crate) struct ConflictTabProps {
    pub(crate) view: Option<Rc<ConflictView>>,
    pub(crate) mode: Mode,
    pub(crate) names: Rc<Names>,
    pub(crate) dispatch: Callback<Msg>,
}

/// The tab.
pub(crate) fn conflict_tab(props: &ConflictTabProps) -> Html {
    let view = props.view.as_deref();
    let conflicts = view.map_or(&[] as &[ConflictCard], |view| &view.conflicts);
    html! {
        <div class="tab-body">
            <section class="block">
                <div class="block-head">
                    <h2>{ if conflicts.is_empty() { "No conflict" } else { "Conflict" } }</h2>
                    { place(props) }
                </div>
                <div class="conflicts" data-testid="conflicts" data-count={conflicts.len().to_string()}>
                    { for conflicts.iter().enumerate().map(card) }
                </div>
                <p class="quiet">{ if conflicts.is_empty() { "Every write here had seen the one before it." } else { "" } }</p>
            </section>
            { policy(props) }
            { fates(view) }
        </div>
    }
}

/// At which replica.
fn place(props: &ConflictTabProps) -> Html {
    let shown = props.view.as_ref().map(|view| view.node);
    let on_change = props.dispatch.reform(|event: Event| {
        let value = event.target_dyn_into::<HtmlSelectElement>().and_then(|select| select.value().parse().ok());
        Msg::Show(ShowMsg::Node(crate::replication::ids::NodeId(value.unwrap_or(0))))
    });
    html! {
        <label class="inline-field"><span>{ "seen at" }</span>
            <select class="select select-small" onchange={on_change} data-testid="conflict-at">
                { for props.names.nodes().map(|node| html! {
                    <option key={node.0} value={node.0.to_string()} selected={shown == Some(node)}>{ props.names.node(node) }</option>
                }) }
            </select>
        </label>
    }
}

fn card((index, card): (usize, &ConflictCard)) -> Html {
    html! {
        <article key={index} class="conflict" data-testid={format!("conflict-{}", card.subject)}>
            <h3><strong>{ card.subject.clone() }</strong>{ " · " }{ card.nature.clone() }</h3>
            { sides(&card.sides) }
            <p class="conflict-base">{ "before: " }{ card.base.clone() }{ if card.is_open { " · waits for a decision" } else { "" } }</p>
        </article>
    }
}

/// The versions side by side; the dialog shows them too.
pub(super) fn sides(sides: &[SideCard]) -> Html {
    let side = |(index, side): (usize, &SideCard)| {
        html! {
            <div key={index} class="side">
                <p class="side-origin">{ side.origin.clone() }</p>
                <p class="side-value">{ side.value.clone() }</p>
            </div>
        }
    };
    html! { <div class="sides">{ for sides.iter().enumerate().map(side) }</div> }
}

fn policy(props: &ConflictTabProps) -> Html {
    let option = |mode: Mode| {
        let on_click = props.dispatch.reform(move |_| Msg::Command(Command::Decide(mode)));
        let is_active = mode == props.mode;
        html! {
            <button key={mode.id()} type="button" class="segment" aria-pressed={is_active.to_string()} onclick={on_click} title={words::mode_meaning(mode)}
                data-testid={format!("policy-{}", mode.id())}>{ words::mode_name(mode) }</button>
        }
    };
    let decided = props.view.as_ref().map(|view| view.decided.clone()).unwrap_or_default();
    html! {
        <section class="block">
            <h2>{ "How shall replicas decide?" }</h2>
            <div class="segments" role="group" aria-label="Policy">{ for Mode::ALL.into_iter().map(option) }</div>
            <p data-testid="policy-meaning">{ words::mode_meaning(props.mode) }</p>
            <p class="decided">{ "Decided: " }<strong data-testid="decided">{ decided }</strong></p>
        </section>
    }
}

fn fates(view: Option<&ConflictView>) -> Html {
    let lines = view.map_or(&[] as &[FateLine], |view| &view.fates);
    let superseded = view.map_or(0, |view| view.superseded_count);
    let line = |(index, fate): (usize, &FateLine)| {
        html! {
            <li key={index} class={format!("fate fate-{}", fate.kind)} data-fate={fate.kind}>
                <span class="fate-sign" aria-hidden="true">{ fate.sign }</span><span>{ fate.text.clone() }</span>
            </li>
        }
    };
    let rest = match superseded {
        0 => String::new(),
        count => format!("{} replaced by a later write that had seen it.", words::count(count, "write was", "writes were")),
    };
    html! {
        <section class="block">
            <h2>{ "What became of every write" }</h2>
            <ul class="fates" data-testid="fates">{ for lines.iter().enumerate().map(line) }</ul>
            <p class="quiet">{ if lines.is_empty() { "Nothing was discarded or overruled here. " } else { "" } }{ rest }</p>
        </section>
    }
}
