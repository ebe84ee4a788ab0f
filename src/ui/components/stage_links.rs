//! Links on the stage, with their latency and whether they are cut.

use super::stage::at;
use crate::ui::markup::{Tag, tag};
use crate::view::geometry::px;
use crate::view::stage::LinkShape;

/// All links.
pub(super) fn stage_links(links: &[LinkShape]) -> Tag {
    // Words stand above all lines.
    let numbered = || links.iter().enumerate();
    tag("g").class("links").child(tag("g").children(numbered().map(link))).child(tag("g").children(numbered().map(label)))
}

fn link((index, link): (usize, &LinkShape)) -> Tag {
    let device = if link.is_device { " link-device" } else { "" };
    let cut = if link.is_cut { " link-cut" } else { "" };
    tag("g")
        .key(index)
        .child(tag("path").class(format!("link{device}{cut}")).set("d", link.curve.path()))
        .child(tag("g").maybe(link.is_cut.then(|| cut_mark(link))))
}

fn label((index, link): (usize, &LinkShape)) -> Tag {
    let middle = if link.is_label_beside { "" } else { " text-middle" };
    let cut = if link.is_cut { " link-label-cut" } else { "" };
    let place = link.label_at;
    // Above the mark of the cut.
    let y = if link.is_cut && !link.is_label_beside { place.y - 8.0 } else { place.y };
    at("text", place.x, y).key(index).class(format!("link-label{cut}{middle}")).text(link.label.clone())
}

/// Two short strokes across the link.
fn cut_mark(link: &LinkShape) -> Tag {
    let middle = link.curve.at(0.5);
    let (left, x, y) = (px(middle.x - 8.0), px(middle.x), px(middle.y + 7.0));
    tag("path").class("cut-mark").set("d", format!("M{left} {y}l8 -14M{x} {y}l8 -14"))
}
