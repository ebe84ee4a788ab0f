//! Handles on the stage: each link, node and message is a button that opens what can happen to it. Each kind is one tab
//! stop, arrow keys go on from there.

use super::part::Draw;
use crate::ui::hooks::{pointer, roving};
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::message::{Msg, TimeMsg};
use crate::view::geometry::px;
use crate::view::handles::{Grip, Handle, Handles};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// Those of links, below the replicas.
pub(super) struct LinkGrips(pub(super) Rc<Handles>);

impl PartialEq for LinkGrips {
    fn eq(&self, other: &Self) -> bool {
        self.0.links == other.0.links
    }
}

impl Draw for LinkGrips {
    fn draw(&self, say: &Say) -> Tag {
        group("grips grips-links", "Links", &self.0.links, say, |grip| {
            let way = grip.way.map(|way| way.path()).unwrap_or_default();
            vec![tag("path").class("grip-way").set("d", way), disc("grip-reach", "12", grip)]
        })
    }
}

/// Those of nodes, and of messages while they stand still.
pub(super) struct NodeGrips(pub(super) Rc<Handles>);

impl PartialEq for NodeGrips {
    fn eq(&self, other: &Self) -> bool {
        self.0.nodes == other.0.nodes && self.0.messages == other.0.messages
    }
}

impl Draw for NodeGrips {
    fn draw(&self, say: &Say) -> Tag {
        node_grips(&self.0, say)
    }
}

fn node_grips(handles: &Handles, say: &Say) -> Tag {
    let nodes = group("grips grips-nodes", "What can happen to replicas", &handles.nodes, say, |grip| {
        let dots = tag("text").class("grip-dots").set("x", px(grip.at.x)).set("y", px(grip.at.y + 4.0)).text("⋯");
        vec![disc("grip-reach", "12", grip), disc("grip-disc", "9", grip), dots]
    });
    let messages = group("grips grips-messages", "Messages in flight", &handles.messages, say, |grip| vec![disc("grip-reach", "14", grip)]);
    tag("g").child(nodes).child(messages)
}

/// While time passes a message is taken hold of where it is pressed.
pub(super) fn moving_grips(frame: Tag, handles: Option<&Handles>, say: &Say) -> Tag {
    let is_moving = handles.is_some_and(|handles| handles.messages.is_empty());
    frame.on(On::Click, say, move |event| {
        let (x, y) = pointer::place(event).filter(|_| is_moving && !pointer::is_on(event, ".grip"))?;
        Some(Msg::time(TimeMsg::TakeAt(x, y, None)))
    })
}

fn group(class: &'static str, name: &'static str, grips: &[Grip], say: &Say, shape: impl Fn(&Grip) -> Vec<Tag>) -> Tag {
    let grip = |(index, grip): (usize, &Grip)| {
        let handle = grip.handle;
        let on_key = move |event: &web_sys::Event| {
            roving::on_key(event);
            let is_press = matches!(event.unchecked_ref::<KeyboardEvent>().key().as_str(), "Enter" | " ");
            is_press.then(|| {
                event.prevent_default();
                Msg::time(TimeMsg::Take(handle))
            })
        };
        let id = id(handle);
        let button = tag("g").key(id.clone()).class("grip").set("role", "button").set("aria-label", grip.name.clone());
        let button = button.set("tabindex", if index == 0 { "0" } else { "-1" }).set("aria-haspopup", "dialog").testid(id.clone());
        let button = button.set("id", id).on(On::KeyDown, say, on_key);
        // Messages travel along links: the one under the finger comes first.
        let button = button.on(On::Click, say, move |event| {
            let place = pointer::place(event).filter(|_| !matches!(handle, Handle::Message(_)));
            Some(Msg::time(place.map_or(TimeMsg::Take(handle), |(x, y)| TimeMsg::TakeAt(x, y, Some(handle)))))
        });
        button.children(shape(grip))
    };
    tag("g").class(class).set("role", "group").set("aria-label", name).children(grips.iter().enumerate().map(grip))
}

/// Its id in the page.
pub(crate) fn id(handle: Handle) -> String {
    match handle {
        Handle::Node(node) => format!("grip-node-{}", node.0),
        Handle::Link(from, to) => format!("grip-link-{}-{}", from.0, to.0),
        Handle::Message(number) => format!("grip-message-{number}"),
    }
}

fn disc(class: &'static str, radius: &'static str, grip: &Grip) -> Tag {
    tag("circle").class(class).set("cx", px(grip.at.x)).set("cy", px(grip.at.y)).set("r", radius)
}
