//! A replica on the stage: a labelled, focusable element.

use super::part::Draw;
use super::stage::at;
use crate::ui::IS_WHOLE;
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::message::{Msg, ShowMsg};
use crate::view::geometry::px;
use crate::view::stage::{LagShape, LineShape, NodeShape};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// The replica.
#[derive(PartialEq)]
pub(super) struct ReplicaMark {
    pub(super) shape: NodeShape,
    pub(super) is_selected: bool,
    pub(super) is_ringed: bool,
}

impl Draw for ReplicaMark {
    fn draw(&self, say: &Say) -> Tag {
        let shape = &self.shape;
        let node = shape.node;
        let on_key = move |event: &web_sys::Event| {
            let is_press = matches!(event.unchecked_ref::<KeyboardEvent>().key().as_str(), "Enter" | " ");
            is_press.then(|| {
                event.prevent_default();
                Msg::Show(ShowMsg::Node(node))
            })
        };
        let selected = if self.is_selected { " replica-selected" } else { "" };
        let ringed = if self.is_ringed { " replica-ringed" } else { "" };
        let button = tag("g").class("replica-button").set("tabindex", "0").set("role", "button").state("aria-pressed", self.is_selected);
        let button = button.set("aria-label", shape.label.clone()).on(On::KeyDown, say, on_key);
        tag("g")
            .class(format!("{}{selected}{ringed}", class(shape)))
            .on_click(say, Msg::Show(ShowMsg::Node(node)))
            .testid(format!("replica-{}", node.0))
            .number("data-position", shape.position_data)
            .set("data-role", shape.role)
            .number("data-lag", shape.lag_data)
            .set("data-cart", shape.cart_data.clone())
            .child(circle(button, shape))
            .child(below(shape))
            .child(lines(shape))
    }
}

/// The replica as a picture, where nothing can be done to it.
#[cfg(feature = "catalogue")]
pub(super) fn still(shape: &NodeShape) -> Tag {
    let picture = tag("g").class("replica-button").set("role", "img").set("aria-label", shape.label.clone());
    tag("g")
        .key(shape.node.0)
        .class(class(shape))
        .set("data-role", shape.role)
        .number("data-position", shape.position_data)
        .child(circle(picture, shape))
        .child(below(shape))
        .child(lines(shape))
}

fn class(shape: &NodeShape) -> String {
    format!("replica replica-{}{}", shape.tone.id(), if shape.is_paused { " replica-paused" } else { "" })
}

/// How far it is behind, or else what stands there.
fn below(shape: &NodeShape) -> Tag {
    let lag = shape.lag.as_ref().map_or_else(|| caption(shape), |lag| self::lag(lag, shape));
    tag("g").class("replica-lag").set("aria-hidden", "true").child(lag)
}

fn lines(shape: &NodeShape) -> Tag {
    let lines = shape.lines.iter().enumerate().map(|one| line(one, shape));
    tag("g").class("replica-lines").set("aria-hidden", "true").children(lines)
}

/// What is written on the circle is parted by spaces for those who hear it.
fn circle(button: Tag, shape: &NodeShape) -> Tag {
    let (x, y) = (shape.center.x, shape.center.y);
    let disc = |class: &'static str, radius: f64| tag("circle").class(class).set("cx", px(x)).set("cy", px(y)).set("r", px(radius));
    button
        .child(disc("replica-focus", shape.radius + 5.0))
        .child(disc("replica-disc", shape.radius))
        .maybe(shape.countdown.map(|left| countdown(disc("replica-countdown", shape.radius - 4.0), left)))
        .child(at("text", x, if shape.position.is_empty() { y + 5.0 } else { y - 3.0 }).class("replica-letter").text(shape.letter))
        .text(" ")
        .child(at("text", x, y + 15.0).class(position_class(shape)).text(shape.position.clone()))
        .text(" ")
        .child(at("text", x + shape.radius, y - shape.radius + 4.0).class("replica-term").text(shape.term.clone().unwrap_or_default()))
}

/// Long words are smaller, so that they stay within the circle.
const fn position_class(shape: &NodeShape) -> &'static str {
    if IS_WHOLE && shape.position.len() > 6 { "replica-position replica-position-long" } else { "replica-position" }
}

/// A ring that runs out.
fn countdown(ring: Tag, left: f64) -> Tag {
    ring.set("pathLength", "100").set("stroke-dasharray", format!("{} 100", px(left * 100.0)))
}

fn lag(lag: &LagShape, shape: &NodeShape) -> Tag {
    let frame = &lag.frame;
    let bar = |class: &'static str, width: f64| {
        at("rect", frame.x, frame.y).class(class).set("width", px(width)).set("height", px(frame.height)).set("rx", "2")
    };
    tag("g")
        .class(if lag.is_behind { "lag lag-behind" } else { "lag" })
        .child(bar("lag-track", frame.width))
        .child(bar("lag-fill", frame.width * lag.share))
        .child(at("text", shape.center.x, frame.bottom() + 14.0).class("lag-words").text(lag.words.clone()))
}

fn caption(shape: &NodeShape) -> Tag {
    let class = if shape.is_waiting { "caption caption-waiting" } else { "caption" };
    // Under the circle, where followers have their lag.
    let y = shape.center.y + if shape.is_device { 50.0 } else { 58.0 };
    at("text", shape.center.x, y).class(class).text(shape.caption.clone())
}

fn line((index, line): (usize, &LineShape), shape: &NodeShape) -> Tag {
    let middle = if shape.is_device { "" } else { " text-middle" };
    let (class, marks) = match (line.is_conflict, line.is_pending) {
        (true, true) => ("datum-conflict datum-pending", " ⚑ ↑"),
        (true, false) => ("datum-conflict", " ⚑"),
        (false, true) => ("datum-pending", " ↑"),
        (false, false) => ("", ""),
    };
    at("text", line.at.x, line.at.y).key(index).class(format!("datum {class}{middle}")).text(line.text.clone()).text(marks)
}
