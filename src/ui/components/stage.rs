//! The stage: structure as SVG, messages on a canvas above it.

use super::grips::{LinkGrips, NodeGrips, moving_grips};
use super::part::{Draw, keyed_part, part};
use super::replica_mark::ReplicaMark;
use super::stage_links::stage_links;
use crate::replication::ids::NodeId;
use crate::ui::IS_WHOLE;
use crate::ui::hooks::{form, pointer};
use crate::ui::kept::Kept;
use crate::ui::markup::{On, Say, Tag, tag};
use crate::ui::message::{Msg, SettingsMsg, ShowMsg};
use crate::view::draft::Drag;
use crate::view::geometry::{Point, px};
use crate::view::handles::Handles;
use crate::view::stage::{Layout, NodeShape, Scene, WidthClass, Zone, ZoneTitle};
use crate::view::words;
use std::rc::Rc;
use yew::{Html, NodeRef};

/// The stage.
#[derive(PartialEq)]
pub(crate) struct Stage {
    pub(crate) scene: Rc<Scene>,
    /// What the stage's width is measured by.
    pub(crate) frame: NodeRef,
    pub(crate) canvas: NodeRef,
    pub(crate) selected: Option<NodeId>,
    /// How its sites can be moved, while the settings are open.
    pub(crate) editing: Option<Editing>,
    pub(crate) with_heartbeats: bool,
    /// What can be taken hold of.
    pub(crate) handles: Kept<Rc<Handles>>,
    /// Nodes of the proof that is being looked at.
    pub(crate) ringed: Vec<NodeId>,
}

/// Sites that can be dragged by their names.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Editing {
    /// The one that is being dragged.
    pub(crate) drag: Option<Drag>,
    /// What the stage shows instead of the run.
    pub(crate) notice: Option<&'static str>,
}

/// How high the part of a zone is by which it is dragged.
const HANDLE: f64 = 40.0;

impl Draw for Stage {
    fn draw(&self, say: &Say) -> Tag {
        let scene = &self.scene;
        let canvas = tag("canvas").class("stage-motion").refer(&self.canvas).set("aria-hidden", "true");
        let frame = tag("div").class("stage-frame").refer(&self.frame).child(self.picture(say)).child(canvas);
        let frame = if IS_WHOLE { moving_grips(frame, self.handles.get().map(Rc::as_ref), say) } else { frame };
        let stage = tag("section").class("stage").set("aria-label", "Stage").testid("stage");
        let notice = self.editing.and_then(|editing| editing.notice).filter(|_| IS_WHOLE);
        stage.child(tag("div").maybe(notice.map(draft_notice))).child(frame).child(legend(self.with_heartbeats, &scene.roles, say))
    }
}

/// The picture of a run where nothing can be done to it.
#[cfg(feature = "catalogue")]
pub(super) fn still(scene: &Scene) -> Tag {
    sheet("stage-picture stage-still", scene)
        .child(ground(scene))
        .child(zone_titles(scene))
        .child(tag("g").class("replicas").children(scene.nodes.iter().map(super::replica_mark::still)))
}

impl Stage {
    fn picture(&self, say: &Say) -> Tag {
        let scene = &self.scene;
        let mark = |node: &NodeShape| {
            let is_selected = self.selected == Some(node.node);
            keyed_part(node.node.0, ReplicaMark { shape: node.clone(), is_selected, is_ringed: self.ringed.contains(&node.node) }, say)
        };
        let handles = self.handles.get().filter(|_| IS_WHOLE);
        sheet("stage-picture", scene)
            .child(seldom(scene, say))
            .child(tag("g").children(handles.map(|handles| part(LinkGrips(handles.clone()), say))))
            .child(tag("g").class("zone-handles").maybe(self.drag_handles(say)))
            .child(zone_titles(scene))
            .child(tag("g").class("replicas").children(scene.nodes.iter().map(mark)))
            .child(tag("g").children(handles.map(|handles| part(NodeGrips(handles.clone()), say))))
    }
}

/// What a picture is drawn on, with what it is called.
fn sheet(class: &'static str, scene: &Scene) -> Tag {
    let layout = &scene.layout;
    let (width, height) = (words::rounded(layout.width, 0), words::rounded(layout.height, 0));
    tag("svg")
        .class(class)
        .set("viewBox", format!("0 0 {width} {height}"))
        .set("width", width)
        .set("height", height)
        .set("role", "group")
        .set("aria-label", scene.summary.clone())
}

/// Zones and links.
fn ground(scene: &Scene) -> Tag {
    let zones = tag("g").class("zones").children(scene.layout.zones.iter().map(zone));
    tag("g").child(zones).child(stage_links(&scene.links))
}

/// Zones and links, drawn anew only when one of them has changed.
fn seldom(scene: &Rc<Scene>, say: &Say) -> Html {
    if IS_WHOLE { part(Ground(scene.clone()), say) } else { ground(scene).into() }
}

struct Ground(Rc<Scene>);

impl PartialEq for Ground {
    fn eq(&self, other: &Self) -> bool {
        self.0.layout == other.0.layout && self.0.links == other.0.links
    }
}

impl Draw for Ground {
    fn draw(&self, _say: &Say) -> Tag {
        ground(&self.0)
    }
}

fn zone_titles(scene: &Scene) -> Tag {
    tag("g").class("zone-titles").children(scene.titles.iter().map(|one| title(one, &scene.layout)))
}

/// What the stage shows is not the run.
fn draft_notice(words: &'static str) -> Tag {
    tag("p").class("stage-draft").set("role", "status").testid("stage-draft").text(words)
}

impl Stage {
    /// Where sites are taken to be dragged. Buttons in the settings do the same.
    fn drag_handles(&self, say: &Say) -> Option<Tag> {
        if !IS_WHOLE {
            return None;
        }
        let drag = self.editing?.drag;
        Some(tag("g").children(self.scene.layout.zones.iter().map(|zone| self.handle(zone, drag, say))))
    }

    fn handle(&self, zone: &Zone, drag: Option<Drag>, say: &Say) -> Tag {
        let (site, frame) = (zone.site, &zone.frame);
        let class = match drag {
            Some(drag) if drag.site == site => "zone-handle zone-dragged",
            Some(drag) if drag.over == Some(site) => "zone-handle zone-target",
            _ => "zone-handle",
        };
        let dragged = move |drag: Option<Drag>| Some(Msg::Settings(SettingsMsg::Drag(drag)));
        let own = drag.filter(|drag| drag.site == site);
        let scene = self.scene.clone();
        let on_move = move |event: &web_sys::Event| {
            let (drag, (x, y)) = (own?, pointer::place(event)?);
            let over = scene.layout.site_at(Point::new(x, y)).filter(|over| *over != site);
            if over == drag.over { None } else { dragged(Some(Drag { site, over })) }
        };
        let on_down = move |event: &web_sys::Event| {
            pointer::capture(event);
            dragged(Some(Drag { site, over: None }))
        };
        at("rect", frame.x, frame.y)
            .key(site.0)
            .class(class)
            .set("width", px(frame.width))
            .set("height", px(if class == "zone-handle" { HANDLE.min(frame.height) } else { frame.height }))
            .testid(format!("handle-{}", site.0))
            .on(On::PointerDown, say, on_down)
            .on(On::PointerMove, say, on_move)
            .on(On::PointerUp, say, move |_| own.map(|_| Msg::Settings(SettingsMsg::Drop)))
            .on(On::PointerCancel, say, move |_| dragged(None))
    }
}

fn zone(zone: &Zone) -> Tag {
    let frame = &zone.frame;
    let (class, radius) = if zone.is_device { ("zone zone-device", "20") } else { ("zone", "14") };
    let zone = at("rect", frame.x, frame.y).key(zone.site.0).class(class);
    zone.set("width", px(frame.width)).set("height", px(frame.height)).set("rx", radius)
}

fn title(title: &ZoneTitle, layout: &Layout) -> Tag {
    let zone = &layout.zones[title.site.index()];
    let frame = &zone.frame;
    // A device on a wide stage has its circle on the left and all words beside it.
    let is_beside = zone.is_device && layout.class == WidthClass::Wide;
    let (x, y) = if is_beside { (frame.x + 112.0, frame.y + 28.0) } else { (frame.x + 16.0, frame.y + 26.0) };
    let (state_x, state_y) = if zone.is_device { (x, y + 19.0) } else { (frame.right() - 16.0, y) };
    let state_class = format!("zone-state tone-{}{}", title.tone.id(), if zone.is_device { "" } else { " text-end" });
    tag("g")
        .key(title.site.0)
        .child(at("text", x, y).class("zone-name").text(title.name.clone()))
        .child(at("text", state_x, state_y).class(state_class).text(title.state.clone()))
}

fn legend(with_heartbeats: bool, roles: &str, say: &Say) -> Tag {
    let on_change = |event: &web_sys::Event| Some(Msg::Show(ShowMsg::Heartbeats(form::is_checked(event))));
    let heartbeats = tag("input").set("type", "checkbox").checked(with_heartbeats).on(On::Change, say, on_change).testid("heartbeats");
    let signs = tag("p")
        .text(roles.to_owned())
        .text(" · ")
        .child(tag("span").class("mark-conflict").text("⚑ conflict"))
        .text(" · ")
        .child(tag("span").class("mark-pending").text("↑ not confirmed yet"));
    let check = tag("label").class("check").child(heartbeats).child(tag("span").text("Show heartbeats"));
    tag("div").class("legend").child(signs).child(check)
}

/// A shape or words at a place.
pub(super) fn at(name: &'static str, x: f64, y: f64) -> Tag {
    tag(name).set("x", px(x)).set("y", px(y))
}
