//! Wheel, drag, pinch and taps on the diagram, and pointing at what it is linked with. Listens past the virtual DOM, so
//! that the page's own scrolling stays the page's own: only a wheel with a modifier zooms.

use super::{Diagram, DiagramMsg};
use crate::replication::ids::NodeId;
use crate::ui::hooks::listen::Listener;
use crate::ui::hooks::page;
use crate::ui::hooks::size::Watch;
use crate::ui::message::Msg;
use crate::view::lanes::Sight;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, PointerEvent, WheelEvent};

/// Farther than this a press is a drag.
const DRAG: f64 = 6.0;
/// A turn of the wheel by so many pixels doubles the window.
const DOUBLING: f64 = 240.0;

/// Pointers that are down: number, where they were last, and where they went down.
type Fingers = Rc<RefCell<Vec<Finger>>>;

#[derive(Clone, Copy)]
struct Finger {
    id: i32,
    at: (f64, f64),
    start: (f64, f64),
    is_drag: bool,
}

/// What listens.
#[derive(Default)]
pub(crate) struct Gestures {
    place: Option<Element>,
    sizes: [Option<Watch>; 2],
    own: Vec<Listener>,
    linked: Vec<Listener>,
}

impl Diagram {
    /// Listens to the picture that is on the page now.
    pub(crate) fn listen(&mut self, send: impl Fn(Msg) + Clone + 'static) {
        let place = self.place.cast::<Element>();
        if place == self.gestures.place {
            return;
        }
        let Some(element) = place.clone() else { return };
        let say = move |msg: DiagramMsg| send(Msg::Diagram(msg));
        let report = say.clone();
        let width = Watch::width(element.clone(), move |width| report(DiagramMsg::Resized(width)));
        let (seen, report) = (element.clone(), say.clone());
        self.gestures.sizes = [width, Watch::size(&element, move || report(DiagramMsg::Look(sight(&seen))))];
        self.gestures.own = own(&element, &say);
        if self.gestures.linked.is_empty() {
            self.gestures.linked = linked(&say);
        }
        self.gestures.place = place;
    }
}

fn own(element: &Element, say: &(impl Fn(DiagramMsg) + Clone + 'static)) -> Vec<Listener> {
    let fingers = Fingers::default();
    let mut all = Vec::new();
    let mut on = |name: &'static str, hear: Box<dyn Fn(&Event)>| {
        all.extend(Listener::new(element.clone().into(), name, move |event| hear(&event)));
    };
    let (place, said) = (element.clone(), say.clone());
    on("wheel", Box::new(move |event| wheel(event, &place, &said)));
    let (place, held) = (element.clone(), fingers.clone());
    on("pointerdown", Box::new(move |event| down(event, &place, &held)));
    let (place, held, said) = (element.clone(), fingers.clone(), say.clone());
    on("pointermove", Box::new(move |event| moved(event, &place, &held, &said)));
    let (place, held, said) = (element.clone(), fingers.clone(), say.clone());
    on("pointerup", Box::new(move |event| up(event, &place, &held, &said)));
    let held = fingers.clone();
    on("pointercancel", Box::new(move |_| held.borrow_mut().clear()));
    let (place, said) = (element.clone(), say.clone());
    on("scroll", Box::new(move |_| said(DiagramMsg::Look(sight(&place)))));
    let said = say.clone();
    on("pointerleave", Box::new(move |_| said(DiagramMsg::Hover(None))));
    all
}

/// With Ctrl (or a pinch on a touchpad), Meta or Alt it zooms, with Shift it pans; without, the page scrolls.
fn wheel(event: &Event, place: &Element, say: &impl Fn(DiagramMsg)) {
    let Some(wheel) = event.dyn_ref::<WheelEvent>() else { return };
    let turned = if wheel.delta_y() == 0.0 { wheel.delta_x() } else { wheel.delta_y() };
    let share = share(place, f64::from(wheel.client_x()));
    if wheel.ctrl_key() || wheel.meta_key() || wheel.alt_key() {
        event.prevent_default();
        say(DiagramMsg::Zoom((turned / DOUBLING).exp2(), share));
    } else if wheel.shift_key() || wheel.delta_x() != 0.0 {
        event.prevent_default();
        let width = place.get_bounding_client_rect().width().max(1.0);
        say(DiagramMsg::Pan(if wheel.shift_key() { turned } else { wheel.delta_x() } / width));
    }
}

fn down(event: &Event, place: &Element, fingers: &Fingers) {
    let Some(pointer) = event.dyn_ref::<PointerEvent>().filter(|pointer| pointer.button() == 0) else { return };
    let at = spot(place, pointer);
    fingers.borrow_mut().push(Finger { id: pointer.pointer_id(), at, start: at, is_drag: false });
    drop(place.set_pointer_capture(pointer.pointer_id()));
}

fn moved(event: &Event, place: &Element, fingers: &Fingers, say: &impl Fn(DiagramMsg)) {
    let Some(pointer) = event.dyn_ref::<PointerEvent>() else { return };
    let at = spot(place, pointer);
    let width = place.get_bounding_client_rect().width().max(1.0);
    let mut held = fingers.borrow_mut();
    let Some(index) = held.iter().position(|finger| finger.id == pointer.pointer_id()) else {
        drop(held);
        say(DiagramMsg::Hover(Some(at)));
        return;
    };
    let before = held[index].at;
    let apart = |held: &[Finger]| (held[0].at.0 - held[1].at.0).abs().max(12.0);
    let was_apart = (held.len() == 2).then(|| apart(&held));
    held[index].at = at;
    let start = held[index].start;
    held[index].is_drag |= (at.0 - start.0).hypot(at.1 - start.1) > DRAG;
    let wish = match was_apart {
        Some(was) => {
            let middle = f64::midpoint(held[0].at.0, held[1].at.0);
            Some(DiagramMsg::Zoom(was / apart(&held), middle / width))
        }
        None if held[index].is_drag => Some(DiagramMsg::Pan((before.0 - at.0) / width)),
        None => None,
    };
    drop(held);
    if let Some(wish) = wish {
        say(wish);
    }
}

fn up(event: &Event, place: &Element, fingers: &Fingers, say: &impl Fn(DiagramMsg)) {
    let Some(pointer) = event.dyn_ref::<PointerEvent>() else { return };
    let at = spot(place, pointer);
    let mut held = fingers.borrow_mut();
    let Some(index) = held.iter().position(|finger| finger.id == pointer.pointer_id()) else { return };
    let finger = held.remove(index);
    let is_alone = held.is_empty();
    drop(held);
    if !finger.is_drag && is_alone {
        if let Some(element) = place.dyn_ref::<HtmlElement>() {
            drop(element.focus());
        }
        say(DiagramMsg::Press(at.0, at.1));
    }
}

/// What of the picture is looked at.
pub(super) fn sight(place: &Element) -> Sight {
    let from = f64::from(place.scroll_top());
    Sight { from, to: from + f64::from(place.client_height()) }
}

/// Where a pointer is in the picture, which may be scrolled.
fn spot(place: &Element, pointer: &PointerEvent) -> (f64, f64) {
    let frame = place.get_bounding_client_rect();
    let scrolled = f64::from(place.scroll_top());
    (f64::from(pointer.client_x()) - frame.left(), f64::from(pointer.client_y()) - frame.top() + scrolled)
}

fn share(place: &Element, x: f64) -> f64 {
    let frame = place.get_bounding_client_rect();
    (x - frame.left()) / frame.width().max(1.0)
}

/// Lines of the event list and replicas of the stage, by pointer or by focus.
fn linked(say: &(impl Fn(DiagramMsg) + Clone + 'static)) -> Vec<Listener> {
    let listen = |name: &'static str| {
        let (say, last) = (say.clone(), RefCell::new((None, None)));
        Listener::window(name, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let within = |selector: &str| target.as_ref()?.closest(selector).ok().flatten();
            let line: Option<u64> = within(".event[data-number]").and_then(|line| line.get_attribute("data-number")?.parse().ok());
            let replica = within(".stage [data-testid^=replica-]").and_then(|replica| replica.get_attribute("data-testid"));
            let node: Option<NodeId> = replica.and_then(|name| name.strip_prefix("replica-")?.parse().ok()).map(NodeId);
            let (last_line, last_node) = last.replace((line, node));
            if line != last_line {
                say(DiagramMsg::Line(line));
            }
            if node != last_node {
                say(DiagramMsg::Node(node));
            }
        })
    };
    ["pointerover", "focusin"].into_iter().filter_map(listen).collect()
}

/// Lights the lines of the event list with these numbers, and no others.
pub(crate) fn light_lines(numbers: &[u64]) {
    let Some(document) = page::document() else { return };
    let each = |selector: &str, change: &dyn Fn(&Element)| {
        if let Ok(found) = document.query_selector_all(selector) {
            (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).for_each(|element: Element| change(&element));
        }
    };
    each(".event[data-lit]", &|element| drop(element.remove_attribute("data-lit")));
    for number in numbers {
        each(&format!(".event[data-number=\"{number}\"]"), &|element| drop(element.set_attribute("data-lit", "")));
    }
}
