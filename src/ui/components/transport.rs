//! Playback controls: always the same buttons at the same place.

use super::icon::{Shape, icon};
use super::track::TrackView;
use crate::ui::clock::Clock;
use crate::ui::message::{Msg, RunMsg};
use crate::view::speed::Speed;
use crate::view::timeline::Track;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct TransportProps {
    pub(crate) track: Rc<Track>,
    pub(crate) clock: Clock,
    pub(crate) is_playing: bool,
    pub(crate) speed: Speed,
    pub(crate) seed: u64,
    pub(crate) branches: Rc<Vec<(String, bool)>>,
    pub(crate) dispatch: Callback<Msg>,
}

/// The transport line.
#[component]
pub(crate) fn Transport(props: &TransportProps) -> Html {
    let say = |msg: fn() -> RunMsg| props.dispatch.reform(move |_: MouseEvent| Msg::Run(msg()));
    let (play_icon, play_label, state) =
        if props.is_playing { (Shape::Pause, "Pause", "playing") } else { (Shape::Play, "Play", "paused") };
    html! {
        <section class="transport" aria-label="Time" data-testid="transport">
            <div class="transport-buttons">
                <button type="button" class="button button-icon" onclick={say(|| RunMsg::StepBack)} aria-label="Step back" title="Step back (←)"
                    data-testid="step-back">{ icon(Shape::StepBack) }</button>
                <button type="button" class="button button-main button-play" onclick={say(|| RunMsg::Toggle)} data-testid="play" data-state={state}
                    title="Space">{ icon(play_icon) }<span>{ play_label }</span></button>
                <button type="button" class="button button-icon" onclick={say(|| RunMsg::Step)} aria-label="Step to the next event"
                    title="Step to the next event (→)" data-testid="step">{ icon(Shape::Step) }</button>
                <button type="button" class="button button-settle" onclick={say(|| RunMsg::Settle)} aria-label="Run until quiet"
                    title="Run until nothing is in flight" data-testid="settle">
                    { icon(Shape::Settle) }<span class="button-label">{ "Run until quiet" }</span></button>
            </div>
            <output class="time" ref={props.clock.time.clone()} data-testid="time" aria-label="Time of the run" aria-live="off"></output>
            <TrackView track={props.track.clone()} scrub={props.clock.scrub.clone()} dispatch={props.dispatch.clone()} />
            { speed(props) }
            { branches(props) }
            <Restart seed={props.seed} dispatch={props.dispatch.clone()} />
        </section>
    }
}

fn speed(props: &TransportProps) -> Html {
    let on_input = props.dispatch.reform(|event: InputEvent| {
        let index = event.target_dyn_into::<HtmlInputElement>().map_or(0.0, |input| input.value_as_number());
        Msg::Run(RunMsg::Speed(Speed::at(index.max(0.0) as usize)))
    });
    let words = props.speed.words();
    html! {
        <label class="speed">
            <span class="speed-words" data-testid="speed-words">{ words.clone() }</span>
            <input class="range" type="range" min="0" max={Speed::LAST_INDEX.to_string()} step="1" value={props.speed.index().to_string()}
                aria-label="Speed" aria-valuetext={words} oninput={on_input} data-testid="speed" />
        </label>
    }
}

fn branches(props: &TransportProps) -> Html {
    let on_change = props.dispatch.reform(|event: Event| {
        let index = event.target_dyn_into::<HtmlSelectElement>().and_then(|select| usize::try_from(select.selected_index()).ok());
        Msg::Run(RunMsg::Branch(index.unwrap_or(0)))
    });
    html! {
        <div class="branches">
            if props.branches.len() > 1 {
                <select class="select" aria-label="Branch" onchange={on_change} data-testid="branches">
                    { for props.branches.iter().enumerate().map(|(index, (name, is_active))| html! {
                        <option key={index} value={index.to_string()} selected={*is_active}>{ name.clone() }</option>
                    }) }
                </select>
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct RestartProps {
    seed: u64,
    dispatch: Callback<Msg>,
}

/// The same setup again, with this or another seed.
#[component]
fn Restart(props: &RestartProps) -> Html {
    let input = use_node_ref();
    let on_submit = {
        let (input, dispatch, seed) = (input.clone(), props.dispatch.clone(), props.seed);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let typed = input.cast::<HtmlInputElement>().and_then(|input| input.value().trim().parse().ok());
            dispatch.emit(Msg::Run(RunMsg::Restart(typed.unwrap_or(seed))));
        })
    };
    html! {
        <form class="restart" onsubmit={on_submit}>
            <label class="seed"><span>{ "Seed" }</span>
                <input class="input" ref={input} inputmode="numeric" pattern="[0-9]*" value={props.seed.to_string()} data-testid="seed" /></label>
            <button type="submit" class="button button-icon" aria-label="Restart with this seed" title="Restart with this seed" data-testid="restart">
                { icon(Shape::Restart) }</button>
        </form>
    }
}
