//! The events tab: the run as text, newest first; a line leads to its moment.

use crate::replication::time::SimTime;
use crate::ui::message::{Msg, RunMsg};
use crate::view::events::EventLine;
use std::rc::Rc;
use yew::prelude::*;

pub(crate) struct EventsTabProps {
    pub(crate) lines: Rc<Vec<EventLine>>,
    pub(crate) in_flight: String,
    pub(crate) dispatch: Callback<Msg>,
}

/// The tab.
pub(crate) fn events_tab(props: &EventsTabProps) -> Html {
    let row = |line: &EventLine| {
        html! { <EventRow key={line.number} line={Rc::new(line.clone())} dispatch={props.dispatch.clone()} /> }
    };
    html! {
        <div class="tab-body">
            <section class="block">
                <h2>{ "Everything that happened, newest first" }</h2>
                <details class="in-flight quiet">
                    <summary>{ "In flight now" }</summary>
                    <p data-testid="in-flight">{ props.in_flight.clone() }</p>
                </details>
                <ol class="events" data-testid="events" reversed={true}>{ for props.lines.iter().map(row) }</ol>
                <p class="quiet">{ if props.lines.is_empty() { "Nothing has happened yet." } else { "" } }</p>
            </section>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct EventRowProps {
    line: Rc<EventLine>,
    dispatch: Callback<Msg>,
}

#[component]
fn EventRow(props: &EventRowProps) -> Html {
    let line = &props.line;
    let (at, event) = (SimTime(line.at_ns), line.event);
    let on_click = props.dispatch.reform(move |_| Msg::Run(RunMsg::Jump(at, event)));
    html! {
        <li class={format!("event event-{}", line.kind.id())}>
            <button type="button" class="event-time mono" onclick={on_click} title="Go to this moment">{ line.at.clone() }</button>
            <span class="event-sign" aria-hidden="true">{ line.kind.sign() }</span>
            <span class="event-text">{ line.text.clone() }</span>
        </li>
    }
}
