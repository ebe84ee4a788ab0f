//! Links on the stage, with their latency and whether they are cut.

use super::stage::at;
use crate::ui::markup::{Tag, tag};
use crate::view::geometry::px;
use crate::view::stage::LinkShape;

/// All links.
pub(super) fn stage_links(links: &[LinkShape]) -> Tag {
    tag("g").class("links").children(links.iter().enumerate().map(link))
}

fn link((index, link): (usize, &LinkShape)) -> Tag {
    let (device, middle) = (if link.is_device { " link-device" } else { "" }, if link.is_label_beside { "" } else { " text-middle" });
    let (cut, label_cut) = if link.is_cut { (" link-cut", " link-label-cut") } else { ("", "") };
    let place = link.label_at;
    // Above the mark of the cut.
    let y = if link.is_cut && !link.is_label_beside { place.y - 8.0 } else { place.y };
    let label = at("text", place.x, y).class(format!("link-label{label_cut}{middle}")).text(link.label.clone());
    tag("g")
        .key(index)
        .child(tag("path").class(format!("link{device}{cut}")).set("d", link.curve.path()))
        .child(tag("g").maybe(link.is_cut.then(|| cut_mark(link))))
        .child(label)
}

/// Two short strokes across the link.
fn cut_mark(link: &LinkShape) -> Tag {
    let middle = link.curve.at(0.5);
    let (left, x, y) = (px(middle.x - 8.0), px(middle.x), px(middle.y + 7.0));
    tag("path").class("cut-mark").set("d", format!("M{left} {y}l8 -14M{x} {y}l8 -14"))
}
