//! The panel at the right: one tab at a time.

use super::conflict::{ConflictTabProps, conflict_tab};
use super::events::{EventsTabProps, events_tab};
use super::faults::{FaultsTabProps, faults_tab};
use super::replica::{ReplicaTabProps, replica_tab};
use super::verdicts::verdicts_tab;
use crate::replication::ids::NodeId;
use crate::ui::hooks::page;
use crate::ui::message::{Msg, ShowMsg, Tab};
use crate::ui::screen::Panel;
use crate::view::names::Names;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct PanelViewProps {
    pub(crate) tab: Tab,
    pub(crate) panel: Panel,
    pub(crate) names: Rc<Names>,
    pub(crate) selected: Option<NodeId>,
    pub(crate) conflict_count: usize,
    pub(crate) dispatch: Callback<Msg>,
}

/// The panel.
#[component]
pub(crate) fn PanelView(props: &PanelViewProps) -> Html {
    let PanelViewProps { tab, names, dispatch, .. } = props;
    let (names, dispatch) = (names.clone(), dispatch.clone());
    let (key, content) = match props.panel.clone() {
        Panel::Conflict(view, mode) => ("conflict", conflict_tab(&ConflictTabProps { view, mode, names, dispatch })),
        Panel::Verdicts(cards) => ("verdicts", verdicts_tab(&cards)),
        Panel::Replica(inspection, fingerprint) => ("replica", replica_tab(&ReplicaTabProps { inspection, fingerprint, names, dispatch })),
        Panel::Faults(breakable) => ("faults", faults_tab(&FaultsTabProps { breakable, dispatch })),
        Panel::Events(lines, in_flight) => ("events", events_tab(&EventsTabProps { lines, in_flight, dispatch })),
    };
    let on_key = arrow_keys(*tab, props.dispatch.clone());
    html! {
        <aside class="panel" aria-label="Details">
            <div class="tabs" role="tablist" aria-label="Details" onkeydown={on_key}>{ for Tab::ALL.into_iter().map(|one| button(one, props)) }</div>
            <div class="panel-content" role="tabpanel" id="panel-content" aria-labelledby={format!("tab-{}", tab.id())} tabindex="0"><div key={key}>{ content }</div></div>
        </aside>
    }
}

fn button(tab: Tab, props: &PanelViewProps) -> Html {
    let is_active = tab == props.tab;
    let on_click = props.dispatch.reform(move |_| Msg::Show(ShowMsg::Tab(tab)));
    let has_badge = tab == Tab::Conflict && props.conflict_count > 0;
    html! {
        <button key={tab.id()} type="button" role="tab" id={format!("tab-{}", tab.id())} class="tab" aria-selected={is_active.to_string()}
            aria-controls="panel-content" tabindex={if is_active { "0" } else { "-1" }} onclick={on_click} data-testid={format!("tab-{}", tab.id())}>
            { tab.title() }
            <span class={if has_badge { "badge" } else { "badge badge-none" }}>{ if has_badge { props.conflict_count.to_string() } else { String::new() } }</span>
        </button>
    }
}

/// Left and right move between tabs, as tab lists do.
fn arrow_keys(tab: Tab, dispatch: Callback<Msg>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let index = Tab::ALL.iter().position(|one| *one == tab).unwrap_or(0);
        let count = Tab::ALL.len();
        let next = match event.key().as_str() {
            "ArrowRight" => (index + 1) % count,
            "ArrowLeft" => (index + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        dispatch.emit(Msg::Show(ShowMsg::Tab(Tab::ALL[next])));
        page::focus(&format!("tab-{}", Tab::ALL[next].id()));
    })
}
