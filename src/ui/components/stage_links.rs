//! Links on the stage, with their latency and whether they are cut.

use super::stage::px;
use crate::view::stage::LinkShape;
use yew::prelude::*;

/// All links.
pub(super) fn stage_links(links: &[LinkShape]) -> Html {
    html! { <g class="links">{ for links.iter().enumerate().map(link) }</g> }
}

fn link((index, link): (usize, &LinkShape)) -> Html {
    let class = classes!("link", link.is_device.then_some("link-device"), link.is_cut.then_some("link-cut"));
    let label_class = classes!("link-label", link.is_cut.then_some("link-label-cut"), (!link.is_label_beside).then_some("text-middle"));
    let at = link.label_at;
    html! {
        <g key={index}>
            <path class={class} d={link.curve.path()} />
            <g>if link.is_cut { { cut_mark(link) } }</g>
            <text class={label_class} x={px(at.x)} y={px(at.y - if link.is_cut && !link.is_label_beside { 8.0 } else { 0.0 })}>{ link.label.clone() }</text>
        </g>
    }
}

/// Two short strokes across the link.
fn cut_mark(link: &LinkShape) -> Html {
    let middle = link.curve.at(0.5);
    let (x, y) = (middle.x, middle.y);
    let d = format!("M{:.1} {:.1}l8 -14M{:.1} {:.1}l8 -14", x - 8.0, y + 7.0, x, y + 7.0);
    html! { <path class="cut-mark" d={d} /> }
}
