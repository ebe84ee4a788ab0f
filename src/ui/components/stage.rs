//! The stage: structure as SVG, messages on a canvas above it.

use super::replica_mark::ReplicaMark;
use super::stage_links::stage_links;
use crate::replication::ids::NodeId;
use crate::ui::hooks::size::use_width;
use crate::ui::message::{Msg, ShowMsg};
use crate::view::stage::{Layout, Scene, WidthClass, ZoneTitle};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct StageProps {
    pub(crate) scene: Rc<Scene>,
    pub(crate) canvas: NodeRef,
    pub(crate) selected: Option<NodeId>,
    pub(crate) with_heartbeats: bool,
    pub(crate) dispatch: Callback<Msg>,
}

/// The stage.
#[component]
pub(crate) fn Stage(props: &StageProps) -> Html {
    let frame = use_node_ref();
    let on_width = use_memo(props.dispatch.clone(), |dispatch| dispatch.reform(|width| Msg::Show(ShowMsg::Resized(width))));
    use_width(&frame, &on_width);
    let scene = &props.scene;
    let layout = &scene.layout;
    let (width, height) = (format!("{:.0}", layout.width), format!("{:.0}", layout.height));
    let mark = |node: &crate::view::stage::NodeShape| {
        let shape = Rc::new(node.clone());
        let is_selected = props.selected == Some(node.node);
        html! { <ReplicaMark key={node.node.0} {shape} {is_selected} dispatch={props.dispatch.clone()} /> }
    };
    html! {
        <section class="stage" aria-label="Stage" data-testid="stage">
            <div class="stage-frame" ref={frame}>
                <svg class="stage-picture" width={width.clone()} height={height.clone()} viewBox={format!("0 0 {width} {height}")} role="group"
                    aria-label={scene.summary.clone()}>
                    <g class="zones">{ for layout.zones.iter().map(zone) }</g>
                    { stage_links(&scene.links) }
                    <g class="zone-titles">{ for scene.titles.iter().map(|one| title(one, layout)) }</g>
                    <g class="replicas">{ for scene.nodes.iter().map(mark) }</g>
                </svg>
                <canvas class="stage-motion" ref={props.canvas.clone()} aria-hidden="true"></canvas>
            </div>
            { legend(props) }
        </section>
    }
}

fn zone(zone: &crate::view::stage::Zone) -> Html {
    let frame = &zone.frame;
    let class = if zone.is_device { "zone zone-device" } else { "zone" };
    let radius = if zone.is_device { "20" } else { "14" };
    html! {
        <rect key={zone.site.0} class={class} x={px(frame.x)} y={px(frame.y)} width={px(frame.width)} height={px(frame.height)} rx={radius} />
    }
}

fn title(title: &ZoneTitle, layout: &Layout) -> Html {
    let zone = &layout.zones[title.site.index()];
    let frame = &zone.frame;
    // A device on a wide stage has its circle on the left and all words beside it.
    let is_beside = zone.is_device && layout.class == WidthClass::Wide;
    let (x, y) = if is_beside { (frame.x + 112.0, frame.y + 28.0) } else { (frame.x + 16.0, frame.y + 26.0) };
    let state_at = if zone.is_device { (x, y + 19.0) } else { (frame.right() - 16.0, y) };
    let state_class = format!("zone-state tone-{}{}", title.tone.id(), if zone.is_device { "" } else { " text-end" });
    html! {
        <g key={title.site.0}>
            <text class="zone-name" x={px(x)} y={px(y)}>{ title.name.clone() }</text>
            <text class={state_class} x={px(state_at.0)} y={px(state_at.1)}>{ title.state.clone() }</text>
        </g>
    }
}

fn legend(props: &StageProps) -> Html {
    let on_heartbeats = props.dispatch.reform(|event: Event| {
        let is_checked = event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked());
        Msg::Show(ShowMsg::Heartbeats(is_checked))
    });
    html! {
        <div class="legend">
            <p>{ "L leader · F follower · #n log position · " }<span class="mark-conflict">{ "⚑ in conflict" }</span>{ " · " }
                <span class="mark-pending">{ "↑ not confirmed yet" }</span></p>
            <label class="check">
                <input type="checkbox" checked={props.with_heartbeats} onchange={on_heartbeats} data-testid="heartbeats" />
                <span>{ "Show heartbeats" }</span>
            </label>
        </div>
    }
}

/// A coordinate with a tenth of a pixel.
pub(super) fn px(value: f64) -> String {
    format!("{value:.1}")
}
