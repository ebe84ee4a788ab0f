//! Icons: inline SVG paths of one stroke width.

use crate::ui::markup::{Tag, tag};
use yew::AttrValue;

/// The icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A triangle to the right.
    Play,
    /// Two bars.
    Pause,
    /// A triangle before a bar.
    Step,
    /// The same to the left.
    StepBack,
    /// Two triangles.
    Settle,
    /// A circular arrow.
    Restart,
    /// A cross.
    Close,
    /// A plus sign.
    Plus,
    /// A minus sign.
    Minus,
    /// A half-filled circle.
    Theme,
    /// Three joined dots.
    Share,
    /// An angle downwards.
    Open,
}

impl Shape {
    const fn path(self) -> &'static str {
        match self {
            Self::Play => "M6 4l10 6-10 6z",
            Self::Pause => "M7 4v12M13 4v12",
            Self::Step => "M5 4l8 6-8 6zM15.5 4v12",
            Self::StepBack => "M15 4l-8 6 8 6zM4.5 4v12",
            Self::Settle => "M3 5l7 5-7 5zM10.5 5l7 5-7 5z",
            Self::Restart => "M4 10a6 6 0 1 0 2-4.5M6 2.5v3.5h3.5",
            Self::Close => "M5 5l10 10M15 5L5 15",
            Self::Plus => "M10 4v12M4 10h12",
            Self::Minus => "M4 10h12",
            Self::Open => "M5 8l5 5 5-5",
            Self::Theme => "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
            Self::Share => {
                "M7 9l6-4M7 11l6 4M5 12a2 2 0 1 1 0-4 2 2 0 0 1 0 4zM15 6a2 2 0 1 1 0-4 2 2 0 0 1 0 4zM15 18a2 2 0 1 1 0-4 2 2 0 0 1 0 4z"
            }
        }
    }

    const fn is_filled(self) -> bool {
        matches!(self, Self::Play | Self::Step | Self::StepBack | Self::Settle)
    }
}

/// Draws an icon; it says nothing to a screen reader, its button does.
pub(crate) fn icon(shape: Shape) -> Tag {
    let class = if shape.is_filled() { "icon icon-filled" } else { "icon" };
    svg(class, "0 0 20 20", "16").child(tag("path").set("d", shape.path()))
}

/// A square picture that only repeats what stands beside it.
pub(super) fn svg(class: impl Into<AttrValue>, view_box: &'static str, size: &'static str) -> Tag {
    let picture = tag("svg").class(class).set("viewBox", view_box).set("width", size).set("height", size);
    picture.set("aria-hidden", "true").set("focusable", "false")
}
