//! The scrub track: a range input over a drawing of what happened when.

use crate::replication::time::SimTime;
use crate::ui::message::{Msg, RunMsg};
use crate::view::timeline::{Mark, MarkKind, Track};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct TrackViewProps {
    pub(crate) track: Rc<Track>,
    pub(crate) scrub: NodeRef,
    pub(crate) dispatch: Callback<Msg>,
}

/// The track. The cursor is moved past the virtual DOM, with every frame.
#[component]
pub(crate) fn TrackView(props: &TrackViewProps) -> Html {
    let extent = props.track.extent;
    let on_input = props.dispatch.reform(move |event: InputEvent| {
        let place = event.target_dyn_into::<HtmlInputElement>().map_or(0.0, |input| input.value_as_number());
        Msg::Run(RunMsg::Seek(SimTime((place.clamp(0.0, 1_000.0) * extent.0 as f64 / 1_000.0).round() as u64)))
    });
    html! {
        <div class="track">
            <svg class="track-picture" viewBox="0 0 1000 28" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <line class="track-line" x1="0" y1="14" x2="1000" y2="14" />
                <line class="track-known" x1="0" y1="14" x2={props.track.horizon.to_string()} y2="14" />
                <g>{ for props.track.branches.iter().enumerate().map(branch) }</g>
                <g>{ for props.track.marks.iter().enumerate().map(mark) }</g>
            </svg>
            <input class="scrub" type="range" min="0" max="1000" step="any" ref={props.scrub.clone()} oninput={on_input} aria-label="Time"
                data-testid="scrub" data-extent-ns={extent.0.to_string()} />
        </div>
    }
}

fn mark((index, mark): (usize, &Mark)) -> Html {
    let x = mark.place.to_string();
    let (top, bottom) = match mark.kind {
        MarkKind::Event => ("11", "17"),
        MarkKind::Command => ("8", "20"),
        MarkKind::Conflict | MarkKind::Alarm => ("4", "24"),
    };
    html! { <line key={index} class={format!("mark mark-{}", mark.kind.id())} x1={x.clone()} y1={top} x2={x} y2={bottom} /> }
}

fn branch((index, (from, to)): (usize, &(u32, u32))) -> Html {
    let turn = (from + 20).min(*to);
    html! { <path key={index} class="track-branch" d={format!("M{from} 14C{turn} 14 {from} 25 {turn} 25H{to}")} /> }
}
