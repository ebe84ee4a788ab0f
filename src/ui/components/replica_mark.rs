//! A replica on the stage: a labelled, focusable element.

use super::stage::px;
use crate::ui::message::{Msg, ShowMsg};
use crate::view::stage::{LagShape, LineShape, NodeShape};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ReplicaMarkProps {
    pub(crate) shape: Rc<NodeShape>,
    pub(crate) is_selected: bool,
    pub(crate) dispatch: Callback<Msg>,
}

/// The replica.
#[component]
pub(crate) fn ReplicaMark(props: &ReplicaMarkProps) -> Html {
    let shape = &props.shape;
    let node = shape.node;
    let on_click = props.dispatch.reform(move |_: MouseEvent| Msg::Show(ShowMsg::Node(node)));
    let dispatch = props.dispatch.clone();
    let on_key = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            dispatch.emit(Msg::Show(ShowMsg::Node(node)));
        }
    });
    let class = classes!("replica", format!("replica-{}", shape.tone.id()), props.is_selected.then_some("replica-selected"));
    html! {
        <g class={class} onclick={on_click} data-testid={format!("replica-{}", node.0)} data-position={shape.position_data.to_string()}
            data-role={shape.role} data-lag={shape.lag_data.to_string()} data-cart={shape.cart_data.clone()}>
            <g class="replica-button" tabindex="0" role="button" aria-pressed={props.is_selected.to_string()} aria-label={shape.label.clone()}
                onkeydown={on_key}>{ circle(shape) }</g>
            <g class="replica-lag" aria-hidden="true">
                if let Some(lag) = &shape.lag { { self::lag(lag, shape) } } else { { caption(shape) } }
            </g>
            <g class="replica-lines" aria-hidden="true">{ for shape.lines.iter().enumerate().map(|one| line(one, shape)) }</g>
        </g>
    }
}

fn circle(shape: &NodeShape) -> Html {
    let (x, y) = (shape.center.x, shape.center.y);
    html! {
        <>
            <circle class="replica-focus" cx={px(x)} cy={px(y)} r={px(shape.radius + 5.0)} />
            <circle class="replica-disc" cx={px(x)} cy={px(y)} r={px(shape.radius)} />
            <text class="replica-letter" x={px(x)} y={px(y - 3.0)}>{ shape.letter }</text>
            { " " }
            <text class="replica-position" x={px(x)} y={px(y + 15.0)}>{ shape.position.clone() }</text>
            { " " }
            <text class="replica-term" x={px(x + shape.radius)} y={px(y - shape.radius + 4.0)}>{ shape.term.clone().unwrap_or_default() }</text>
        </>
    }
}

fn lag(lag: &LagShape, shape: &NodeShape) -> Html {
    let frame = &lag.frame;
    let class = if lag.is_behind { "lag lag-behind" } else { "lag" };
    html! {
        <g class={class}>
            <rect class="lag-track" x={px(frame.x)} y={px(frame.y)} width={px(frame.width)} height={px(frame.height)} rx="2" />
            <rect class="lag-fill" x={px(frame.x)} y={px(frame.y)} width={px(frame.width * lag.share)} height={px(frame.height)} rx="2" />
            <text class="lag-words" x={px(shape.center.x)} y={px(frame.bottom() + 14.0)}>{ lag.words.clone() }</text>
        </g>
    }
}

fn caption(shape: &NodeShape) -> Html {
    let class = if shape.is_waiting { "caption caption-waiting" } else { "caption" };
    // Under the circle, where followers have their lag.
    let y = shape.center.y + if shape.is_device { 50.0 } else { 58.0 };
    html! { <text class={class} x={px(shape.center.x)} y={px(y)}>{ shape.caption.clone() }</text> }
}

fn line((index, line): (usize, &LineShape), shape: &NodeShape) -> Html {
    let class = classes!(
        "datum",
        (!shape.is_device).then_some("text-middle"),
        line.is_conflict.then_some("datum-conflict"),
        line.is_pending.then_some("datum-pending"),
    );
    let marks = match (line.is_conflict, line.is_pending) {
        (true, true) => " ⚑ ↑",
        (true, false) => " ⚑",
        (false, true) => " ↑",
        (false, false) => "",
    };
    html! { <text key={index} class={class} x={px(line.at.x)} y={px(line.at.y)}>{ line.text.clone() }{ marks }</text> }
}
